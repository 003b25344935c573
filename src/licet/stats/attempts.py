"""What another attempt on the same sealed cases costs: the confidence left after what earlier looks could have shown."""

import math
from collections.abc import Sequence

from licet.stats.bounds import largest_errors
from licet.stats.ranges import OutOfRangeError, count, open_unit, same_length
from licet.stats.threshold import Tally


def shown_outputs(tallies: Sequence[Tally], *, with_bounds: bool, below_minimum: int = 0) -> int:
    """Returns how many different results a look at these cases could have shown.

    Args:
        tallies: One per promise; only the numbers of cases are used.
        with_bounds: True if the bound (or the number of errors) of the region is shown, False if only verdict and region are.
        below_minimum: So many of the strictest regions are narrower than the standard wants, and may show either of two verdicts.

    Returns:
        R: the verdicts without a region (not met, undecided) and every region with every result that certifies it.

    Raises:
        OutOfRangeError: If there is no promise, or the promises have different numbers of thresholds.
    """
    if not tallies:
        raise OutOfRangeError("there is no promise to test: give at least one")
    steps = same_length(**{f"promise {at}": one.n for at, one in enumerate(tallies)})
    total = 2
    for index in range(steps):
        results = 1
        for one in tallies:
            most = largest_errors(n=one.n[index], target=one.target, delta=one.delta)
            results *= 0 if most is None else (most + 1 if with_bounds else 1)
        total += results * (2 if index < below_minimum else 1)
    return total


def attempt_delta(*, delta: float, shares: Sequence[float], outputs: Sequence[int]) -> float:
    """Returns the confidence left for the next attempt on the same sealed cases, when earlier ones showed only verdicts.

    Args:
        delta: The whole allowed probability of certifying wrongly, in (0, 1).
        shares: The share w of each attempt, fixed beforehand, each in (0, 1], summing to at most 1.
        outputs: R of each earlier attempt: how many different results it could have shown, each at least 1.

    Returns:
        delta_i = w_i * delta / (R_1 * ... * R_(i-1)), i = len(outputs) + 1.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or there is no share for this attempt.

    Source: Dwork et al., "Generalization in adaptive data analysis and holdout reuse" (2015), description-length argument.
    """
    open_unit("delta", delta)
    if any(not 0.0 < share <= 1.0 for share in shares) or math.fsum(shares) > 1.0 + 1e-12:
        raise OutOfRangeError(f"shares are {list(shares)!r}, but must be positive and sum to at most 1: split the confidence anew")
    if len(outputs) >= len(shares):
        raise OutOfRangeError(f"attempt {len(outputs) + 1} has no share, only {len(shares)} were declared: import fresh sealed cases")
    spent = math.prod(count("outputs", one, least=1) for one in outputs)
    return shares[len(outputs)] * delta / spent
