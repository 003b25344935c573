"""Accounts: nobody is taken at their word once somebody has one, a link works once, and what is disabled is over at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from pyotp import TOTP

from licet.core.people import Act, Operator, Person, Role
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.accounts import (
    Chosen,
    break_glass,
    disable_account,
    enable_account,
    list_accounts,
    look_at_link,
    make_link,
    set_up_account,
)
from licet.flows.issue_tokens import TokenWish, admit_everywhere, new_token
from licet.flows.office import SignInNeededError, allowed_person, who
from licet.flows.register import add_person
from licet.flows.sessions import enter
from licet.flows.sign_in import Credentials, sign_in
from licet.store import accounts, use_cases
from licet.testing import World, done
from tests.flows.examples import MAILS, code, of_word
from tests.flows.signing import GOOD, HERE, Member, link_for, member

NEVER = (Act.LOCK, Act.COUNTERSIGN, Act.APPROVE, Act.GRANT, Act.REINSTATE, Act.LIFT)
NEVER_EVERYWHERE = (Act.LIFT_EVERYWHERE, Act.APPROVE_RULES)
"""What no admin does, one of an emergency least of all."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation with its people, none of whom has an account."""
    with World(tmp_path) as made:
        made.person("abe", Role.ADMIN)
        yield made


@pytest.fixture
def admin(world: World) -> Member:
    """An admin with an account: the first one here."""
    return member(world, world.person("ada", Role.ADMIN))


def abe(world: World) -> Person:
    """Another admin, who has no account yet."""
    return next(one.person for one in list_accounts(world.office) if one.person.email == "abe@example.org")


def refused_by_name(world: World, person: Person) -> str:
    """The code with which a name alone is refused."""
    with pytest.raises(SignInNeededError) as refused:
        who(world.office, person.email)
    return refused.value.refused.code


def test_while_nobody_has_an_account_people_are_taken_at_their_word(world: World) -> None:
    link_for(world, world.risk)
    assert who(world.office, world.owner.email) == world.owner
    assert who(world.office, None) == Operator()


def test_from_the_first_account_on_nobody_is_taken_at_their_word(world: World) -> None:
    """Breaks when those who have no account yet become the names to use."""
    member(world, world.owner)
    assert {refused_by_name(world, one) for one in (world.owner, world.risk, world.builder)} == {"sign_in_needed"}
    assert who(world.office, None) == Operator()


def test_disabling_the_only_account_does_not_bring_the_old_days_back(world: World, admin: Member) -> None:
    second = member(world, abe(world), by=admin.enters().person)
    inside = second.enters()
    done(disable_account(inside.office, inside.person, email=admin.person.email))
    assert refused_by_name(world, world.owner) == "sign_in_needed"
    assert refused_by_name(world, admin.person) == "account_disabled"


def test_who_runs_the_machine_lets_people_in_until_an_admin_has_an_account(world: World) -> None:
    member(world, world.owner)
    link_for(world, world.builder)
    ada = world.person("ada", Role.ADMIN)
    member(world, ada)
    assert code(make_link(world.office, world.operator, email=world.risk.email)) == "person_needed"
    added = add_person(world.office, world.operator, email="eve@example.org", name="Eve", roles=frozenset({Role.ADMIN}))
    assert code(added) == "person_needed"


def test_only_an_admin_makes_links_and_disables(world: World, admin: Member) -> None:
    inside = admin.enters()
    for one in (world.owner, world.risk, world.builder, world.reviewer):
        assert code(make_link(world.office, one, email=world.owner.email)) == "not_permitted"
        assert code(disable_account(world.office, one, email=admin.person.email)) == "not_permitted"
    assert code(disable_account(world.office, world.operator, email=world.owner.email)) == "person_needed"
    done(make_link(inside.office, inside.person, email=world.owner.email))
    assert code(make_link(inside.office, inside.person, email="nobody@example.org")) == "not_there"


def test_nobody_gives_a_role_to_themselves(world: World, admin: Member) -> None:
    inside = admin.enters()
    own = add_person(inside.office, inside.person, email=admin.person.email, name="Ada", roles=frozenset({Role.RISK}))
    assert code(own) == "same_person"
    owner = member(world, world.owner, by=inside.person).enters()
    more = add_person(owner.office, owner.person, email=world.builder.email, name="Bo", roles=frozenset({Role.RISK}))
    assert code(more) == "not_permitted"


def test_a_link_works_once_and_for_three_days(world: World) -> None:
    link = link_for(world, world.owner)
    chosen = Chosen(password=GOOD, code=None)
    done(look_at_link(world.office, link.text))
    done(set_up_account(world.office, link.text, chosen))
    assert code(set_up_account(world.office, link.text, chosen)) == "link_not_valid"
    old = link_for(world, world.builder)
    world.clock.pass_time(timedelta(hours=72))
    assert code(look_at_link(world.office, old.text)) == code(look_at_link(world.office, "licet_link_x")) == "link_not_valid"


def test_a_new_link_withdraws_the_one_before(world: World) -> None:
    first = link_for(world, world.owner)
    second = link_for(world, world.owner)
    assert code(look_at_link(world.office, first.text)) == "link_not_valid"
    done(look_at_link(world.office, second.text))


def test_one_link_used_by_twenty_at_once_sets_one_account_up(world: World) -> None:
    link, start = link_for(world, world.owner), Barrier(20)

    def use(at: int) -> object:
        start.wait(timeout=30)
        return set_up_account(world.office, link.text, Chosen(password=f"{GOOD} {at}", code=None))

    with ThreadPoolExecutor(max_workers=20) as pool:
        found = list(pool.map(use, range(20)))
    won = [at for at, one in enumerate(found) if not isinstance(one, Refused)]
    assert len(won) == 1
    assert {code(one) for at, one in enumerate(found) if at not in won} == {"link_not_valid"}
    shown = Credentials(email=world.owner.email, password=f"{GOOD} {won[0]}", address=HERE)
    done(sign_in(world.office, shown))
    assert len(of_word(world, "account.set_up")) == 1


def test_admins_and_risk_need_a_second_factor_that_works(world: World) -> None:
    link = link_for(world, world.risk)
    offer = done(look_at_link(world.office, link.text))
    assert offer.needs_factor
    assert code(set_up_account(world.office, link.text, Chosen(password=GOOD, code=None))) == "factor_needed"
    old = TOTP(offer.secret).at(world.clock.at - timedelta(minutes=5))
    assert code(set_up_account(world.office, link.text, Chosen(password=GOOD, code=old))) == "code_not_right"
    weak = set_up_account(world.office, link.text, Chosen(password="short", code=TOTP(offer.secret).at(world.clock.at)))  # noqa: S106 - too short
    assert code(weak) == "password_weak"
    made = done(set_up_account(world.office, link.text, Chosen(password=GOOD, code=TOTP(offer.secret).at(world.clock.at))))
    assert len(set(made.recovery)) == 10


def test_disabling_ends_sessions_and_links_in_the_same_moment(world: World, admin: Member) -> None:
    owner = member(world, world.owner, by=admin.enters().person)
    sessions = [owner.signs_in().text for _ in range(3)]
    inside = admin.enters()
    wish = TokenWish(name="intake", scopes=frozenset({TokenScope.METRICS}), use_case=None, lasts=timedelta(days=1))
    token = done(new_token(inside.office, inside.person, wish))
    link = link_for(world, world.owner, inside.person)
    gone = done(disable_account(inside.office, inside.person, email=world.owner.email))
    assert (gone.sessions, gone.links, gone.tokens) == (3, 1, ())
    assert {code(enter(world.office, text)) for text in sessions} == {"session_ended"}
    assert code(look_at_link(world.office, link.text)) == "link_not_valid"
    assert code(sign_in(world.office, owner.shows())) == "sign_in_failed"
    assert code(make_link(inside.office, inside.person, email=world.owner.email)) == "account_disabled"
    done(enable_account(inside.office, inside.person, email=world.owner.email))
    assert {code(enter(world.office, text)) for text in sessions} == {"session_ended"}
    owner.enters()
    done(admit_everywhere(world.office, token.text, TokenScope.METRICS))


def test_tokens_of_somebody_disabled_are_named_and_go_on(world: World, admin: Member) -> None:
    """Breaks when a disabled admin silently stops the intake of cases, or nobody is told what they left behind."""
    inside = admin.enters()
    second = member(world, abe(world), by=inside.person).enters()
    wish = TokenWish(name="intake", scopes=frozenset({TokenScope.METRICS}), use_case=None, lasts=timedelta(days=1))
    token = done(new_token(second.office, second.person, wish))
    assert done(disable_account(inside.office, inside.person, email="abe@example.org")).tokens == (token.token.id,)
    done(admit_everywhere(world.office, token.text, TokenScope.METRICS))


def test_the_last_admin_is_not_disabled(world: World, admin: Member) -> None:
    inside = admin.enters()
    assert code(disable_account(inside.office, inside.person, email=admin.person.email)) == "last_admin"


def test_an_emergency_admin_has_an_hour_and_everybody_who_matters_is_told(world: World, admin: Member) -> None:
    world.use_case(MAILS)
    made = done(break_glass(world.office, world.operator, why="the admin lost her phone"))
    chosen = Chosen(password=GOOD, code=None)
    done(set_up_account(world.office, made.text, chosen))
    shown = Credentials(email=made.person.email, password=GOOD, address=HERE)
    opened = done(sign_in(world.office, shown))
    inside = done(enter(world.office, opened.text))
    done(make_link(inside.office, inside.person, email=admin.person.email))
    with inside.office.book.read() as tx:
        mails = use_cases.require(tx, MAILS)
        found = {act: code(allowed_person(inside.office, tx, inside.person, act, mails)) for act in NEVER}
        found |= {act: code(allowed_person(inside.office, tx, inside.person, act, None)) for act in NEVER_EVERYWHERE}
    assert set(found.values()) == {"not_permitted"}, found
    (event,) = of_word(world, "account.broken_glass")
    assert event.by == "operator"
    assert event.facts["told"] == 3
    world.clock.pass_time(timedelta(hours=1))
    assert code(enter(world.office, opened.text)) == "session_ended"
    assert code(sign_in(world.office, shown)) == "sign_in_failed"
    (open_one,) = [one for one in list_accounts(world.office) if one.account is not None and one.account.break_glass]
    assert open_one.account is not None
    assert open_one.account.disabled_at is None


def test_the_secret_of_a_second_factor_is_not_in_the_database(world: World, admin: Member) -> None:
    with world.office.book.read() as tx:
        assert accounts.factor_of(tx, admin.person.id) == admin.secret
        row = tx.conn.exec_driver_sql("select * from account").one()
    assert admin.secret not in repr(row)
    assert admin.secret.encode() not in bytes(row.factor)
    assert str(row.password).startswith("$argon2id$")


def test_no_address_and_no_name_gets_into_the_ledger(world: World, admin: Member) -> None:
    admin.signs_in()
    told = repr([event.facts for event in world.events()])
    assert not any(word in told for word in ("ada@", "Ada", "example.org", HERE, admin.secret, GOOD))
