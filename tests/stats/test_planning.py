"""What it would take."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.planning import (
    LabelMore,
    NotCertifiable,
    OutOfReach,
    clean_labels_needed,
    label_more,
    labels_with_power,
    volume,
)
from licet.stats.ranges import OutOfRangeError
from licet.stats.threshold import Tally


def one(errors: tuple[int, ...], n: tuple[int, ...], *, target: float = 0.05) -> Tally:
    return Tally(target=target, delta=0.05, errors=errors, n=n)


def test_so_many_labels_are_likely_enough_at_each_true_error() -> None:
    assert [labels_with_power(rate=rate, target=0.05, delta=0.05) for rate in (0.0, 0.01, 0.02, 0.03)] == [59, 124, 234, 601]
    assert labels_with_power(rate=0.05, target=0.05, delta=0.05) is None


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 0.045), st.floats(0, 0.045))
def test_a_higher_error_never_needs_fewer_labels(first: float, second: float) -> None:
    low, high = sorted((first, second))
    few, many = labels_with_power(rate=low, target=0.05, delta=0.05), labels_with_power(rate=high, target=0.05, delta=0.05)
    assert few is not None
    assert many is None or few <= many


def test_a_volume_below_the_clean_minimum_cannot_carry_the_promise() -> None:
    assert clean_labels_needed(target=0.005, delta=0.05) == 598
    assert volume(available=150, target=0.005, delta=0.05) == NotCertifiable(needed=598, available=150)
    assert volume(available=598, target=0.005, delta=0.05) is None


def test_with_nothing_certified_the_region_that_needs_fewest_labels_is_named() -> None:
    found = label_more(tallies=[one((1, 4, 12), (60, 120, 200))], coverage=(0.3, 0.6, 1.0), labelled=200, certified=None)
    assert isinstance(found, LabelMore)
    assert found.index == 0
    assert found.more > 0
    assert found.gain == found.coverage == 0.3


def test_with_a_region_certified_the_widest_one_within_reach_is_named() -> None:
    tallies = [one((0, 2, 5, 60), (150, 200, 250, 300))]
    found = label_more(tallies=tallies, coverage=(0.5, 0.65, 0.8, 1.0), labelled=300, certified=0, most=5000)
    assert isinstance(found, LabelMore)
    assert found.index == 2
    assert found.gain == pytest.approx(0.3)


def test_more_labels_do_not_help_a_system_that_errs_too_often() -> None:
    found = label_more(tallies=[one((20, 60), (100, 200))], coverage=(0.5, 1.0), labelled=200, certified=None)
    assert isinstance(found, OutOfReach)
    assert found.estimate > found.target == 0.05


def test_a_small_volume_is_not_certifiable_whatever_the_curve_says() -> None:
    found = label_more(tallies=[one((0,), (50,), target=0.01)], coverage=(1.0,), labelled=50, certified=None, most=120)
    assert found == NotCertifiable(needed=299, available=120)


def test_when_the_widest_region_is_certified_there_is_nothing_to_unlock() -> None:
    assert label_more(tallies=[one((0,), (100,))], coverage=(1.0,), labelled=100, certified=0) is None


def test_every_promise_must_be_reachable() -> None:
    good, bad = one((0, 0), (100, 200)), one((30, 60), (100, 200))
    assert isinstance(label_more(tallies=[good, bad], coverage=(0.5, 1.0), labelled=200, certified=None), OutOfReach)


def test_a_plan_without_promises_is_refused() -> None:
    with pytest.raises(OutOfRangeError):
        label_more(tallies=[], coverage=(), labelled=1, certified=None)
