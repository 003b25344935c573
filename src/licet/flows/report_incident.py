"""Reporting an incident: one document with what happened, which cases, why, and what is done, each step by its number in the ledger."""

from licet.core.canonical import Json
from licet.core.incident_report import LONGEST_LIST, Scale, Step, report_to_json
from licet.core.inquiry import whole
from licet.core.ledger_words import WORDS
from licet.core.people import Actor
from licet.core.refusal import Refused, Unknown
from licet.flows.investigate import Investigated, at_hand, show_incident, timeline
from licet.flows.office import Office, entry
from licet.store import incidents


def report_incident(office: Office, by: Actor, *, number: int) -> dict[str, Json] | Refused:
    """Makes the report of an incident, for whoever may investigate it: it names cases that reviewers must not know of."""
    with office.book.write() as tx:
        there = at_hand(office, tx, by, number)
        if isinstance(there, Refused):
            return there
        use_case, _, person = there
        tx.record(entry("incident.reported", by=person.id, now=office.clock.now(), use_case=use_case, incident=number))
    seen = show_incident(office, number=number)
    if isinstance(seen, Refused):
        return seen
    read = timeline(office, by, seen)
    if isinstance(read, Refused):
        return read
    told = [(one.index, one.event) for one in read if one.event is not None]
    steps = [Step(index=index, at=event.at, what=event.what, meaning=WORDS[event.what]) for index, event in told]
    return report_to_json(seen.found, seen.mandate, _scale(office, seen), steps)


def _scale(office: Office, seen: Investigated) -> Scale | None:
    touched = seen.touched
    if isinstance(touched, Unknown):
        return None
    mandate = whole(seen.found).incident.mandate
    with office.book.read() as tx:
        numbers = incidents.numbers_alone(tx, mandate, since=touched.since, until=touched.until, most=LONGEST_LIST)
    return Scale(
        since=touched.since,
        until=touched.until,
        basis=touched.basis,
        alone=touched.alone,
        unseen=touched.unseen,
        audited=touched.audited,
        disagreed=touched.disagreed,
        numbers=numbers,
    )
