"""Which detector an audit plan uses, and what adaptive rates, strata and several watches cost: by simulation."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from licet.stats.betting import weighted_confidence_sequence
from licet.stats.ranges import FloatArray
from licet.stats.watch import Watch, rate_today, start_by_day, update_by_day
from studies._table import Row, runs_from, share, show
from studies.stats_watch import DELTA, NEVER, TARGET, budget, constant, drift, errors, first_trip

A_DAY: Final = 20
DAYS: Final = 90
CHANGE: Final = 30
VOLUME: Final = 400
LOW: Final = 0.02
HIGH: Final = 0.10
"""Cases decided alone a day, and the audit rates of a quiet day and of one before a trip."""

RISKY: Final = 0.25
"""Share of the volume that holds three quarters of the errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of a plan: share of false trips at the target, and median days from a change of 2% to 10% to the trip."""

    false_trips: float
    days: float


def by_audit(*, runs: int, seed: int) -> Found:
    """Returns what the watch in which every audit weighs the same does with 20 audits a day."""
    length = DAYS * A_DAY
    quiet = first_trip(errors(rates=constant(TARGET, length=length), runs=runs, seed=seed))
    trips = first_trip(errors(rates=drift(0.02, 0.10, change=CHANGE * A_DAY, length=length), runs=runs, seed=seed))
    after = trips[trips > CHANGE * A_DAY] - CHANGE * A_DAY
    return Found(false_trips=float((quiet < NEVER).mean()), days=float(np.median(np.ceil(after / A_DAY))))


def by_day(*, low: int, high: int, runs: int, seed: int) -> Found:
    """Returns what the watch in which every day weighs the same does with so many audits a day."""
    found = budget(low=low, high=high, runs=runs, seed=seed, days=DAYS, change=CHANGE)
    return Found(false_trips=found.false_trips, days=found.days)


def life(rng: np.random.Generator, *, rates: FloatArray, times: float, watches: int) -> int:
    """Returns the day on which a mandate's watch trips (NEVER if it does not), case by case as the product draws and counts.

    Args:
        rng: chance.
        rates: error of each day, over all cases; a quarter of the volume holds three quarters of the errors.
        times: how many times as often risky cases are drawn.
        watches: among how many watches delta is shared.
    """
    watch: Watch = start_by_day(target=TARGET, delta=DELTA / watches, days=len(rates), least_inclusion=1.0 / times)
    for day, rate in enumerate(rates):
        base = rate_today(watch, low=LOW, high=HIGH)
        expected = base * VOLUME * (RISKY * times + 1.0 - RISKY)
        planned = max(1, int(np.ceil(expected + 2.0 * np.sqrt(expected))))
        risky = rng.random(VOLUME) < RISKY
        chance = np.minimum(1.0, np.where(risky, base * times, base))
        lost = rng.random(VOLUME) < np.where(risky, 3.0 * rate, rate / 3.0)
        for at in np.flatnonzero(rng.random(VOLUME) < chance):
            inclusion = min(1.0, float(chance[at]) / (base * times))
            watch = update_by_day(watch, loss=float(lost[at]), day=day, planned_today=planned, inclusion=max(inclusion, 1.0 / times))
        if watch.has_tripped:
            return day
    return NEVER


def planned(*, runs: int, seed: int, times: float, watches: int = 1, days: int = DAYS, change: int = CHANGE) -> Found:
    """Returns what whole lives under an audit plan come to: 400 cases a day, 2% of them audited on a quiet day, 10% before a trip."""
    rng = np.random.default_rng(seed)
    quiet = [life(rng, rates=constant(TARGET, length=days), times=times, watches=watches) for _ in range(runs)]
    moved = [life(rng, rates=drift(0.02, 0.10, change=change, length=days), times=times, watches=watches) for _ in range(runs)]
    after = [day - change + 1 for day in moved if day >= change]
    return Found(false_trips=float(np.mean([day < NEVER for day in quiet])), days=float(np.median(after)))


def interval_misses(*, runs: int, seed: int, rate: float, audits: int = 300) -> float:
    """Returns how often the weighted interval ever misses the error of all cases, looked at after every tenth audit."""
    rng, missed = np.random.default_rng(seed), 0
    for _ in range(runs):
        risky = rng.random(audits) < RISKY * 4.0 / (RISKY * 4.0 + 1.0 - RISKY)
        lost = (rng.random(audits) < np.where(risky, 3.0 * rate, rate / 3.0)).astype(float)
        ratios = np.where(risky, 0.25, 1.0)
        looks = (weighted_confidence_sequence(losses=lost[:n], ratios=ratios[:n], delta=DELTA) for n in range(10, audits + 1, 10))
        missed += any(not low <= rate <= high for low, high in looks)
    return missed / runs


def main() -> None:
    """Prints the table."""
    runs, seed = runs_from(__doc__ or "", runs=1000)
    rows = [("every audit weighs the same, 20 a day", by_audit(runs=runs, seed=seed))]
    for low, high in ((20, 20), (5, 40)):
        rows.append((f"every day weighs the same, {low} to {high} a day", by_day(low=low, high=high, runs=runs, seed=seed)))
    few = min(runs, 200)
    for times, watches in ((1.0, 1), (3.0, 1), (3.0, 3)):
        says = f"as drawn: 2% to 10% of 400 a day, risky cases {times:g} times as often, {watches} watches"
        rows.append((says, planned(runs=few, seed=seed, times=times, watches=watches)))
    show(
        "False trips in 90 days at exactly 5%; median days to find a change from 2% to 10%",
        [Row(what=what, value=f"{one.false_trips:.3f}, {one.days:.0f}") for what, one in rows],
    )
    few = min(runs, 200)
    missed = interval_misses(runs=few, seed=seed, rate=0.05)
    show("Weighted interval at 95%", [Row(what="ever misses a true 5% in 300 audits", value=share(missed, few))])


if __name__ == "__main__":
    main()
