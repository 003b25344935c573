"""What tests of redesigns start from: an event log of an office that checks what comes in, and redesigns of it."""

from datetime import timedelta

import numpy as np

from licet.core.event_log import EventLog
from licet.core.imported_log import BroughtLog
from licet.core.redesign import Assumed, Checks, Doer, Price, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.flows.import_log import import_log
from licet.testing import World, done

STEPS = ("register", "check", "close")
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
MONDAY = 1_767_571_200.0
"""2026-01-05, a Monday, 00:00 UTC."""


def office_log(cases: int = 400, *, checkers: int = 2, seed: int = 1) -> EventLog:
    """An office that works from 8 to 16 on weekdays: one registers (2 min), some check (12 min on average), one closes (1 min)."""
    chance = np.random.default_rng(seed)
    free = {0: [0.0], 1: [0.0] * checkers, 2: [0.0]}
    rows: list[tuple[int, int, int, float, float]] = []
    at = MONDAY
    for case in range(cases):
        at = _working(at + float(chance.exponential(16 * MINUTE)))
        now = at
        for step, mean in enumerate((2.0, 12.0, 1.0)):
            mine = int(np.argmin(free[step]))
            start = _working(max(now, free[step][mine]))
            now = free[step][mine] = start + float(chance.exponential(mean * MINUTE)) + 1.0
            rows.append((case, step, sum(len(free[k]) for k in range(step)) + mine, start, now))
    columns = list(zip(*rows, strict=True))
    return EventLog(
        activities=STEPS,
        resources=tuple(f"R{k}" for k in range(checkers + 2)),
        case=np.array(columns[0], np.int32),
        activity=np.array(columns[1], np.int32),
        resource=np.array(columns[2], np.int32),
        start=np.array(columns[3]),
        end=np.array(columns[4]),
        started=np.ones(len(rows), np.bool_),
    )


def _working(at: float) -> float:
    """The first working moment from one on."""
    day, hour = (at - MONDAY) // DAY, (at - MONDAY) % DAY / HOUR
    if day % 7 < 5 and 8.0 <= hour < 16.0:
        return at
    day += hour >= 16.0
    while day % 7 >= 5:
        day += 1
    return MONDAY + day * DAY + 8.0 * HOUR


def with_log(world: World, name: str, log: EventLog) -> None:
    """Imports a log."""
    brought = BroughtLog(log=log, form="csv", file_digest=f"{log.cases:064d}", rows=log.events, findings=())
    done(import_log(world.office, world.owner, brought, name=name))


ASSUMED = Assumed(coverage=0.6, error=0.05, latency_seconds=2.0)
WHOLE = Redesign(
    title="AI checks",
    decides="check",
    steps={"check": StepPlan(by=Doer.AI_ALONE, assumed=ASSUMED)},
    reviewers=Reviewers(people=2, hours_a_day=8.0),
    checks=Checks(audits=0.1, second_looks=0.05),
    service_level=ServiceLevel(within=timedelta(hours=30)),
    price=Price(currency="EUR", person_hour=4500),
)
"""A redesign of which everything is assumed that is not measured."""
