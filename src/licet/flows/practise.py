"""Practising: past cases whose answer is known, answered alone, and right after each the answer that the record knows."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from licet.core.answer import Answer, AnswerKind, answer_to_json
from licet.core.case import CaseBody
from licet.core.grading import same
from licet.core.known import Basis, Candidate, chance_of, pick
from licet.core.people import Act, Actor, Person
from licet.core.qualification import Qualification, QualificationRule, qualification_of
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.qualify import reached
from licet.stats.bounds import interval
from licet.store import cases, known, qualifications
from licet.store.book import Tx
from licet.store.payloads import commit_to

PRACTISES = "practice"
"""What the key is for by which practice cases are drawn; it cannot be read by any command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeCase:
    """A past case to practise on; nothing in it tells the answer."""

    token: str
    body: CaseBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody is told after a practice answer: whether it was right, the known answer, and where that comes from."""

    right: bool
    truth: Answer
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPractice:
    """What somebody's own practice shows.

    Attributes:
        answered: practice cases, in all.
        right: how many of them they answered as the record does.
        between: a 95 % interval of their share of right answers, over cases as they are drawn here.
        rule: what the use case asks for; None: nothing.
        qualification: what they hold by it; None where there is no rule.
    """

    answered: int
    right: int
    between: tuple[float, float] | Unknown
    rule: QualificationRule | None
    qualification: Qualification | None


def next_practice(office: Office, by: Actor, *, name: str) -> PracticeCase | Refused:
    """The next past case for somebody: the one they were given and did not answer, else one that keyed chance draws."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        if qualifications.waiting(tx, use_case, person.id) is None:
            found = _found(tx, use_case, person)
            if found is None:
                return _nothing(use_case)
            qualifications.draw(tx, use_case, office.draw.token("p_"), found, person=person.id, at=now)
        return _shown(tx, use_case, person)


def _found(tx: Tx, use_case: UseCase, person: Person) -> Candidate | None:
    if use_case.answer_kind is AnswerKind.TEXT:
        return None  # whether a text is right, no comparison says
    key = tx.vault.key(PRACTISES, sha256(f"use case {use_case.id}".encode()).digest())
    drawn = qualifications.count_drawn(tx, use_case, person.id)
    place = chance_of(hmac.digest(key, f"{person.id} {drawn}".encode(), "sha256")).place
    there = known.candidates(tx, use_case, person.id, place=place, fingerprint=None)
    return pick(_readable(tx, there), person, advised=False, error=False)


def _readable(tx: Tx, there: Iterator[Candidate]) -> Iterator[Candidate]:
    return (one for one in there if _body(tx, one) is not None)


def _body(tx: Tx, one: Candidate | qualifications.Drawn) -> CaseBody | None:
    stored = cases.by_number(tx, one.case)
    return None if stored is None else cases.body_of(tx, stored)


def _shown(tx: Tx, use_case: UseCase, person: Person) -> PracticeCase | Refused:
    drawn = qualifications.waiting(tx, use_case, person.id)
    body = None if drawn is None else _body(tx, drawn)
    return _nothing(use_case) if drawn is None or body is None else PracticeCase(token=drawn.token, body=body)


def _nothing(use_case: UseCase) -> Refused:
    why = f"{use_case.slug!r} has no past case left to practise on that you did not see yet, and whose answer is known."
    return Refused(code="nothing_to_practise", why=why, remedy=f"Import more history: `licet import {use_case.slug} FILE`.")


def answer_practice(office: Office, by: Actor, *, name: str, token: str, answer: Answer) -> Told | Refused:
    """Takes somebody's answer on a practice case and tells the known one. It decides nothing; the ledger commits to it."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        drawn = qualifications.waiting(tx, use_case, person.id)
        if drawn is None or drawn.token != token:
            why = f"No practice case {token!r} of yours waits for an answer."
            return Refused(code="not_practising", why=why, remedy=f"Take the next one: `licet practise start {use_case.slug}`.")
        right = same(answer, drawn.truth)
        if qualifications.answer(tx, drawn, answer, by=person.id, right=right, at=now):
            committed = commit_to(tx, drawn.salt, "practice answer", {"answer": answer_to_json(answer)})
            tx.record(entry("practice.answered", by=person.id, now=now, use_case=use_case, task=token, commitment=committed))
            reached(tx, use_case, person.id, now)
        return Told(right=right, truth=drawn.truth, basis=drawn.basis)


def own_practice(office: Office, by: Actor, *, name: str) -> OwnPractice | Refused:
    """What somebody's own practice shows; nobody else is shown it."""
    with office.book.read() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        rule, trials = qualifications.rule_of(tx, use_case), qualifications.trials(tx, use_case, person.id)
        right = sum(one.right for one in trials)
        return OwnPractice(
            answered=len(trials),
            right=right,
            between=interval(errors=right, n=len(trials), delta=0.05) if trials else Unknown(why="no practice case was answered yet"),
            rule=rule,
            qualification=None if rule is None else qualification_of(rule, trials, now),
        )
