"""Policy: a no says what is missing, in words, and a permission counts for the act it was given for."""

from dataclasses import replace

import pytest

from licet.core.ids import Digest, PersonId
from licet.core.people import Act, Actor, Caller, Operator, Role
from licet.core.policy import Asked, Denied, Hand, Lack, NotAskedError, Permitted, Rule, Unanswered, Who, hand, why_not
from licet.core.refusal import CODES, Refused, UnknownRefusalCodeError
from tests.core.examples import BUILDER, OWNER, RISK, may

POLICY = Digest("9" * 64)
NOTHING = Denied(forbidden=(), lacks=(), policy=POLICY, takes=frozenset({Role.RISK}))
OWN = Lack(rule=Rule(id="own", says="Own.", code="not_the_owner"), roles=frozenset(), conditions=("to own this use case",))
OURS = Lack(rule=Rule(id="ours", says="Ours."), roles=frozenset(), conditions=("two signers",))
RISKS = Lack(rule=Rule(id="risk", says="Risk."), roles=frozenset({Role.RISK}), conditions=())


def no(by: Actor, answer: Denied | Unanswered, act: Act = Act.GRANT) -> Refused:
    """What is said to somebody."""
    roles = frozenset() if isinstance(by, Operator | Caller) else by.roles
    return why_not(Asked(who=Who.PERSON, id=by.id, roles=roles, act=act, place=None), answer, by)


def test_a_missing_role_is_named_beside_those_that_are_there() -> None:
    found = no(BUILDER, replace(NOTHING, lacks=(RISKS,)))
    assert (found.code, found.why) == ("not_permitted", "'bo@example.org' (builder) may not grant a mandate; it takes: risk.")


def test_whoever_lacks_only_ownership_is_told_so() -> None:
    found = no(OWNER, replace(NOTHING, lacks=(OWN, RISKS)))
    assert found.code == "not_the_owner"
    assert "is not the owner of this use case" in found.why


def test_a_condition_of_the_organisation_is_named_in_its_words() -> None:
    found = no(OWNER, replace(NOTHING, lacks=(OWN, OURS)))
    assert found.code == "not_permitted"
    assert "it takes to own this use case; or two signers." in found.why


def test_what_forbids_is_said_with_its_own_code_and_remedy() -> None:
    ours = Rule(id="x", says="Never on a Friday.")
    assert no(RISK, replace(NOTHING, forbidden=(ours,), lacks=(OURS,))).code == "policy_forbids"
    coded = replace(ours, code="approver_is_author", remedy="Let another do it.")
    found = no(RISK, replace(NOTHING, forbidden=(ours, coded), lacks=(OURS,)))
    assert (found.code, "Never on a Friday." in found.why) == ("approver_is_author", True)
    assert no(RISK, replace(NOTHING, forbidden=(replace(ours, code="no_such_code"),), lacks=(OURS,))).code == "policy_forbids"


@pytest.mark.parametrize("by", [Operator(), Caller(token="k", name="the mail room")])  # noqa: S106 - a public id
def test_who_is_nobody_is_told_who_is_needed(by: Operator | Caller) -> None:
    found = no(by, NOTHING)
    assert found.code == "person_needed"
    assert found.remedy.endswith("--as E-MAIL of: risk.")


def test_no_answer_is_a_no_and_says_why() -> None:
    found = no(RISK, Unanswered(why="entity is odd", policy=POLICY))
    assert found.code == "policy_error"
    assert "entity is odd" in found.why


def test_a_permission_counts_for_the_act_it_was_given_for() -> None:
    assert may(OWNER, Act.GRANT).person(Act.GRANT) == OWNER
    with pytest.raises(NotAskedError):
        may(OWNER, Act.GRANT).person(Act.APPROVE)


def test_what_has_no_word_of_its_own_is_a_hand_all_the_same() -> None:
    assert [hand(word) for word in ("locker", "risk answers", "something new")] == [Hand.LOCKER, Hand.RISK_ANSWERS, Hand.OTHER]


def test_yes_names_who_said_it() -> None:
    assert Permitted(by=("a",), policy=POLICY).by == ("a",)
    assert PersonId("p") == "p"


def test_a_refusal_needs_a_code_that_is_explained() -> None:
    assert all(CODES.values())
    with pytest.raises(UnknownRefusalCodeError, match="no_such_code"):
        Refused(code="no_such_code", why="")
