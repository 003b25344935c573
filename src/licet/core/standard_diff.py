"""What changed between two standards, line by line, and whether each change asks for more or for less where that can be told."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words as percent
from licet.core.grading import EXACT
from licet.core.grading_form import grading_to_json
from licet.core.measure import MeasureKind
from licet.core.standard import Standard, standard_to_json

Path = tuple[str, ...]
ORDER = "order"


class Direction(StrEnum):
    """Which way a line moved."""

    STRICTER = "stricter"
    """Whatever met the new line met the old one too, or more cases go to people."""
    LOOSER = "looser"
    """The reverse."""
    OTHER = "other"
    """It counts something else, or it depends on the cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line of a standard that changed.

    Attributes:
        path: keys that lead to it; measures, regions and slices by their names.
        before: what the line said; None: it was not there, or said nothing.
        after: what it says.
        direction: whether it asks for more now.
    """

    path: Path
    before: Json
    after: Json
    direction: Direction


def differences(before: Standard, after: Standard) -> tuple[Difference, ...]:
    """Compares two standards.

    Args:
        before: the older one.
        after: the newer one.

    Returns:
        One difference per line that changed, in the order of a standard; empty where both say the same.
    """
    one, other = _by_name(before), _by_name(after)
    counted = _counts_all_high_stakes(before) or _counts_all_high_stakes(after)
    return tuple(
        Difference(path=path, before=was, after=now, direction=_direction(path, was, now, counted=counted))
        for path, was, now in _changes((), one, other)
    )


NAMED: Mapping[str, str] = {"measures": "name", "regions": "name", "slices": "attribute"}
"""Lists whose entries have a name, and the key that says it."""


def _by_name(standard: Standard) -> Mapping[str, Json]:
    said = standard_to_json(standard)
    lines: dict[str, Json] = dict(said) if isinstance(said, Mapping) else {}
    lines.setdefault("grading", grading_to_json(EXACT))
    lines.setdefault("min_labels", 0)
    return {key: _named(value, NAMED[key]) if key in NAMED else value for key, value in lines.items()}


def _named(entries: Json, key: str) -> Json:
    rows = entries if isinstance(entries, list | tuple) else ()
    return {str(one[key]): {name: value for name, value in one.items() if name != key} for one in rows if isinstance(one, Mapping)}


def _changes(path: Path, before: Json, after: Json) -> Iterator[tuple[Path, Json, Json]]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping) or before.get("grader") != after.get("grader"):
        if before != after:
            yield path, before, after
        return
    for key in dict.fromkeys((*before, *after)):
        yield from _changes((*path, key), before.get(key), after.get(key))
    if path and path[0] in NAMED and len(path) == 1 and before.keys() == after.keys() and list(before) != list(after):
        yield (*path, ORDER), list(before), list(after)


def _counts_all_high_stakes(standard: Standard) -> bool:
    """Whether a measure's rate is over all high-stakes cases, so that another answer among them changes what is counted."""
    return any(m.kind is MeasureKind.MISSED_HIGH_STAKES and not m.answers for m in standard.measures)


Rule = Callable[[Json, Json], Direction]


def _added(before: Json, after: Json) -> Direction:
    return _turned(int(before is not None), int(after is not None))


def _more(before: Json, after: Json) -> Direction:
    """Of lists: more is stricter."""
    was, now = _entries(before), _entries(after)
    if was == now or not (was <= now or now <= was):
        return Direction.OTHER
    return Direction.STRICTER if was < now else Direction.LOOSER


def _entries(listed: Json) -> frozenset[str]:
    return frozenset(json.dumps(one, sort_keys=True) for one in listed) if isinstance(listed, list | tuple) else frozenset()


def _higher(missing: float | None = None) -> Rule:
    """Of numbers: higher is stricter; `missing` is what one that is not there stands for, None where that cannot be told."""
    return lambda before, after: _turned(_number(before, missing), _number(after, missing))


def _lower(missing: float | None = None) -> Rule:
    return lambda before, after: _turned(_number(after, missing), _number(before, missing))


def _number(value: Json, missing: float | None) -> float | None:
    return float(value) if isinstance(value, int | float) else missing


def _turned(less: float | None, more: float | None) -> Direction:
    if less is None or more is None or less == more:
        return Direction.OTHER
    return Direction.STRICTER if less < more else Direction.LOOSER


ANY = "*"
RULES: Mapping[Path, Rule] = {
    ("measures", ANY): _added,
    ("measures", ANY, "target"): _lower(),
    ("measures", ANY, "confidence"): _higher(),
    ("measures", ANY, "errors"): _more,
    ("min_coverage",): _higher(),
    ("min_labels",): _higher(),
    ("high_stakes",): _more,
    ("never_alone", "answers"): _more,
    ("never_alone", "attributes", ANY): _more,
    ("guards", "high_stakes_max"): _lower(2.0),
    ("guards", "unfamiliar_share"): _higher(-1.0),
    ("second_looks",): _added,
    ("second_looks", "share"): _higher(),
    ("second_looks", "stakes"): _higher(),
    ("second_looks", "apart"): _higher(),
    ("second_looks", "attributes", ANY): _more,
    ("grading", "absolute"): _lower(),
    ("grading", "relative"): _lower(),
    ("grading", "fields", ANY, "absolute"): _lower(),
    ("grading", "fields", ANY, "relative"): _lower(),
    ("grading", "costs", ANY, ANY): _higher(1.0),
    ("change",): _added,
    ("change", "margin"): _lower(),
    ("change", "confidence"): _higher(),
}
"""Lines of which can be told which way they moved."""


def _direction(path: Path, before: Json, after: Json, *, counted: bool) -> Direction:
    if path[-1] == ORDER or (path == ("high_stakes",) and counted):
        return Direction.OTHER
    for pattern, rule in RULES.items():
        if len(pattern) == len(path) and all(part in {ANY, key} for part, key in zip(pattern, path, strict=True)):
            return rule(before, after)
    return Direction.OTHER


# --- in words ------------------------------------------------------------------------------------------------------------

NOUNS: Mapping[str, str] = {"measures": "measure", "regions": "region", "slices": "slices by"}
SHARES = frozenset({"target", "confidence", "min_coverage", "share", "high_stakes_max", "unfamiliar_share", "margin"})
"""Keys whose numbers are read in percent."""

ANY_WHERE_EMPTY = frozenset({"right", "given"})
"""Keys of an error by name: one without answers speaks of all."""


def difference_in_words(one: Difference) -> str:
    """A difference in one line: which line, what it said and says, and which way it moved."""
    way = "" if one.direction is Direction.OTHER else f" ({one.direction.value})"
    return f"{place_in_words(one.path)}: {_moved(one)}{way}"


def place_in_words(path: Sequence[str]) -> str:
    """Which line it is: measure 'error', target."""
    first, rest = path[0], list(path[1:])
    if first in NOUNS and rest and rest != [ORDER]:
        return ", ".join([f"{NOUNS[first]} {rest[0]!r}", *(_spoken(key) for key in rest[1:])])
    return ", ".join(_spoken(key) for key in path)


def _spoken(key: str) -> str:
    return key.replace("_", " ")


def _moved(one: Difference) -> str:
    match one.before, one.after:
        case [*was], [*now] if one.path[-1] != ORDER:
            return _listed(was, now)
        case None, value:
            return f"added, {_value(one.path, value)}"
        case value, None:
            return f"taken out, was {_value(one.path, value)}"
        case was, now:
            return f"{_value(one.path, was)} → {_value(one.path, now)}"


def _listed(was: Sequence[Json], now: Sequence[Json]) -> str:
    gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
    said = [f"{word} {', '.join(_value((), one) for one in some)}" for word, some in (("added", come), ("taken out", gone)) if some]
    return "; ".join(said) or "in another order"


def _value(path: Path, value: Json) -> str:
    match value:
        case bool() | None:
            return {True: "yes", False: "no", None: "nothing"}[value]
        case int() | float() if path and path[-1] in SHARES:
            return percent(value)
        case str() | int() | float():
            return str(value)
        case Mapping():
            return "; ".join(f"{_spoken(key)} {_value((*path, key), one)}" for key, one in value.items()) or "nothing"
        case entries:
            return ", ".join(_value((), one) for one in entries) or ("any" if path and path[-1] in ANY_WHERE_EMPTY else "nothing")
