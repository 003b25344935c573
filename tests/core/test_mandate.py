"""A mandate: granted through its own gate, each state a type, back in force only by risk on a fresh verdict."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.audit_plan import AuditPlan
from licet.core.canonical import canonical_bytes, read_json
from licet.core.exposure import Step
from licet.core.ids import Digest, Fingerprint, LookId, MandateId, UseCaseSlug
from licet.core.mandate import (
    ActiveMandate,
    ExpiredMandate,
    Mandate,
    RevokedMandate,
    SuspendedMandate,
    expire,
    grant,
    proposed_of,
    reinstate,
    revoke,
    state_of,
    suspend,
    terms_digest,
)
from licet.core.people import Act, Person, Role
from licet.core.policy import NotAskedError
from licet.core.refusal import Refused
from licet.core.scope import NotStoredTermsError, Scope, in_words, scope_from_json, scope_to_json
from licet.core.terms import NotTermsError, Terms, check_terms, terms_from_json, terms_to_json
from tests.core.examples import ADMIN, BUILDER, NOW, OWNER, RISK, SLUG, active, may, opened_for, person, proposed, terms

LATER = NOW + timedelta(hours=1)
SUSPENDED = suspend(active(), by=RISK.id, why="drift", now=LATER)
texts = st.frozensets(st.text(max_size=6), max_size=3)
scopes = st.builds(
    Scope,
    threshold=st.floats(0, 1),
    high_stakes=texts,
    high_stakes_max=st.none() | st.floats(0, 1),
    familiarity_min=st.none() | st.floats(0, 1),
    never_alone_answers=texts,
    never_alone_attributes=st.dictionaries(st.text(max_size=6), texts, max_size=2),
)
CHANGES: list[dict[str, object]] = [
    {"fingerprint": Fingerprint("e" * 64)},
    {"system": "vendor@2"},
    {"scope": Scope(threshold=0.89)},
    {"guardian": "g"},
    {"standard": Digest("6" * 64)},
    {"look": LookId(2)},
    {"verdict": Digest("8" * 64)},
    {"target": 0.06},
    {"confidence": 0.9},
    {"audit_rate": 0.2},
    {"planned_audits": 101},
    {"exposure": (Step(share=0.5), Step(share=1.0, after_audits=10, after_days=1))},
    {"audits": AuditPlan(highest=0.5)},
    {"daily_cap": 1001},
    {"lasts": timedelta(days=31)},
]


def changed(change: dict[str, object]) -> Terms:
    """Terms that differ in one thing."""
    return replace(terms(), **change)  # type: ignore[arg-type] # a field of the class with a value of its type


@given(scope=scopes, cap=st.integers(1, 10**6), days=st.integers(1, 365))
def test_terms_read_back_as_they_were_written(scope: Scope, cap: int, days: int) -> None:
    said = replace(terms(cap=cap, lasts=timedelta(days=days)), scope=scope)
    assert terms_from_json(read_json(canonical_bytes(terms_to_json(said)))) == said
    assert scope_from_json(scope_to_json(scope)) == scope


def test_every_changed_term_changes_the_digest_that_approvals_are_bound_to() -> None:
    assert {key for change in CHANGES for key in change} == {one.name for one in fields(Terms)}
    asked = proposed()
    digests = {asked.digest, *(proposed(changed(change)).digest for change in CHANGES)}
    digests |= {terms_digest(UseCaseSlug("x"), asked.id, terms(), BUILDER.id), terms_digest(SLUG, MandateId("m_2"), terms(), BUILDER.id)}
    digests.add(terms_digest(SLUG, asked.id, terms(), OWNER.id))
    assert len(digests) == len(CHANGES) + 4


@pytest.mark.parametrize("raw", [None, {}, {"threshold": "0.9"}, []])
def test_what_are_no_terms_is_refused(raw: None) -> None:
    with pytest.raises(NotStoredTermsError):
        terms_from_json(raw)
    with pytest.raises(NotStoredTermsError):
        scope_from_json(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"audit_rate": 0.0},
        {"audit_rate": 1.1},
        {"audit_rate": float("nan")},
        {"planned_audits": 0},
        {"daily_cap": 0},
        {"lasts": timedelta(0)},
        {"lasts": timedelta(days=366)},
    ],
)
def test_terms_out_of_range_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(NotTermsError):
        check_terms(changed(change), unversioned=False)


def test_a_system_without_a_version_is_trusted_for_thirty_days_at_most() -> None:
    check_terms(terms(lasts=timedelta(days=30)), unversioned=True)
    check_terms(terms(lasts=timedelta(days=31)), unversioned=False)
    with pytest.raises(NotTermsError, match="version the system"):
        check_terms(terms(lasts=timedelta(days=31)), unversioned=True)


def test_the_owner_grants_through_the_gate_that_opened_for_exactly_this() -> None:
    granted = grant(proposed(), opened_for(proposed().digest), may(OWNER, Act.GRANT), owner=OWNER.id, now=NOW)
    assert granted == active()
    other = grant(proposed(), opened_for(Digest("0" * 64)), may(OWNER, Act.GRANT), owner=OWNER.id, now=NOW)
    assert isinstance(other, Refused)
    assert other.code == "digest_mismatch"


@pytest.mark.parametrize("actor", [RISK, BUILDER, ADMIN, person("otto", Role.OWNER)])
def test_nobody_but_the_owner_grants_whatever_the_policies_say(actor: Person) -> None:
    found = grant(proposed(), opened_for(proposed().digest), may(actor, Act.GRANT), owner=OWNER.id, now=NOW)
    assert isinstance(found, Refused)
    assert found.code == "not_the_owner"


def test_who_was_permitted_something_else_was_not_permitted_this() -> None:
    with pytest.raises(NotAskedError, match="not to grant a mandate"):
        grant(proposed(), opened_for(proposed().digest), may(OWNER, Act.LOCK), owner=OWNER.id, now=NOW)
    with pytest.raises(NotAskedError, match="not to reinstate a mandate"):
        reinstate(SUSPENDED, LATER + timedelta(days=1), may(RISK, Act.LIFT), why="retrained", now=LATER + timedelta(days=2))


@pytest.mark.parametrize("verdict_at", [None, NOW, LATER])
def test_no_verdict_and_no_older_one_reinstates(verdict_at: datetime | None) -> None:
    found = reinstate(SUSPENDED, verdict_at, may(RISK, Act.REINSTATE), why="retrained", now=LATER + timedelta(days=2))
    assert isinstance(found, Refused)
    assert found.code == "verdict_not_fresh"


def test_a_reinstated_mandate_begins_its_next_round_and_ends_when_it_would_have() -> None:
    found = reinstate(SUSPENDED, LATER + timedelta(days=1), may(RISK, Act.REINSTATE), why="retrained", now=LATER + timedelta(days=2))
    assert isinstance(found, ActiveMandate)
    assert (found.round, found.expires_at) == (2, active().expires_at)


def test_a_mandate_that_expired_meanwhile_is_not_reinstated() -> None:
    found = reinstate(SUSPENDED, LATER + timedelta(days=1), may(RISK, Act.REINSTATE), why="retrained", now=active().expires_at)
    assert isinstance(found, Refused)
    assert found.code == "mandate_not_suspended"


def test_each_state_is_a_type_of_its_own_with_a_word() -> None:
    ended = expire(active(), now=active().expires_at)
    assert isinstance(ended, ExpiredMandate)
    assert expire(active(), now=active().expires_at - timedelta(seconds=1)) is None
    states: list[Mandate] = [proposed(), active(), SUSPENDED, ended, revoke(SUSPENDED, by=RISK.id, why="", now=LATER)]
    assert [state_of(state) for state in states] == ["proposed", "active", "suspended", "expired", "revoked"]
    assert {proposed_of(state).id for state in states} == {proposed().id}
    assert isinstance(SUSPENDED, SuspendedMandate)
    assert isinstance(states[-1], RevokedMandate)


def test_a_scope_says_in_words_everything_that_is_in_it() -> None:
    scope = Scope(
        threshold=0.9,
        high_stakes=frozenset({"fraud"}),
        high_stakes_max=0.01,
        familiarity_min=0.3,
        never_alone_answers=frozenset({"refund"}),
        never_alone_attributes={"segment": frozenset({"vip"})},
    )
    assert all(word in in_words(scope) for word in ("0.9", "0.3", "1.00%", "'fraud'", "'refund'", "segment 'vip'"))
