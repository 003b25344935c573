"""The story in the docs is true: each of its commands is typed as it stands, by whoever it says, and comes to what it says."""

import csv
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from licet import verify
from licet.pretend import MILD_RISK
from tests.cli.desk import Said, cases, typed, write

PAGE = Path(__file__).resolve().parents[2] / "docs/story.md"
BLOCK = re.compile(r"^```(story|low|says|stranger)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"licet (?P<words>.*?)(?:\s+# (?P<who>\w+)(?:: (?P<but>.*))?)?")
PASSWORD = "a kettle that whistles at noon"  # noqa: S105 - of made-up people
UNTIL = f"{datetime.now(UTC).date() + timedelta(days=200)}"
PEOPLE = ("ada", "ann", "otto", "bo", "rob", "rae", "eva", "max")
SLICE = """  - name: error in letters
    kind: error_alone
    target: 0.1
    confidence: 0.95
    slice:
      attribute: channel
      values:
        - letter
"""
STAFFING = """
desk:
  staffing:
    hours_a_day: 4
    cases_a_day: 200
    seconds_a_case: 90
"""


@dataclass(slots=True, kw_only=True)
class Teller:
    """Types the commands of the story.

    Attributes:
        folder: where its files are.
        patch: sets whose session it is.
        codes: each person's recovery codes that are left: a code of an app counts once in half a minute.
    """

    folder: Path
    patch: pytest.MonkeyPatch
    codes: dict[str, list[str]] = field(default_factory=dict)
    acts: int = 0

    def types(self, line: str) -> Said:
        """Types a line and holds it against what the line says comes of it."""
        found = LINE.fullmatch(line)
        assert found is not None, line
        who, but = found["who"], found["but"] or ""
        if but == "with the slice":
            self.adds_the_slice()
        if but == "with the staffing":
            with (self.folder / "home/use_cases/claims/use_case.yaml").open("a", encoding="utf-8") as file:
                file.write(STAFFING)
        words = [self.digest() if word == "DIGEST" else UNTIL if word == "DATE" else word for word in shlex.split(found["words"])]
        if words[0] in {"confirm", "login"}:
            words += self.shows(who)
        said = self.typed(who, *words)
        code = 5 if but == "refused" else int(but.removeprefix("exit ")) if but.startswith("exit") else 0
        assert said.code == code, f"{line}: {said}"
        self.acts += 1
        if but.endswith("answers each"):
            self.practises(who)
        return said

    def practises(self, who: str) -> None:
        """Answers fifteen past cases as the file says that was imported."""
        with (self.folder / "claims.csv").open(encoding="utf-8", newline="") as file:
            truth = {row["text"]: row["label"] for row in csv.DictReader(file)}
        for _ in range(15):
            drawn = self.typed(who, "practise", "start", "claims", "--json").data
            said = self.typed(who, "practise", "answer", "claims", str(drawn["practice"]), truth[str(drawn["content"])], "--json")
            assert said.data["right"] is True

    def typed(self, who: str | None, *words: str) -> Said:
        """Types words as somebody, in their session."""
        self.patch.setenv("LICET_SESSION_FILE", str(self.folder / f"session-{who or 'nobody'}"))
        return typed(*words)

    def shows(self, who: str) -> list[str]:
        """What somebody types without echo."""
        return ["--password-file", str(self.folder / "password"), "--code", self.codes[who].pop()]

    def digest(self) -> str:
        """The digest that the newest request shows."""
        return str(typed("gate", "show", "claims", "--json").data["digest"] or self.last)

    @property
    def last(self) -> str:
        """The digest of the newest request, whatever became of it."""
        return str(typed("approval", "list", "--all", "--json").data["requests"][-1]["digest"])

    def moves_in(self) -> None:
        """Everybody sets an account up and signs in; Ada's link is made on the machine, the others' by her."""
        (self.folder / "password").write_text(PASSWORD, "utf-8")
        for who in PEOPLE:
            link = self.typed("ada", "account", "link", f"{who}@example.com", "--json").data["link"]
            (self.folder / "link").write_text(str(link), "utf-8")
            with_link = ("account", "set-up", "--link-file", str(self.folder / "link"), "--json")
            secret = str(self.typed(who, *with_link, "--look").data["secret"])
            code = pyotp.TOTP(secret).now()
            made = self.typed(who, *with_link, "--password-file", str(self.folder / "password"), "--code", code).data
            self.codes[who] = [str(one) for one in made["recovery_codes"]]
            assert self.typed(who, "login", f"{who}@example.com", *self.shows(who)).code == 0

    def adds_the_slice(self) -> None:
        """Edits the standard's file, as the story says."""
        path = self.folder / "home/use_cases/claims/standard.yaml"
        text = path.read_text("utf-8")
        before, after = text.split("\n# exact: labels", 1)
        path.write_text(f"{before.rstrip()}\n{SLICE}\n# exact: labels{after}", "utf-8")


def told(name: str) -> Iterator[str]:
    """The lines of the blocks of a kind, in order; of `story` and `low` together for `story`."""
    kinds = {"story": ("story", "low")}.get(name, (name,))
    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        if block[1] in kinds:
            yield from block[2].splitlines()


def files(folder: Path) -> None:
    """What the story's people have at hand."""
    rows = cases(900, seed=1)
    write(folder / "past.csv", rows)
    letters = [{**row, "channel": "letter" if place % 3 else "mail"} for place, row in enumerate(cases(900, seed=2, first=5000))]
    write(folder / "claims.csv", letters)
    strict = dict(MILD_RISK) | {"personal_data": "special", "subject": "people"}
    for name, answers in (("mild", MILD_RISK), ("strict", strict)):
        (folder / f"{name}.yaml").write_text("".join(f'{code}: "{answer}"\n' for code, answer in answers.items()), "utf-8")


@pytest.mark.slow
def test_the_story_is_true_from_the_first_idea_to_the_strangers_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files(tmp_path)
    monkeypatch.setenv("LICET_HOME", str(tmp_path / "home"))
    teller = Teller(folder=tmp_path, patch=monkeypatch)
    low, seen = list(told("low")), []
    took = 0.0
    for line in told("story"):
        if "fast-lane" in line:
            teller.moves_in()
        began = time.monotonic()
        said = teller.types(line)
        took += time.monotonic() - began if line in low else 0.0
        seen.append(said.out + said.err)
    assert len(low) == 11
    assert took < 60, "from idea to delegated takes less than a minute of commands"
    for words in told("says"):
        assert any(words in out for out in seen), words
    assert_facts(teller)
    assert stranger(tmp_path, teller) == 0


def assert_facts(teller: Teller) -> None:
    """What the story claims of the ledger."""
    entries = typed("ledger", "list", "--limit", "500", "--json").data["entries"]
    whats = [(str(one["what"]), one["use_case"]) for one in entries]
    assert whats.count(("mandate.granted", "triage")) == whats.count(("mandate.granted", "claims")) == 1
    assert ("approval.voided", "claims") in whats
    assert whats.count(("approval.given", "claims")) == 4
    people = {str(one["facts"].get("identity")) for one in entries if str(one["by"]).startswith("p_")}
    assert people == {"set-up link", "signed in", "confirmed"}
    assert teller.acts > 0


def stranger(folder: Path, teller: Teller) -> int:
    """Checks the pack with one file and nothing else of Licet; gives the exit code."""
    (line,) = told("stranger")
    alone = folder / "stranger"
    alone.mkdir()
    for source in (Path(verify.__file__), folder / "claims.pack.zip"):
        (alone / source.name).write_bytes(source.read_bytes())
    key = str(teller.typed("rae", "evidence", "export", "claims", "-o", str(folder / "again.zip"), "--json").data["vkey"])
    words = [sys.executable if word == "python" else key if word == "KEY" else word for word in line.split()]
    return subprocess.run([words[0], "-I", *words[1:]], cwd=alone, check=False, timeout=60, env={}).returncode
