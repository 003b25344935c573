"""How certifying behaves: labels it takes, what looking too often costs, and which shortcuts certify wrongly."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import betaincinv

from licet.stats.betting import cluster_log_e_path, ever_reaches, graded_log_e_path
from licet.stats.bounds import certifies, exact_p_values, largest_errors, log_e_values, smallest_n
from licet.stats.planning import labels_with_power
from licet.stats.ranges import BoolArray, FloatArray, IntArray
from studies._table import Row, runs_from, share, show

TARGET: Final = 0.05
DELTA: Final = 0.05


def paths(*, rate: float, runs: int, length: int, seed: int) -> IntArray:
    """Returns errors so far, shape (runs, length), when every label is an error with the same chance."""
    return np.cumsum(np.random.default_rng(seed).random((runs, length)) < rate, axis=1, dtype=np.int64)


def most_errors(*, length: int, test: Callable[[IntArray, IntArray], BoolArray]) -> IntArray:
    """Returns for n = 1..length the largest number of errors that passes a test, -1 where none does; passing is monotone in errors."""
    n = np.arange(1, length + 1)
    limit = np.full(length, -1, dtype=np.int64)
    for errors in range(length):
        passes = (errors <= n) & test(np.minimum(errors, n), n)
        if not passes.any() and errors > 0:
            break
        limit[passes] = errors
    return limit


def e_limits(*, length: int, target: float = TARGET, delta: float = DELTA) -> IntArray:
    """Returns the largest number of errors at which the anytime evidence is enough, for n = 1..length."""
    return most_errors(length=length, test=lambda k, n: log_e_values(loss_sum=k, n=n, target=target) >= math.log(1 / delta))


def exact_limits(*, length: int, target: float = TARGET, delta: float = DELTA) -> IntArray:
    """Returns the largest number of errors with which the exact test passes, for n = 1..length."""
    return most_errors(length=length, test=lambda k, n: exact_p_values(errors=k, n=n, target=target) <= delta)


def labels_needed(*, rate: float, runs: int, length: int, seed: int) -> tuple[float, float]:
    """Returns mean and median number of labels until the anytime evidence is enough; runs that never get there count ``length``."""
    passed = paths(rate=rate, runs=runs, length=length, seed=seed) <= e_limits(length=length)
    first = np.where(passed.any(axis=1), passed.argmax(axis=1) + 1.0, float(length))
    return float(first.mean()), float(np.median(first))


def ever_certified(*, rate: float, runs: int, limits: IntArray, seed: int) -> float:
    """Returns the share of runs in which a limit on errors is ever met, looking after each label."""
    return float((paths(rate=rate, runs=runs, length=len(limits), seed=seed) <= limits).any(axis=1).mean())


def certified_at_looks(*, rate: float, runs: int, looks: dict[int, float], seed: int) -> float:
    """Returns the share of runs certified at any of several looks, each with its own delta."""
    errors = paths(rate=rate, runs=runs, length=max(looks), seed=seed)
    passed = np.zeros(runs, dtype=np.bool_)
    for n, delta in looks.items():
        most = largest_errors(n=n, target=TARGET, delta=delta)
        passed |= errors[:, n - 1] <= (-1 if most is None else most)
    return float(passed.mean())


def classes_left_out(*, opened: bool, rate: float, runs: int, seed: int, classes: int = 150, cases: int = 1000) -> float:
    """Returns how often a system with the same true error in every class is certified after leaving out classes.

    The first look is at delta / 2 over all cases, the second at delta / 4 without the classes that had an error: on the same opened
    cases, or on fresh ones.
    """
    rng = np.random.default_rng(seed)
    certified = 0
    for _ in range(runs):
        of, wrong = rng.integers(classes, size=cases), rng.random(cases) < rate
        bad = np.unique(of[wrong])
        if not opened:
            of, wrong = rng.integers(classes, size=cases), rng.random(cases) < rate
        kept = ~np.isin(of, bad)
        first = certifies(errors=int(wrong.sum()), n=cases, target=TARGET, delta=DELTA / 2)
        certified += first or certifies(errors=int(wrong[kept].sum()), n=int(kept.sum()), target=TARGET, delta=DELTA / 4)
    return certified / runs


def clusters(*, runs: int, seed: int, big: float = 0.15, size: int = 50, groups: int = 59) -> tuple[float, float]:
    """Returns how often groups of 50 and of 1, the true error exactly the target, are certified by counting clean groups and by the bet.

    Only large groups err, and then in all their cases.
    """
    rng = np.random.default_rng(seed)
    wrong = TARGET * (big * size + 1 - big) / (big * size)
    counted = bet = 0
    for _ in range(runs):
        large = rng.random(groups * 20) < big
        losses = large & (rng.random(groups * 20) < wrong)
        counted += not losses[:groups].any()
        drawn = [np.full(size if is_large else 1, float(loss)) for is_large, loss in zip(large, losses, strict=True)]
        bet += ever_reaches(log_e=cluster_log_e_path(clusters=drawn, target=TARGET, largest=size), delta=DELTA)
    return counted / runs, bet / runs


def graded(*, runs: int, seed: int, length: int = 600) -> tuple[float, float, float]:
    """Returns how often a mean loss at the target, made of half losses, is certified by full errors only, by the sum, by the bets."""
    rng = np.random.default_rng(seed)
    full = total = bets = 0
    for _ in range(runs):
        losses: FloatArray = np.where(rng.random(length) < 2 * TARGET, 0.5, 0.0)
        full += certifies(errors=int((losses >= 1.0).sum()), n=length, target=TARGET, delta=DELTA)
        evidence = log_e_values(loss_sum=np.cumsum(losses), n=np.arange(1, length + 1), target=TARGET)
        total += ever_reaches(log_e=evidence, delta=DELTA)
        bets += ever_reaches(log_e=graded_log_e_path(losses=losses, target=TARGET), delta=DELTA)
    return full / runs, total / runs, bets / runs


def graded_labels(*, runs: int, seed: int, length: int = 1500) -> tuple[float, float]:
    """Returns median labels to certify half losses of mean 2%, by the sum in the closed form and by the bets."""
    rng = np.random.default_rng(seed)
    first: list[tuple[float, float]] = []
    for _ in range(runs):
        losses: FloatArray = np.where(rng.random(length) < 0.04, 0.5, 0.0)
        closed = log_e_values(loss_sum=np.cumsum(losses), n=np.arange(1, length + 1), target=TARGET) >= math.log(1 / DELTA)
        bets = graded_log_e_path(losses=losses, target=TARGET) >= math.log(1 / DELTA)
        first.append((_first(closed), _first(bets)))
    middle = np.median(np.array(first), axis=0)
    return float(middle[0]), float(middle[1])


def _first(passed: BoolArray) -> float:
    return float(np.argmax(passed)) + 1.0 if passed.any() else math.inf


def interval_misses(*, rate: float, runs: int, length: int, seed: int) -> tuple[float, float]:
    """Returns how often the anytime interval, and the exact interval looked at each time, ever miss the true rate."""
    k = paths(rate=rate, runs=runs, length=length, seed=seed)
    n = np.arange(1, length + 1)
    surprise = _log_mixture(k, n) - k * math.log(rate) - (n - k) * math.log1p(-rate)
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, DELTA / 2), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - DELTA / 2), 1.0)
    return float((surprise >= math.log(1 / DELTA)).any(axis=1).mean()), float(((low > rate) | (high < rate)).any(axis=1).mean())


def _log_mixture(k: IntArray, n: IntArray) -> FloatArray:
    of_errors, of_rights = np.log(np.maximum(k - 0.5, 0.5)), np.log(np.maximum(n - k - 0.5, 0.5))
    total: FloatArray = np.cumsum(np.where(np.diff(k, prepend=0, axis=1) > 0, of_errors, of_rights) - np.log(n), axis=1)
    return total


def _sizes_rows() -> list[Row]:
    rows = [Row(what=f"n for {k} errors at 5%", value=str(smallest_n(target=TARGET, delta=DELTA, errors=k))) for k in (0, 1, 2, 3, 5)]
    targets = (0.1, 0.05, 0.02, 0.01, 0.005)
    return rows + [Row(what=f"n for no error at {target:.1%}", value=str(smallest_n(target=target, delta=DELTA))) for target in targets]


def _label_rows(runs: int, seed: int) -> list[Row]:
    rows = []
    for rate in (0.0, 0.01, 0.02, 0.03):
        mean, middle = labels_needed(rate=rate, runs=min(runs, 4000), length=8000, seed=seed)
        fixed = labels_with_power(rate=rate, target=TARGET, delta=DELTA)
        what = f"true error {rate:.0%}: labels, anytime mean / median (fixed n at 80% power)"
        rows.append(Row(what=what, value=f"{mean:.0f} / {middle:.0f} ({fixed})"))
    return rows


def _look_rows(runs: int, seed: int) -> list[Row]:
    few, rows = min(runs, 8000), []
    for n in (500, 1000, 2000, 4000):
        wrong = ever_certified(rate=TARGET, runs=few, limits=exact_limits(length=n), seed=seed)
        rows.append(Row(what=f"true error 5%, exact test after each of {n} labels", value=share(wrong, few)))
    wrong = ever_certified(rate=TARGET, runs=few, limits=e_limits(length=4000), seed=seed)
    rows.append(Row(what="true error 5%, anytime evidence after each of 4000 labels", value=share(wrong, few)))
    plans = {
        "five looks, each at full delta": dict.fromkeys((100, 200, 300, 400, 500), DELTA),
        "three looks at delta/2, /4, /4": {150: DELTA / 2, 300: DELTA / 4, 600: DELTA / 4},
    }
    for name, looks in plans.items():
        wrong = certified_at_looks(rate=TARGET, runs=runs, looks=looks, seed=seed)
        rows.append(Row(what=f"true error 5%, {name}", value=share(wrong, runs)))
    return rows


def _shortcut_rows(runs: int, seed: int) -> list[Row]:
    opened = classes_left_out(opened=True, rate=0.06, runs=runs, seed=seed)
    fresh = classes_left_out(opened=False, rate=0.06, runs=runs, seed=seed)
    counted, bet = clusters(runs=runs, seed=seed)
    full, total, bets = graded(runs=runs, seed=seed)
    ours, theirs = interval_misses(rate=0.03, runs=runs, length=2000, seed=seed)
    named = {
        "true error 6%, classes left out after opening errors, same cases": opened,
        "the same on fresh cases": fresh,
        "groups of 50 and 1 at exactly 5%: 59 clean groups counted": counted,
        "the same by the bet on groups": bet,
        "half losses at exactly 5%: only full errors counted": full,
        "the same, sum of losses in the closed form": total,
        "the same, bets": bets,
        "true 3%: anytime interval ever wrong in 2000 labels": ours,
        "the same, exact interval": theirs,
    }
    rows = [Row(what=what, value=share(wrong, runs)) for what, wrong in named.items()]
    closed, by_bets = graded_labels(runs=min(runs, 500), seed=seed)
    return [*rows, Row(what="half losses of mean 2%: median labels, closed form / bets", value=f"{closed:.0f} / {by_bets:.0f}")]


def main() -> None:
    """Prints the tables."""
    runs, seed = runs_from(__doc__ or "", runs=20_000)
    show("Fewest labels, exact test at 95%", _sizes_rows())
    show("Labels to certify 5% at 95%", _label_rows(runs, seed))
    show("Looking more than once: certified wrongly", _look_rows(runs, seed))
    show("Shortcuts, and what replaces them: wrong in this share of runs", _shortcut_rows(min(runs, 2000), seed))


if __name__ == "__main__":
    main()
