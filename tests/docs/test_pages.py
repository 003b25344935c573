"""The documentation holds together: its links lead somewhere, its commands exist, its words are the glossary's."""

import re
from pathlib import Path

import click
import pytest

from docs.write_reference import COMMANDS, commands, find
from licet.cli.frame import Commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
GLOSSARY = """
use case, team, stage, case, schema, queue, answer, history,
sealed cases, system, fingerprint, proposal, worker, lease, standard, measure, grader,
slice, region, evaluation, verdict, gate, requirement, mandate, route, decision,
correction, effect, stop, token, review, audit, watch, audit plan,
stratum, agreement check, trip, qualification, capacity, policy, approval, ledger, checkpoint,
evidence pack, process, event log, baseline, redesign, simulation, value, portfolio,
blocker, request, quorum, standing approval, fast lane, change envelope, veto window, narrowing,
exposure, drill, account, session, confirmation, break glass, witness, co-signature,
tier, obligation, desk, guideline, policy additions, gate rules, rules in force, role,
second look, dispute, requester, flag, known answer, contest, cannot tell, catch rate, reliance, human ceiling, practice round,
bottleneck, variant, pause, deviation,
back-test, assumed, service level, mapping, recheck, outside evidence, pilot, target region, judge, comparison,
decision model, workflow, item, held
"""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = LINK.findall(path.read_text("utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("word", [word.strip() for word in GLOSSARY.split(",")])
def test_every_word_of_the_glossary_is_explained(word: str) -> None:
    assert re.search(rf"^\| \*\*{word}\*\* \| \S", (ROOT / "docs/glossary.md").read_text("utf-8"), flags=re.MULTILINE)


def test_every_decision_is_listed_and_says_what_it_costs() -> None:
    records = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    listed = (ROOT / "docs/adr/README.md").read_text("utf-8")
    assert records
    assert not [record.name for record in records if f"({record.name})" not in listed]
    for record in records:
        text = record.read_text("utf-8")
        assert not [part for part in ("**Context.**", "**Choice.**", "**Why, measured.**", "**Cost.**") if part not in text], record.name


def test_changelog_lines_are_short() -> None:
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("- ")]
    assert lines
    assert not [line for line in lines if len(line.split()) > 26]


def make_targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_command_in_the_documentation_exists(path: Path) -> None:
    named = re.findall(r"(?:^|`)make ([a-z][a-z-]*)", path.read_text("utf-8"), flags=re.MULTILINE)
    assert set(named) <= make_targets()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_licet_command_in_the_documentation_exists(path: Path) -> None:
    try:
        program = find(COMMANDS)
    except (ModuleNotFoundError, AttributeError) as problem:
        pytest.skip(f"{COMMANDS} does not exist yet: {problem}")
    assert isinstance(program, click.Command)
    real = dict(commands(program, "licet"))
    for line in re.findall(r"(?:^|`)(licet(?: [a-z][a-z-]*)+)", path.read_text("utf-8"), flags=re.MULTILINE):
        words = line.split()
        group = " ".join(words[:3]) if type(real.get(" ".join(words[:2]))) is Commands else " ".join(words[:2])
        assert group in real, f"{line!r} is no command"
