"""Reviewing: people answer blind, on cases that wait for them and on audits among them, and their answers take effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer, answer_to_json
from licet.core.audit import Agreed, Disagreed
from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.grading import same
from licet.core.ids import CaseNumber, PersonId
from licet.core.mandate import Mandate
from licet.core.people import Act, Actor, permit_person
from licet.core.refusal import Refused
from licet.core.review import SIMULATED, Review, ReviewKind
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.decide import RULES
from licet.flows.deliver import DECISION, plan_effects
from licet.flows.office import Office, entry, working
from licet.store import audits, cases, decisions
from licet.store.book import Tx
from licet.store.payloads import commit_to, salts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for a blind answer, under a name that does not say why it is asked about."""

    token: str
    body: CaseBody


def worksheet(office: Office, by: Actor, *, name: str) -> list[Waiting] | Refused:
    """Everything that waits for a blind answer, decisions and audits alike, in an order that says nothing."""
    with office.book.read() as tx:
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = permit_person(by, Act.REVIEW, use_case_owner=use_case.owner)
        if isinstance(permitted, Refused):
            return permitted
        return [Waiting(token=task.token, body=body) for task in decisions.open_tasks(tx, use_case) if (body := _body(tx, task.case))]


def _body(tx: Tx, number: CaseNumber) -> CaseBody | None:
    stored = cases.by_number(tx, number)
    return None if stored is None else cases.body_of(tx, stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How many blind answers were taken in, how many came too late, and the mandate as it stands after them."""

    taken: int
    late: int
    mandate: Mandate | None


def answer_worksheet(office: Office, by: Actor, *, name: str, answers: Mapping[str, Answer]) -> Answered | Refused:
    """Takes a person's blind answers by the worksheet's names; a case answered before keeps its first answer."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        person = permit_person(by, Act.REVIEW, use_case_owner=use_case.owner)
        if isinstance(person, Refused):
            return person
        tasks = {task.token: task for task in decisions.open_tasks(tx, use_case)}
        given = [(tasks[token], answer) for token, answer in answers.items() if token in tasks]
        mandate = give(office, tx, use_case, given, by=person.id, now=now)
        return Answered(taken=len(given), late=len(answers) - len(given), mandate=mandate)


def answer_simulated(office: Office, use_case: UseCase, truths: Mapping[CaseNumber, Answer], *, now: datetime) -> Mandate | None:
    """Lets simulated people, who answer with the data's own truth, clear what waits about these cases."""
    with office.book.write() as tx:
        tasks = decisions.tasks_of(tx, list(truths))
        return give(office, tx, use_case, [(task, truths[task.case]) for task in tasks], by=SIMULATED, now=now)


def give(
    office: Office, tx: Tx, use_case: UseCase, given: Sequence[tuple[decisions.Task, Answer]], *, by: PersonId, now: datetime
) -> Mandate | None:
    """Writes blind answers down, lets each take effect, and advances the watch; all in the caller's transaction.

    An audit whose time is over is lost, whoever answers it now. What simulated people decide stays here: nothing is done in the world.
    """
    salts = salts_of(tx, [task.case for task, _ in given])
    decided: list[tuple[CaseNumber, int]] = []
    for task, answer in given:
        salt = salts.get(task.case)
        if salt is None:
            continue
        review = Review(case=task.case, kind=task.kind, by=by, answer=answer, at=now, simulated=by == SIMULATED)
        if decisions.answer(tx, review, salt):
            _take_effect(tx, use_case, review, salt, now)
            decided += [(task.case, DECISION)] if review.kind is ReviewKind.DECISION and not review.simulated else []
    plan_effects(office, tx, use_case, decided, alone=False, now=now)
    return advance(tx, use_case, now)


def _take_effect(tx: Tx, use_case: UseCase, review: Review, salt: bytes, now: datetime) -> None:
    what = "review" if review.kind is ReviewKind.AUDIT else "answer"
    committed = commit_to(tx, salt, what, {"answer": answer_to_json(review.answer)})
    facts: dict[str, Json] = {"case_number": review.case, "commitment": committed}
    if review.simulated:
        facts["people"] = "simulated"
    if review.kind is ReviewKind.AUDIT:
        _settle(tx, use_case, review, salt, facts, now)
        return
    decided = decisions.Decided(case=review.case, answer=review.answer, by=review.by, simulated=review.simulated, versions={"rules": RULES})
    decisions.decide(tx, use_case, [(decided, salt)], at=now)
    tx.record(entry("case.decided", by=review.by, now=now, use_case=use_case, **facts))


def _settle(tx: Tx, use_case: UseCase, review: Review, salt: bytes, facts: dict[str, Json], now: datetime) -> None:
    drawn = audits.of_case(tx, review.case)
    decided = decisions.answer_of(tx, use_case, review.case, salt)
    if drawn is None or decided is None or drawn.outcome is not None or now >= drawn.drawn.due_at:
        tx.record(entry("review.answered", by=review.by, now=now, use_case=use_case, **facts))
        return
    outcome = Agreed() if same(decided, review.answer) else Disagreed()
    audits.answer(tx, review.case, outcome, at=now)
    said = {**facts, "mandate": drawn.drawn.mandate, "agreed": isinstance(outcome, Agreed)}
    tx.record(entry("audit.answered", by=review.by, now=now, use_case=use_case, **said))
