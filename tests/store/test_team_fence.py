"""The fence between teams: in Licet on every database, and on PostgreSQL once more in the server itself."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import NoResultFound

from licet.core.answer import AnswerKind
from licet.core.ids import TeamName
from licet.flows.register import new_use_case, rename_use_case
from licet.store import tables, teams, use_cases
from licet.store.book import Book, Tx
from licet.store.engines import open_engine
from licet.store.group import GroupBook
from licet.store.use_cases import UnknownUseCaseError
from licet.testing import World, done
from tests.cluster import Cluster
from tests.conftest import ROOT

NORTH, SOUTH = TeamName("north"), TeamName("south")
SECRET = "a-password-of-a-test"  # noqa: S105 - of a server that is thrown away
NAMES = {None: ["mails", "in-north", "in-south"], NORTH: ["in-north"], SOUTH: ["in-south"]}


def peopled(world: World) -> World:
    """A use case of each team."""
    for name, team in (("mails", None), ("in-north", NORTH), ("in-south", SOUTH)):
        done(new_use_case(world.office, world.owner, name=name, title=name, kind=AnswerKind.CHOICE, team=team))
    return world


@pytest.fixture
def grouped(tmp_path: Path) -> Iterator[World]:
    """A world whose threads share commits, as in a server."""
    with World(tmp_path) as world:
        peopled(world)
        world.office = replace(world.office, book=GroupBook(world.connect(), world.office.vault, world.draw))
        yield world


def test_threads_of_several_teams_share_a_commit_and_each_sees_its_own(grouped: World) -> None:
    """Breaks when the view of one part of a group stays behind for the next."""
    assert wrong_views(grouped, named) == []


def wrong_views(world: World, sees: Callable[[Tx], list[str]]) -> list[str]:
    """What threads of two teams, and of none, see of the use cases that they should not; every third of their parts fails."""
    start = threading.Barrier(6)

    def look(at: int) -> list[str]:
        team = (None, NORTH, SOUTH)[at % 3]
        office = world.office if team is None else world.office.for_team(team)
        start.wait(timeout=10)
        wrong = []
        for round_ in range(20):
            with suppress(UnknownUseCaseError), office.book.write() as tx:
                seen = sees(tx)
                if seen != NAMES[team]:
                    wrong.append(f"{team}: {seen}")
                if round_ % 3 == 0:
                    use_cases.require(tx, "nowhere")
        return wrong

    with ThreadPoolExecutor(max_workers=6) as pool:
        return [found for wrong in pool.map(look, range(6)) for found in wrong]


def named(tx: Tx) -> list[str]:
    """The use cases that Licet finds."""
    return [found.slug for found in use_cases.every(tx)]


def stored(tx: Tx) -> list[str]:
    """The use cases that the database shows to a reader that forgets to ask whose they are."""
    return [row.slug for row in tx.run(tables.use_case.select().order_by(tables.use_case.c.id))]


def test_a_row_id_of_another_team_finds_nothing(grouped: World) -> None:
    with grouped.office.book.read() as tx:
        there = use_cases.require(tx, "in-south").id
    with grouped.office.for_team(NORTH).book.claim() as tx, pytest.raises(NoResultFound):
        use_cases.by_id(tx, there)


def test_no_reader_finds_a_use_case_by_name_without_asking_whose_it_is() -> None:
    """Breaks when a reader of the store finds use cases by name and never asks whose they are."""
    texts = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "src/licet/store").glob("*.py"))}
    by_name = {name for name, text in texts.items() if re.search(r"\b(use_case\.c|u|c)\.slug ==", text)}
    assert "use_cases.py" in by_name
    assert not {name for name in by_name if "in_view(tx)" not in texts[name]}


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[World]:
    """A world on PostgreSQL in which Licet signs in as another role than the tables' owner."""
    with World(tmp_path, database_url=cluster.new_world()) as world:
        name = str(world.database_url).rpartition("/")[2]
        role = f"application_{name}"
        cluster.run(
            f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            database=name,
        )
        engine = open_engine(Path("nowhere"), url=cluster.url(name, user=role, password=SECRET))
        world.office = replace(world.office, book=Book(engine, world.office.vault, world.draw))
        peopled(world)
        yield world
        engine.dispose()
        cluster.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}", database=name)


@pytest.mark.one_database
def test_the_server_itself_hides_other_teams_from_a_reader_that_forgets_to_ask(server: World) -> None:
    """Breaks when the policy is missing, or the setting does not reach the transaction: the statement names no team."""
    for team, names in NAMES.items():
        office = server.office if team is None else server.office.for_team(team)
        for opened in (office.book.read, office.book.write, office.book.claim):
            with opened() as tx:
                assert stored(tx) == names
    with server.office.for_team(NORTH).book.write() as tx:
        changed = tx.conn.execute(tables.use_case.update().values(title="mine"))
        assert changed.rowcount == 1


@pytest.mark.one_database
def test_behind_the_servers_fence_threads_share_a_commit_and_each_sees_its_own(server: World) -> None:
    """Breaks when the setting of one part of a group stays behind for the next, or is lost with a part that failed."""
    book = GroupBook(server.office.book._engine, server.office.vault, server.draw)
    server.office = replace(server.office, book=book)
    assert wrong_views(server, stored) == []


@pytest.mark.one_database
def test_behind_the_servers_fence_a_team_still_creates_and_renames(server: World) -> None:
    office = server.office.for_team(NORTH)
    made = done(new_use_case(office, server.owner, name="fresh", title="x", kind=AnswerKind.CHOICE))
    renamed = done(rename_use_case(office, server.owner, name="fresh", new_name="fresher"))
    assert renamed.id == made.id
    with server.office.book.read() as tx:
        assert teams.of(tx, use_cases.require(tx, "fresher")) == NORTH
