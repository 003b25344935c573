"""A pilot, a region fixed by it, then labels inside only: labels used, share certified, and how often the certificate is false."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from licet.stats.bounds import log_e_values
from licet.stats.pilot import INNER, PILOT, REGION_SHARE, Part, labels_expected, plan_target, proven
from licet.stats.ranges import BoolArray, FloatArray
from studies._table import Row, runs_from, share, show
from studies.stats_selection import Curve, banking77, curve_of, selected

DELTA: Final = 0.05
CASES: Final = 10_000
CAP: Final = 1_000
KINDS: Final = ("good", "weak", "just above", "just above in the inner part")


def made_up(kind: str, *, cases: int = CASES) -> Curve:
    """Returns a made-up population, the most confident first; its errors are spread by a fixed seed.

    "good" errs in 11% of all cases and in 0.6% of the more confident half; "weak" errs in 26%. "just above" errs in 5.2%
    everywhere, so that every region breaks a promise of 5% by a little; in the last one the most confident cases err most.
    """
    rank = (np.arange(cases) + 0.5) / cases
    rising = 1.0 / (1.0 + np.exp(-(-7.0 + 8.0 * rank)))
    risk = {
        "good": 0.002 + 0.75 * rising,
        "weak": 0.01 + 0.7 * rank**1.8,
        "just above": np.full(cases, 0.052),
        "just above in the inner part": np.where(rank < 0.5, 0.056, 0.05),
    }[kind]
    return curve_of(1.0 - rank, np.random.default_rng(1).random(cases) < risk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the protocol led to, over all draws.

    Attributes:
        labels: Mean labels, pilot included.
        coverage: Mean share of cases inside the certified part, 0 where none was.
        certified: Share of draws that certified.
        broken: Share of draws in which the certified part's true error exceeds the target.
    """

    labels: float
    coverage: float
    certified: float
    broken: float


def ended(*, curve: Curve, target: float, runs: int, seed: int, cap: int = CAP) -> Ended:
    """Draws a pilot and labels again and again, looking after every label, until a part is proven or the cap is reached."""
    rng = np.random.default_rng(seed)
    rows = np.array([_once(curve, target, rng, cap) for _ in range(runs)])
    return Ended(**dict(zip(Ended.__slots__, rows.mean(axis=0), strict=True)))


def _once(curve: Curve, target: float, rng: np.random.Generator, cap: int) -> tuple[float, float, bool, bool]:
    order = rng.permutation(len(curve.wrong))
    tried, rest = order[:PILOT], order[PILOT:]
    wrong = curve.wrong.astype(np.float64)
    planned = plan_target(confidence=curve.confidence[tried], loss=wrong[tried], reference=curve.confidence[rest], target=target)
    drawn = rest[curve.confidence[rest] >= planned.threshold][:cap]
    inner = curve.confidence[drawn] >= planned.inner
    stopped = _first(wrong[drawn], target, REGION_SHARE * DELTA)
    used = len(drawn) if stopped is None else stopped
    found = proven(loss=wrong[drawn][:used], inner=inner[:used], target=target, delta=DELTA)
    if found is None:
        return PILOT + used, 0.0, False, False
    inside: BoolArray = curve.confidence >= (planned.threshold if found is Part.REGION else planned.inner)
    return PILOT + used, float(inside.mean()), True, bool(curve.wrong[inside].mean() > target)


def _first(wrong: FloatArray, target: float, delta: float) -> int | None:
    """After how many labels the whole region is proven; None: never."""
    passed = log_e_values(loss_sum=np.cumsum(wrong), n=np.arange(1, len(wrong) + 1), target=target) >= -np.log(delta)
    return int(np.argmax(passed)) + 1 if passed.any() else None


def _rows(name: str, curve: Curve, *, runs: int, seed: int) -> list[Row]:
    found = ended(curve=curve, target=0.05, runs=runs, seed=seed)
    as_many = max(60, round(found.labels))
    fixed = selected(curve=curve, n=as_many, target=0.05, runs=runs, seed=seed)
    return [
        Row(what=f"{name}: labels on average, pilot included", value=f"{found.labels:.0f}"),
        Row(what=f"{name}: coverage; share of draws that certify", value=f"{found.coverage:.3f}; {found.certified:.3f}"),
        Row(what=f"{name}: certified part breaks the target", value=share(found.broken, runs)),
        Row(
            what=f"{name}: fixed sequence, {as_many} labels at random: coverage; certifies",
            value=f"{fixed.coverage:.3f}; {1 - fixed.none:.3f}",
        ),
    ]


def main() -> None:
    """Prints the tables."""
    runs, seed = runs_from(__doc__ or "", runs=2000)
    rows = [row for kind in KINDS for row in _rows(kind, made_up(kind), runs=runs, seed=seed)]
    show(f"Pilot of {PILOT}, labels inside, inner part {INNER:.0%}, cap {CAP:,}, target 5%, made-up populations", rows)
    planned = [(rate, labels_expected(rate=rate, target=0.05, delta=REGION_SHARE * DELTA, cap=4000)) for rate in (0.0, 0.01, 0.02, 0.03)]
    show("Labels expected inside (estimated)", [Row(what=f"error rate {rate:.0%}", value=str(labels)) for rate, labels in planned])
    folder = os.environ.get("LICET_DATA")
    if folder is None:
        print("\nBanking77 itself: set LICET_DATA to the data folder.")
        return
    for build, name in ((None, "Banking77"), (1000, "Banking77, a weak model of 1,000 cases")):
        curve, right = banking77(Path(folder) / "banking77", build=build)
        show(f"{name}, accuracy {right:.1%}", _rows(name, curve, runs=runs, seed=seed))


if __name__ == "__main__":
    main()
