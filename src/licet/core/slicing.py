"""Slicing: the attributes by which cases are told apart when opened ones are looked at, and the fewest cases that may be named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from licet.core.canonical import Json

FEWEST_CASES = 10
MOST = 20
"""Attributes a standard may slice by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceBy:
    """Each value of an attribute is a slice of its own.

    Attributes:
        attribute: by which cases are told apart.
        least: cases below which nothing is said of a slice, at least 10.
    """

    attribute: str
    least: int = 30


class NotSlicingError(ValueError):
    """A value does not say how cases are sliced."""


def slicing_to_json(slicing: Sequence[SliceBy]) -> list[Json]:
    """Writes the rules, in order."""
    return [{"attribute": one.attribute, "least": one.least} for one in slicing]


def slicing_from_json(raw: Json) -> tuple[SliceBy, ...]:
    """Reads what `slicing_to_json` wrote; nothing for None.

    Raises:
        NotSlicingError: when it says something else.
    """
    match raw:
        case None:
            return ()
        case [*rules]:
            return tuple(_one(rule) for rule in rules)
        case _:
            raise NotSlicingError(f"{raw!r} does not say slices: give a list of attribute and least.")


def _one(raw: Json) -> SliceBy:
    match raw:
        case {"attribute": str(attribute), "least": int(least)}:
            return SliceBy(attribute=attribute, least=least)
        case _:
            raise NotSlicingError(f"{raw!r} does not say a slice: give attribute and least.")


def faults_in_slicing(slicing: Sequence[SliceBy]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What is wrong with the rules beyond their form: where, why, and what to write instead."""
    if len(slicing) > MOST:
        yield (), f"there are {len(slicing)}.", f"Name {MOST} attributes at most: each one takes from what the others can show."
    for at, one in enumerate(slicing):
        if one.least < FEWEST_CASES:
            yield (at, "least"), f"{one.least!r} is below {FEWEST_CASES}.", f"Write at least {FEWEST_CASES}; 30 is usual."
        if one.attribute in {other.attribute for other in slicing[:at]}:
            yield (at, "attribute"), f"{one.attribute!r} is there twice.", "Keep one."


def slices_of(slicing: Sequence[SliceBy], attributes: Sequence[Mapping[str, str]]) -> Mapping[str, tuple[bool, ...]]:
    """Which cases are in which slice, by a name such as `country=ch`, where it has as many cases as its rule asks for."""
    found: dict[str, tuple[bool, ...]] = {}
    for rule in slicing:
        for value in sorted({one[rule.attribute] for one in attributes if rule.attribute in one}):
            inside = tuple(one.get(rule.attribute) == value for one in attributes)
            if sum(inside) >= rule.least:
                found[f"{rule.attribute}={value}"] = inside
    return found
