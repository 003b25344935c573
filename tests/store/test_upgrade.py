"""Upgrading: the steps make the tables the code knows, older code runs on what they add, and nothing is taken away under its feet."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from licet import __version__
from licet.pretend import START
from licet.store import engines, tallies, use_cases
from licet.store.engines import HEAD, LAST, SchemaError, check_schema, on_postgresql, open_engine, schema_of
from licet.store.migrations.versions import pre_0001_journey
from licet.store.tallies import Tally
from licet.store.upgrade import POST, PRE, STEPS, NotAStepError, OldWorkersError, Step, older, steps, upgrade, waiting
from licet.store.work_tables import metadata
from licet.testing import World, past_cases
from tests.cluster import Cluster

Opens = Callable[[], Engine]


@pytest.fixture
def fresh(on_each_database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """Opens an empty database, or the same once more."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if on_each_database == "postgresql" else None
    url = None if cluster is None else cluster.new_database()
    opened: list[Engine] = []

    def opens() -> Engine:
        opened.append(open_engine(tmp_path / "empty.sqlite", url=url, create=True))
        return opened[-1]

    yield opens
    for one in opened:
        one.dispose()


@pytest.fixture
def ahead(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of a later release's steps: one adds a column, one takes another away, one adds again."""
    folder = tmp_path / "steps"
    folder.mkdir()
    for number, before, kind, does in (
        (9001, HEAD, PRE, 'op.add_column("counter", sa.Column("note", sa.Text))'),
        (9002, 9001, POST, 'op.drop_column("counter", "note")'),
        (9003, 9002, PRE, 'op.add_column("counter", sa.Column("late", sa.Text))'),
    ):
        text = f'"""A step."""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "{number}"\ndown_revision = "{before}"\n'
        text += f"branch_labels = None\ndepends_on = None\ndef upgrade():\n    {does}\n"
        (folder / f"{kind}_{number}_change.py").write_text(text, "utf-8")
    return STEPS, folder


def until(ahead: tuple[Path, Path], last: int) -> tuple[Path, Path]:
    """The same, of a release that ends with a step."""
    for file in ahead[1].glob("*_9*.py"):
        if int(file.stem.split("_")[1]) > last:
            file.unlink()
    return ahead


def columns(engine: Engine) -> set[str]:
    """What the table of counters has."""
    return {str(column["name"]) for column in inspect(engine).get_columns("counter")}


def seen(engine: Engine, version: str, at: datetime) -> None:
    """Lets a worker give a sign of life."""
    with engine.connect() as conn:
        values = {"name": f"worker-{version}", "started_at": at, "seen_at": at, "version": version}
        conn.execute(metadata.tables["worker"].insert().values(**values))
        conn.commit()


def test_the_steps_make_exactly_the_tables_that_the_code_knows(fresh: Opens) -> None:
    engine = fresh()
    assert upgrade(engine) == (None, HEAD)
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []


def test_the_code_names_the_last_steps_there_are() -> None:
    assert max(step.revision for step in steps() if step.kind == PRE) == HEAD
    assert steps()[-1].revision == LAST
    assert [step.revision for step in steps()] == [f"{number:04}" for number in range(1, len(steps()) + 1)]


def shapes(engine: Engine) -> dict[str, object]:
    """What the first schema's tables look like."""
    seen_now = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen_now.get_columns(name)],
            sorted((str(index["name"]), str(index["column_names"]), bool(index["unique"])) for index in seen_now.get_indexes(name)),
            sorted(map(str, seen_now.get_foreign_keys(name))),
            sorted(map(str, seen_now.get_unique_constraints(name))),
        )
        for name in pre_0001_journey.TABLES
    }


def test_the_second_step_leaves_the_tables_of_the_first_as_they_were(fresh: Opens, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    (first / "pre_0001_journey.py").write_bytes((STEPS / "pre_0001_journey.py").read_bytes())
    engine = fresh()
    assert upgrade(engine, folders=(first,)) == (None, "0001")
    before = shapes(engine)
    engine.dispose()
    assert upgrade(engine) == ("0001", HEAD)
    assert shapes(fresh()) == before


def test_tallies_of_an_older_database_are_counted_and_are_those_counted_as_it_happens(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        world.submit("mails", past_cases(60, name="live", unsure=20))
        world.answer("mails")
        world.submit("mails", past_cases(30, name="more", unsure=10))
        with world.office.book.read() as tx:
            kept, mails = tallies.every(tx), use_cases.require(tx, "mails").id
        assert kept[mails].tasks["decision"] > 0
        assert kept[mails].decided["ai"] + kept[mails].decided["person"] + kept[mails].tasks["decision"] == 90
        assert sum(kept[mails].routed.values()) == 90
        with world.office.book.write() as tx:
            if on_postgresql(tx.conn):
                tx.conn.exec_driver_sql("DROP POLICY one_team ON use_case")
            for name in ("work", "effect", "correction", "stop", "request", "api_token", "team", "duty", "worker", "tally"):
                tx.conn.exec_driver_sql(f"DROP TABLE {name}")
            tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        upgrade(world.connect())
        with world.office.book.read() as tx:
            assert without_nothing(tallies.every(tx)[mails]) == without_nothing(kept[mails])


def without_nothing(tally: Tally) -> list[dict[str, int]]:
    """A tally without what came to nothing."""
    return [{word: n for word, n in counts.items() if n} for counts in (tally.routed, tally.decided, tally.tasks)]


def test_a_step_that_only_adds_runs_under_old_workers_and_one_that_takes_away_waits_until_they_are_gone(
    fresh: Opens, ahead: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders, engine = until(ahead, 9002), fresh()
    upgrade(engine)
    seen(engine, "0.0.9", START)
    assert upgrade(engine, folders=folders, now=START) == (HEAD, "9001")
    assert "note" in columns(engine)
    check_schema(engine)  # this release runs on what the next has added
    with pytest.raises(OldWorkersError, match=r"worker-0\.0\.9 \(0\.0\.9\).*Stop them or replace them"):
        upgrade(engine, post=True, folders=folders, now=START + timedelta(seconds=119))
    assert (schema_of(engine), "note" in columns(fresh())) == ("9001", True)
    assert upgrade(engine, folders=folders, now=START + timedelta(hours=1)) == ("9001", "9001")
    assert upgrade(engine, post=True, folders=folders, now=START + timedelta(seconds=121)) == ("9001", "9002")
    assert "note" not in columns(fresh())
    with pytest.raises(SchemaError, match="newer"):
        check_schema(engine)
    monkeypatch.setattr(engines, "HEAD", "9001")
    monkeypatch.setattr(engines, "LAST", "9002")
    check_schema(engine)


def test_workers_of_this_release_or_a_newer_one_hold_nothing_up(fresh: Opens, ahead: tuple[Path, Path]) -> None:
    engine = fresh()
    upgrade(engine)
    seen(engine, __version__, START)
    seen(engine, "99.0.0", START)
    assert upgrade(engine, post=True, folders=ahead, now=START) == (HEAD, "9003")


def test_steps_that_were_left_out_by_a_release_are_taken_on_the_way_to_the_next_under_the_same_condition(
    fresh: Opens, ahead: tuple[Path, Path]
) -> None:
    engine = fresh()
    upgrade(engine)
    seen(engine, "0.0.9", START)
    assert [step.revision for step in waiting(HEAD, ahead)] == ["9001", "9002", "9003"]
    with pytest.raises(OldWorkersError, match="9002"):
        upgrade(engine, folders=ahead, now=START)
    assert schema_of(engine) == "9001"
    assert upgrade(engine, folders=ahead, now=START + timedelta(minutes=3)) == ("9001", "9003")


def test_a_new_installation_takes_every_step_at_once(fresh: Opens, ahead: tuple[Path, Path]) -> None:
    assert upgrade(fresh(), post=True, folders=ahead) == (None, "9003")


def test_a_newer_schema_that_says_nothing_of_older_code_is_refused(fresh: Opens) -> None:
    engine = fresh()
    upgrade(engine)
    with engine.connect() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        conn.commit()
    with pytest.raises(SchemaError, match="newer"):
        check_schema(engine)


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["later_0003_x.py", "pre_3_x.py", "post_000x_y.py"])
def test_a_file_that_does_not_say_which_step_it_is_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(NotAStepError, match=name):
        steps((tmp_path,))
    assert Step(revision="0001", kind=PRE) in steps()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("version", "than", "is_older"),
    [("0.1.0", "0.1.0", False), ("0.0.9", "0.1.0", True), ("0.10.0", "0.9.0", False), ("1.0.0rc1", "0.1.0", True), ("", "0.1.0", True)],
)
def test_a_release_whose_number_cannot_be_read_is_taken_to_be_old(version: str, than: str, *, is_older: bool) -> None:
    assert older(version, than) is is_older
