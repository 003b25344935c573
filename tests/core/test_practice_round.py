"""A practice round: drawn so that it teaches, and figures with intervals that say what it showed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice, Number
from licet.core.ids import CaseNumber
from licet.core.known import Basis, Candidate
from licet.core.practice_round import (
    ALL_CASES,
    Try,
    Why,
    checked_cases,
    class_of,
    draw_round,
    round_figures,
    strengths,
)
from licet.core.refusal import Unknown

KEY = b"k" * 32


def case(number: int, label: str, *, right: bool | None = True) -> Candidate:
    advice = None if right is None else Choice(value=label if right else "other")
    truth = Choice(value=label)
    return Candidate(
        case=CaseNumber(number), truth=truth, basis=Basis.RECORD, by=frozenset(), advice=advice, advice_right=right is not False
    )


def history(*labels: str, wrong: int = 5, each: int = 40) -> list[Candidate]:
    return [case(100 * k + n, label, right=n >= wrong) for k, label in enumerate(labels) for n in range(each)]


def test_every_answer_and_errors_of_ai_come_up_in_a_round() -> None:
    picks = draw_round(history(*"0123456"), cases=10, key=KEY)
    assert Counter(one.why for one in picks) == {Why.AI_WRONG: 3, Why.CLASS: 7}
    assert {class_of(one.case) for one in picks if one.why is Why.CLASS} == set("0123456")


def test_a_rare_answer_comes_as_often_as_a_common_one() -> None:
    pool = [*(case(n, "common") for n in range(500)), *(case(1000 + n, "rare") for n in range(5))]
    assert Counter(class_of(one.case) for one in draw_round(pool, cases=10, key=KEY)) == {"common": 5, "rare": 5}


def test_where_errors_come_in_a_round_depends_on_the_key_alone() -> None:
    pool = history("yes", "no")
    orders = {tuple(one.why for one in draw_round(pool, cases=10, key=bytes([k]) * 32)) for k in range(20)}
    assert len(orders) > 10
    assert draw_round(pool, cases=10, key=KEY) == draw_round(list(reversed(pool)), cases=10, key=KEY)


@given(st.lists(st.sampled_from([True, False, None]), max_size=40), st.integers(2, 30))
def test_a_round_draws_no_case_twice_and_all_there_are_if_it_must(right: list[bool | None], cases: int) -> None:
    pool = [case(n, str(n % 3), right=one) for n, one in enumerate(right)]
    picks = draw_round(pool, cases=cases, key=KEY)
    assert len(picks) == len({one.case.case for one in picks}) == min(cases, len(pool))
    assert all(0.0 <= one.chance < 1.0 for one in picks)


def test_answers_that_come_from_no_list_are_one_class() -> None:
    assert class_of(Candidate(case=CaseNumber(1), truth=Number(value=2.0), basis=Basis.RECORD, by=frozenset())) == ALL_CASES


def test_reliance_is_read_off_what_came_before_and_after_advice() -> None:
    tries = [
        Try(first_right=False, final_right=True, advice_right=True),
        Try(first_right=False, final_right=False, advice_right=True),
        Try(first_right=True, final_right=False, advice_right=False),
        Try(first_right=True, final_right=True, advice_right=None),
    ]
    found = round_figures(tries)
    shares = {name: getattr(found, name) for name in ("own", "after", "rair", "rsr", "over", "under")}
    assert {name: (one.hits, one.n) for name, one in shares.items()} == {
        "own": (2, 4),
        "after": (2, 4),
        "rair": (1, 2),
        "rsr": (0, 1),
        "over": (1, 1),
        "under": (1, 2),
    }
    assert all(one.low <= one.rate <= one.high for one in shares.values())


def test_nothing_is_known_of_somebody_before_their_first_case() -> None:
    found = round_figures([])
    assert all(isinstance(getattr(found, name), Unknown) for name in ("own", "after", "rair", "rsr", "over", "under"))


def test_where_ai_is_weakest_comes_first_and_too_few_say_nothing() -> None:
    past = [*history("good", wrong=0), *history("bad", wrong=20), *history("rare", each=9), case(999, "unspoken", right=None)]
    found = strengths(past)
    assert [one.label for one in found] == ["bad", "good", "rare"]
    assert not isinstance(found[0].right, Unknown)
    assert (found[0].right.hits, found[0].n) == (20, 40)
    assert isinstance(found[2].right, Unknown)


@pytest.mark.parametrize("cases", [1, 101])
def test_a_round_that_is_too_short_or_too_long_is_refused(cases: int) -> None:
    refused = checked_cases(cases)
    assert refused is not None
    assert refused.code == "round_not_taken"
