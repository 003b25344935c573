"""The outlook of a promise before any sealed label is read: what so many labels would likely certify (estimates, not promises)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from licet.stats.bounds import smallest_n
from licet.stats.planning import POWER, OutOfReach, labels_with_power
from licet.stats.ranges import OutOfRangeError, count, open_unit, same_length, unit_vector

_HALF = 0.5
NONE_SEEN = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What unsealed cases show of one promise at candidate thresholds, strict to lenient.

    Attributes:
        target: The rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        losses: Sum of losses at each threshold.
        n: Cases that count for the promise at each threshold.
        allows_none: Whether a single error breaks the promise.
    """

    target: float
    delta: float
    losses: tuple[float, ...]
    n: tuple[int, ...]
    allows_none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """The labels there are would likely certify this much.

    Attributes:
        coverage: The share of cases that would be decided alone.
        labels: Labels over all cases that likely suffice for it.
        power: The probability with which they do, if the estimated error rates were true.
    """

    coverage: float
    labels: int
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreLabels:
    """The labels there are would likely certify nothing; so many over all cases would likely certify this much."""

    coverage: float
    labels: int
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewLabels:
    """So few labels certify nothing, even without a single error.

    Attributes:
        at: Place of the promise that asks for most.
        needed: Fewest labels over all cases that could certify it, if none were wrong.
    """

    at: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """No unsealed case counts for a promise: nothing can be estimated. `at`: its place."""

    at: int


Outlook = Likely | MoreLabels | TooFewLabels | OutOfReach | Unseen


def fewest_labels(*, target: float, delta: float, largest: int = 1) -> int:
    """Returns how many labels a certificate takes at least: all of them right, whatever the method.

    One clean case multiplies the evidence by at most 1 / (1 - target); a bet on a whole cluster is scaled by the largest cluster there can
    be, so that a case of it multiplies by at most 1 + target / (1 - target) / largest.

    Args:
        target: The rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        largest: Cases a cluster has at most, at least 1.

    Returns:
        Labels inside the region; with clusters of one case, the smallest n with (1 - target) ** n <= delta.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Ville (1939) for the evidence a test may gather; the clustered bets of `licet.stats.clustered`.
    """
    if count("largest", largest, least=1) == 1:
        return smallest_n(target=target, delta=delta)
    gain = math.log1p(open_unit("target", target) / (1.0 - target) / largest)
    return math.ceil(-math.log(open_unit("delta", delta)) / gain)


def outlook(*, seen: Sequence[Seen], coverage: Sequence[float], cases: int, labels: int, largest: int = 1, price: float = 1.0) -> Outlook:
    """Estimates what a number of sealed labels would certify, from unsealed cases.

    Args:
        seen: One per promise, over the same thresholds; at least one.
        coverage: The share of cases inside each threshold, each in [0, 1].
        cases: Unsealed cases in all, at least 1.
        labels: Sealed labels there are, over all cases.
        largest: Cases a cluster has at most; labels that likely suffice are multiplied by it, which is most of what clusters can cost.
        price: How many times the labels of the exact test the method takes.

    Returns:
        What is likely, of the widest region within reach; or what is missing.

    Raises:
        OutOfRangeError: If there is no promise, or numbers of thresholds differ.
    """
    if not seen:
        raise OutOfRangeError("there is no promise to look out for: give at least one")
    same_length(coverage=unit_vector("coverage", coverage), **{f"promise {at}": one.n for at, one in enumerate(seen)})
    count("cases", cases, least=1)
    blind = [at for at, one in enumerate(seen) if not one.n or not one.n[-1]]
    if blind:
        return Unseen(at=blind[0])
    least = [math.ceil(fewest_labels(target=one.target, delta=one.delta, largest=largest) * cases / one.n[-1]) for one in seen]
    if max(least) > labels:
        return TooFewLabels(at=least.index(max(least)), needed=max(least))
    needs = [_needed(seen, index, cases * largest * price) for index in range(len(coverage))]
    return _within_reach(seen, coverage, needs, labels)


def _within_reach(seen: Sequence[Seen], coverage: Sequence[float], needs: Sequence[int | None], labels: int) -> Outlook:
    known = [(need, index) for index, need in enumerate(needs) if need is not None]
    if not known:
        return _best(seen)
    inside = [(need, index) for need, index in known if need <= labels]
    if inside:
        need, index = max(inside, key=lambda pair: pair[1])
        return Likely(coverage=float(coverage[index]), labels=need, power=POWER)
    need, index = min(known)
    return MoreLabels(coverage=float(coverage[index]), labels=need, power=POWER)


def _needed(seen: Sequence[Seen], index: int, scale: float) -> int | None:
    """Labels over all cases that likely certify a region for every promise; None where one is out of reach."""
    needs = [None if not one.n[index] else _inside(one, index) for one in seen]
    whole = [None if need is None else math.ceil(need * scale / one.n[index]) for need, one in zip(needs, seen, strict=True)]
    known = [need for need in whole if need is not None]
    return max(known) if len(known) == len(whole) else None


def _inside(one: Seen, index: int) -> int | None:
    """Labels inside a region that likely certify it for one promise."""
    if one.allows_none:
        return smallest_n(target=one.target, delta=one.delta) if one.losses[index] == NONE_SEEN else None
    return labels_with_power(rate=_rate(one, index), target=one.target, delta=one.delta)


def _rate(one: Seen, index: int) -> float:
    """A rate drawn a little towards one half, so that no loss in few cases does not read as perfect."""
    return (one.losses[index] + _HALF) / (one.n[index] + 1.0)


def _best(seen: Sequence[Seen]) -> OutOfReach:
    """The hardest promise in the region where it is least hard."""
    hardest = [max(((_rate(one, at), one.target) for one in seen), key=lambda pair: pair[0] / pair[1]) for at in range(len(seen[0].n))]
    estimate, target = min(hardest, key=lambda pair: pair[0] / pair[1])
    return OutOfReach(estimate=estimate, target=target)
