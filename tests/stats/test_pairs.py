"""The test for a pair of people: exact counts, an honest level by simulation, and no finding where the counts cannot carry one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from licet.stats.pairs import Tally, more_than_accuracy_explains, more_than_elsewhere, most_explained, pair_p_value
from licet.stats.ranges import OutOfRangeError

COUNTS = st.integers(0, 80).flatmap(lambda n: st.builds(Tally, hits=st.integers(0, n), n=st.just(n)))
SHARES = st.floats(0.0, 1.0)


@given(COUNTS, COUNTS)
def test_the_comparison_with_others_is_fishers(together: Tally, elsewhere: Tally) -> None:
    table = [[together.hits, together.n - together.hits], [elsewhere.hits, elsewhere.n - elsewhere.hits]]
    expected = fisher_exact(table, alternative="greater")[1] if together.n and elsewhere.n else 1.0
    assert more_than_elsewhere(together, elsewhere) == pytest.approx(expected, abs=1e-9)


@given(SHARES, SHARES, SHARES, SHARES)
def test_no_accuracy_within_the_intervals_explains_more(a: float, b: float, c: float, d: float) -> None:
    one, other = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    most = most_explained(one, other)
    for at in np.linspace(0.0, 1.0, 5):
        p, q = one[0] + at * (one[1] - one[0]), other[0] + (1 - at) * (other[1] - other[0])
        assert p * q + (1 - p) * (1 - q) <= most + 1e-12


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_larger_p_value_counts_and_one_more_agreement_never_raises_it(
    together: Tally, elsewhere: Tally, one: Tally, other: Tally
) -> None:
    p = pair_p_value(together, elsewhere, one, other)
    assert 0.0 <= p <= 1.0
    assert p >= max(more_than_elsewhere(together, elsewhere), more_than_accuracy_explains(together, one, other)) - 1e-12
    if together.hits < together.n:
        assert pair_p_value(Tally(hits=together.hits + 1, n=together.n), elsewhere, one, other) <= p + 1e-9


def test_people_who_answer_independently_stand_out_less_often_than_promised() -> None:
    """Breaks when the accuracies are taken as known: then independent people are flagged above the level."""
    chance = np.random.default_rng(7)
    found = runs = 0
    for _ in range(150):
        accuracy = chance.uniform(0.7, 0.95, size=4)
        tallies = {}
        for one, other in combinations(range(4), 2):
            right = chance.random((60, 2)) < accuracy[[one, other]]
            tallies[one, other] = (int((right[:, 0] == right[:, 1]).sum()), right[:, 0].sum(), right[:, 1].sum())
        for pair in combinations(range(4), 2):
            others = {key: value for key, value in tallies.items() if key != pair}
            with_others = [value for key, value in others.items() if set(key) & set(pair)]
            rights = [
                Tally(hits=int(sum(v[1 + k.index(who)] for k, v in others.items() if who in k)), n=60 * sum(who in k for k in others))
                for who in pair
            ]
            elsewhere = Tally(hits=sum(v[0] for v in with_others), n=60 * len(with_others))
            found += pair_p_value(Tally(hits=tallies[pair][0], n=60), elsewhere, *rights) <= 0.05
            runs += 1
    assert found / runs <= 0.05


def test_a_pair_that_copies_is_found() -> None:
    p = pair_p_value(Tally(hits=60, n=60), Tally(hits=170, n=240), Tally(hits=100, n=120), Tally(hits=98, n=120))
    assert p < 0.01


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="more than n"):
        Tally(hits=3, n=2)
