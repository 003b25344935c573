"""A desk at which tests type commands: each runs in this process, on an installation in a folder of its own."""

import contextlib
import csv
import io
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licet.cli import cli
from licet.cli.frame import run
from licet.pretend import MILD_RISK

OWNER, RISK, BUILDER, REVIEWER, ADMIN, OTHER = (f"{name}@example.org" for name in ("olga", "rita", "bo", "rev", "ada", "otto"))
PEOPLE = {OWNER: "owner", RISK: "risk", BUILDER: "builder", REVIEWER: "reviewer", ADMIN: "admin", OTHER: "owner"}
COMMAND = [sys.executable, "-W", "error", "-c", "from licet.cli import main; main()"]
"""The command line as a process of its own."""

DRILLS = 5
"""How often a drill is tried where a busy machine makes it slow."""

POSTED = ("--content", "text", "--answer", "label", "--id", "id", "--proposal", "said", "--confidence", "sure", "--system", "vendor@3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """Its one JSON object."""
        found = json.loads(self.out, parse_constant=lambda word: word + " is not JSON")
        assert isinstance(found, dict), self
        return found

    @property
    def refused(self) -> dict[str, str]:
        """Its refusal: code, why and remedy, and nothing else than a refusal."""
        assert self.code == 5, self
        found = self.data["refused"]
        assert {"code", "why", "remedy"} <= set(found), self
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, str]:
        """Its complaint about what was typed, read or found."""
        found = self.data["error"]
        assert set(found) == {"code", "why"}, self
        assert isinstance(found, dict)
        return found


def typed(*words: str) -> Said:
    """Types a command as it stands."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(cli, words)
    return Said(code=code, out=out.getvalue(), err=err.getvalue())


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An installation, and the folder a test keeps its files in."""

    home: Path
    files: Path

    def __call__(self, *words: str | Path, code: int = 0) -> Said:
        """Types a command with --json on this installation, and holds its exit code against the one expected."""
        said = typed(*map(str, words), "--home", str(self.home), "--json")
        assert said.code == code, f"licet {' '.join(map(str, words))}: {said}"
        return said

    def shown(self, *words: str | Path, code: int = 0) -> Said:
        """Types a command for people, without --json."""
        said = typed(*map(str, words), "--home", str(self.home))
        assert said.code == code, f"licet {' '.join(map(str, words))}: {said}"
        return said

    def table(self, name: str, rows: Iterable[Mapping[str, object]]) -> Path:
        """Writes a CSV file."""
        return write(self.files / name, rows)

    def text(self, name: str, text: str) -> Path:
        """Writes a file as it stands."""
        path = self.files / name
        path.write_text(text, "utf-8", newline="")
        return path

    def ready(self, slug: str = "mails") -> None:
        """What a gate asks for beside quality: the risk answers, the mildest there are, and a drill of the stop."""
        answers = [word for code, answer in MILD_RISK.items() for word in ("--set", f"{code}={answer}")]
        self("risk", "answer", slug, *answers, "--as", BUILDER)
        self.drill(slug)

    def drill(self, slug: str) -> None:
        """Drills the stop, again where it held and this machine was too busy to show it within its second."""
        said = [typed("stop", "drill", slug, "--as", OWNER, "--home", str(self.home), "--json")]
        while said[-1].code and said[-1].data.get("result") == "slow" and len(said) < DRILLS:
            said.append(typed("stop", "drill", slug, "--as", OWNER, "--home", str(self.home), "--json"))
        assert said[-1].code == 0, said

    def grant(self, *, rate: str = "0.2", slug: str = "mails") -> None:
        """From a met verdict to a mandate."""
        missing = {row["code"] for row in self("gate", "show", slug).data["requirements"] if not row["met"]}
        if "risk_answered" in missing:
            self.ready(slug)
        self("mandate", "propose", slug, "--audit-rate", rate, "--as", BUILDER)
        digest = self("gate", "show", slug).data["digest"]
        self("approve", slug, digest, "--as", RISK)
        self("mandate", "grant", slug, "--as", OWNER)


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """Writes a CSV file; the first row's names are the header."""
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


def read(path: Path) -> list[dict[str, str]]:
    """Reads a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WORDS = {"refund": ("refund", "money", "return"), "card": ("card", "stolen", "atm"), "loan": ("loan", "mortgage", "interest")}
LABELS = tuple(WORDS)


def cases(count: int, *, seed: int = 1, first: int = 0, right: bool = True) -> list[dict[str, object]]:
    """Messages with answers, and a vendor's proposals: right (or all wrong) where it is surer than 0.5, chance below."""
    chance = random.Random(seed)  # noqa: S311 - made-up cases
    rows: list[dict[str, object]] = []
    for number in range(first, first + count):
        label = chance.choice(LABELS)
        sure = round(chance.uniform(0.2, 1.0), 4)
        wrong = LABELS[(LABELS.index(label) + 1) % 3]
        said = (label if right else wrong) if sure > 0.5 else chance.choice(LABELS)
        text = f"{chance.choice(WORDS[label])} and {chance.choice(WORDS[label])} please, ticket {chance.randrange(10**9)}"
        rows.append({"id": f"c{number}", "text": text, "label": label, "said": said, "sure": sure})
    return rows


def only(rows: Sequence[Mapping[str, object]], *names: str) -> list[dict[str, object]]:
    """The same rows with these columns."""
    return [{name: row[name] for name in names} for row in rows]
