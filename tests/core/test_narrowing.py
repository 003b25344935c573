"""A narrowing: whatever is taken back, what AI may decide alone afterwards is a part of what it might before."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice
from licet.core.case import ContentKind
from licet.core.case_rules import FIELD, SCHEMA, Above, CaseRule, CaseRules
from licet.core.case_schema import CaseField, CaseSchema, FieldType
from licet.core.mandate import ActiveMandate
from licet.core.narrowing import Wish, changes, is_certified, limits_from_json, limits_to_json, narrow, value_limit
from licet.core.refusal import Refused
from licet.core.routing import Alone, Traffic, route
from licet.core.scope import NotStoredTermsError, Scope, in_words
from licet.core.system import Proposal
from tests.core.examples import NOW, active, terms

UNIT = st.floats(0, 1)
ANSWERS = st.frozensets(st.sampled_from(["yes", "no"]), max_size=1)
VALUES = st.dictionaries(st.sampled_from(["kind", "land"]), st.frozensets(st.sampled_from(["a", "b"])), max_size=2)
LIMIT = CaseRule(fact="amount", condition=Above(limit=Decimal(100)))
CASES = CaseSchema(
    kind=ContentKind.TABLE,
    fields={"sum": CaseField(type=FieldType.INTEGER), "note": CaseField(type=FieldType.TEXT)},
    attributes={"amount": CaseField(type=FieldType.NUMBER)},
)

scopes = st.builds(Scope, threshold=UNIT, never_alone_answers=ANSWERS, never_alone_attributes=VALUES, schema=st.just("s"))
wishes = st.builds(
    Wish,
    threshold=st.none() | UNIT,
    answers=ANSWERS,
    attributes=VALUES,
    value_limits=st.sampled_from([(), (LIMIT,)]),
    daily_cap=st.none() | st.integers(-1, 20),
    audit_rate=st.none() | UNIT,
    expires_at=st.none() | st.datetimes(datetime(2030, 1, 1), datetime(2030, 3, 1)).map(lambda at: at.replace(tzinfo=NOW.tzinfo)),  # noqa: DTZ001 - made aware
)
facts = st.fixed_dictionaries(
    {SCHEMA: st.sampled_from(["s", "t"])},
    optional={"kind": st.sampled_from("abc"), "land": st.sampled_from("abc"), "amount": st.sampled_from(["5", "500", "x"])},
)
proposals = st.builds(Proposal, answer=st.builds(Choice, value=st.sampled_from(["yes", "no", "else"])), confidence=UNIT)


def mandate(scope: Scope) -> ActiveMandate:
    """A mandate of this scope, ten cases a day."""
    return active(replace(terms(cap=10), scope=scope))


def alone(found: ActiveMandate, seen: dict[str, str], said: Proposal, *, today: int, now: datetime) -> bool:
    """Whether AI would decide."""
    traffic = Traffic(fingerprint=found.terms.fingerprint, alone_today=today, stop=None, now=now)
    return isinstance(route(seen, said, found, traffic), Alone)


@given(scope=scopes, wish=wishes, seen=facts, said=proposals, today=st.integers(0, 12), hours=st.integers(1, 1000))
def test_what_is_narrowed_decides_alone_a_part_of_what_it_did_before(
    scope: Scope, wish: Wish, seen: dict[str, str], said: Proposal, today: int, hours: int
) -> None:
    """Breaks when any narrowing lets one case through that was left to people before."""
    before = mandate(scope)
    after = narrow(before, wish, now=NOW)
    if isinstance(after, Refused):
        assert after.code == "not_narrower"
        return
    now = NOW + timedelta(hours=hours)
    assert alone(before, seen, said, today=today, now=now) or not alone(after, seen, said, today=today, now=now)
    assert after.audit_rate >= before.audit_rate
    assert after.terms == before.terms
    assert after.proposed.digest == before.proposed.digest
    assert changes(before, after)
    assert after.limits is not None
    assert limits_from_json(limits_to_json(after.limits)) == after.limits


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(threshold=0.8),
        Wish(threshold=1.1),
        Wish(threshold=float("nan")),
        Wish(daily_cap=11),
        Wish(daily_cap=0),
        Wish(audit_rate=0.05),
        Wish(audit_rate=1.5),
        Wish(expires_at=NOW + timedelta(days=31)),
        Wish(expires_at=NOW),
        Wish(threshold=0.9, daily_cap=10, audit_rate=0.1),
    ],
)
def test_what_widens_or_changes_nothing_is_refused(wish: Wish) -> None:
    found = narrow(mandate(Scope(threshold=0.9)), wish, now=NOW)
    assert isinstance(found, Refused)
    assert found.code == "not_narrower"


def test_narrowing_again_goes_on_from_what_is_left() -> None:
    first = narrow(mandate(Scope(threshold=0.9)), Wish(threshold=0.95), now=NOW)
    assert isinstance(first, ActiveMandate)
    assert isinstance(narrow(first, Wish(threshold=0.92), now=NOW), Refused)
    second = narrow(first, Wish(daily_cap=3), now=NOW + timedelta(days=1))
    assert isinstance(second, ActiveMandate)
    assert (second.scope.threshold, second.daily_cap) == (0.95, 3)
    assert second.limits is not None
    assert (second.limits.narrowing, second.limits.since) == (2, NOW)


def test_a_value_limit_is_a_rule_that_people_can_read_and_sends_what_cannot_be_read_to_a_person() -> None:
    rule = value_limit(CASES, "amount", Above(limit=Decimal(100)))
    assert rule == LIMIT
    found = narrow(mandate(Scope(threshold=0.0, schema="s")), Wish(value_limits=(LIMIT,)), now=NOW)
    assert isinstance(found, ActiveMandate)
    assert "never with amount above 100" in in_words(found.scope)
    said = Proposal(answer=Choice(value="yes"), confidence=0.99)
    for amount, expected in (("100", True), ("100.01", False), ("x", False), ("", False)):
        assert alone(found, {SCHEMA: "s", "amount": amount}, said, today=0, now=NOW) is expected
    assert not alone(found, {SCHEMA: "s"}, said, today=0, now=NOW)


def test_a_value_limit_takes_a_field_of_numbers_of_the_schema() -> None:
    field = value_limit(CASES, "sum", Above(limit=Decimal(1)))
    assert isinstance(field, CaseRule)
    assert field.fact == f"{FIELD}sum"
    for schema, name in ((CASES, "note"), (CASES, "nowhere"), (None, "sum")):
        assert isinstance(value_limit(schema, name, Above(limit=Decimal(1))), Refused)
    assert isinstance(narrow(mandate(Scope(threshold=0.0)), Wish(value_limits=(LIMIT,)), now=NOW), Refused)


def test_the_verdict_speaks_of_a_stricter_threshold_that_was_tested_and_of_no_other_part() -> None:
    """Breaks when a sub-population that nobody judged is called certified."""
    granted = Scope(threshold=0.9, schema="s")
    tested = (0.99, 0.95, 0.9, 0.8)
    assert is_certified(granted, granted, tested)
    assert is_certified(granted, replace(granted, threshold=0.95), tested)
    assert not is_certified(granted, replace(granted, threshold=0.96), tested)
    assert not is_certified(granted, replace(granted, threshold=0.8), tested)
    assert not is_certified(granted, replace(granted, never_alone_answers=frozenset({"yes"})), tested)
    assert not is_certified(granted, replace(granted, rules=CaseRules(never_alone=(LIMIT,))), tested)
    assert not is_certified(granted, replace(granted, threshold=0.95, never_alone_attributes={"a": frozenset({"b"})}), tested)


@pytest.mark.parametrize("raw", [None, {}, {"scope": {}, "daily_cap": 1, "audit_rate": 0.1, "narrowing": 1, "since": None}])
def test_stored_limits_that_are_none_are_refused(raw: object) -> None:
    with pytest.raises(NotStoredTermsError):
        limits_from_json(raw)  # type: ignore[arg-type] # what a database may hold
