"""Registering: an installation, its people, its use cases."""

from datetime import datetime

from licet.core.answer import AnswerKind
from licet.core.canonical import canonical_bytes
from licet.core.ids import OPERATOR, PersonId
from licet.core.ledger import commitment
from licet.core.people import Act, Actor, Person, Role, permit
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase, slug
from licet.flows.office import Office, entry, working
from licet.store import installations, ledger, people, use_cases


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
    permitted = permit(by, Act.ADD_PERSON, use_case_owner=None)
    if isinstance(permitted, Refused):
        return permitted
    address = email.strip().lower()
    if "@" not in address[1:-1] or not name.strip() or any(ord(c) < ord(" ") for c in address + name):
        message = f"{email!r}, {name!r}: a person needs an e-mail address with @ and a name."
        raise NotAPersonError(message)
    with office.book.write() as tx:
        now = office.clock.now()
        there = people.by_email(tx, address)
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


def new_use_case(office: Office, by: Actor, *, name: str, title: str, kind: AnswerKind) -> UseCase | Refused:
    """Creates a use case at stage *idea*.

    Raises:
        NotASlugError: when the name cannot be one.
    """
    permitted = permit(by, Act.CREATE_USE_CASE, use_case_owner=None)
    if isinstance(permitted, Refused):
        return permitted
    wanted = slug(name)
    with office.book.write() as tx:
        now = office.clock.now()
        if use_cases.find(tx, wanted) is not None:
            return Refused(code="use_case_exists", why=f"There is a use case {wanted!r} already.", remedy="Choose another name.")
        made = use_cases.create(tx, wanted, title, kind, by=permitted.id, at=now)
        if isinstance(by, Person):
            use_cases.involve(tx, made, by.id, "creator")
        tx.record(entry("use_case.created", by=permitted.id, now=now, use_case=made, answer=kind.value))
        return made


def rename_use_case(office: Office, by: Actor, *, name: str, new_name: str) -> UseCase | Refused:
    """Gives a use case a new name; what was signed keeps the old one."""
    wanted = slug(new_name)
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = permit(by, Act.CREATE_USE_CASE, use_case_owner=use_case.owner)
        if isinstance(permitted, Refused):
            return permitted
        if use_cases.find(tx, wanted) is not None:
            return Refused(code="use_case_exists", why=f"There is a use case {wanted!r} already.", remedy="Choose another name.")
        use_cases.rename(tx, use_case, wanted)
        tx.record(entry("use_case.renamed", by=permitted.id, now=now, use_case=wanted, was=use_case.slug))
        return use_cases.require(tx, wanted)


def retire_use_case(office: Office, by: Actor, *, name: str) -> UseCase | Refused:
    """Retires a use case: it takes no more acts. A running mandate must be revoked first."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = permit(by, Act.RETIRE, use_case_owner=use_case.owner)
        if isinstance(permitted, Refused):
            return permitted
        if any(row == use_case.id for row, _ in installations.running_mandates(tx)):
            why = f"{use_case.slug!r} has a mandate that is active or suspended."
            return Refused(code="mandate_running", why=why, remedy="Revoke it first: `licet mandate revoke`.")
        use_cases.set_stage(tx, use_case, Stage.RETIRED)
        tx.record(entry("use_case.retired", by=permitted.id, now=now, use_case=use_case))
        return use_cases.require(tx, use_case.slug)
