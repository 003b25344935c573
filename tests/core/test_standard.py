"""A standard: what it says is in its digest, it reads back as it was written, and what cannot be kept cannot be locked."""

import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.canonical import canonical_bytes, digest, read_json
from licet.core.change import ChangeRule
from licet.core.cluster import Clusters
from licet.core.grading import Costs, Folded, TokenF1, Tolerance
from licet.core.ids import UseCaseSlug
from licet.core.measure import Confusion, Measure, MeasureKind
from licet.core.people import Act, Role
from licet.core.refusal import Refused
from licet.core.region import RegionRule
from licet.core.second import SecondLooks
from licet.core.slicing import SliceBy
from licet.core.standard import (
    CountersignedStandard,
    DeclaredLook,
    DraftStandard,
    GuardRules,
    LockedStandard,
    Method,
    NotAStandardError,
    Standard,
    check_standard,
    countersign,
    hollow_costs,
    lock,
    standard_digest,
    standard_from_json,
    standard_to_json,
)
from tests.core.examples import ERROR, MISSED, NOW, OWNER, RISK, SLUG, STANDARD, may, person, signed

SHARE = st.floats(0.01, 0.2)
words = st.text(min_size=1, max_size=8)
measures = st.builds(
    Measure, name=words, kind=st.sampled_from(MeasureKind), target=st.floats(0.001, 0.49), confidence=st.floats(0.5, 0.999)
)
standards = st.builds(
    Standard,
    measures=st.lists(measures, min_size=1, max_size=3).map(tuple),
    method=st.sampled_from(Method),
    looks=st.lists(st.builds(DeclaredLook, labels=st.none() | st.integers(1, 999), share=SHARE), min_size=1, max_size=3).map(tuple),
    attempts=st.lists(SHARE, min_size=1, max_size=3).map(tuple),
    min_coverage=st.floats(0, 1),
    high_stakes=st.frozensets(words, max_size=3),
    never_alone_answers=st.frozensets(words, max_size=3),
    never_alone_attributes=st.dictionaries(words, st.frozensets(words, max_size=2), max_size=2),
    guards=st.builds(GuardRules, high_stakes_max=st.none() | st.floats(0, 1), unfamiliar_share=st.none() | st.floats(0, 0.5)),
)

NEVER = Measure(
    name="never", kind=MeasureKind.NEVER, target=0.01, confidence=0.95, errors=(Confusion(right=frozenset({"fraud"}), given=frozenset()),)
)
REGION = RegionRule(name="north", attribute="land", values=frozenset({"n"}))
CHANGES = [
    replace(STANDARD, measures=(replace(ERROR, target=0.051),)),
    replace(STANDARD, measures=(replace(ERROR, confidence=0.96),)),
    replace(STANDARD, measures=(replace(ERROR, name="errors"),)),
    replace(STANDARD, measures=(ERROR, MISSED)),
    replace(STANDARD, method=Method.ANYTIME),
    replace(STANDARD, looks=(DeclaredLook(labels=300, share=1.0),)),
    replace(STANDARD, looks=(DeclaredLook(labels=None, share=0.9),)),
    replace(STANDARD, attempts=(0.5, 0.5)),
    replace(STANDARD, min_coverage=0.1),
    replace(STANDARD, high_stakes=frozenset({"fraud"})),
    replace(STANDARD, never_alone_answers=frozenset({"fraud"})),
    replace(STANDARD, never_alone_attributes={"segment": frozenset({"vip"})}),
    replace(STANDARD, guards=GuardRules(high_stakes_max=0.02)),
    replace(STANDARD, guards=GuardRules(unfamiliar_share=None)),
    replace(STANDARD, regions=(REGION,)),
    replace(STANDARD, grading=Tolerance(absolute=1.0)),
    replace(STANDARD, grading=Tolerance(relative=1.0)),
    replace(STANDARD, clusters=Clusters(attribute="customer", largest=9)),
    replace(STANDARD, clusters=Clusters(attribute="customer", largest=8)),
    replace(STANDARD, min_labels=300),
    replace(STANDARD, slices=(SliceBy(attribute="land"),)),
    replace(STANDARD, change=ChangeRule(margin=0.01)),
    replace(STANDARD, measures=(ERROR, NEVER)),
    replace(STANDARD, measures=(ERROR, replace(MISSED, answers=frozenset({"fraud"})))),
]


@given(standards)
def test_a_standard_reads_back_as_it_was_written(standard: Standard) -> None:
    assert standard_from_json(read_json(canonical_bytes(standard_to_json(standard)))) == standard


@given(standards, standards)
def test_two_standards_have_one_digest_only_when_they_say_the_same(one: Standard, other: Standard) -> None:
    assert (standard_digest(SLUG, 1, one) == standard_digest(SLUG, 1, other)) == (standard_to_json(one) == standard_to_json(other))


def test_every_changed_line_changes_the_digest() -> None:
    digests = {standard_digest(SLUG, 1, one) for one in (STANDARD, *CHANGES)}
    digests |= {standard_digest(SLUG, 2, STANDARD), standard_digest(UseCaseSlug("other"), 1, STANDARD)}
    assert len(digests) == len(CHANGES) + 3


def test_every_field_of_a_standard_is_in_its_canonical_form() -> None:
    whole = replace(
        STANDARD,
        second_looks=SecondLooks(share=0.1),
        regions=(REGION,),
        grading=Tolerance(absolute=1.0),
        clusters=Clusters(attribute="customer", largest=9),
        min_labels=300,
        slices=(SliceBy(attribute="land"),),
        change=ChangeRule(margin=0.01),
    )
    said = standard_to_json(whole)
    assert isinstance(said, dict)
    assert standard_from_json(said) == whole
    assert {re.sub(r"_(answers|attributes)$", "", one.name) for one in fields(Standard)} == set(said)


def test_equal_values_have_equal_bytes_whatever_their_order() -> None:
    assert canonical_bytes({"b": 1, "a": [1.5, None, "ü"]}) == '{"a":[1.5,null,"ü"],"b":1}'.encode()
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_has_no_canonical_bytes(value: float) -> None:
    with pytest.raises(ValueError, match=r"JSON|float"):
        canonical_bytes({"x": value})


@pytest.mark.parametrize(
    ("standard", "path"),
    [
        (replace(STANDARD, measures=()), ("measures",)),
        (replace(STANDARD, measures=(MISSED,), high_stakes=frozenset({"x"})), ("measures",)),
        (replace(STANDARD, measures=(replace(ERROR, target=0.0),)), ("measures", 0, "target")),
        (replace(STANDARD, measures=(replace(ERROR, target=0.5),)), ("measures", 0, "target")),
        (replace(STANDARD, measures=(replace(ERROR, confidence=1.0),)), ("measures", 0, "confidence")),
        (replace(STANDARD, measures=(ERROR, MISSED)), ("measures", 1, "kind")),
        (replace(STANDARD, measures=(ERROR, ERROR)), ("measures", 1, "name")),
        (replace(STANDARD, looks=()), ("looks",)),
        (replace(STANDARD, looks=(DeclaredLook(labels=9, share=0.6), DeclaredLook(labels=None, share=0.6))), ("looks",)),
        (replace(STANDARD, looks=(DeclaredLook(labels=9, share=0.5), DeclaredLook(labels=8, share=0.5))), ("looks",)),
        (replace(STANDARD, looks=(DeclaredLook(labels=None, share=0.5), DeclaredLook(labels=8, share=0.5))), ("looks",)),
        (replace(STANDARD, attempts=(0.7, 0.7)), ("attempts",)),
        (replace(STANDARD, min_coverage=1.5), ("min_coverage",)),
        (replace(STANDARD, guards=GuardRules(high_stakes_max=2.0)), ("guards", "high_stakes_max")),
        (replace(STANDARD, guards=GuardRules(unfamiliar_share=0.9)), ("guards", "unfamiliar_share")),
    ],
)
def test_what_cannot_be_promised_is_named_by_its_place(standard: Standard, path: tuple[str | int, ...]) -> None:
    assert [wrong.path for wrong in check_standard(standard)] == [path]


def test_an_ordinary_standard_has_nothing_wrong() -> None:
    assert check_standard(STANDARD) == ()


def test_only_its_owner_locks_and_only_another_person_of_risk_countersigns() -> None:
    draft = DraftStandard(use_case=SLUG, version=1, standard=STANDARD)
    assert isinstance(lock(draft, may(OWNER, Act.LOCK), owner=None, now=NOW), LockedStandard)
    refused = lock(draft, may(person("else", Role.OWNER), Act.LOCK), owner=OWNER.id, now=NOW)
    assert isinstance(refused, Refused)
    assert refused.code == "not_the_owner"
    both = person("olga", Role.OWNER, Role.RISK)
    locked = lock(draft, may(both, Act.LOCK), owner=both.id, now=NOW)
    assert isinstance(locked, LockedStandard)
    again = countersign(locked, may(both, Act.COUNTERSIGN), now=NOW)
    assert isinstance(again, Refused)
    assert again.code == "same_person"
    assert isinstance(countersign(locked, may(RISK, Act.COUNTERSIGN), now=NOW), CountersignedStandard)


def test_a_countersigned_standard_has_the_digest_that_was_locked() -> None:
    assert signed().digest == signed().locked.digest == standard_digest(SLUG, 1, STANDARD)


@pytest.mark.parametrize("raw", [None, {}, [], {"measures": []}])
def test_what_is_no_standard_is_refused(raw: None) -> None:
    with pytest.raises(NotAStandardError):
        standard_from_json(raw)


@pytest.mark.parametrize(
    ("standard", "where", "why"),
    [
        (replace(STANDARD, grading=TokenF1()), ("method",), "counts errors"),
        (replace(STANDARD, clusters=Clusters(attribute="c", largest=9), method=Method.ANYTIME), ("method",), "looked at as declared"),
        (replace(STANDARD, clusters=Clusters(attribute="c", largest=1)), ("clusters", "largest"), "from 2 to"),
        (replace(STANDARD, grading=Tolerance(absolute=-1.0)), ("grading", "absolute"), "at least 0"),
        (replace(STANDARD, grading=Costs(costs={"a": {"b": 0.0}, "b": {"a": 0.0}})), ("grading", "costs"), "every system keeps"),
        (
            replace(STANDARD, method=Method.ANYTIME, grading=Costs(costs={"a": {"b": 0.01}, "b": {"a": 0.0}})),
            ("grading", "costs"),
            "more than 0.01",
        ),
        (replace(STANDARD, grading=Folded(), never_alone_answers=frozenset({"no"})), ("grading",), "written otherwise"),
        (replace(STANDARD, grading=Tolerance(absolute=1.0), measures=(ERROR, NEVER)), ("grading",), "written otherwise"),
        (replace(STANDARD, change=ChangeRule(margin=0.5)), ("change", "margin"), "between 0 and 0.5"),
        (replace(STANDARD, slices=(SliceBy(attribute="land", least=2),)), ("slices", 0, "least"), "below 10"),
        (replace(STANDARD, min_labels=-1), ("min_labels",), "below 0"),
        (replace(STANDARD, measures=(ERROR, replace(NEVER, errors=()))), ("measures", 1, "errors"), "names no error"),
        (replace(STANDARD, measures=(ERROR, replace(ERROR, name="x", errors=NEVER.errors))), ("measures", 1, "errors"), "every error"),
        (
            replace(STANDARD, high_stakes=frozenset({"a"}), measures=(ERROR, replace(MISSED, answers=frozenset({"b"})))),
            ("measures", 1, "answers"),
            "not among the high-stakes",
        ),
    ],
)
def test_what_evidence_cannot_carry_cannot_be_locked(standard: Standard, where: tuple[str | int, ...], why: str) -> None:
    found = check_standard(standard)
    assert [one.path for one in found] == [where]
    assert why in found[0].why


def test_costs_are_told_by_answers_that_people_give_and_not_by_names_nobody_gives() -> None:
    """Breaks when a promise that every real error keeps passes because an invented answer costs more."""
    cheap = {"a": {"b": 0.01, "c": 0.01}, "b": {"a": 0.01, "c": 0.01}, "c": {"a": 0.01, "b": 0.01}}
    hollow = replace(STANDARD, method=Method.ANYTIME, grading=Costs(costs={**cheap, "nobody says this": {"a": 1.0}}))
    assert not check_standard(hollow), "the names alone do not tell"
    said = {"a": 50, "b": 30, "c": 20}
    found = hollow_costs(hollow, said)
    assert isinstance(found, NotAStandardError)
    assert "wrong in every case" in str(found)
    assert hollow_costs(hollow, {**said, "nobody says this": 1}) is not None, "one case with it among a hundred does not help"
    assert hollow_costs(hollow, {}) is None
    assert hollow_costs(hollow, {"a": 9}) is None
    dear = {**cheap, "a": {"b": 1.0, "c": 1.0}}
    assert hollow_costs(replace(hollow, grading=Costs(costs=dear)), said) is None
    assert hollow_costs(STANDARD, said) is None
