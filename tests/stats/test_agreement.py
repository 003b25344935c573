"""How far people agree with each other, with the truth and with advice."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from licet.stats.agreement import alpha, cohen, counts_of, fewest_known_errors, fleiss, rate, reliance, weighted_share
from licet.stats.labellers import dawid_skene, ratings_of
from licet.stats.ranges import OutOfRangeError

quick = settings(max_examples=80, deadline=None)

EXAMPLE_C = [
    [3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0], [0, 4, 0, 0, 0], [1, 1, 1, 1, 0],
    [0, 0, 0, 4, 0], [3, 1, 0, 0, 0], [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0],
]  # fmt: skip
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_alpha_is_krippendorffs_in_his_own_example() -> None:
    found = alpha(EXAMPLE_C)
    assert found is not None
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert (found.items, found.ratings) == (11, 40)
    assert found.low < found.value < found.high <= 1.0


def test_kappa_of_many_is_fleiss_in_the_known_example() -> None:
    found = fleiss(FLEISS)
    assert found is not None
    assert found.value == pytest.approx(0.210, abs=5e-4)
    assert found.same == pytest.approx(0.378, abs=5e-4)


@pytest.mark.cross_check
def test_kappa_of_two_is_cohens_in_the_known_example_and_scikit_learns_everywhere() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    first, second = [0] * 25 + [1] * 25, [0] * 20 + [1] * 5 + [0] * 10 + [1] * 15
    found = cohen(first, second)
    assert found is not None
    assert found.value == pytest.approx(0.4)
    rng = np.random.default_rng(5)
    for _ in range(20):
        one = rng.integers(0, 4, 60)
        two = np.where(rng.random(60) < 0.6, one, rng.integers(0, 4, 60))
        ours = cohen(one, two)
        assert ours is not None
        assert ours.value == pytest.approx(metrics.cohen_kappa_score(one, two))


def test_alpha_of_two_people_on_all_cases_is_nearly_their_kappa_of_many() -> None:
    rng = np.random.default_rng(6)
    one = rng.integers(0, 3, 2000)
    two = np.where(rng.random(2000) < 0.7, one, rng.integers(0, 3, 2000))
    table = counts_of(np.r_[np.arange(2000), np.arange(2000)], np.r_[one, two], items=2000, answers=3)
    mine, theirs = alpha(table), fleiss(table)
    assert mine is not None
    assert theirs is not None
    assert mine.value == pytest.approx(theirs.value, abs=1e-3)


@quick
@given(st.integers(min_value=0, max_value=60), st.integers(min_value=0, max_value=60))
def test_a_rate_lies_in_its_interval_and_no_cases_have_none(hits: int, more: int) -> None:
    found = rate(hits=hits, n=hits + more)
    if hits + more == 0:
        assert found is None
    else:
        assert found is not None
        assert found.low <= found.rate <= found.high


@pytest.mark.parametrize("n", [1, 7, 20])
@pytest.mark.parametrize("true", [0.02, 0.3, 0.8])
def test_the_catch_rates_interval_covers_by_enumeration(n: int, true: float) -> None:
    covered = 0.0
    for hits in range(n + 1):
        found = rate(hits=hits, n=n)
        assert found is not None
        covered += comb(n, hits) * true**hits * (1 - true) ** (n - hits) * (found.low <= true <= found.high)
    assert covered >= 0.95


def test_eleven_known_errors_without_a_miss_show_that_somebody_overrides() -> None:
    assert fewest_known_errors() == 11
    assert fewest_known_errors(misses=1) == 18
    assert fewest_known_errors(overrides=0.9, confidence=0.95) == 29


def test_reliance_is_read_off_the_cases_where_one_of_the_two_was_wrong() -> None:
    found = reliance(switched=5, wrong_before=10, stayed=14, right_before=20)
    assert found.rair is not None
    assert found.rsr is not None
    assert found.over is not None
    assert (found.rair.rate, found.rsr.rate) == (0.5, 0.7)
    assert found.over.rate == pytest.approx(0.3)
    assert found.over.low == pytest.approx(1.0 - found.rsr.high)
    nothing = reliance(switched=0, wrong_before=0, stayed=0, right_before=0)
    assert (nothing.rair, nothing.rsr, nothing.over) == (None, None, None)


def two_people(rng: np.random.Generator, *, n: int, right: float, answers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    truth = rng.integers(0, answers, n)
    other = (truth + rng.integers(1, answers, n)) % answers
    again = (truth + rng.integers(1, answers, n)) % answers
    return np.where(rng.random(n) < right, truth, other), np.where(rng.random(n) < right, truth, again)


@pytest.mark.study
@pytest.mark.parametrize(("n", "right", "answers"), [(20, 0.8, 2), (40, 0.9, 3), (100, 0.97, 10), (60, 0.6, 4)])
def test_intervals_of_agreement_cover_the_true_one(n: int, right: float, answers: int) -> None:
    rng, runs = np.random.default_rng(9), 400
    both_right = right**2 + (1 - right) ** 2 / (answers - 1)
    true = 1 - (1 - both_right) / (1 - 1 / answers)
    hits = {"alpha": 0, "cohen": 0}
    for _ in range(runs):
        one, two = two_people(rng, n=n, right=right, answers=answers)
        table = counts_of(np.r_[np.arange(n), np.arange(n)], np.r_[one, two], items=n, answers=answers)
        for name, found in (("alpha", alpha(table)), ("cohen", cohen(one, two))):
            hits[name] += found is None or found.low <= true <= found.high
    least = 0.95 - 3 * (0.05 * 0.95 / runs) ** 0.5
    assert min(hits.values()) / runs >= least, hits


def test_intervals_by_enumeration_cover_on_very_few_cases() -> None:
    right = 0.85
    both = right**2 + (1 - right) ** 2
    true = 2 * both - 1
    covered = 0.0
    for signs in product(range(4), repeat=6):
        one = [cell // 2 for cell in signs]
        two = [cell % 2 for cell in signs]
        likely = 0.5**6 * np.prod([both if a == b else 1 - both for a, b in zip(one, two, strict=True)])
        found = cohen(one, two)
        covered += float(likely) * (found is None or found.low <= true <= found.high)
    assert covered >= 0.93


def test_agreement_without_one_difference_still_has_an_interval_and_one_answer_alone_is_unknown() -> None:
    found = cohen([0, 1] * 10, [0, 1] * 10)
    assert found is not None
    assert found.value == 1.0
    assert 0.5 < found.low < 1.0
    assert cohen([0] * 10, [0] * 10) is None
    assert alpha([[2, 0], [2, 0], [2, 0]]) is None
    assert alpha([[1, 0], [0, 1]]) is None
    assert fleiss([[2, 0]]) is None


def test_the_human_ceiling_of_an_even_draw_is_the_plain_share_and_no_narrower_than_exact() -> None:
    found, plain = weighted_share([1.0] * 9 + [0.0] * 3, [0.3] * 12), rate(hits=9, n=12)
    assert found is not None
    assert plain is not None
    assert found[0] == pytest.approx(0.75)
    assert found[1] <= plain.low < plain.high <= found[2]
    assert weighted_share([1.0, 1.0], [1.0, 1.0]) is None
    always = weighted_share([1.0] * 12, [0.5] * 12)
    assert always is not None
    assert always[1] < always[2] == 1.0


def test_the_human_ceiling_covers_agreement_over_all_cases_however_unevenly_they_were_drawn() -> None:
    """A tenth of the cases is hard (70% agreement) and always drawn; the rest (95%) by one in ten. Unweighted, every second run misses."""
    rng, runs, truth = np.random.default_rng(7), 400, 0.1 * 0.7 + 0.9 * 0.95
    covered = plain_covered = 0
    for _ in range(runs):
        hard = rng.random(1000) < 0.1
        probability = np.where(hard, 1.0, 0.1)
        drawn = rng.random(1000) < probability
        alike = (rng.random(1000) < np.where(hard, 0.7, 0.95))[drawn].astype(float)
        found, plain = weighted_share(alike, probability[drawn]), rate(hits=int(alike.sum()), n=len(alike))
        assert found is not None
        assert plain is not None
        covered += found[1] <= truth <= found[2]
        plain_covered += plain.low <= truth <= plain.high
    assert covered / runs >= 0.94
    assert plain_covered / runs < 0.5


@pytest.mark.parametrize(
    ("alike", "probability", "words"),
    [([1.0] * 3, [1.0] * 2, "per case"), ([0.5] * 3, [1.0] * 3, "neither"), ([1.0] * 3, [0.0] * 3, "must lie"), ([1.0], [2.0], "must lie")],
)
def test_a_ceiling_of_impossible_draws_is_refused_by_name(alike: list[float], probability: list[float], words: str) -> None:
    with pytest.raises(OutOfRangeError, match=words):
        weighted_share(alike, probability)


def test_what_is_no_count_is_refused_by_name() -> None:
    with pytest.raises(OutOfRangeError, match="no count"):
        alpha([[0.5, 1.5]])
    with pytest.raises(OutOfRangeError, match="cases by answers"):
        alpha([1, 2])
    with pytest.raises(OutOfRangeError, match="use alpha"):
        fleiss([[2, 0], [1, 0], [1, 1]])
    with pytest.raises(OutOfRangeError, match="same cases"):
        cohen([0, 1], [0])
    with pytest.raises(OutOfRangeError, match="start at 0"):
        ratings_of([(0, -1, 2)])


def a_panel(rng: np.random.Generator, *, items: int, right: list[float], answers: int) -> list[tuple[int, int, int]]:
    rows = []
    for item in range(items):
        truth = int(rng.integers(0, answers))
        for person, skill in enumerate(right):
            wrong = (truth + int(rng.integers(1, answers))) % answers
            rows.append((item, person, truth if rng.random() < skill else wrong))
    return rows


def test_who_is_good_is_found_without_any_truth() -> None:
    right = [0.95, 0.85, 0.7, 0.9]
    found = dawid_skene(ratings_of(a_panel(np.random.default_rng(3), items=400, right=right, answers=4)))
    for one, true in zip(found, right, strict=True):
        assert one is not None
        assert one.right == pytest.approx(true, abs=0.05)
        assert one.low < one.right < one.high
        assert one.n == 400


@pytest.mark.study
def test_intervals_of_estimated_skill_cover_it() -> None:
    right, runs = [0.9, 0.8, 0.85], 30
    rng, covered = np.random.default_rng(4), 0
    for _ in range(runs):
        found = dawid_skene(ratings_of(a_panel(rng, items=120, right=right, answers=3)))
        covered += sum(one is not None and one.low <= true <= one.high for one, true in zip(found, right, strict=True))
    assert covered / (runs * len(right)) >= 0.9


def test_who_shares_no_case_is_unknown() -> None:
    rows = a_panel(np.random.default_rng(3), items=30, right=[0.9, 0.9], answers=2)
    assert dawid_skene(ratings_of([*rows, (99, 2, 0)]))[2] is None
    assert dawid_skene(ratings_of(rows[:8])) == (None, None)
    assert dawid_skene(ratings_of([])) == ()
