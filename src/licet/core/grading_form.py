"""How a standard says its grading, in plain JSON, and what is wrong with one beyond its form."""

import re
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import assert_never

from licet.core.answer import AnswerKind
from licet.core.canonical import Json
from licet.core.grading import (
    GRADERS,
    WORDS,
    Costs,
    Exact,
    FieldRule,
    FieldWise,
    Folded,
    Grading,
    OfOne,
    SameJson,
    SetF1,
    TokenF1,
    Tolerance,
)
from licet.core.not_said import NotSaidError
from licet.core.own_grader import OwnGrader

MOST_FIELDS = 200
"""Fields a grading may name."""

Fault = tuple[tuple[str, ...], str, str]


class NotAGradingError(NotSaidError):
    """A value does not say a grading."""


def grading_to_json(grading: Grading) -> Mapping[str, Json]:
    """Writes a grading: its grader by name, and its settings."""
    said: dict[str, Json] = {"grader": WORDS[type(grading)]}
    match grading:
        case Tolerance(absolute=absolute, relative=relative):
            return said | {"absolute": absolute, "relative": relative}
        case SetF1(separator=separator):
            return said | {"separator": separator}
        case FieldWise(fields=fields):
            rules: dict[str, Json] = {n: {"weight": r.weight, **grading_to_json(r.by)} for n, r in sorted(fields.items())}
            return said | {"fields": rules}
        case Costs(costs=costs):
            by_right: dict[str, Json] = {right: dict(sorted(given.items())) for right, given in sorted(costs.items())}
            return said | {"costs": by_right}
        case OwnGrader(function=function, code=code):
            return said | {"function": function, "code": code}
        case Exact() | Folded() | TokenF1() | SameJson():
            return said
        case _:
            assert_never(grading)


def grading_from_json(raw: Json) -> Grading:
    """Reads what `grading_to_json` wrote.

    Raises:
        NotAGradingError: when it is none.
    """
    match raw:
        case {"grader": "fields", "fields": Mapping() as fields}:
            return FieldWise(fields={str(name): _rule(one) for name, one in fields.items()})
        case {"grader": "python", "function": str(function), "code": str(code)}:
            return OwnGrader(function=function, code=code)
        case {"grader": "costs", "costs": Mapping() as costs}:
            return Costs(costs={str(right): _given(given) for right, given in costs.items()})
        case _:
            return _one_from_json(raw)


def _one_from_json(raw: Json) -> OfOne:
    match raw:
        case {"grader": "number", "absolute": absolute, "relative": relative}:
            return Tolerance(absolute=_number(absolute), relative=_number(relative))
        case {"grader": "set", "separator": str(separator)}:
            return SetF1(separator=separator)
        case {"grader": str(name)} if name in _PLAIN:
            return _PLAIN[name]
        case _:
            raise NotAGradingError(f"{raw!r} is not a grading.", f"Give grader: one of {', '.join(GRADERS)}.")


_PLAIN: Mapping[str, OfOne] = {"exact": Exact(), "folded": Folded(), "f1": TokenF1(), "json": SameJson()}


def _rule(raw: Json) -> FieldRule:
    weight = raw.get("weight", 1.0) if isinstance(raw, Mapping) else None
    return FieldRule(weight=_number(weight), by=_one_from_json(raw))


def _given(raw: Json) -> Mapping[str, float]:
    return {str(given): _number(cost) for given, cost in raw.items()} if isinstance(raw, Mapping) else {}


def _number(raw: Json) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise NotAGradingError(f"{raw!r} is not a number.", "Write digits such as 0.5.")
    return float(raw)


def faults_in_grading(grading: Grading) -> Iterator[Fault]:
    """What is wrong with a grading beyond its form: where, why, and what to write instead."""
    match grading:
        case FieldWise(fields=fields):
            yield from _faults_in_fields(fields)
        case Costs(costs=costs):
            yield from _faults_in_costs(costs)
        case Tolerance():
            yield from _faults_in_distances(grading)
        case SetF1(separator=separator) if not separator or re.fullmatch(r"\w+", separator):
            yield ("separator",), f"{separator!r} does not part items.", 'Write one such as "," or ";".'
        case OwnGrader(function=function) if not function.isidentifier() or iskeyword(function):
            yield ("function",), f"{function!r} is no name of a function.", "Write the name of a function of grader.py, such as grade."
        case Exact() | Folded() | TokenF1() | SetF1() | SameJson() | OwnGrader():
            return
        case _:
            assert_never(grading)


def _faults_in_costs(costs: Mapping[str, Mapping[str, float]]) -> Iterator[Fault]:
    for right, by_given in costs.items():
        for given, cost in by_given.items():
            if not 0.0 <= cost <= 1.0:
                yield ("costs", right, given), f"{cost!r} is not in [0, 1].", "Write 1 for wholly wrong, 0.3 for less."


def _faults_in_distances(by: Tolerance) -> Iterator[Fault]:
    for name, distance in (("absolute", by.absolute), ("relative", by.relative)):
        if not 0.0 <= distance < float("inf"):
            yield (name,), f"{distance!r} is not a distance of at least 0.", "Write one such as 0.5."


def _faults_in_fields(fields: Mapping[str, FieldRule]) -> Iterator[Fault]:
    if not 0 < len(fields) <= MOST_FIELDS:
        yield ("fields",), f"it names {len(fields)} fields.", f"Name 1 to {MOST_FIELDS}."
    for name, rule in fields.items():
        if not 0.0 < rule.weight < float("inf"):
            yield ("fields", name, "weight"), f"{rule.weight!r} is not above 0.", "Write a weight such as 1, or take the field out."
        for path, why, remedy in faults_in_grading(rule.by):
            yield ("fields", name, *path), why, remedy


TAKES: Mapping[type[Grading], frozenset[AnswerKind]] = {
    Exact: frozenset(AnswerKind),
    Folded: frozenset({AnswerKind.TEXT, AnswerKind.CHOICE}),
    Tolerance: frozenset({AnswerKind.NUMBER}),
    TokenF1: frozenset({AnswerKind.TEXT}),
    SetF1: frozenset({AnswerKind.TEXT}),
    SameJson: frozenset({AnswerKind.TEXT}),
    FieldWise: frozenset({AnswerKind.FIELDS}),
    Costs: frozenset({AnswerKind.CHOICE}),
    OwnGrader: frozenset(AnswerKind),
}
"""Which kinds of answer a grader is for."""
