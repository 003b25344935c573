"""Event logs for tests and pictures: invented, written row by row or drawn at random."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from licet.core.event_log import NOBODY, EventLog

Row = tuple[int, str, str | None, float | None, float]
"""A case, a step, who did it, when it began (None: not recorded) and when it ended, in seconds."""

DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
MONDAY = 1_772_409_600.0
"""2026-03-02, a Monday, at midnight in UTC."""


def log_of(rows: Iterable[Row]) -> EventLog:
    """A log of rows in any order; cases are numbered anew, and who does the most is R1."""
    listed = list(rows)
    cases = {case: at for at, case in enumerate(sorted({row[0] for row in listed}))}
    activities = tuple(dict.fromkeys(row[1] for row in listed))
    people = {name: at for at, (name, _) in enumerate(Counter(row[2] for row in listed if row[2] is not None).most_common())}
    case = np.array([cases[row[0]] for row in listed], np.int32)
    end = np.array([row[4] for row in listed], np.float64)
    start = np.array([row[4] if row[3] is None else row[3] for row in listed], np.float64)
    order = np.lexsort((start, end, case))
    return EventLog(
        activities=activities,
        resources=tuple(f"R{at + 1}" for at in range(len(people))),
        case=case[order],
        activity=np.array([activities.index(row[1]) for row in listed], np.int32)[order],
        resource=np.array([NOBODY if row[2] is None else people[row[2]] for row in listed], np.int32)[order],
        start=start[order],
        end=end[order],
        started=np.array([row[3] is not None for row in listed])[order],
    )


CLAIM = {
    "Register claim": 4.0,
    "Check cover": 6.0,
    "Ask for documents": 3.0,
    "Receive documents": 2.0,
    "Estimate damage": 25.0,
    "Visit on site": 90.0,
    "Check for fraud": 15.0,
    "Assess claim": 18.0,
    "Decide": 9.0,
    "Decline": 5.0,
    "Pay out": 3.0,
    "Close": 1.0,
}
"""Steps of an invented process of insurance claims, with the minutes that work on each takes."""

WAITS = {"Receive documents": 70.0, "Visit on site": 60.0, "Assess claim": 30.0, "Decide": 4.0}
"""Hours before a step on average; for the others a quarter of one."""


def claims(cases: int, *, seed: int = 7) -> EventLog:
    """A log of invented insurance claims: 12 steps, some left out, some done again, everybody at work in the daytime."""
    chance = np.random.default_rng(seed)
    return log_of(row for case in range(cases) for row in _claim(case, chance))


def _claim(case: int, chance: np.random.Generator) -> Iterator[Row]:
    at = MONDAY + DAY * case / 12
    for step in _path(chance):
        at = _at_work(at + HOUR * chance.exponential(WAITS.get(step, 0.25)))
        took = MINUTE * CLAIM[step] * chance.lognormal(0.0, 0.5)
        who = None if step == "Receive documents" else f"{step[:1]}{chance.integers(4)}"
        yield case, step, who, None if step in {"Receive documents", "Close"} else at, at + took
        at += took


def _path(chance: np.random.Generator) -> list[str]:
    path = ["Register claim", "Check cover"]
    while chance.random() < 0.45:
        path += ["Ask for documents", "Receive documents"]
    path += ["Estimate damage"] * (1 + int(chance.random() < 0.2))
    path += ["Visit on site"] * int(chance.random() < 0.15) + ["Check for fraud"] * int(chance.random() < 0.3)
    path += ["Assess claim"]
    path += ["Estimate damage", "Assess claim"] * int(chance.random() < 0.12)
    return [*path, "Decide", *(["Decline"] if chance.random() < 0.2 else ["Pay out"]), "Close"]


def _at_work(at: float) -> float:
    """The same moment, or the next one at which people are at work: 8 to 17 o'clock, Monday to Friday."""
    day, hour = divmod(at - MONDAY, DAY)
    if hour < 8 * HOUR:
        hour = 8 * HOUR
    elif hour > 17 * HOUR:
        day, hour = day + 1, 8 * HOUR + (hour % HOUR)
    weekend = max(0.0, 7 - day % 7) if day % 7 >= 5 else 0.0
    return MONDAY + (day + weekend) * DAY + hour
