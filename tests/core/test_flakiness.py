"""How far a system says the same, and how likely its own chance turns a verdict."""

from dataclasses import replace

import numpy as np

from licet.core.answer import Choice
from licet.core.cluster import Clusters
from licet.core.evaluation import Graded, Unlabelled, grid, judge
from licet.core.flakiness import RUNS, Flips, Twice, compare, drawn_rows, flips, units_of
from licet.core.refusal import Unknown
from licet.core.system import Cause, NoProposal, Proposal, Proposed
from tests.core.examples import STANDARD, signed

CLUSTERED = replace(STANDARD, clusters=Clusters(attribute="customer", largest=10))
SURE = Proposal(answer=Choice(value="yes"), confidence=0.9)


def graded(losses: list[float], clusters: tuple[int, ...] = ()) -> Graded:
    """Cases of falling confidence."""
    n = len(losses)
    return Graded(
        confidence=[1.0 - k / (2 * n) for k in range(n)], loss=losses, eligible=[True] * n, high_stakes=[False] * n, clusters=clusters
    )


def test_what_differs_is_counted_and_an_outage_counts_for_nothing() -> None:
    down, useless = NoProposal(why="down", cause=Cause.UNAVAILABLE), NoProposal(why="no JSON")
    first: list[Proposed] = [SURE, SURE, SURE, SURE, useless, useless]
    second: list[Proposed] = [SURE, replace(SURE, confidence=0.7), replace(SURE, answer=Choice(value="no")), down, useless, SURE]
    found = compare(first, second)
    assert replace(found, largest_move=0.2) == Twice(cases=6, unanswered=1, answers_differ=2, confidences_differ=1, largest_move=0.2)
    assert abs(found.largest_move - 0.2) < 1e-9
    assert compare([], []) == Twice(cases=0, unanswered=0, answers_differ=0, confidences_differ=0, largest_move=0.0)


def test_a_system_that_says_the_same_never_turns_a_verdict_and_nothing_is_unknown_not_never() -> None:
    steady = graded([0.0] * 150)
    assert flips(signed(), steady, steady, labels=100, share=1.0) == Flips(flips=0, runs=RUNS, labels=100)
    assert isinstance(flips(signed(), graded([]), graded([]), labels=100, share=1.0), Unknown)
    assert isinstance(flips(signed(), steady, steady, labels=0, share=1.0), Unknown)


def test_the_probability_is_that_of_two_runs_of_a_system_whose_errors_are_chance() -> None:
    """Held against verdicts of a true simulation: 150 labels, each answer wrong with 2%, on its own in each run."""
    chance = np.random.default_rng(5)
    first, second = (graded([float(wrong) for wrong in chance.random(3_000) < 0.02]) for _ in range(2))
    found = flips(signed(), first, second, labels=150, share=1.0)
    assert isinstance(found, Flips)
    words = [_word(graded([float(wrong) for wrong in chance.random(150) < 0.02])) for _ in range(800)]
    met = words.count("met") / len(words)
    truth = 1.0 - sum((words.count(word) / len(words)) ** 2 for word in set(words))
    low, high = found.between
    assert 0.1 < met < 0.9
    assert low - 0.04 < truth < high + 0.04
    assert 0.0 < found.estimate < 1.0


def _word(cases: Graded) -> str:

    thresholds = grid(STANDARD, Unlabelled(confidence=cases.confidence, eligible=cases.eligible), share=1.0)
    return judge(signed(), cases, thresholds, share=1.0).verdict.word


def test_cases_of_a_cluster_are_drawn_together() -> None:
    """Breaks when clusters are torn apart: ten cases that err together are one draw, not ten."""
    names = tuple(k // 10 for k in range(200))
    rows, draws = drawn_rows(units_of(graded([0.0] * 200, names)), 200, seed=3)
    assert len(rows) == len(draws) == 200
    for draw in set(draws):
        of_it = [int(row) for row, one in zip(rows, draws, strict=True) if one == draw]
        assert {row // 10 for row in of_it} == {of_it[0] // 10}
        assert len(of_it) == 10
    found = flips(signed(CLUSTERED), graded([float(k < 10) for k in range(200)], names), graded([0.0] * 200, names), labels=200, share=1.0)
    assert isinstance(found, Flips)
