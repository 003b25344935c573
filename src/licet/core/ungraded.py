"""Ungraded: what becomes of a judgment where the use case's own grader failed on a case."""

from dataclasses import replace

from licet.core.evaluation import Judgment
from licet.core.verdict import Undecided

UNGRADED = "The grader of the standard failed on a sealed case, which is ungraded: nobody knows how wrong the answer is."


def left_undecided(judgment: Judgment, *, failed: bool) -> Judgment:
    """What a judgment by an own grader comes to.

    That it failed is one more thing that a look could have shown, which later attempts pay for whether it did or not. On how many cases,
    where and why is not said: a grader that fails on wrong answers would count them for whoever wrote it.

    Args:
        judgment: as if what is ungraded were wrong.
        failed: whether the grader failed on any case.

    Returns:
        The judgment; undecided, and silent on everything else, where it failed.
    """
    outputs = judgment.outputs + 1
    if not failed:
        return replace(judgment, outputs=outputs)
    measures = tuple(replace(one, verdict="undecided", bound=None, n=None) for one in judgment.verdict.measures)
    regions = tuple(replace(one, verdict="undecided", threshold=None, cases=None, coverage=None) for one in judgment.verdict.regions)
    return replace(judgment, outputs=outputs, verdict=Undecided(measures=measures, why=UNGRADED, regions=regions))
