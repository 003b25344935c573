"""Qualification: fixed sittings, an exact bound, an end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from licet.core.qualification import Expired, NotYet, QualificationRule, Qualified, Trial, checked_rule, qualification_of
from licet.core.refusal import Refused

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RULE = QualificationRule(cases=20, agreement=0.7)
ANSWERS = st.lists(st.booleans(), max_size=70)


def trials(rights: list[bool]) -> list[Trial]:
    return [Trial(right=right, at=NOW) for right in rights]


@given(st.integers(1, 300), st.floats(0.3, 0.98), st.floats(0.5, 0.99))
def test_who_is_not_good_enough_passes_a_sitting_with_at_most_the_chance_told(cases: int, agreement: float, confidence: float) -> None:
    rule = checked_rule(QualificationRule(cases=cases, agreement=agreement, confidence=confidence))
    if not isinstance(rule, Refused):
        assert binom.cdf(rule.most_errors, cases, 1 - agreement) <= (1 - confidence) * (1 + 1e-9)


@given(ANSWERS)
def test_who_is_qualified_has_a_bound_that_reaches_the_rule(rights: list[bool]) -> None:
    found = qualification_of(RULE, trials(rights), NOW)
    if isinstance(found, Qualified):
        assert found.at_least >= RULE.agreement - 1e-9
        assert found.errors <= RULE.most_errors


@given(ANSWERS)
def test_so_many_right_answers_more_as_are_told_qualify_and_one_fewer_does_not(rights: list[bool]) -> None:
    found = qualification_of(RULE, trials(rights), NOW)
    if isinstance(found, NotYet):
        assert isinstance(qualification_of(RULE, trials([*rights, *[True] * found.needs]), NOW), Qualified)
        assert isinstance(qualification_of(RULE, trials([*rights, *[True] * (found.needs - 1)]), NOW), NotYet)


@given(ANSWERS, st.lists(st.booleans(), max_size=19))
def test_a_sitting_that_is_not_complete_changes_nothing_one_holds(rights: list[bool], begun: list[bool]) -> None:
    whole = rights[: len(rights) // RULE.cases * RULE.cases]
    before, after = (qualification_of(RULE, trials(said), NOW) for said in (whole, [*whole, *begun]))
    assert isinstance(before, NotYet) is isinstance(after, NotYet)


def test_a_qualification_ends_at_its_last_day() -> None:
    shown = trials([True] * RULE.cases)
    end = NOW + RULE.lasts
    assert isinstance(qualification_of(RULE, shown, end - timedelta(microseconds=1)), Qualified)
    assert qualification_of(RULE, shown, end) == Expired(since=end)


def test_a_changed_rule_has_another_digest() -> None:
    assert RULE.digest != QualificationRule(cases=20, agreement=0.7, version=2).digest
