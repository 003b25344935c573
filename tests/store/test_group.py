"""Group commit: threads share a commit, what fails is taken back alone, and nobody is told before the commit."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from licet.core.people import Role
from licet.edge.draw import SystemDraw
from licet.store import group, people, tables
from licet.store.book import ROWS_TO_COPY
from licet.store.engines import BrokenDatabaseError, DatabaseBusyError, DatabaseUnreachableError
from licet.store.group import GroupBook
from licet.testing import World
from tests.cluster import Cluster

THREADS = 8


def grouped(world: World) -> tuple[GroupBook, Engine]:
    """A server's book on the world's database."""
    engine = world.connect()
    return GroupBook(engine, world.office.vault, SystemDraw()), engine


def commits_of(engine: Engine) -> list[str]:
    """Notes every commit of an engine."""
    noted: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        if statement == "COMMIT":
            noted.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return noted


def side_by_side(act: Callable[[int], object]) -> list[object]:
    """Runs an act in several threads that start at once; what failed is given as it was raised."""
    start = threading.Barrier(THREADS)

    def one(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def numbered(book: GroupBook, rounds: int) -> Callable[[int], list[int]]:
    """An act that takes a number again and again."""

    def take(thread: int) -> list[int]:
        del thread
        taken: list[int] = []
        for _ in range(rounds):
            with book.write() as tx:
                taken += tx.take_numbers("case", 1)
                time.sleep(0.002)
        return taken

    return take


def test_many_threads_write_without_losing_anything_and_share_commits(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        book, engine = grouped(world)
        commits = commits_of(engine)
        taken = side_by_side(numbered(book, 10))
        numbers = sorted(number for some in taken if isinstance(some, list) for number in some)
        assert numbers == list(range(1, 10 * THREADS + 1))
        assert 0 < len(commits) < 10 * THREADS


def test_a_thread_that_fails_takes_back_its_own_part_and_nobody_elses(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        book, _ = grouped(world)

        def write(number: int) -> int:
            with book.write() as tx:
                (taken,) = tx.take_numbers("case", 1)
                people.set_roles(tx, world.owner.id, frozenset({Role.OWNER}), f"Name {taken}")
                time.sleep(0.01)
                if number % 2:
                    message = "my own fault"
                    raise RuntimeError(message)
            return taken

        found = side_by_side(write)
        assert [isinstance(one, RuntimeError) for one in found] == [number % 2 == 1 for number in range(THREADS)]
        kept = sorted(one for one in found if isinstance(one, int))
        assert kept == list(range(1, len(kept) + 1))
        with book.read() as tx:
            owner = people.by_id(tx, world.owner.id)
        assert owner is not None
        assert owner.name == f"Name {kept[-1]}"


def test_who_passes_over_a_failure_is_not_told_that_everything_was_written(tmp_path: Path) -> None:
    """Breaks when a COMMIT that PostgreSQL answers by taking everything back counts as one."""
    with World(tmp_path) as world:
        for book in (grouped(world)[0], world.office.book):
            told: object = "written"
            try:
                with book.write() as tx:
                    (taken,) = tx.take_numbers("case", 1)
                    with suppress(SQLAlchemyError):
                        tx.conn.exec_driver_sql("SELECT nothing_of_this_name")
            except BrokenDatabaseError as error:
                told = error
            with book.write() as tx:
                (following,) = tx.take_numbers("case", 1)
            assert (told == "written") == (following == taken + 1)


def test_everybody_in_a_group_is_told_when_its_commit_fails(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        book, engine = grouped(world)
        fail = [True]

        def refuse(*arguments: object) -> None:
            if fail and str(arguments[2]) == "COMMIT":
                message = "the disk is full"
                raise ConnectionError(message)

        event.listen(engine, "before_cursor_execute", refuse)
        told = side_by_side(numbered(book, 1))
        assert all(isinstance(one, ConnectionError | DatabaseUnreachableError | BrokenDatabaseError) for one in told), told
        fail.clear()
        with book.write() as tx:
            assert list(tx.take_numbers("case", 1)) == [1]


def side_of(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begins an act in a thread; what came of it, or what it raised, is in the list when the thread ends."""
    came: list[object] = []

    def go() -> None:
        try:
            came.append(act())
        except Exception as error:  # noqa: BLE001 - looked at by the test
            came.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    return thread, came


def meet(inside: threading.Event, go: threading.Event) -> None:
    """Says that it is there, and waits until it may go on."""
    inside.set()
    go.wait(20)


def taken_by(book: GroupBook, before: Callable[[], object] = lambda: None) -> list[int]:
    """Takes a number, after doing something inside the transaction."""
    with book.write() as tx:
        before()
        return list(tx.take_numbers("case", 1))


def test_nobody_waits_without_a_limit_for_a_thread_that_hangs_in_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PATIENCE", timedelta(seconds=0.3))
    with World(tmp_path) as world:
        book, _ = grouped(world)
        inside, free = threading.Event(), threading.Event()
        hanging, came = side_of(lambda: taken_by(book, lambda: meet(inside, free)))
        assert inside.wait(20)
        with pytest.raises(DatabaseBusyError, match="Another thread of this process"):
            taken_by(book)
        free.set()
        hanging.join(20)
        assert came == [[1]]
        assert taken_by(book) == [2]


def test_nobody_waits_without_a_limit_for_a_commit_that_another_thread_owes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PATIENCE", timedelta(seconds=0.5))
    monkeypatch.setattr(group, "LONGEST", timedelta(seconds=20))
    with World(tmp_path) as world:
        book, _ = grouped(world)
        inside, go, free = threading.Event(), threading.Event(), threading.Event()
        first, told = side_of(lambda: taken_by(book, lambda: meet(inside, go)))
        assert inside.wait(20)
        second, came = side_of(lambda: taken_by(book, lambda: free.wait(20)))
        time.sleep(0.2)
        go.set()
        first.join(20)
        assert isinstance(told[0], DatabaseUnreachableError)
        assert "has not said" in str(told[0])
        free.set()
        second.join(20)
        assert came == [[2]]
        assert taken_by(book) == [3]


@pytest.mark.one_database
def test_everybody_is_told_in_words_when_the_connection_is_lost_between_two_turns(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "LONGEST", timedelta(seconds=20))
    with World(tmp_path, database_url=cluster.new_world()) as world:
        book, _ = grouped(world)
        inside, go = threading.Event(), threading.Event()

        def lose() -> None:
            with book.write() as tx:
                tx.take_numbers("case", 1)
                backend = tx.conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                inside.set()
                go.wait(20)
                cluster.run(f"SELECT pg_terminate_backend({backend})")
                time.sleep(0.2)

        first, told = side_of(lose)
        assert inside.wait(20)
        second, came = side_of(lambda: taken_by(book))
        time.sleep(0.2)
        go.set()
        first.join(20)
        second.join(20)
        assert [type(one) for one in (*told, *came)] == [DatabaseUnreachableError] * 2
        assert taken_by(book) == [1]


def write_and_fail(book: GroupBook) -> None:
    """Writes, and then fails."""
    with book.write() as tx:
        tx.take_numbers("case", 7)
        message = "once"
        raise RuntimeError(message)


def test_a_book_goes_on_after_a_first_part_that_failed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        book, _ = grouped(world)
        with pytest.raises(RuntimeError, match="once"):
            write_and_fail(book)
        with book.write() as tx:
            assert list(tx.take_numbers("case", 1)) == [1]
        with book.claim() as tx:
            people.set_roles(tx, world.owner.id, frozenset({Role.RISK}), "Other")
        with book.read() as tx:
            found = people.by_id(tx, world.owner.id)
        assert found is not None
        assert found.name == "Other"


@pytest.mark.one_database
def test_everybody_in_a_group_whose_connection_is_lost_is_told_in_words(tmp_path: Path, cluster: Cluster) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        book, _ = grouped(world)
        inside, go = threading.Event(), threading.Event()

        def write(number: int) -> list[int]:
            if number:
                inside.wait(10)
                time.sleep(number / 100)
            with book.write() as tx:
                if not number:
                    inside.set()
                    go.wait(10)
                if number == 2:
                    backend = tx.conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                    cluster.run(f"SELECT pg_terminate_backend({backend})")
                    time.sleep(0.2)
                return list(tx.take_numbers("case", 1))

        threading.Timer(0.3, go.set).start()
        told = side_by_side(write)
        kept = sorted(number for one in told if isinstance(one, list) for number in one)
        assert kept == list(range(1, len(kept) + 1))
        assert isinstance(told[2], DatabaseUnreachableError)
        assert all(isinstance(one, list | DatabaseUnreachableError) for one in told), told
        with book.write() as tx:
            assert list(tx.take_numbers("case", 1)) == [len(kept) + 1]


@pytest.mark.one_database
def test_a_connection_that_is_lost_and_a_constraint_that_is_broken_while_rows_are_streamed_are_named(
    tmp_path: Path, cluster: Cluster
) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        book, _ = grouped(world)
        columns, rows = ("name", "value"), [(f"series {number}", number) for number in range(ROWS_TO_COPY)]

        def stream(before: str | None) -> None:
            with book.write() as tx:
                if before is not None:
                    cluster.run(before.format(tx.conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()))
                    time.sleep(0.2)
                tx.insert_many(tables.counter, columns, rows)

        with pytest.raises(DatabaseUnreachableError):
            stream("SELECT pg_terminate_backend({})")
        stream(None)
        with pytest.raises(IntegrityError) as told:
            stream(None)
        assert "series" not in str(told.value)
