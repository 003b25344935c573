"""Correcting: a wrong decision stays as it was, and what a person says instead counts from then on."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json
from licet.core.correction import Correction, counting, next_number
from licet.core.ids import CaseNumber
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.review import SIMULATED
from licet.core.use_case import UseCase
from licet.flows.deliver import DECISION, plan_effects
from licet.flows.exclude import is_kept_apart
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.rules_in_force import policy_in_force
from licet.store import cases, corrections, decisions
from licet.store.book import Tx
from licet.store.payloads import commit_to, salts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction, and the answer that counted before it."""

    correction: Correction
    before: Answer


def correct_decision(office: Office, by: Actor, *, name: str, case: str, answer: Answer, why: str) -> Corrected | Refused:
    """Corrects the decision on a case, whoever or whatever made it.

    An audit of the case, open or answered, is not touched: it compares a blind answer with what AI itself said. Nor does anything
    here differ between a case that is audited and one that is not.

    Args:
        office: the office.
        by: a reviewer, or the owner of the use case.
        name: the use case.
        case: the case's outside name or number.
        answer: what shall count.
        why: in words; stored under the case's own key.

    Raises:
        NotAReasonError: when `why` says nothing.
        UnknownCaseError: when the use case has no such case.
        OtherKindError: when the answer is not of the use case's kind.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.CORRECT, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = _decided(tx, use_case, case)
        if isinstance(found, Refused):
            return found
        if is_kept_apart(tx, found.case, person):
            why = "You answered another step of the same item, from which this one is kept apart."
            return Refused(code="reviewer_excluded", why=why, remedy="Let somebody else correct it.")
        number = next_number(found.answer, found.corrections, answer)
        if isinstance(number, Refused):
            return number
        made = Correction(case=found.case, number=number, answer=answer, why=said, by=person.id, at=now)
        write_correction(office, tx, use_case, made, found.salt, {"policy": policy_in_force(office, tx)})
        return Corrected(correction=made, before=counting(found.answer, found.corrections))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A case as it was decided and corrected so far, with its key material."""

    case: CaseNumber
    salt: bytes
    answer: Answer
    corrections: list[Correction]


def _decided(tx: Tx, use_case: UseCase, name: str) -> _Decided | Refused:
    numbers = cases.numbers_named(tx, use_case, name)
    if not numbers:
        raise cases.UnknownCaseError(name, use_case.slug)
    salts = salts_of(tx, numbers)
    if not salts:
        why = f"Case {name!r} was erased; nobody can read what was decided on it."
        return Refused(code="case_erased", why=why, remedy="")
    for number, salt in salts.items():
        answer = decisions.answer_of(tx, use_case, number, salt)
        if answer is not None:
            return _Decided(case=number, salt=salt, answer=answer, corrections=corrections.of_case(tx, use_case, number, salt))
    why = f"Case {name!r} is not decided; what is corrected is a decision."
    return Refused(code="not_decided", why=why, remedy="If a person is asked about it: `licet cases answer`.")


def write_correction(office: Office, tx: Tx, use_case: UseCase, made: Correction, salt: bytes, permitted: Mapping[str, Json]) -> None:
    """Writes a correction, its ledger entry and, after those before it, the effect that makes up for the wrong decision in the world.

    What simulated people say stays here: nothing is done in the world.

    Args:
        office: the office.
        tx: the caller's transaction.
        use_case: whose case it is.
        made: the correction.
        salt: the key material of its case.
        permitted: what the entry says of the policies that permitted it.
    """
    corrections.add(tx, use_case, made, salt)
    committed = commit_to(tx, salt, commitment_of(made.number), {"answer": answer_to_json(made.answer)})
    facts: dict[str, Json] = {"case_number": made.case, "number": made.number, "commitment": committed, **permitted}
    tx.record(entry("case.corrected", by=made.by, now=made.at, use_case=use_case, **facts))
    if made.by != SIMULATED:
        plan_effects(office, tx, use_case, [(made.case, DECISION + made.number)], alone=False, now=made.at)


def commitment_of(number: int) -> str:
    """Under which name the ledger commits to a correction, so that showing one shows nothing of another."""
    return f"correction {number}"
