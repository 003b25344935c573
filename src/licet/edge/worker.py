"""A worker: threads that claim cases, work them off, keep the leases alive, number the ledger, and let time take effect."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet import __version__
from licet.core.ids import UseCaseSlug
from licet.core.signal import Fact, told_error
from licet.edge.chunks import Chunk, Chunks, ChunkStandsStillError
from licet.edge.told import NoTrace, traced
from licet.edge.turns import Turns
from licet.flows.chase_desk import chase_desk
from licet.flows.drain import LEASE, LONGEST_STEP, Claimed, claim_cases, give_back, keep_claims, waiting_use_cases, work_off
from licet.flows.hold import take_effect
from licet.flows.office import Office
from licet.flows.receive import forget_requests
from licet.flows.settle import settle
from licet.flows.speakers import Speakers
from licet.flows.sweep import sweep
from licet.flows.walk import walk_on
from licet.ports import Durable, Journal, Trace
from licet.store import duties, use_cases

LEDGER = "ledger"
"""The duty of numbering the ledger and of sweeping."""

DUTY_LASTS = timedelta(seconds=5)
PRUNE_EVERY = timedelta(minutes=5)
PRUNE_AFTER = timedelta(hours=1)
"""How long the engine keeps what has ended."""

ENDS_WITHIN = timedelta(seconds=60)
"""An ending worker waits so long for the parts at hand; what takes longer is given back and left."""

LONGEST_PAUSE_S = 4.0
"""A round that keeps failing is tried again after so long at the latest: what is mended is gone on with soon."""

SAID_AGAIN = 15
"""A round that keeps failing says so once, and then every so many times."""


class _Unfailing:
    """A journal whose failing stops nothing: a full disk under a log, or nobody who reads it, ends no thread that decides cases."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        with suppress(OSError, ValueError):
            self._journal(signal, **facts)


def pause_after(failed: int, every: timedelta) -> float:
    """Seconds until a round that failed is tried again: doubled from one second to `LONGEST_PAUSE_S`, and never sooner than usual.

    Args:
        failed: how often in a row it failed, from 1; any number, since a database may be away for days.
        every: how long it usually waits.
    """
    return max(min(2.0 ** min(failed - 1, 30), LONGEST_PAUSE_S), every.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """How a worker is staffed.

    Attributes:
        threads: chunks worked off at once.
        per_use_case: chunks of one use case at once, so that a slow system of one team never starves another's.
        look_every: how often waiting cases are looked for when none were.
        settle_every: how often the ledger is numbered.
        sweep_every: how often time takes effect.
        desk_every: how often it is looked for answers whose time has come, and for what else time moves at the desk.
        witness_every: how often it is looked whether a witness elsewhere is to be told.
        assist_every: how often it is looked for runs that may be helped with.
    """

    threads: int = 32
    per_use_case: int = 4
    look_every: timedelta = timedelta(milliseconds=100)
    settle_every: timedelta = timedelta(milliseconds=200)
    sweep_every: timedelta = timedelta(seconds=2)
    desk_every: timedelta = timedelta(seconds=1)
    witness_every: timedelta = timedelta(seconds=1)
    assist_every: timedelta = timedelta(seconds=2)


@dataclass(slots=True, kw_only=True)
class Worker:
    """One process's worker.

    Attributes:
        deliver: one round of effects; says how many were delivered.
        witness: one round of telling a witness elsewhere; None where there is none.
        announce: one round of telling mail and chat; None: nobody is told.
        assist: one round of helping with runs that others began; says whether there was anything to do. None: it does not help.
    """

    office: Office
    engine: Durable
    name: str
    journal: Journal
    staff: Staff = field(default_factory=Staff)
    speakers: Speakers = field(default_factory=Speakers)
    deliver: Callable[[], int] | None = None
    witness: Callable[[], bool] | None = None
    announce: Callable[[], bool] | None = None
    assist: Callable[[], bool] | None = None
    trace: Trace = field(default_factory=NoTrace)
    _turns: Turns = field(init=False)
    _names: dict[int, UseCaseSlug] = field(init=False, default_factory=dict)
    _chunks: Chunks = field(init=False, default_factory=Chunks)
    _wake: threading.Event = field(init=False, default_factory=threading.Event)
    _ending: threading.Event = field(init=False, default_factory=threading.Event)
    _threads: list[threading.Thread] = field(init=False, default_factory=list)
    _runs: dict[str, threading.Thread] = field(init=False, default_factory=dict)
    _started_at: datetime = field(init=False)
    _duty_until: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Makes the turns."""
        self.journal = _Unfailing(self.journal)
        self._turns = Turns(most=self.staff.threads, each=self.staff.per_use_case)

    def start(self) -> None:
        """Starts the threads; cases are worked off from now on."""
        self._started_at = self.office.clock.now()
        self.engine.launch(self._work)
        rounds: Mapping[str, tuple[Callable[[], bool], timedelta]] = {
            "claims": (self._claim_round, self.staff.look_every),
            "heart": (self._heart_round, LEASE / 5),
            "ledger": (self._ledger_round, self.staff.settle_every),
            "sweeps": (self._sweep_round, self.staff.sweep_every),
            "desk": (self._desk_round, self.staff.desk_every),
            "workflows": (self._walk_round, self.staff.desk_every),
            "leftovers": (self._prune_round, PRUNE_EVERY),
        }
        if self.deliver is not None:
            rounds = {**rounds, "effects": (self._effect_round, self.staff.look_every)}
        if self.witness is not None:
            rounds = {**rounds, "witness": (self.witness, self.staff.witness_every)}
        if self.announce is not None:
            rounds = {**rounds, "announcements": (self.announce, self.staff.witness_every)}
        if self.assist is not None:
            rounds = {**rounds, "runs": (self.assist, self.staff.assist_every)}
        for name, (one_round, every) in rounds.items():
            thread = threading.Thread(target=self._repeat, args=(name, one_round, every), name=f"licet-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self.journal("worker.started", worker=self.name, version=__version__)

    def wake(self) -> None:
        """Says that a case waits, so that nobody has to look for it."""
        self._wake.set()

    def stop(self, within: timedelta = ENDS_WITHIN) -> None:
        """Ends: claims nothing more, finishes the parts at hand, and gives the rest back to other workers.

        Args:
            within: how long all of that may take; a part that takes longer is given back too, and decides nothing any more.
        """
        until_s = time.monotonic() + within.total_seconds()
        self._ending.set()
        self._wake.set()
        _join(self._threads, until_s)
        left = self._chunks.end(until_s=until_s)
        _join(list(self._runs.values()), max(until_s, time.monotonic() + 1.0))
        self._give_back(left)
        with self.office.book.claim() as tx:
            duties.let_go(tx, self.name)
        settle(self.office)
        self.engine.close()
        self.journal("worker.stopped", worker=self.name)

    # --- rounds ---------------------------------------------------------------------------------------------------------

    def _repeat(self, name: str, one_round: Callable[[], bool], every: timedelta) -> None:
        """Does a round again and again; at once where there was something to do, and less and less often while it fails."""
        failed = 0
        while not self._ending.is_set():
            try:
                pause = 0.0 if one_round() else every.total_seconds()
                if failed:
                    self.journal("worker.recovered", worker=self.name, round=name, failed=failed)
                failed = 0
            except Exception as error:  # noqa: BLE001 - the entry point of a thread: recorded, and tried again
                failed += 1
                if failed == 1 or failed % SAID_AGAIN == 0:
                    self.journal("worker.failed", worker=self.name, round=name, failed=failed, **told_error(error))
                pause = pause_after(failed, every)
            if pause:
                self._pause(name, pause)

    def _pause(self, name: str, seconds: float) -> None:
        if name != "claims":
            self._ending.wait(seconds)
            return
        self._wake.wait(seconds)
        self._wake.clear()

    def _claim_round(self) -> bool:
        """Claims for every use case that has a turn; the one served longest ago first."""
        waiting = waiting_use_cases(self.office)
        claimed = 0
        for use_case in self._turns.order(waiting):
            if self._ending.is_set():
                break
            claimed += self._claim(use_case)
        return claimed > 0

    def _claim(self, use_case: tuple[int, UseCaseSlug]) -> int:
        self._names[use_case[0]] = use_case[1]
        if not self._turns.take(use_case[0]):
            return 0
        try:
            found = claim_cases(self.office, use_case, holder=self.name)
            if found is not None:
                self._begin(found)
                return 1
        except BaseException:
            self._turns.end(use_case[0])
            raise
        self._turns.end(use_case[0])
        return 0

    def _begin(self, claimed: Claimed) -> None:
        """Begins a chunk in a thread that does not keep the process from ending."""
        thread = self._runs[claimed.claim] = threading.Thread(target=self._run, args=(claimed,), name="licet-run", daemon=True)
        try:
            thread.start()
        except BaseException:
            del self._runs[claimed.claim]
            raise

    def _run(self, claimed: Claimed) -> None:
        try:
            self.engine.run(claimed.use_case_id, claimed.claim)
        except Exception as error:  # noqa: BLE001 - the entry point of a thread: recorded; the lease ends and the cases are claimed anew
            self.journal("chunk.failed", use_case=claimed.slug, **told_error(error))
        finally:
            self._runs.pop(claimed.claim, None)
            self._turns.end(claimed.use_case_id)
            self._wake.set()

    def _name_of(self, use_case_id: int) -> UseCaseSlug:
        """What a use case is called; looked up where this process has claimed none of its cases yet, but goes on with some."""
        if use_case_id not in self._names:
            with self.office.book.read() as tx:
                self._names[use_case_id] = use_cases.by_id(tx, use_case_id).slug
        return self._names[use_case_id]

    def _work(self, use_case_id: int, claim: str) -> None:
        """Works a claim off, one that was just taken or one that this worker held when it was killed."""
        chunk = Chunk(use_case_id=use_case_id, claim=claim)
        chunk.expect(LONGEST_STEP)
        try:
            self._chunks.work(chunk, self._work_off)
        except Exception as error:
            name = self._names.get(use_case_id)
            if isinstance(error, ChunkStandsStillError):
                self.journal("chunk.left", use_case=name, seconds=round(chunk.stands_s))
            if claim not in self._runs:  # the engine went on with it by itself, and says nothing of it
                self.journal("chunk.failed", use_case=name, **told_error(error))
            raise

    def _work_off(self, chunk: Chunk) -> None:
        name = self._name_of(chunk.use_case_id)
        began = self.office.clock.now()
        alone = to_person = 0
        parts = work_off(self.office, self.speakers, use_case_id=chunk.use_case_id, claim=chunk.claim, expect=chunk.expect)
        with self.trace.span("chunk", use_case=name):
            for done in traced(self.trace, parts, use_case=name):
                alone += done.alone
                to_person += len(done.routes) - done.alone
                if self._ending.is_set() or chunk.left:
                    break
        if self._ending.is_set():
            give_back(self.office, [chunk.claim])
        ms = round((self.office.clock.now() - began) / timedelta(milliseconds=1))
        self.journal("chunk.done", use_case=name, cases=alone + to_person, alone=alone, to_person=to_person, ms=ms)

    def _heart_round(self) -> bool:
        claims = self._chunks.claims()
        if claims:
            keep_claims(self.office, claims)
        with self.office.book.claim() as tx:
            duties.seen(tx, self.name, started_at=self._started_at, now=self.office.clock.now(), version=__version__)
        return False

    def _on_duty(self) -> bool:
        now = self.office.clock.now()
        if self._duty_until is not None and self._duty_until - now > DUTY_LASTS / 2:
            return True
        with self.office.book.claim() as tx:
            held = duties.hold(tx, LEDGER, self.name, now=now, until=now + DUTY_LASTS)
        self._duty_until = now + DUTY_LASTS if held else None
        return held

    def _ledger_round(self) -> bool:
        if self._on_duty():
            settle(self.office)
        return False

    def _sweep_round(self) -> bool:
        if self._on_duty() and (found := sweep(self.office)):
            self.journal("sweep.done", sweep="mandates", found=found)
        return False

    def _desk_round(self) -> bool:
        """Lets held answers take effect, and says so where there were any; at once again where as many are due as one round takes."""
        if not self._on_duty():
            return False
        taken, moved = take_effect(self.office), chase_desk(self.office)
        if taken or moved:
            self.journal("sweep.done", sweep="desk", found=taken + moved)
        return taken > 0

    def _walk_round(self) -> bool:
        """Moves items of workflows whose step was decided or whose time has come, and says so where there were any."""
        if not self._on_duty():
            return False
        moved = walk_on(self.office)
        if moved:
            self.journal("sweep.done", sweep="workflows", found=moved)
        return False

    def _effect_round(self) -> bool:
        return self.deliver is not None and self.deliver() > 0

    def _prune_round(self) -> bool:
        """Throws away what nobody asks for any more: the engine's ended chunks, and keys of requests whose time is over."""
        if self._on_duty() and (found := forget_requests(self.office)):
            self.journal("sweep.done", sweep="requests", found=found)
        return self.engine.prune(self.office.clock.now() - PRUNE_AFTER) > 0

    def _give_back(self, claims: list[str]) -> None:
        count = give_back(self.office, claims)
        if count:
            self.journal("cases.given_back", worker=self.name, cases=count)


def _join(threads: list[threading.Thread], until_s: float) -> None:
    """Waits for threads until a moment of the monotonic clock."""
    for thread in threads:
        thread.join(max(0.0, until_s - time.monotonic()))
