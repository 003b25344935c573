"""What an installation makes of an identity provider's word: who is let in, who they are here, and which roles their groups give."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.assignment import Grant, Place, Source
from licet.core.ids import Digest, TeamName, UseCaseSlug
from licet.core.outside import Admission, Away, Proof, Said
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.flows.accounts import disable_account, look_at_link
from licet.flows.give_role import give_role, list_roles, take_role
from licet.flows.office import taken_at_word
from licet.flows.register import add_person, new_use_case
from licet.flows.sessions import enter
from licet.flows.sign_in import Opened
from licet.flows.sign_in_outside import Brought, Outside, come_back, go_outside
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.signing import link_for, member

NORTH, HERE = TeamName("north"), UseCaseSlug("here")
REVIEWER, OWNER, RISK, BUILDER = Grant(role=Role.REVIEWER), Grant(role=Role.OWNER), Grant(role=Role.RISK), Grant(role=Role.BUILDER)
REVIEWER_NORTH = replace(REVIEWER, place=Place(team=NORTH))
BUILDER_HERE = replace(BUILDER, place=Place(use_case=HERE))
ADMISSION = Admission(
    digest=Digest("a" * 64),
    groups="groups",
    admit=None,
    roles={
        "north": (REVIEWER_NORTH,),
        "here": (BUILDER_HERE, replace(BUILDER, place=Place(use_case=UseCaseSlug("nowhere")))),
        "risk": (RISK,),
    },
    new_people=True,
    link_verified_email=True,
    second_factor=Proof(),
)
NORA = Said(issuer="https://id.example.org", subject="s-1", email="nora@example.org", email_verified=True, name="Nora")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A provider that says this of everybody."""

    said: Said

    def address(self, away: Away, state: str) -> str:
        """Nowhere in particular."""
        return f"https://id.example.org/?{state}{away.nonce}"

    def word(self, away: Away, code: str, groups: str) -> Said:
        """What it says."""
        assert (away.redirect, code, groups) == ("x", "c", ADMISSION.groups)
        return self.said


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation with a use case of team north."""
    with World(tmp_path) as made:
        done(new_use_case(made.office, made.owner, name=HERE, title="x", kind=AnswerKind.CHOICE, team=NORTH))
        yield made


@pytest.fixture
def admin(world: World) -> Person:
    """Somebody who keeps accounts."""
    return done(add_person(world.office, world.owner, email="ada@example.org", name="Ada", roles=frozenset({Role.ADMIN})))


def signs_in(world: World, said: Said = NORA, admission: Admission = ADMISSION) -> Opened | Refused:
    """Somebody signs in of whom this is said."""
    outside = Outside(provider=Spoken(said), admission=admission)
    gone = done(go_outside(world.office, outside, redirect="x"))
    back = come_back(world.office, outside, Brought(state=gone.state, code="c", kept=gone.state))
    return back if isinstance(back, Refused) else back.opened


def in_groups(*groups: str) -> Said:
    """Nora in some groups."""
    return replace(NORA, groups=frozenset(groups))


def held(world: World, email: str = NORA.email) -> set[tuple[Grant, Source]]:
    """The roles somebody has."""
    return {(Grant(role=one.role, place=one.place), one.source) for one in done(list_roles(world.office, email=email)).roles}


def test_groups_give_roles_and_take_them_at_each_sign_in(world: World) -> None:
    done(signs_in(world, in_groups("north", "here", "unheard of")))
    assert held(world) == {(REVIEWER_NORTH, Source.PROVIDER), (BUILDER_HERE, Source.PROVIDER)}
    done(signs_in(world, in_groups("north")))
    assert held(world) == {(REVIEWER_NORTH, Source.PROVIDER)}
    done(signs_in(world, in_groups("risk")))
    assert held(world) == {(RISK, Source.PROVIDER)}
    sure = done(enter(world.office, done(signs_in(world, in_groups("risk"))).text)).person
    assert sure.roles == {Role.RISK}
    done(signs_in(world))
    assert held(world) == set()
    said = [(one.what, one.facts["role"], one.by) for one in world.events() if one.what.startswith("role.")]
    assert said == [
        ("role.given", "builder", "licet"),
        ("role.given", "reviewer", "licet"),
        ("role.taken", "builder", "licet"),
        ("role.taken", "reviewer", "licet"),
        ("role.given", "risk", "licet"),
        ("role.taken", "risk", "licet"),
    ]
    assert {one.facts["mapping"] for one in of_word(world, "role.given")} == {ADMISSION.digest}


def test_what_an_admin_gave_stays_whatever_groups_say(world: World, admin: Person) -> None:
    done(signs_in(world, in_groups("north")))
    for grant in (REVIEWER_NORTH, OWNER):
        done(give_role(world.office, admin, email=NORA.email, grant=grant))
    done(signs_in(world))
    assert held(world) == {(REVIEWER_NORTH, Source.HAND), (OWNER, Source.HAND)}
    done(signs_in(world, in_groups("risk")))
    done(give_role(world.office, admin, email=NORA.email, grant=RISK))
    done(signs_in(world))
    assert held(world) == {(REVIEWER_NORTH, Source.HAND), (OWNER, Source.HAND), (RISK, Source.HAND)}


def test_what_an_admin_takes_comes_back_while_groups_say_it(world: World, admin: Person) -> None:
    done(signs_in(world, in_groups("risk")))
    done(take_role(world.office, admin, email=NORA.email, grant=RISK))
    assert held(world) == set()
    done(signs_in(world, in_groups("risk")))
    assert held(world) == {(RISK, Source.PROVIDER)}


def test_who_is_let_in(world: World) -> None:
    strict = replace(ADMISSION, admit=frozenset({"licet"}))
    assert code(signs_in(world, in_groups("north"), strict)) == "identity_refused"
    assert code(signs_in(world, NORA, replace(ADMISSION, new_people=False))) == "identity_refused"
    assert code(signs_in(world, replace(NORA, email_verified=False))) == "identity_refused"
    assert code(signs_in(world, replace(NORA, email=""))) == "identity_refused"
    done(signs_in(world, in_groups("licet"), strict))
    done(signs_in(world, replace(NORA, email="", email_verified=False), replace(ADMISSION, new_people=False)))


def test_the_highest_roles_take_a_second_factor_where_the_installation_asks_for_one(world: World) -> None:
    asking = replace(ADMISSION, second_factor=Proof(amr=frozenset({"otp"})))
    assert code(signs_in(world, in_groups("risk"), asking)) == "identity_refused"
    done(signs_in(world, in_groups("north"), asking))
    done(signs_in(world, replace(in_groups("risk"), amr=frozenset({"pwd", "otp"})), asking))
    rita = replace(NORA, subject="s-2", email=world.risk.email)
    assert code(signs_in(world, rita, asking)) == "identity_refused"
    assert not any(one.facts["person"] == world.risk.id for one in of_word(world, "account.linked_outside"))
    done(signs_in(world, replace(rita, amr=frozenset({"otp"})), asking))


def test_an_address_makes_nobody_somebody_who_has_credentials(world: World, admin: Person) -> None:
    """Breaks when whoever may name addresses at the provider takes over accounts here."""
    ada = replace(NORA, email=admin.email)
    member(world, admin)
    assert code(signs_in(world, ada)) == "identity_refused"
    risk = replace(NORA, email=world.risk.email)
    assert code(signs_in(world, replace(risk, email_verified=False))) == "identity_refused"
    assert code(signs_in(world, risk, replace(ADMISSION, link_verified_email=False))) == "identity_refused"
    link = link_for(world, world.risk, by=admin)
    assert done(signs_in(world, risk)).person.id == world.risk.id
    assert code(look_at_link(world.office, link.text)) == "link_not_valid"
    assert code(signs_in(world, replace(risk, subject="s-2"))) == "identity_refused"
    assert code(signs_in(world, replace(risk, issuer="https://other.example.org"))) == "identity_refused"
    assert held(world, world.risk.email) == {(RISK, Source.HAND)}


def test_groups_make_nobody_risk_who_has_a_password_and_no_second_factor(world: World) -> None:
    """Breaks when somebody gets through the provider what their password alone would then let them use."""
    done(signs_in(world, in_groups("north")))
    nora = done(list_roles(world.office, email=NORA.email)).person
    member(world, nora, factor=False)
    assert code(signs_in(world, in_groups("risk"))) == "factor_needed"
    assert held(world) == {(REVIEWER_NORTH, Source.PROVIDER)}
    done(signs_in(world, in_groups("north")))


def test_a_disabled_account_stays_so(world: World, admin: Person) -> None:
    text = done(signs_in(world, in_groups("risk"))).text
    member(world, admin)
    done(disable_account(world.office, admin, email=NORA.email))
    assert code(signs_in(world)) == "account_disabled"
    assert code(enter(world.office, text)) == "session_ended"
    done(disable_account(world.office, admin, email=world.owner.email))
    assert code(signs_in(world, replace(NORA, subject="s-9", email=world.owner.email))) == "account_disabled"


def test_the_ledger_says_that_somebody_came_from_outside_and_not_who_that_is(world: World) -> None:
    done(signs_in(world))
    (linked,), (opened,) = of_word(world, "account.linked_outside"), of_word(world, "session.opened")
    assert opened.facts["provider"] is True
    assert linked.facts == {"person": opened.by}
    assert not any(word in str(world.events()) for word in ("nora@", "Nora", "s-1", "id.example.org"))


def test_from_the_first_sign_in_on_nobody_is_taken_at_their_word(world: World) -> None:
    done(signs_in(world))
    with world.office.book.read() as tx:
        assert code(taken_at_word(tx, world.owner)) == "sign_in_needed"
