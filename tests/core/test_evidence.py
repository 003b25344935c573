"""What a pack holds for whom is one closed table, and nobody widens it."""

import pytest

from licet.core.evidence import (
    LEFT_OUT,
    MEANINGS,
    NEVER,
    OPERATOR,
    OneCase,
    Part,
    View,
    WholeUseCase,
    scope_to_json,
    view_for,
    view_to_json,
)
from licet.core.ids import CaseNumber, PersonId
from licet.core.people import Caller, Operator, Person, Role
from licet.core.refusal import Refused

WIDE = {Role.AUDITOR, Role.RISK}


def person(*roles: Role) -> Person:
    return Person(id=PersonId("p_1"), email="p@example.org", name="P", roles=frozenset(roles))


def test_every_role_and_every_part_is_in_the_table() -> None:
    assert set(LEFT_OUT) == set(Role)
    assert set(MEANINGS) == set(Part)
    assert all(what and why for what, why in MEANINGS.values())


@pytest.mark.parametrize("role", Role)
def test_only_risk_and_auditors_see_everything_that_is_permitted(role: Role) -> None:
    view = view_for(person(role), None)
    assert view == View(role=role.value, left_out=frozenset() if role in WIDE else frozenset(Part))


@pytest.mark.parametrize("other", sorted(set(Role) - WIDE))
def test_of_two_roles_the_narrowest_counts(other: Role) -> None:
    """Breaks when somebody who may be asked for a blind answer sees more because they are risk as well."""
    view = view_for(person(Role.RISK, other), None)
    assert isinstance(view, View)
    assert view.left_out == frozenset(Part)


@pytest.mark.parametrize("actor", [Operator(), Caller(token="k_1", name="x"), person()])  # noqa: S106 - a public id
def test_whoever_has_no_role_sees_what_everybody_may(actor: Operator | Caller | Person) -> None:
    assert view_for(actor, None) == View(role=OPERATOR, left_out=frozenset(Part))
    assert isinstance(view_for(actor, Role.AUDITOR), Refused)


def test_a_pack_is_made_narrower_for_others_and_never_wider() -> None:
    narrow = view_for(person(Role.RISK), Role.REVIEWER)
    assert narrow == View(role="reviewer", left_out=frozenset(Part))
    wider = view_for(person(Role.BUILDER), Role.AUDITOR)
    assert isinstance(wider, Refused)
    assert wider.code == "not_permitted"


def test_the_manifest_says_what_is_left_out_and_why_and_what_never_is_in() -> None:
    said = view_to_json(View(role="reviewer", left_out=frozenset(Part)), {Part.OPEN_REASONS: 2, Part.AUDIT_ORDER: 0})
    assert said["role"] == "reviewer"
    assert [row["count"] for row in said["left_out"]] == [2]  # type: ignore[index,union-attr,call-overload] # JSON of our own
    assert len(said["never"]) == len(NEVER)  # type: ignore[arg-type] # JSON of our own
    assert scope_to_json(WholeUseCase()) == {"of": "use case"}
    assert scope_to_json(OneCase(number=CaseNumber(7))) == {"of": "case", "case_number": 7}
