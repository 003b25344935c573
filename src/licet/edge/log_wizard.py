"""The wizard: looks at the first rows of a table, guesses which column is what of an event log, and says why."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licet.core.log_reading import ROLES, Guess, LogWish
from licet.core.recorded_events import COMPLETE, OTHER, START
from licet.edge.log_times import AmbiguousTimesError, parsed

SAMPLE: Final = 5_000
"""Rows that are looked at, of a table that is not wide."""
CELLS: Final = 500_000
"""Cells that are looked at; of wide tables fewer rows, and never fewer than `FEWEST_ROWS`."""
FEWEST_ROWS: Final = 100
MOSTLY: Final = 0.95
"""Which part of a column's cells must be times, or transitions, for the column to be one."""
FEWEST_EVENTS: Final = 1.2
"""Events of a case on average, below which a column is no case."""
FEW: Final = 100
"""Steps that a process may have in the first rows."""

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*", re.ASCII)

TRANSITIONS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("start", "started", "begin", "resume"), START),
    **dict.fromkeys(("complete", "completed", "end", "ended", "finish", "finished"), COMPLETE),
    **dict.fromkeys(
        ("schedule", "assign", "reassign", "suspend", "withdraw", "ate_abort", "pi_abort", "autoskip", "manualskip", "unknown"), OTHER
    ),
}
"""What the words of a life cycle (XES 1849-2016) are to a log; any other word is `OTHER`, and blank is `COMPLETE`."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "case": (
        r"case(concept)?(id|key|number|no|name)?",
        r"(trace|process(instance)?|instance)(id)?",
        r".*(case|ticket|order|claim)(id|number|no)?",
        r"id",
    ),
    "activity": (
        r"(activity|concept)(name|id)?",
        r"(event|step|task|operation|action)(name|type)?",
        r".*(activity|status)(name)?",
    ),
    "start": (r"start(ed)?(at|time|timestamp|date)?", r".*(start|begin|began|from).*"),
    "end": (
        r"(complete|end|finish)(d|ed)?(at|time|timestamp|date)?",
        r"(time)?timestamp",
        r".*(complete|end|finish|until).*",
        r".*(time|date).*",
    ),
    "lifecycle": (r"lifecycle.*|transition", r".*(lifecycle|transition|state|eventtype).*"),
    "resource": (
        r"(org)?resource(id|name)?",
        r"(org)?(user|agent|employee|performer|clerk|handler|worker|originator)(id|name)?",
        r"(org)?(group|role|team)(id|name)?",
    ),
}
"""How columns are called, letters and digits alone; earlier patterns are surer."""

SAYS: Final[Mapping[str, str]] = {
    "case": "case",
    "activity": "activity",
    "start": "time of the start",
    "end": "time of the event, or of its completion",
    "lifecycle": "life cycle",
    "resource": "who did it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the first rows show of a column.

    Attributes:
        name: of the column.
        rows: how many rows were looked at; `filled` of them say something.
        distinct: how many different things they say.
        times: which part of the filled cells are times, from 0 to 1.
        transitions: which part are words of a life cycle.
        numbers: which part are numbers.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    times: float
    transitions: float
    numbers: float

    @property
    def events(self) -> float:
        """How often each thing is said, on average."""
        return self.filled / max(1, self.distinct)

    def named(self, role: str) -> int:
        """How surely the name says a role: 0 for not at all."""
        bare = re.sub(r"[^a-z0-9]", "", self.name.lower())
        patterns = NAMES[role]
        return next((len(patterns) - place for place, one in enumerate(patterns) if re.fullmatch(one, bare)), 0)


def sample_of(columns: int) -> int:
    """How many rows of a table of so many columns are looked at."""
    return max(FEWEST_ROWS, min(SAMPLE, CELLS // max(1, columns)))


def look_at(header: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[Seen, ...]:
    """Looks at each column of some rows."""
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    return tuple(_seen(name, cells) for name, cells in zip(header, columns, strict=True))


def _seen(name: str, cells: Sequence[str]) -> Seen:
    filled = [cell for cell in cells if cell.strip()]
    distinct = set(filled)
    times = {cell: _is_time(cell) for cell in distinct}
    words = {cell: cell.strip().lower() in TRANSITIONS for cell in distinct}
    numbers = {cell: _NUMBER.fullmatch(cell.strip()) is not None for cell in distinct}
    of = max(1, len(filled))
    return Seen(
        name=name,
        rows=len(cells),
        filled=len(filled),
        distinct=len(distinct),
        times=sum(times[cell] for cell in filled) / of,
        transitions=sum(words[cell] for cell in filled) / of,
        numbers=sum(numbers[cell] for cell in filled) / of,
    )


def _is_time(cell: str) -> bool:
    try:
        return parsed(cell, day_first=None) is not None
    except AmbiguousTimesError:
        return True


def guess(seen: Sequence[Seen], wish: LogWish) -> tuple[Guess, ...]:
    """Guesses a column for each role for which none was named.

    Args:
        seen: the columns.
        wish: what was said.

    Returns:
        A guess for each of `ROLES`, in that order; its column is empty where none fits.
    """
    said = {role: getattr(wish, role) for role in ROLES}
    free = [one for one in seen if one.name not in said.values()]
    found: dict[str, Guess] = {role: _told(role, name, seen) for role, name in said.items() if name is not None}
    for role in ("end", "start", "lifecycle", "case", "activity", "resource"):
        if role in found:
            continue
        best = max(filter(_FITS[role], free), key=lambda one, role=role: _sure(role, one), default=None)  # type: ignore[misc] # a role each
        found[role] = Guess(role=role, column="", why=_NOTHING[role]) if best is None else _guessed(role, best)
        free = [one for one in free if one is not best]
    if not found["end"].column and not found["end"].told and found["start"].column:
        why = f"These are the only times. {found['start'].why}"
        found["end"], found["start"] = Guess(role="end", column=found["start"].column, why=why), Guess(role="start", column="", why=why)
    return tuple(found[role] for role in ROLES)


def _sure(role: str, one: Seen) -> tuple[float, ...]:
    """How well a column fits a role that it can have: first by its name, then by what it holds."""
    named = one.named(role)
    if role == "case":
        return named, min(one.events, _REPEATED), one.distinct
    return named, one.filled, one.distinct


def _like_steps(one: Seen) -> bool:
    """Whether a column whose name says nothing may be the steps: a few different words that come again and again."""
    return 1 < one.distinct <= FEW and one.numbers < MOSTLY


_REPEATED: Final = 3.0
"""A case is seen so often at least, as a rule; of columns that repeat so, the one with more different cells is the case."""
_FITS: Final[Mapping[str, Callable[[Seen], bool]]] = {
    "end": lambda one: one.times >= MOSTLY and one.filled > 0 and (not one.named("start") or one.named("end") > 1),
    "start": lambda one: one.times >= MOSTLY and one.filled > 0 and one.named("start") > 0,
    "lifecycle": lambda one: one.transitions >= MOSTLY and one.filled > 0,
    "case": lambda one: one.times < MOSTLY and ((one.distinct > 1 and one.events >= FEWEST_EVENTS) or one.named("case") > 1),
    "activity": lambda one: one.times < MOSTLY and one.distinct > 0 and (one.named("activity") > 0 or _like_steps(one)),
    "resource": lambda one: one.filled > 0 and one.named("resource") > 0,
}
_NOTHING: Final[Mapping[str, str]] = {
    "case": "No column repeats as a case does.",
    "activity": "No column looks like the names of steps.",
    "start": "No column of times is called a start.",
    "end": "No column holds times.",
    "lifecycle": "No column holds words such as start and complete: each row counts as completed.",
    "resource": "No column is called a person, a user or a group.",
}


def _told(role: str, name: str, seen: Sequence[Seen]) -> Guess:
    there = next((one for one in seen if one.name == name), None)
    return Guess(role=role, column=name, why="You said so." + ("" if there is None else f" {_shows(role, there)}"), told=True)


def _guessed(role: str, one: Seen) -> Guess:
    name = f"Its name says so. {_shows(role, one)}" if one.named(role) else f"Its name does not say so, check it. {_shows(role, one)}"
    return Guess(role=role, column=one.name, why=name)


def _shows(role: str, one: Seen) -> str:
    empty = "" if one.filled == one.rows else f", {one.rows - one.filled:,} blank"
    if role in {"start", "end"}:
        return f"{one.times:.0%} of {one.filled:,} cells are times{empty}."
    if role == "lifecycle":
        return f"{one.transitions:.0%} of {one.filled:,} cells are words of a life cycle, {one.distinct} different ones{empty}."
    return f"{one.distinct:,} different ones in {one.filled:,} cells: each is there {one.events:.1f} times{empty}."
