"""Slices: one that errs more often is named, and where none does hardly any is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from licet.stats.ranges import OutOfRangeError
from licet.stats.slices import SliceCount, Standing, stand_out


def test_a_slice_that_errs_three_times_as_often_is_named_and_the_others_are_not() -> None:
    slices = {"letters": SliceCount(errors=24, n=200), "mails": SliceCount(errors=8, n=300), "calls": SliceCount(errors=17, n=500)}
    found = stand_out(slices, errors=49, n=1000)
    assert found == {"letters": Standing.WORSE, "mails": Standing.ALIKE, "calls": Standing.ALIKE}


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_one_slice_is_named_as_fishers_exact_test_says(a: int, b: int, c: int, d: int) -> None:
    found = stand_out({"x": SliceCount(errors=a, n=a + b)}, errors=a + c, n=a + b + c + d)["x"]
    worse = fisher_exact([[a, b], [c, d]], alternative="greater").pvalue <= 0.025
    better = fisher_exact([[a, b], [c, d]], alternative="less").pvalue <= 0.025
    assert found == (Standing.WORSE if worse else Standing.BETTER if better else Standing.ALIKE)


def test_where_eight_slices_are_alike_hardly_any_is_named() -> None:
    rng = np.random.default_rng(7)
    named = 0
    for _ in range(300):
        errors = rng.binomial(100, 0.1, size=8)
        found = stand_out({str(k): SliceCount(errors=int(e), n=100) for k, e in enumerate(errors)}, errors=int(errors.sum()), n=800)
        named += any(one is not Standing.ALIKE for one in found.values())
    assert named / 300 <= 0.05


def test_a_slice_with_more_errors_than_all_cases_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="slice 'x'"):
        stand_out({"x": SliceCount(errors=3, n=5)}, errors=2, n=50)
