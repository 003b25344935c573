"""A rising curve: shares never fall as confidence rises, and nobody is right more or less often by it than in the cases."""

import math

from hypothesis import given
from hypothesis import strategies as st

from licet.stats.rising import FEWEST, TOGETHER, rising_curve

CASES = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.5000001, 0.8, 0.9, 0.95, 1.0]), st.booleans()), min_size=FEWEST, max_size=300)


@given(CASES)
def test_shares_rise_and_keep_the_number_of_right_answers(cases: list[tuple[float, bool]]) -> None:
    said, right = [one for one, _ in cases], [was for _, was in cases]
    curve = rising_curve(confidence=said, right=right)
    assert list(curve) == sorted(curve)
    assert [share for _, share in curve] == sorted({share for _, share in curve})
    assert curve[0][0] == min(said)
    inside = [sum(1 for one in said if low <= one < high) for (low, _), (high, _) in zip(curve, [*curve[1:], (math.inf, 0.0)], strict=True)]
    assert math.isclose(sum(n * share for n, (_, share) in zip(inside, curve, strict=True)), sum(right), abs_tol=1e-9)
    assert min(inside) >= TOGETHER


def test_too_few_cases_have_no_curve() -> None:
    assert rising_curve(confidence=[0.9] * (FEWEST - 1), right=[True] * (FEWEST - 1)) == ()


def test_a_confidence_that_misleads_is_levelled() -> None:
    said = [0.6] * 40 + [0.9] * 60
    assert rising_curve(confidence=said, right=[True] * 40 + [False] * 60) == ((0.6, 0.4),)
