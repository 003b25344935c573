"""Discussing a request: a question and its answer, a no with a reason, or taking it back."""

from dataclasses import replace
from datetime import datetime

from licet.core.approval import AnyRequest, DeclinedRequest, OpenRequest, Question, WithdrawnRequest
from licet.core.canonical import Json
from licet.core.consent import decline, not_independent, not_open, withdraw
from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.core.people import Act, Actor, Person
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.chase import end_if_over
from licet.flows.cover import hands_in, void_if_changed
from licet.flows.office import Office, allowed_person, entry
from licet.store import approvals, notices, use_cases
from licet.store.book import Tx


def decline_request(office: Office, by: Actor, *, request: str, why: str) -> DeclinedRequest | Refused:
    """Says no to a request, with a reason that the proposer reads; it ends. Of what the fast lane passed, risk pulls it out by this.

    Raises:
        NotAReasonError: when no reason is given, or too long a one.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        there = _at_hand(office, tx, by, Act.DECLINE, request)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        ended = decline(found, person, hands_in(tx, use_case), said, now=now)
        if isinstance(ended, Refused):
            return ended
        approvals.end(tx, ended)
        facts = {"request": ended.request.id, "digest": ended.request.digest, "fast_lane": ended.request.fast_lane}
        tx.record(entry("approval.declined", by=person.id, now=now, use_case=use_case, **facts))
        _tell(tx, use_case, ended.request.asked_by, "declined", f"{said} ({ended.request.id})", now)
        return ended


def withdraw_request(office: Office, by: Actor, *, request: str) -> WithdrawnRequest | Refused:
    """Takes a request back; only whoever asked can."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = _at_hand(office, tx, by, Act.PROPOSE, request)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        ended = withdraw(found, person, now=now)
        if isinstance(ended, Refused):
            return ended
        approvals.end(tx, ended)
        facts = {"request": ended.request.id, "digest": ended.request.digest}
        tx.record(entry("approval.withdrawn", by=person.id, now=now, use_case=use_case, **facts))
        return ended


def question_request(office: Office, by: Actor, *, request: str, says: str) -> Question | Refused:
    """Asks the proposer something; the request stays open, and until they answer it is they who have to act.

    Raises:
        NotAReasonError: when nothing is asked, or too much.
    """
    said = reason(says)
    with office.book.write() as tx:
        now = office.clock.now()
        there = _at_hand(office, tx, by, Act.QUESTION, request)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        refused = not_independent(person, hands_in(tx, use_case))
        if refused is not None:
            return refused
        if not isinstance(found, OpenRequest):
            return not_open(found)
        asked = Question(number=len(found.request.questions) + 1, by=person.id, at=now, says=said)
        approvals.ask(tx, found.request, asked)
        facts: dict[str, Json] = {"request": found.request.id, "number": asked.number}
        tx.record(entry("approval.questioned", by=person.id, now=now, use_case=use_case, **facts))
        how = f"To answer: licet approval answer {found.request.id} --says ..."
        _tell(tx, use_case, found.request.asked_by, "a question", f"{said} {how}", now)
        return asked


def answer_question(office: Office, by: Actor, *, request: str, says: str) -> Question | Refused:
    """Answers the first question that waits; whoever proposed or owns does.

    Raises:
        NotAReasonError: when nothing is answered, or too much.
    """
    said = reason(says)
    with office.book.write() as tx:
        now = office.clock.now()
        there = _at_hand(office, tx, by, Act.PROPOSE, request)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        if person.id not in {found.request.asked_by, use_case.owner}:
            why = f"{person.email!r} neither asked for this nor owns the use case."
            return Refused(code="not_permitted", why=why, remedy="Let whoever asked answer.")
        waiting = found.request.unanswered
        if waiting is None or not isinstance(found, OpenRequest):
            return Refused(code="not_waiting", why=f"No question about {request!r} waits for an answer.", remedy="")
        answered = replace(waiting, answered_by=person.id, answered_at=now, answer=said)
        approvals.answer(tx, found.request, answered)
        facts: dict[str, Json] = {"request": found.request.id, "number": answered.number}
        tx.record(entry("approval.answered", by=person.id, now=now, use_case=use_case, **facts))
        _tell(tx, use_case, answered.by, "your question is answered", said, now)
        return answered


def _at_hand(office: Office, tx: Tx, by: Actor, act: Act, request: str) -> tuple[UseCase, AnyRequest, Person] | Refused:
    """A request with its use case and who may act on it, after time and changes took effect on it; another team's is not there."""
    there = approvals.find(tx, request)
    if there is None:
        return Refused(code="not_there", why=f"There is no request {request!r}.", remedy="See `licet approval list`.")
    use_case, now = use_cases.by_id(tx, there[0]), office.clock.now()
    void_if_changed(office, tx, use_case, now)
    end_if_over(tx, use_case, now)
    again = approvals.find(tx, request) or there
    person = allowed_person(office, tx, by, act, use_case)
    return person if isinstance(person, Refused) else (use_case, again[1], person)


def _tell(tx: Tx, use_case: UseCase, to: PersonId, what: str, body: str, now: datetime) -> None:
    notices.tell(tx, Message(to=to, subject=f"{use_case.title}: {what}", body=body), at=now)
