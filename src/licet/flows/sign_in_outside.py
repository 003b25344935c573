"""Signing in through an identity provider: somebody goes there, comes back with its word, and has the roles that their groups give."""

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.core.account import Account
from licet.core.assignment import Grant, Source, check_grant
from licet.core.canonical import Json, canonical_bytes
from licet.core.ids import LICET, PersonId
from licet.core.ledger import commitment
from licet.core.outside import (
    AWAY_LASTS,
    Admission,
    Away,
    Said,
    admitted,
    confirms,
    factor_missing,
    local_path,
    may_be_new,
    may_link,
    not_let_in,
)
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.accounts import without_factor
from licet.flows.give_role import role_entry
from licet.flows.office import Office, entry
from licet.flows.sessions import enter
from licet.flows.sign_in import Opened, confirm_session, open_session
from licet.ports import Provider
from licet.store import accounts, assignments, outside, people, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """An identity provider, and what the installation makes of its word."""

    provider: Provider
    admission: Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Somebody who is sent to the provider. `state`: what they bring back; the browser or the command that went keeps it too."""

    address: str
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What somebody brings back from the provider.

    Attributes:
        state, code: as the provider's redirect names them.
        kept: the state that this browser or command was given when it went; whoever was given none brings nothing that counts.
        text: the token of their session, where one is to be confirmed.
    """

    state: str = field(repr=False)
    code: str = field(repr=False)
    kept: str = field(repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Somebody who came back and is let in; `back` is the local path where they go on."""

    opened: Opened
    back: str


def go_outside(office: Office, there: Outside, *, redirect: str, back: str = "/", text: str | None = None) -> Gone | Refused:
    """Sends somebody to the provider, to sign in; or, with the token of their session, to confirm who they are.

    Args:
        office: the office.
        there: the provider.
        redirect: the address of ours that the provider sends them back to.
        back: the local path where they go on then; whatever leads elsewhere becomes `/`.
        text: the token of the session to be confirmed; None: to sign in.
    """
    entered = None if text is None else enter(office, text)
    if isinstance(entered, Refused):
        return entered
    state, nonce, verifier = (_drawn(office) for _ in range(3))
    session = None if entered is None else entered.session.id
    now = office.clock.now()
    away = Away(nonce=nonce, verifier=verifier, redirect=redirect, back=local_path(back), session=session, at=now)
    address = there.provider.address(away, state)
    if isinstance(address, Refused):
        return address
    with office.book.claim() as tx:
        outside.send(tx, away, state=state, expires_at=now + AWAY_LASTS)
    return Gone(address=address, state=state)


def come_back(office: Office, there: Outside, brought: Brought) -> Back | Refused:
    """Lets somebody in who comes back from the provider, with the roles that their groups give them now; or confirms their session."""
    with office.book.claim() as tx:
        away = outside.take_back(tx, brought.state, now=office.clock.now()) if brought.state and brought.state == brought.kept else None
    if away is None:
        return not_let_in("This sign-in is unknown, was used, or took too long.", "Begin it again, in the same browser.")
    said = there.provider.word(away, brought.code, there.admission.groups)
    if isinstance(said, Refused):
        return said
    opened = _sign_in(office, there.admission, said) if away.session is None else _confirm(office, there.admission, said, away, brought)
    return opened if isinstance(opened, Refused) else Back(opened=opened, back=away.back)


def _sign_in(office: Office, admission: Admission, said: Said) -> Opened | Refused:
    refused = admitted(admission, said)
    if refused is not None:
        return refused
    with office.book.write() as tx:
        now = office.clock.now()
        person = _person(office, tx, admission, said, now)
        if isinstance(person, Refused):
            return person
        return open_session(office, tx, _with_groups(tx, person, admission, said, now), now, provider=True)


def _confirm(office: Office, admission: Admission, said: Said, away: Away, brought: Brought) -> Opened | Refused:
    refused = confirms(admission, said, away)
    entered = enter(office, brought.text)
    if refused is not None or isinstance(entered, Refused):
        return refused or entered  # type: ignore[return-value] # one of them is there
    with office.book.write() as tx:
        if entered.session.id != away.session or outside.person_of(tx, said) != entered.person.id:
            return not_let_in("You came back as somebody else than who is signed in here.", "Sign in anew as who you are.")
        return confirm_session(office, tx, entered, office.clock.now())


def _person(office: Office, tx: Tx, admission: Admission, said: Said, now: datetime) -> Person | Refused:
    """Who somebody is here: known by issuer and subject, else linked by a verified address, else added."""
    known = outside.person_of(tx, said)
    if known is not None:
        person = people.by_id(tx, known)
        return _open(tx, admission, said, person)
    there = people.by_email(tx, said.email) if said.email else None
    if there is None:
        return may_be_new(admission, said) or _added(office, tx, said, now)
    account = accounts.find(tx, there.id) or Account(person=there.id)
    has_credentials = account.set_up_at is not None or account.break_glass or outside.is_linked(tx, there.id)
    found = may_link(admission, said, has_credentials=has_credentials) or _open(tx, admission, said, there)
    if isinstance(found, Person):
        _link(tx, said, found, now)
    return found


def _open(tx: Tx, admission: Admission, said: Said, person: Person | None) -> Person | Refused:
    """The person, if nobody disabled their account, and the provider asked for what the roles take that an admin gave them."""
    account = None if person is None else accounts.find(tx, person.id)
    if person is None or (account is not None and account.disabled_at is not None):
        return Refused(code="account_disabled", why="Your account here is disabled.", remedy="Ask an admin: `licet account enable E-MAIL`.")
    by_hand = frozenset(one.role for one in assignments.of(tx, person) if one.source is Source.HAND)
    by_groups = frozenset(grant.role for grant in admission.grants(said))
    return factor_missing(admission, said, by_hand) or without_factor(tx, person, by_groups) or person


def _added(office: Office, tx: Tx, said: Said, now: datetime) -> Person:
    made, salt = PersonId(office.draw.token("p_")), office.draw.secret()
    person = Person(id=made, email=said.email, name=said.name or said.email, roles=frozenset())
    people.add(tx, person, salt=salt, at=now)
    committed = commitment(salt, canonical_bytes({"email": person.email, "name": person.name}))
    tx.record(entry("person.added", by=LICET, now=now, use_case=None, person=made, roles=[], commitment=committed))
    _link(tx, said, person, now)
    return person


def _link(tx: Tx, said: Said, person: Person, now: datetime) -> None:
    outside.link(tx, said, person.id, at=now)
    accounts.end_links(tx, person.id, at=now)
    accounts.set_up(tx, person.id, password=None, factor=None, at=now)
    tx.record(entry("account.linked_outside", by=LICET, now=now, use_case=None, person=person.id))


def _with_groups(tx: Tx, person: Person, admission: Admission, said: Said, now: datetime) -> Person:
    """Gives what the groups say and takes what they no longer do; what an admin gave stays."""
    wanted = [grant for grant in admission.grants(said) if _is_a_place(tx, grant)]
    held = [one for one in assignments.of(tx, person) if one.source is Source.PROVIDER]
    for one in held:
        gone = Grant(role=one.role, place=one.place)
        if gone not in wanted:
            person = assignments.take(tx, person, gone)
            tx.record(role_entry("role.taken", person, gone, source=Source.PROVIDER, by=LICET, now=now))
    for grant in wanted:
        if assignments.find(tx, person, grant) is None:
            person = assignments.give(tx, person, grant, Source.PROVIDER, at=now)
            event = role_entry("role.given", person, grant, source=Source.PROVIDER, by=LICET, now=now)
            mapping: dict[str, Json] = {"mapping": admission.digest}
            tx.record(replace(event, facts={**event.facts, **mapping}))
    return person


def _is_a_place(tx: Tx, grant: Grant) -> bool:
    """Whether a role can be given there; a use case that is not here yet gives none."""
    place = grant.place
    there = place.use_case is None or use_cases.find(tx, place.use_case) is not None
    return there and not isinstance(check_grant(grant), Refused)


def _drawn(office: Office) -> str:
    """256 bits nobody can guess, as an address carries them (RFC 7636, 4.1)."""
    return base64.urlsafe_b64encode(office.draw.secret()).decode("ascii").rstrip("=")
