"""Event logs: kept under pseudonyms and a key of their own, found again, erased, and of one team's use case alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from licet.core.event_log import EventLog
from licet.core.refusal import Refused
from licet.flows.import_log import erase_log, import_log, list_logs, may_study, newest_log
from licet.store import event_log_tables
from licet.testing import World, done
from tests.flows.examples import MAILS, code, of_word
from tests.flows.studying import ODD, brought, small_log


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case without a log."""
    with World(tmp_path / "home") as made:
        made.use_case(MAILS)
        yield made


def same(one: EventLog, other: EventLog) -> bool:
    """Whether two logs say the same, to the last bit."""
    columns = all(
        np.array_equal(getattr(one, name), getattr(other, name)) and getattr(one, name).dtype == getattr(other, name).dtype
        for name in ("case", "activity", "resource", "start", "end", "started")
    )
    return columns and (one.activities, one.resources) == (other.activities, other.resources)


def test_a_log_comes_back_as_it_was_brought_and_the_newest_counts(world: World) -> None:
    assert code(newest_log(world.office, name=MAILS)) == "no_event_log"
    first = done(import_log(world.office, world.builder, brought(small_log()), name=MAILS))
    second = done(import_log(world.office, world.owner, brought(small_log(shift=1.0)), name=MAILS))
    assert (first.again, second.again) == (False, False)
    found = done(newest_log(world.office, name=MAILS))
    assert found[0] == second.kept
    assert same(found[1], small_log(shift=1.0))
    assert [one.id for one in list_logs(world.office, name=MAILS)] == [second.kept.id, first.kept.id]
    (kept,) = [one for one in list_logs(world.office, name=MAILS) if one.id == first.kept.id]
    assert kept == first.kept
    assert kept.findings == (ODD,)
    assert (kept.events, kept.cases, kept.activities, kept.resources) == (3, 2, 2, 2)
    assert (kept.last_at - kept.first_at).total_seconds() == 61.25


def test_the_same_log_brought_twice_is_found_and_written_once(world: World) -> None:
    first = done(import_log(world.office, world.builder, brought(small_log()), name=MAILS))
    again = done(import_log(world.office, world.builder, brought(small_log(), digest="b" * 64), name=MAILS))
    assert again == replace(first, again=True)
    assert len(of_word(world, "log.imported")) == 1


def test_only_owner_and_builder_bring_logs(world: World) -> None:
    for person in (world.reviewer, world.risk):
        assert code(may_study(world.office, person, name=MAILS)) == "not_permitted"
        assert code(import_log(world.office, person, brought(small_log()), name=MAILS)) == "not_permitted"
    assert may_study(world.office, world.builder, name=MAILS) is None
    assert list_logs(world.office, name=MAILS) == []


def test_the_ledger_and_the_database_hold_no_activity_and_no_person(world: World) -> None:
    done(import_log(world.office, world.builder, brought(small_log()), name=MAILS))
    (event,) = of_word(world, "log.imported")
    assert {"digest", "events", "cases", "rows"} <= event.facts.keys()
    said = json.dumps(dict(event.facts), ensure_ascii=False)
    assert not [word for word in ("Grüße", "close", "R1") if word in said]
    with world.office.book.read() as tx:
        row = tx.run(event_log_tables.event_log.select()).one()
    assert b"close" not in row.body
    assert "close" not in row.findings


def test_an_erased_log_can_be_read_by_nobody_and_be_brought_again(world: World) -> None:
    kept = done(import_log(world.office, world.builder, brought(small_log()), name=MAILS)).kept
    assert code(erase_log(world.office, world.builder, name=MAILS, log=kept.id)) == "not_permitted"
    done(erase_log(world.office, world.owner, name=MAILS, log=kept.id))
    assert code(newest_log(world.office, name=MAILS)) == "no_event_log"
    assert [one.erased for one in list_logs(world.office, name=MAILS)] == [True]
    again = erase_log(world.office, world.owner, name=MAILS, log=kept.id)
    assert isinstance(again, Refused)
    assert again.code == "no_event_log"
    assert [event.facts["log"] for event in of_word(world, "log.erased")] == [kept.id]
    anew = done(import_log(world.office, world.builder, brought(small_log()), name=MAILS))
    assert not anew.again
    assert done(newest_log(world.office, name=MAILS))[0] == anew.kept
