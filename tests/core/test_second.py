"""Second looks: which cases two people answer, when they agree, and who may say who is right."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice
from licet.core.ids import PersonId
from licet.core.people import Person, Role
from licet.core.policy import Hand
from licet.core.second import (
    Answered,
    Cause,
    LookTwice,
    NotSecondLooksError,
    OneIsEnough,
    SecondLooks,
    Stands,
    agree,
    faults_of,
    looks_needed,
    may_adjudicate,
    may_judge,
    second_looks_from_json,
    second_looks_to_json,
)
from licet.core.standard import NotAStandardError, check_standard, standard_digest, standard_from_json, standard_to_json
from licet.core.use_case import slug
from licet.testing import promise

WORDS = st.sampled_from(["a", "b", "c"])
ANSWERS = WORDS.map(lambda word: Choice(value=word))
RULES = st.builds(
    SecondLooks,
    share=st.floats(0.0, 1.0),
    stakes=st.booleans(),
    attributes=st.dictionaries(st.sampled_from(["segment", "amount"]), st.frozensets(WORDS, min_size=1), max_size=2),
    too_fast=st.integers(1, 60).map(lambda s: timedelta(seconds=s)),
    apart=st.booleans(),
)
CASES = st.builds(
    Answered,
    facts=st.dictionaries(st.sampled_from(["segment", "amount"]), WORDS, max_size=2),
    given=st.lists(ANSWERS, max_size=3).map(tuple),
    place=st.floats(0.0, 1.0, exclude_max=True),
)
STAKES = frozenset({"a"})


@given(RULES, CASES, st.floats(0.0, 1.0))
def test_a_larger_share_never_takes_a_second_look_away(rule: SecondLooks, case: Answered, more: float) -> None:
    wider = SecondLooks(share=max(rule.share, more), stakes=rule.stakes, attributes=rule.attributes)
    if isinstance(looks_needed(rule, STAKES, case), LookTwice):
        assert isinstance(looks_needed(wider, STAKES, case), LookTwice)


@given(RULES, CASES)
def test_what_is_sure_has_probability_one_and_what_is_drawn_the_share(rule: SecondLooks, case: Answered) -> None:
    found = looks_needed(rule, STAKES, case)
    if isinstance(found, LookTwice):
        assert found.probability == (rule.share if found.cause is Cause.CHANCE else 1.0)
        assert found.probability > 0.0


def test_each_cause_is_found() -> None:
    rule = SecondLooks(share=0.1, stakes=True, attributes={"segment": frozenset({"business"})})
    calm = {"segment": "private"}
    cases = [
        (Answered(facts={"segment": "business"}, given=(), place=0.9), LookTwice(cause=Cause.ATTRIBUTE, probability=1.0)),
        (Answered(facts=calm, given=(Choice(value="a"),), place=0.9), LookTwice(cause=Cause.HIGH_STAKES, probability=1.0)),
        (Answered(facts=calm, given=(Choice(value="b"),), place=0.05), LookTwice(cause=Cause.CHANCE, probability=0.1)),
        (Answered(facts=calm, given=(Choice(value="b"),), place=0.1), OneIsEnough()),
    ]
    assert [looks_needed(rule, STAKES, case) for case, _ in cases] == [found for _, found in cases]


def test_a_case_without_the_attribute_that_is_asked_about_is_looked_at_twice() -> None:
    """Breaks when leaving a column out is a way around the rule."""
    rule = SecondLooks(attributes={"segment": frozenset({"business"})})
    assert isinstance(looks_needed(rule, STAKES, Answered(facts={}, given=(), place=0.9)), LookTwice)


@given(ANSWERS, ANSWERS, ANSWERS, ANSWERS)
def test_two_people_agree_only_where_they_did_so_blind(first: Choice, counts: Choice, other: Choice, other_counts: Choice) -> None:
    one, two = Stands(first=first, counts=counts), Stands(first=other, counts=other_counts)
    assert agree(one, two) == agree(two, one) == (first == other and counts == other_counts)


@given(st.frozensets(st.sampled_from(list(Role))), st.frozensets(st.sampled_from(list(Hand))))
def test_who_built_or_fed_what_is_judged_is_no_judge_of_it(roles: frozenset[Role], hands: frozenset[Hand]) -> None:
    person = Person(id=PersonId("p"), email="p@example.org", name="P", roles=roles)
    if Role.BUILDER in roles or Hand.CREATOR in hands or Hand.IMPORTER in hands or Hand.EVALUATOR in hands:
        assert not may_judge(person, hands)
    if may_adjudicate(person, hands):
        assert Role.SENIOR_REVIEWER in roles
        assert may_judge(person, hands)


@given(RULES)
def test_a_rule_is_read_as_it_was_written_and_is_in_the_standards_digest(rule: SecondLooks) -> None:
    assert second_looks_from_json(second_looks_to_json(rule)) == rule
    plain = promise()
    ruled = type(plain)(measures=plain.measures, second_looks=rule)
    assert standard_from_json(standard_to_json(ruled)) == ruled
    assert standard_digest(slug("mails"), 1, ruled) != standard_digest(slug("mails"), 1, plain)


def test_a_standard_that_says_nothing_of_second_looks_keeps_its_digest() -> None:
    assert "second_looks" not in str(standard_to_json(promise()))


def test_a_stored_rule_of_another_form_is_refused() -> None:
    with pytest.raises(NotSecondLooksError, match="Restore a backup"):
        second_looks_from_json({"share": "much"})


def test_each_fault_of_a_rule_is_named() -> None:
    bad = SecondLooks(share=1.5, stakes=True, attributes={"segment": frozenset()}, too_fast=timedelta(0))
    assert [key for key, _, _ in faults_of(bad, frozenset())] == ["share", "stakes", "attributes", "too_fast_seconds"]
    plain = promise()
    found = check_standard(type(plain)(measures=plain.measures, second_looks=bad))
    assert [one.path for one in found] == [("second_looks", key) for key in ("share", "stakes", "attributes", "too_fast_seconds")]
    assert all(isinstance(one, NotAStandardError) for one in found)
