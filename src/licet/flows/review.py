"""Reviewing: people answer blind, on cases that wait for them and on audits among them, and their answers take effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.case import CaseBody
from licet.core.ids import CaseNumber, PersonId
from licet.core.mandate import Mandate
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.review import SIMULATED, Reconsidered, Review, ReviewKind
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.check_agreement import conclude_agreement
from licet.flows.conclude import Conclude, Heard, Sitting, Voice
from licet.flows.conclude_adjudication import conclude_adjudication
from licet.flows.conclude_audit import conclude_audit
from licet.flows.conclude_decision import conclude_decision
from licet.flows.conclude_dispute import conclude_dispute
from licet.flows.conclude_second import conclude_second
from licet.flows.deliver import DECISION, plan_effects
from licet.flows.due import placed
from licet.flows.exclude import at_one_time, barred_from, excluded_from
from licet.flows.office import Office, allowed_person, person_at_work_on, working
from licet.flows.plant import back_in_queue, take_from_sheet
from licet.flows.qualify import entitled
from licet.flows.recheck import conclude_recheck
from licet.flows.respond import end_if_expired
from licet.flows.rules_in_force import policy_in_force
from licet.store import cases, decisions, desks, mandates
from licet.store.book import Tx

MOST_ANSWERS = ("first", "second", "adjudicator's")
"""Answers that a case can take at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for a blind answer, under a name that does not say why it is asked about."""

    token: str
    body: CaseBody


def worksheet(office: Office, by: Actor, *, name: str) -> list[Waiting] | Refused:
    """Everything that waits for this person's blind answer, decisions and audits alike, in an order that says nothing."""
    with office.book.read() as tx:
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = allowed_person(office, tx, by, Act.REVIEW, use_case)
        if isinstance(permitted, Refused):
            return permitted
        unqualified = entitled(tx, use_case, permitted, office.clock.now())
        if unqualified is not None:
            return unqualified
        now, tasks = office.clock.now(), decisions.open_tasks(tx, use_case)
        hidden = desks.in_use(tx, [task.token for task in tasks], now) | desks.to_come(tx, use_case, now)
        free = theirs_among(tx, use_case, [task for task in tasks if task.token not in hidden], permitted, now)
        there = [(task.token, task.case) for task in tasks if task.token in free]
        there += back_in_queue(office, tx, use_case, permitted)
        return [Waiting(token=token, body=body) for token, number in sorted(there) if (body := _body(tx, number))]


def _body(tx: Tx, number: CaseNumber) -> CaseBody | None:
    stored = cases.by_number(tx, number)
    return None if stored is None else cases.body_of(tx, stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How many blind answers were taken in, how many came too late or were not theirs to give, and the mandate after them.

    Attributes:
        at_desk: not taken, because somebody at the desk has the case in hand or has answered it; to be sent again if they give it back.
    """

    taken: int
    late: int
    at_desk: int = 0
    mandate: Mandate | None


def answer_worksheet(office: Office, by: Actor, *, name: str, answers: Mapping[str, Answer]) -> Answered | Refused:
    """Takes a person's blind answers by the worksheet's names; a case answered before keeps its first answer."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        unqualified = entitled(tx, use_case, person, now)
        if unqualified is not None:
            return unqualified
        in_use = desks.in_use(tx, list(answers), now)
        tasks = decisions.tasks_named(tx, use_case, [token for token in answers if token not in in_use])
        theirs = theirs_among(tx, use_case, [task for task, _ in tasks.values()], person, now)
        given = [(*tasks[token], answer) for token, answer in answers.items() if token in theirs]
        mandate = give(office, tx, use_case, given, Voice(by=person.id, policy=policy_in_force(office, tx)), now=now)
        known = take_from_sheet(office, tx, use_case, person, {one: said for one, said in answers.items() if one not in in_use})
        taken, busy = len(given) + known, len(in_use)
        return Answered(taken=taken, late=len(answers) - taken - busy, at_desk=busy, mandate=mandate)


def theirs_among(tx: Tx, use_case: UseCase, tasks: Sequence[decisions.Task], person: Person, now: datetime) -> frozenset[str]:
    """Which tasks somebody may answer on a sheet: not those they had a hand in, nor those that the second-look page is for.

    Of two about one case it is one: the second answer of the same person would not be blind. Of two steps of an item that are kept
    apart it is one, too.
    """
    sheet = [task for task in sorted(tasks, key=lambda task: task.token) if task.kind is not ReviewKind.ADJUDICATION]
    barred = excluded_from(tx, use_case, [task.case for task in sheet], person)
    taken = desks.at_hand_of(tx, [task.case for task in sheet], person.id, now)
    theirs = {task.case: task.token for task in sheet if taken.get(task.case, frozenset()) <= {task.token}}
    barred |= at_one_time(tx, [case for case in theirs if case not in barred])
    return frozenset(token for case, token in theirs.items() if case not in barred)


def answer_simulated(office: Office, use_case: UseCase, truths: Mapping[CaseNumber, Answer], *, now: datetime) -> Mandate | None:
    """Lets simulated people, who answer with the data's own truth, clear what waits about these cases."""
    with office.book.write() as tx:
        mandate: Mandate | None = None
        for _ in MOST_ANSWERS:
            given = [(task, salt, truths[task.case]) for task, salt in decisions.tasks_of(tx, list(truths))]
            mandate = give(office, tx, use_case, given, Voice(by=SIMULATED, policy=None), now=now)
        return mandate


Given = tuple[decisions.Task, bytes, Answer | Reconsidered]
"""A task, the key material of its case, and what a person answers; with their second answer where they saw what AI proposes in between."""


def give(office: Office, tx: Tx, use_case: UseCase, given: Sequence[Given], voice: Voice, *, now: datetime) -> Mandate | None:
    """Writes blind answers down, lets each lead to what its kind has it lead to, and advances the watch where an audit was answered.

    All of it in the caller's transaction. An answer of somebody who may not answer this very case is not taken, whichever way it came,
    and the case waits on for somebody else. What simulated people decide stays here: nothing is done in the world.
    """
    by = voice.by
    barred = barred_from(tx, use_case, [task.case for task, _, _ in given], by)
    desks.give_back(tx, [task.token for task, _, _ in given if task.case in barred])
    closed = decisions.close_tasks(tx, [task.token for task, _, _ in given if task.case not in barred], at=now)
    heard = [Heard(task=task, review=_review(task, said, by, now), salt=salt) for task, salt, said in given if task.token in closed]
    sitting = Sitting(office=office, tx=tx, use_case=use_case, now=now, policy=voice.policy)
    concluded = [(CONCLUDE[one.task.kind](sitting, one), one.salt) for one in heard]
    decided = [(found.decided, salt) for found, salt in concluded if found.decided is not None]
    in_the_world = [] if by == SIMULATED else [(one.case, DECISION) for one, _ in decided]
    asked = placed(office, tx, use_case, [found.asked for found, _ in concluded if found.asked is not None], now)
    with tx.together():
        decisions.add_reviews(tx, [(one.review, one.salt) for one in heard])
        decisions.decide(tx, use_case, decided, at=now)
        decisions.tally(tx, use_case, [], [one for one, _ in decided], closed=len(decided))
        plan_effects(office, tx, use_case, in_the_world, alone=False, now=now)
        decisions.ask(tx, use_case, asked, at=now)
        tx.record(*(found.event for found, _ in concluded))
    if any(one.task.kind in ON_AUDITS for one in heard):
        return advance(tx, use_case, now)
    return end_if_expired(tx, use_case, mandates.in_force(tx, use_case), now)


CONCLUDE: Mapping[ReviewKind, Conclude] = {
    ReviewKind.DECISION: conclude_decision,
    ReviewKind.SECOND: conclude_second,
    ReviewKind.ADJUDICATION: conclude_adjudication,
    ReviewKind.AUDIT: conclude_audit,
    ReviewKind.AGREEMENT: conclude_agreement,
    ReviewKind.DISPUTE: conclude_dispute,
    ReviewKind.RECHECK: conclude_recheck,
}
"""What an answer leads to, by why it was asked for."""

ON_AUDITS = frozenset({ReviewKind.AUDIT, ReviewKind.DISPUTE})
"""Kinds whose answers the watch may count."""


def _review(task: decisions.Task, said: Answer | Reconsidered, by: PersonId, now: datetime) -> Review:
    first, final = (said.first, said.final) if isinstance(said, Reconsidered) else (said, None)
    return Review(case=task.case, kind=task.kind, by=by, answer=first, at=now, simulated=by == SIMULATED, final=final)
