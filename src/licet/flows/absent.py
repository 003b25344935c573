"""Out of office: somebody is away for a time, and a deputy is given what was handed to them."""

from datetime import datetime

from licet.core.desk import Absence
from licet.core.ids import LICET
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.flows.office import Office, allowed_person, entry
from licet.store import absences, people
from licet.store.book import Tx


def be_absent(office: Office, by: Actor, *, of: str, starts_at: datetime, ends_at: datetime, deputy: str | None) -> Absence | Refused:
    """Writes down that somebody is out of office: they themselves, or an admin for them.

    Args:
        office: the office.
        by: who says so.
        of: the address of whoever is away.
        starts_at: from when.
        ends_at: until when; later than the start and than now.
        deputy: the address of whoever stands in; None: what was handed to them goes back to the queue.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        person = _whose(office, tx, by, of)
        if isinstance(person, Refused):
            return person
        standing_in = None if deputy is None else people.by_email(tx, deputy)
        wrong = _wrong(person, deputy, standing_in, starts_at=starts_at, ends_at=ends_at, now=now)
        if wrong is not None:
            return wrong
        found = None if standing_in is None else standing_in.id
        absence = Absence(id=0, person=person.id, deputy=found, starts_at=starts_at, ends_at=ends_at)
        absences.add(tx, absence, by=by.id, at=now)
        facts = {"person": person.id, "deputy": found}
        tx.record(entry("absence.set", by=by.id, now=now, use_case=None, **facts))
        return absence


def be_back(office: Office, by: Actor, *, of: str) -> int | Refused:
    """Ends every absence of somebody's that lasts or is to come; says how many there were."""
    with office.book.write() as tx:
        now = office.clock.now()
        person = _whose(office, tx, by, of)
        if isinstance(person, Refused):
            return person
        count = absences.end(tx, person.id, at=now)
        if count:
            tx.record(entry("absence.ended", by=by.id, now=now, use_case=None, person=person.id))
        return count


def _whose(office: Office, tx: Tx, by: Actor, of: str) -> Person | Refused:
    """Whoever is away: by themselves, or for whom an admin may speak."""
    person = people.by_email(tx, of)
    if isinstance(by, Person) and person is not None and person.id == by.id and people.roles_of(tx, by.id) is not None:
        return person
    admin = allowed_person(office, tx, by, Act.GIVE_ROLE, None)
    if isinstance(admin, Refused):
        return admin
    if person is None or person.id == LICET:
        return Refused(code="not_there", why=f"Nobody here has the address {of!r}.", remedy="Give the address they were added with.")
    return person


def _wrong(
    person: Person, deputy: str | None, found: Person | None, *, starts_at: datetime, ends_at: datetime, now: datetime
) -> Refused | None:
    if deputy is not None and found is None:
        return Refused(code="not_there", why=f"Nobody here has the address {deputy!r}.", remedy="Give the address they were added with.")
    if found is not None and found.id == person.id:
        return Refused(code="same_person", why="Nobody stands in for themselves.", remedy="Name somebody else, or nobody.")
    if ends_at <= starts_at or ends_at <= now:
        why = f"The absence would end at {ends_at:%Y-%m-%d %H:%M} UTC, before it begins or before now."
        return Refused(code="too_far_off", why=why, remedy="Name a later end.")
    return None
