"""Roles for the installation, a team or a use case: where each holds, which laws hold there, and what somebody sees."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.assignment import Grant, Place, Source, TwoPlacesError
from licet.core.ids import TeamName, UseCaseSlug
from licet.core.people import Act, Identity, Person, Role
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.ask import approvers
from licet.flows.ask_policy import somebody
from licet.flows.follow import use_case_named
from licet.flows.give_role import give_role, list_roles, take_role
from licet.flows.office import Office, allowed
from licet.flows.read_ledger import reading_view
from licet.flows.register import add_person, move_use_case, new_use_case
from licet.flows.report import gather
from licet.flows.settle import settle
from licet.flows.stop import press_stop
from licet.store import people, use_cases
from licet.store.book import Tx
from licet.store.use_cases import UnknownUseCaseError
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.signing import member

NORTH = TeamName("north")
HERE, BESIDE, AWAY = "here", "beside", "away"
"""Two use cases of team north, and one of the main team."""

ACTS = {
    Role.OWNER: Act.LOCK,
    Role.BUILDER: Act.PROPOSE,
    Role.REVIEWER: Act.REVIEW,
    Role.SENIOR_REVIEWER: Act.ADJUDICATE,
    Role.RISK: Act.COUNTERSIGN,
    Role.AUDITOR: Act.LOOK,
}
PLACES: dict[Place, set[str | None]] = {
    Place(): {None, HERE, BESIDE, AWAY},
    Place(team=NORTH): {HERE, BESIDE},
    Place(use_case=UseCaseSlug(HERE)): {HERE},
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation with three use cases in two teams."""
    with World(tmp_path) as made:
        for name, team in ((HERE, NORTH), (BESIDE, NORTH), (AWAY, None)):
            done(new_use_case(made.office, made.owner, name=name, title=name, kind=AnswerKind.CHOICE, team=team))
        yield made


@pytest.fixture
def newcomer(world: World) -> Person:
    """Somebody without a role."""
    return done(add_person(world.office, world.owner, email="nora@example.org", name="Nora", roles=frozenset()))


@pytest.fixture
def admin(world: World) -> Person:
    """Somebody who keeps accounts."""
    return done(add_person(world.office, world.owner, email="ada@example.org", name="Ada", roles=frozenset({Role.ADMIN})))


def may(office: Office, by: Person, act: Act, name: str | None) -> bool:
    """Whether somebody may do something there."""
    with office.book.read() as tx:
        use_case = None if name is None else use_cases.require(tx, name)
        return not isinstance(allowed(office, tx, anew(tx, by), act, use_case), Refused)


def anew(tx: Tx, person: Person) -> Person:
    """Somebody as they come in now."""
    found = people.by_id(tx, person.id)
    assert found is not None
    return replace(found, identity=person.identity)


@pytest.mark.parametrize("role", ACTS, ids=str)
def test_a_role_holds_where_it_was_given_and_nowhere_else(world: World, admin: Person, newcomer: Person, role: Role) -> None:
    """Breaks when a role for a team or a use case reaches into another, or up to the installation."""
    for place, where in PLACES.items():
        grant = Grant(role=role, place=place)
        done(give_role(world.office, admin, email=newcomer.email, grant=grant))
        newcomer = somebody(world.office, newcomer.email)
        assert {name for name in (HERE, BESIDE, AWAY) if may(world.office, newcomer, ACTS[role], name)} == {name for name in where if name}
        with world.office.book.read() as tx:
            refused = allowed(world.office, tx, anew(tx, newcomer), Act.STOP, None)
        assert isinstance(refused, Refused) is not (place == Place() and role in {Role.OWNER, Role.RISK})
        done(take_role(world.office, admin, email=newcomer.email, grant=grant))
        assert not any(may(world.office, newcomer, ACTS[role], name) for name in (HERE, BESIDE, AWAY))


def test_a_builder_of_this_use_case_never_approves_here(world: World, admin: Person) -> None:
    """Breaks when a role for one use case does not carry the laws of that role with it."""
    risk = world.risk
    assert may(world.office, risk, Act.APPROVE, HERE)
    done(give_role(world.office, admin, email=risk.email, grant=Grant(role=Role.BUILDER, place=Place(use_case=UseCaseSlug(HERE)))))
    with world.office.book.read() as tx:
        here, beside = use_cases.require(tx, HERE), use_cases.require(tx, BESIDE)
        assert code(allowed(world.office, tx, risk, Act.APPROVE, here)) == "approver_is_author"
        assert risk.id not in {one.id for one in approvers(tx, here)}
        assert risk.id in {one.id for one in approvers(tx, beside)}
    assert may(world.office, risk, Act.APPROVE, BESIDE)


def test_risk_of_one_team_is_told_of_its_requests_and_of_no_others(world: World, admin: Person, newcomer: Person) -> None:
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.RISK, place=Place(team=NORTH))))
    with world.office.book.read() as tx:
        told = {name: newcomer.id in {one.id for one in approvers(tx, use_cases.require(tx, name))} for name in (HERE, BESIDE, AWAY)}
    assert told == {HERE: True, BESIDE: True, AWAY: False}


def test_a_use_case_takes_its_teams_roles_along_when_it_moves(world: World, admin: Person, newcomer: Person) -> None:
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.REVIEWER, place=Place(team=NORTH))))
    done(move_use_case(world.office, admin, name=AWAY, team=NORTH))
    assert may(world.office, newcomer, Act.REVIEW, AWAY)
    done(move_use_case(world.office, admin, name=HERE, team=TeamName("main")))
    assert not may(world.office, newcomer, Act.REVIEW, HERE)


def test_who_gives_roles(world: World, admin: Person, newcomer: Person) -> None:
    grant = Grant(role=Role.REVIEWER, place=Place(team=NORTH))
    for by in (world.owner, world.builder, world.reviewer, world.risk):
        assert code(give_role(world.office, by, email=newcomer.email, grant=grant)) == "not_permitted"
        assert code(take_role(world.office, by, email=newcomer.email, grant=grant)) == "not_permitted"
    assert code(give_role(world.office, admin, email=admin.email, grant=grant)) == "same_person"
    assert code(give_role(world.office, admin, email="nobody@example.org", grant=grant)) == "not_there"
    assert code(take_role(world.office, admin, email=newcomer.email, grant=grant)) == "not_there"
    for place in (Place(team=NORTH), Place(use_case=UseCaseSlug(HERE))):
        wanted = Grant(role=Role.ADMIN, place=place)
        assert code(give_role(world.office, admin, email=newcomer.email, grant=wanted)) == "not_a_place_for_it"
    done(give_role(world.office, admin, email=newcomer.email, grant=grant))
    assert code(give_role(world.office, admin, email=newcomer.email, grant=grant)) == "already_done"
    with pytest.raises(TwoPlacesError):
        Place(team=NORTH, use_case=UseCaseSlug(HERE))


def test_the_ledger_says_which_role_where_and_not_whose_name(world: World, admin: Person, newcomer: Person) -> None:
    grant = Grant(role=Role.OWNER, place=Place(use_case=UseCaseSlug(HERE)))
    done(give_role(world.office, admin, email=newcomer.email, grant=grant))
    found = done(list_roles(world.office, email=newcomer.email)).roles
    done(take_role(world.office, admin, email=newcomer.email, grant=grant))
    assert [(one.role, one.place, one.source) for one in found] == [(Role.OWNER, grant.place, Source.HAND)]
    (given,), (taken,) = of_word(world, "role.given"), of_word(world, "role.taken")
    said = {"person": newcomer.id, "role": "owner", "team": None, "source": "hand", "identity": "asserted"}
    assert (given.by, given.use_case, given.facts) == (admin.id, HERE, said) == (taken.by, taken.use_case, taken.facts)


def test_the_last_admin_stays(world: World, admin: Person) -> None:
    member(world, admin)
    other = done(add_person(world.office, admin, email="otto@example.org", name="Otto", roles=frozenset({Role.ADMIN})))
    assert code(take_role(world.office, other, email=admin.email, grant=Grant(role=Role.ADMIN))) == "last_admin"
    member(world, other, by=admin)
    done(take_role(world.office, other, email=admin.email, grant=Grant(role=Role.ADMIN)))
    assert not may(world.office, admin, Act.GIVE_ROLE, None)


def test_a_role_that_was_taken_ends_at_the_next_question_of_the_same_session(world: World, admin: Person) -> None:
    inside = member(world, world.risk).enters()
    assert may(inside.office, inside.person, Act.COUNTERSIGN, HERE)
    done(take_role(world.office, admin, email=world.risk.email, grant=Grant(role=Role.RISK)))
    with pytest.raises(LookupError):
        may(inside.office, inside.person, Act.COUNTERSIGN, HERE)
    assert not may(world.office, inside.person, Act.COUNTERSIGN, HERE)


def test_who_has_roles_for_some_use_cases_finds_no_others(world: World, admin: Person, newcomer: Person) -> None:
    """Breaks when somebody who was let in to one use case learns that there are others."""
    inside = member(world, newcomer).enters()
    assert seen(inside.office) == []
    assert code(press_stop(inside.office, inside.person, name=None, why="x")) == "not_permitted"
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.REVIEWER, place=Place(use_case=UseCaseSlug(AWAY)))))
    assert seen(inside.office) == [AWAY]
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.BUILDER, place=Place(team=NORTH))))
    assert seen(inside.office) == [HERE, BESIDE, AWAY]
    done(take_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.REVIEWER, place=Place(use_case=UseCaseSlug(AWAY)))))
    assert seen(inside.office) == [HERE, BESIDE]
    hidden, absent = (use_case_named(inside.office, name=name) for name in (AWAY, "nowhere"))
    assert hidden == absent
    assert not isinstance(reading_view(inside.office, inside.person), Refused)
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.AUDITOR)))
    assert seen(inside.office) == [HERE, BESIDE, AWAY]


def test_a_second_factor_is_needed_for_risk_of_one_use_case_too(world: World, admin: Person, newcomer: Person) -> None:
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.RISK, place=Place(use_case=UseCaseSlug(HERE)))))
    with pytest.raises(AssertionError, match="factor_needed"):
        member(world, newcomer, factor=False)


def test_a_person_shown_again_has_the_roles_of_the_place(world: World, admin: Person, newcomer: Person) -> None:
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.RISK, place=Place(team=NORTH))))
    sure = replace(newcomer, identity=Identity.CONFIRMED)
    with world.office.book.read() as tx:
        here = allowed(world.office, tx, sure, Act.COUNTERSIGN, use_cases.require(tx, HERE))
    assert isinstance(here, Person)
    assert (here.roles, here.identity) == (frozenset({Role.RISK}), Identity.CONFIRMED)


def test_within_one_team_nobody_gives_what_reaches_beyond_it(world: World, admin: Person, newcomer: Person) -> None:
    office = world.office.for_team(NORTH)
    for place in (Place(), Place(team=TeamName("south"))):
        assert code(give_role(office, admin, email=newcomer.email, grant=Grant(role=Role.OWNER, place=place))) == "beyond_the_team"
    with pytest.raises(UnknownUseCaseError):
        give_role(office, admin, email=newcomer.email, grant=Grant(role=Role.OWNER, place=Place(use_case=UseCaseSlug(AWAY))))
    for place in (Place(team=NORTH), Place(use_case=UseCaseSlug(HERE))):
        done(give_role(office, admin, email=newcomer.email, grant=Grant(role=Role.OWNER, place=place)))
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.OWNER, place=Place(use_case=UseCaseSlug(AWAY)))))
    assert {one.place.use_case for one in done(list_roles(office, email=newcomer.email)).roles} == {None, HERE}
    assert {one.place.use_case for one in done(list_roles(world.office, email=newcomer.email)).roles} == {None, HERE, AWAY}


def test_a_pack_is_as_narrow_as_the_narrowest_role_that_somebody_has_here(world: World, admin: Person, newcomer: Person) -> None:
    """Breaks when an auditor who reviews this use case reads in a pack what a reviewer may not."""
    newcomer = done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.AUDITOR))).person
    settle(world.office)
    before = done(gather(world.office, newcomer, name=HERE)).view
    done(give_role(world.office, admin, email=newcomer.email, grant=Grant(role=Role.REVIEWER, place=Place(team=NORTH))))
    wide = done(reading_view(world.office, newcomer))
    settle(world.office)
    here, away = (done(gather(world.office, newcomer, name=name)).view for name in (HERE, AWAY))
    assert before.left_out == away.left_out < here.left_out == wide.left_out


def seen(office: Office) -> list[str]:
    """The use cases that are there in an office."""
    with office.book.read() as tx:
        found: list[UseCase] = use_cases.every(tx)
        assert all(use_cases.find(tx, one.slug) == one for one in found)
    return [one.slug for one in found]
