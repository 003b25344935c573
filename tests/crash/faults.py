"""Faults: what is done to processes and databases, and how soon cases are decided again afterwards."""

import random
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.cluster import Cluster
from tests.crash.disk import fill, free
from tests.crash.eye import QUEUED, ROUTED, SIGNED, Eye, seconds_until
from tests.crash.fleet import Fleet, Place, send, told

TOO_LONG = 60.0
"""Seconds after which nobody waits any longer: what was to happen did not."""

CALM_EVERY = 10
"""In one of so many kills it is waited for, undisturbed, until everything the killed worker held is decided."""


class StuckError(AssertionError):
    """Work stands still."""


@dataclass(slots=True, kw_only=True)
class Scene:
    """Where faults happen.

    Attributes:
        chance: seeded.
        disk: the database's own small one, where it has one.
        recoveries: in seconds, one per fault.
        brought: cases that may have come before this turn's fault.
        more: cases that come when the harm is done.
    """

    fleet: Fleet
    eye: Eye
    chance: random.Random
    cluster: Cluster | None
    disk: Path | None = None
    recoveries: list[float] = field(default_factory=list)
    turn: int = 0
    brought: int = 0
    more: int = 0

    def wait(self, what: str, holds: Callable[[], bool], *, within: float = TOO_LONG) -> float:
        """Waits for something, and tends the fleet meanwhile.

        Raises:
            StuckError: when it takes too long; says what was waited for.
        """
        took = seconds_until(holds, within=within, tend=self.fleet.tend)
        if took is None:
            raise StuckError(f"After {within:.0f} s still not: {what} (turn {self.turn}).\n{seen(self)}")
        return took

    def victim(self) -> Place:
        """A worker that runs, and holds cases where one does within a second."""
        self.wait("a worker runs", lambda: bool(self.fleet.alive()))
        places = self.fleet.alive()
        place = self.chance.choice(places)
        seconds_until(lambda: bool(self.held(place)), within=1.0, tend=self.fleet.tend)
        time.sleep(self.chance.uniform(0.0, 0.08))
        return place

    def rest(self, seconds: float) -> None:
        """Lets time pass, and tends the fleet meanwhile."""
        seconds_until(lambda: False, within=seconds, tend=self.fleet.tend)

    def held(self, place: Place) -> list[int]:
        """The cases a worker has claimed."""
        found = self.eye.rows(f"select case_number from work where claimed_by = '{place.name}'")  # noqa: S608 - a worker's name
        return [int(row[0]) for row in found or []]

    def next_decided(self) -> float:
        """Seconds until any case is decided from now on."""
        before = self.eye.sure(ROUTED)
        self.fleet.allow(self.more)
        return self.wait("the next case is decided", lambda: (self.eye.number(ROUTED) or 0) > before)

    def all_decided(self, cases: list[int]) -> float:
        """Seconds until all of these are decided."""
        if not cases:
            return 0.0
        left = f"select count(*) from work where case_number in ({', '.join(map(str, cases))})"  # noqa: S608 - numbers
        return self.wait("what it held is decided", lambda: self.eye.number(left) == 0)


SEEN = (
    "select claim, claimed_by, leased_until, attempts, ready_at, count(*) from work group by 1, 2, 3, 4, 5 order by 5 limit 20",
    "select name, started_at, seen_at from worker order by 1",
    "select name, holder, until from duty order by 1",
)
SEEN_ON_POSTGRESQL = (
    "select pid, state, wait_event, xact_start, left(query, 100) from pg_stat_activity where datname = current_database()",
    "select pid, locktype, relation::regclass, mode from pg_locks where not granted",
)
SAID = 15
"""Lines of each worker that are repeated where work stands still."""


def seen(scene: Scene) -> str:
    """What there is to see where work stands still: who holds which cases, who lives, who waits for whom, and what was said last."""
    queries = SEEN if scene.cluster is None else (*SEEN, *SEEN_ON_POSTGRESQL)
    lines = [f"now {datetime.now(UTC):%H:%M:%S}"]
    for query in queries:
        lines += [query, *(f"  {row}" for row in scene.eye.rows(query) or ())]
    for place in scene.fleet.places:
        lines.append(f"{place.log.name} ({'runs' if place.lives else 'has ended'})")
        lines += [f"  {said}" for said in [one for one in told(place.log) if one["event"] != "effect.done"][-SAID:]]
    return "\n".join(lines)


Fault = Callable[[Scene], float]
"""Does harm once; says how many seconds it took until cases were decided again."""


def in_turn(*some: Fault) -> Fault:
    """Does each of these harms in turn."""
    return lambda scene: some[scene.turn % len(some)](scene)


def kill_worker(scene: Scene) -> float:
    """Kills a worker at work."""
    place = scene.victim()
    held = scene.held(place)
    send(place, signal.SIGKILL)
    took = scene.next_decided()
    return took + scene.all_decided(held) if scene.turn % CALM_EVERY == CALM_EVERY - 1 else took


def kill_sequencer(scene: Scene) -> float:
    """Kills the worker whose duty the ledger is; over when another signs a checkpoint."""
    scene.wait("a worker that runs has the duty", lambda: bool(_on_duty(scene)))
    time.sleep(scene.chance.uniform(0.0, 0.25))
    for place in _on_duty(scene):
        send(place, signal.SIGKILL)
    before = scene.eye.sure(SIGNED)
    scene.fleet.allow(scene.more)
    return scene.wait("the ledger is numbered again", lambda: (scene.eye.number(SIGNED) or 0) > before)


def _on_duty(scene: Scene) -> list[Place]:
    """The worker that numbers the ledger, where it runs."""
    found = scene.eye.rows("select holder from duty where name = 'ledger'") or []
    return [place for place in scene.fleet.alive() if (place.name,) in found]


def nothing(scene: Scene) -> float:
    """Nothing happens."""
    return scene.next_decided()


def stop_worker(scene: Scene) -> float:
    """Lets a worker stand still for five seconds, wherever it is, and then go on."""
    place = scene.victim()
    send(place, signal.SIGSTOP)
    held = scene.held(place)
    scene.rest(5.0)
    send(place, signal.SIGCONT)
    return scene.next_decided() + scene.all_decided(held)


def stop_database(scene: Scene) -> float:
    """Stops PostgreSQL at once, as a power cut does, and starts it again after a moment."""
    assert scene.cluster is not None
    scene.victim()
    scene.cluster.stop()
    time.sleep(scene.chance.uniform(0.0, 2.0))
    scene.cluster.start()
    return scene.next_decided()


def stop_database_on_return(scene: Scene) -> float:
    """Kills a worker at work, and stops PostgreSQL just when the worker is back and goes on with what it held."""
    assert scene.cluster is not None
    place = scene.victim()
    before = place.starts
    send(place, signal.SIGKILL)
    scene.wait("the worker is back", lambda: place.starts > before)
    time.sleep(scene.chance.uniform(0.0, 0.6))
    scene.cluster.stop()
    time.sleep(2.0)
    scene.cluster.start()
    return scene.next_decided()


def fill_disk(scene: Scene) -> float:
    """Fills the database's disk while cases are decided, and makes room again after a few seconds."""
    assert scene.disk is not None
    scene.victim()
    fill(scene.disk)
    scene.fleet.allow(scene.more)
    scene.rest(4.0)
    free(scene.disk)
    return scene.next_decided() if scene.eye.sure(QUEUED) or not scene.fleet.fed else 0.0


def limit_files(scene: Scene) -> float:
    """Lets a worker write no file any longer than it is, and then as it likes again."""
    place = scene.victim()
    before = resource.prlimit(place.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    scene.fleet.allow(scene.more)
    scene.rest(4.0)
    resource.prlimit(place.pid, resource.RLIMIT_FSIZE, before)
    return scene.next_decided() if scene.eye.sure(QUEUED) or not scene.fleet.fed else 0.0


def turn_clock(scene: Scene) -> float:
    """Sets the workers' clock an hour forward, an hour back, right, and so on, while they run."""
    scene.wait("all workers run", lambda: len(scene.fleet.alive()) == len(scene.fleet.places))
    scene.fleet.set_clock((3600.0, -3600.0, 0.0)[scene.turn % 3])
    scene.rest(1.0)
    return scene.next_decided()
