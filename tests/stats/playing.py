"""What tests of the simulation start from: small processes, and logs that are made of them."""

import numpy as np

from licet.core.event_log import EventLog
from licet.stats.keyed_chance import uniforms
from licet.stats.ranges import FloatArray
from licet.stats.simulated_process import HOURS, MONDAY, Arrivals, Pool, Process, Step
from licet.stats.simulation import Workload

DAY = 86400.0


def around_the_clock(people: int, name: str = "desk") -> Pool:
    """So many people at every hour."""
    return Pool(name=name, people=people, on_duty=np.full(HOURS, people))


def office_hours(people: int, name: str = "desk") -> Pool:
    """So many people from 9 to 17, Monday to Friday."""
    hour = np.arange(HOURS)
    return Pool(name=name, people=people, on_duty=np.where((hour < 120) & (hour % 24 >= 9) & (hour % 24 < 17), people, 0))


def one_step(arrival: FloatArray, service: FloatArray) -> Workload:
    """Cases of one task, first come, first served."""
    n = arrival.size
    return Workload(
        arrival=arrival,
        first=np.arange(n + 1),
        pool=np.zeros(n, dtype=np.int64),
        worked=np.ones(n, dtype=np.bool_),
        aside=np.zeros(n, dtype=np.bool_),
        lead=np.zeros(n),
        waits=np.zeros(n),
        service=service,
        priority=np.zeros(n, dtype=np.int64),
    )


def exponential(key: int, n: int, mean: float) -> FloatArray:
    """Times by chance, with the mean of a Poisson process's."""
    return np.asarray(-np.log1p(-uniforms((key,), n)) * mean)


def two_steps(pool: Pool, *, minutes: float = 20.0, wait: float = 0.0) -> Process:
    """Twenty past cases of two steps by one pool, which came at ten in the morning on each day of a week and at eleven."""
    n = 20
    return Process(
        steps=(Step(name="read", pool=0), Step(name="decide", pool=0)),
        pools=(pool,),
        first=np.arange(n + 1) * 2,
        step=np.tile([0, 1], n),
        service=np.full(2 * n, minutes * 60.0) + np.arange(2 * n),
        lead=np.zeros(2 * n),
        idle=np.full(2 * n, wait),
        tail=np.zeros(n),
        arrivals=Arrivals(
            weekday=np.arange(7), first=np.arange(8) * 6, seconds=np.tile([36000.0, 36010.0, 36020.0, 39600.0, 39610.0, 39620.0], 7)
        ),
        estimated=0.0,
    )


Row = tuple[int, int, int, float, float | None]
"""Case, activity, resource, end and start in hours since a Monday 00:00; None: no start was recorded."""


def log_of_rows(*rows: Row, names: tuple[str, ...] = ("read", "decide", "mark")) -> EventLog:
    """A log of rows in hours, by case and end."""
    hours = np.array([[end, end if start is None else start] for *_, end, start in rows]) * 3600.0 + MONDAY + 2000 * 7 * DAY
    who = np.array([row[2] for row in rows], dtype=np.int32)
    return EventLog(
        activities=names,
        resources=tuple(f"R{at}" for at in range(int(who.max()) + 1)),
        case=np.array([row[0] for row in rows], dtype=np.int32),
        activity=np.array([row[1] for row in rows], dtype=np.int32),
        resource=who,
        start=hours[:, 1],
        end=hours[:, 0],
        started=np.array([row[4] is not None for row in rows]),
    )
