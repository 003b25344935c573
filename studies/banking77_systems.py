"""Study: Banking77 by CSV and command line: the built-in system, a callable and a small language model, judged and compared in pairs."""

import argparse
import csv
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import yaml

from licet.cli import cli
from licet.cli.frame import run
from studies.banking77_journey import BUILDER, OWNER, PEOPLE, RISK, SEED, Licet, departments
from tests.edge import local_model

REVIEWER: Final = "rev@example.org"
TARGET: Final = 0.05
MARGIN: Final = 0.02
PAST: Final = 6_000
CALIBRATION: Final = 1_500
"""Messages with answers that every system may learn from, and those to calibrate on; the others of the official train part are sealed."""

SYSTEM: Final = '''"""Words and pairs of words, and a logistic regression over them: what a builder writes in an afternoon."""

import csv
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

SYSTEM = {"name": "words", "version": "1", "files": ["past.csv"]}

with (Path(__file__).parent / "past.csv").open(encoding="utf-8", newline="") as file:
    PAST = list(csv.DictReader(file))
MODEL = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10.0, max_iter=500))
MODEL.fit([row["message"] for row in PAST], [row["department"] for row in PAST])


def propose_many(contents):
    rows = MODEL.predict_proba([content["text"] for content in contents])
    found = [dict(zip(map(str, MODEL.classes_), map(float, row))) for row in rows]
    return [{"answer": max(one, key=one.get), "confidence": max(one.values()), "probabilities": one} for one in found]
'''
PROMPT: Final = "A customer of a bank wrote a message. Say which department answers it.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One use case: which systems, and on how many cases.

    Attributes:
        calibration: of the calibration messages.
        sealed: of the sealed messages; a message that one use case has looked at is a spent look in the other, too.
        compared: of the official test part, each comparison's own.
    """

    name: str
    systems: Sequence[str]
    calibration: slice
    sealed: slice
    compared: Sequence[slice]


MANY: Final = Trial(
    name="messages",
    systems=("builtin", "callable"),
    calibration=slice(None),
    sealed=slice(0, 2_400),
    compared=(slice(0, 1_000),),
)
FEW: Final = Trial(
    name="messages-few",
    systems=("builtin", "callable", "llm"),
    calibration=slice(0, 60),
    sealed=slice(2_400, 2_460),
    compared=(slice(1_000, 1_040), slice(1_040, 1_080), slice(1_080, 1_120)),
)
"""A language model on one core takes most of a second a case, so it gets few of them; what they can show is part of the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Messages with their department: those to learn from, to calibrate on, to seal, and to compare on (the official test part)."""

    past: Sequence[tuple[str, str]]
    calibration: Sequence[tuple[str, str]]
    sealed: Sequence[tuple[str, str]]
    fresh: Sequence[tuple[str, str]]


def read(folder: Path) -> Data:
    """Reads both parts, each in a drawn order that never changes."""
    grouped = yaml.safe_load((folder / "departments.json").read_text("utf-8"))
    department = {intent: name for name, intents in departments(grouped) for intent in intents}
    parts = []
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(newline="", encoding="utf-8") as file:
            rows = [(row["text"], department[row["category"]]) for row in csv.DictReader(file)]
        random.Random(SEED).shuffle(rows)  # noqa: S311 - an order, not a key
        parts.append(rows)
    train, test = parts
    seal_from = PAST + CALIBRATION
    return Data(past=train[:PAST], calibration=train[PAST:seal_from], sealed=train[seal_from:], fresh=test)


def write(path: Path, rows: Sequence[tuple[str, str]], *, answered: bool = True) -> Path:
    """Writes messages, with or without people's answers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("message", "department"), *((text, said if answered else "") for text, said in rows)])
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One use case on one installation."""

    licet: Licet
    trial: Trial
    data: Data
    place: Path
    url: str | None

    @property
    def folder(self) -> Path:
        """The use case's folder."""
        return self.licet.home / "use_cases" / self.trial.name

    def speaks(self, kind: str) -> None:
        """Says in use_case.yaml which system is the use case's."""
        blocks: dict[str, object] = {"title": "Messages", "answer": "choice", "system": kind, "content": ["message"]}
        blocks["answers"] = sorted({said for _, said in self.data.past})
        if self.url is not None:
            blocks["llm"] = {
                "url": self.url, "model": "smollm2-135m", "version": "Q4_1", "concurrency": 1, "seed": 1, "timeout_seconds": 120,
            }  # fmt: skip
        (self.folder / "use_case.yaml").write_text(yaml.safe_dump(blocks, sort_keys=False), "utf-8")

    def founded(self) -> None:
        """A use case with history, sealed cases, the systems' files, and a standard that two people signed."""
        licet, name = self.licet, self.trial.name
        licet("use-case", "new", name, "--target", str(TARGET))
        self.speaks("builtin")
        write(self.folder / "past.csv", self.data.past)
        (self.folder / "system.py").write_text(SYSTEM, "utf-8")
        (self.folder / "prompt.md").write_text(PROMPT, "utf-8")
        standard = yaml.safe_load((self.folder / "standard.yaml").read_text("utf-8"))
        standard |= {"change": {"margin": MARGIN, "confidence": 0.95}, "attempts": [0.5, 0.25, 0.25]}
        (self.folder / "standard.yaml").write_text(yaml.safe_dump(standard), "utf-8")
        self.brought(self.data.past, "100:0:0")
        self.brought(self.data.calibration[self.trial.calibration], "0:100:0")
        alike = self.brought(self.data.sealed[self.trial.sealed], "0:0:100")["alike"]
        print(
            f"{name}: {alike['alike']:,} of {alike['sealed']:,} sealed messages nearly repeat one of {alike['others']:,}", file=sys.stderr
        )
        licet("standard", "lock", name, "--as", OWNER)
        licet("standard", "countersign", name, "--as", RISK)

    def brought(self, rows: Sequence[tuple[str, str]], parts: str, *, answered: bool = True) -> dict[str, Any]:
        """Brings messages in from a CSV file."""
        file = write(self.place / "rows.csv", rows, answered=answered)
        columns = ("--content", "message", "--answer", "department", "--parts", parts)
        return self.licet("import", self.trial.name, str(file), *columns, "--seed", SEED)

    def evaluated(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each system in turn on unsealed cases, and then on the same sealed ones; the verdict with the time that the command took."""
        for kind in self.trial.systems:
            explored = self.licet("evaluate", self.trial.name, "--exploratory", "--system", kind, "--as", BUILDER)
            began = time.perf_counter()
            found = self.licet("evaluate", self.trial.name, "--system", kind, "--as", BUILDER, ends=(0, 1, 3))
            yield kind, {**found, "explored": explored["cases"], "seconds": time.perf_counter() - began}

    def compared(self, named: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each pair of systems on fresh cases; a *simulated* person answers what the data set says."""
        truth = dict(self.data.fresh)
        for (old, new), which in zip(combinations(self.trial.systems, 2), self.trial.compared, strict=True):
            rows = self.data.fresh[which]
            self.brought(rows, "100:0:0", answered=False)
            self.speaks(new)
            yield old, new, self._verdict(("--cases", str(len(rows)), "--old", named[old]), truth)

    def _verdict(self, wanted: Sequence[str], truth: Mapping[str, str]) -> dict[str, Any]:
        licet, name = self.licet, self.trial.name
        licet("compare", "plan", name, *wanted, "--source", "unlabelled", "--as", BUILDER)
        made = licet("compare", "ask", name, "--as", BUILDER, ends=(0, 1, 3))
        if not made["differing"]:
            return made
        sheet = self.place / "sheet.csv"
        sheet.unlink(missing_ok=True)
        licet("compare", "sheet", name, str(sheet), "--as", REVIEWER)
        with sheet.open(newline="", encoding="utf-8") as file:
            asked = list(csv.DictReader(file))
        with sheet.open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, ["task", "content", "answer"])
            out.writeheader()
            out.writerows({"task": row["task"], "content": row["content"], "answer": truth[row["content"]]} for row in asked)
        return licet("compare", "answers", name, str(sheet), "--as", REVIEWER, ends=(0, 1, 3))


def system_cells(kind: str, found: Mapping[str, Any]) -> list[str]:
    """A system on the sealed cases, as cells of the table."""
    right, of, labels = found["explored"]["right"], found["explored"]["calibration"], found["cases"]["labelled"]
    coverage = "none" if found["region"] is None else f"{found['region']['coverage']:.3f}"
    each_ms = 1000.0 * found["seconds"] / found["cases"]["sealed"]
    more = found["more"] or {}
    needed = more.get("needed") or more.get("labels") or "-"
    verdict = f"{found['verdict'].replace('_', ' ')} at {TARGET:.0%}"
    return [kind, f"{right / of:.3f} of {of:,}", verdict, coverage, f"{labels:,}", str(needed), f"{each_ms:.1f}"]


def pair_cells(old: str, new: str, made: Mapping[str, Any]) -> list[str]:
    """Two systems on the same cases, as cells of the table."""
    found = made["found"]
    better = ", better" if found["better"] else ""
    seen = f"{found['gained']} better, {found['lost']} worse of {found['n']:,}"
    verdict = f"{found['verdict'].replace('_', ' ')} within {MARGIN:.0%}{better}"
    return [f"{new} against {old}", seen, verdict, "-", f"{made['differing']:,}", str(found["needed"] or "-"), "-"]


def studied(study: Study) -> Iterator[list[str]]:
    """The rows of one use case."""
    study.founded()
    named = {}
    for kind, found in study.evaluated():
        named[kind] = f"{found['system']['name']}@{found['system']['version']}"
        yield [study.trial.name, *system_cells(kind, found)]
    for old, new, made in study.compared(named):
        yield [study.trial.name, *pair_cells(old, new, made)]


@contextmanager
def served() -> Iterator[str | None]:
    """The address of a small language model on this machine; None, with the reason on stderr, where it is not installed."""
    why_not = local_model.missing()
    if why_not is not None:
        print(f"without a language model: {why_not}", file=sys.stderr)
        yield None
        return
    command = [sys.executable, "-m", "tests.edge.local_model"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        if server.stdout is None or server.stdin is None:
            message = "The server of the model has no pipes."
            raise RuntimeError(message)
        yield server.stdout.readline().split()[0]
        server.stdin.close()


def main() -> int:
    """Prints the table; says why where the data are not there."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    folder = Path(os.environ.get("LICET_DATA") or "") / "banking77"
    if not os.environ.get("LICET_DATA") or not (folder / "departments.json").is_file():
        print("skipped: LICET_DATA names no folder with banking77/departments.json")
        return 0
    data = read(folder)
    print("| use case | system | right, unsealed | verdict | certified coverage | answers by people | needed, estimated | ms a case |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as place, served() as url:
        licet = Licet(home=Path(place) / "home")
        with redirect_stdout(io.StringIO()):
            run(cli, ["init", str(licet.home)])
        for email, role in (*PEOPLE, (REVIEWER, "reviewer")):
            licet("person", "add", email, "--name", role, "--role", role)
        for trial in (MANY, FEW) if url is not None else (MANY,):
            for cells in studied(Study(licet=licet, trial=trial, data=data, place=Path(place), url=url)):
                print("| " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
