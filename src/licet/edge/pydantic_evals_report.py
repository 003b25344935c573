"""A report of pydantic-evals, as it is written to JSON: assertions pass or fail, scores are grades, failures broke."""

from collections.abc import Iterator

from licet.core.canonical import Json
from licet.core.outside_rows import Outcome, OutsideFile, Provenance, Row, graded
from licet.edge.outside_json import Object, named, objects, part, texts

FORMAT = "pydantic-evals"
BY_MODEL = frozenset({"LLMJudge", "GEval"})
BY_RULE = frozenset({"Equals", "EqualsExpected", "Contains", "IsInstance", "MaxDuration", "HasMatchingSpan"})
"""Its own evaluators in which a model has the say, and in which none has."""
TASK = "task"
"""The measure of a case whose task broke, so that nothing was measured."""


def is_report(whole: Object) -> bool:
    """Whether an object is a report."""
    return isinstance(whole.get("cases"), list) and isinstance(whole.get("failures"), list)


def read_report(whole: Object) -> OutsideFile:
    """Reads a report, once it is parsed. It keeps no summary, and names neither its time nor a version."""
    provenance = Provenance(format=FORMAT, tool=FORMAT, system=named(whole.get("name")))
    return OutsideFile(provenance=provenance, rows=lambda: _rows(whole))


def _rows(whole: Object) -> Iterator[Row]:
    for case in objects(whole.get("cases")):
        yield from _of_case(case)
    for case in objects(whole.get("failures")):
        yield Row(case=_name(case), measure=TASK, outcome=Outcome.ERRORED, contents=texts(case.get("inputs")))


def _of_case(case: Object) -> Iterator[Row]:
    name, contents, empty = _name(case), texts(case.get("inputs")), True
    for kind in ("assertions", "scores"):
        found = case.get(kind)
        for measure, result in found.items() if isinstance(found, dict) else ():
            outcome, score = graded(part(result, "value"))
            empty = False
            yield Row(
                case=name,
                measure=named(measure) or kind,
                outcome=outcome,
                score=score,
                contents=contents,
                judged=_judged(part(result, "source")),
            )
    for one in objects(case.get("evaluator_failures")):
        empty = False
        measure = named(one.get("name")) or "evaluator"
        yield Row(case=name, measure=measure, outcome=Outcome.ERRORED, contents=contents, judged=_judged(one.get("source")))
    if empty:
        yield Row(case=name, measure=TASK, outcome=Outcome.UNSCORED, contents=contents)


def _name(case: Object) -> str:
    return named(case.get("source_case_name")) or named(case.get("name")) or ""


def _judged(source: Json) -> bool | None:
    name = named(part(source, "name"))
    return True if name in BY_MODEL else False if name in BY_RULE else None
