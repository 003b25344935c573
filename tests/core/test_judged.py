"""What a reader is told of a judge, and what is told of one that adds nothing."""

import numpy as np
import pytest

from licet.core.judge import Opinion
from licet.core.judged import Agreed, Drift, sorted_by, warnings_on, weigh
from licet.core.known import Ceiling
from licet.core.refusal import Unknown
from licet.stats.agreement import rate
from licet.stats.judge import Estimate, Stratum, correlation, differ_p_value, unlike_p_value

NO_CEILING = Unknown(why="nobody")
SILENT = Unknown(why="it failed")


def people(n: int, *, wrong: float = 0.2, labelled: float = 0.5, seed: int = 3) -> tuple[list[bool], list[bool | None]]:
    """What is right, and what of that people labelled, drawn at random."""
    rng = np.random.default_rng(seed)
    right = [bool(one) for one in rng.random(n) >= wrong]
    return right, [one if seen else None for one, seen in zip(right, rng.random(n) < labelled, strict=True)]


def places_of(opinions: list[Opinion], labels: list[bool | None]) -> tuple[int, ...]:
    return sorted_by(opinions, labels=sum(one is not None for one in labels))


def warned(opinions: list[Opinion], labels: list[bool | None], ceiling: Ceiling | Unknown = NO_CEILING) -> str:
    return "\n".join(warnings_on(weigh(opinions, places_of(opinions, labels), labels), ceiling))


@pytest.mark.parametrize(("says", "why"), [(1.0, "one stratum"), (0.0, "adds nothing"), (SILENT, "says nothing")])
def test_a_judge_that_always_says_the_same_or_nothing_adds_nothing(says: Opinion, why: str) -> None:
    _, labels = people(200)
    weighed = weigh([says] * 200, places_of([says] * 200, labels), labels)
    assert isinstance(weighed.estimate, Estimate)
    assert weighed.estimate.worth == pytest.approx(1.0, abs=1e-9)
    assert why in "\n".join(warnings_on(weighed, NO_CEILING))
    assert not isinstance(weighed.agreed, Agreed) or (weighed.agreed.worth, weighed.agreed.correlation) == (1.0, SAME)


SAME = Unknown(why="the judge or people always say the same, or too few cases are labelled")


def test_agreeing_often_is_nothing_where_most_answers_are_right() -> None:
    right, labels = people(1000, wrong=0.03)
    opinions: list[Opinion] = [1.0 if k % 10 else 0.0 for k in range(len(right))]
    assert "always said yes would agree with people as often or more" in warned(opinions, labels)
    knowing: list[Opinion] = [float(one) for one in right]
    assert warned(knowing, labels) == ""


def test_what_it_failed_on_is_a_stratum_of_its_own_and_in_no_agreement() -> None:
    right, labels = people(300)
    opinions: list[Opinion] = [SILENT if k % 3 == 0 else float(one) for k, one in enumerate(right)]
    places = places_of(opinions, labels)
    weighed = weigh(opinions, places, labels)
    assert {places[k] for k in range(0, 300, 3)} == {2}
    assert weighed.strata[2].cases == weighed.failed == 100
    assert sum(one.labelled for one in weighed.strata) == weighed.labelled
    assert isinstance(weighed.agreed, Agreed)
    assert weighed.agreed.same.n == sum(one is not None for k, one in enumerate(labels) if k % 3)
    assert "failed on 100 of 300" in warned(opinions, labels)


def test_scores_make_five_strata_at_most_with_the_silent_ones() -> None:
    scores: list[Opinion] = [k / 100 for k in range(100)]
    assert set(sorted_by(scores, labels=50)) == set(range(5))
    assert set(sorted_by([*scores, *[SILENT] * 20], labels=50)) == set(range(5))
    assert sorted_by([], labels=0) == ()


def test_a_stratum_too_small_for_the_labels_there_are_joins_its_neighbour() -> None:
    """Breaks when a stratum is kept of which nothing could be known, or one is joined that is large enough."""
    rare: list[Opinion] = [*[0.0] * 10, *[1.0] * 190]
    assert set(sorted_by(rare, labels=99)) == {0}
    assert sorted_by(rare, labels=100) == (0,) * 10 + (1,) * 190
    assert set(sorted_by([*rare, SILENT], labels=150)) == {0, 1}
    assert set(sorted_by([k / 200 for k in range(200)], labels=13)) == {0, 1}
    assert set(sorted_by([k / 200 for k in range(200)], labels=0)) == {0}


def test_a_judge_made_from_the_labels_is_found_out() -> None:
    """Breaks when a judge that calls wrong exactly what people labelled wrong makes the estimate too small without a word."""
    _, labels = people(600)
    opinions: list[Opinion] = [0.0 if one is False else 1.0 for one in labels]
    assert "Do not use the estimate" in warned(opinions, labels)
    false_alarms = sum(
        "Do not use" in warned([float(one) for one in right], seen) for right, seen in (people(400, seed=k) for k in range(100))
    )
    assert false_alarms <= 5


def test_below_the_human_ceiling_and_the_reverse_are_said() -> None:
    right, labels = people(400)
    ceiling = Ceiling(same=0.95, low=0.9, high=0.98, cases=100, beyond_chance=NO_CEILING)
    assert warned([float(one) for one in right], labels, ceiling) == ""
    assert "Surely below the human ceiling" in warned([float(one) if k % 3 else 1.0 - one for k, one in enumerate(right)], labels, ceiling)
    assert "the reverse" in warned([1.0 - one for one in right], labels)


def test_drift_is_said_only_where_chance_does_not_explain_it() -> None:
    right, labels = people(400, labelled=1.0)
    steady = weigh([float(one) for one in right], [0] * 400, labels).drift
    fell = weigh([float(one) if k < 300 or k % 3 else 1.0 - one for k, one in enumerate(right)], [0] * 400, labels).drift
    assert isinstance(steady, Drift)
    assert isinstance(fell, Drift)
    assert (steady.p_value, steady.differs, fell.differs) == (1.0, False, True)
    assert isinstance(weigh([1.0], [0], [True]).drift, Unknown)


def test_the_exact_test_of_two_shares_is_fishers() -> None:
    """The table of Fisher's tea, and one checked by hand: 1 of 10 against 9 of 10."""
    one, other, few, many = rate(hits=3, n=4), rate(hits=1, n=4), rate(hits=1, n=10), rate(hits=9, n=10)
    assert one is not None and other is not None and few is not None and many is not None  # noqa: PT018 - four at once
    assert differ_p_value(one, other) == pytest.approx(34 / 70)
    assert differ_p_value(few, many) == pytest.approx(2 * (100 + 1) / 184756, rel=1e-9)


def test_labels_spread_like_all_cases_are_not_suspected() -> None:
    even = [Stratum(cases=100, labelled=20, errors=1), Stratum(cases=50, labelled=10, errors=9)]
    assert unlike_p_value(even) == pytest.approx(1.0)
    assert unlike_p_value([Stratum(cases=100, labelled=5, errors=0), Stratum(cases=50, labelled=25, errors=9)]) < 1e-6
    assert unlike_p_value([Stratum(cases=100, labelled=100, errors=3), Stratum(cases=50, labelled=50, errors=9)]) == 1.0


def test_a_correlation_has_its_interval_and_nothing_constant_has_one() -> None:
    found = correlation([0, 0, 1, 1] * 10, [0, 1, 1, 1] * 10)
    assert found is not None
    assert found.value == pytest.approx(0.577, abs=0.001)
    assert found.low == pytest.approx(0.3239, abs=0.001)
    assert correlation([1, 1, 1, 1], [0, 1, 1, 1]) is None
    assert correlation([0, 1, 1], [0, 1, 1]) is None
