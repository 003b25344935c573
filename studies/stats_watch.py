"""How the watch behaves: false trips, how soon drift is found, and which habits make a watch lie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from licet.stats.betting import weighted_log_e_path
from licet.stats.bounds import exact_p_values, log_e_values
from licet.stats.ranges import BoolArray, FloatArray
from licet.stats.watch import QUIET, stakes
from studies._table import Row, runs_from, share, show

TARGET: Final = 0.05
DELTA: Final = 0.05
A_DAY: Final = 20
YEAR: Final = 365 * A_DAY
QUARTER: Final = 90 * A_DAY
NEVER: Final = 10**9


def errors(*, rates: FloatArray, runs: int, seed: int) -> BoolArray:
    """Returns audits, shape (length, runs), each an error with the rate of its moment."""
    return np.random.default_rng(seed).random((len(rates), runs)) < rates[:, np.newaxis]


def first_trip(losses: BoolArray | FloatArray, *, scale: FloatArray | None = None) -> FloatArray:
    """Returns the audit at which the watch trips in each run, counted from 1; NEVER where it does not.

    The same rule as :func:`licet.stats.watch.update`, for many runs at once; ``scale`` is the weight of each audit.
    """
    length, runs = losses.shape
    lambdas = np.array(stakes(target=TARGET))[:, np.newaxis]
    masses = np.zeros((len(lambdas), runs))
    tripped = np.full(runs, float(NEVER))
    line = length / DELTA * len(lambdas)
    for at in range(length):
        gain = losses[at] - TARGET if scale is None else (losses[at] - TARGET) * scale[at]
        masses += 1.0
        masses *= 1.0 + lambdas * gain
        np.clip(masses, -line, line, out=masses)
        new = (masses.sum(axis=0) >= line) & (tripped == NEVER)
        tripped[new] = at + 1
    return tripped


def constant(rate: float, *, length: int) -> FloatArray:
    """Returns the same rate at every moment."""
    return np.full(length, rate)


def drift(before: float, after: float, *, change: int, length: int) -> FloatArray:
    """Returns a rate that changes once."""
    return np.where(np.arange(length) < change, before, after)


def false_trips(*, runs: int, seed: int, length: int = YEAR) -> float:
    """Returns the share of years at exactly the target in which the watch trips."""
    return float((first_trip(errors(rates=constant(TARGET, length=length), runs=runs, seed=seed)) < NEVER).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What became of a change.

    Attributes:
        found: Share of runs that trip after it, of those that had not tripped before.
        audits: Median audits from the change to the trip, of those found.
        overall: Median audits over all, found or not.
    """

    found: float
    audits: float
    overall: float


def delay(trips: FloatArray, *, change: int) -> Delay:
    """Returns found share and median delay after a change."""
    after = trips[trips > change] - change
    found = after < NEVER / 2
    return Delay(
        found=float(found.mean()), audits=float(np.median(after[found])) if found.any() else float("nan"), overall=float(np.median(after))
    )


def rolling(losses: BoolArray, *, window: int, test: Callable[[FloatArray], BoolArray]) -> float:
    """Returns the share of runs in which a test of the last ``window`` audits ever fires."""
    total = np.cumsum(losses, axis=0, dtype=np.float64)
    sums = total[window - 1 :] - np.concatenate([np.zeros((1, losses.shape[1])), total[:-window]])
    return float(test(sums).any(axis=0).mean())


def too_many(n: int) -> int:
    """Returns the fewest errors in n that a 5% test calls more than the target."""
    k = np.arange(n + 1)
    upper = 1.0 - np.append(0.0, exact_p_values(errors=k[:-1], n=np.full(n, n), target=TARGET))
    return int(np.argmax(upper <= DELTA)) if (upper <= DELTA).any() else n + 1


def cumulative_trip(losses: BoolArray) -> FloatArray:
    """Returns the audit at which a 5% test of all audits so far first fires."""
    limits = np.array([too_many(n) for n in range(1, len(losses) + 1)])
    fired = np.cumsum(losses, axis=0) >= limits[:, np.newaxis]
    return np.where(fired.any(axis=0), fired.argmax(axis=0) + 1.0, float(NEVER))


def running_trip(losses: BoolArray) -> FloatArray:
    """Returns the audit at which a single running e-process, never restarted, first reaches 1 / delta (error above the target)."""
    lambdas = np.array(stakes(target=TARGET))[:, np.newaxis]
    logs = np.zeros((len(lambdas), losses.shape[1]))
    tripped = np.full(losses.shape[1], float(NEVER))
    for at, loss in enumerate(losses):
        logs += np.log1p(lambdas * (loss - TARGET))
        tripped[(np.exp(np.minimum(logs, 50.0)).mean(axis=0) >= 1 / DELTA) & (tripped == NEVER)] = at + 1
    return tripped


def by_arrival(losses: BoolArray) -> BoolArray:
    """Returns the audits as they arrive: agreements each day, disagreements adjudicated at the end of the week."""
    week = 7 * A_DAY
    weeks = [np.sort(losses[at : at + week], axis=0) for at in range(0, len(losses), week)]
    return np.concatenate(weeks)


def weekly(*, length: int) -> FloatArray:
    """Returns 2% on weekdays and 10% at weekends."""
    return np.where((np.arange(length) // A_DAY) % 7 < 5, 0.02, 0.10)


def weighted(*, runs: int, seed: int, raw: bool, length: int = QUARTER) -> float:
    """Returns the share of false trips when risky cases are audited four times as often, error exactly the target.

    A quarter of the volume holds three quarters of the errors. ``raw`` bets with weights 1 / q instead of q_min / q.
    """
    losses, inclusion = risky(rate=TARGET, runs=runs, seed=seed, length=length, ratio=4.0)
    scale = 1.0 / inclusion if raw else inclusion.min() / inclusion
    return float((first_trip(losses, scale=scale) < NEVER).mean())


def risky(*, rate: float, runs: int, seed: int, length: int, ratio: float) -> tuple[BoolArray, FloatArray]:
    """Returns audited losses and inclusion probabilities, shape (length, runs); risky cases are drawn ``ratio`` times as often."""
    rng = np.random.default_rng(seed)
    share_risky = 0.25 * ratio / (0.25 * ratio + 0.75)
    is_risky = rng.random((length, runs)) < share_risky
    losses = rng.random((length, runs)) < np.where(is_risky, 3.0 * rate, rate / 3.0)
    return losses, np.where(is_risky, 0.05 * ratio, 0.05)


def weighted_labels(*, rate: float, ratio: float, runs: int, seed: int, length: int = 3000) -> tuple[float, float]:
    """Returns mean labels to certify with and without weights; a quarter of the volume holds three quarters of the errors."""
    losses, inclusion = risky(rate=rate, runs=runs, seed=seed, length=length, ratio=ratio)
    scale = 0.05 * (0.25 * ratio + 0.75) / inclusion
    most = 0.25 * ratio + 0.75
    plain = errors(rates=constant(rate, length=length), runs=runs, seed=seed)
    paths = (
        (weighted_log_e_path(losses=losses[:, run], weights=scale[:, run], target=TARGET, largest_weight=most) for run in range(runs)),
        (log_e_values(loss_sum=np.cumsum(plain[:, run]), n=np.arange(1, length + 1), target=TARGET) for run in range(runs)),
    )
    with_weights, without = ([_first(path) for path in kind] for kind in paths)
    return float(np.mean(with_weights)), float(np.mean(without))


def _first(log_e: FloatArray) -> float:
    passed = log_e >= -np.log(DELTA)
    return float(np.argmax(passed)) + 1.0 if passed.any() else float(len(log_e))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a plan of audits per day costs and finds.

    Attributes:
        false_trips: Share of quarters at exactly the target that trip.
        spent: Audits a day while the error is 2%.
        days: Median days to find 10% after that.
    """

    false_trips: float
    spent: float
    days: float


def _days(*, low: int, high: int, rates: FloatArray, runs: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Returns the day of the trip in each run (NEVER if none) and audits planned, shape (days, runs), for a watch by day."""
    rng, days = np.random.default_rng(seed), len(rates)
    lambdas = np.array(stakes(target=TARGET))[:, np.newaxis]
    masses, tripped, planned = np.zeros((len(lambdas), runs)), np.full(runs, float(NEVER)), np.zeros((days, runs))
    for day, rate in enumerate(rates):
        way = np.clip(1.0 - np.log(np.maximum(masses.mean(axis=0) * DELTA, 1e-12)) / np.log(QUIET), 0.0, 1.0)
        planned[day] = low + np.round((high - low) * np.sqrt(way))
        for at in range(int(planned[day].max())):
            alive = (at < planned[day]) & (tripped == NEVER)
            fed = (masses + 1.0 / (days * planned[day])) * (1.0 + lambdas * ((rng.random(runs) < rate) - TARGET))
            masses = np.where(alive, fed, masses)
            tripped[alive & (masses.mean(axis=0) >= 1 / DELTA)] = day
    return tripped, planned


def budget(*, low: int, high: int, runs: int, seed: int, days: int = 90, change: int = 30) -> Budget:
    """Returns what a plan between ``low`` and ``high`` audits a day costs and finds."""
    quiet, _ = _days(low=low, high=high, rates=constant(TARGET, length=days), runs=runs, seed=seed)
    trips, planned = _days(low=low, high=high, rates=drift(0.02, 0.10, change=change, length=days), runs=runs, seed=seed)
    after = trips[trips >= change] - change + 1
    return Budget(false_trips=float((quiet < NEVER).mean()), spent=float(planned[:change].mean()), days=float(np.median(after)))


def _false_rows(runs: int, seed: int) -> list[Row]:
    at_target = errors(rates=constant(TARGET, length=YEAR), runs=runs, seed=seed)
    few = at_target[:, : min(runs, 1000)]
    limit = too_many(200)
    rows = [Row(what="the watch", value=share(false_trips(runs=runs, seed=seed), runs))]
    rows.append(
        Row(
            what="rolling 200, estimate above the target",
            value=share(rolling(few, window=200, test=lambda s: s > 200 * TARGET), few.shape[1]),
        )
    )
    rows.append(Row(what="rolling 200, 5% test", value=share(rolling(few, window=200, test=lambda s: s >= limit), few.shape[1])))
    return [*rows, Row(what="cumulative 5% test", value=share(float((cumulative_trip(few) < NEVER).mean()), few.shape[1]))]


def _delay_rows(runs: int, seed: int) -> list[Row]:
    rows = []
    for after in (0.08, 0.10, 0.20):
        for change in (0, 600):
            trips = first_trip(errors(rates=drift(0.02, after, change=change, length=QUARTER), runs=runs, seed=seed))
            seen = delay(trips, change=change)
            rows.append(
                Row(
                    what=f"2% to {after:.0%} after {change} of {QUARTER} audits: median of all (found, median of found)",
                    value=f"{seen.overall:.0f} ({seen.found:.2f}, {seen.audits:.0f})",
                )
            )
    late = errors(rates=drift(0.02, 0.09, change=YEAR // 2, length=YEAR), runs=min(runs, 1000), seed=seed)
    for name, trips in (
        ("the watch", first_trip(late)),
        ("cumulative 5% test", cumulative_trip(late)),
        ("one running e-process", running_trip(late)),
    ):
        seen = delay(trips, change=YEAR // 2)
        rows.append(
            Row(
                what=f"2% to 9% after half a year, {name}: found in the year (median audits of found)",
                value=f"{seen.found:.2f} ({seen.audits:.0f})",
            )
        )
    return rows


def _habit_rows(runs: int, seed: int) -> list[Row]:
    rows = []
    for rate in (TARGET, 0.02):
        drawn = errors(rates=constant(rate, length=YEAR), runs=runs, seed=seed)
        rows.append(
            Row(
                what=f"order of arrival instead of draw, true {rate:.0%}",
                value=share(float((first_trip(by_arrival(drawn)) < NEVER).mean()), runs),
            )
        )
    for name, length in (("a quarter", QUARTER), ("a year", YEAR)):
        mixed = first_trip(errors(rates=weekly(length=length), runs=runs, seed=seed))
        rows.append(Row(what=f"2% on weekdays, 10% at weekends (mean 4.3%), {name}", value=share(float((mixed < NEVER).mean()), runs)))
    for raw in (True, False):
        rows.append(
            Row(
                what=f"risky cases audited more, weights {'1/q' if raw else 'q_min/q'}",
                value=share(weighted(runs=runs, seed=seed, raw=raw), runs),
            )
        )
    return rows


def _saving_rows(runs: int, seed: int) -> list[Row]:
    rows = []
    for low, high in ((20, 20), (7, 7), (5, 40)):
        plan = budget(low=low, high=high, runs=runs, seed=seed)
        rows.append(
            Row(
                what=f"{low} to {high} audits a day: false trips, audits a day at 2%, median days to find 10%",
                value=f"{plan.false_trips:.3f}, {plan.spent:.1f}, {plan.days:.0f}",
            )
        )
    for rate in (0.0, 0.01, 0.02):
        for ratio in (1.5, 2.0):
            weighed, plain = weighted_labels(rate=rate, ratio=ratio, runs=min(runs, 400), seed=seed)
            rows.append(
                Row(
                    what=f"certify at true {rate:.0%}, risky cases {ratio:g} times as often: mean labels (alike)",
                    value=f"{weighed:.0f} ({plain:.0f})",
                )
            )
    for ratio in (1.0, 1.5, 2.0, 4.0):
        losses, inclusion = risky(rate=0.10, runs=runs, seed=seed, length=QUARTER, ratio=ratio)
        seen = delay(first_trip(losses, scale=inclusion.min() / inclusion), change=0)
        rows.append(Row(what=f"find 10%, risky cases {ratio:g} times as often: median audits", value=f"{seen.overall:.0f}"))
    return rows


def main() -> None:
    """Prints the table."""
    runs, seed = runs_from(__doc__ or "", runs=2000)
    show(f"A year at exactly 5%, {A_DAY} audits a day: share of false trips", _false_rows(runs, seed))
    show("Delay until a change is found, in audits", _delay_rows(runs, seed))
    show("Habits that make a watch lie: share of trips in a year (weights: in a quarter)", _habit_rows(runs, seed))
    show("Spending audits and labels where they tell most", _saving_rows(runs, seed))


if __name__ == "__main__":
    main()
