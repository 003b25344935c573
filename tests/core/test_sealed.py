"""Sealed cases: each look has a price, and what is spent on the same cases stays spent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.ids import Digest, SealedSetId
from licet.core.refusal import Refused
from licet.core.sealed import FreshLook, Look, Permission, Recount, SealedSet, Seen, ask_to_look, takes_more
from licet.core.standard import DeclaredLook, Method, Standard
from tests.core.examples import NOW, STANDARD, look

A, B, C = Digest("a"), Digest("b"), Digest("c")
THREE = (DeclaredLook(labels=100, share=0.5), DeclaredLook(labels=200, share=0.25), DeclaredLook(labels=300, share=0.25))


def sealed(*looks: Look, **known: object) -> SealedSet:
    """A set of 300 cases, all labelled."""
    whole = SealedSet(id=SealedSetId(1), cases=300, labelled=300, adjudications=0, looks=looks)
    return replace(whole, **known)  # type: ignore[arg-type] # fields of the class


def code(found: Permission | Refused) -> str:
    """The code of what must be a refusal."""
    assert isinstance(found, Refused)
    return found.code


def fresh(found: Permission | Refused) -> FreshLook:
    """What must be a look that may be taken."""
    assert isinstance(found, FreshLook)
    return found


def test_the_first_look_has_the_whole_chance() -> None:
    assert fresh(ask_to_look(sealed(), STANDARD, A)) == FreshLook(share=1.0, labels=300)


def test_no_cases_no_look() -> None:
    assert code(ask_to_look(sealed(cases=0), STANDARD, A)) == "no_sealed_cases"


def test_asking_again_without_a_change_spends_nothing() -> None:
    assert ask_to_look(sealed(look()), STANDARD, A) == Seen(look=look())


def test_adjudication_is_counted_again_free_of_charge() -> None:
    assert ask_to_look(sealed(look(), adjudications=4, worksheet=9), STANDARD, A) == Recount(of=look())


def test_a_declared_look_is_recounted_too_before_the_next_is_taken() -> None:
    once = sealed(look(labels=100, share=0.5), adjudications=4, worksheet=9)
    assert ask_to_look(once, replace(STANDARD, looks=THREE), A) == Recount(of=look(labels=100, share=0.5))


def test_a_changed_scope_without_an_attempt_left_is_refused() -> None:
    assert code(ask_to_look(sealed(look()), STANDARD, B)) == "attempts_used_up"


@given(outputs=st.lists(st.integers(2, 50), min_size=1, max_size=3), shares=st.lists(st.floats(0.05, 0.25), min_size=4, max_size=4))
def test_attempt_i_has_its_share_divided_by_all_that_earlier_looks_could_have_shown(outputs: list[int], shares: list[float]) -> None:
    standard = replace(STANDARD, attempts=tuple(shares))
    looks: tuple[Look, ...] = ()
    price = 1
    for i, shown in enumerate(outputs):
        share = fresh(ask_to_look(sealed(*looks), standard, Digest(f"s{i}"))).share
        assert share == pytest.approx(shares[i] / price)
        looks = (*looks, look(f"s{i}", number=i + 1, share=share, outputs=shown))
        price *= shown
    assert fresh(ask_to_look(sealed(*looks), standard, Digest("new"))).share == pytest.approx(shares[len(outputs)] / price)


def test_recounts_count_among_what_was_shown() -> None:
    twice = (look(outputs=12), look(number=2, outputs=12, recount=True, adjudications=3))
    standard = replace(STANDARD, attempts=(0.5, 0.5))
    assert fresh(ask_to_look(sealed(replace(twice[0], share=0.5), twice[1]), standard, B)).share == pytest.approx(0.5 / 144)


def test_a_revised_standard_does_not_find_the_chance_whole_again() -> None:
    revised = replace(STANDARD, attempts=(0.01, 0.99))
    assert code(ask_to_look(sealed(look(share=1.0)), revised, B)) == "attempts_used_up"
    assert fresh(ask_to_look(sealed(look(share=0.01)), revised, B)).share == pytest.approx(0.99 / 12)


@given(first=st.floats(0.05, 1.0), second=st.floats(0.05, 1.0))
def test_the_shares_of_all_attempts_never_sum_to_more_than_the_whole(first: float, second: float) -> None:
    found = ask_to_look(sealed(look(share=first)), replace(STANDARD, attempts=(0.01, second)), B)
    assert isinstance(found, FreshLook) == (first + second <= 1.0 + 1e-9)


def test_declared_looks_are_taken_one_by_one_each_at_its_number_of_labels() -> None:
    standard, looks = replace(STANDARD, looks=THREE), ()
    found: tuple[Look, ...] = looks
    for i, (labels, share) in enumerate([(100, 0.5), (200, 0.25), (300, 0.25)], start=1):
        assert fresh(ask_to_look(sealed(*found), standard, A)) == FreshLook(share=share, labels=labels)
        found = (*found, look(number=i, labels=labels, share=share))
    assert isinstance(ask_to_look(sealed(*found), standard, A), Seen)
    assert code(ask_to_look(sealed(*found, cases=400, labelled=400), standard, A)) == "looks_used_up"


def test_a_declared_look_waits_for_its_labels() -> None:
    assert code(ask_to_look(sealed(labelled=99), replace(STANDARD, looks=THREE), A)) == "not_labelled_enough"


def test_anytime_may_look_after_every_label_on_the_grid_it_had() -> None:
    anytime = replace(STANDARD, method=Method.ANYTIME)
    first = look(labels=120)
    assert fresh(ask_to_look(sealed(first, labelled=121), anytime, A)) == FreshLook(share=1.0, labels=121, thresholds=first.thresholds)
    assert isinstance(ask_to_look(sealed(first, labelled=120), anytime, A), Seen)


def test_a_look_too_early_for_a_grid_does_not_fix_that_there_is_none() -> None:
    anytime = replace(STANDARD, method=Method.ANYTIME)
    early = replace(look(labels=5), thresholds=())
    assert fresh(ask_to_look(sealed(early), anytime, A)).thresholds is None


def test_many_anytime_looks_are_one_test_and_leave_the_next_attempt_its_share() -> None:
    anytime = replace(STANDARD, method=Method.ANYTIME, attempts=(0.5, 0.5))
    looks = tuple(replace(look(number=i, labels=100 + i, share=0.5), thresholds=(0.9, 0.8)) for i in (1, 2, 3))
    assert fresh(ask_to_look(sealed(*looks), anytime, B)).share == pytest.approx(0.5 / 12**3)


@pytest.mark.parametrize("standard", [STANDARD, replace(STANDARD, method=Method.ANYTIME), replace(STANDARD, attempts=(0.5, 0.5))])
def test_opened_cases_answer_nothing_new(standard: Standard) -> None:
    opened = sealed(look(labels=100), opened_scope=A)
    assert isinstance(ask_to_look(opened, standard, A), Seen)
    assert code(ask_to_look(opened, standard, B)) == "sealed_cases_opened"


def test_cases_opened_under_another_set_are_open_here_too() -> None:
    assert code(ask_to_look(sealed(shown_elsewhere=True), STANDARD, A)) == "sealed_cases_opened"
    assert isinstance(ask_to_look(sealed(look(), shown_elsewhere=True), STANDARD, A), Seen)


def test_a_worksheet_of_disagreements_is_a_showing() -> None:
    two = replace(STANDARD, attempts=(0.5, 0.5))
    assert isinstance(ask_to_look(sealed(replace(look(), share=0.5)), two, B), FreshLook)
    assert code(ask_to_look(sealed(replace(look(), share=0.5), worksheet=1), two, B)) == "sealed_cases_opened"


def test_looks_at_the_same_cases_under_another_set_are_attempts_here() -> None:
    copied = sealed(elsewhere=(look("x"),))
    assert code(ask_to_look(copied, STANDARD, A)) == "attempts_used_up"
    half = sealed(elsewhere=(look("x", share=0.5),))
    assert fresh(ask_to_look(half, replace(STANDARD, attempts=(0.5, 0.5)), A)).share == pytest.approx(0.5 / 12)


def test_what_a_copy_does_later_takes_nothing_from_an_earlier_attempt() -> None:
    mine = look(labels=100, share=0.5)
    found = ask_to_look(sealed(mine, elsewhere=(look("x", number=2),)), replace(STANDARD, looks=THREE), A)
    assert fresh(found) == FreshLook(share=0.25, labels=200)


def test_fresh_cases_join_a_set_only_while_nothing_was_seen_or_numbers_were_declared() -> None:
    last_open = (DeclaredLook(labels=100, share=0.5), DeclaredLook(labels=None, share=0.5))
    assert takes_more(sealed(), None, None)
    assert not takes_more(sealed(look()), STANDARD, None)
    assert takes_more(sealed(look(labels=100)), replace(STANDARD, looks=THREE), None)
    assert not takes_more(sealed(look(labels=100)), replace(STANDARD, looks=last_open), None)
    assert takes_more(sealed(look()), replace(STANDARD, method=Method.ANYTIME), None)
    assert not takes_more(sealed(look()), None, None)


def test_after_a_suspension_and_after_opening_cases_begin_a_fresh_set() -> None:
    anytime = replace(STANDARD, method=Method.ANYTIME)
    assert not takes_more(sealed(look()), anytime, NOW + timedelta(days=1))
    assert takes_more(sealed(), anytime, NOW + timedelta(days=1))
    assert not takes_more(sealed(look(), opened_scope=A), anytime, None)
    assert not takes_more(sealed(shown_elsewhere=True), anytime, None)
