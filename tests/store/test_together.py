"""Writes said together last or not as if said one by one, and a connection that broke while it lay idle is replaced."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from licet.core.answer import AnswerKind
from licet.core.case import CaseBody, Part, TextContent
from licet.core.ids import CaseNumber, UseCaseSlug
from licet.core.use_case import UseCase
from licet.store import cases, live, use_cases
from licet.store.book import Book, Tx, count_rows
from licet.store.cases import NewCase
from licet.testing import World
from tests.cluster import Cluster


def case(number: int) -> NewCase:
    """A case that came in."""
    return NewCase(
        number=CaseNumber(number),
        part=Part.LIVE,
        body=CaseBody(content=TextContent(text="Where is my card?")),
        answer=None,
        answered_by="",
        external_id=f"mail-{number}",
        happened_at=None,
        digest=bytes(32),
        place=bytes(8),
        salt=bytes([number % 256]) * 32,
    )


def made(world: World) -> UseCase:
    """A use case."""
    with world.office.book.write() as tx:
        slug = UseCaseSlug("mails")
        return use_cases.create(tx, slug, "Mails", AnswerKind.CHOICE, by=world.owner.id, at=world.clock.now())


def write(world: World, tx: Tx, use_case: UseCase, number: int) -> None:
    """Writes a case and its key."""
    cases.add(tx, use_case, [case(number)], batch=None, sealed_set=None, at=world.clock.now())


def write_and_fail(world: World, use_case: UseCase, *, twice: bool) -> None:
    """Writes a case in a block that fails: because the case is written twice, or of itself."""
    with world.office.book.write() as tx, tx.together():
        write(world, tx, use_case, 1)
        if twice:
            write(world, tx, use_case, 1)
            return
        message = "stop"
        raise RuntimeError(message)


def counted(book: Book) -> tuple[int, int]:
    """How many cases and keys there are."""
    with book.read() as tx:
        return count_rows(tx, "case_item"), count_rows(tx, "case_key")


def test_what_is_said_together_is_there_when_the_block_ends(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        use_case = made(world)
        with world.office.book.write() as tx:
            with tx.together(), tx.together():
                write(world, tx, use_case, 1)
                write(world, tx, use_case, 2)
            assert set(cases.names_among(tx, use_case, ["mail-1", "mail-2"])) == {"mail-1", "mail-2"}
        assert counted(world.office.book) == (2, 2)


def test_what_breaks_a_law_of_the_database_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        use_case = made(world)
        with pytest.raises(IntegrityError):
            write_and_fail(world, use_case, twice=True)
        assert counted(world.office.book) == (0, 0)


def test_a_block_that_fails_says_nothing_later(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        use_case = made(world)
        with pytest.raises(RuntimeError, match="stop"):
            write_and_fail(world, use_case, twice=False)
        with world.office.book.write() as tx, tx.together():
            write(world, tx, use_case, 2)
        assert counted(world.office.book) == (1, 1)


@pytest.mark.one_database
def test_a_connection_that_broke_in_the_pool_is_replaced_without_a_word(cluster: Cluster, tmp_path: Path) -> None:
    with World(tmp_path, database_url=cluster.new_world()) as world:
        name = str(world.database_url).rpartition("/")[2]
        assert counted(world.office.book) == (0, 0)
        end = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"  # noqa: S608 - a name of this test
        cluster.run(end)
        assert counted(world.office.book) == (0, 0)
        cluster.run(end)
        with world.office.book.write() as tx:
            assert list(tx.take_numbers("case", 1)) == [1]


@pytest.mark.one_database
def test_a_case_is_found_by_its_name_without_reading_the_others(tmp_path: Path) -> None:
    with World(tmp_path, database_url=None) as world:
        use_case = made(world)
        engine = world.connect()
        said: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", lambda *told: said.append((str(told[2]), told[3])))
        with Book(engine, world.office.vault, world.office.draw).read() as tx:
            assert live.find(tx, use_case, "mail-1") is None
            statement, values = said[1]
            plan = tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        assert "case_external" in str(plan[0])
