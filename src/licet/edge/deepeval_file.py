"""A test run of DeepEval: `testCases[].metricsData[]`, metric by metric."""

from collections.abc import Iterator

from licet.core.outside_rows import Claim, Outcome, OutsideFile, Provenance, Row
from licet.edge.outside_json import Object, named, number, objects, texts

FORMAT = "deepeval"
TOOL = "DeepEval"
BY_RULE = frozenset({"Exact Match", "Pattern Match", "JSON Correctness"})
"""Metrics of DeepEval in which no model has a say."""


def is_test_run(whole: Object) -> bool:
    """Whether an object is a test run."""
    return isinstance(whole.get("testCases"), list)


def read_test_run(whole: Object) -> OutsideFile:
    """Reads a test run, once it is parsed. It names neither its time nor the system."""
    return OutsideFile(
        provenance=Provenance(format=FORMAT, tool=TOOL, system=None, finished=None),
        rows=lambda: _rows(whole),
        claims=tuple(_claims(whole)),
    )


def _rows(whole: Object) -> Iterator[Row]:
    for case in (*objects(whole.get("testCases")), *objects(whole.get("conversationalTestCases"))):
        name = named(case.get("name")) or named(case.get("order")) or ""
        contents = texts(case.get("input"))
        metrics = objects(case.get("metricsData"))
        for one in metrics:
            yield Row(
                case=name,
                measure=named(one.get("name")) or "metric",
                outcome=_outcome(one),
                score=number(one.get("score")),
                contents=contents,
                judged=_judged(one),
            )
        if not metrics:
            yield Row(case=name, measure="metric", outcome=Outcome.UNSCORED, contents=contents)


def _outcome(metric: Object) -> Outcome:
    if metric.get("error"):
        return Outcome.ERRORED
    match metric.get("success"):
        case True:
            return Outcome.PASSED
        case False:
            return Outcome.FAILED
        case _:
            return Outcome.UNSCORED


def _judged(metric: Object) -> bool | None:
    return True if metric.get("evaluationModel") else False if named(metric.get("name")) in BY_RULE else None


def _claims(whole: Object) -> Iterator[Claim]:
    for one in objects(whole.get("metricsScores")):
        for name, says in (("passes", "passed"), ("fails", "failed"), ("errors", "errored")):
            value = number(one.get(name))
            if value is not None:
                yield Claim(says=says, value=value, measure=named(one.get("metric")))
    passed = number(whole.get("testPassed"))
    if passed is not None:
        yield Claim(says="cases_passed", value=passed)
