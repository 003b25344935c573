"""Gauges: what they say is what the rows say, and they stay cheap however many cases there were."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, insert, text, update

from licet.flows.intake import Batch, accept
from licet.store import use_cases, work_tables
from licet.store.book import Tx
from licet.store.effects import DEAD, WAITING
from licet.store.engines import on_postgresql
from licet.store.gauges import Gauges, UseCaseGauges, read_gauges
from licet.testing import POSTED, World, done, past_cases

MANY = ("case_item", "case_key", "routing", "decision", "task", "review", "proposal", "ledger_entry", "effect", "audit", "checkpoint")
"""Tables that grow with the cases; none may be read from one end to the other."""


def gauges(world: World) -> Gauges:
    """How a world stands now."""
    with world.office.book.read() as tx:
        return read_gauges(tx, world.clock.now())


def mails(world: World) -> UseCaseGauges:
    """How its one use case stands."""
    return gauges(world).use_cases[0]


def add_effects(tx: Tx, use_case: int, states: list[str], *, at: object) -> None:
    """Puts effects into their table, one for each state."""
    first = tx.conn.execute(text("select min(number) from case_item")).scalar_one()
    rows = [
        {
            "case_number": first,
            "use_case_id": use_case,
            "number": number,
            "key": f"k{number}",
            "way": "webhook",
            "alone": True,
            "state": state,
            "made_at": at,
            "ready_at": at,
            "attempts": 1,
        }
        for number, state in enumerate(states, 100)
    ]
    tx.run(insert(work_tables.effect), rows)


@contextmanager
def statements(tx: Tx) -> Iterator[list[tuple[str, object]]]:
    """What is asked of the database meanwhile."""
    asked: list[tuple[str, object]] = []

    def note(conn: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        del conn, cursor, rest
        asked.append((statement, parameters))

    event.listen(tx.conn, "before_cursor_execute", note)
    yield asked
    event.remove(tx.conn, "before_cursor_execute", note)


def plan(tx: Tx, statement: str, parameters: object) -> str:
    """How the database would do it."""
    word = "EXPLAIN " if on_postgresql(tx.conn) else "EXPLAIN QUERY PLAN "
    return "\n".join(str(tuple(row)) for row in tx.conn.exec_driver_sql(word + statement, parameters))  # type: ignore[arg-type] # as it was


def test_no_table_that_grows_with_the_cases_is_read_from_one_end_to_the_other(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        world.submit("mails", past_cases(300, name="live", unsure=100))
        with world.office.book.write() as tx:
            add_effects(tx, 1, ["delivered"] * 3000 + [WAITING, DEAD], at=world.clock.now())
        with world.office.book.write() as tx:
            if on_postgresql(tx.conn):
                tx.conn.exec_driver_sql("ANALYZE")  # as its autovacuum does; nobody ever does it on SQLite
        with world.office.book.read() as tx:
            with statements(tx) as asked:
                read_gauges(tx, world.clock.now())
            if on_postgresql(tx.conn):
                tx.conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # small tables are read whole, whatever the index
            plans = [plan(tx, *one) for one in asked if one[0].lstrip().upper().startswith("SELECT")]
    assert len(plans) > 8
    for table in MANY:
        for found in plans:
            assert f"Seq Scan on {table} " not in found
            assert f"SCAN {table}'" not in found
            assert f"SCAN {table} " not in found or "USING" in found
    assert not any("case_item" in found for found in plans)


def test_queue_shows_how_many_wait_since_when_and_which_were_abandoned(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        assert mails(world).queue.cases == 0
        began = world.clock.now()
        done(accept(world.office, world.operator, Batch(name="mails", rows=past_cases(7, name="live"), card=POSTED, source="test")))
        queue = mails(world).queue
        assert (queue.cases, queue.abandoned) == (7, 0)
        assert queue.oldest is not None
        assert queue.oldest > began
        with world.office.book.write() as tx:
            late = world.clock.now() - timedelta(minutes=3)
            tx.run(update(work_tables.work).values(claim="c_1", claimed_by="dead:1", leased_until=late))
        queue = mails(world).queue
        assert (queue.cases, queue.abandoned, queue.abandoned_since) == (7, 7, late)


def test_tallies_effects_stops_workers_and_the_mandate_are_shown_as_they_stand(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mandate = world.journey("mails")
        world.submit("mails", past_cases(60, name="live", unsure=20))
        with world.office.book.write() as tx:
            now = world.clock.now()
            use_case = use_cases.require(tx, "mails").id
            add_effects(tx, use_case, [WAITING, WAITING, DEAD, "delivered"], at=now)
            for reach in (use_case, None):
                tx.run(insert(work_tables.stop).values(use_case_id=reach, by="p_1", why="x", at=now))
            for name, seen in (("a:1", now), ("b:1", now - timedelta(hours=1))):
                tx.run(insert(work_tables.worker).values(name=name, started_at=now, seen_at=seen, version="0.1.0"))
        found, one = gauges(world), mails(world)
        assert sum(one.tally.routed.values()) == 60
        assert one.tally.tasks["decision"] == sum(count for reason, count in one.tally.routed.items() if reason)
        assert (one.effects.waiting, one.effects.dead, one.effects.due_since) == (2, 1, now)
        assert (one.stopped_at, found.stopped_at) == (now, now)
        assert [worker.name for worker in found.alive(world.clock.now())] == ["a:1"]
        assert one.mandate is not None
        assert (one.mandate.state, one.mandate.expires_at, one.mandate.meter) == ("active", mandate.expires_at, 0.0)
        assert found.database_bytes > 10_000
        assert found.pending > 0
        assert found.pending_since is not None
        world.events()
        assert gauges(world).pending == 0


def test_an_installation_without_anything_has_gauges_too(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case("mails")
        found = gauges(world)
        assert (found.workers, found.stopped_at) == ((), None)
        assert (found.use_cases[0].mandate, found.use_cases[0].queue.oldest) == (None, None)


def test_audits_whose_time_is_over_are_counted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        world.submit("mails", past_cases(200, name="live"))
        assert mails(world).mandate is not None
        world.clock.pass_time(timedelta(days=8))
        mandate = mails(world).mandate
        assert mandate is not None
        assert mandate.audits_overdue > 0
