"""What is wrong with a redesign: by itself, and held against the process that it is meant for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

import numpy as np

from licet.core.event_log import EventLog
from licet.core.redesign import DAYS, Move, Redesign

Path = tuple[str | int, ...]
"""Keys that lead to something in a redesign's file."""

OF_THE_NEW = frozenset({"decides", "steps", "reviewers"})
"""Where a merged step may be named by its new name."""

MOST_PEOPLE = 10_000
HOURS_A_DAY, DAY_SECONDS, LONGEST_HOURS = 24.0, 86_400.0, 87_600.0
YEAR_SECONDS, MOST_COST = 31_536_000, 1_000_000_000_000
"""A step that takes AI longer than a year is not played to its end, and prices above are no money."""
FEWEST = 2
"""Steps that can become one, or be done side by side."""


class NotARedesignError(ValueError):
    """A redesign says something that cannot be; carries the path of the offender.

    Attributes:
        path: keys that lead to it, such as ("merge", 0, "steps").
        why: what is wrong with it, and the limit.
        remedy: what to write instead.
    """

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        """Names the offender by its path."""
        super().__init__(f"{'.'.join(map(str, path))}: {why} {remedy}")
        self.path = path
        self.why = why
        self.remedy = remedy


def check_redesign(redesign: Redesign) -> tuple[NotARedesignError, ...]:
    """Finds what is wrong with a redesign by itself, whatever the process is: shares, repeated steps, and orders that go in a circle.

    Returns:
        One error per offender; empty when it may be held against a log.
    """
    return (*_ranges(redesign), *_alone(redesign), *_groups(redesign), *_circles(redesign.moved))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """What a number may be, in words too."""

    holds: Callable[[float], bool]
    limit: str
    remedy: str


SHARE = _Range(holds=lambda x: 0.0 <= x <= 1.0, limit="in [0, 1]", remedy="Write a share such as 0.05 (which is 5%).")
BELOW_ONE = _Range(holds=lambda x: 0.0 <= x < 1.0, limit="in [0, 1)", remedy="Write a share such as 0.2.")
ABOVE_NONE = _Range(holds=lambda x: 0.0 < x <= 1.0, limit="in (0, 1]", remedy="Write a share such as 0.8.")
OPEN = _Range(holds=lambda x: 0.0 < x < 1.0, limit="in (0, 1)", remedy="Write a share such as 0.9.")
PRICE = _Range(holds=lambda x: 0.0 <= x <= MOST_COST, limit=f"from 0 to {MOST_COST:,}", remedy="Write a number such as 2.5.")
LATENCY = _Range(holds=lambda x: 0.0 <= x <= YEAR_SECONDS, limit=f"from 0 to {YEAR_SECONDS:,}, a year", remedy="Write seconds such as 2.")
HOURS = _Range(holds=lambda x: 0.0 < x <= HOURS_A_DAY, limit="in (0, 24]", remedy="Write hours such as 6.")
HOUR = _Range(holds=lambda x: 0.0 <= x < HOURS_A_DAY, limit="in [0, 24)", remedy="Write an hour such as 8.")
SECONDS = _Range(holds=lambda x: 0.0 < x <= DAY_SECONDS, limit="in (0, 86400]", remedy="Write seconds such as 90.")
PEOPLE = _Range(holds=lambda x: 1 <= x <= MOST_PEOPLE, limit=f"from 1 to {MOST_PEOPLE:,}", remedy="Write a whole number such as 4.")
TERM = _Range(holds=lambda x: 0.0 < x <= LONGEST_HOURS, limit=f"in (0, {LONGEST_HOURS:,.0f}]", remedy="Write hours such as 48.")
OF_AI = {"coverage": SHARE, "error": SHARE, "time_saved": BELOW_ONE, "latency_seconds": LATENCY, "cost": PRICE}
OF_REVIEWERS = {"people": PEOPLE, "hours_a_day": HOURS, "from_hour": HOUR, "seconds_a_case": SECONDS}


def _ranges(redesign: Redesign) -> Iterator[NotARedesignError]:
    for path, value, may in _numbers(redesign):
        if value is not None and not may.holds(value):
            yield NotARedesignError(path, f"{value!r} is not {may.limit}.", may.remedy)
    days = redesign.reviewers.days
    if not days or len(set(days)) != len(days) or not set(days) <= set(DAYS):
        why = f"{list(days)!r} are not days of a week, each once."
        yield NotARedesignError(("reviewers", "days"), why, f"Write some of {', '.join(DAYS)}.")


def _numbers(redesign: Redesign) -> Iterator[tuple[Path, float | None, _Range]]:
    for name, plan in redesign.steps.items():
        yield from ((("steps", name, "assumed", key), getattr(plan.assumed, key), may) for key, may in OF_AI.items())
    yield from ((("reviewers", key), getattr(redesign.reviewers, key), may) for key, may in OF_REVIEWERS.items())
    yield from ((("merge", at, "time"), one.time, ABOVE_NONE) for at, one in enumerate(redesign.merged))
    yield ("checks", "audits"), redesign.checks.audits, SHARE
    yield ("checks", "second_looks"), redesign.checks.second_looks, SHARE
    if redesign.service_level is not None:
        yield ("service_level", "hours"), redesign.service_level.within / timedelta(hours=1), TERM
        yield ("service_level", "share"), redesign.service_level.share, OPEN
    if redesign.price is not None:
        yield ("price", "person_hour"), redesign.price.person_hour, PRICE


def _alone(redesign: Redesign) -> Iterator[NotARedesignError]:
    """Each step has one fate: what is removed or merged is not planned besides."""
    fates: dict[str, str] = {}
    named: list[tuple[Path, str, str]] = [
        *((("steps", name), name, "planned") for name in redesign.steps),
        *((("remove", at), name, "removed") for at, name in enumerate(redesign.removed)),
        *((("merge", at, "steps"), name, "merged") for at, merge in enumerate(redesign.merged) for name in merge.steps),
    ]
    for path, name, fate in named:
        if name in fates:
            yield NotARedesignError(path, f"{name!r} is {fate} here, and {fates[name]} above.", "Keep one of the two.")
        fates.setdefault(name, fate)
    gone = {*redesign.removed, *(name for merge in redesign.merged for name in merge.steps)}
    for key, names in (("parallel", _flat(redesign.parallel)), ("order", [n for one in redesign.moved for n in (one.step, one.after)])):
        for name in sorted(gone.intersection(names)):
            yield NotARedesignError((key,), f"{name!r} is removed or merged, and is no step of its own any more.", "Take it out.")
    if redesign.decides in gone:
        yield NotARedesignError(("decides",), f"{redesign.decides!r} is removed or merged.", "Name a step that is still done.")


def _flat(groups: Sequence[Sequence[str]]) -> list[str]:
    return [name for group in groups for name in group]


def _groups(redesign: Redesign) -> Iterator[NotARedesignError]:
    lists: list[tuple[Path, tuple[str, ...]]] = [(("merge", at, "steps"), merge.steps) for at, merge in enumerate(redesign.merged)]
    lists += [(("parallel", at), group) for at, group in enumerate(redesign.parallel)]
    for path, names in lists:
        if len(set(names)) < FEWEST or len(set(names)) != len(names):
            yield NotARedesignError(path, f"{list(names)!r} are not two steps or more, each once.", "Name at least two.")
    twice = _repeated(_flat(redesign.parallel))
    if twice is not None:
        yield NotARedesignError(("parallel",), f"{twice!r} is in two groups.", "Put all of these steps into one group.")
    taken = {merge.into for merge in redesign.merged}
    if len(taken) != len(redesign.merged):
        yield NotARedesignError(("merge",), "two merged steps have one name.", "Give each a name of its own.")


def _repeated(names: Sequence[str]) -> str | None:
    return next((name for at, name in enumerate(names) if name in names[:at]), None)


def _circles(moved: Sequence[Move]) -> Iterator[NotARedesignError]:
    """An order that comes back to where it began can be kept by nobody."""
    after: dict[str, str] = {}
    for at, move in enumerate(moved):
        if move.step in after:
            yield NotARedesignError(("order", at), f"{move.step!r} is moved twice.", "Keep one of the two.")
            continue
        after[move.step] = move.after
        behind = [move.step]
        while behind[-1] in after and len(behind) <= len(after):
            behind.append(after[behind[-1]])
            if behind[-1] == move.step:
                yield NotARedesignError(("order", at), f"these go in a circle: {' after '.join(map(repr, behind))}.", "Take one out.")
                break


# --- held against a log --------------------------------------------------------------------------------------------------


def check_against(redesign: Redesign, log: EventLog) -> tuple[NotARedesignError, ...]:
    """Finds what a process's log says against a redesign: steps it does not know, and steps put together that never follow each other.

    Returns:
        One error per offender; empty when it can be simulated.
    """
    known, follows = frozenset(log.activities), _follows(log)
    made = known | {merge.into for merge in redesign.merged}
    unknown = [_unknown(path, name, known) for path, name in _named(redesign) if name not in (made if path[0] in OF_THE_NEW else known)]
    return tuple(unknown) or (*_taken(redesign, known), *_strangers(redesign, follows))


def _unknown(path: Path, name: str, known: frozenset[str]) -> NotARedesignError:
    near = get_close_matches(name, sorted(known), n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(known)[:30])}."
    return NotARedesignError(path, f"{name!r} is no step of the event log.", remedy)


def _taken(redesign: Redesign, known: frozenset[str]) -> Iterator[NotARedesignError]:
    for at, merge in enumerate(redesign.merged):
        if merge.into in known:
            yield NotARedesignError(("merge", at, "into"), f"{merge.into!r} is a step of the log already.", "Give it another name.")


def _named(redesign: Redesign) -> Iterator[tuple[Path, str]]:
    if redesign.decides is not None:
        yield ("decides",), redesign.decides
    yield from ((("steps", name), name) for name in redesign.steps)
    yield from ((("remove", at), name) for at, name in enumerate(redesign.removed))
    yield from ((("merge", at, "steps"), name) for at, merge in enumerate(redesign.merged) for name in merge.steps)
    yield from ((("parallel", at), name) for at, group in enumerate(redesign.parallel) for name in group)
    yield from ((("order", at), name) for at, move in enumerate(redesign.moved) for name in (move.step, move.after))
    yield from ((("reviewers", "skilled_for"), name) for name in redesign.reviewers.skilled_for)


def _follows(log: EventLog) -> frozenset[tuple[str, str]]:
    """Which step directly follows which, at least once."""
    same = log.case[1:] == log.case[:-1]
    pairs = np.unique(np.stack([log.activity[:-1][same], log.activity[1:][same]], axis=1), axis=0)
    return frozenset((log.activities[int(a)], log.activities[int(b)]) for a, b in pairs)


def _strangers(redesign: Redesign, follows: frozenset[tuple[str, str]]) -> Iterator[NotARedesignError]:
    for at, merge in enumerate(redesign.merged):
        for one, other in zip(merge.steps, merge.steps[1:], strict=False):
            if (one, other) not in follows:
                why = f"{other!r} never directly follows {one!r} in the event log, so that they cannot become one step."
                yield NotARedesignError(("merge", at, "steps"), why, "Merge neighbours only, in the order in which they follow each other.")
    for at, group in enumerate(redesign.parallel):
        for name in group:
            if not any((name, other) in follows or (other, name) in follows for other in group if other != name):
                why = f"{name!r} is next to none of the others in the event log."
                yield NotARedesignError(("parallel", at), why, "Name steps that follow each other today.")
