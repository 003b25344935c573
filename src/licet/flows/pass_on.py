"""Passing on: a case goes to a named person, to those with a skill, back to the queue, or aside until later; and what is said with it."""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.core.desk import Remark
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.flows.desk import AtHand, at_hand
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person, entry
from licet.flows.qualify import entitled, work_at
from licet.store import absences, desks, people, remarks
from licet.store.book import Tx
from licet.store.payloads import salts_of, write_json

LONGEST_ASIDE = timedelta(days=30)
"""So long a case may be put aside at most."""


def hand_over(office: Office, by: Actor, *, token: str, lease: str, to: str) -> Refused | None:
    """Gives a case to a named person, by their address; to their deputy while they are out of office. They are given it next.

    One that they may not answer, because they had a hand in it or answered it before, goes back to the queue, and nobody is told:
    that somebody answered it before tells why it came.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        receiver = _receiver(office, tx, there, to, now)
        if isinstance(receiver, Refused):
            return receiver
        if excluded(tx, there.use_case, there.item, receiver, now):
            _skipped(tx, there, "handed over", now)
            desks.move(tx, there.item, there.item.home)
        else:
            desks.move(tx, there.item, desks.for_person(receiver.id))
        facts = {"task": token, "to": receiver.id}
        tx.record(entry("task.handed_over", by=there.person.id, now=now, use_case=there.use_case, **facts))
        return None


def _receiver(office: Office, tx: Tx, there: AtHand, to: str, now: datetime) -> Person | Refused:
    """Who is given a case that is for somebody; no: nobody can answer it under that address."""
    named = people.by_email(tx, to)
    absence = None if named is None else absences.now_absent(tx, named.id, now)
    deputy = None if absence is None or absence.deputy is None else people.by_id(tx, absence.deputy)
    if named is not None and absence is not None and (deputy is None or absences.now_absent(tx, deputy.id, now) is not None):
        why = f"{to!r} is out of office until {absence.ends_at:%Y-%m-%d %H:%M} UTC, and nobody stands in."
        return Refused(code="person_absent", why=why, remedy="Hand it to somebody else, or send it back to the queue.")
    receiver = deputy or named
    if receiver is None:
        return Refused(code="not_there", why=f"Nobody here has the address {to!r}.", remedy="Give the address of somebody who may review.")
    shown = replace(receiver, identity=there.person.identity)
    permitted = allowed_person(office, tx, shown, Act.REVIEW, there.use_case)
    if isinstance(permitted, Refused):
        return permitted
    return entitled(tx, there.use_case, permitted, now, work=work_at(there.item)) or permitted


def _skipped(tx: Tx, there: AtHand, reason: str, now: datetime) -> None:
    """Lets others be asked first."""
    salt = salts_of(tx, [there.item.case])[there.item.case]
    desks.skip(tx, there.item, there.person.id, write_json(tx, salt, reason), at=now)


def forward(office: Office, by: Actor, *, token: str, lease: str, skill: str) -> Refused | None:
    """Gives a case to whoever has a skill; it keeps asking for it from then on."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        known = desks.skills_there(tx, there.use_case)
        if skill not in known:
            has = f"The skills here are {', '.join(sorted(known))}." if known else "Nobody here has a skill yet."
            return Refused(code="not_there", why=f"Nobody has the skill {skill!r}. {has}", remedy="Name another, or hand it to a person.")
        desks.move(tx, there.item, desks.for_skill(skill))
        tx.record(entry("task.forwarded", by=there.person.id, now=now, use_case=there.use_case, task=token, skill=skill))
        return None


def send_back(office: Office, by: Actor, *, token: str, lease: str) -> Refused | None:
    """Sends a case back to the queue that was handed to this person by name."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        desks.move(tx, there.item, there.item.home)
        tx.record(entry("task.returned", by=there.person.id, now=now, use_case=there.use_case, task=token))
        return None


def put_aside(office: Office, by: Actor, *, token: str, lease: str, until: datetime) -> Refused | None:
    """Puts a case aside; it comes back to the queue at that moment, at the place it had."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        if not now < until <= now + LONGEST_ASIDE:
            why = f"{until:%Y-%m-%d %H:%M} UTC is no moment within the next {LONGEST_ASIDE.days} days."
            return Refused(code="too_far_off", why=why, remedy="Name an earlier one, or send the case back to the queue.")
        desks.move(tx, there.item, desks.ASIDE, back_at=until)
        tx.record(entry("task.put_aside", by=there.person.id, now=now, use_case=there.use_case, task=token))
        return None


def remark(office: Office, by: Actor, *, token: str, lease: str, text: str) -> Refused | None:
    """Says something about a case that one has in hand, for whoever has it next.

    Nobody reads it before their own answer, if whoever said it has answered the case by then: they may have seen what AI proposes.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        item = there.item
        remarks.add(tx, item, Remark(by=there.person.id, text=text, at=now), salts_of(tx, [item.case])[item.case])
        tx.record(entry("task.remarked", by=there.person.id, now=now, use_case=there.use_case, task=token))
        return None
