"""The book: everything of a transaction lasts or nothing, its ledger entries included; a wrong clock or schema stops it."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from licet.core.case import Part
from licet.core.history import Shares
from licet.core.ids import PersonId
from licet.core.ledger import Event
from licet.core.people import Role
from licet.edge.vault import create_key
from licet.flows.register import add_person
from licet.pretend import START
from licet.store import ledger, people, use_cases
from licet.store.book import CLOCK_SLACK, Book, ClockWentBackError, check_clock, count_rows
from licet.store.cases import SealedAnswersError, history
from licet.store.engines import BrokenDatabaseError, DatabaseMissingError, SchemaError, check_schema, open_engine
from licet.testing import World, done, past_cases


def said(at: datetime) -> Event:
    """An entry."""
    return Event(what="case.erased", at=at, by=PersonId("p"), use_case=None, facts={})


def test_what_is_rolled_back_leaves_neither_change_nor_entry(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = (world.entries(), rows(world))
        with pytest.raises(RuntimeError, match="stop"):
            write_and_fail(world)
        assert (world.entries(), rows(world)) == before
        with world.office.book.read() as tx:
            assert people.by_id(tx, world.owner.id) == world.owner


def write_and_fail(world: World) -> None:
    """Writes here and there, and an entry, and then fails."""
    with world.office.book.write() as tx:
        people.set_roles(tx, world.owner.id, frozenset({Role.ADMIN}), "Other")
        tx.take_numbers("case", 5)
        tx.record(said(world.clock.now()))
        message = "stop"
        raise RuntimeError(message)


def rows(world: World) -> list[int]:
    """How many rows some tables have."""
    with world.office.book.read() as tx:
        return [count_rows(tx, table) for table in ("person", "counter", "ledger_entry", "ledger_pending")]


def test_a_number_is_given_once_even_when_a_transaction_in_between_fails(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        with world.office.book.write() as tx:
            assert list(tx.take_numbers("case", 3)) == [1, 2, 3]
        with world.office.book.write() as tx:
            assert list(tx.take_numbers("case", 2)) == [4, 5]
            assert list(tx.take_numbers("case", 0)) == []


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = rows(world)
        with suppress(BrokenDatabaseError), world.office.book.read() as tx:  # PostgreSQL says no at once
            tx.take_numbers("case", 5)
        assert rows(world) == before


def test_a_clock_that_went_back_is_refused_beyond_what_time_servers_do(tmp_path: Path) -> None:
    check_clock(None, START)
    check_clock(START, START - CLOCK_SLACK)
    with pytest.raises(ClockWentBackError, match="Set the clock right"):
        check_clock(START, START - CLOCK_SLACK - timedelta(microseconds=1))
    with World(tmp_path) as world:
        before = rows(world)
        world.clock.pass_time(-timedelta(days=1))
        with pytest.raises(ClockWentBackError):
            add_person(world.office, world.operator, email="late@example.org", name="Late", roles=frozenset())
        assert rows(world) == before


def test_entries_are_numbered_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        for k in range(5):
            world.person(f"p{k}")
        assert [event.at for event in world.events()] == sorted(event.at for event in world.events())
        with world.office.book.read() as tx:
            found = ledger.check(tx)
        assert (found.problems, found.entries) == ((), len(world.entries()))


def test_one_address_is_one_person_and_more_roles_are_one_more_entry(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        again = done(add_person(world.office, world.operator, email=" OLGA@example.org ", name="Olga", roles=frozenset({Role.RISK})))
        assert (again.id, again.roles) == (world.owner.id, frozenset({Role.OWNER, Role.RISK}))
        with pytest.raises(IntegrityError), world.office.book.write() as tx:
            people.add(tx, again, salt=b"x", at=world.clock.now())


def test_a_database_that_is_not_there_or_of_another_schema_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError, match="licet init"):
        open_engine(tmp_path / "none.sqlite")
    empty = open_engine(tmp_path / "empty.sqlite", create=True)
    with pytest.raises(SchemaError, match="licet init"):
        check_schema(empty)
    with World(tmp_path / "world") as world:
        engine = world.connect()
        check_schema(engine)
        for version, remedy in (("0000", "licet db upgrade"), ("9999", "newer Licet")):
            with engine.begin() as conn:
                conn.exec_driver_sql(f"update alembic_version set version_num = '{version}'")  # noqa: S608 - a version of this test
            with pytest.raises(SchemaError, match=remedy):
                check_schema(engine)


def test_sealed_answers_are_not_history(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case("mails")
        world.import_cases("mails", past_cases(60))
        with world.office.book.read() as tx, pytest.raises(SealedAnswersError):
            list(history(tx, use_cases.require(tx, "mails"), Part.BUILD, Part.SEALED))


def test_with_another_key_file_nothing_can_be_read(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case("mails")
        world.import_cases("mails", past_cases(60), shares=Shares(build=100, calibration=0, sealed=0))
        other = Book(world.connect(), create_key(tmp_path / "other"), world.draw)
        with other.read() as tx, pytest.raises(ValueError, match="key file"):
            list(history(tx, use_cases.require(tx, "mails"), Part.BUILD))


@pytest.mark.one_database
def test_outside_pretend_worlds_each_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with open_engine(tmp_path / "real.sqlite", create=True).connect() as conn:
        found = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode", "foreign_keys", "secure_delete")
        }
    assert found == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1}
