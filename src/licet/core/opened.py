"""What opened cases show: errors with intervals, by measure, confidence, slice, field and answer. No verdict stands on it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from licet.core.answer import Answer, answer_label
from licet.core.evaluation import Graded
from licet.core.grading import FieldWise, field_losses
from licet.core.ids import CaseNumber
from licet.core.measure import Measure, MeasureKind
from licet.core.slicing import slices_of
from licet.core.standard import Standard
from licet.stats.betting import weighted_confidence_sequence
from licet.stats.bounds import interval, upper_bound
from licet.stats.calibration import Bin, TooFewCases, reliability
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach
from licet.stats.promises import AlonePromise, Labelled, MissedPromise, NeverPromise, Promise, series
from licet.stats.ranges import FloatArray
from licet.stats.slices import SliceCount, Standing, stand_out

POINTS = 120
"""Points of a curve at most."""

MOST_CONFUSIONS = 12

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An opened case with what a system said and what is right; `name` is what the outside calls it, or its number."""

    number: CaseNumber
    name: str
    given: Answer | None
    right: Answer | None
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of the risk-coverage curve, from opened cases.

    Attributes:
        errors: the sum of losses: a whole number where answers are right or wrong.
        upper: one-sided upper bound of the error rate at this threshold alone, at the standard's confidence; exact for whole errors.
    """

    threshold: float
    coverage: float
    n: int
    errors: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFigures:
    """What opened cases show of a measure: errors in n, and the two-sided interval of their rate, exact for whole errors.

    Attributes:
        errors: the sum of losses.
        estimate: errors / n; None where there is no case to count, of which nothing is known.
        low, high: the interval, in [0, 1]; all of it where there is no case.
    """

    name: str
    n: int
    errors: float
    estimate: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceFigures:
    """What opened cases show of a slice. `standing`: whether it errs more or less often than the rest, by Holm's method over all slices."""

    name: str
    n: int
    errors: int
    low: float
    high: float
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Confused:
    """How often one answer was given where another is right."""

    right: str
    given: str
    n: int
    alone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An opened case that the system got wrong, wholly or in part."""

    number: CaseNumber
    name: str
    confidence: float
    said: str
    truth: str
    loss: float
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that opened cases show of a system.

    Attributes:
        slices: of those that the standard names, worst first.
        calibration: how often answers of each confidence are wholly right; or that there are too few cases.
        confused: which answers are taken for which, most frequent first.
        fields: of answers in fields, the mean loss of each field.
        misses: the most confident first.
    """

    curve: tuple[Point, ...]
    measures: tuple[MeasureFigures, ...]
    slices: tuple[SliceFigures, ...]
    calibration: tuple[Bin, ...] | TooFewCases
    confused: tuple[Confused, ...]
    fields: Mapping[str, float]
    misses: tuple[Miss, ...]


def findings(standard: Standard, cases: Sequence[Opened], judged: Graded, certified: Mask | None) -> Findings:
    """Gathers what opened cases show.

    Args:
        standard: what good means.
        cases: in the order they were drawn, n of them.
        judged: the same cases, graded.
        certified: which of them lie in the certified region, shape (n,); None where nothing is certified: then all that may be decided
            alone count as decided alone.
    """
    labelled = labelled_of(judged)
    alone = labelled.eligible if certified is None else certified
    return Findings(
        curve=_curve(standard, labelled),
        measures=tuple(_measure(one, judged, labelled, alone) for one in standard.measures),
        slices=_slices(standard, cases, labelled, alone),
        calibration=_calibration(cases, labelled),
        confused=_confused(cases, labelled, certified),
        fields=_fields(standard, cases),
        misses=_misses(cases, labelled, certified),
    )


def labelled_of(judged: Graded) -> Labelled:
    """Graded cases as the statistics take them."""
    return Labelled(
        confidence=np.asarray(judged.confidence, dtype=np.float64),
        loss=np.asarray(judged.loss, dtype=np.float64),
        eligible=np.asarray(judged.eligible, dtype=np.bool_),
    )


def _sum(losses: FloatArray) -> float:
    """The sum of losses, a whole number where it is one."""
    total = round(float(losses.sum()), 4)
    return int(total) if total.is_integer() else total


def _whole(losses: FloatArray) -> bool:
    return bool(np.isin(losses, (0.0, 1.0)).all())


def _upper(losses: FloatArray, delta: float) -> float:
    if _whole(losses):
        return upper_bound(errors=int(losses.sum()), n=len(losses), delta=delta)
    return weighted_confidence_sequence(losses=losses, ratios=np.ones(len(losses)), delta=2.0 * delta)[1]


def _interval(losses: FloatArray, delta: float) -> tuple[float, float]:
    if _whole(losses):
        return interval(errors=int(losses.sum()), n=len(losses), delta=delta)
    return weighted_confidence_sequence(losses=losses, ratios=np.ones(len(losses)), delta=delta)


def _curve(standard: Standard, labelled: Labelled) -> tuple[Point, ...]:
    thresholds = sorted({float(c) for c in labelled.confidence[labelled.eligible]}, reverse=True)
    step = max(1, len(thresholds) // POINTS)
    picked = [*thresholds[step - 1 :: step], *thresholds[-1:]]
    measure = next((m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), standard.measures[0])
    return tuple(_point(labelled, measure, threshold) for threshold in dict.fromkeys(picked))


def _point(labelled: Labelled, measure: Measure, threshold: float) -> Point:
    losses, _ = series(labelled, AlonePromise(target=measure.target, delta=measure.delta), threshold)
    coverage = len(losses) / len(labelled.loss)
    upper = _upper(losses, measure.delta)
    return Point(threshold=threshold, coverage=coverage, n=len(losses), errors=_sum(losses), upper=upper)


def _measure(measure: Measure, judged: Graded, labelled: Labelled, alone: Mask) -> MeasureFigures:
    here = Labelled(confidence=labelled.confidence, loss=labelled.loss, eligible=alone)
    losses, _ = series(here, _promise(measure, judged), 0.0)
    low, high = _interval(losses, measure.delta)
    n, errors = len(losses), _sum(losses)
    return MeasureFigures(name=measure.name, n=n, errors=errors, estimate=errors / n if n else None, low=low, high=high)


def _promise(measure: Measure, judged: Graded) -> Promise:
    named = np.asarray(judged.named.get(measure.name, judged.high_stakes), dtype=np.bool_)
    match measure.kind:
        case MeasureKind.MISSED_HIGH_STAKES:
            return MissedPromise(target=measure.target, delta=measure.delta, high_stakes=named)
        case MeasureKind.NEVER:
            return NeverPromise(target=measure.target, delta=measure.delta, named=named)
        case MeasureKind.ERROR_ALONE:
            members = None if measure.slice is None else np.asarray(judged.members[measure.name], dtype=np.bool_)
            return AlonePromise(target=measure.target, delta=measure.delta, members=members)


def _slices(standard: Standard, cases: Sequence[Opened], labelled: Labelled, alone: Mask) -> tuple[SliceFigures, ...]:
    """Slices among what is decided alone; an answer that is wrong in part counts as wrong."""
    wrong = labelled.loss[alone] > 0.0
    inside = [one.attributes for one, here in zip(cases, alone, strict=True) if here]
    masks = {name: np.asarray(mask, dtype=np.bool_) for name, mask in slices_of(standard.slices, inside).items()}
    counts = {name: SliceCount(errors=int(wrong[mask].sum()), n=int(mask.sum())) for name, mask in masks.items()}
    stands = stand_out(counts, errors=int(wrong.sum()), n=len(wrong))
    found = [_slice(name, count, stands[name]) for name, count in counts.items()]
    return tuple(sorted(found, key=lambda one: -one.errors / one.n))


def _slice(name: str, count: SliceCount, standing: Standing) -> SliceFigures:
    low, high = interval(errors=count.errors, n=count.n, delta=0.05)
    return SliceFigures(name=name, n=count.n, errors=count.errors, low=low, high=high, standing=standing)


def _calibration(cases: Sequence[Opened], labelled: Labelled) -> tuple[Bin, ...] | TooFewCases:
    said = np.array([one.given is not None and one.right is not None for one in cases], dtype=np.bool_)
    return reliability(confidence=labelled.confidence[said], right=labelled.loss[said] == 0.0)


def _confused(cases: Sequence[Opened], labelled: Labelled, certified: Mask | None) -> tuple[Confused, ...]:
    every: Counter[tuple[str, str]] = Counter()
    alone: Counter[tuple[str, str]] = Counter()
    for at, one in enumerate(cases):
        if one.given is None or one.right is None or labelled.loss[at] == 0.0:
            continue
        pair = (answer_label(one.right), answer_label(one.given))
        every[pair] += 1
        alone[pair] += certified is not None and bool(certified[at])
    most = every.most_common(MOST_CONFUSIONS)
    return tuple(Confused(right=right, given=given, n=n, alone=alone[right, given]) for (right, given), n in most)


def _fields(standard: Standard, cases: Sequence[Opened]) -> Mapping[str, float]:
    grading = standard.grading
    known = [(one.given, one.right) for one in cases if one.given is not None and one.right is not None]
    if not isinstance(grading, FieldWise) or not known:
        return {}
    rows = [field_losses(given, right, grading) for given, right in known]
    return {name: sum(row[name] for row in rows) / len(rows) for name in grading.fields}


def _misses(cases: Sequence[Opened], labelled: Labelled, certified: Mask | None) -> tuple[Miss, ...]:
    found = [
        Miss(
            number=one.number,
            name=one.name,
            confidence=float(labelled.confidence[at]),
            said=answer_label(one.given),
            truth="no answer" if one.right is None else answer_label(one.right),
            loss=float(labelled.loss[at]),
            alone=certified is not None and bool(certified[at]),
        )
        for at, one in enumerate(cases)
        if one.given is not None and labelled.loss[at] > 0.0
    ]
    return tuple(sorted(found, key=lambda miss: -miss.confidence))


def more_in_words(more: LabelMore | NotCertifiable | OutOfReach) -> str:
    """What more labels would unlock, in a sentence; always an estimate."""
    match more:
        case LabelMore(more=labels, gain=gain):
            return f"Label about {labels:,} more to unlock {gain:.1%} more (estimated)."
        case NotCertifiable(needed=needed, available=available):
            return f"Not certifiable at this volume: {needed:,} clean labels needed, {available:,} there."
        case OutOfReach(estimate=estimate):
            return f"No wider region is likely to keep the promise (next one about {estimate:.1%} errors, estimated)."
        case _:
            assert_never(more)
