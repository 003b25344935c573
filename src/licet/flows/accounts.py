"""Accounts: a link to set one up, setting it up, disabling and enabling it, and an admin for an emergency."""

from dataclasses import dataclass, field
from datetime import datetime

from licet.core.account import (
    BREAK_GLASS_LASTS,
    LINK_LASTS,
    NEEDS_FACTOR,
    RECOVERY_CODES,
    Account,
    Link,
    check_link,
    check_password,
    code_digest,
    link_text,
    recovery_code,
)
from licet.core.canonical import Json, canonical_bytes
from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.core.ledger import commitment
from licet.core.people import Act, Actor, Operator, Person, Role
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.token import token_digest
from licet.flows.office import Office, allowed, allowed_person, entry
from licet.flows.roles import person_anywhere
from licet.store import accounts, notices, people, sessions, tokens
from licet.store.book import Tx

BY_LINK = "set-up link"
"""How a person showed who they are who sets an account up: they hold the link an admin gave them."""


FACTOR_NEEDED = Refused(
    code="factor_needed",
    why="Admins and risk sign in with a second factor.",
    remedy="Add the secret to an authenticator app and send the code it shows.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link just made. `text` is its secret: it is shown now and never again."""

    link: Link
    person: Person
    text: str = field(repr=False)


def founding(tx: Tx, by: Actor) -> Actor | Refused:
    """Says whether whoever runs the machine may still let people in: only until an admin has an account."""
    if isinstance(by, Operator) and accounts.admins(tx):
        why = "There is an admin with an account; whoever runs the machine lets nobody in any more."
        return Refused(code="person_needed", why=why, remedy="Sign in as an admin: `licet login`. None left? `licet account break-glass`.")
    return by


def without_factor(tx: Tx, person: Person, roles: frozenset[Role]) -> Refused | None:
    """Says no to a role that takes a second factor, for somebody who signs in with a password alone; None where nothing lacks.

    Who signs in through an identity provider is asked there, at each sign-in.
    """
    account = accounts.find(tx, person.id)
    if account is None or account.password is None or account.second_factor or not roles & NEEDS_FACTOR:
        return None
    why = f"{person.email!r} signs in without a second factor; admins and risk need one."
    return Refused(code="factor_needed", why=why, remedy="Let them set their account up anew with one: `licet account link E-MAIL`.")


def make_link(office: Office, by: Actor, *, email: str) -> NewLink | Refused:
    """Makes a link with which a person sets their account up, or sets it up anew; links made before are withdrawn."""
    with office.book.write() as tx:
        now = office.clock.now()
        permitted = allowed(office, tx, by, Act.MAKE_LINK, None)
        permitted = permitted if isinstance(permitted, Refused) else founding(tx, permitted)
        person = permitted if isinstance(permitted, Refused) else _somebody(tx, email)
        if isinstance(person, Refused) or isinstance(permitted, Refused):
            return person if isinstance(person, Refused) else _nobody(email)
        account = accounts.find(tx, person.id)
        if account is not None and (account.disabled_at is not None or account.break_glass):
            why = f"The account of {person.email!r} is disabled, or one of an emergency."
            return Refused(code="account_disabled", why=why, remedy="Enable it first: `licet account enable E-MAIL`.")
        made = _made(office, tx, person, by=permitted.id, now=now)
        tx.record(entry("account.linked", by=permitted.id, now=now, use_case=None, person=person.id, link=made.link.id))
        if account is not None and account.set_up_at is not None:
            _tell_whose(tx, person, now)
        return made


def _tell_whose(tx: Tx, person: Person, now: datetime) -> None:
    """Tells somebody who has an account that there is a link to it: whoever holds the link acts in their name."""
    body = f"At {now:%Y-%m-%d %H:%M} UTC an admin made a link that sets your account up anew. If you did not ask for it, tell risk at once."
    notices.tell(tx, Message(to=person.id, subject="Licet: a link that sets your account up anew", body=body), at=now)


def _made(office: Office, tx: Tx, person: Person, *, by: PersonId, now: datetime, emergency: bool = False) -> NewLink:
    lasts = BREAK_GLASS_LASTS if emergency else LINK_LASTS
    link = Link(id=office.draw.token("l_"), person=person.id, made_by=by, made_at=now, expires_at=now + lasts)
    accounts.end_links(tx, person.id, at=now)
    text = link_text(office.draw.secret())
    accounts.add_link(tx, link, digest=token_digest(text), factor=accounts.seal_factor(tx, office.codes.secret()))
    return NewLink(link=link, person=person, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What whoever holds a link is offered: the second factor, for an authenticator app.

    Attributes:
        person: whose account it sets up.
        secret: of the second factor, to be typed in.
        address: the same as an `otpauth://` address.
        needs_factor: whether the account is set up only with it.
    """

    person: Person
    secret: str = field(repr=False)
    address: str = field(repr=False)
    needs_factor: bool


def look_at_link(office: Office, text: str) -> Offer | Refused:
    """What a link offers; it is not used by looking."""
    with office.book.read() as tx:
        there = _valid(tx, text, office.clock.now())
        if isinstance(there, Refused):
            return there
        link, person = there
        secret = accounts.offered_factor(tx, link)
        return Offer(
            person=person, secret=secret, address=office.codes.address(secret, person.email), needs_factor=_needs_factor(tx, person)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person signs in with from now on. `code`: what the authenticator app shows now; None: no second factor."""

    password: str = field(repr=False)
    code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """An account that was set up. `recovery`: codes that each stand in once for the second factor; shown now and never again."""

    person: Person
    recovery: tuple[str, ...] = field(repr=False)


def set_up_account(office: Office, text: str, chosen: Chosen) -> SetUp | Refused:
    """Sets an account up with a link, which is used up by it: a password, and a second factor that has shown that it works.

    Sessions and second factor of an account that was set up before end with it.
    """
    with office.book.read() as tx:
        there = _valid(tx, text, office.clock.now())
        if isinstance(there, Refused):
            return there
        link, person = there
        needs, secret = _needs_factor(tx, person), accounts.offered_factor(tx, link)
    password = check_password(chosen.password, person)
    step = _step(office, secret, chosen.code, needs=needs)
    if isinstance(password, Refused):
        return password
    if isinstance(step, Refused):
        return step
    kept = office.passwords.hashed(password)
    codes = tuple(recovery_code(office.draw.secret()) for _ in range(0 if step is None else RECOVERY_CODES))
    with office.book.write() as tx:
        now = office.clock.now()
        there = _valid(tx, text, now)
        if isinstance(there, Refused):
            return there
        if step is None and _needs_factor(tx, there[1]):
            return FACTOR_NEEDED
        _write_account(tx, link, kept, secret, step, now)
        accounts.add_recovery(tx, person.id, [code_digest(code) for code in codes])
        facts: dict[str, Json] = {"person": person.id, "link": link.id, "second_factor": step is not None, "identity": BY_LINK}
        tx.record(entry("account.set_up", by=person.id, now=now, use_case=None, **facts))
    return SetUp(person=person, recovery=codes)


def _write_account(tx: Tx, link: Link, kept: str, secret: str, step: int | None, now: datetime) -> None:
    accounts.use_link(tx, link, at=now)
    accounts.end_links(tx, link.person, at=now)
    sessions.end_all(tx, link.person, at=now)
    factor = None if step is None else accounts.seal_factor(tx, secret)
    accounts.set_up(tx, link.person, password=kept, factor=factor, at=now)
    if step is not None:
        accounts.accept_step(tx, link.person, step)


def _step(office: Office, secret: str, code: str | None, *, needs: bool) -> int | Refused | None:
    if code is None:
        return FACTOR_NEEDED if needs else None
    step = office.codes.step(secret, code, office.clock.now())
    if step is None:
        return Refused(code="code_not_right", why="That is not the code of now.", remedy="Check the phone's clock, and send the next code.")
    return step


def _needs_factor(tx: Tx, person: Person) -> bool:
    account = accounts.find(tx, person.id)
    return person_anywhere(tx, person).has(*NEEDS_FACTOR) and not (account is not None and account.break_glass)


def _valid(tx: Tx, text: str, now: datetime) -> tuple[Link, Person] | Refused:
    link = check_link(accounts.link_by_digest(tx, token_digest(text)), now)
    if isinstance(link, Refused):
        return link
    person, account = people.by_id(tx, link.person), accounts.find(tx, link.person)
    if person is None or (account is not None and account.disabled_at is not None):
        return Refused(code="link_not_valid", why="The account of this link is disabled.", remedy="Ask an admin.")
    return link, person


def _somebody(tx: Tx, email: str) -> Person | Refused:
    found = people.by_email(tx, email)
    return _nobody(email) if found is None else found


def _nobody(email: str) -> Refused:
    return Refused(code="not_there", why=f"Nobody here has the address {email!r}.", remedy="Add a person with `licet person add`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """An account that was disabled.

    Attributes:
        person: whose.
        sessions: how many sessions ended with it.
        links: how many links were withdrawn.
        tokens: names of tokens they made that still let programs in: those belong to the work, and end by `licet token revoke`.
    """

    person: Person
    sessions: int
    links: int
    tokens: tuple[str, ...]


def disable_account(office: Office, by: Actor, *, email: str) -> Disabled | Refused:
    """Disables a person's account: in the same moment all their sessions end and their links are withdrawn."""
    with office.book.write() as tx:
        now = office.clock.now()
        admin = allowed_person(office, tx, by, Act.DISABLE, None)
        person = admin if isinstance(admin, Refused) else _somebody(tx, email)
        account = None if isinstance(person, Refused) else accounts.find(tx, person.id)
        if isinstance(person, Refused) or isinstance(admin, Refused):
            return person if isinstance(person, Refused) else _nobody(email)
        refused = _stays(tx, person, account)
        if refused is not None:
            return refused
        accounts.set_disabled(tx, person.id, now)
        ended, withdrawn = sessions.end_all(tx, person.id, at=now), accounts.end_links(tx, person.id, at=now)
        tx.record(entry("account.disabled", by=admin.id, now=now, use_case=None, person=person.id, sessions=ended, links=withdrawn))
        made = tuple(one.id for one in tokens.every(tx) if one.made_by == person.id and one.revoked_at is None)
        return Disabled(person=person, sessions=ended, links=withdrawn, tokens=made)


def _stays(tx: Tx, person: Person, account: Account | None) -> Refused | None:
    """Why an account cannot be disabled."""
    if account is not None and account.disabled_at is not None:
        return Refused(code="already_done", why=f"The account of {person.email!r} is disabled.", remedy="")
    left = [admin.id for admin, theirs in accounts.admins(tx) if theirs.disabled_at is None]
    if left == [person.id]:
        why = f"{person.email!r} is the last admin who can sign in."
        return Refused(code="last_admin", why=why, remedy="Let another admin set an account up first.")
    return None


def enable_account(office: Office, by: Actor, *, email: str) -> Person | Refused:
    """Enables an account again; sessions and links that ended stay so. One of an emergency stays closed."""
    with office.book.write() as tx:
        now = office.clock.now()
        admin = allowed_person(office, tx, by, Act.DISABLE, None)
        person = admin if isinstance(admin, Refused) else _somebody(tx, email)
        if isinstance(person, Refused) or isinstance(admin, Refused):
            return person if isinstance(person, Refused) else _nobody(email)
        account = accounts.find(tx, person.id)
        if account is None or account.disabled_at is None or account.break_glass:
            why = f"The account of {person.email!r} is not disabled, or one of an emergency, which stays closed."
            return Refused(code="already_done", why=why, remedy="")
        accounts.set_disabled(tx, person.id, None)
        tx.record(entry("account.enabled", by=admin.id, now=now, use_case=None, person=person.id))
        return person


def break_glass(office: Office, by: Actor, *, why: str) -> NewLink | Refused:
    """Makes an admin for an emergency, from the machine itself: a link and an account for an hour, told to all admins and risk.

    As any admin it approves and grants nothing. It counts as open until an admin disables it, whether its hour is over or not.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        permitted = allowed(office, tx, by, Act.BREAK_GLASS, None)
        if isinstance(permitted, Refused):
            return permitted
        told = [person for person, _ in people.everyone(tx) if person.has(*NEEDS_FACTOR)]
        person = _emergency_admin(office, tx, by=permitted.id, now=now)
        accounts.break_glass(tx, person.id, ends_at=now + BREAK_GLASS_LASTS)
        made = _made(office, tx, person, by=permitted.id, now=now, emergency=True)
        tx.record(entry("account.broken_glass", by=permitted.id, now=now, use_case=None, person=person.id, told=len(told)))
        body = f"At {now:%Y-%m-%d %H:%M} UTC somebody at the machine made the admin {person.email} for an hour. They said: {said}"
        for each in told:
            notices.tell(tx, Message(to=each.id, subject="Licet: an emergency admin was made", body=body), at=now)
        return made


def _emergency_admin(office: Office, tx: Tx, *, by: PersonId, now: datetime) -> Person:
    made, salt = PersonId(office.draw.token("p_")), office.draw.secret()
    person = Person(id=made, email=f"break-glass-{made[-6:]}@licet.invalid", name="Break-glass admin", roles=frozenset({Role.ADMIN}))
    people.add(tx, person, salt=salt, at=now)
    committed = commitment(salt, canonical_bytes({"email": person.email, "name": person.name}))
    tx.record(entry("person.added", by=by, now=now, use_case=None, person=made, roles=[Role.ADMIN.value], commitment=committed))
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """A person with their account; None: they have none. Their roles are all that they have anywhere.

    `recovery`: codes they have left; `sessions`: that nobody ended.
    """

    person: Person
    account: Account | None
    recovery: int
    sessions: int


def list_accounts(office: Office) -> list[ListedAccount]:
    """Everybody, with or without an account."""
    with office.book.read() as tx:
        return [
            ListedAccount(
                person=person_anywhere(tx, person),
                account=accounts.find(tx, person.id),
                recovery=accounts.recovery_left(tx, person.id),
                sessions=len(sessions.of(tx, person.id)),
            )
            for person, _ in people.everyone(tx)
        ]


def asserted_here(office: Office) -> bool:
    """Whether people are still taken at their word: nobody has set an account up."""
    with office.book.read() as tx:
        return not accounts.any_set_up(tx)
