"""Grading: how wrong an answer is, as a loss in [0, 1]; 1 is wrong, and so is what nobody answered."""

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from licet.core.answer import Answer, Choice, Fields, Number, Text
from licet.core.own_grader import OwnGrader
from licet.core.refusal import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """Right is what says the same: texts without surrounding white space, numbers by value, fields all together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Right is the same text but for case, accents' encoding, punctuation and white space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Right is a number no further away than the larger of two distances.

    Attributes:
        absolute: in the answer's own unit, at least 0.
        relative: as a share of the right number, at least 0.
    """

    absolute: float = 0.0
    relative: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenF1:
    """1 - F1 over the words of two texts, folded (as `f1` of SQuAD and Inspect): a part of the words right is a part of the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetF1:
    """1 - F1 over the items of two lists in one text, in any order, folded."""

    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class SameJson:
    """Right is JSON that says the same value, however it is laid out; what is no JSON is wrong."""


OfOne = Exact | Folded | Tolerance | TokenF1 | SetF1 | SameJson
"""How one value is held against another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field is held against the right one, and how much it weighs, above 0."""

    weight: float = 1.0
    by: OfOne = field(default_factory=Exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWise:
    """The weighted mean loss over named fields; what is named and missing is wrong, what is not named does not count."""

    fields: Mapping[str, FieldRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What each wrong choice costs: by what is right, then by what was given, in [0, 1]. A pair that is not named costs 1."""

    costs: Mapping[str, Mapping[str, float]]


Grading = OfOne | FieldWise | Costs | OwnGrader
EXACT = Exact()


def name_of(grading: Grading) -> str:
    """Name and version of a grader, such as `exact-1`; decisions and verdicts record it, its settings are in the standard's digest."""
    version = grading.code[:12] if isinstance(grading, OwnGrader) else "1"
    return f"{WORDS[type(grading)]}-{version}"


def is_ungraded(answer: Answer, truth: Answer, grading: Grading) -> bool:
    """Whether an own grader fails on an answer, so that nobody knows how wrong it is."""
    return isinstance(grading, OwnGrader) and not same(answer, truth) and isinstance(grading.says(answer, truth), Unknown)


def loss(answer: Answer, truth: Answer | None, grading: Grading = EXACT) -> float:
    """Grades an answer against the truth.

    Args:
        answer: what the system or a person said.
        truth: what counts as right; None when nobody answered, which counts as an error.
        grading: how they are held against each other.

    Returns:
        A loss in [0, 1]: 0.0 for right. Answers of different kinds are always wrong.
    """
    if truth is None:
        return 1.0
    match grading:
        case FieldWise():
            said = field_losses(answer, truth, grading)
            whole = sum(rule.weight for rule in grading.fields.values())
            return min(1.0, sum(grading.fields[name].weight * lost for name, lost in said.items()) / whole)
        case Costs(costs=costs):
            return _cost(answer, truth, costs)
        case OwnGrader():
            return _own(answer, truth, grading)
        case Exact() | Folded() | Tolerance() | TokenF1() | SetF1() | SameJson():
            return _of_one(answer, truth, grading)
        case _:
            assert_never(grading)


def _own(answer: Answer, truth: Answer, by: OwnGrader) -> float:
    """What nobody could grade is wrong, so that a failing grader never helps."""
    said = 0.0 if same(answer, truth) else by.says(answer, truth)
    return 1.0 if isinstance(said, Unknown) else said


def agrees(one: Answer, other: Answer, grading: Grading) -> bool:
    """Whether an answer is right where another is: it loses nothing."""
    return loss(one, other, grading) == 0.0


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same."""
    match one, other:
        case Choice(value=this), Choice(value=that):
            return this.strip() == that.strip()
        case Text(value=this), Text(value=that):
            return this.strip() == that.strip()
        case Number(), Number():
            return one.value == other.value
        case Fields(), Fields():
            return dict(one.values) == dict(other.values)
        case _:
            return False


def field_losses(answer: Answer, truth: Answer, grading: FieldWise) -> Mapping[str, float]:
    """The loss of each named field, in [0, 1], in the order of the grading; 1 for each where either has no fields.

    A field that is empty or missing in both is right.
    """
    if not isinstance(answer, Fields) or not isinstance(truth, Fields):
        return dict.fromkeys(grading.fields, 1.0)
    return {name: _field(answer.values.get(name, ""), truth.values.get(name, ""), rule.by) for name, rule in grading.fields.items()}


def _field(given: str, right: str, by: OfOne) -> float:
    if not given.strip() or not right.strip():
        return 0.0 if given.strip() == right.strip() else 1.0
    if not isinstance(by, Tolerance):
        return _of_one(Text(value=given), Text(value=right), by)
    try:
        number, truth = float(given), float(right)
    except ValueError:
        number = truth = math.inf
    if not (math.isfinite(number) and math.isfinite(truth)):  # within a share of infinity lies every number
        return _of_one(Text(value=given), Text(value=right), EXACT)
    return _of_one(Number(value=number), Number(value=truth), by)


def _of_one(answer: Answer, truth: Answer, by: OfOne) -> float:
    match by:
        case Exact():
            return float(not same(answer, truth))
        case Tolerance():
            return float(not _near(answer, truth, by))
        case _:
            return _of_texts(answer, truth, by)


def _near(answer: Answer, truth: Answer, by: Tolerance) -> bool:
    if not isinstance(answer, Number) or not isinstance(truth, Number):
        return same(answer, truth)
    return abs(answer.value - truth.value) <= max(by.absolute, by.relative * abs(truth.value))


def _of_texts(answer: Answer, truth: Answer, by: Folded | TokenF1 | SetF1 | SameJson) -> float:
    match answer, truth:
        case (Text(value=given), Text(value=right)) | (Choice(value=given), Choice(value=right)):
            return _text(given, right, by)
        case _:
            return float(not same(answer, truth))


def _text(given: str, right: str, by: Folded | TokenF1 | SetF1 | SameJson) -> float:
    match by:
        case Folded():
            return float(folded(given) != folded(right))
        case TokenF1():
            return 1.0 - _f1(Counter(folded(given).split()), Counter(folded(right).split()))
        case SetF1(separator=separator):
            return 1.0 - _f1(_items(given, separator), _items(right, separator))
        case SameJson():
            return float(not _same_json(given, right))
        case _:
            assert_never(by)


def folded(text: str) -> str:
    """A text without what does not change its sense: compatibility forms, case, punctuation, white space."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(" " if unicodedata.category(c).startswith(("P", "Z", "C")) else c for c in plain)
    return " ".join(kept.split())


def _items(text: str, separator: str) -> Counter[str]:
    return Counter(frozenset(filter(None, (folded(one) for one in text.split(separator)))))


def _f1(given: Counter[str], right: Counter[str]) -> float:
    """Harmonic mean of precision and recall over two bags; 1 where both are empty."""
    if not given and not right:
        return 1.0
    shared = (given & right).total()
    return 2.0 * shared / (given.total() + right.total())


def _same_json(given: str, right: str) -> bool:
    try:
        return _alike(json.loads(given), json.loads(right))
    except (ValueError, RecursionError):
        return False


def _alike(one: object, other: object) -> bool:
    """Whether two values of JSON are the same; Python takes true for 1, and JSON does not."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_alike(value, other[name]) for name, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(_alike, one, other))
        case _:
            return isinstance(one, bool) is isinstance(other, bool) and one == other


def _cost(answer: Answer, truth: Answer, costs: Mapping[str, Mapping[str, float]]) -> float:
    if same(answer, truth):
        return 0.0
    if not isinstance(answer, Choice) or not isinstance(truth, Choice):
        return 1.0
    return costs.get(truth.value.strip(), {}).get(answer.value.strip(), 1.0)


def dearest_error(grading: Grading) -> float:
    """What the worst error between the answers that a grading names costs, in [0, 1]; 1 where it names no costs."""
    if not isinstance(grading, Costs) or not grading.costs:
        return 1.0
    named = {*grading.costs, *(name for given in grading.costs.values() for name in given)}
    pairs = [(right, given) for right in named for given in named if right.strip() != given.strip()]
    return max((_cost(Choice(value=given), Choice(value=right), grading.costs) for right, given in pairs), default=1.0)


def always_wrong(grading: Grading, said: Mapping[str, int]) -> float:
    """What a system costs on average that errs in every case, with answers that people give, as often as they give them.

    An answer that nobody gives cannot make a promise look hard to keep.

    Args:
        grading: how answers are graded.
        said: how often people gave each answer, at least 1 each.

    Returns:
        The mean loss in [0, 1]; 1 where the grading names no costs, or people gave fewer than two answers.
    """
    every = sum(said.values())
    if not isinstance(grading, Costs) or len(said) <= 1:
        return 1.0
    wrongs = (
        count * other * _cost(Choice(value=given), Choice(value=right), grading.costs) / (every - count)
        for right, count in said.items()
        for given, other in said.items()
        if given != right
    )
    return sum(wrongs) / every


def is_partial(grading: Grading) -> bool:
    """Whether an answer may be wrong in part, so that exact tests, which count errors, do not hold."""
    match grading:
        case TokenF1() | SetF1() | OwnGrader():
            return True
        case Costs(costs=costs):
            return any(cost not in {0.0, 1.0} for given in costs.values() for cost in given.values())
        case FieldWise(fields=fields):
            return len(fields) > 1 or any(is_partial(rule.by) for rule in fields.values())
        case Exact() | Folded() | Tolerance() | SameJson():
            return False
        case _:
            assert_never(grading)


WORDS: Mapping[type[Grading], str] = {
    Exact: "exact", Folded: "folded", Tolerance: "number", TokenF1: "f1", SetF1: "set", SameJson: "json", FieldWise: "fields",
    Costs: "costs", OwnGrader: "python",
}  # fmt: skip
"""Graders by name, as a standard and its file name them."""

GRADERS = tuple(WORDS.values())
