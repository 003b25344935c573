"""Judging by regions: each is a promise of its own, with its own grid and its own sequence of tests; together they share the chance.

The accepted chance of a look is divided equally over the regions of the standard, `other` among them. So with the standard's
confidence no certified region breaks a promise (union bound), whichever of them were certified. Every measure is tested in every
region alone: a mean over certified regions whose promises are kept keeps them too, so what holds of each holds of all.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from licet.core.evaluation import Graded, Judgment, Unlabelled, grid, judge, too_few
from licet.core.measure import Measure, MeasureKind
from licet.core.region import OTHER, RegionVerdict
from licet.core.standard import CountersignedStandard, Standard
from licet.core.verdict import MeasureVerdict, Met, NotMet, Region, Undecided, Verdict
from licet.stats.bounds import smallest_n

T = TypeVar("T")
Grids = tuple[tuple[float, ...], ...]


def grids(standard: Standard, known: Unlabelled, *, share: float) -> Grids:
    """Fixes the thresholds to be tested in each region, from confidences alone.

    Args:
        standard: targets, confidences and regions.
        known: the cases, with the regions they are in.
        share: the share of the accepted chance this look spends, in all regions together.

    Returns:
        One grid per region; an empty one where there are too few cases for even its strictest threshold to pass.
    """
    each = share / len(known.regions)
    return tuple(grid(standard, _known_part(known, mask), share=each) for mask in known.regions)


def _known_part(known: Unlabelled, mask: Sequence[bool]) -> Unlabelled:
    """The cases of one region, before any answer is read."""
    return Unlabelled(
        confidence=_cut(known.confidence, mask),
        eligible=_cut(known.eligible, mask),
        members={name: _cut(rows, mask) for name, rows in known.members.items()},
        clusters=_cut(known.clusters, mask) if known.clusters else (),
    )


def judge_regions(standard: CountersignedStandard, graded: Graded, tested: Grids, *, share: float) -> Judgment:
    """Judges graded sealed cases region by region; at least one certified region is a met verdict, for those certified alone.

    Args:
        standard: what good means, with its regions.
        graded: the cases, with the regions they are in; an erased case is in each of them, as a confident error.
        tested: a grid per region, from `grids`, fixed before the answers were read.
        share: share of each measure's accepted chance that this look spends, in all regions together, in (0, 1].

    Returns:
        The verdict with its cost: what a look could have shown multiplies over the regions.
    """
    each = share / len(tested)
    alike = replace(standard, locked=replace(standard.locked, standard=replace(standard.standard, min_coverage=0.0, min_labels=0)))
    found = [judge(alike, _part(graded, mask), one, share=each) for mask, one in zip(graded.regions, tested, strict=True)]
    names = (*(rule.name for rule in standard.standard.regions), OTHER)
    told = tuple(_told(*row, total=len(graded.loss)) for row in zip(names, found, graded.regions, strict=True))
    warnings = tuple(f"Region {name!r}: {said}" for name, one in zip(names, found, strict=True) for said in one.warnings)
    outputs = math.prod(one.outputs for one in found)
    verdict = _verdict(standard.standard, graded, found, told, each)
    return Judgment(verdict=verdict, thresholds=(), grids=tested, outputs=outputs, warnings=warnings)


def alone_in(graded: Graded, thresholds: Sequence[float | None]) -> NDArray[np.bool_]:
    """Which cases are decided alone at a threshold per region; None: nothing is, in that one. Shape (n,)."""
    confidence = np.asarray(graded.confidence, dtype=np.float64)
    found = np.zeros(len(graded.loss), dtype=np.bool_)
    for mask, threshold in zip(graded.regions, thresholds, strict=True):
        if threshold is not None:
            found |= np.asarray(mask, dtype=np.bool_) & (confidence >= threshold)
    return found & np.asarray(graded.eligible, dtype=np.bool_)


def _cut(rows: Sequence[T], mask: Sequence[bool]) -> list[T]:
    return [row for row, inside in zip(rows, mask, strict=True) if inside]


def _part(graded: Graded, mask: Sequence[bool]) -> Graded:
    """The cases of one region."""
    return Graded(
        confidence=_cut(graded.confidence, mask),
        loss=_cut(graded.loss, mask),
        eligible=_cut(graded.eligible, mask),
        high_stakes=_cut(graded.high_stakes, mask),
        members={name: _cut(rows, mask) for name, rows in graded.members.items()},
        named={name: _cut(rows, mask) for name, rows in graded.named.items()},
        clusters=_cut(graded.clusters, mask) if graded.clusters else (),
    )


def _told(name: str, one: Judgment, mask: Sequence[bool], *, total: int) -> RegionVerdict:
    region = one.verdict.region if isinstance(one.verdict, Met) else None
    return RegionVerdict(
        name=name,
        verdict=one.verdict.word,
        sealed=sum(mask),
        threshold=None if region is None else region.threshold,
        cases=None if region is None else region.cases,
        coverage=None if region is None else region.cases / total,
    )


def _untold(one: RegionVerdict) -> RegionVerdict:
    """A region of which nothing is said, as of none while there are fewer labels than the standard asks for."""
    return replace(one, verdict="undecided", threshold=None, cases=None, coverage=None)


def _verdict(says: Standard, graded: Graded, found: Sequence[Judgment], told: tuple[RegionVerdict, ...], share: float) -> Verdict:
    """What the regions come to: met where one is certified and all certified ones cover enough; not met where all are broken."""
    certified = [one for one in told if one.threshold is not None]
    if len(graded.loss) < says.min_labels:
        measures = _measures(says, graded, np.asarray(graded.eligible, dtype=np.bool_), share=share, word="undecided")
        return Undecided(measures=measures, why=too_few(says, len(graded.loss)), regions=tuple(map(_untold, told)))
    if not certified:
        broken = all(isinstance(one.verdict, NotMet) for one in found)
        eligible = np.asarray(graded.eligible, dtype=np.bool_)
        measures = _measures(says, graded, eligible, share=share, word="not_met" if broken else "undecided")
        why = "No region is shown to keep the promises at this number of labelled cases."
        return NotMet(measures=measures, regions=told) if broken else Undecided(measures=measures, why=why, regions=told)
    alone = alone_in(graded, [one.threshold for one in told])
    region = _together(found, certified, alone)
    measures = _measures(says, graded, alone, share=share, word="met")
    if region.coverage >= says.min_coverage:
        return Met(region=region, measures=measures, regions=told)
    why = f"The certified regions cover {region.coverage:.1%} of the cases; the standard asks for {says.min_coverage:.1%}."
    return Undecided(measures=measures, why=why, regions=told)


def _together(found: Sequence[Judgment], certified: Sequence[RegionVerdict], alone: NDArray[np.bool_]) -> Region:
    """All certified regions as one; its threshold is the lowest of theirs."""
    bound = max(one.verdict.region.bound for one in found if isinstance(one.verdict, Met))
    lowest = min(one.threshold for one in certified if one.threshold is not None)
    return Region(threshold=lowest, coverage=int(alone.sum()) / len(alone), cases=int(alone.sum()), bound=bound)


def _measures(says: Standard, graded: Graded, alone: NDArray[np.bool_], *, share: float, word: str) -> tuple[MeasureVerdict, ...]:
    """The measures over all regions together; they stand and fall together, for a region is certified by all of them."""
    return tuple(
        MeasureVerdict(
            name=m.name,
            kind=m.kind,
            target=m.target,
            confidence=m.confidence,
            verdict=word,
            bound=m.target if word == "met" else None,
            n=_counted(m, graded, alone) if m.kind is MeasureKind.ERROR_ALONE else None,
            needed=smallest_n(target=m.target, delta=m.delta * share),
        )
        for m in says.measures
    )


def _counted(measure: Measure, graded: Graded, alone: NDArray[np.bool_]) -> int:
    inside = alone if measure.slice is None else alone & np.asarray(graded.members[measure.name], dtype=np.bool_)
    return int(inside.sum())
