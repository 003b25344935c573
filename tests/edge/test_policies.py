"""Policies: each role may do exactly what the table says, laws hold over whatever an organisation permits, and no rule goes unnoticed."""

import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cedarpy
import pytest
from cedarpy import pst

from licet.core.ids import Digest
from licet.core.people import Act, Role
from licet.core.policy import Asked, Denied, Hand, Permitted, Unanswered
from licet.core.rules import NotRulesError
from licet.edge.policies import CedarPolicies, book_with, question, shipped
from licet.edge.policy_corpus import EACH, PolicyCase, changed_answers, corpus_of, every_question, failing, packaged, where_of

O, B, V, R, A = Role.OWNER, Role.BUILDER, Role.REVIEWER, Role.RISK, Role.ADMIN  # noqa: E741 - columns of a table
S, U = Role.SENIOR_REVIEWER, Role.AUDITOR
WORKING = {O, B, V, S, R, A}
EVERYBODY = WORKING | {U}
MATRIX: dict[Act, set[Role]] = {
    Act.SET_UP: WORKING,
    Act.ADD_PERSON: {O, A},
    Act.CREATE_USE_CASE: {O, B, A},
    Act.IMPORT: {O, B, A},
    Act.IMPORT_EVIDENCE: {O, B},
    Act.STUDY: {O, B},
    Act.PUBLISH: {O, B},
    Act.WITHDRAW: {O, R, A},
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
    Act.SEE_FLAGS: {S, R},
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
    Act.BREAK_GLASS: {A},
    Act.GIVE_ROLE: {A},
    Act.ANSWER_RISK: {O, B, R},
    Act.AFFIRM_RISK: {O, R},
    Act.CHANGE_RULES: {O, R, A},
    Act.APPROVE_RULES: {R},
    Act.ENTER_STAGE: {O},
    Act.ASK_APPROVAL: {O, B},
    Act.QUESTION: {O, R},
    Act.DECLINE: {O, R},
    Act.PRE_APPROVE: {R},
    Act.OPEN_FAST_LANE: {R},
    Act.VETO: {O, R},
    Act.NARROW: {O, R, A},
    Act.EXPOSE: {O},
    Act.DRILL: {O, R, A},
    Act.INVESTIGATE: {O, R},
    Act.WITNESS: {R, A, U},
    Act.SET_STEPS: {O},
}

OWNERS_OWN = {
    *(Act.LOCK, Act.REVISE, Act.GRANT, Act.OPEN_SEALED, Act.LIFT, Act.CORRECT, Act.ISSUE, Act.ENTER_STAGE, Act.EXPOSE),
    *(Act.INVESTIGATE, Act.SET_STEPS),
    *(Act.ASK_APPROVAL, Act.ANSWER_RISK),
}
"""Acts in which being an owner counts in one's own use case only."""
NEVER_OWN = {Act.APPROVE, Act.PRE_APPROVE, Act.AFFIRM_RISK}
"""Acts that who owns the use case never does in it."""
EVERYWHERE_ONLY = {Act.LIFT_EVERYWHERE, Act.ISSUE_EVERYWHERE}
OPERATORS = {
    *(Act.SET_UP, Act.ADD_PERSON, Act.CREATE_USE_CASE, Act.IMPORT, Act.EVALUATE, Act.EXPORT, Act.SUBMIT, Act.DELIVER),
    *(Act.MAKE_LINK, Act.BREAK_GLASS, Act.IMPORT_EVIDENCE, Act.STUDY),
}
TOKENS = {Act.SUBMIT, Act.STOP}
SHIPPED = shipped("licet.cedar")


def must(asked: Asked) -> bool:
    """The table, as it was before there were policies: the model they are held against."""
    where = where_of(asked)
    if where == "installation" and asked.act in OWNERS_OWN:
        return False
    if where != "installation" and asked.act in EVERYWHERE_ONLY:
        return False
    if not asked.roles:
        return asked.act in {"operator": OPERATORS, "token": TOKENS}.get(asked.who.value, set())
    (role,) = asked.roles
    if asked.act in NEVER_OWN and where == "own":
        return False
    return role in MATRIX[asked.act] and not (role is O and asked.act in OWNERS_OWN and where == "other")


def test_every_act_by_everybody_everywhere_is_answered_as_the_table_says() -> None:
    assert set(MATRIX) == set(Act)
    book = book_with("")
    wrong = [asked for asked in every_question() if book.decide(*question(asked)).allowed is not must(asked)]
    assert wrong == []


def test_the_corpus_is_answered_as_it_says_and_asks_everything() -> None:
    cases = packaged()
    assert list(failing(SHIPPED, cases)) == []
    assert set(every_question()) <= {case.asked for case in cases}
    assert len(EACH) == len(Role) + 5


@cache
def read() -> tuple[tuple[pst.Template, ...], tuple[PolicyCase, ...]]:
    """The shipped policies as nodes, and the corpus."""
    return tuple(cedarpy.policies_to_pst(SHIPPED).static_policies.values()), packaged()


def without(gone: pst.Template, put: pst.Template | None) -> str:
    """The shipped policies with one taken out, or replaced."""
    kept = {one.id: put if one is gone else one for one in read()[0]}
    nodes = pst.PolicySet(templates={}, static_policies={k: v for k, v in kept.items() if v is not None}, template_links=())
    return str(cedarpy.PolicySet.from_pst(nodes))


def weaker(one: pst.Template) -> Iterator[pst.Template]:
    """A policy with each of its clauses, and each role of a clause, taken out in turn."""
    for place, clause in enumerate(one.clauses):
        rest = (*one.clauses[:place], *one.clauses[place + 1 :])
        yield dataclasses.replace(one, clauses=rest)
        match clause:
            case pst.When(expr=pst.BinaryOp(op="in", right=pst.Set(elements=roles)) as said) if len(roles) > 1:
                for gone in roles:
                    fewer = dataclasses.replace(said, right=pst.Set(elements=tuple(r for r in roles if r is not gone)))
                    yield dataclasses.replace(one, clauses=(*rest, pst.When(expr=fewer)))
            case _:
                pass


def about(one: pst.Template) -> list[PolicyCase]:
    """The cases on the acts that a policy names, or all where it names a group; those that name the policy first."""
    named = {act.id for act in getattr(one.action, "entities", ())} | {getattr(getattr(one.action, "entity", None), "id", "")}
    near = [case for case in read()[1] if case.asked.act.value in named] or [case for case in read()[1] if case.rules]
    return sorted(near, key=lambda case: one.annotations["id"] not in (case.rules or ()))


def ids() -> list[str]:
    """The shipped policies' names."""
    return [str(one.annotations["id"]) for one in read()[0]]


@pytest.mark.parametrize("name", ids())
def test_no_policy_and_no_condition_of_one_can_be_taken_out_unnoticed(name: str) -> None:
    """Breaks when a rule could be lost without a case of the corpus failing."""
    (one,) = (one for one in read()[0] if one.annotations["id"] == name)
    assert any(failing(without(one, None), about(one)))
    for put in weaker(one):
        assert any(failing(without(one, put), about(one))), cedarpy.PolicySet.from_pst(
            pst.PolicySet(templates={}, static_policies={put.id: put}, template_links=())
        )


def test_each_policy_has_a_name_of_its_own_and_says_its_rule() -> None:
    said = [one.annotations for one in read()[0]]
    assert all(text.get("id") and str(text.get("says")).endswith(".") for text in said)
    assert len({text["id"] for text in said}) == len(said)


def test_the_schema_knows_every_act_role_and_hand() -> None:
    schema = shipped("licet.cedarschema")
    assert all(f'action "{act.value}"' in schema for act in Act)
    assert all(f'"{word.value}"' in schema for word in (*Role, *Hand))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (principal", "no policy text"),
        ('@id("a") @says("A.") permit (principal, action == Action::"fly", resource);', "fly"),
        ('@id("a") @says("A.") forbid (principal in Role::"king", action, resource);', "king"),
        ('@id("a") @says("A.") forbid (principal, action, resource) when { resource.tier == "high" };', "a:"),
        ('@id("a") @says("A.") forbid (principal == ?principal, action, resource);', "template"),
        ('@says("A.") forbid (principal, action == Action::"look", resource);', "name"),
        ('@id("a") forbid (principal, action == Action::"look", resource);', "words"),
        ('@id("everybody-looks") @says("A.") forbid (principal, action == Action::"look", resource);', "taken"),
        ('@id("a") @says("A.") forbid (principal, action, resource);', "nobody could change them back"),
        ('@id("a") @says("A.") forbid (principal in Role::"risk", action == Action::"approve a change of the rules", resource);', "back"),
        ("x" * 300_000, "characters"),
    ],
)
def test_additions_that_are_none_or_shut_everybody_out_are_refused(text: str, says: str) -> None:
    with pytest.raises(NotRulesError, match=says):
        CedarPolicies().check(text)


ADDITION = '@id("ours") @says("Ours.") permit (principal, action, resource);'


def test_an_organisation_loosens_no_law_and_narrows_what_it_likes() -> None:
    changes = changed_answers("", ADDITION)
    assert changes.permitted
    assert not changes.refused
    signing = {Act.APPROVE, Act.GRANT, Act.LOCK, Act.COUNTERSIGN, Act.LIFT, Act.REINSTATE, Act.REVIEW, Act.APPROVE_RULES}
    assert not [one for one in changes.permitted if one.who.value != "person" and one.act in signing]
    assert not [one for one in changes.permitted if Role.ADMIN in one.roles and one.act in signing - {Act.REVIEW}]
    narrowed = changed_answers("", '@id("no") @says("No.") forbid (principal in Role::"admin", action == Action::"export", resource);')
    assert {(where_of(one), *one.roles) for one in narrowed.refused} == {(w, A) for w in ("own", "other", "unowned", "installation")}
    assert not narrowed.permitted


def test_an_organisations_own_cases_are_asked_and_what_is_wrong_in_them_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("cases:\n  - act: look\n    who: [risk + owner, auditor]\n    where: own\n    deny: true\n")
    cases = corpus_of([file])
    assert [len(one.asked.roles) for one in cases] == [2, 1]
    assert len(list(failing(SHIPPED, cases))) == 2
    for wrong in ("act: fly\n    who: risk\n    allow: true", "act: look\n    who: risk", "act: look\n    who: king\n    allow: true"):
        file.write_text(f"cases:\n  - {wrong}\n")
        with pytest.raises(NotRulesError, match=r"ours\.yaml:2"):
            corpus_of([file])


def question_of_risk(act: Act) -> Asked:
    """A question that is answered yes."""
    (found, *_) = [one for one in every_question() if one.roles == {R} and one.act is act and where_of(one) == "other"]
    return found


def test_the_same_question_to_the_same_policies_is_read_and_answered_once() -> None:
    policies, asked, reads = CedarPolicies(), question_of_risk(Act.LOOK), []

    def text() -> str:
        reads.append(1)
        return ADDITION

    first = policies.answer(asked, Digest("1"), text)
    assert isinstance(first, Permitted)
    assert policies.answer(asked, Digest("1"), text) is first
    assert len(reads) == 1
    plain = policies.answer(asked, None, text)
    assert isinstance(plain, Permitted)
    assert (plain.policy != first.policy, plain.by, set(first.by)) == (True, ("everybody-looks",), {"everybody-looks", "ours"})


def test_policies_in_force_that_cannot_be_read_permit_nothing() -> None:
    for asked in (question_of_risk(Act.LOOK), question_of_risk(Act.STOP)):
        found = CedarPolicies().answer(asked, Digest("2"), lambda: "permit (principal")
        assert isinstance(found, Unanswered)
        assert "no policy text" in found.why


def test_a_policy_that_fails_while_it_is_asked_makes_every_answer_it_touches_a_no() -> None:
    """The engine itself would say yes: what fails is left out there."""
    overflow = 'forbid (principal, action == Action::"look", resource) when { context.signers * 9223372036854775807 > 0 };'
    book = book_with(f'@id("odd") @says("Odd.") {overflow}')
    asked = question_of_risk(Act.LOOK)
    assert isinstance(book.answer(asked), Permitted)
    found = book.answer(dataclasses.replace(asked, signers=2))
    assert isinstance(found, Unanswered)
    assert "overflow" in found.why


def test_why_not_names_what_each_permit_lacks() -> None:
    (lock,) = [one for one in every_question() if one.roles == {O} and one.act is Act.LOCK and where_of(one) == "other"]
    found = book_with("").answer(lock)
    assert isinstance(found, Denied)
    assert [(lack.rule.id, lack.roles, lack.conditions) for lack in found.lacks] == [
        ("owner-decides-own", frozenset(), ("to own this use case",))
    ]
