"""How often a comparison of two versions says what is not so, and how often slices are named wrongly; by simulation."""

from typing import Final

import numpy as np

from licet.stats.compare import Comparison, Paired, is_better, not_worse
from licet.stats.slices import SliceCount, Standing, stand_out
from studies._table import Row, runs_from, share, show

DELTA: Final = 0.05
AT_THE_MARGIN: Final = ((400, 0.02, 0.05), (400, 0.05, 0.05), (200, 0.0, 0.05), (1_000, 0.05, 0.02))
"""Cases, share on which the new version alone is right, and margin: the old one alone is right on as many, and on a margin more."""
EQUAL: Final = ((1_000, 0.10, 0.02), (400, 0.10, 0.05))
"""Cases, share on which two equally good versions differ in outcome, and margin."""
SLICES: Final = 8
IN_SLICE: Final = 100
ERROR: Final = 0.1


def compared(rng: np.random.Generator, n: int, gained: float, lost: float) -> Paired:
    """Draws the cases of one comparison."""
    better, worse, _ = rng.multinomial(n, [gained, lost, 1.0 - gained - lost])
    return Paired(gained=int(better), lost=int(worse), n=n)


def comparisons(runs: int, seed: int) -> list[Row]:
    """How often a version that is worse by exactly the margin is met, and what is said of one that is as good."""
    rng = np.random.default_rng(seed)
    rows = []
    for n, gained, margin in AT_THE_MARGIN:
        drawn = [compared(rng, n, gained, gained + margin) for _ in range(runs)]
        met = np.mean([not_worse(one, margin=margin, delta=DELTA) is Comparison.MET for one in drawn])
        rows.append(Row(what=f"worse by exactly {margin:.0%}, {gained:.0%} gained, {n:,} cases: met", value=share(float(met), runs)))
    for n, differing, margin in EQUAL:
        drawn = [compared(rng, n, differing / 2, differing / 2) for _ in range(runs)]
        met = np.mean([not_worse(one, margin=margin, delta=DELTA) is Comparison.MET for one in drawn])
        better = np.mean([is_better(one, delta=DELTA) for one in drawn])
        what = f"as good, {differing:.0%} differ, margin {margin:.0%}, {n:,} cases"
        rows += [Row(what=f"{what}: met", value=share(float(met), runs)), Row(what=f"{what}: better", value=share(float(better), runs))]
    return rows


def slices(runs: int, seed: int) -> list[Row]:
    """How often any of eight slices that err alike is named, with Holm's method and with a test for each."""
    rng = np.random.default_rng(seed)
    holm = naive = 0
    for _ in range(runs):
        errors = rng.binomial(IN_SLICE, ERROR, SLICES).tolist()
        counts = {str(k): SliceCount(errors=one, n=IN_SLICE) for k, one in enumerate(errors)}
        every, n = sum(errors), SLICES * IN_SLICE
        holm += any(one is not Standing.ALIKE for one in stand_out(counts, errors=every, n=n, delta=DELTA).values())
        alone = [stand_out({name: one}, errors=every, n=n, delta=DELTA)[name] for name, one in counts.items()]
        naive += any(one is not Standing.ALIKE for one in alone)
    what = f"{SLICES} slices of {IN_SLICE} cases that err alike ({ERROR:.0%}): any is named"
    named = {"Holm": holm, "a two-sided test for each": naive}
    return [Row(what=f"{what}, {how}", value=share(found / runs, runs)) for how, found in named.items()]


def main() -> None:
    """Prints the shares."""
    runs, seed = runs_from(__doc__ or "", runs=3000)
    show("Two versions on the same cases, at 95% confidence", comparisons(runs, seed))
    show("Slices", slices(runs, seed))


if __name__ == "__main__":
    main()
