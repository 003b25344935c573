"""Retries: how long to wait before something that failed is asked for again."""

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 5.0
"""Seconds before a request is sent again: they double from the first on, each cut by chance to between a half and the whole."""
LONGEST_RETRY_AFTER_S = 30.0
"""Seconds an endpoint may ask to wait; who asks for more is not asked again about this case."""


def wait_before(tried: int, chance: float, after_s: float | None) -> float | None:
    """Seconds to wait before a request is sent again; None where the endpoint asks for more than it gets.

    Args:
        tried: how often it was sent, from 1.
        chance: uniform in [0, 1), so that those who failed together do not come back together.
        after_s: seconds the endpoint asks for, as a least; None where it does not say.
    """
    if after_s is not None and after_s > LONGEST_RETRY_AFTER_S:
        return None
    own_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tried - 1, 30)) * (0.5 + chance / 2.0)
    return own_s if after_s is None else max(after_s, 0.0) + own_s * chance


def longest_call_s(*, timeout_s: float, retries: int) -> float:
    """Seconds that one call may take at most, with every retry and every pause."""
    return timeout_s + retries * (timeout_s + LONGEST_RETRY_AFTER_S + LONGEST_WAIT_S)
