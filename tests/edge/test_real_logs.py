"""Event logs that are public: the wizard takes each column for what it is, and the counts are those that are known of them."""

import os
from pathlib import Path

import pytest

from licet.core.log_quality import Done
from tests.edge.logs import read

DATA = os.environ.get("LICET_DATA")


def log(name: str) -> Path:
    """A file of LICET_DATA; the test is skipped where it is not there."""
    path = Path(DATA or "nowhere") / "eventlogs" / name
    if not path.exists():
        pytest.skip(f"LICET_DATA names no folder with eventlogs/{name}")
    return path


def test_the_hospital_log_of_sepsis_cases_is_guessed_right() -> None:
    found = read(log("sepsis.csv"))
    columns = {one.role: one.column for one in found.guesses}
    assert columns == {
        "case": "Case ID",
        "activity": "Activity",
        "start": "",
        "end": "Complete Timestamp",
        "lifecycle": "lifecycle:transition",
        "resource": "org:group",
        "encoding": "utf-8",
        "delimiter": ";",
    }
    known = found.brought.log
    dropped = sum(one.count for one in found.brought.findings if one.done is Done.DROPPED)
    assert (found.brought.rows, known.events + dropped, known.cases, len(known.activities)) == (15_214, 15_214, 1_050, 16)


def test_the_help_desk_log_is_read_from_packed_xes() -> None:
    found = read(log("helpdesk.xes.gz")).brought
    dropped = {one.code: one.count for one in found.findings if one.done is Done.DROPPED}
    assert (found.rows, found.log.events + dropped["duplicates"], found.log.cases, len(found.log.activities)) == (21_348, 21_348, 4_580, 14)
    assert not found.log.started.any(), "it has completions alone: nobody knows how long work took"
