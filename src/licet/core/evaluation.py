"""An evaluation: a locked standard held against a system on cases nobody has seen, and the verdict of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from licet.core.answer import Answer, answer_label
from licet.core.canonical import digest
from licet.core.grading import is_partial
from licet.core.ids import Digest, Fingerprint
from licet.core.measure import Measure, MeasureKind
from licet.core.scope import Scope, scope_to_json
from licet.core.standard import CountersignedStandard, Method, Standard
from licet.core.verdict import MeasureVerdict, Met, NotMet, Region, Undecided, Verdict
from licet.stats.bounds import confidence_sequence, smallest_n
from licet.stats.clustered import broken_promises, clustered_sequence
from licet.stats.promises import AlonePromise, Labelled, MissedPromise, NeverPromise, Promise
from licet.stats.threshold import (
    anytime_sequence,
    candidate_thresholds,
    fixed_sequence,
    largest_region_fails,
    start_rank,
    start_size,
    tally,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is fixed before the first sealed answer is read. Only an index on the grid comes from the answers.

    Attributes:
        standard: digest of the countersigned standard.
        fingerprint: of the system, with its calibration.
        scope: guards and never-alone lists; its threshold is 0, the widest.
        guardian: name of the stored guardian that computes familiarity; empty where the system brings its own, or there is none.
        grader: name and version of the grader.
    """

    standard: Digest
    fingerprint: Fingerprint
    scope: Scope
    guardian: str
    grader: str

    @property
    def digest(self) -> Digest:
        """Which attempt this is: another digest is another attempt (64 hex characters)."""
        return Digest(
            digest(
                {
                    "standard": self.standard,
                    "fingerprint": self.fingerprint,
                    "scope": scope_to_json(self.scope),
                    "guardian": self.guardian,
                    "grader": self.grader,
                }
            )
        )


Members = Mapping[str, Sequence[bool]]


def members_of(standard: Standard, attributes: Sequence[Mapping[str, str]]) -> Members:
    """Says which cases are in the slices of a standard.

    Args:
        standard: its measures with a slice.
        attributes: of each case, in order.

    Returns:
        One list per measure with a slice, by its name; none where the standard declares no slice.
    """
    return {m.name: [m.slice.holds(one) for one in attributes] for m in standard.measures if m.slice is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Sealed cases in the order they were drawn, with proposals graded.

    Attributes:
        confidence: of each proposal, in [0, 1], shape (n,); 0 where there is none.
        loss: of each, in [0, 1], shape (n,); 1 for unanswered.
        eligible: whether guards and never-alone lists let the case be decided alone, shape (n,).
        high_stakes: whether the true answer is a high-stakes one, shape (n,); an unanswered case counts as one.
        members: whether a case is in a slice, shape (n,), by the name of each measure that has one; an erased case is in each.
        regions: whether a case is in a region, shape (n,), for each of the standard's in their order; an erased case is in each.
        named: by the name of each measure that names answers or errors: whether the right answer is one of those, or what was given is
            such an error, shape (n,); an unanswered or erased case counts as one.
        clusters: the cluster of each case as a number, shape (n,); empty where the standard declares none.
    """

    confidence: Sequence[float]
    loss: Sequence[float]
    eligible: Sequence[bool]
    high_stakes: Sequence[bool]
    members: Members = field(default_factory=dict)
    regions: tuple[Sequence[bool], ...] = ()
    named: Members = field(default_factory=dict)
    clusters: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """A verdict and what it cost.

    Attributes:
        thresholds: the grid it was chosen from, strict to lenient.
        outputs: how many distinct answers this look could have shown.
        warnings: what a reader must know, in sentences; nothing in them depends on sealed answers.
        grids: with regions a grid for each of them, in the place of one for all.
    """

    verdict: Verdict
    thresholds: tuple[float, ...]
    outputs: int
    warnings: tuple[str, ...]
    grids: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlabelled:
    """Sealed cases in the order they were drawn, as they are known before any answer is read.

    Attributes:
        confidence: of each proposal, in [0, 1], shape (n,).
        eligible: whether the case may be decided alone at all, shape (n,).
        members: which cases are in the standard's slices, from `members_of`.
        regions: which cases are in each region, for each of the standard's in their order.
        clusters: the cluster of each case as a number, shape (n,); empty where the standard declares none.
    """

    confidence: Sequence[float]
    eligible: Sequence[bool]
    members: Members = field(default_factory=dict)
    regions: tuple[Sequence[bool], ...] = ()
    clusters: Sequence[int] = ()


def grid(standard: Standard, known: Unlabelled, *, share: float) -> tuple[float, ...]:
    """Fixes the thresholds to be tested, from confidences alone.

    Args:
        standard: targets and confidences.
        known: the cases; where they come in clusters, so many fewer draws are to be expected.
        share: the share of the accepted chance this look spends.

    Returns:
        Thresholds, strict to lenient; empty when there are too few cases for even the strictest region to pass.
    """
    usable = np.asarray(known.eligible, dtype=np.bool_)
    confidence = np.asarray(known.confidence, dtype=np.float64)[usable]
    first, draws = 0, len(set(known.clusters)) / len(known.clusters) if known.clusters else 1.0
    for measure in standard.measures:
        if measure.kind is not MeasureKind.MISSED_HIGH_STAKES:
            inside = _inside(measure, known.members, len(usable))[usable]
            start = start_size(target=measure.target, delta=measure.delta * share, labels=int(inside.sum()))
            rank = start_rank(confidence=confidence, counted=inside, labels_per_case=draws, start=start)
            if rank is None:
                return ()
            first = max(first, rank)
    return candidate_thresholds(confidence=confidence, first_rank=max(first, 1)) if len(confidence) else ()


def names_of(standard: Standard, given: Sequence[Answer | None], right: Sequence[Answer | None]) -> Members:
    """Says which cases are of the answers or errors that measures name.

    Args:
        standard: its measures.
        given: what the system proposes for each case; None where it proposes nothing.
        right: what is right; None where nobody knows, which counts as named.

    Returns:
        One list per measure that names some, by its name.
    """
    return {m.name: [_names(m, said, truth) for said, truth in zip(given, right, strict=True)] for m in standard.measures if _says(m)}


def _says(measure: Measure) -> bool:
    return bool(measure.answers or measure.errors)


def _names(measure: Measure, given: Answer | None, right: Answer | None) -> bool:
    if measure.answers:
        return right is None or answer_label(right) in measure.answers
    return given is not None and measure.names(given, right)


def _inside(measure: Measure, members: Members, n: int) -> NDArray[np.bool_]:
    """The cases a measure speaks of, shape (n,).

    Raises:
        KeyError: when a measure has a slice and nobody said which cases are in it.
    """
    return np.ones(n, dtype=np.bool_) if measure.slice is None else np.asarray(members[measure.name], dtype=np.bool_)


def judge(standard: CountersignedStandard, graded: Graded, thresholds: tuple[float, ...], *, share: float) -> Judgment:
    """Judges graded sealed cases by a standard two people signed.

    A region is certified when every measure's test rejects at its own chance (intersection-union), from strict to lenient, up to
    the first failure. Nothing passed means no region, never "the strictest".

    Args:
        standard: what good means.
        graded: the cases.
        thresholds: the grid, from `grid`, fixed before the answers were read.
        share: share of each measure's accepted chance that this look spends, in (0, 1].

    Returns:
        The verdict with its cost.
    """
    says = standard.standard
    labelled = Labelled(
        confidence=np.asarray(graded.confidence, dtype=np.float64),
        loss=np.asarray(graded.loss, dtype=np.float64),
        eligible=np.asarray(graded.eligible, dtype=np.bool_),
    )
    promises = tuple(promise_of(measure, graded, share) for measure in says.measures)
    outputs = _outputs(says, thresholds)
    warnings = _warnings(says, labelled, graded, share)
    index = _certified(says, labelled, graded, promises, thresholds)
    broken = _broken(says, labelled, graded, promises, thresholds)
    region = None if index is None else _region(says, labelled, thresholds[index])
    measures = tuple(_measure(m, _part(m, labelled, graded), region, share, broken=at in broken) for at, m in enumerate(says.measures))
    verdict = _verdict(says, region, measures) if len(graded.loss) >= says.min_labels else _undecided(says, measures, len(graded.loss))
    return Judgment(verdict=verdict, thresholds=thresholds, outputs=outputs, warnings=warnings)


def _undecided(says: Standard, measures: tuple[MeasureVerdict, ...], labels: int) -> Undecided:
    return Undecided(measures=tuple(replace(m, verdict="undecided", bound=None) for m in measures), why=too_few(says, labels))


def too_few(says: Standard, labels: int) -> str:
    """Says that fewer cases are labelled than the standard asks for."""
    return f"{labels:,} cases are labelled, and the standard asks for {says.min_labels:,} at least."


def _verdict(says: Standard, region: Region | None, measures: tuple[MeasureVerdict, ...]) -> Verdict:
    if region is not None and region.coverage >= says.min_coverage:
        return Met(region=region, measures=measures)
    if region is not None:
        why = f"The certified region covers {region.coverage:.1%} of the cases; the standard asks for {says.min_coverage:.1%}."
        return Undecided(measures=measures, why=why)
    if any(m.verdict == "not_met" for m in measures):
        return NotMet(measures=measures)
    return Undecided(measures=measures, why="Neither is shown at this number of labelled cases.")


def promise_of(measure: Measure, graded: Graded, share: float) -> Promise:
    """A measure as the statistics test it on graded cases, at a share of its accepted chance.

    Raises:
        KeyError: when a measure has a slice or names errors, and nobody said which cases are of it.
    """
    delta = measure.delta * share
    match measure.kind:
        case MeasureKind.MISSED_HIGH_STAKES:
            high = np.asarray(graded.named[measure.name] if measure.answers else graded.high_stakes, dtype=np.bool_)
            return MissedPromise(target=measure.target, delta=delta, high_stakes=high)
        case MeasureKind.NEVER:
            named = np.asarray(graded.named[measure.name], dtype=np.bool_)
            return NeverPromise(target=measure.target, delta=delta, named=named)
        case MeasureKind.ERROR_ALONE:
            inside = None if measure.slice is None else _inside(measure, graded.members, len(graded.loss))
            return AlonePromise(target=measure.target, delta=delta, members=inside)
        case _:
            assert_never(measure.kind)


Promises = tuple[Promise, ...]


def _certified(says: Standard, labelled: Labelled, graded: Graded, promises: Promises, thresholds: tuple[float, ...]) -> int | None:
    if not thresholds:
        return None
    if says.clusters is not None:
        ids, largest = graded.clusters, says.clusters.largest
        clustered = clustered_sequence(labelled=labelled, promises=promises, thresholds=thresholds, clusters=ids, largest=largest)
        return None if clustered is None else clustered.index
    if says.method is Method.ANYTIME:
        anytime = anytime_sequence(labelled=labelled, promises=promises, thresholds=thresholds)
        return None if anytime is None else anytime.index
    exact = fixed_sequence([tally(labelled=labelled, promise=promise, thresholds=thresholds) for promise in promises])
    return None if exact is None else exact.index


def _broken(says: Standard, labelled: Labelled, graded: Graded, promises: Promises, thresholds: tuple[float, ...]) -> frozenset[int]:
    """The measures that the widest region is shown to break."""
    if not labelled.eligible.any():
        return frozenset()
    widest = thresholds[-1] if thresholds else float(labelled.confidence[labelled.eligible].min())
    if says.clusters is not None:
        ids, largest = graded.clusters, says.clusters.largest
        return frozenset(broken_promises(labelled=labelled, promises=promises, threshold=widest, clusters=ids, largest=largest))
    if is_partial(says.grading):
        return frozenset(broken_promises(labelled=labelled, promises=promises, threshold=widest))
    tallies = [tally(labelled=labelled, promise=promise, thresholds=(widest,)) for promise in promises]
    if says.method is Method.ANYTIME:
        ends = [confidence_sequence(errors=t.errors[0], n=t.n[0], delta=t.delta)[0] for t in tallies]
        return frozenset(at for at, (low, t) in enumerate(zip(ends, tallies, strict=True)) if low > t.target)
    return frozenset(largest_region_fails(tallies))


def _outputs(says: Standard, thresholds: tuple[float, ...]) -> int:
    """Every region of the grid, or none with each measure broken or not. The number itself says nothing of the answers."""
    return len(thresholds) + (1 << len(says.measures))


def _region(says: Standard, labelled: Labelled, threshold: float) -> Region:
    inside = int((labelled.eligible & (labelled.confidence >= threshold)).sum())
    alone = [m.target for m in says.measures if m.kind is MeasureKind.ERROR_ALONE and m.slice is None]
    bound = min(alone) if alone else max(m.target for m in says.measures)
    return Region(threshold=threshold, coverage=inside / len(labelled.loss), cases=inside, bound=bound)


def _part(measure: Measure, labelled: Labelled, graded: Graded) -> Labelled:
    """What may be decided alone of the cases a measure speaks of."""
    return replace(labelled, eligible=labelled.eligible & _inside(measure, graded.members, len(graded.loss)))


def _measure(measure: Measure, labelled: Labelled, region: Region | None, share: float, *, broken: bool) -> MeasureVerdict:
    eligible = int(labelled.eligible.sum())
    inside = eligible if region is None else int((labelled.eligible & (labelled.confidence >= region.threshold)).sum())
    word = "met" if region is not None else "not_met" if broken else "undecided"
    return MeasureVerdict(
        name=measure.name,
        kind=measure.kind,
        target=measure.target,
        confidence=measure.confidence,
        verdict=word,
        bound=measure.target if region is not None else None,
        n=None if measure.kind is MeasureKind.MISSED_HIGH_STAKES else inside,
        needed=smallest_n(target=measure.target, delta=measure.delta * share),
    )


def _warnings(says: Standard, labelled: Labelled, graded: Graded, share: float) -> tuple[str, ...]:
    usable = [(m, int(_part(m, labelled, graded).eligible.sum())) for m in says.measures if m.kind is not MeasureKind.MISSED_HIGH_STAKES]
    return tuple(
        not_certifiable(measure, eligible, share)
        for measure, eligible in usable
        if eligible < smallest_n(target=measure.target, delta=measure.delta * share)
    )


def not_certifiable(measure: Measure, cases: int, share: float) -> str:
    """Says that a target is out of reach at this volume, whatever the answers are."""
    needed = smallest_n(target=measure.target, delta=measure.delta * share)
    return (
        f"{measure.name}: not certifiable at this volume: at most {cases:,} sealed cases may be decided alone, "
        f"and {needed:,} without a single error are the fewest that show {measure.target:.1%} at {measure.confidence:.0%}."
    )
