"""What tests of a fitted process start from: logs of processes of which everything is known, since the engine played them."""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from scipy.special import ndtri

from licet.core.event_log import EventLog
from licet.stats.keyed_chance import uniforms
from licet.stats.ranges import FloatArray
from licet.stats.simulated_process import HOUR, HOURS, MONDAY, WEEK, Pool
from licet.stats.simulation import Times, Workload, play
from tests.stats.playing import office_hours

NAMES = ("register", "decide")
SPREAD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A process of which everything is known: cases come in office hours, clerks register them, and experts decide.

    Attributes:
        load: of the experts, by work and hours on duty; above 1 more comes than they can do.
        experts: how many of them there are.
        waits_h: hours on duty for which a case waits for something else before the decision, on average.
        weeks: for how long cases come; the first finds nothing before it.
    """

    load: float
    experts: int = 3
    waits_h: float = 0.0
    weeks: int = 10

    @property
    def pools(self) -> tuple[Pool, ...]:
        """From nine to five on weekdays, all of them."""
        return office_hours(3, "clerks"), office_hours(self.experts, "experts")


def played(known: Known, seed: int) -> tuple[Workload, Times]:
    """The work of a process, and when the engine did it: half an hour a decision, five minutes to register."""
    arrival = _arrivals(known, seed)
    n = arrival.size
    step = np.tile([0, 1], n)
    minutes = np.where(step == 0, 5.0, 30.0) * np.exp(SPREAD * ndtri(uniforms((seed, 2), 2 * n)) - SPREAD**2 / 2)
    waits = -np.log1p(-uniforms((seed, 3), 2 * n)) * known.waits_h * HOUR * step
    workload = Workload(
        arrival=arrival,
        first=np.arange(n + 1) * 2,
        pool=step,
        worked=np.ones(2 * n, dtype=np.bool_),
        aside=np.zeros(2 * n, dtype=np.bool_),
        lead=np.zeros(2 * n),
        waits=waits,
        service=minutes * 60.0,
        priority=np.zeros(2 * n, dtype=np.int64),
        step=step,
    )
    return workload, play(known.pools, workload)


def log_of(known: Known, seed: int) -> EventLog:
    """What the process leaves behind: who did what, from when until when; of whoever is free, whoever was so longest begins."""
    workload, times = played(known, seed)
    who = np.zeros(workload.pool.size, dtype=np.int32)
    for place, pool in enumerate(known.pools):
        free = [(0.0, person) for person in range(pool.people)]
        mine = np.flatnonzero(workload.pool == place)
        for at in mine[np.argsort(times.start[mine], kind="stable")]:
            person = heappop(free)[1]
            heappush(free, (float(times.end[at]), person))
            who[at] = place * 100 + person
    resources, place_of = np.unique(who, return_inverse=True)
    since = MONDAY + 2000 * WEEK
    return EventLog(
        activities=NAMES,
        resources=tuple(f"R{one}" for one in resources),
        case=np.repeat(np.arange(workload.arrival.size), 2).astype(np.int32),
        activity=workload.step.astype(np.int32),
        resource=place_of.astype(np.int32),
        start=times.start + since,
        end=times.end + since,
        started=np.ones(workload.pool.size, dtype=np.bool_),
    )


def _arrivals(known: Known, seed: int) -> FloatArray:
    """By chance, equally many in each office hour on average, in seconds since a Monday."""
    opened = np.flatnonzero(known.pools[1].on_duty)
    rate = known.load * known.experts / 0.5
    return np.concatenate([_hour(seed, week * HOURS + int(hour), rate) for week in range(known.weeks) for hour in opened])


def _hour(seed: int, hour: int, rate: float) -> FloatArray:
    """The cases of an hour: gaps between them are drawn until it is over."""
    gaps = np.cumsum(-np.log1p(-uniforms((seed, 1, hour), int(rate * 4) + 20)) / rate)
    return np.asarray((gaps[gaps < 1.0] + hour) * HOUR)
