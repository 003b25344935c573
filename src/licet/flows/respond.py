"""Responding: a mandate is suspended, by a person or by a watch, an incident opens and the owner is told, all at once."""

from datetime import datetime

from licet.core.ids import LICET, PersonId
from licet.core.incident import Incident, Message
from licet.core.mandate import ActiveMandate, ExpiredMandate, Mandate, SuspendedMandate, expire, suspend
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.announce import announce
from licet.flows.grant import ended_events, step_back
from licet.flows.office import Office, allowed_person, entry
from licet.store import mandates, notices, use_cases
from licet.store.book import Tx


def suspend_mandate(office: Office, by: Actor, *, name: str, why: str) -> SuspendedMandate | Refused:
    """Takes a mandate out of force, with effect from the next case, whatever else is running."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        person = allowed_person(office, tx, by, Act.SUSPEND, use_case)
        if isinstance(person, Refused):
            return person
        running = mandates.in_force(tx, use_case)
        if not isinstance(running, ActiveMandate):
            return Refused(code="mandate_not_active", why="No mandate is active; nothing is decided alone.", remedy="")
        return suspend_at_once(tx, use_case, running, by=person.id, kind="stopped_by_person", why=why, now=now)


def suspend_at_once(  # noqa: PLR0913 - one act, all its circumstances
    tx: Tx, use_case: UseCase, running: ActiveMandate, *, by: PersonId, kind: str, why: str, now: datetime
) -> SuspendedMandate:
    """Suspends a mandate in the caller's transaction: state, stage, incident, message to the owner and ledger entries together."""
    suspended = suspend(running, by=by, why=why, now=now)
    mandates.write_state(tx, suspended)
    incident = Incident(use_case=use_case.slug, mandate=running.id, kind=kind, says=why, at=now)
    number = notices.open_incident(tx, use_case, incident)
    tx.record(
        entry("mandate.suspended", by=by, now=now, use_case=use_case, mandate=running.id, kind=kind),
        entry("incident.opened", by=LICET, now=now, use_case=use_case, mandate=running.id, incident=number, kind=kind),
    )
    announce(tx, use_case, subject="the mandate is suspended", body=why, now=now)
    if use_case.owner is not None:
        subject = f"{use_case.title}: the mandate is suspended"
        body = f"{why} Every case goes to people from now on. Reinstating takes a fresh verdict: licet mandate reinstate {use_case.slug}"
        notices.tell(tx, Message(to=use_case.owner, subject=subject, body=body), at=now)
        tx.record(entry("owner.told", by=LICET, now=now, use_case=use_case, incident=number))
    step_back(tx, use_case, now, LICET)
    return suspended


def end_if_expired(tx: Tx, use_case: UseCase, mandate: Mandate | None, now: datetime) -> Mandate | None:
    """Writes down that a mandate's time is over, when it is; gives the mandate as it stands then."""
    if not isinstance(mandate, ActiveMandate | SuspendedMandate):
        return mandate
    ended = expire(mandate, now=now)
    if not isinstance(ended, ExpiredMandate):
        return mandate
    mandates.write_state(tx, ended)
    tx.record(*ended_events(tx, use_case, ended, now))
    step_back(tx, use_case, now, LICET)
    return ended
