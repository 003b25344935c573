"""Which case to label next inside a region: by chance alone, or risky ones more often with recorded probabilities, weighted back."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from licet.stats.betting import weighted_log_e_path
from licet.stats.bounds import log_e_values
from licet.stats.pilot import PILOT, plan_target, ranks_among, risk_curve
from licet.stats.ranges import FloatArray
from studies._table import Row, runs_from, show
from studies.stats_pilot import CASES, made_up
from studies.stats_selection import Curve, banking77, curve_of

TARGET: Final = 0.05
DELTA: Final = 0.05
CAP: Final = 1500
EVEN: Final = (0.8, 0.5, 0.3)
"""Share of the draws that is spread evenly over all cases; the rest follows the square root of the supposed risk."""


def chances(risk: FloatArray, *, even: float) -> FloatArray:
    """Returns the probability with which each case is drawn next, shape (n,), summing to 1; none below ``even`` / n."""
    root: FloatArray = np.sqrt(risk)
    found: FloatArray = even / len(risk) + (1.0 - even) * root / root.sum()
    return found


def tail(*, cases: int = CASES) -> Curve:
    """Returns a made-up population of which a tenth holds nearly all errors: 15% there, 0.5% elsewhere."""
    rank = (np.arange(cases) + 0.5) / cases
    return curve_of(1.0 - rank, np.random.default_rng(1).random(cases) < np.where(rank > 0.9, 0.15, 0.005))


def needed(curve: Curve, *, runs: int, seed: int, known: bool) -> Mapping[str, FloatArray]:
    """Returns how many labels inside the pilot's region each way needs in each run, the cap where that is not enough.

    Args:
        curve: the population.
        runs: how many draws of pilot and labels.
        seed: of all chance.
        known: whether the risk that draws follow is the true one, which nobody has, or the pilot's curve.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {way: [] for way in ("by chance", *(f"{even:.0%} evenly" for even in EVEN))}
    for _ in range(runs):
        inside, risk = _region(curve, rng, known=known)
        wrong = curve.wrong[inside].astype(np.float64)
        drawn = wrong[rng.integers(len(inside), size=CAP)]
        path = log_e_values(loss_sum=np.cumsum(drawn), n=np.arange(1, CAP + 1), target=TARGET)
        found["by chance"].append(_first(path))
        for even in EVEN:
            share = chances(risk, even=even)
            picks = rng.choice(len(inside), size=CAP, p=share)
            weights = 1.0 / (len(inside) * share)
            path = weighted_log_e_path(losses=wrong[picks], weights=weights[picks], target=TARGET, largest_weight=1.0 / even)
            found[f"{even:.0%} evenly"].append(_first(path))
    return {name: np.array(values) for name, values in found.items()}


def _region(curve: Curve, rng: np.random.Generator, *, known: bool) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], FloatArray]:
    """The cases inside the region that a pilot fixes, and the risk supposed of each."""
    order = rng.permutation(len(curve.wrong))
    tried, rest = order[:PILOT], order[PILOT:]
    wrong = curve.wrong.astype(np.float64)
    planned = plan_target(confidence=curve.confidence[tried], loss=wrong[tried], reference=curve.confidence[rest], target=TARGET)
    inside = np.flatnonzero(curve.confidence >= planned.threshold)
    if known:
        width = max(1, len(inside) // 50)
        return inside, np.convolve(wrong[inside], np.ones(width) / width, mode="same") + 1e-3
    ranks = ranks_among(confidence=curve.confidence, reference=curve.confidence)
    return inside, risk_curve(rank=ranks[tried], loss=wrong[tried]).at(ranks[inside])


def _first(path: FloatArray) -> float:
    passed = path >= -np.log(DELTA)
    return float(np.argmax(passed)) + 1.0 if passed.any() else float(CAP)


def _rows(name: str, curve: Curve, *, runs: int, seed: int) -> list[Row]:
    rows = []
    for known, what in ((False, "the pilot's curve"), (True, "the true risk, which nobody has")):
        found = needed(curve, runs=runs, seed=seed, known=known)
        base = float(np.median(found["by chance"]))
        for way, labels in found.items():
            middle = float(np.median(labels))
            rows.append(Row(what=f"{name}, {what}: {way}", value=f"{middle:.0f}; ratio {middle / base:.2f}"))
    return rows


def main() -> None:
    """Prints the tables."""
    runs, seed = runs_from(__doc__ or "", runs=400)
    populations = {"good": made_up("good"), "a tenth holds the errors": tail()}
    folder = os.environ.get("LICET_DATA")
    populations |= {} if folder is None else {"Banking77": banking77(Path(folder) / "banking77")[0]}
    for name, curve in populations.items():
        show(f"Labels inside the pilot's region until it is proven, median of {runs} runs", _rows(name, curve, runs=runs, seed=seed))
    if folder is None:
        print("\nBanking77: set LICET_DATA to the data folder.")


if __name__ == "__main__":
    main()
