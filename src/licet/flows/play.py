"""Playing: rounds on past cases, one's own answer first, then AI's advice, then keep or change; after each case the truth and why."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from licet.core.answer import Answer, AnswerKind, answer_to_json
from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.desk import AnswerForm, Guideline
from licet.core.grading import same
from licet.core.ids import CaseNumber, Fingerprint
from licet.core.known import Basis, Candidate
from licet.core.people import Act, Actor, Person
from licet.core.practice_round import ROUND_CASES, Pick, checked_cases, draw_round, not_theirs
from licet.core.refusal import Refused
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.desk import desk_rules, form_of
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import cases, known, looks, rounds, systems
from licet.store.book import Tx
from licet.store.payloads import commit_to
from licet.store.rounds import Advice, Played, Round

ROUNDS = "practice round"
"""What the key is for by which rounds are drawn; it cannot be read by any command."""

LOOKED_AT = 2000
"""Past cases, the newest, from which a round is drawn, and that say where AI is strong and weak."""

MOST_SIMILAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A similar past case that AI names: what it says, what the record says, and how similar it is, in [0, 1]."""

    body: CaseBody
    truth: Answer
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToPlay:
    """A case of a round. What AI proposes is there only after one's own first answer.

    Attributes:
        place: which of the round it is, from 1.
        first: one's own answer, once it is given.
        advice: what AI proposes; None: no answer was given yet, or AI did not speak about this case.
    """

    token: str
    use_case: UseCase
    place: int
    body: CaseBody
    form: AnswerForm
    guideline: Guideline | None
    first: Answer | None
    advice: Advice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundNow:
    """A round as it stands: how many cases have ended, and the next one; None: the round is over."""

    id: str
    cases: int
    done: int
    guided: bool
    advised: bool
    case: CaseToPlay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A case that ended: what was said, the truth and where it comes from, what AI said and why, and what is similar."""

    shown: CaseToPlay
    round: str | None
    final: Answer
    first_right: bool
    final_right: bool
    truth: Answer
    basis: Basis
    advice_right: bool | None
    similar: tuple[Similar, ...]


def begin_round(office: Office, by: Actor, *, name: str, cases: int = ROUND_CASES, guided: bool = False) -> RoundNow | Refused:
    """Begins a round; one that is open goes on instead, so that nobody draws until they like what they got.

    All its cases are drawn now, by keyed chance: every answer as often as any other, and cases on which AI is known to be wrong.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        refused = checked_cases(cases)
        if refused is not None:
            return refused
        newest = rounds.find(tx, use_case, person.id)
        before = None if newest is None else _as_it_stands(office, tx, use_case, newest)
        if before is not None and before.case is not None:
            return before
        fingerprint = _advising(tx, use_case)
        wanted = Round(id=office.draw.token("r_"), person=person.id, cases=cases, guided=guided, fingerprint=fingerprint, begun_at=now)
        return _begun(office, tx, use_case, person, wanted)


def _advising(tx: Tx, use_case: UseCase) -> Fingerprint | None:
    """The newest evaluated system; None: none was evaluated."""
    found = looks.looks_of(tx, use_case)
    return found[-1].fingerprint if found else None


def _begun(office: Office, tx: Tx, use_case: UseCase, person: Person, wanted: Round) -> RoundNow | Refused:
    key = hmac.digest(tx.vault.key(ROUNDS, sha256(f"use case {use_case.id}".encode()).digest()), wanted.id.encode(), "sha256")
    picks = draw_round(_pool(tx, use_case, person, wanted), cases=wanted.cases, key=key)
    if not picks:
        why = f"{use_case.slug!r} has no past case left to practise on that you did not see yet, and whose answer is known."
        return Refused(code="nothing_to_practise", why=why, remedy=f"Import more history: `licet import {use_case.slug} FILE`.")
    begun = replace(wanted, cases=len(picks))
    rounds.begin(tx, use_case, begun)
    rounds.draw(tx, use_case, begun, {office.draw.token("p_"): one for one in picks}, _said(tx, use_case, begun, picks))
    facts: dict[str, Json] = {"round": begun.id, "cases": begun.cases, "guided": begun.guided, "fingerprint": begun.fingerprint}
    tx.record(entry("practice.round_begun", by=person.id, now=begun.begun_at, use_case=use_case, **facts))
    return _as_it_stands(office, tx, use_case, begun)


def _pool(tx: Tx, use_case: UseCase, person: Person, wanted: Round) -> list[Candidate]:
    """Past cases the person has not met: those AI spoke about, and others where these are too few."""
    if use_case.answer_kind is AnswerKind.TEXT:
        return []  # whether a text is right, no comparison says
    asked = [wanted.fingerprint, *([] if wanted.fingerprint is None else [None])]
    found: dict[CaseNumber, Candidate] = {}
    for fingerprint in asked:
        if len(found) < wanted.cases:
            there = known.history_with_advice(tx, use_case, fingerprint, unseen_by=person.id, most=LOOKED_AT)
            found = {one.case: one for one in not_theirs(there, person)} | found
    return list(found.values())


def _said(tx: Tx, use_case: UseCase, of: Round, picks: list[Pick]) -> dict[CaseNumber, Proposal]:
    numbers = [one.case.case for one in picks]
    said = {} if of.fingerprint is None else systems.proposals_for(tx, use_case, of.fingerprint, numbers)
    return {number: one for number, one in said.items() if isinstance(one, Proposal)}


def round_now(office: Office, by: Actor, *, name: str, round_id: str | None = None) -> RoundNow | Refused:
    """A round of one's own as it stands; the newest where none is named."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = rounds.find(tx, use_case, person.id, round_id)
        return _no_round(use_case) if found is None else _as_it_stands(office, tx, use_case, found)


def _no_round(use_case: UseCase) -> Refused:
    return Refused(code="not_practising", why=f"There is no such round of yours in {use_case.slug!r}.", remedy="Begin one.")


def _as_it_stands(office: Office, tx: Tx, use_case: UseCase, of: Round) -> RoundNow:
    there = rounds.played(tx, use_case, of.person, round_id=of.id)
    left = [one for one in there if one.final is None]
    shown = (_to_play(office, tx, use_case, one) for one in left)
    return RoundNow(
        id=of.id,
        cases=len(there),
        done=len(there) - len(left),
        guided=of.guided,
        advised=of.fingerprint is not None,
        case=next((one for one in shown if one is not None), None),
    )


def _to_play(office: Office, tx: Tx, use_case: UseCase, one: Played) -> CaseToPlay | None:
    stored = cases.by_number(tx, one.case)
    body = None if stored is None else cases.body_of(tx, stored)
    if body is None:
        return None
    rules = desk_rules(office, use_case)
    return CaseToPlay(
        token=one.token,
        use_case=use_case,
        place=one.place,
        body=body,
        form=form_of(office, tx, use_case),
        guideline=rules.guideline,
        first=one.first,
        advice=None if one.first is None else one.advice,
    )


def answer_in_round(office: Office, by: Actor, *, name: str, token: str, answer: Answer) -> CaseToPlay | Explained | Refused:
    """Takes one's own first answer, which stays; then there is AI's advice, or, without any, the truth. Sent again it changes nothing."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = _mine(office, tx, by, name=name, token=token)
        if isinstance(there, Refused):
            return there
        use_case, person, one = there
        if rounds.answer(tx, one, answer, by=person.id, right=same(answer, one.truth), at=now):
            _enter(tx, use_case, person, one, ("practice.answered", answer, now))
        return _told(office, tx, use_case, person, token)


def settle_in_round(office: Office, by: Actor, *, name: str, token: str, answer: Answer | None) -> Explained | Refused:
    """Keeps one's first answer, or changes it after the advice; None keeps. A second record beside the first."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = _mine(office, tx, by, name=name, token=token)
        if isinstance(there, Refused):
            return there
        use_case, person, one = there
        if one.first is None:
            return Refused(code="not_practising", why="Your own answer comes first, then AI's advice.", remedy="Answer the case.")
        final = answer or one.first
        if one.final is None and rounds.settle(tx, one, final, by=person.id, right=same(final, one.truth), at=now):
            _enter(tx, use_case, person, one, ("practice.settled", final, now))
        return _explained(office, tx, use_case, person, token)


def explained_case(office: Office, by: Actor, *, name: str, token: str) -> Explained | Refused:
    """A case of one's own practice that ended, with the truth and why."""
    with office.book.read() as tx:
        there = _mine(office, tx, by, name=name, token=token)
        return there if isinstance(there, Refused) else _explained(office, tx, there[0], there[1], token)


def case_to_play(office: Office, by: Actor, *, name: str, token: str) -> CaseToPlay | Refused:
    """A case that somebody was given for practice: for its pictures, and to fill in its form again."""
    with office.book.read() as tx:
        there = _mine(office, tx, by, name=name, token=token)
        if isinstance(there, Refused):
            return there
        shown = _to_play(office, tx, there[0], there[2])
        return _not_there(token) if shown is None else shown


def _mine(office: Office, tx: Tx, by: Actor, *, name: str, token: str) -> tuple[UseCase, Person, Played] | Refused:
    there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
    if isinstance(there, Refused):
        return there
    use_case, person = there
    found = rounds.played(tx, use_case, person.id, token=token)
    return (use_case, person, found[0]) if found else _not_there(token)


def _not_there(token: str) -> Refused:
    return Refused(code="not_practising", why=f"No practice case {token!r} is yours.", remedy="Take the next one.")


def _enter(tx: Tx, use_case: UseCase, person: Person, one: Played, said: tuple[str, Answer, datetime]) -> None:
    word, answer, now = said
    committed = commit_to(tx, one.salt, word, {"answer": answer_to_json(answer)})
    tx.record(entry(word, by=person.id, now=now, use_case=use_case, task=one.token, commitment=committed))


def _told(office: Office, tx: Tx, use_case: UseCase, person: Person, token: str) -> CaseToPlay | Explained | Refused:
    one = rounds.played(tx, use_case, person.id, token=token)[0]
    if one.final is not None:
        return _explained(office, tx, use_case, person, token)
    shown = _to_play(office, tx, use_case, one)
    return _not_there(token) if shown is None else shown


def _explained(office: Office, tx: Tx, use_case: UseCase, person: Person, token: str) -> Explained | Refused:
    one = rounds.played(tx, use_case, person.id, token=token)[0]
    shown = _to_play(office, tx, use_case, one)
    if shown is None or one.final is None:
        return _not_there(token)
    return Explained(
        shown=shown,
        round=one.round,
        final=one.final,
        first_right=one.first_right,
        final_right=one.final_right,
        truth=one.truth,
        basis=one.basis,
        advice_right=one.advice_right,
        similar=_similar(tx, use_case, one.advice),
    )


def _similar(tx: Tx, use_case: UseCase, advice: Advice | None) -> tuple[Similar, ...]:
    near = () if advice is None else advice.precedents
    truths, found = rounds.truths(tx, use_case, [one.case for one in near]), []
    for one in near:
        stored = cases.by_number(tx, one.case) if one.case in truths else None
        body = None if stored is None else cases.body_of(tx, stored)
        if body is not None:
            found.append(Similar(body=body, truth=truths[one.case], similarity=one.similarity))
    return tuple(found[:MOST_SIMILAR])
