"""Regions: what certifying each with a share of the accepted chance keeps, what the full chance in each breaks, and what it gains."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from licet.core.evaluation import Graded, Unlabelled, grid, judge
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.measure import Measure, MeasureKind
from licet.core.region import RegionRule, certified_in, memberships, verdicts_to_json, widest
from licet.core.region_verdict import grids, judge_regions
from licet.core.standard import CountersignedStandard, LockedStandard, Standard
from licet.core.verdict import Met
from studies._table import Row, runs_from, share, show

TARGET: Final = 0.05
NAMES: Final = ("north", "south", "other")
RULES: Final = tuple(RegionRule(name=name, attribute="land", values=frozenset({name})) for name in NAMES[:-1])
ERROR: Final = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=TARGET, confidence=0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What many sealed sets showed.

    Attributes:
        broken: share of runs in which any certified region's true error is above the target.
        coverage: mean share of all cases that may be decided alone.
    """

    broken: float
    coverage: float


def signed(standard: Standard) -> CountersignedStandard:
    """A standard two people signed."""
    at = datetime(2030, 1, 7, tzinfo=UTC)
    locked = LockedStandard(use_case=UseCaseSlug("study"), version=1, standard=standard, locked_by=PersonId("p_1"), locked_at=at)
    return CountersignedStandard(locked=locked, countersigned_by=PersonId("p_2"), countersigned_at=at)


def by_region(*, rates: Mapping[str, float], n: int, runs: int, seed: int, spend: float = 1.0) -> Found:
    """Certifies three regions of equal size whose errors do not depend on confidence, so that any certificate above the target is false.

    Args:
        rates: true error of each region.
        n: sealed cases in all.
        runs: sealed sets drawn.
        seed: of all chance.
        spend: times the accepted chance is spent in all; 3 is the full chance in each of three regions, which is wrong.

    Returns:
        How often the promise was broken, and how much was decided alone.
    """
    rng, standard, scope = np.random.default_rng(seed), Standard(measures=(ERROR,), regions=RULES), widest(RULES)
    broken, coverage = 0, 0.0
    for _ in range(runs):
        where = rng.integers(0, 3, n)
        facts = [{"land": NAMES[k]} for k in where]
        confidence, eligible = rng.random(n).tolist(), [True] * n
        loss = (rng.random(n) < np.array([rates[name] for name in NAMES])[where]).astype(float).tolist()
        inside = memberships(scope, facts)
        tested = grids(standard, Unlabelled(confidence=confidence, eligible=eligible, regions=tuple(inside)), share=spend)
        cases = Graded(confidence=confidence, loss=loss, eligible=eligible, high_stakes=[False] * n, regions=inside)
        verdict = judge_regions(signed(standard), cases, tested, share=spend).verdict
        certified = certified_in({"regions": verdicts_to_json(verdict.regions)})
        broken += any(rates[name] > TARGET for name in certified)
        coverage += verdict.region.coverage if isinstance(verdict, Met) else 0.0
    return Found(broken=broken / runs, coverage=coverage / runs)


def whole(*, rates: Mapping[str, float], n: int, runs: int, seed: int) -> Found:
    """Certifies one threshold for all cases of the same populations."""
    rng, standard = np.random.default_rng(seed), Standard(measures=(ERROR,))
    coverage = 0.0
    for _ in range(runs):
        where = rng.integers(0, 3, n)
        confidence, eligible = rng.random(n).tolist(), [True] * n
        loss = (rng.random(n) < np.array([rates[name] for name in NAMES])[where]).astype(float).tolist()
        tested = grid(standard, Unlabelled(confidence=confidence, eligible=eligible), share=1.0)
        cases = Graded(confidence=confidence, loss=loss, eligible=eligible, high_stakes=[False] * n)
        verdict = judge(signed(standard), cases, tested, share=1.0).verdict
        coverage += verdict.region.coverage if isinstance(verdict, Met) else 0.0
    mean = sum(rates.values()) / len(rates)
    return Found(broken=float(mean > TARGET) * coverage / runs, coverage=coverage / runs)


JUST_ABOVE: Final = dict.fromkeys(NAMES, TARGET + 1e-9)
ONE_BAD: Final = {"north": 0.2, "south": 0.01, "other": 0.01}
ALL_GOOD: Final = dict.fromkeys(NAMES, 0.01)


def main() -> None:
    """Prints the figures."""
    runs, seed = runs_from("Regions with thresholds of their own", runs=4000)
    rows = [
        Row(
            what="any certificate false, 3 regions a hair above 5%, n = 600, chance shared",
            value=share(by_region(rates=JUST_ABOVE, n=600, runs=runs, seed=seed).broken, runs),
            stated="at most 0.05",
        ),
        Row(
            what="the same, the full chance in each region",
            value=share(by_region(rates=JUST_ABOVE, n=600, runs=runs, seed=seed, spend=3.0).broken, runs),
            stated="breaks the promise",
        ),
    ]
    for n in (300, 600, 1200):
        for what, rates in (("one region bad (20%), two good (1%)", ONE_BAD), ("all good (1%)", ALL_GOOD)):
            found = by_region(rates=rates, n=n, runs=runs // 4, seed=seed)
            rows.append(Row(what=f"decided alone, {what}, n = {n}, by region", value=f"{found.coverage:.3f}"))
            rows.append(Row(what="  one threshold for all", value=f"{whole(rates=rates, n=n, runs=runs // 4, seed=seed).coverage:.3f}"))
    show("Regions", rows)


if __name__ == "__main__":
    main()
