"""The process around the demo's slips: made up and played by Licet's own simulator, and labelled *simulated* row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from licet.cli.demo_data import SIMULATED
from licet.edge.files import write_csv
from licet.stats.keyed_chance import uniforms
from licet.stats.ranges import FloatArray, IntArray
from licet.stats.simulated_process import HOUR, HOURS, Pool
from licet.stats.simulation import NOBODY, Times, Workload, play

WEEKS: Final = 16
READ: Final = "Read the digit"
"""The step that the demo's use case takes over."""
HOW: Final = "played by Licet's simulator"
"""What each row says of itself."""

_CASES_A_DAY: Final = (24, 20, 18, 17, 15)
"""From Monday to Friday, on average."""
_POST_FROM: Final = 7.0
_POST_H: Final = 8.0
"""Slips come from seven on for eight hours, UTC."""
_ASKED_AGAIN: Final = 0.18
"""Of the checks so many end with a question to the sender, and then in another check."""
_APPROVED: Final = 0.3
_ANSWERS_AFTER_H: Final = 40.0
_WEEKDAYS: Final = len(_CASES_A_DAY)
_DAYS, _WAYS, _ANSWERS, _WORK = range(4)
"""What is drawn, each by a key of its own."""
_SPREAD: Final = 0.5
"""Of the logarithms of working times: the longest in forty takes some two and a half times as long as the middle one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A step of the made-up process: whose it is, `NOBODY` for a machine's, and how many minutes it takes, the middle one of them."""

    name: str
    pool: int
    minutes: float


_SCAN, _READ, _KEY, _CHECK, _ASK, _APPROVE, _BOOK, _CONFIRM = range(8)
STEPS: Final = (
    _Step(name="Scan the slip", pool=0, minutes=2.0),
    _Step(name=READ, pool=1, minutes=0.75),
    _Step(name="Key in the payment", pool=1, minutes=6.0),
    _Step(name="Check the account", pool=2, minutes=29.5),
    _Step(name="Ask the sender", pool=1, minutes=8.0),
    _Step(name="Approve the payment", pool=3, minutes=9.0),
    _Step(name="Book the payment", pool=NOBODY, minutes=0.0),
    _Step(name="Confirm to the sender", pool=1, minutes=3.0),
)
"""Checking is the bottleneck: two people, almost always busy."""


def _pool(name: str, people: int, begins: int, ends: int) -> Pool:
    """People from Monday to Friday between two hours of the day, UTC."""
    day, hour = np.divmod(np.arange(HOURS), 24)
    return Pool(name=name, people=people, on_duty=np.where((day < _WEEKDAYS) & (hour >= begins) & (hour < ends), people, 0))


POOLS: Final = (_pool("Scanner", 2, 7, 15), _pool("Typist", 4, 8, 17), _pool("Checker", 2, 9, 16), _pool("Supervisor", 1, 9, 17))


def write_process(file: Path, seed: int, *, now: datetime) -> Path:
    """Writes the process as an event log: slips of sixteen whole weeks, the last of which ended two weeks before the week of a moment.

    Args:
        file: the CSV: case, activity, start, end, resource, and what says that it is simulated; booking has no start and nobody.
        seed: the same one makes the same log, but for the weeks it lies in.
        now: so that no event lies in the future.

    Returns:
        The CSV.
    """
    workload = _workload(seed)
    times = play(POOLS, workload)
    monday = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=now.weekday(), weeks=WEEKS + 2)
    who, case = _who(workload, times), np.repeat(np.arange(workload.arrival.size), np.diff(workload.first))
    rows = []
    for at in np.argsort(times.end, kind="stable").tolist():
        when = _when(monday, times, at, timed=bool(workload.worked[at]))
        rows.append([f"slip-{case[at] + 1:04d}", STEPS[workload.step[at]].name, *when, who[at], HOW])
    write_csv(file, ["case", "activity", "start", "end", "resource", SIMULATED], rows)
    return file


def _when(monday: datetime, times: Times, at: int, *, timed: bool) -> Sequence[str]:
    """When an event began, where that was recorded, and when it ended."""
    start, end = ((monday + timedelta(seconds=round(float(one[at])))).isoformat() for one in (times.start, times.end))
    return (start if timed else "", end)


def _workload(seed: int) -> Workload:
    """What comes, with all of it drawn: slips on weekdays, each with its way through the steps."""
    arrival = _arrivals(seed)
    ways = [_way(*row) for row in uniforms((seed, _WAYS), arrival.size * 3).reshape(-1, 3).tolist()]
    step = np.array([at for way in ways for at in way], dtype=np.int64)
    pool = np.array([one.pool for one in STEPS], dtype=np.int64)[step]
    middle = np.array([one.minutes * 60.0 for one in STEPS])[step]
    answered = -np.log1p(-uniforms((seed, _ANSWERS), step.size)) * _ANSWERS_AFTER_H * HOUR
    asked = np.concatenate([[False], step[:-1] == _ASK])
    return Workload(
        arrival=arrival,
        first=np.concatenate([[0], np.cumsum([len(way) for way in ways])]),
        pool=pool,
        worked=pool != NOBODY,
        aside=np.zeros(step.size, dtype=np.bool_),
        lead=np.where(asked, answered, np.where(step == _BOOK, HOUR, 60.0)),
        waits=np.zeros(step.size),
        service=middle * np.exp(_SPREAD * ndtri(uniforms((seed, _WORK), step.size))),
        priority=np.zeros(step.size, dtype=np.int64),
        step=step,
    )


def _arrivals(seed: int) -> FloatArray:
    """When slips come: one after the other by chance, between seven and three on weekdays, in seconds since the first Monday."""
    return np.concatenate([_of_day(seed, week * 7 + day, rate) for week in range(WEEKS) for day, rate in enumerate(_CASES_A_DAY)])


def _of_day(seed: int, day: int, rate: int) -> FloatArray:
    """The slips of a day: gaps between them are drawn until the post closes."""
    gaps = -np.log1p(-uniforms((seed, _DAYS, day), 4 * rate)) * _POST_H / rate
    hours = np.cumsum(gaps)
    return np.asarray((hours[hours < _POST_H] + _POST_FROM + 24.0 * day) * HOUR)


def _way(first: float, second: float, third: float) -> list[int]:
    """A slip's way by three draws: checked again after each question, of which there are two at most; some are approved."""
    asked = 0 if first >= _ASKED_AGAIN else 1 if second >= _ASKED_AGAIN else 2
    approved = [_APPROVE] if third < _APPROVED else []
    return [_SCAN, _READ, _KEY, _CHECK, *([_ASK, _CHECK] * asked), *approved, _BOOK, _CONFIRM]


def _who(workload: Workload, times: Times) -> NDArray[np.str_]:
    """Which person did each task: of those of the pool who are free whoever has been so for longest; nobody for a machine's."""
    found = np.full(workload.pool.size, "", dtype="<U16")
    for place, pool in enumerate(POOLS):
        free = [(-float(person), person) for person in range(pool.people, 0, -1)]
        mine: IntArray = np.flatnonzero(workload.pool == place)
        for at in mine[np.argsort(times.start[mine], kind="stable")]:
            _, person = heappop(free)
            heappush(free, (float(times.end[at]), person))
            found[at] = f"{pool.name} {person}"
    return found
