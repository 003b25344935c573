"""Rechecking: people look again, blind, at what AI decided while errors may have been more than allowed, the likeliest wrong first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.core.canonical import Json
from licet.core.correction import Correction, next_number
from licet.core.inquiry import Suspect, by_chance, still_open
from licet.core.people import Actor
from licet.core.refusal import Refused, Unknown
from licet.core.review import ReviewKind
from licet.flows.conclude import Concluded, Heard, Sitting, facts_of, permitted_by, said
from licet.flows.correct import write_correction
from licet.flows.due import placed
from licet.flows.investigate import Touched, at_hand, touched_by
from licet.flows.office import Office, entry
from licet.store import corrections, decisions, incidents

MOST_AT_ONCE = 5_000
"""Cases that are asked about again by one act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """Cases that people look at again: how many were put on the desk now, and which could be."""

    asked: int
    touched: Touched


def ask_rechecks(
    office: Office, by: Actor, *, number: int, since: datetime | None = None, most: int = MOST_AT_ONCE
) -> AskedAgain | Refused:
    """Puts cases that an incident may have touched on the desk, among those that wait; nobody who answers is told why.

    Args:
        office: the office.
        by: who asks.
        number: of the incident.
        since: from when on errors may have been more than allowed; None: as estimated from the audits.
        most: so many at most, the likeliest to be wrong first.

    Returns:
        How many were asked about, 0 where none is left; or `Refused`.
    """
    with office.book.write() as tx:
        there = at_hand(office, tx, by, number)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        inquiry, now = still_open(found), office.clock.now()
        if isinstance(inquiry, Refused):
            return inquiry
        touched = touched_by(tx, use_case, inquiry, since)
        if isinstance(touched, Unknown):
            return Refused(code="nothing_decided_alone", why=f"Nothing was decided alone: {touched.why}.", remedy="")
        unseen = incidents.suspects(tx, inquiry.incident.mandate, since=touched.since, until=touched.until)
        first = by_chance(unseen)[: max(0, min(most, MOST_AT_ONCE))]
        if first:
            decisions.ask(tx, use_case, _spread(placed(office, tx, use_case, _tasks(office, first, now), now), now), at=now)
            incidents.add_rechecks(tx, inquiry, first, since=touched.since, at=now)
            facts: dict[str, Json] = {"incident": number, "cases": len(first), "since": touched.since.isoformat()}
            tx.record(entry("incident.rechecks_asked", by=person.id, now=now, use_case=use_case, **facts))
        return AskedAgain(asked=len(first), touched=touched)


def _tasks(office: Office, first: Sequence[Suspect], now: datetime) -> list[decisions.Task]:
    return [decisions.Task(token=office.draw.token("t_"), case=one.case, kind=ReviewKind.RECHECK, due_at=now) for one in first]


def _spread(tasks: Sequence[decisions.Task], now: datetime) -> list[decisions.Task]:
    """The likeliest wrong are due first; each as if it had come in lately, so that nothing tells them from cases that did."""
    within = [timedelta() if one.due_at is None else one.due_at - now for one in tasks]
    return [replace(one, due_at=now + long * ((k + 1) / len(tasks))) for k, (one, long) in enumerate(zip(tasks, within, strict=True))]


def conclude_recheck(sitting: Sitting, one: Heard) -> Concluded:
    """Keeps the decision where the blind answer says the same; else corrects it, with the effect that makes up for it in the world."""
    tx, use_case, case, answer = sitting.tx, sitting.use_case, one.review.case, one.review.answer
    number = incidents.recheck_of(tx, case)
    decided = decisions.answer_of(tx, use_case, case, one.salt)
    before = corrections.of_case(tx, use_case, case, one.salt)
    correction = None if decided is None else next_number(decided, before, answer)
    changed = isinstance(correction, int)
    if isinstance(correction, int):
        why = f"Looked at again after incident {number}."
        made = Correction(case=case, number=correction, answer=answer, why=why, by=one.review.by, at=sitting.now)
        write_correction(sitting.office, tx, use_case, made, one.salt, permitted_by(sitting))
    incidents.end_recheck(tx, case, changed=changed, at=sitting.now)
    facts = facts_of(sitting, one, "recheck", answer)
    return Concluded(event=said("case.rechecked", sitting, one, {**facts, "incident": number, "changed": changed}))
