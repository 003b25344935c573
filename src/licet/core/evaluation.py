"""An evaluation: a locked standard held against a system on cases nobody has seen, and the verdict of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json, digest
from licet.core.ids import Digest, Fingerprint
from licet.core.region import RegionVerdict, verdicts_to_json
from licet.core.scope import Scope, scope_to_json
from licet.core.standard import CountersignedStandard, Measure, MeasureKind, Method, Standard
from licet.stats.bounds import confidence_sequence, smallest_n
from licet.stats.threshold import (
    AlonePromise,
    Labelled,
    MissedPromise,
    Promise,
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
    """

    confidence: Sequence[float]
    loss: Sequence[float]
    eligible: Sequence[bool]
    high_stakes: Sequence[bool]
    members: Members = field(default_factory=dict)
    regions: tuple[Sequence[bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The cases a verdict speaks of.

    Attributes:
        threshold: lowest confidence inside, full precision, ties included.
        coverage: share of all sealed cases inside, in [0, 1].
        cases: how many sealed cases are inside.
        bound: the error rate among cases decided alone is at most this, at the standard's confidence. It is the target: after the
            choice of a region among many, the target is what is proven.
    """

    threshold: float
    coverage: float
    cases: int
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureVerdict:
    """What became of one measure.

    Attributes:
        n: labelled cases inside the largest allowed region (error_alone); None where saying it would show an answer.
        needed: fewest labels that can certify the target, with no error among them.
    """

    name: str
    kind: MeasureKind
    target: float
    confidence: float
    verdict: str
    bound: float | None
    n: int | None
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A region keeps every promise."""

    region: Region
    measures: tuple[MeasureVerdict, ...]
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="met", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMet:
    """The largest allowed region is shown to break a promise, and no smaller one is shown to keep all."""

    measures: tuple[MeasureVerdict, ...]
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="not_met", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Neither is shown. `why` says what is short, without saying anything of the answers."""

    measures: tuple[MeasureVerdict, ...]
    why: str
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="undecided", init=False)


Verdict = Met | NotMet | Undecided


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


def grid(
    standard: Standard, graded_confidence: Sequence[float], eligible: Sequence[bool], *, share: float, members: Members | None = None
) -> tuple[float, ...]:
    """Fixes the thresholds to be tested, from confidences alone.

    Args:
        standard: targets and confidences.
        graded_confidence: of each sealed case, shape (n,).
        eligible: whether the case may be decided alone at all, shape (n,).
        share: the share of the accepted chance this look spends.
        members: which cases are in the standard's slices, from `members_of`.

    Returns:
        Thresholds, strict to lenient; empty when there are too few cases for even the strictest region to pass.
    """
    usable = np.asarray(eligible, dtype=np.bool_)
    confidence = np.asarray(graded_confidence, dtype=np.float64)[usable]
    first = 0
    for measure in standard.measures:
        if measure.kind is MeasureKind.ERROR_ALONE:
            inside = _inside(measure, members or {}, len(usable))[usable]
            start = start_size(target=measure.target, delta=measure.delta * share, labels=int(inside.sum()))
            rank = start_rank(confidence=confidence, counted=inside, labels_per_case=1.0, start=start)
            if rank is None:
                return ()
            first = max(first, rank)
    return candidate_thresholds(confidence=confidence, first_rank=max(first, 1)) if len(confidence) else ()


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
    promises = tuple(_promise(measure, graded, share) for measure in says.measures)
    outputs = _outputs(says, thresholds)
    warnings = _warnings(says, labelled, graded, share)
    index = _certified(says.method, labelled, promises, thresholds)
    broken = _broken(says.method, labelled, promises, thresholds)
    region = None if index is None else _region(says, labelled, thresholds[index])
    measures = tuple(_measure(m, _part(m, labelled, graded), region, share, broken=at in broken) for at, m in enumerate(says.measures))
    return Judgment(verdict=_verdict(says, region, measures), thresholds=thresholds, outputs=outputs, warnings=warnings)


def _verdict(says: Standard, region: Region | None, measures: tuple[MeasureVerdict, ...]) -> Verdict:
    if region is not None and region.coverage >= says.min_coverage:
        return Met(region=region, measures=measures)
    if region is not None:
        why = f"The certified region covers {region.coverage:.1%} of the cases; the standard asks for {says.min_coverage:.1%}."
        return Undecided(measures=measures, why=why)
    if any(m.verdict == "not_met" for m in measures):
        return NotMet(measures=measures)
    return Undecided(measures=measures, why="Neither is shown at this number of labelled cases.")


def _promise(measure: Measure, graded: Graded, share: float) -> Promise:
    delta = measure.delta * share
    if measure.kind is MeasureKind.MISSED_HIGH_STAKES:
        return MissedPromise(target=measure.target, delta=delta, high_stakes=np.asarray(graded.high_stakes, dtype=np.bool_))
    inside = None if measure.slice is None else _inside(measure, graded.members, len(graded.loss))
    return AlonePromise(target=measure.target, delta=delta, members=inside)


def _certified(method: Method, labelled: Labelled, promises: tuple[Promise, ...], thresholds: tuple[float, ...]) -> int | None:
    if not thresholds:
        return None
    if method is Method.ANYTIME:
        anytime = anytime_sequence(labelled=labelled, promises=promises, thresholds=thresholds)
        return None if anytime is None else anytime.index
    exact = fixed_sequence([tally(labelled=labelled, promise=promise, thresholds=thresholds) for promise in promises])
    return None if exact is None else exact.index


def _broken(method: Method, labelled: Labelled, promises: tuple[Promise, ...], thresholds: tuple[float, ...]) -> frozenset[int]:
    if not labelled.eligible.any():
        return frozenset()
    widest = (float(labelled.confidence[labelled.eligible].min()),) if not thresholds else thresholds[-1:]
    tallies = [tally(labelled=labelled, promise=promise, thresholds=widest) for promise in promises]
    if method is Method.ANYTIME:
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
        n=inside if measure.kind is MeasureKind.ERROR_ALONE else None,
        needed=smallest_n(target=measure.target, delta=measure.delta * share),
    )


def _warnings(says: Standard, labelled: Labelled, graded: Graded, share: float) -> tuple[str, ...]:
    usable = [(m, int(_part(m, labelled, graded).eligible.sum())) for m in says.measures if m.kind is MeasureKind.ERROR_ALONE]
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


def verdict_to_json(verdict: Verdict) -> Mapping[str, Json]:
    """Writes a verdict as plain JSON; estimates and errors are null, for they show sealed answers. Regions stand in it where declared."""
    region = verdict.region if isinstance(verdict, Met) else None
    parts: dict[str, Json] = {"regions": verdicts_to_json(verdict.regions)} if verdict.regions else {}
    return parts | {
        "verdict": verdict.word,
        "measures": [
            {
                "name": m.name,
                "kind": m.kind.value,
                "target": m.target,
                "confidence": m.confidence,
                "verdict": m.verdict,
                "bound": m.bound,
                "n": m.n,
                "needed": m.needed,
                "estimate": None,
                "errors": None,
            }
            for m in verdict.measures
        ],
        "region": None
        if region is None
        else {"threshold": region.threshold, "coverage": region.coverage, "cases": region.cases, "bound": region.bound},
        "why": verdict.why if isinstance(verdict, Undecided) else None,
    }


def measures_met(verdict: Json) -> frozenset[str]:
    """The names of the measures that a verdict, as `verdict_to_json` wrote it, shows to be kept."""
    rows = verdict.get("measures") if isinstance(verdict, Mapping) else None
    listed = rows if isinstance(rows, list | tuple) else []
    return frozenset(str(row["name"]) for row in listed if isinstance(row, Mapping) and row.get("verdict") == "met")
