"""Study: Banking77 by CSV and command line, from history to mandate, at 5% and at 2%, on 77 intents and on 9 departments."""

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from licet.cli import cli
from licet.cli.frame import run
from licet.pretend import MILD_RISK

TARGETS: Final = (0.05, 0.02)
PEOPLE: Final = (("olga@example.org", "owner"), ("rita@example.org", "risk"), ("bo@example.org", "builder"))
OWNER, RISK, BUILDER = (email for email, _ in PEOPLE)
PARTS: Final = "50:20:30"
SEED: Final = "77"
RISK_ANSWERS: Final = {
    **MILD_RISK,
    "subject": "people",
    "personal_data": "personal",
    "autonomy": "alone_most",
    "scale": "thousands",
    "contest": "simply",
}
"""A message is sorted to a department; a wrong one is passed on within the day. Personal data make it of medium risk."""


class NotAsExpectedError(RuntimeError):
    """A command ended otherwise than the journey needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licet:
    """The command line on one installation."""

    home: Path

    def __call__(self, *words: str, ends: Sequence[int] = (0,)) -> dict[str, Any]:
        """Runs a command and gives its JSON."""
        out = io.StringIO()
        with redirect_stdout(out):
            code = run(cli, [*words, "--home", str(self.home), "--json"])
        if code not in ends:
            message = f"licet {' '.join(words)} ended with {code}: {out.getvalue()}"
            raise NotAsExpectedError(message)
        read: dict[str, Any] = json.loads(out.getvalue())
        return read


def write_history(data: Path, path: Path) -> None:
    """Writes train and test part as one file, with intent and department of each message."""
    groups = json.loads((data / "departments.json").read_text("utf-8"))
    department = {intent: name for name, intents in departments(groups) for intent in intents}
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["message", "intent", "department"])
        for part in ("train.csv", "test.csv"):
            with (data / part).open(newline="", encoding="utf-8") as source:
                out.writerows([row["text"], row["category"], department[row["category"]]] for row in csv.DictReader(source))


def departments(groups: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Departments with their intents, however the file nests them."""
    for name, inside in groups.get("departments", groups).items():
        if isinstance(inside, list):
            yield name, inside
        elif isinstance(inside, dict) and isinstance(inside.get("intents"), list):
            yield name, inside["intents"]


def mandate(licet: Licet, name: str) -> tuple[dict[str, Any], str]:
    """Evaluates, and takes the use case to a mandate where the verdict allows it."""
    found = licet("evaluate", name, "--as", BUILDER, ends=(0, 1, 3))
    if found["verdict"] != "met":
        return found, "none"
    licet("mandate", "propose", name, "--as", BUILDER)
    licet("risk", "answer", name, *(word for code, said in RISK_ANSWERS.items() for word in ("--set", f"{code}={said}")), "--as", BUILDER)
    licet("stop", "drill", name, "--as", OWNER)
    licet("approve", name, licet("gate", "show", name)["digest"], "--as", RISK)
    granted = licet("mandate", "grant", name, "--as", OWNER)
    return found, str(granted["state"])


def journey(licet: Licet, file: Path, answer: str, target: float) -> str:
    """One use case from CSV to mandate; a row of the table."""
    name = f"{answer}-{target * 100:.0f}"
    licet("use-case", "new", name, "--target", str(target))
    parts = licet("import", name, str(file), "--content", "message", "--answer", answer, "--parts", PARTS, "--seed", SEED)["parts"]
    licet("standard", "lock", name, "--as", OWNER)
    licet("standard", "countersign", name, "--as", RISK)
    explored = licet("evaluate", name, "--exploratory")["cases"]
    found, state = mandate(licet, name)
    coverage = "none" if found["region"] is None else f"{found['region']['coverage']:.3f}"
    accuracy = f"{explored['right'] / explored['calibration']:.3f} of {explored['calibration']:,}"
    cells = (answer, f"{target:.0%}", f"{parts['build']:,}", accuracy, f"{found['cases']['labelled']:,}", found["verdict"], coverage, state)
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    """Prints the table; says why where the data are not there."""
    folder = os.environ.get("LICET_DATA")
    if not folder or not (Path(folder) / "banking77" / "train.csv").is_file():
        print("skipped: LICET_DATA names no folder with banking77/train.csv")
        return 0
    print("| answers | target | build cases | right on calibration cases | sealed labels | verdict | coverage | mandate |")
    print("|---|---|---|---|---|---|---|---|")
    for answer in ("department", "intent"):
        for target in TARGETS:
            with tempfile.TemporaryDirectory() as place:
                file = Path(place) / "history.csv"
                write_history(Path(folder) / "banking77", file)
                licet = Licet(home=Path(place) / "home")
                with redirect_stdout(io.StringIO()):
                    run(cli, ["init", str(licet.home)])
                for email, role in PEOPLE:
                    licet("person", "add", email, "--name", role, "--role", role)
                print(journey(licet, file, answer, target), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
