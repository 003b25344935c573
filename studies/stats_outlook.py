"""How well the outlook of a draft foretells a verdict: the share it names from unsealed cases, and the share certified on sealed ones."""

from datetime import UTC, datetime
from typing import Final

import numpy as np

from licet.core.evaluation import Graded, Unlabelled, grid, judge
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.measure import Measure, MeasureKind
from licet.core.prospect import prospects
from licet.core.standard import CountersignedStandard, LockedStandard, Standard
from licet.core.verdict import Met
from licet.stats.outlook import Likely
from studies._table import Row, runs_from, share, show

UNSEALED: Final = 300
SEALED: Final = 450
WHEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
CELLS: Final = ((0.1, 0.05, "said .69, certified .76"), (0.3, 0.05, "said .26, certified .35"), (0.8, 0.1, "said .34, certified .41"))


def drawn(rng: np.random.Generator, n: int, top: float) -> Graded:
    """Returns cases of a system whose error falls from `top` at no confidence to half a percent at full confidence."""
    confidence = rng.uniform(size=n)
    loss = (rng.uniform(size=n) < top * (1.0 - confidence) ** 2 + 0.005).astype(np.float64)
    return Graded(confidence=confidence.tolist(), loss=loss.tolist(), eligible=[True] * n, high_stakes=[False] * n)


def foretold(standard: Standard, unsealed: Graded) -> float:
    """Returns the share that the outlook calls likely; 0 where nothing is."""
    (one,) = [prospect for prospect in prospects(standard, unsealed, SEALED) if prospect.wished]
    return one.found.coverage if isinstance(one.found, Likely) else 0.0


def certified(standard: Standard, sealed: Graded) -> float:
    """Returns the share that a verdict certifies; 0 where nothing is."""
    person = PersonId("p_x")
    locked = LockedStandard(use_case=UseCaseSlug("x"), version=1, standard=standard, locked_by=person, locked_at=WHEN)
    signed = CountersignedStandard(locked=locked, countersigned_by=person, countersigned_at=WHEN)
    thresholds = grid(standard, Unlabelled(confidence=sealed.confidence, eligible=sealed.eligible), share=1.0)
    verdict = judge(signed, sealed, thresholds, share=1.0).verdict
    return verdict.region.coverage if isinstance(verdict, Met) else 0.0


def main() -> None:
    """Prints both shares for systems of different quality."""
    runs, seed = runs_from(__doc__ or "", runs=200)
    rng = np.random.default_rng(seed)
    rows = []
    for top, target, stated in CELLS:
        measure = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=target, confidence=0.95)
        standard = Standard(measures=(measure,))
        pairs = [(foretold(standard, drawn(rng, UNSEALED, top)), certified(standard, drawn(rng, SEALED, top))) for _ in range(runs)]
        said, real = np.array(pairs).T
        what = f"error up to {top:.0%}, target {target:.0%}"
        rows.append(Row(what=f"{what}: share said, certified", value=f"{said.mean():.2f}, {real.mean():.2f}", stated=stated))
        rows.append(Row(what=f"{what}: at least as much certified as said", value=share(float(np.mean(real >= said)), runs)))
    show("The outlook of a draft, 300 unsealed and 450 sealed cases", rows)


if __name__ == "__main__":
    main()
