"""Inquiring: a reviewer asks whoever sent a case for information; the case waits for it, and comes back with it or without."""

from licet.core.desk import INFORMATION_WITHIN
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.desk import at_hand
from licet.flows.office import Office, at_work_on, entry
from licet.store import desks, live, remarks
from licet.store.payloads import salts_of


def ask_sender(office: Office, by: Actor, *, token: str, lease: str, question: str) -> Refused | None:
    """Asks whoever sent the case; it waits for an answer for `INFORMATION_WITHIN`, then it comes back.

    A question about a case that is being audited is told to nobody, since it would tell of the audit; it comes back unanswered.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        item = there.item
        remarks.ask(tx, item, question, salts_of(tx, [item.case])[item.case], by=there.person.id, at=now)
        desks.move(tx, item, desks.INFORMATION, back_at=now + INFORMATION_WITHIN)
        tx.record(entry("info.requested", by=there.person.id, now=now, use_case=there.use_case, task=token))
        return None


def give_information(office: Office, by: Actor, *, name: str, case: str, text: str) -> Refused | None:
    """Takes what whoever sent a case says to the question about it, and brings the case back to the desk."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_work_on(office, tx, by, Act.SUBMIT, name=name)
        if isinstance(there, Refused):
            return there
        use_case, actor = there
        found = live.find(tx, use_case, case)
        salt = None if found is None else salts_of(tx, [found.number]).get(found.number)
        question = None if found is None or salt is None else remarks.open_question(tx, found.number, salt)
        if salt is None or question is None:
            why = f"No question is out about the case {case!r}."
            return Refused(code="nothing_asked", why=why, remedy="`question` of the case says what is asked; null: nothing.")
        remarks.answer(tx, question, text, salt, by=actor.id, at=now)
        item = desks.find(tx, question.token)
        if item is not None:
            desks.move(tx, item, item.home)
        tx.record(entry("info.given", by=actor.id, now=now, use_case=use_case, task=question.token))
        return None
