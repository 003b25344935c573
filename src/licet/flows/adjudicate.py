"""Adjudicating: a second person answers disagreements blind, mixed with agreements, and the record is corrected by it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.case import CaseBody
from licet.core.grading import agrees
from licet.core.ids import CaseNumber
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.sealed import SealedSet
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.graded_by import graded_by
from licet.flows.office import Office, entry
from licet.flows.qualify import qualified_at_work_on
from licet.stats.bounds import upper_bound
from licet.stats.sampling import is_drawn
from licet.store import cases, looks, systems
from licet.store.book import Tx
from licet.store.payloads import salts_of

AGREEMENTS = 0.1
"""Share of agreements that go on the worksheet too, so that being on it says nothing, and agreed errors can be bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a blind worksheet: a name that tells nothing, and what the case says."""

    token: str
    body: CaseBody


def hand_out(office: Office, by: Actor, *, name: str) -> list[Line] | Refused:
    """Makes the worksheet of the newest sealed set: all disagreements of the system judged last, and a share of agreements.

    Returns:
        Its lines, in an order that says nothing; or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _ready(office, tx, by, name, now)
        if isinstance(ready, Refused):
            return ready
        use_case, person, sealed = ready
        drawn = _draw(office, tx, use_case, sealed)
        there = {row.case: row.answer for row in looks.worksheet(tx, use_case, sealed.id)}
        open_ones = [number for number in {**there, **{row.case: None for row in drawn}} if there.get(number) is None]
        refused = _answered_first(tx, use_case, sealed, person, open_ones)
        if refused is not None:
            return refused
        looks.put_on_worksheet(tx, drawn)
        facts = {"sealed_set": sealed.id, "cases": len(open_ones)}
        tx.record(entry("adjudication.exported", by=person.id, now=now, use_case=use_case, **facts))
        return _lines(tx, [row for row in looks.worksheet(tx, use_case, sealed.id) if row.answer is None])


def _ready(office: Office, tx: Tx, by: Actor, name: str, now: datetime) -> tuple[UseCase, Person, SealedSet] | Refused:
    there = qualified_at_work_on(office, tx, by, Act.ADJUDICATE, name=name, now=now)
    if isinstance(there, Refused):
        return there
    use_case, person = there
    sealed = looks.current_set(tx, use_case)
    if sealed is None or not sealed.looks:
        why = "There is no evaluation on sealed cases yet, so no disagreements."
        return Refused(code="no_sealed_cases", why=why, remedy="Evaluate first: `licet evaluate`.")
    if sealed.opened_scope is not None or sealed.shown_elsewhere:
        why = f"Sealed set {sealed.id} was opened: what AI said on its cases can be seen, and nobody answers them blind any more."
        return Refused(code="sealed_cases_opened", why=why, remedy="Import fresh cases, evaluate, and adjudicate before opening them.")
    return use_case, person, sealed


def _draw(office: Office, tx: Tx, use_case: UseCase, sealed: SealedSet) -> list[looks.Adjudication]:
    """Which cases go on the worksheet: by the system's and the first person's answers, and by keyed chance for agreements."""
    last = sealed.looks[-1]
    stored = looks.by_id(tx, last.id)
    proof = looks.PlannedLook(sealed_set=sealed.id, scope=last.scope)
    first = looks.sealed_answers(tx, use_case, proof)
    said = systems.proposals_for(tx, use_case, stored.fingerprint, list(first))
    grading = graded_by(office, tx, use_case, stored.standard)
    key = office.vault.key("adjudication", str(sealed.id).encode())
    rows = []
    for number, (answer, _) in first.items():
        proposed = said.get(number)
        if answer is None or not isinstance(proposed, Proposal):
            continue
        right = agrees(proposed.answer, answer, grading)
        if right and not is_drawn(hmac.digest(key, str(number).encode(), "sha256"), probability=AGREEMENTS):
            continue
        rows.append(
            looks.Adjudication(
                case=number,
                kind="agreement" if right else "disagreement",
                probability=AGREEMENTS if right else 1.0,
                token=office.draw.token("t_"),
                answer=None,
                by=None,
            )
        )
    return rows


def _answered_first(tx: Tx, use_case: UseCase, sealed: SealedSet, person: Person, numbers: list[CaseNumber]) -> Refused | None:
    proof = looks.PlannedLook(sealed_set=sealed.id, scope=sealed.looks[-1].scope)
    first = looks.sealed_answers(tx, use_case, proof)
    names = {person.email.lower(), person.name.lower()}
    own = sum(1 for number in numbers if first.get(number, (None, ""))[1].strip().lower() in names)
    if own == 0:
        return None
    why = f"{person.email!r} gave the first answer on {own} of these {len(numbers)} cases."
    return Refused(code="adjudicator_not_independent", why=why, remedy="Let somebody else adjudicate.")


def _lines(tx: Tx, rows: list[looks.Adjudication]) -> list[Line]:
    lines = []
    for row in rows:
        stored = cases.by_number(tx, row.case)
        body = None if stored is None else cases.body_of(tx, stored)
        if body is not None:
            lines.append(Line(token=row.token, body=body))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicated:
    """What came of a worksheet.

    Attributes:
        answered: lines taken in.
        found_in_record: disagreements in which the adjudicator, blind, sided with AI: errors in the record.
        both_wrong: agreements in which the adjudicator sided with neither.
        agreements: agreements adjudicated so far.
        unseen_bound: upper bound of the share of agreed-but-wrong cases among all agreements, at 95%: it adds to the verdict's
            bound where a reader wants the error against the adjudicator and not against the record; None before any.
    """

    answered: int
    found_in_record: int
    both_wrong: int
    agreements: int
    unseen_bound: float | None


def take_in(office: Office, by: Actor, *, name: str, answers: Mapping[str, Answer]) -> Adjudicated | Refused:
    """Takes an adjudicator's answers. The verdict follows at the next `evaluate`: the same look, counted again.

    Args:
        office: the office.
        by: who adjudicates: neither builder nor first answerer.
        name: of the use case.
        answers: by the worksheet's names; cases already adjudicated keep their answer, erased ones take none, an unknown name is
            refused.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _ready(office, tx, by, name, now)
        if isinstance(ready, Refused):
            return ready
        use_case, person, sealed = ready
        sheet = {row.token: row for row in looks.worksheet(tx, use_case, sealed.id)}
        unknown = sorted(set(answers) - set(sheet))
        if unknown:
            why = f"{unknown[0]!r} is not on the worksheet of sealed set {sealed.id}."
            return Refused(code="not_on_worksheet", why=why, remedy="Export the worksheet again: `licet adjudicate --export`.")
        salts = salts_of(tx, [row.case for row in sheet.values()])
        asked = {token: row.case for token, row in sheet.items() if row.answer is None and row.case in salts}
        new = {asked[token]: answer for token, answer in answers.items() if token in asked}
        refused = _answered_first(tx, use_case, sealed, person, list(new))
        if refused is not None:
            return refused
        for number, answer in new.items():
            looks.adjudicate(tx, number, salts[number], answer, by=person.id, at=now)
        report = _report(office, tx, use_case, sealed, answered=len(new))
        facts = {"sealed_set": sealed.id, "cases": len(new), "found_in_record": report.found_in_record, "both_wrong": report.both_wrong}
        tx.record(entry("adjudication.imported", by=person.id, now=now, use_case=use_case, **facts))
        return report


def _report(office: Office, tx: Tx, use_case: UseCase, sealed: SealedSet, *, answered: int) -> Adjudicated:
    stored = looks.by_id(tx, sealed.looks[-1].id)
    sheet = [row for row in looks.worksheet(tx, use_case, sealed.id) if row.answer is not None]
    said = systems.proposals_for(tx, use_case, stored.fingerprint, [row.case for row in sheet])
    grading = graded_by(office, tx, use_case, stored.standard)
    found = both = agreements = 0
    for row in sheet:
        proposed = said.get(row.case)
        if row.answer is None or not isinstance(proposed, Proposal):
            continue
        sides_with_ai = agrees(proposed.answer, row.answer, grading)
        agreements += row.kind == "agreement"
        both += row.kind == "agreement" and not sides_with_ai
        found += row.kind == "disagreement" and sides_with_ai
    bound = upper_bound(errors=both, n=agreements, delta=0.05) if agreements else None
    return Adjudicated(answered=answered, found_in_record=found, both_wrong=both, agreements=agreements, unseen_bound=bound)
