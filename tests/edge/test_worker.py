"""A worker: decides what waits without being asked, shares itself between use cases, and lets go of everything when it ends."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from licet.core.case import Content
from licet.core.history import PastCase
from licet.core.people import Caller
from licet.core.signal import Fact
from licet.core.system import Proposed
from licet.core.token import TokenScope
from licet.edge import worker as worker_module
from licet.edge.draw import SystemDraw
from licet.edge.durable import DurableEngine
from licet.edge.worker import ENDS_WITHIN, LONGEST_PAUSE_S, Staff, Worker, pause_after
from licet.flows import drain
from licet.flows.drain import LEASE, Claimed, claim_cases, waiting_use_cases
from licet.flows.intake import Batch, accept
from licet.flows.issue_tokens import TokenWish, new_token
from licet.flows.receive import KEPT, Parcel, know_again
from licet.ports import Durable
from licet.store import queue, use_cases
from licet.store.group import GroupBook
from licet.testing import POSTED, World, done, past_cases, says_like
from tests.flows.examples import of_word

QUICK = Staff(threads=8, per_use_case=2, look_every=timedelta(milliseconds=20), settle_every=timedelta(milliseconds=50))


@dataclass(slots=True)
class PlainEngine:
    """An engine that remembers nothing: what is right must be so without one (the port `Durable`)."""

    works: list[Callable[[int, str], None]] = field(default_factory=list)

    def launch(self, work: Callable[[int, str], None]) -> None:
        self.works.append(work)

    def run(self, use_case_id: int, claim: str) -> None:
        self.works[0](use_case_id, claim)

    def prune(self, before: datetime) -> int:
        del before
        return 0

    def close(self) -> None:
        self.works.clear()


@dataclass(slots=True)
class Noted:
    """What a worker said."""

    said: list[tuple[str, dict[str, Fact]]] = field(default_factory=list)

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        self.said.append((signal, facts))


@contextmanager
def working(world: World, engine: Durable | None = None, within: timedelta = ENDS_WITHIN) -> Iterator[tuple[Worker, Noted]]:
    """A worker on the world's database, in threads of this process; the world's time stands still meanwhile."""
    world.clock.tick = timedelta(0)
    office = replace(world.office, book=GroupBook(world.connect(), world.office.vault, SystemDraw()), draw=SystemDraw())
    noted = Noted()
    worker = Worker(office=office, engine=engine or PlainEngine(), name="test:1", journal=noted, staff=QUICK)
    worker.start()
    try:
        yield worker, noted
    finally:
        worker.stop(within)


def send(world: World, name: str, count: int, *, posted: bool = True, begins: str = "live") -> None:
    rows = past_cases(count, name=begins)
    done(accept(world.office, world.operator, Batch(name=name, rows=rows, card=POSTED if posted else None, source="program")))


def depth(world: World, name: str) -> int:
    with world.office.book.read() as tx:
        return queue.depth(tx, use_cases.require(tx, name), at_most=10_000)


def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_cases_that_come_in_are_decided_and_the_ledger_is_numbered(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        with working(world) as (worker, noted):
            send(world, "mails", 300)
            worker.wake()
            until(lambda: depth(world, "mails") == 0)
        assert len(of_word(world, "case.routed")) == 300
        assert noted.said[0][0] == "worker.started"
        assert noted.said[-1][0] == "worker.stopped"
        done_ones = [facts for what, facts in noted.said if what == "chunk.done"]
        assert sum(int(str(facts["alone"])) for facts in done_ones) == len(of_word(world, "case.decided")) > 200


def test_a_slow_system_of_one_team_holds_up_no_other(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        live = past_cases(30, name="live")
        for name in ("slow", "quick"):
            world.journey(name, scripted=True, begins=name)
        free = threading.Event()

        def slowly(content: Content) -> Proposed:
            free.wait(20)
            return says_like(live)(content)

        world.systems.there["slow"].says, world.systems.there["quick"].says = slowly, says_like(live)
        with working(world):
            for _ in range(3):
                send(world, "slow", 30, posted=False)
            send(world, "quick", 30, posted=False)
            until(lambda: depth(world, "quick") == 0)
            assert depth(world, "slow") == 30
            free.set()
            until(lambda: depth(world, "slow") == 0)


def test_a_worker_that_is_ended_finishes_its_part_and_gives_the_rest_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        live = past_cases(100, name="live")
        world.journey("mails", scripted=True)
        asked, free = threading.Event(), threading.Event()

        def slowly(content: Content) -> Proposed:
            asked.set()
            free.wait(20)
            return says_like(live)(content)

        world.systems.there["mails"].says = slowly
        send(world, "mails", 100, posted=False)
        with working(world):
            assert asked.wait(20)
            threading.Timer(0.2, free.set).start()
        assert depth(world, "mails") == 75
        other = claim_cases(world.office, waiting_use_cases(world.office)[0], holder="other")
        assert isinstance(other, Claimed)
        assert other.cases == 75


def decided_once(world: World) -> int:
    """How many cases were routed; none of them twice."""
    numbers = [event.facts["case_number"] for event in of_word(world, "case.routed")]
    assert len(numbers) == len(set(numbers))
    return len(numbers)


@dataclass(slots=True)
class Hanging:
    """A system that hangs when it is asked for the first time, until it is freed."""

    live: list[PastCase]
    asked: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, content: Content) -> Proposed:
        if not self.asked.is_set():
            self.asked.set()
            self.free.wait(60)
            self.over.set()
        return says_like(self.live)(content)


def hanging(world: World, count: int) -> Hanging:
    """Cases that wait for a system that hangs."""
    world.journey("mails", scripted=True)
    system = Hanging(past_cases(count, name="live"))
    world.systems.there["mails"].says = system
    send(world, "mails", count, posted=False)
    return system


def test_a_chunk_that_stands_still_is_left_and_its_cases_are_decided_once_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Breaks when the lease of whoever hangs is renewed for ever."""
    monkeypatch.setattr(drain, "LONGEST_STEP", timedelta(seconds=1.5))
    with World(tmp_path) as world:
        system = hanging(world, 20)
        with working(world) as (_, noted):
            until(lambda: any(what == "chunk.left" for what, _ in noted.said))
            assert depth(world, "mails") == 20
            world.clock.pass_time(LEASE + timedelta(seconds=1))
            until(lambda: depth(world, "mails") == 0)
            system.free.set()
            assert system.over.wait(20)
        assert decided_once(world) == 20
        (left,) = [facts for what, facts in noted.said if what == "chunk.left"]
        assert left["use_case"] == "mails"
        assert ("chunk.failed", "ChunkStandsStillError") in [(what, facts.get("kind")) for what, facts in noted.said]


def test_a_worker_ends_although_a_system_hangs_and_its_cases_are_free_at_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        system = hanging(world, 20)
        with working(world, within=timedelta(seconds=1)) as (_, noted):
            assert system.asked.wait(20)
            ends = time.monotonic()
        assert time.monotonic() - ends < 10
        assert ("cases.given_back", 20) in [(what, facts.get("cases")) for what, facts in noted.said]
        other = claim_cases(world.office, waiting_use_cases(world.office)[0], holder="other")
        assert isinstance(other, Claimed)
        system.free.set()
        assert system.over.wait(20)
        assert other.cases == 20
        assert decided_once(world) == 0


def test_what_a_worker_that_came_back_cannot_go_on_with_is_taken_up_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when the lease of a chunk that failed before its first case, its database being away, is renewed for ever."""
    monkeypatch.setattr(worker_module, "LEASE", timedelta(seconds=0.25))  # how often the heart beats; a lease lasts as ever
    with World(tmp_path) as world:
        world.journey("mails")
        send(world, "mails", 25)
        held = claim_cases(world.office, waiting_use_cases(world.office)[0], holder="test:1")
        assert held is not None
        engine = PlainEngine()
        with working(world, engine) as (worker, noted):
            there = worker.office
            worker.office = replace(there, book=Broken())  # type: ignore[arg-type] # what no book does
            with pytest.raises(ConnectionError):
                engine.run(held.use_case_id, held.claim)
            worker.office = there
            assert ("chunk.failed", "ConnectionError") in [(what, facts.get("kind")) for what, facts in noted.said]
            until(lambda: not _fails(noted, "heart") and not _fails(noted, "claims"))
            for _ in range(6):
                world.clock.pass_time(LEASE / 5)
                time.sleep(0.2)
            until(lambda: depth(world, "mails") == 0, seconds=5)
        assert decided_once(world) == 25


def _fails(noted: Noted, name: str) -> bool:
    """Whether a round that failed has not been done again."""
    said = [what for what, facts in list(noted.said) if facts.get("round") == name]
    return bool(said) and said[-1] == "worker.failed"


def test_what_goes_wrong_in_a_round_is_said_and_the_worker_goes_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        with working(world) as (worker, noted):
            worker.deliver = None
            broken = worker.office.book
            worker.office = replace(worker.office, book=Broken())  # type: ignore[arg-type] # what no book does
            until(lambda: any(what == "worker.failed" for what, _ in noted.said))
            worker.office = replace(worker.office, book=broken)
            send(world, "mails", 10)
            until(lambda: depth(world, "mails") == 0)


def test_a_round_that_fails_for_days_is_still_tried_again() -> None:
    """Breaks when the pause grows without a bound: its thread would end inside its own error handler, and its worker with it."""
    often = timedelta(milliseconds=100)
    assert [pause_after(failed, often) for failed in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 4.0]
    assert pause_after(1_000_000, often) == LONGEST_PAUSE_S
    assert pause_after(1, timedelta(minutes=5)) == 300.0


class Broken:
    """A database that is gone."""

    def __getattr__(self, name: str) -> object:
        message = "the database is gone"
        raise ConnectionError(message)


def test_with_the_durable_engine_a_chunk_runs_once_and_is_forgotten_later(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        world.journey("mails")
        engine = DurableEngine(tmp_path / "engine.sqlite", executor="test:1")
        with working(world, engine) as (worker, _):
            send(world, "mails", 50)
            worker.wake()
            until(lambda: depth(world, "mails") == 0)
            until(lambda: engine.prune(datetime.now(world.clock.at.tzinfo) + timedelta(minutes=1)) > 0)
        assert len(of_word(world, "case.routed")) == 50


def test_what_a_killed_worker_held_is_told_under_its_use_cases_name_by_the_next(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        send(world, "mails", 20)
        (found,) = waiting_use_cases(world.office)
        held = claim_cases(world.office, found, holder="test:1")
        assert held is not None
        engine = PlainEngine()
        with working(world, engine) as (_, noted):
            engine.run(held.use_case_id, held.claim)
            until(lambda: depth(world, "mails") == 0)
        (told,) = [facts for what, facts in noted.said if what == "chunk.done"]
        assert (told["use_case"], told["cases"]) == ("mails", 20)


def test_a_log_that_cannot_be_written_stops_no_thread(tmp_path: Path) -> None:
    def full(what: str, **facts: object) -> None:
        message = "no space left on device"
        raise OSError(message)

    with World(tmp_path) as world:
        world.journey("mails")
        world.clock.tick = timedelta(0)
        office = replace(world.office, book=GroupBook(world.connect(), world.office.vault, SystemDraw()), draw=SystemDraw())
        deaf = Worker(office=replace(office, book=Broken()), engine=PlainEngine(), name="test:1", journal=full, staff=QUICK)  # type: ignore[arg-type]
        deaf.start()
        time.sleep(0.2)
        deaf.office = office
        send(world, "mails", 30)
        until(lambda: depth(world, "mails") == 0)
        deaf.stop()


@pytest.mark.parametrize("damage", [b"no database" * 1000, None], ids=["garbage", "cut short"])
def test_an_engine_file_that_a_power_cut_left_unreadable_is_begun_anew(tmp_path: Path, damage: bytes | None) -> None:
    with World(tmp_path / "world") as world:
        world.journey("mails")
        file = tmp_path / "engine.sqlite"
        with working(world, DurableEngine(file, executor="test:1")):
            send(world, "mails", 30)
            until(lambda: depth(world, "mails") == 0)
        file.write_bytes(damage or file.read_bytes()[:5000])
        with working(world, DurableEngine(file, executor="test:1")):
            send(world, "mails", 30, begins="more")
            until(lambda: depth(world, "mails") == 0)
        assert file.stat().st_mode & 0o077 == 0


def test_keys_of_requests_are_forgotten_when_their_time_is_over(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey("mails")
        wish = TokenWish(name="x", scopes=frozenset({TokenScope.STOP}), use_case="mails", lasts=2 * KEPT)
        token = done(new_token(world.office, world.owner, wish)).token
        press = Caller(token=token.id, name="x")
        assert know_again(world.office, press, Parcel(key="k", digest="0" * 64)) is None
        assert know_again(world.office, press, Parcel(key="k", digest="1" * 64)) is not None
        world.clock.pass_time(KEPT)
        with working(world):
            until(lambda: know_again(world.office, press, Parcel(key="k", digest="1" * 64)) is None)


def test_a_worker_tells_a_witness_elsewhere_in_a_round_of_its_own(tmp_path: Path) -> None:
    """Breaks when a witness that hangs keeps cases from being decided or the ledger from being numbered."""
    asked, hangs = threading.Event(), threading.Event()

    def witness() -> bool:
        asked.set()
        hangs.wait(20)
        return False

    with World(tmp_path) as world:
        world.journey("mails")
        world.clock.tick = timedelta(0)
        office = replace(world.office, book=GroupBook(world.connect(), world.office.vault, SystemDraw()), draw=SystemDraw())
        worker = Worker(office=office, engine=PlainEngine(), name="test:1", journal=Noted(), staff=QUICK, witness=witness)
        worker.start()
        try:
            assert asked.wait(20)
            before = len(of_word(world, "case.decided"))
            done(accept(office, world.operator, Batch(name="mails", rows=past_cases(3, name="live"), card=POSTED, source="x")))
            worker.wake()
            for _ in range(400):
                if len(of_word(world, "case.decided")) == before + 3:
                    break
                time.sleep(0.05)
            assert len(of_word(world, "case.decided")) == before + 3
        finally:
            hangs.set()
            worker.stop()
