"""Two versions on the same cases."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, multinomial

from licet.stats.compare import Comparison, Paired, better_p_value, cases_needed, holm, is_better, not_worse, not_worse_in_clusters
from licet.stats.ranges import OutOfRangeError

quick = settings(max_examples=80, deadline=None)
ORDER = {Comparison.NOT_MET: 0, Comparison.UNDECIDED: 1, Comparison.MET: 2}


@st.composite
def counts(draw: st.DrawFn) -> Paired:
    n = draw(st.integers(min_value=1, max_value=400))
    gained = draw(st.integers(min_value=0, max_value=n))
    return Paired(gained=gained, lost=draw(st.integers(min_value=0, max_value=n - gained)), n=n)


def claimed(*, n: int, differing: float, worse_by: float, margin: float, claim: Comparison) -> float:
    """The exact probability of a claim where the new version is worse by so much, enumerated over all outcomes."""
    gain, loss = (differing - worse_by) / 2, (differing + worse_by) / 2
    total = 0.0
    for gained in range(n + 1):
        p_gained = binom.pmf(gained, n, gain)
        if p_gained < 1e-9:
            continue
        for lost in range(n - gained + 1):
            if not_worse(Paired(gained=gained, lost=lost, n=n), margin=margin) is claim:
                total += float(multinomial.pmf([gained, lost, n - gained - lost], n, [gain, loss, 1 - gain - loss]))
    return total


STATES = [(60, 0.06, 0.05), (60, 0.2, 0.05), (90, 0.4, 0.1), (40, 0.15, 0.1), (120, 0.03, 0.02)]


@pytest.mark.parametrize(("n", "differing", "margin"), STATES)
def test_a_version_worse_by_exactly_the_margin_passes_in_at_most_one_of_twenty_draws(n: int, differing: float, margin: float) -> None:
    assert claimed(n=n, differing=differing, worse_by=margin, margin=margin, claim=Comparison.MET) <= 0.05


@pytest.mark.parametrize(("n", "differing", "margin"), STATES)
def test_a_version_worse_by_exactly_the_margin_is_hardly_ever_turned_down(n: int, differing: float, margin: float) -> None:
    assert claimed(n=n, differing=differing, worse_by=margin, margin=margin, claim=Comparison.NOT_MET) <= 0.055


@quick
@given(counts(), st.floats(min_value=0.005, max_value=0.3))
def test_one_more_loss_in_the_place_of_an_agreement_never_speaks_for_the_new_version(paired: Paired, margin: float) -> None:
    if paired.gained + paired.lost == paired.n:
        return
    worse = Paired(gained=paired.gained, lost=paired.lost + 1, n=paired.n)
    assert ORDER[not_worse(worse, margin=margin)] <= ORDER[not_worse(paired, margin=margin)]


@quick
@given(counts(), st.floats(min_value=0.005, max_value=0.15))
def test_a_wider_margin_is_never_harder_to_keep(paired: Paired, margin: float) -> None:
    assert ORDER[not_worse(paired, margin=margin * 2)] >= ORDER[not_worse(paired, margin=margin)]


@quick
@given(counts())
def test_the_p_value_is_the_mid_p_of_the_sign_test(paired: Paired) -> None:
    differing = paired.gained + paired.lost
    expected = binom.cdf(paired.lost, differing, 0.5) - binom.pmf(paired.lost, differing, 0.5) / 2 if differing else 1.0
    assert better_p_value(paired) == pytest.approx(float(expected), abs=1e-12)


def test_no_cases_show_nothing() -> None:
    none = Paired(gained=0, lost=0, n=0)
    assert none.difference is None
    assert not_worse(none, margin=0.02) is Comparison.UNDECIDED
    assert not is_better(none)


def test_few_cases_without_a_difference_show_nothing_and_many_show_that_it_is_not_worse() -> None:
    assert not_worse(Paired(gained=0, lost=0, n=20), margin=0.02) is Comparison.UNDECIDED
    assert not_worse(Paired(gained=0, lost=0, n=400), margin=0.02) is Comparison.MET


def test_a_clear_gain_is_better_and_a_clear_loss_is_worse() -> None:
    gain, loss = Paired(gained=40, lost=11, n=1000), Paired(gained=11, lost=60, n=1000)
    assert is_better(gain)
    assert not is_better(loss)
    assert not_worse(gain, margin=0.02) is Comparison.MET
    assert not_worse(loss, margin=0.02) is Comparison.NOT_MET


def test_the_planned_number_of_cases_gives_the_power_it_names() -> None:
    n, runs = cases_needed(differing=0.1, margin=0.02), 2000
    draws = np.random.default_rng(4).multinomial(n, [0.05, 0.05, 0.9], size=runs)
    met = sum(not_worse(Paired(gained=int(b), lost=int(c), n=n), margin=0.02) is Comparison.MET for b, c, _ in draws)
    assert n == math.ceil(6.5 * 0.1 / 0.02**2)
    assert met / runs > 0.78


def test_a_stricter_verdict_takes_more_cases_for_the_same_power() -> None:
    n, runs = cases_needed(differing=0.1, margin=0.02, delta=0.0125), 2000
    assert n > 1.4 * cases_needed(differing=0.1, margin=0.02)
    draws = np.random.default_rng(7).multinomial(n, [0.05, 0.05, 0.9], size=runs)
    met = sum(not_worse(Paired(gained=int(b), lost=int(c), n=n), margin=0.02, delta=0.0125) is Comparison.MET for b, c, _ in draws)
    assert met / runs > 0.77


def test_of_eight_slices_that_do_not_differ_hardly_any_run_names_one() -> None:
    rng, runs = np.random.default_rng(5), 1500
    p = rng.random((runs, 8))
    named = [holm({str(i): float(v) for i, v in enumerate(row)}) for row in p]
    naive = float((p <= 0.05).any(axis=1).mean())
    assert naive > 0.28
    assert sum(bool(one) for one in named) / runs <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5


def test_holm_goes_on_from_the_smallest_and_stops_at_the_first_that_fails() -> None:
    assert holm({"a": 0.001, "b": 0.02, "c": 0.03, "d": 0.9}, delta=0.05) == {"a"}
    assert holm({"a": 0.001, "b": 0.01, "c": 0.02, "d": 0.9}, delta=0.05) == {"a", "b", "c"}
    assert holm({}) == frozenset()


def test_cases_that_come_in_groups_are_not_counted_as_if_they_were_independent() -> None:
    rng, runs, groups = np.random.default_rng(6), 400, 40
    plain = grouped = 0
    names = [str(g) for g in range(groups) for _ in range(10)]
    for _ in range(runs):
        lost = rng.random(groups) < 0.05
        changes = np.repeat(np.where(lost, -1, 0), 10)
        plain += not_worse(Paired(gained=0, lost=int(lost.sum()) * 10, n=groups * 10), margin=0.05) is Comparison.MET
        grouped += not_worse_in_clusters(changes, names, margin=0.05) is Comparison.MET
    assert plain / runs > 0.2
    assert grouped <= plain


def test_fewer_than_twenty_groups_decide_nothing() -> None:
    names = [str(i % 19) for i in range(5000)]
    assert not_worse_in_clusters(np.zeros(5000), names, margin=0.05) is Comparison.UNDECIDED
    assert not_worse_in_clusters(np.zeros(5000), [str(i % 20) for i in range(5000)], margin=0.05) is Comparison.MET


@pytest.mark.parametrize("wrong", [{"gained": 3, "lost": 3, "n": 5}, {"gained": -1, "lost": 0, "n": 5}])
def test_counts_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(OutOfRangeError):
        Paired(**wrong)


def test_numbers_out_of_range_are_refused_by_name() -> None:
    paired = Paired(gained=1, lost=1, n=10)
    with pytest.raises(OutOfRangeError, match="margin"):
        not_worse(paired, margin=0.0)
    with pytest.raises(OutOfRangeError, match="delta"):
        not_worse(paired, margin=0.1, delta=0.5)
    with pytest.raises(OutOfRangeError, match="p-value of 'x'"):
        holm({"x": 1.5})
    with pytest.raises(OutOfRangeError, match="changes"):
        not_worse_in_clusters([2.0], ["a"], margin=0.1)
    with pytest.raises(OutOfRangeError, match="differing"):
        cases_needed(differing=0.0, margin=0.1)
