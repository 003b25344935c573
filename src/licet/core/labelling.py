"""Labelling with a pilot: a few sealed cases say where labels are worth most, and only labels inside that region judge it."""

from enum import StrEnum

import numpy as np

from licet.core.evaluation import Graded, Judgment, too_few
from licet.core.measure import MeasureKind
from licet.core.refusal import Refused
from licet.core.sealed import FRESH, SealedSet, SealedTarget
from licet.core.standard import CountersignedStandard, Method, Standard
from licet.core.verdict import MeasureVerdict, Met, Region, Undecided, Verdict
from licet.stats.bounds import smallest_n
from licet.stats.pilot import PILOT, REGION_SHARE, Part, proven

CAP = 1000
"""After how many labels labelling ends, where nobody says otherwise."""

OUTPUTS = 3
"""What a look at a target region can show: the region, its inner part, or neither."""


class Progress(StrEnum):
    """All that is said while labels come in."""

    MET = "met"
    GO_ON = "go on"
    CAP_REACHED = "cap reached"


def may_begin(standard: Standard, sealed: SealedSet) -> Refused | None:
    """Says whether a pilot may be drawn from a sealed set.

    Nothing may have been seen of the set, and the standard must make the one promise that the region is tested for, by the method
    that may look after every label.
    """
    measure = standard.measures[0]
    plain = len(standard.measures) == 1 and measure.kind is MeasureKind.ERROR_ALONE and measure.slice is None
    if not plain or standard.regions or standard.clusters is not None:
        why = "A pilot serves a standard with one measure, the error among cases decided alone, without slice, regions or clusters."
        return Refused(code="pilot_not_possible", why=why, remedy="Label at random: import the sealed cases with answers.")
    if standard.method is not Method.ANYTIME:
        why = "A region is labelled until it is proven, and the standard's method allows looks at declared numbers of labels only."
        return Refused(code="pilot_not_possible", why=why, remedy="Revise the standard with method: anytime.")
    if sealed.opened_scope is not None or sealed.shown_elsewhere or sealed.looks or sealed.elsewhere or sealed.worksheet:
        why = f"Sealed set {sealed.id} was looked at before."
        return Refused(code="pilot_not_possible", why=why, remedy=FRESH)
    needed = PILOT + smallest_n(target=measure.target, delta=measure.delta * REGION_SHARE)
    if sealed.cases < needed:
        why = f"Sealed set {sealed.id} has {sealed.cases:,} cases; a pilot of {PILOT} and a proof take {needed:,} at least."
        return Refused(code="pilot_not_possible", why=why, remedy="Import more cases into the sealed part.")
    return None


def judge_target(standard: CountersignedStandard, graded: Graded, target: SealedTarget, *, share: float) -> Judgment:
    """Judges a target region by the labels inside it.

    Args:
        standard: what good means; with a single measure, see `may_begin`.
        graded: the labelled cases inside, in the order in which they were drawn.
        target: the region, fixed before the first of them was labelled.
        share: share of the measure's accepted chance that this look spends, in (0, 1].

    Returns:
        Met, for the region or its inner part; undecided otherwise, never "not met": labels inside say nothing of narrower regions.
    """
    says, measure = standard.standard, standard.standard.measures[0]
    confidence = np.asarray(graded.confidence, dtype=np.float64)
    inner = confidence >= target.inner
    part = proven(loss=graded.loss, inner=inner, target=measure.target, delta=measure.delta * share)
    region = None if part is None else _region(target, part, bound=measure.target)
    counted = int(inner.sum()) if part is Part.INNER else len(graded.loss)
    told = MeasureVerdict(
        name=measure.name,
        kind=measure.kind,
        target=measure.target,
        confidence=measure.confidence,
        verdict="undecided" if region is None else "met",
        bound=None if region is None else measure.target,
        n=counted,
        needed=smallest_n(target=measure.target, delta=measure.delta * share),
    )
    verdict = _verdict(says, region, told, len(graded.loss))
    return Judgment(verdict=verdict, thresholds=target.thresholds, outputs=OUTPUTS, warnings=_warnings(target))


def _region(target: SealedTarget, part: Part, *, bound: float) -> Region:
    whole = part is Part.REGION
    cases = target.cases if whole else target.inner_cases
    return Region(threshold=target.threshold if whole else target.inner, coverage=cases / target.of, cases=cases, bound=bound)


def _verdict(says: Standard, region: Region | None, told: MeasureVerdict, labels: int) -> Verdict:
    if labels < says.min_labels:
        return Undecided(measures=(_open(told),), why=too_few(says, labels))
    if region is None:
        return Undecided(measures=(told,), why="Neither the target region nor its inner part is shown at this number of labelled cases.")
    if region.coverage >= says.min_coverage:
        return Met(region=region, measures=(told,))
    why = f"The certified region covers {region.coverage:.1%} of the cases; the standard asks for {says.min_coverage:.1%}."
    return Undecided(measures=(told,), why=why)


def _open(told: MeasureVerdict) -> MeasureVerdict:
    return MeasureVerdict(
        name=told.name,
        kind=told.kind,
        target=told.target,
        confidence=told.confidence,
        verdict="undecided",
        bound=None,
        n=told.n,
        needed=told.needed,
    )


def _warnings(target: SealedTarget) -> tuple[str, ...]:
    return (
        f"Judged on labels inside a target region alone: {target.cases:,} of {target.of:,} sealed cases, fixed by a pilot before any of "
        "them was labelled. Nothing is said of the cases outside.",
    )


def progress(word: str, target: SealedTarget) -> Progress:
    """Returns all that may be said of labelling in between.

    Args:
        word: of the verdict.
        target: with how much of it is labelled.
    """
    if word == "met":
        return Progress.MET
    return Progress.CAP_REACHED if target.labelled >= target.cap else Progress.GO_ON
