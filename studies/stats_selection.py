"""How choosing a region behaves: how often the chosen region breaks its promise, and how much it covers, on curves and on Banking77."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from licet.stats.bounds import exact_p_values, log_e_values, upper_bound
from licet.stats.promises import AlonePromise, Labelled
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from licet.stats.threshold import candidate_thresholds, fixed_sequence, start_size, tally
from studies._table import Row, runs_from, share, show

DELTA: Final = 0.05
CASES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A population of cases, the most confident first.

    Attributes:
        confidence: Confidence of each case, falling, shape (m,).
        wrong: Whether the system is wrong on it, shape (m,).
        risk: True error of the region that ends at each case, shape (m,).
    """

    confidence: FloatArray
    wrong: BoolArray
    risk: FloatArray


def curve_of(confidence: FloatArray, wrong: BoolArray) -> Curve:
    """Returns the population in order of confidence."""
    order = np.argsort(-confidence, kind="stable")
    ordered = wrong[order]
    return Curve(confidence=confidence[order], wrong=ordered, risk=np.cumsum(ordered) / np.arange(1, len(ordered) + 1))


def crossing_curve(kind: str, *, cases: int = CASES) -> Curve:
    """Returns a made-up population: error rising to 15%, stepping from 1% to 12%, or 3% throughout."""
    rank = (np.arange(cases) + 0.5) / cases
    risk = {"rising": 0.15 * rank, "step": np.where(rank < 0.5, 0.01, 0.12), "flat": np.full(cases, 0.03)}[kind]
    return curve_of(1.0 - rank, np.random.default_rng(1).random(cases) < risk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What choosing a region led to, over all draws.

    Attributes:
        coverage: Mean share of cases inside the chosen region, 0 where none was certified.
        broken: Share of draws in which the region's true error exceeds the target.
        bound_broken: Share of draws in which it exceeds the exact bound of the chosen region.
        none: Share of draws in which nothing was certified.
        naive_coverage: Coverage of the widest region whose observed error is at most the target.
        naive_broken: Share of draws in which that one exceeds the target.
    """

    coverage: float
    broken: float
    bound_broken: float
    none: float
    naive_coverage: float
    naive_broken: float


def selected(*, curve: Curve, n: int, target: float, runs: int, seed: int, start: int | None = None) -> Selected:
    """Draws n sealed cases again and again, chooses a region each time, and looks up its true error."""
    rng = np.random.default_rng(seed)
    first = min(n, start_size(target=target, delta=DELTA, labels=n) if start is None else start)
    size = len(curve.wrong)
    rows = np.zeros((runs, 6))
    for run in range(runs):
        drawn = np.sort(rng.integers(size, size=n))
        confidence, loss = curve.confidence[drawn], curve.wrong[drawn].astype(np.float64)
        grid = candidate_thresholds(confidence=confidence, first_rank=first)
        cases = Labelled(confidence=confidence, loss=loss, eligible=np.ones(n, dtype=np.bool_))
        found = fixed_sequence([tally(labelled=cases, promise=AlonePromise(target=target, delta=DELTA), thresholds=grid)])
        rows[run, 3] = found is None
        if found is not None:
            end = _end(curve, grid[found.index])
            rows[run, :3] = end / size, curve.risk[end - 1] > target, curve.risk[end - 1] > found.bounds[0]
        observed = np.flatnonzero(np.cumsum(loss) / np.arange(1, n + 1) <= target)
        if observed.size:
            end = _end(curve, float(confidence[observed[-1]]))
            rows[run, 4:] = end / size, curve.risk[end - 1] > target
    return Selected(**dict(zip(Selected.__slots__, rows.mean(axis=0), strict=True)))


def _end(curve: Curve, threshold: float) -> int:
    return int(np.searchsorted(-curve.confidence, -threshold, side="right"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What the pilot-then-label protocol led to, over all draws.

    Attributes:
        labels: Mean labels, pilot included.
        coverage: Mean share of cases inside the certified region, 0 where none was certified.
        certified: Share of draws that certified.
        broken: Share of draws in which the certified region's true error exceeds the target.
    """

    labels: float
    coverage: float
    certified: float
    broken: float


def _risk_line(rank: FloatArray, wrong: BoolArray) -> tuple[float, float]:
    """Fits a logistic risk curve on confidence rank by Newton steps with a small ridge: intercept and slope."""
    design = np.column_stack([np.ones_like(rank), rank])
    beta = np.array([-2.0, 0.0])
    for _ in range(30):
        risk = 1.0 / (1.0 + np.exp(-design @ beta))
        hessian = (design * (risk * (1 - risk))[:, np.newaxis]).T @ design + 0.1 * np.eye(2)
        beta = np.clip(beta + np.linalg.solve(hessian, design.T @ (wrong - risk) - 0.1 * beta * (0.0, 1.0)), -30.0, 30.0)
    return float(beta[0]), float(beta[1])


def planned_share(rank: FloatArray, wrong: BoolArray, *, target: float) -> float:
    """Returns the widest share of cases whose predicted mean risk is at most half the target; 15% if there is none."""
    intercept, slope = _risk_line(rank, wrong)
    grid = (np.arange(1000) + 0.5) / 1000
    predicted = np.cumsum(1.0 / (1.0 + np.exp(-(intercept + slope * grid)))) / np.arange(1, 1001)
    fits = np.flatnonzero(predicted <= target / 2)
    return max(0.15, float(grid[fits[-1]])) if fits.size else 0.15


def _certified_at(wrong: BoolArray, *, target: float, delta: float) -> int:
    passed = log_e_values(loss_sum=np.cumsum(wrong), n=np.arange(1, len(wrong) + 1), target=target) >= -np.log(delta)
    return int(np.argmax(passed)) + 1 if passed.any() else len(wrong) + 1


def protocol(*, curve: Curve, target: float, runs: int, seed: int, pilot: int = 100, cap: int = 2000) -> Protocol:
    """Labels a pilot, fixes a region and its inner 60%, then labels only inside until one of them is certified or the cap is reached."""
    rng, size = np.random.default_rng(seed), len(curve.wrong)
    rows = np.zeros((runs, 4))
    for run in range(runs):
        tried = rng.integers(size, size=pilot)
        end = int(planned_share((tried + 0.5) / size, curve.wrong[tried], target=target) * size)
        inside = rng.integers(end, size=cap - pilot)
        inner = int(0.6 * end)
        whole = _certified_at(curve.wrong[inside], target=target, delta=0.04)
        within = np.flatnonzero(inside < inner)
        part = _certified_at(curve.wrong[inside[within]], target=target, delta=0.01)
        ended, used = (end, whole) if whole <= cap - pilot else (inner, cap - pilot)
        done = whole <= cap - pilot or part <= len(within)
        rows[run] = pilot + used, ended / size * done, done, done and curve.risk[ended - 1] > target
    return Protocol(**dict(zip(Protocol.__slots__, rows.mean(axis=0), strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivals:
    """Coverage and broken promises of two other ways to choose a region.

    Attributes:
        bonferroni: Mean coverage of the widest region that passes at delta / regions.
        sgr: Mean coverage of binary search with delta / log2(n) (Geifman and El-Yaniv 2017).
    """

    bonferroni: float
    sgr: float


def rivals(*, curve: Curve, n: int, target: float, runs: int, seed: int, steps: int = 20) -> Rivals:
    """Chooses regions by Bonferroni over a grid of ranks and by SGR's binary search."""
    rng, size = np.random.default_rng(seed), len(curve.wrong)
    ranks: IntArray = np.linspace(n / steps, n, steps).round().astype(np.int64)
    rows = np.zeros((runs, 2))
    for run in range(runs):
        drawn = np.sort(rng.integers(size, size=n))
        errors = np.cumsum(curve.wrong[drawn], dtype=np.int64)
        passed = np.flatnonzero(exact_p_values(errors=errors[ranks - 1], n=ranks, target=target) <= DELTA / steps)
        rows[run, 0] = (drawn[ranks[passed[-1]] - 1] + 1) / size if passed.size else 0.0
        rank = _sgr(errors, n=n, target=target)
        rows[run, 1] = (drawn[rank - 1] + 1) / size if rank else 0.0
    return Rivals(bonferroni=float(rows[:, 0].mean()), sgr=float(rows[:, 1].mean()))


def _sgr(errors: IntArray, *, n: int, target: float) -> int:
    low, high, best = 0, n, 0
    steps = int(np.ceil(np.log2(n)))
    for _ in range(steps):
        middle = max(1, (low + high + 1) // 2)
        if upper_bound(errors=int(errors[middle - 1]), n=middle, delta=DELTA / steps) <= target:
            low = best = middle
        else:
            high = middle
    return best


def peeking_looks(*, curve: Curve, target: float, looks: tuple[int, ...], runs: int, seed: int) -> float:
    """Returns how often any of several looks of the fixed sequence, each at full delta, certifies a region that breaks the target."""
    rng, size = np.random.default_rng(seed), len(curve.wrong)
    broken = 0
    for _ in range(runs):
        drawn = rng.integers(size, size=max(looks))
        broken += any(_breaks(curve, drawn[:n], target) for n in looks)
    return broken / runs


def _breaks(curve: Curve, drawn: IntArray, target: float) -> bool:
    first = start_size(target=target, delta=DELTA, labels=len(drawn))
    if first > len(drawn):
        return False
    confidence = curve.confidence[drawn]
    grid = candidate_thresholds(confidence=confidence, first_rank=first)
    cases = Labelled(confidence=confidence, loss=curve.wrong[drawn].astype(np.float64), eligible=np.ones(len(drawn), dtype=np.bool_))
    found = fixed_sequence([tally(labelled=cases, promise=AlonePromise(target=target, delta=DELTA), thresholds=grid)])
    return found is not None and bool(curve.risk[_end(curve, grid[found.index]) - 1] > target)


def _texts(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def banking77(folder: Path, *, build: int | None = None) -> tuple[Curve, float]:
    """Trains on the training part, or on ``build`` random cases of it (words only), and answers the test part."""
    texts, truth = _texts(folder / "train.csv")
    asked, answers = _texts(folder / "test.csv")
    kept = np.random.default_rng(1).permutation(len(texts))[:build]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    features = words if build else make_union(words, letters)
    model = LogisticRegression(C=20.0, max_iter=200).fit(features.fit_transform([texts[at] for at in kept]), [truth[at] for at in kept])
    chances = model.predict_proba(features.transform(asked))
    wrong = model.classes_[chances.argmax(axis=1)] != np.array(answers)
    return curve_of(chances.max(axis=1), wrong), float(1.0 - wrong.mean())


def _rows(curve: Curve, *, n: int, target: float, runs: int, seed: int) -> list[Row]:
    found = selected(curve=curve, n=n, target=target, runs=runs, seed=seed)
    head = f"n = {n}, target {target:.0%}"
    return [
        Row(what=f"{head}, fixed sequence: coverage (nothing certified)", value=f"{found.coverage:.3f} ({found.none:.3f})"),
        Row(what=f"{head}, fixed sequence: target broken", value=share(found.broken, runs)),
        Row(what=f"{head}, fixed sequence: exact bound of the chosen region broken", value=share(found.bound_broken, runs)),
        Row(what=f"{head}, observed error at most the target: coverage", value=f"{found.naive_coverage:.3f}"),
        Row(what=f"{head}, observed error at most the target: target broken", value=share(found.naive_broken, runs)),
    ]


def _bank_rows(curve: Curve, *, runs: int, seed: int) -> list[Row]:
    rows = [
        row
        for n, target in ((300, 0.05), (1000, 0.05), (300, 0.02), (1000, 0.02), (2400, 0.02))
        for row in _rows(curve, n=n, target=target, runs=runs, seed=seed)
    ]
    others = rivals(curve=curve, n=300, target=0.05, runs=runs, seed=seed)
    rows.append(Row(what="n = 300, target 5%: coverage of Bonferroni / SGR", value=f"{others.bonferroni:.3f} / {others.sgr:.3f}"))
    for target in (0.02, 0.01):
        late = selected(curve=curve, n=1000, target=target, runs=runs, seed=seed, start=150)
        rows.append(
            Row(
                what=f"n = 1000, target {target:.0%}, start at 150 labels: coverage (nothing certified)",
                value=f"{late.coverage:.3f} ({late.none:.3f})",
            )
        )
    looks = peeking_looks(curve=curve, target=0.05, looks=(200, 300, 400, 500, 600), runs=runs, seed=seed)
    rows.append(Row(what="five looks of the fixed sequence at full delta: target 5% broken", value=share(looks, runs)))
    return rows


def _protocol_row(name: str, curve: Curve, *, runs: int, seed: int) -> list[Row]:
    found = protocol(curve=curve, target=0.05, runs=runs, seed=seed)
    fixed = selected(curve=curve, n=500, target=0.05, runs=runs, seed=seed)
    return [
        Row(
            what=f"{name}, pilot then label inside: labels, coverage, certified, broken",
            value=f"{found.labels:.0f}, {found.coverage:.2f}, {found.certified:.2f}, {found.broken:.3f}",
        ),
        Row(
            what=f"{name}, fixed sequence at 500 labels: coverage, certified, broken",
            value=f"{fixed.coverage:.2f}, {1 - fixed.none:.2f}, {fixed.broken:.3f}",
        ),
    ]


def main() -> None:
    """Prints the tables; the second needs the folder with banking77/ in LICET_DATA."""
    runs, seed = runs_from(__doc__ or "", runs=1000)
    made_up = {"rising": "error rising to 15%", "step": "error 1% then 12%", "flat": "error 3% throughout"}
    for kind, words in made_up.items():
        curve = crossing_curve(kind)
        show(
            f"Made-up population, {words}", [row for n in (300, 1000, 3000) for row in _rows(curve, n=n, target=0.05, runs=runs, seed=seed)]
        )
    folder = os.environ.get("LICET_DATA")
    if folder is None or not (Path(folder) / "banking77" / "train.csv").is_file():
        print("\nBanking77: skipped, LICET_DATA names no folder with banking77/train.csv and test.csv")
        return
    curve, accuracy = banking77(Path(folder) / "banking77")
    show(
        f"Banking77, 77 intents, accuracy {accuracy:.3f}, sealed cases drawn again from its test part",
        _bank_rows(curve, runs=runs, seed=seed),
    )
    weak, poor = banking77(Path(folder) / "banking77", build=1500)
    show(
        "Pilot of 100, then labels only inside",
        _protocol_row("Banking77", curve, runs=runs, seed=seed)
        + _protocol_row(f"a weak model (error {1 - poor:.2f})", weak, runs=runs, seed=seed),
    )


if __name__ == "__main__":
    main()
