"""People: who may do what, as one table that a new act without an entry breaks."""

import pytest

from licet.core.people import OPERATOR_ACTS, ROLES_FOR, TOKEN_ACTS, Act, Caller, Operator, Person, Role, permit, permit_person
from licet.core.refusal import CODES, Refused, UnknownRefusalCodeError
from tests.core.examples import OWNER, person

O, B, V, R, A = Role.OWNER, Role.BUILDER, Role.REVIEWER, Role.RISK, Role.ADMIN  # noqa: E741 - columns of a table
S, U = Role.SENIOR_REVIEWER, Role.AUDITOR
WORKING = {O, B, V, S, R, A}
EVERYBODY = WORKING | {U}
MATRIX: dict[Act, set[Role]] = {
    Act.SET_UP: WORKING,
    Act.ADD_PERSON: {O, A},
    Act.CREATE_USE_CASE: {O, B, A},
    Act.IMPORT: {O, B, A},
    Act.EVALUATE: {O, B, R, A},
    Act.EXPORT: EVERYBODY,
    Act.SUBMIT: WORKING,
    Act.LOCK: {O},
    Act.REVISE: {O},
    Act.COUNTERSIGN: {R},
    Act.OPEN_SEALED: {O},
    Act.APPROVE: {R, O},
    Act.PROPOSE: {O, B},
    Act.GRANT: {O},
    Act.SUSPEND: {O, R, A},
    Act.STOP: {O, R, A},
    Act.LIFT: {O, R},
    Act.LIFT_TEAM: {R},
    Act.LIFT_EVERYWHERE: {R},
    Act.REINSTATE: {R},
    Act.REVOKE: {O, R, A},
    Act.ADJUDICATE: {V, S, O, R},
    Act.REVIEW: {V, S, O},
    Act.CORRECT: {V, S, O},
    Act.ERASE: {O, A},
    Act.RETIRE: {O, A},
    Act.MOVE: {A},
    Act.ISSUE: {O, A},
    Act.ISSUE_EVERYWHERE: {A},
    Act.DELIVER: WORKING,
    Act.REPLAY: {O, A},
    Act.LOOK: EVERYBODY,
    Act.MAKE_LINK: {A},
    Act.DISABLE: {A},
    Act.GIVE_ROLE: {A},
    Act.ANSWER_RISK: {O, B, R},
    Act.CHANGE_RULES: {O, R, A},
    Act.APPROVE_RULES: {R},
    Act.ENTER_STAGE: {O},
    Act.ASK_APPROVAL: {O, B},
    Act.QUESTION: {O, R},
    Act.DECLINE: {O, R},
    Act.PRE_APPROVE: {R},
    Act.VETO: {O, R},
    Act.NARROW: {O, R, A},
    Act.EXPOSE: {O, R},
    Act.DRILL: {O, R, A},
    Act.WITNESS: {R, A, U},
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_what_the_table_says(act: Act, role: Role) -> None:
    actor = person("p", role)
    found = permit(actor, act, use_case_owner=actor.id)
    assert (found == actor) == (role in MATRIX[act])
    assert isinstance(found, Person) or (isinstance(found, Refused) and found.code == "not_permitted")


def test_every_act_has_its_line() -> None:
    assert set(MATRIX) == set(Act) == set(ROLES_FOR)


@pytest.mark.parametrize("act", Act)
def test_the_operator_sets_up_imports_evaluates_exports_and_nothing_that_needs_a_person(act: Act) -> None:
    may = act in {Act.SET_UP, Act.ADD_PERSON, Act.CREATE_USE_CASE, Act.IMPORT, Act.EVALUATE, Act.EXPORT, Act.SUBMIT, Act.DELIVER}
    assert isinstance(permit(Operator(), act, use_case_owner=None), Operator) == may == (act in OPERATOR_ACTS)
    assert isinstance(permit_person(Operator(), act, use_case_owner=None), Refused)


@pytest.mark.parametrize("act", Act)
def test_a_token_brings_cases_in_and_presses_the_stop_and_nothing_else(act: Act) -> None:
    """Breaks when a token can approve, review, grant, lift, correct or reinstate."""
    caller = Caller(token="k1", name="the mail room")  # noqa: S106 - a public id
    found = permit(caller, act, use_case_owner=caller.id)
    assert (found == caller) == (act in {Act.SUBMIT, Act.STOP}) == (act in TOKEN_ACTS)
    assert found == caller or (isinstance(found, Refused) and found.code == "person_needed" and "'the mail room'" in found.why)
    assert isinstance(permit_person(caller, act, use_case_owner=None), Refused)


@pytest.mark.parametrize("act", [Act.LIFT, Act.CORRECT])
def test_another_role_that_permits_an_act_counts_in_each_use_case(act: Act) -> None:
    other = {Act.LIFT: Role.RISK, Act.CORRECT: Role.REVIEWER}[act]
    assert isinstance(permit(person("both", Role.OWNER, other), act, use_case_owner=OWNER.id), Person)
    assert isinstance(permit(person("owner", Role.OWNER), act, use_case_owner=OWNER.id), Refused)


@pytest.mark.parametrize("act", [Act.LOCK, Act.REVISE, Act.GRANT, Act.OPEN_SEALED, Act.LIFT, Act.CORRECT])
def test_another_owner_is_not_the_owner_of_this_use_case(act: Act) -> None:
    found = permit(person("other", Role.OWNER), act, use_case_owner=OWNER.id)
    assert isinstance(found, Refused)
    assert found.code == "not_the_owner"


@pytest.mark.parametrize("act", [Act.LOCK, Act.COUNTERSIGN, Act.APPROVE, Act.GRANT, Act.REINSTATE])
def test_an_admin_signs_nothing(act: Act) -> None:
    assert isinstance(permit(person("ada", Role.ADMIN), act, use_case_owner=None), Refused)


def test_a_refusal_needs_a_code_that_is_explained() -> None:
    assert all(CODES.values())
    with pytest.raises(UnknownRefusalCodeError, match="no_such_code"):
        Refused(code="no_such_code", why="")
