"""A prospect: what a target would mean for a use case, estimated from unsealed cases before anybody locks a standard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words as percent
from licet.core.evaluation import Graded, promise_of
from licet.core.measure import MeasureKind
from licet.core.opened import labelled_of
from licet.core.standard import Method, Standard
from licet.stats.outlook import Likely, MoreLabels, Outlook, Seen, TooFewLabels, Unseen, fewest_labels, outlook
from licet.stats.planning import OutOfReach
from licet.stats.promises import Labelled, Promise, allows_none, series
from licet.stats.threshold import candidate_thresholds

USUAL = (0.1, 0.05, 0.02, 0.01)
"""Targets that are held beside the one that is wished for."""

STEPS = 20
ANYTIME_PRICE = 1.4
"""How many times the labels of an exact test looking at any time takes: 850 for 601 at a true error of 3% and a target of 5%."""

BY_REGION = "Each region is certified on its own, with a share of the accepted chance: of regions nothing is estimated."


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a target would mean.

    Attributes:
        target: highest share of errors among cases decided alone.
        wished: whether it is the draft's own.
        fewest: labels inside the region that certify it at least, all of them right.
        found: what is likely with the sealed labels there are; None where nothing is known of the cases.
        measure: the measure that is short of cases, where one is.
    """

    target: float
    wished: bool
    fewest: int
    found: Outlook | None
    measure: str = ""


def prospects(draft: Standard, judged: Graded | None, labels: int) -> tuple[Prospect, ...]:
    """Says what each usual target would mean, and the draft's own.

    Args:
        draft: the standard; the other targets are put in the place of its own, in every measure.
        judged: unsealed cases, graded by it; None where there are none, or none can be answered.
        labels: sealed cases that have an answer.

    Returns:
        One per target, most lenient first. Of regions, which are certified one by one, nothing is estimated.
    """
    own = next(m.target for m in draft.measures if m.kind is MeasureKind.ERROR_ALONE)
    known = None if judged is None or len(judged.loss) == 0 or draft.regions else judged
    return tuple(_prospect(_at(draft, target), known, labels, wished=target == own) for target in sorted({*USUAL, own}, reverse=True))


def _at(draft: Standard, target: float) -> Standard:
    return replace(draft, measures=tuple(replace(m, target=target) for m in draft.measures))


def _prospect(standard: Standard, judged: Graded | None, labels: int, *, wished: bool) -> Prospect:
    first, share = next(m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), _share(standard)
    largest = 1 if standard.clusters is None else standard.clusters.largest
    fewest = fewest_labels(target=first.target, delta=first.delta * share, largest=largest)
    found = None if judged is None else _outlook(standard, judged, labels)
    short = standard.measures[found.at].name if isinstance(found, TooFewLabels | Unseen) else ""
    return Prospect(target=first.target, wished=wished, fewest=fewest, found=found, measure=short)


def _share(standard: Standard) -> float:
    """The share of the accepted chance that the first attempt's look at all labels spends."""
    return standard.attempts[0] * (1.0 if standard.method is Method.ANYTIME else standard.looks[-1].share)


def _outlook(standard: Standard, judged: Graded, labels: int) -> Outlook:
    labelled = labelled_of(judged)
    sure = labelled.confidence[labelled.eligible]
    if not len(sure):
        return Unseen(at=0)
    thresholds = candidate_thresholds(confidence=sure, first_rank=max(1, len(sure) // STEPS), steps=STEPS)
    promises = [promise_of(measure, judged, _share(standard)) for measure in standard.measures]
    return outlook(
        seen=[_seen(labelled, promise, thresholds) for promise in promises],
        coverage=[float(np.count_nonzero(sure >= threshold)) / len(judged.loss) for threshold in thresholds],
        cases=len(judged.loss),
        labels=labels,
        largest=1 if standard.clusters is None else standard.clusters.largest,
        price=ANYTIME_PRICE if standard.method is Method.ANYTIME else 1.0,
    )


def _seen(labelled: Labelled, promise: Promise, thresholds: Sequence[float]) -> Seen:
    counted = [series(labelled, promise, threshold)[0] for threshold in thresholds]
    return Seen(
        target=promise.target,
        delta=promise.delta,
        losses=tuple(float(losses.sum()) for losses in counted),
        n=tuple(len(losses) for losses in counted),
        allows_none=allows_none(promise),
    )


def prospect_in_words(one: Prospect, labels: int) -> str:
    """A prospect in a sentence; `labels`: the sealed labels there are."""
    return f"at most {percent(one.target)} wrong: {_meaning(one, labels)}"


def _meaning(one: Prospect, labels: int) -> str:
    match one.found:
        case None:
            return f"takes {one.fewest:,} labels at least inside what AI decides alone, all of them right"
        case Likely(coverage=coverage, labels=needed):
            return f"likely {coverage:.0%} decided alone (estimated; about {needed:,} sealed labels would do, {labels:,} are there)"
        case MoreLabels(coverage=coverage, labels=needed):
            return f"likely nothing with {labels:,} sealed labels; about {needed:,} would likely give {coverage:.0%} (estimated)"
        case TooFewLabels(needed=needed):
            return f"not certifiable at this volume: {one.measure!r} takes about {needed:,} sealed labels at least, {labels:,} are there"
        case OutOfReach(estimate=estimate):
            return f"out of reach of this system, however many labels: where it is surest about {estimate:.1%} are wrong (estimated)"
        case Unseen():
            return f"nothing can be said: no unsealed case counts for {one.measure!r}"
        case _:
            assert_never(one.found)


def prospect_to_json(one: Prospect) -> Json:
    """A prospect as plain JSON; whatever rests on unsealed cases is marked as estimated."""
    said: dict[str, Json] = {"target": one.target, "wished": one.wished, "fewest_labels_inside": one.fewest}
    match one.found:
        case None:
            return said | {"outlook": "unknown"}
        case Likely(coverage=coverage, labels=labels, power=power):
            return said | {"outlook": "likely", "estimated": True, "coverage": coverage, "labels": labels, "power": power}
        case MoreLabels(coverage=coverage, labels=labels, power=power):
            return said | {"outlook": "label_more", "estimated": True, "coverage": coverage, "labels": labels, "power": power}
        case TooFewLabels(needed=needed):
            return said | {"outlook": "not_certifiable", "estimated": True, "labels": needed, "measure": one.measure}
        case OutOfReach(estimate=estimate, target=target):
            return said | {"outlook": "out_of_reach", "estimated": True, "estimate": estimate, "of": target}
        case Unseen():
            return said | {"outlook": "unseen", "measure": one.measure}
        case _:
            assert_never(one.found)
