"""Further columns of an event log: what was recorded beside case, step, times and people; their names and counts, never a value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.core.refusal import Unknown

MOST_FURTHER: Final = 64
"""Columns that are counted; of a log with more, those that come first."""

Masks = NDArray[np.uint64]
"""Which further columns say something, a bit for each; shape (n, 2): with the row itself, and with its case before the row."""

BLANK: Final = frozenset({"", "null", "nan", "n/a", "\\n"})
"""What a cell says that says nothing, in small letters."""

_PEOPLE = re.compile(
    r"(org|identity|concept|lifecycle|time):.*"
    r"|(org)?(resource|user|agent|employee|performer|clerk|handler|worker|originator|group|role|team)(id|name)?"
)


def says_something(cell: str) -> bool:
    """Whether a cell holds anything."""
    return cell.strip().lower() not in BLANK


def is_further(name: str) -> bool:
    """Whether a column can be one of the data: not what says who, or what a log has anyway."""
    low = name.strip().lower()
    return bool(low) and not _PEOPLE.fullmatch(low) and not _PEOPLE.fullmatch(re.sub(r"[^a-z0-9]", "", low))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledColumn:
    """A further column at a step.

    Attributes:
        name: as the log calls it.
        before: in how many of the step's cases it said something before the step was done first.
        by: before it, or with it: what is recorded with a step may be its result.
    """

    name: str
    before: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledAt:
    """What was at hand at a step: in how many cases it is done, in how many any column said something before it, and each column."""

    cases: int
    some: int
    columns: tuple[FilledColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherColumns:
    """The further columns of a log, step by step.

    Attributes:
        names: of the columns; empty where the log holds nothing but cases, steps, times and people.
        steps: by step.
    """

    names: tuple[str, ...]
    steps: Mapping[str, FilledAt] = field(default_factory=dict)


NOT_COUNTED: Final = Unknown(why="the log came in before its further columns were counted: import its file again")
NOTHING_FURTHER: Final = Unknown(why="the log holds nothing but cases, steps, times and people")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedFurther:
    """The further columns of rows as a file has them: names, at most `MOST_FURTHER`, and masks with a line for each row."""

    names: tuple[str, ...]
    masks: Masks


def counted(further: RecordedFurther, case: NDArray[np.int32], activity: NDArray[np.int32], activities: Sequence[str]) -> FurtherColumns:
    """Counts at each step what was recorded before it, and with it, where a case comes to it first.

    Args:
        further: the columns, in the order of the events.
        case: of the events, which lie by case and by when they were completed, as in an `EventLog`.
        activity: of the events.
        activities: names of the steps.
    """
    firsts = np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))
    _, visit = np.unique(case.astype(np.int64) * len(activities) + activity, return_index=True)
    at, begins = activity[visit], np.searchsorted(firsts, visit, side="right") - 1
    cases = np.bincount(at, minlength=len(activities))
    some = np.zeros(visit.size, np.bool_)
    counts = []
    for place in range(len(further.names)):
        bit = np.uint64(1 << place)
        filled, known = ((further.masks[:, one] & bit) != 0 for one in (0, 1))
        earliest = np.minimum.reduceat(np.where(filled, np.arange(case.size), case.size), firsts)[begins]
        before, by = (earliest < visit) | known[visit], (earliest <= visit) | known[visit]
        some |= before
        counts.append([np.bincount(at[one], minlength=len(activities)) for one in (before, by)])
    any_before = np.bincount(at[some], minlength=len(activities))
    steps = {
        name: FilledAt(
            cases=int(cases[step]),
            some=int(any_before[step]),
            columns=tuple(
                FilledColumn(name=column, before=int(before[step]), by=int(by[step]))
                for column, (before, by) in zip(further.names, counts, strict=True)
            ),
        )
        for step, name in enumerate(activities)
        if cases[step]
    }
    return FurtherColumns(names=further.names, steps=steps)


def further_to_json(found: FurtherColumns) -> Mapping[str, Json]:
    """Further columns as JSON."""
    steps: Mapping[str, Json] = {
        step: {"cases": one.cases, "some": one.some, "filled": [[column.before, column.by] for column in one.columns]}
        for step, one in found.steps.items()
    }
    return {"names": list(found.names), "steps": steps}


def further_from_json(raw: Json) -> FurtherColumns | Unknown:
    """Reads what `further_to_json` wrote; of a log that was packed without it, nothing is known."""
    match raw:
        case {"names": list() as names, "steps": dict() as steps}:
            told = tuple(str(name) for name in names)
            return FurtherColumns(names=told, steps={step: _filled_at(told, one) for step, one in steps.items()})
        case _:
            return NOT_COUNTED


def _filled_at(names: Sequence[str], raw: Json) -> FilledAt:
    match raw:
        case {"cases": int() as cases, "some": int() as some, "filled": list() as filled}:
            pairs = [(int(before), int(by)) for before, by in filled]
            columns = tuple(FilledColumn(name=name, before=before, by=by) for name, (before, by) in zip(names, pairs, strict=True))
            return FilledAt(cases=cases, some=some, columns=columns)
        case _:
            raise NotFurtherError(f"{raw!r} does not say what was at hand at a step.")


class NotFurtherError(ValueError):
    """What is kept of further columns does not have the form it was written in."""
