"""PostgreSQL: one writer at a time, least rights, and errors that say what to do and never a password."""

import re
import threading
import time
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.core.people import Role
from licet.store import engines, tables, use_cases
from licet.store.book import Book
from licet.store.engines import (
    BrokenDatabaseError,
    DatabaseAddressError,
    DatabaseBusyError,
    DatabaseUnreachableError,
    check_schema,
    named_errors,
    open_engine,
    schema_of,
)
from licet.store.upgrade import upgrade
from licet.testing import World, past_cases
from licet.wiring import check_ledger
from tests.cluster import OWNER, PASSWORD, Cluster
from tests.conftest import ROOT

pytestmark = pytest.mark.one_database

NOWHERE = Path("nowhere")


def granted() -> list[str]:
    """The statements that docs/operations.md tells people to run."""
    found = re.search(r"```sql\n(.*?)```", (ROOT / "docs/operations.md").read_text("utf-8"), flags=re.DOTALL)
    assert found is not None
    return found.group(1).strip().splitlines()


def test_an_empty_database_is_brought_to_the_present_schema_once(cluster: Cluster) -> None:
    engine = open_engine(NOWHERE, url=cluster.new_database())
    assert schema_of(engine) is None
    assert upgrade(engine) == (None, engines.HEAD)
    assert upgrade(engine) == (engines.HEAD, engines.HEAD)
    check_schema(engine)
    engine.dispose()


def test_with_the_rights_the_documentation_grants_a_whole_journey_runs_and_the_ledger_cannot_be_changed(
    cluster: Cluster, tmp_path: Path
) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        name = str(world.database_url).rpartition("/")[2]
        cluster.grant(*granted(), database=name)
        engine = open_engine(NOWHERE, url=cluster.url(name, user="licet_application", password=granted()[0].split("'")[1]))
        book = Book(engine, world.office.vault, world.draw)
        world.office = replace(world.office, book=book)
        world.journey("mails")
        assert world.submit("mails", past_cases(40, name="live")).alone > 0
        assert check_ledger(world.office).problems == ()
        for statement in (
            "update ledger_entry set body = body",
            "delete from ledger_entry",
            "truncate ledger_entry",
            "update ledger_pending set body = body",
            "delete from checkpoint",
            "update checkpoint set note = ''",
            "drop table ledger_entry",
            "create table mine (id int)",
        ):
            with pytest.raises(BrokenDatabaseError, match=r"permission denied|must be owner"), book.write() as tx:
                tx.conn.exec_driver_sql(statement)
        book.close()


def test_a_second_writer_waits_for_the_first_and_readers_wait_for_nobody(cluster: Cluster, tmp_path: Path) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        order: list[str] = []

        def second() -> None:
            with Book(world.connect(), world.office.vault, world.draw).write():
                order.append("second")

        with world.office.book.write() as tx:
            use_cases.create(tx, UseCaseSlug("held"), "Held", AnswerKind.CHOICE, by=world.owner.id, at=world.clock.now())
            waiting = threading.Thread(target=second)
            waiting.start()
            with world.office.book.read() as reader:
                assert use_cases.find(reader, "held") is None
            time.sleep(0.2)
            order.append("first")
        waiting.join(timeout=10)
        assert order == ["first", "second"]


def test_a_writer_that_never_ends_is_named_after_a_while(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_AFTER", timedelta(seconds=0.3))
    with World(tmp_path, database_url=cluster.new_world()) as world:
        other = Book(world.connect(), world.office.vault, world.draw)
        with world.office.book.write(), pytest.raises(DatabaseBusyError, match="Another process"), other.write():
            pass
        world.person("after", Role.REVIEWER)


def test_a_process_that_serves_waits_for_no_lock_statement_or_lost_machine_without_a_limit(cluster: Cluster) -> None:
    engine = open_engine(NOWHERE, url=cluster.new_database(), serving=True)
    with engine.connect() as conn:
        limits = {name: conn.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("lock_timeout", "statement_timeout")}
        assert limits == {"lock_timeout": "10s", "statement_timeout": "1min"}
        conn.exec_driver_sql("SET statement_timeout = 100")
        with pytest.raises(DatabaseBusyError, match="did not answer within a minute"), named_errors(engine):
            conn.exec_driver_sql("SELECT pg_sleep(5)")
    engine.dispose()


def test_a_connection_that_none_is_left_for_is_named(cluster: Cluster) -> None:
    engine = create_engine(
        cluster.url("postgres").replace("postgresql", "postgresql+psycopg"), pool_size=1, max_overflow=0, pool_timeout=0.1
    )
    with engine.connect(), pytest.raises(DatabaseBusyError, match="are in use"), named_errors(engine), engine.connect():
        pass
    engine.dispose()


def test_numbers_are_unique_and_the_ledger_whole_when_several_write_at_once(cluster: Cluster, tmp_path: Path) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        taken: list[int] = []

        def take() -> None:
            book = Book(world.connect(), world.office.vault, world.draw)
            for _ in range(20):
                with book.write() as tx:
                    taken.extend(tx.take_numbers("case", 3))
            book.close()

        threads = [threading.Thread(target=take) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(taken) == list(range(1, 4 * 20 * 3 + 1))


@pytest.mark.parametrize(
    ("user", "password", "database", "says"),
    [(OWNER, "wrong-password", "postgres", "password authentication failed"), (OWNER, PASSWORD, "absent", "does not exist")],
)
def test_who_is_not_let_in_reads_where_and_why_and_no_password(
    cluster: Cluster, user: str, password: str, database: str, says: str
) -> None:
    engine = open_engine(NOWHERE, url=cluster.url(database, user=user, password=password))
    with pytest.raises(DatabaseUnreachableError, match=says) as caught:
        schema_of(engine)
    assert f"'{database}' on 127.0.0.1:{cluster.port}" in str(caught.value)
    assert password not in f"{caught.value} {caught.value!r} {caught.value.__cause__} {engine}"


def test_a_server_that_is_not_there_is_named() -> None:
    engine = open_engine(NOWHERE, url="postgresql://u:secret-word@127.0.0.1:1/licet")
    with pytest.raises(DatabaseUnreachableError, match=r"'licet' on 127\.0\.0\.1:1") as caught:
        schema_of(engine)
    assert "secret-word" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret-word@h/d",
        "postgresql://u:secret-word@h",
        "postgresql://u:secret-word@h:port/d",
        "secret-word",
        "postgresql://u:secret-word@h/d?options=-csecret",
        "postgresql://u:secret-word@h/d?sslmode=prefer",
    ],
)
def test_what_is_no_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(DatabaseAddressError, match="LICET_DATABASE_URL") as caught:
        open_engine(NOWHERE, url=url)
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(cluster: Cluster) -> None:
    engine = open_engine(NOWHERE, url=f"{cluster.url('postgres')}?sslmode=verify-full")
    with pytest.raises(DatabaseUnreachableError, match="SSL"):
        schema_of(engine)


def test_a_server_that_was_started_again_is_found_again(cluster: Cluster, tmp_path: Path) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        name = str(world.database_url).rpartition("/")[2]
        end = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"  # noqa: S608 - a name of this test
        with pytest.raises(DatabaseUnreachableError), world.office.book.write() as tx:  # noqa: PT012 - it ends in between
            cluster.run(end)
            tx.take_numbers("case", 1)
        with world.office.book.write() as tx:
            assert list(tx.take_numbers("case", 1)) == [1]


def test_a_statement_that_fails_shows_no_value(cluster: Cluster, tmp_path: Path) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        with pytest.raises(IntegrityError) as caught, world.office.book.write() as tx:
            tx.insert_many(tables.counter, ("name", "value"), [("secret-word", 1), ("secret-word", 2)])
        shown = "".join(traceback.format_exception(caught.value))
        assert "duplicate key" in shown
        assert "secret-word" not in shown.replace('("secret-word", ', "")
