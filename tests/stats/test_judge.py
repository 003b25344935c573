"""A judge beside few human labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.judge import MOST_STRATA, Estimate, Stratum, correlation_worth, cut, post_stratified, stratify
from licet.stats.ranges import FloatArray, OutOfRangeError

quick = settings(max_examples=80, deadline=None)


@st.composite
def strata(draw: st.DrawFn) -> list[Stratum]:
    found = []
    for _ in range(draw(st.integers(min_value=1, max_value=MOST_STRATA))):
        cases = draw(st.integers(min_value=1, max_value=300))
        labelled = draw(st.integers(min_value=0, max_value=cases))
        found.append(Stratum(cases=cases, labelled=labelled, errors=draw(st.integers(min_value=0, max_value=labelled))))
    return found


def estimates(*, rate: float, skill: float, parts: int | None, labels: int, runs: int, seed: int) -> list[Estimate]:
    """Estimates from many draws: a judge of this skill scores all cases, and people label some at random. No `parts`: it says yes or no."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(runs):
        wrong = rng.random(2000) < rate
        scores: FloatArray = np.clip(skill * wrong + (1 - skill) * rng.random(2000), 0.0, 1.0)
        scores = (scores > 0.5).astype(float) if parts is None else scores
        labelled = np.zeros(2000, dtype=bool)
        labelled[rng.choice(2000, labels, replace=False)] = True
        estimate = post_stratified(stratify(cut(scores, strata=parts or MOST_STRATA), labelled=labelled, wrong=wrong))
        assert estimate is not None
        found.append(estimate)
    return found


@pytest.mark.parametrize("parts", [2, 5, None])
@pytest.mark.parametrize(("rate", "skill"), [(0.03, 0.0), (0.03, 0.6), (0.1, 0.3), (0.3, 0.5)])
def test_the_interval_covers_the_error_whatever_the_judge_is_worth(rate: float, skill: float, parts: int | None) -> None:
    runs = 400
    found = estimates(rate=rate, skill=skill, parts=parts, labels=100, runs=runs, seed=7)
    covered = sum(one.low <= rate <= one.high for one in found) / runs
    assert covered >= 0.948 - 3 * (0.05 * 0.95 / runs) ** 0.5


def test_a_good_judge_narrows_the_interval_and_a_useless_one_does_not() -> None:
    width = {
        skill: float(np.mean([one.high - one.low for one in estimates(rate=0.2, skill=skill, parts=5, labels=150, runs=60, seed=8)]))
        for skill in (0.0, 0.7)
    }
    alone = float(np.mean([one.high - one.low for one in estimates(rate=0.2, skill=0.0, parts=1, labels=150, runs=60, seed=8)]))
    assert width[0.7] < 0.7 * alone
    assert width[0.0] > 0.9 * alone


@quick
@given(strata())
def test_an_estimate_lies_in_its_interval_and_the_interval_between_nothing_and_everything(found: list[Stratum]) -> None:
    estimate = post_stratified(found)
    if estimate is None:
        assert all(one.labelled == 0 for one in found)
        return
    assert 0.0 <= estimate.low <= estimate.rate <= estimate.high <= 1.0
    assert 1.0 <= estimate.worth <= 4.0


@quick
@given(strata(), st.integers(min_value=0, max_value=MOST_STRATA - 1))
def test_one_more_error_never_lowers_the_estimate(found: list[Stratum], at: int) -> None:
    place = at % len(found)
    one = found[place]
    if one.errors == one.labelled:
        return
    more = [*found[:place], Stratum(cases=one.cases, labelled=one.labelled, errors=one.errors + 1), *found[place + 1 :]]
    before, after = post_stratified(found), post_stratified(more)
    assert before is not None
    assert after is not None
    assert after.rate >= before.rate


def test_more_than_five_strata_are_refused_because_they_would_cover_too_seldom() -> None:
    with pytest.raises(OutOfRangeError, match="6 strata"):
        post_stratified([Stratum(cases=10, labelled=1, errors=0)] * 6)
    with pytest.raises(OutOfRangeError, match="strata is 6"):
        cut([0.1, 0.2], strata=6)


def test_without_labels_nothing_is_estimated() -> None:
    assert post_stratified([Stratum(cases=10, labelled=0, errors=0)]) is None


@pytest.mark.parametrize("said", [[0.0] * 3 + [1.0] * 97, [0.0] * 97 + [1.0] * 3, [0.0, 0.2, 0.4] + [1.0] * 97])
def test_a_judge_that_seldom_says_no_keeps_its_two_strata(said: list[float]) -> None:
    """Breaks when the rare verdict is swallowed by the usual one: a yes or no makes two strata, however uneven."""
    place = cut(said)
    no, yes = ({int(at) for at, one in zip(place, said, strict=True) if (one == 1.0) is sure} for sure in (False, True))
    assert no
    assert len(yes) == 1
    assert not no & yes
    assert int(place.max()) + 1 == len(no | yes)


def test_equal_scores_stay_in_one_stratum() -> None:
    assert list(cut([0.5] * 10)) == [0] * 10
    assert list(cut([])) == []
    scores = [0.1, 0.1, 0.1, 0.9, 0.9, 0.2]
    place = cut(scores, strata=3)
    assert len({place[i] for i, score in enumerate(scores) if score == 0.1}) == 1
    assert sorted(set(place)) == list(range(place.max() + 1))


def test_labels_are_worth_more_beside_a_judge_that_agrees_with_people() -> None:
    assert correlation_worth(0.0) == 1.0
    assert correlation_worth(0.5) == pytest.approx(1.333, abs=0.001)
    assert correlation_worth(0.75) == pytest.approx(2.286, abs=0.001)
    assert correlation_worth(0.99) == 4.0
    with pytest.raises(OutOfRangeError, match="correlation"):
        correlation_worth(1.0)


@pytest.mark.parametrize("wrong", [(0, 0, 0), (5, 6, 0), (5, 3, 4), (5, -1, 0)])
def test_counts_that_cannot_be_are_refused(wrong: tuple[int, int, int]) -> None:
    cases, labelled, errors = wrong
    with pytest.raises(OutOfRangeError):
        Stratum(cases=cases, labelled=labelled, errors=errors)
