"""Registering: an installation, its people, its use cases."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import AnswerKind
from licet.core.canonical import canonical_bytes
from licet.core.ids import OPERATOR, PersonId, TeamName, UseCaseSlug
from licet.core.ledger import commitment
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.team import MAIN
from licet.core.use_case import Stage, UseCase, slug
from licet.flows.accounts import founding, without_factor
from licet.flows.cover import void_if_changed
from licet.flows.office import Office, allowed, allowed_person, entry, working
from licet.store import accounts, decisions, installations, ledger, mandates, people, queue, teams, use_cases
from licet.store.book import Tx

MOST_COUNTED = 1_000_000
"""Waiting cases that a refusal counts at most."""


class NotAPersonError(ValueError):
    """An address or a name that cannot be a person's."""


def set_up(office: Office, *, now: datetime) -> None:
    """Writes the first entry of an empty database's ledger, with the public key in it."""
    with office.book.write() as tx:
        installations.write(tx, origin=office.seal.name, vkey=office.seal.vkey, at=now)
        ledger.begin(tx, now)
        facts = {"origin": office.seal.name, "vkey": office.seal.vkey}
        tx.record(entry("installation.created", by=OPERATOR, now=now, use_case=None, **facts))


def add_person(office: Office, by: Actor, *, email: str, name: str, roles: frozenset[Role]) -> Person | Refused:
    """Adds a person, or gives somebody who is there more roles.

    Raises:
        NotAPersonError: when the address has no @ or the name is empty.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        permitted = allowed(office, tx, by, Act.ADD_PERSON, None)
        if isinstance(permitted, Refused):
            return permitted
        address = _address(email, name)
        there = people.by_email(tx, address)
        refused = _no_role_for_nothing(office, tx, permitted, there, roles)
        if refused is not None:
            return refused
        if there is not None and roles <= there.roles:
            return Refused(code="already_done", why=f"{address!r} is here with these roles.", remedy="")
        person_id = office.draw.token("p_") if there is None else there.id
        person = Person(
            id=PersonId(person_id), email=address, name=name.strip(), roles=roles | (frozenset() if there is None else there.roles)
        )
        salt = office.draw.secret() if there is None else people.salt_of(tx, person.id)
        if there is None:
            people.add(tx, person, salt=salt, at=now)
        else:
            people.set_roles(tx, person.id, person.roles, person.name)
        committed = commitment(salt, canonical_bytes({"email": person.email, "name": person.name}))
        roles_now = sorted(person.roles)
        tx.record(entry("person.added", by=by.id, now=now, use_case=None, person=person.id, roles=roles_now, commitment=committed))
        return person


def _no_role_for_nothing(office: Office, tx: Tx, by: Actor, there: Person | None, roles: frozenset[Role]) -> Refused | None:
    """Where people have accounts, roles of somebody who is there are an admin's to give, never to oneself, nor without what they take."""
    found = founding(tx, by)
    if isinstance(found, Refused):
        return found
    if there is None or not accounts.any_set_up(tx):
        return None
    if there.id == by.id:
        return Refused(code="same_person", why="Nobody gives a role to themselves.", remedy="Let another admin do it.")
    given = allowed(office, tx, by, Act.GIVE_ROLE, None) if isinstance(by, Person) else by
    return given if isinstance(given, Refused) else without_factor(tx, there, roles)


def _address(email: str, name: str) -> str:
    address = email.strip().lower()
    if "@" not in address[1:-1] or not name.strip() or any(ord(c) < ord(" ") for c in address + name):
        message = f"{email!r}, {name!r}: a person needs an e-mail address with @ and a name."
        raise NotAPersonError(message)
    return address


def new_use_case(office: Office, by: Actor, *, name: str, title: str, kind: AnswerKind, team: TeamName | None = None) -> UseCase | Refused:
    """Creates a use case at stage *idea*, for the team in whose office it is created.

    Args:
        office: the office.
        by: who creates it.
        name: its name; one that another team's use case has is taken, since names are given once in an installation.
        title: what is decided, in words.
        kind: of its answers.
        team: whose it is; None: the office's own team, or in the office of the whole installation the main one.

    Raises:
        NotASlugError: when the name cannot be one.
    """
    with office.book.write() as tx:
        return create_within(office, tx, by, NewUseCase(name=name, title=title, kind=kind, team=team), now=office.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUseCase:
    """A use case that is to be, as `new_use_case` takes it."""

    name: str
    title: str
    kind: AnswerKind
    team: TeamName | None = None


def create_within(office: Office, tx: Tx, by: Actor, wanted: NewUseCase, *, now: datetime) -> UseCase | Refused:
    """As `new_use_case`, inside a transaction that does more."""
    permitted = allowed(office, tx, by, Act.CREATE_USE_CASE, None)
    if isinstance(permitted, Refused):
        return permitted
    name, whose = slug(wanted.name), wanted.team or tx.team or MAIN
    if tx.team not in {None, whose}:
        return _beyond(tx.team, f"A use case of team {whose!r} is created outside it.")
    with teams.over_all(tx) as everywhere:
        if use_cases.find(everywhere, name) is not None:
            return _taken(name)
        made = use_cases.create(everywhere, name, wanted.title, wanted.kind, by=permitted.id, at=now)
        teams.give(everywhere, made, whose)
    if isinstance(by, Person):
        use_cases.involve(tx, made, by.id, "creator")
    tx.record(entry("use_case.created", by=permitted.id, now=now, use_case=made, answer=wanted.kind.value, team=whose))
    return made


def _taken(wanted: UseCaseSlug) -> Refused:
    why = f"There is a use case {wanted!r} already, in this team or in another."
    return Refused(code="use_case_exists", why=why, remedy="Choose another name.")


def _beyond(team: TeamName | None, why: str) -> Refused:
    remedy = f"This is the office of team {team!r}; let somebody do it who is not bound to one team."
    return Refused(code="beyond_the_team", why=why, remedy=remedy)


def move_use_case(office: Office, by: Actor, *, name: str, team: TeamName) -> UseCase | Refused:
    """Gives a use case to another team, with all its cases, mandates and evidence; the team it leaves finds it no more."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        person = allowed_person(office, tx, by, Act.MOVE, use_case)
        if isinstance(person, Refused):
            return person
        if tx.team is not None:
            return _beyond(tx.team, f"To move {use_case.slug!r} reaches into another team.")
        was = teams.of(tx, use_case)
        if was == team:
            return Refused(code="already_done", why=f"{use_case.slug!r} is team {team!r}'s already.", remedy="")
        teams.give(tx, use_case, team)
        tx.record(entry("use_case.moved", by=person.id, now=now, use_case=use_case, team=team, was=was))
        void_if_changed(office, tx, use_case, now)
        return use_case


def rename_use_case(office: Office, by: Actor, *, name: str, new_name: str) -> UseCase | Refused:
    """Gives a use case a new name; what was signed keeps the old one."""
    wanted = slug(new_name)
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = allowed(office, tx, by, Act.CREATE_USE_CASE, use_case)
        if isinstance(permitted, Refused):
            return permitted
        with teams.over_all(tx) as everywhere:
            if use_cases.find(everywhere, wanted) is not None:
                return _taken(wanted)
        use_cases.rename(tx, use_case, wanted)
        tx.record(entry("use_case.renamed", by=permitted.id, now=now, use_case=wanted, was=use_case.slug))
        void_if_changed(office, tx, use_cases.require(tx, wanted), now)
        return use_cases.require(tx, wanted)


def retire_use_case(office: Office, by: Actor, *, name: str) -> UseCase | Refused:
    """Retires a use case: it takes no more acts. A running mandate must be revoked, and every case that came in be decided or erased."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = allowed(office, tx, by, Act.RETIRE, use_case)
        if isinstance(permitted, Refused):
            return permitted
        if any(row == use_case.id for row, _ in mandates.all_running(tx)):
            why = f"{use_case.slug!r} has a mandate that is active or suspended."
            return Refused(code="mandate_running", why=why, remedy="Revoke it first: `licet mandate revoke`.")
        waiting = queue.depth(tx, use_case, at_most=MOST_COUNTED) + decisions.unanswered(tx, use_case)
        if waiting:
            why = f"{waiting:,} cases of {use_case.slug!r} wait for a worker or a person; once it is retired nobody could decide them."
            return Refused(code="cases_waiting", why=why, remedy="Answer them (`licet cases answer`) or erase them (`licet cases erase`).")
        use_cases.set_stage(tx, use_case, Stage.RETIRED)
        tx.record(entry("use_case.retired", by=permitted.id, now=now, use_case=use_case))
        void_if_changed(office, tx, use_case, now)
        return use_cases.require(tx, use_case.slug)
