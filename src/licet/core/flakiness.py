"""Flakiness: how far a system that is asked twice says the same, and how likely a repetition would change the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.core.evaluation import Graded, Unlabelled, grid, judge
from licet.core.ids import Fingerprint
from licet.core.refusal import Unknown
from licet.core.region_verdict import grids, judge_regions
from licet.core.standard import CountersignedStandard
from licet.core.system import Cause, NoProposal, Proposal, Proposed
from licet.stats.bounds import interval
from licet.stats.sampling import spread

RUNS = 200
"""Simulated repetitions; with so many the probability is known to within seven percentage points, and mostly closer."""

SAME = 1e-9
"""Confidences closer than this are the same: rounding is no change of mind."""

T = TypeVar("T")
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """What asking twice about the same cases showed.

    Attributes:
        cases: those that were asked about twice.
        unanswered: of how many one of the two calls got no answer; they count for nothing here.
        answers_differ: how many got another answer, or an answer once and none of use the other time.
        confidences_differ: how many got the same answer with another confidence.
        largest_move: by how much a confidence moved at most, in [0, 1].
    """

    cases: int
    unanswered: int
    answers_differ: int
    confidences_differ: int
    largest_move: float

    @property
    def answered(self) -> int:
        """How many cases count."""
        return self.cases - self.unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """In how many simulated repetitions on so many labelled cases the verdict was another; an estimate."""

    flips: int
    runs: int
    labels: int

    @property
    def estimate(self) -> float:
        """The share, in [0, 1]."""
        return self.flips / self.runs

    @property
    def between(self) -> tuple[float, float]:
        """Where the probability lies at 95%, as far as the number of repetitions tells."""
        return interval(errors=self.flips, n=self.runs, delta=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flakiness:
    """A system that was asked twice about unsealed cases."""

    fingerprint: Fingerprint
    twice: Twice
    flips: Flips | Unknown


def compare(first: Sequence[Proposed], second: Sequence[Proposed]) -> Twice:
    """Holds two answers to each case against each other.

    Args:
        first: what was said first, shape (n,).
        second: what was said then, in the same order.
    """
    pairs = [(one, other) for one, other in zip(first, second, strict=True) if both_answered(one, other)]
    moves = [move for move in (_move(one, other) for one, other in pairs) if move is not None]
    return Twice(
        cases=len(first),
        unanswered=len(first) - len(pairs),
        answers_differ=sum(_answer(one) != _answer(other) for one, other in pairs),
        confidences_differ=sum(move > SAME for move in moves),
        largest_move=max(moves, default=0.0),
    )


def both_answered(one: Proposed, other: Proposed) -> bool:
    """Whether the system was there both times; an outage says nothing of it."""
    return all(isinstance(said, Proposal) or said.cause is Cause.UNUSABLE for said in (one, other))


def _answer(one: Proposed) -> object:
    return None if isinstance(one, NoProposal) else one.answer


def _move(one: Proposed, other: Proposed) -> float | None:
    if isinstance(one, NoProposal) or isinstance(other, NoProposal) or one.answer != other.answer:
        return None
    return abs(one.confidence - other.confidence)


def flips(standard: CountersignedStandard, first: Graded, second: Graded, *, labels: int, share: float) -> Flips | Unknown:
    """How often the verdict would be another if the same cases were asked about once more.

    Parametric in nothing: cases, or clusters where the standard declares them, are drawn with replacement until there are as many as a
    verdict will have; which of a case's two answers is the first is drawn too, for each on its own; both sets of answers are judged as
    sealed cases would be, each with the grid of its own confidences. Cases were drawn at random from those that were not sealed, so it
    speaks of the next sealed set, not of the one at hand, and no sealed answer is read.

    Args:
        standard: what good means.
        first: unsealed cases with the first answers, graded, shape (n,).
        second: the same with the second answers.
        labels: how many labelled cases the verdict will have.
        share: share of the accepted chance that its look will spend.

    Returns:
        The count; `Unknown` without cases or labels.

    Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979).
    """
    if not first.loss or not labels:
        return Unknown(why="there are no labelled cases to simulate a verdict of")
    if first == second:
        return Flips(flips=0, runs=RUNS, labels=labels)
    units = units_of(first)
    changed = 0
    for run in range(RUNS):
        rows, clusters = drawn_rows(units, labels, seed=2 * run)
        other = spread(seed=2 * run + 1, rows=1, columns=len(rows))[0] < 0.5  # noqa: PLR2004 - one of two, each as likely
        words = [_word(standard, _picked((first, second), rows, side, clusters), share) for side in (other, ~other)]
        changed += words[0] != words[1]
    return Flips(flips=changed, runs=RUNS, labels=labels)


def units_of(graded: Graded) -> list[Indices]:
    """What is drawn as one: the cases of a cluster, or single cases."""
    if not graded.clusters:
        return [np.array([at], dtype=np.intp) for at in range(len(graded.loss))]
    names = np.asarray(graded.clusters)
    return [np.flatnonzero(names == name) for name in dict.fromkeys(graded.clusters)]


def drawn_rows(units: Sequence[Indices], labels: int, *, seed: int) -> tuple[Indices, list[int]]:
    """As many cases as there will be labels, and the drawn unit that each is of."""
    picked = (spread(seed=seed, rows=1, columns=labels)[0] * len(units)).astype(np.intp)
    rows = np.concatenate([units[at] for at in picked])[:labels]
    of = np.concatenate([np.full(len(units[at]), draw) for draw, at in enumerate(picked)])[:labels]
    return rows, of.tolist()


def _picked(both: tuple[Graded, Graded], rows: Indices, second: NDArray[np.bool_], clusters: list[int]) -> Graded:
    """The drawn cases, each with its first or its second answer."""
    places = list(zip(rows.tolist(), second.tolist(), strict=True))

    def pick(first: Sequence[T], other: Sequence[T]) -> list[T]:
        return [other[at] if is_second else first[at] for at, is_second in places]

    one, two = both
    return Graded(
        confidence=pick(one.confidence, two.confidence),
        loss=pick(one.loss, two.loss),
        eligible=pick(one.eligible, two.eligible),
        high_stakes=pick(one.high_stakes, two.high_stakes),
        members={name: pick(one.members[name], two.members[name]) for name in one.members},
        regions=tuple(pick(mine, other) for mine, other in zip(one.regions, two.regions, strict=True)),
        named={name: pick(one.named[name], two.named[name]) for name in one.named},
        clusters=clusters if one.clusters else (),
    )


def _word(standard: CountersignedStandard, graded: Graded, share: float) -> str:
    """The verdict's word, with the grid fixed on confidences as it is before sealed answers are read."""
    says = standard.standard
    known = Unlabelled(
        confidence=graded.confidence,
        eligible=graded.eligible,
        members=graded.members,
        regions=graded.regions,
        clusters=tuple(graded.clusters),
    )
    if says.regions:
        return judge_regions(standard, graded, grids(says, known, share=share), share=share).verdict.word
    return judge(standard, graded, grid(says, known, share=share), share=share).verdict.word


def flakiness_to_json(found: Flakiness) -> dict[str, Json]:
    """Writes what was found as plain JSON."""
    told = found.flips
    return {
        "fingerprint": found.fingerprint,
        "cases": found.twice.cases,
        "unanswered": found.twice.unanswered,
        "answers_differ": found.twice.answers_differ,
        "confidences_differ": found.twice.confidences_differ,
        "largest_move": found.twice.largest_move,
        "flips": None if isinstance(told, Unknown) else {"flips": told.flips, "runs": told.runs, "labels": told.labels},
    }
