"""A measure: a loss per case with a target that its mean must not exceed, of all cases or of a part of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from licet.core.answer import Answer, answer_label
from licet.core.canonical import Json
from licet.core.not_said import NotSaidError

HALF = 0.5


class MeasureKind(StrEnum):
    """What a measure counts."""

    ERROR_ALONE = "error_alone"
    """Mean loss among the cases decided alone: with the usual grading, the share of wrong answers."""
    MISSED_HIGH_STAKES = "missed_high_stakes"
    """Share of the high-stakes cases that are decided alone and wrongly."""
    NEVER = "never"
    """Share of named errors among the cases decided alone; a single one in the sealed cases keeps them from being certified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the cases that is judged on its own: those in which an attribute has one of some values."""

    attribute: str
    values: frozenset[str]

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether a case is in it."""
        return attributes.get(self.attribute) in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """An error by name: one of some answers was given where one of some others is right. An empty set stands for any."""

    right: frozenset[str]
    given: frozenset[str]

    def holds(self, given: Answer, right: Answer | None) -> bool:
        """Whether an answer is this error; where nobody knows what is right, it may be, and so counts."""
        if self.given and answer_label(given) not in self.given:
            return False
        if right is None:
            return True
        return answer_label(given) != answer_label(right) and (not self.right or answer_label(right) in self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A loss per case in [0, 1] and the target its mean must not exceed, at a confidence; of all cases, or of a slice.

    Attributes:
        answers: of `missed_high_stakes`, the right answers it speaks of; empty: all that the standard calls high-stakes.
        errors: of `never`, the errors it names.
    """

    name: str
    kind: MeasureKind
    target: float
    confidence: float
    slice: Slice | None = None
    answers: frozenset[str] = frozenset()
    errors: tuple[Confusion, ...] = ()

    @property
    def delta(self) -> float:
        """The chance of a false promise that is accepted: 1 - confidence."""
        return 1.0 - self.confidence

    def names(self, given: Answer, right: Answer | None) -> bool:
        """Whether an answer is one of the errors it names."""
        return any(one.holds(given, right) for one in self.errors)


class NotAMeasureError(NotSaidError):
    """A value does not say a measure."""


def measure_to_json(measure: Measure) -> Mapping[str, Json]:
    """Writes a measure; what it does not say is left out, so that older standards keep their digests."""
    said: dict[str, Json] = {"name": measure.name, "kind": measure.kind.value, "target": measure.target, "confidence": measure.confidence}
    part = measure.slice
    said |= {} if part is None else {"slice": {"attribute": part.attribute, "values": sorted(part.values)}}
    said |= {"answers": sorted(measure.answers)} if measure.answers else {}
    errors: list[Json] = [{"right": sorted(one.right), "given": sorted(one.given)} for one in measure.errors]
    return said | {"errors": errors} if errors else said


def measure_from_json(raw: Json) -> Measure:
    """Reads what `measure_to_json` wrote.

    Raises:
        NotAMeasureError: when it is none.
    """
    match raw:
        case {"name": str(name), "kind": str(kind), "target": int() | float() as target, "confidence": int() | float() as confidence}:
            says = raw if isinstance(raw, Mapping) else {}
            return Measure(
                name=name,
                kind=MeasureKind(kind),
                target=float(target),
                confidence=float(confidence),
                slice=_slice(says.get("slice")),
                answers=_words(says.get("answers", [])),
                errors=tuple(_confusion(one) for one in _listed(says.get("errors", []))),
            )
        case _:
            raise NotAMeasureError(f"{raw!r} is not a measure.", "Give name, kind, target and confidence.")


def _slice(raw: Json) -> Slice | None:
    match raw:
        case None:
            return None
        case {"attribute": str(attribute), "values": [*values]}:
            return Slice(attribute=attribute, values=_words(values))
        case _:
            raise NotAMeasureError(f"{raw!r} is not a slice.", "Give attribute and values.")


def _confusion(raw: Json) -> Confusion:
    match raw:
        case {"right": [*right], "given": [*given]}:
            return Confusion(right=_words(right), given=_words(given))
        case _:
            raise NotAMeasureError(f"{raw!r} names no error.", "Give right and given.")


def _listed(raw: Json) -> Sequence[Json]:
    return raw if isinstance(raw, list | tuple) else ()


def _words(raw: Json) -> frozenset[str]:
    return frozenset(map(str, _listed(raw)))


Fault = tuple[tuple[str | int, ...], str, str]


def faults_in_measures(measures: Sequence[Measure], high_stakes: frozenset[str]) -> Iterator[Fault]:
    """What is wrong with a standard's measures beyond their form: where, why, and what to write instead."""
    if not measures:
        yield (), "there is no measure.", "Add at least one with name, kind, target and confidence."
    elif not any(m.kind is MeasureKind.ERROR_ALONE for m in measures):
        why = "none counts the errors among cases decided alone, which is what a mandate promises."
        yield (), why, "Add one with kind: error_alone."
    for i, measure in enumerate(measures):
        for path, why, remedy in (*_numbers(measure), *_kind(measure, high_stakes), *_part(measure, measures[:i])):
            yield (i, *path), why, remedy


def _numbers(measure: Measure) -> Iterator[Fault]:
    if not 0.0 < measure.target < HALF:
        yield ("target",), f"{measure.target!r} is not between 0 and 0.5.", "Write a share such as 0.05 for 5%."
    if not HALF <= measure.confidence < 1.0:
        yield ("confidence",), f"{measure.confidence!r} is not in [0.5, 1).", "Write a share such as 0.95 for 95%."


def _kind(measure: Measure, high_stakes: frozenset[str]) -> Iterator[Fault]:
    if measure.kind is MeasureKind.MISSED_HIGH_STAKES and not high_stakes:
        yield ("kind",), "it counts high-stakes cases, and none are named.", "List them under high_stakes."
    if measure.answers and measure.kind is not MeasureKind.MISSED_HIGH_STAKES:
        yield ("answers",), f"{measure.kind.value!r} counts every right answer.", "Give answers to kind: missed_high_stakes only."
    strange = sorted(measure.answers - high_stakes)
    if strange and measure.kind is MeasureKind.MISSED_HIGH_STAKES and high_stakes:
        yield ("answers",), f"{strange[0]!r} is not among the high-stakes answers.", "List it under high_stakes too, or take it out."
    if measure.kind is MeasureKind.NEVER and not measure.errors:
        yield ("errors",), "it names no error that must never be made.", "Give at least one with right and given."
    if measure.kind is not MeasureKind.NEVER and measure.errors:
        yield ("errors",), f"{measure.kind.value!r} counts every error.", "Give errors to kind: never only."
    for at, one in enumerate(measure.errors):
        if not one.right and not one.given:
            yield ("errors", at), "any answer where any other is right is every error.", "Name right, given or both."


def _part(measure: Measure, before: Sequence[Measure]) -> Iterator[Fault]:
    if measure.name in {m.name for m in before}:
        yield ("name",), f"{measure.name!r} is there twice.", "Give each measure its own name."
    if measure.slice is None:
        return
    if measure.kind is not MeasureKind.ERROR_ALONE:
        yield ("slice",), f"{measure.kind.value!r} counts all cases.", "Give a slice to kind: error_alone only."
    elif not any(m.kind is MeasureKind.ERROR_ALONE and m.slice is None for m in before):
        why = "no measure before it promises anything of all cases, which is what a mandate is granted on."
        yield ("slice",), why, "Put a measure of kind: error_alone without a slice first."
    elif not measure.slice.values:
        yield ("slice",), "it names no value.", "Name at least one value of the attribute."
