"""What a number of errors in a number of cases proves: exact bounds, for one look and for looking all the time."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, bdtrc, betainc, betaincinv, betaln

from licet.stats.ranges import FloatArray, OutOfRangeError, count, loss_sum, open_unit, same_length, vector

PRIOR_A = 0.5
PRIOR_B_TIMES_TARGET = 1.25
_LARGEST_N = 10**9


def _errors(errors: int, n: int) -> tuple[int, int]:
    count("n", n)
    count("errors", errors)
    if errors > n:
        raise OutOfRangeError(f"errors is {errors!r}, more than n = {n!r}: count both over the same cases")
    return int(errors), int(n)


def exact_p_value(*, errors: int, n: int, target: float) -> float:
    """Returns how likely so few errors would be if the true error rate were the target.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled, at least 0.
        target: The error rate promised, in (0, 1).

    Returns:
        P(Bin(n, target) <= errors) in [0, 1]; 1.0 for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    errors, n = _errors(errors, n)
    return float(bdtr(errors, n, open_unit("target", target)))


def exact_p_values(*, errors: ArrayLike, n: ArrayLike, target: float) -> FloatArray:
    """Returns :func:`exact_p_value` for many counts at once.

    Args:
        errors: Errors found, shape (m,), each in [0, n].
        n: Cases labelled, shape (m,).
        target: The error rate promised, in (0, 1).

    Returns:
        p-values in [0, 1], shape (m,).

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    k, t = _sums(errors, n)
    if (np.floor(k) != k).any() or (np.floor(t) != t).any():
        raise OutOfRangeError("errors and n must be whole numbers: graded losses need log_e_values or the betting module")
    result: FloatArray = bdtr(k, t.astype(np.int64), open_unit("target", target))
    return result


def certifies(*, errors: int, n: int, target: float, delta: float) -> bool:
    """Tells whether the counts prove an error rate of at most the target.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled.
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        True iff P(Bin(n, target) <= errors) <= delta.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    return exact_p_value(errors=errors, n=n, target=target) <= open_unit("delta", delta)


def exceeds(*, errors: int, n: int, target: float, delta: float) -> bool:
    """Tells whether the counts prove an error rate above the target.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled.
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of saying so wrongly, in (0, 1).

    Returns:
        True iff P(Bin(n, target) >= errors) <= delta.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    errors, n = _errors(errors, n)
    open_unit("target", target)
    open_unit("delta", delta)
    return errors > 0 and float(bdtrc(errors - 1, n, target)) <= delta


def upper_bound(*, errors: int, n: int, delta: float) -> float:
    """Returns the one-sided exact upper bound on the error rate.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled.
        delta: Probability that the bound is too low, in (0, 1).

    Returns:
        Upper bound in (0, 1]; 1.0 for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    errors, n = _errors(errors, n)
    open_unit("delta", delta)
    return 1.0 if errors == n else float(betaincinv(errors + 1, n - errors, 1.0 - delta))


def lower_bound(*, errors: int, n: int, delta: float) -> float:
    """Returns the one-sided exact lower bound on the error rate.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled.
        delta: Probability that the bound is too high, in (0, 1).

    Returns:
        Lower bound in [0, 1); 0.0 for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    errors, n = _errors(errors, n)
    open_unit("delta", delta)
    return 0.0 if errors == 0 else float(betaincinv(errors, n - errors + 1, delta))


def interval(*, errors: int, n: int, delta: float) -> tuple[float, float]:
    """Returns the two-sided exact interval for the error rate.

    Args:
        errors: Errors found, in [0, n].
        n: Cases labelled.
        delta: Probability that the interval misses the rate, in (0, 1), half on each side.

    Returns:
        Lower and upper end; (0.0, 1.0) for no cases.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    half = open_unit("delta", delta) / 2.0
    return lower_bound(errors=errors, n=n, delta=half), upper_bound(errors=errors, n=n, delta=half)


def smallest_n(*, target: float, delta: float, errors: int = 0) -> int:
    """Returns the fewest labels that certify the target with so many errors among them.

    Args:
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).
        errors: Errors among the labels, at least 0.

    Returns:
        The smallest n with P(Bin(n, target) <= errors) <= delta.

    Raises:
        OutOfRangeError: If an argument lies outside its range, or more than a billion labels would be needed.
    """
    count("errors", errors)
    low, high = errors, errors + 1
    while not certifies(errors=errors, n=high, target=target, delta=delta):
        low, high = high, high * 2
        if high > _LARGEST_N:
            raise OutOfRangeError(f"target {target!r} at delta {delta!r} needs over {_LARGEST_N} labels: choose a larger target or delta")
    while high - low > 1:
        middle = (low + high) // 2
        if certifies(errors=errors, n=middle, target=target, delta=delta):
            high = middle
        else:
            low = middle
    return high


def largest_errors(*, n: int, target: float, delta: float) -> int | None:
    """Returns the most errors in n labels that still certify the target.

    Args:
        n: Cases labelled.
        target: The error rate promised, in (0, 1).
        delta: The allowed probability of certifying wrongly, in (0, 1).

    Returns:
        The largest k with P(Bin(n, target) <= k) <= delta; None if even no error is not enough.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    if not certifies(errors=0, n=n, target=target, delta=delta):
        return None
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        if certifies(errors=middle, n=n, target=target, delta=delta):
            low = middle
        else:
            high = middle
    return low


def _sums(loss_sums: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    k, t = vector("loss_sum", loss_sums), vector("n", n)
    same_length(loss_sum=k, n=t)
    wrong = (k < 0.0) | (k > t)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise OutOfRangeError(
            f"loss_sum is {float(k[at])!r} at position {at}, but must lie in [0, n = {float(t[at])!r}]: count both over the same cases"
        )
    return k, t


def log_e_values(*, loss_sum: ArrayLike, n: ArrayLike, target: float) -> FloatArray:
    """Returns :func:`log_e_value` for many counts at once.

    Args:
        loss_sum: Sums of losses, shape (m,), each in [0, n].
        n: Labels so far, shape (m,).
        target: The error rate promised, in (0, 1).

    Returns:
        Natural logarithms of the e-values, shape (m,); minus infinity where there is no evidence.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    k, t = _sums(loss_sum, n)
    open_unit("target", target)
    a, b = PRIOR_A, PRIOR_B_TIMES_TARGET / target
    with np.errstate(divide="ignore"):
        posterior = np.log(betainc(a + k, b + t - k, target)) + betaln(a + k, b + t - k)
    prior = math.log(float(betainc(a, b, target))) + float(betaln(a, b))
    null = k * math.log(target) + (t - k) * math.log1p(-target)
    return np.where(k >= target * t, -np.inf, posterior - prior - null)


def log_e_value(*, loss_sum: float, n: int, target: float) -> float:
    """Returns the logarithm of the evidence that the error rate is below the target, valid at every moment.

    If the true rate is at or above the target, the chance that the evidence *ever* reaches 1/delta is at most delta (Ville),
    so one may look after each label.

    Args:
        loss_sum: Sum of the losses so far, in [0, n]; for right-or-wrong losses the number of errors.
        n: Labels so far, in the order they were drawn.
        target: The error rate promised, in (0, 1).

    Returns:
        ln E; minus infinity if the observed rate is not below the target or the evidence underflows.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: mixture of likelihood ratios over Beta(1/2, 1.25/target) truncated to [0, target]; Ville (1939), Robbins (1970);
        for graded losses conservative by convexity.
    """
    return float(log_e_values(loss_sum=[loss_sum], n=[n], target=target)[0])


def _surprise(rate: float, total: float, n: int) -> float:
    right = n - total
    if (rate <= 0.0 and total > 0) or (rate >= 1.0 and right > 0):
        return math.inf
    mixture = float(betaln(0.5 + total, 0.5 + right) - betaln(0.5, 0.5))
    return mixture - (total * math.log(rate) if total else 0.0) - (right * math.log1p(-rate) if right else 0.0)


def _edge(*, inside: float, outside: float, total: float, n: int, limit: float) -> float:
    for _ in range(100):
        middle = (inside + outside) / 2.0
        if _surprise(middle, total, n) < limit:
            inside = middle
        else:
            outside = middle
    return outside


def confidence_sequence(*, errors: float, n: int, delta: float) -> tuple[float, float]:
    """Returns an interval for the error rate that stays right while one keeps looking, as long as the rate does not change.

    Args:
        errors: Errors so far (or the sum of graded losses), in [0, n].
        n: Labels so far.
        delta: Probability that the interval *ever* misses the rate, in (0, 1).

    Returns:
        Lower and upper end; (0.0, 1.0) for no labels.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Robbins (1970), Beta(1/2, 1/2) mixture; the set of p whose mixture likelihood ratio stays below 1/delta.
    """
    total = loss_sum(errors, n=n)
    limit = math.log(1.0 / open_unit("delta", delta))
    if n == 0:
        return 0.0, 1.0
    rate = total / n
    low = 0.0 if total == 0 else _edge(inside=rate, outside=0.0, total=total, n=n, limit=limit)
    high = 1.0 if total == n else _edge(inside=rate, outside=1.0, total=total, n=n, limit=limit)
    return low, high
