"""Flags: numbers with intervals; what small counts cannot say is unknown, and only pairs that stand out among all are named."""

from licet.core.flags import FEWEST, Together, consistency, pace, pairs
from licet.core.ids import PersonId
from licet.core.refusal import Unknown

A, B, C, D = (PersonId(name) for name in "abcd")


def together(one: PersonId, other: PersonId, agreed: int, n: int = 60) -> Together:
    """A pair of people who were right in 50 of 60 cases each."""
    right = n * 50 // 60
    return Together(one=one, other=other, n=n, agreed=agreed, one_right=right, other_right=right)


def test_a_pair_that_agrees_far_more_than_anybody_stands_out_and_comes_first() -> None:
    found = pairs([together(A, C, 42), together(A, B, 60), together(B, C, 43), together(A, D, 41), together(B, D, 42), together(C, D, 42)])
    assert [(one.one, one.other) for one in found if one.stands_out] == [(A, B)]
    assert (found[0].one, found[0].other) == (A, B)
    assert isinstance(found[0].explained, float)
    assert found[0].explained < found[0].low


def test_nobody_stands_out_where_all_agree_alike() -> None:
    assert not any(one.stands_out for one in pairs([together(A, B, 58), together(B, C, 58), together(A, C, 58)]))


def test_few_cases_say_nothing_of_a_pair() -> None:
    few = FEWEST - 1
    (found,) = [one for one in pairs([together(A, B, few, few), together(A, C, 42), together(B, C, 42)]) if one.together == few]
    assert isinstance(found.p_value, Unknown)
    assert not found.stands_out
    (alone,) = pairs([together(A, B, 60)])
    assert isinstance(alone.p_value, Unknown)
    assert "with others" in alone.p_value.why


def test_no_pairs_give_none() -> None:
    assert pairs([]) == ()


def test_pace_and_consistency_come_with_intervals_or_unknown() -> None:
    quick = pace(A, [1.0] * 5 + [30.0] * 25, too_fast=2.0)
    assert (quick.answers, quick.fast, quick.seconds) == (30, 5, 30.0)
    assert isinstance(quick.low, float)
    assert isinstance(quick.high, float)
    assert quick.low < 5 / 30 < quick.high
    assert isinstance(pace(A, [1.0] * (FEWEST - 1), too_fast=2.0).seconds, Unknown)
    assert isinstance(consistency(A, repeated=3, same=3).low, Unknown)
    assert isinstance(consistency(A, repeated=40, same=39).low, float)
