"""Judging a comparison: once, as soon as every case on which two versions differ was answered or erased."""

from datetime import datetime

from licet.core.answer import Answer
from licet.core.canonical import Json, digest
from licet.core.case_rules import facts_of
from licet.core.comparison import (
    LOST,
    SAME,
    AnyComparison,
    Compared,
    Judged,
    Labelling,
    Plan,
    change_of,
    found_to_json,
    judge,
)
from licet.core.ids import CaseNumber, PersonId
from licet.core.standard import Standard
from licet.core.terms import Terms
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry
from licet.flows.own_grades import standard_at_hand
from licet.flows.run import CHUNK_BYTES
from licet.flows.speak import BLOCK
from licet.store import comparisons, heads, standards, systems
from licet.store.book import Tx


def judge_if_answered(office: Office, tx: Tx, use_case: UseCase, *, by: PersonId, now: datetime) -> AnyComparison | None:
    """The newest comparison, judged where nothing is left to answer; None where there is none."""
    newest = comparisons.newest(tx, use_case)
    if not isinstance(newest, Labelling) or newest.open:
        return newest
    planned = newest.planned
    standard = standard_at_hand(office, use_case, standard_of(tx, use_case, planned.plan))
    found = judge(planned.plan, standard, _compared(tx, use_case, newest, standard))
    comparisons.judged(tx, planned.id, found, at=now)
    facts: dict[str, Json] = {"comparison": planned.id, "verdict": found.word, "n": found.n, "gained": found.gained, "lost": found.lost}
    tx.record(entry("comparison.judged", by=by, now=now, use_case=use_case, **facts, found=digest(found_to_json(found))))
    return Judged(planned=planned, asked_at=newest.asked_at, differing=newest.differing, found=found, at=now)


def standard_of(tx: Tx, use_case: UseCase, plan: Plan) -> Standard:
    """The standard that a comparison was planned under.

    Raises:
        LookupError: when it is not stored.
    """
    signed = standards.by_digest(tx, use_case, plan.standard)
    if signed is None:
        message = f"No standard of digest {plan.standard[:12]!r} is stored; restore a backup."
        raise LookupError(message)
    return signed.standard


def changes_of(tx: Tx, use_case: UseCase, plan: Plan, labels: dict[CaseNumber, Answer], standard: Standard) -> dict[CaseNumber, int]:
    """What the new version does to each case that was answered."""
    numbers = list(labels)
    old, new = (systems.proposals_for(tx, use_case, one, numbers) for one in (plan.old, plan.new))
    return {number: change_of(old[number], new[number], right, standard.grading) for number, right in labels.items()}


def _compared(tx: Tx, use_case: UseCase, newest: Labelling, standard: Standard) -> list[Compared]:
    """Every case, in the order of the plan. An erased case that differs is lost, so that erasing never helps."""
    plan = newest.planned.plan
    there = comparisons.differences(tx, use_case, newest.planned.id)
    labels = {one.case: one.answer for one in there if one.answer is not None}
    erased = {one.case for one in there} - set(labels)
    changes = changes_of(tx, use_case, plan, labels, standard) | dict.fromkeys(erased, LOST)
    facts = _facts(tx, use_case, plan, standard)
    return [Compared(change=changes.get(one, SAME), facts=facts.get(one, {}), erased=one in erased) for one in plan.cases]


def _facts(tx: Tx, use_case: UseCase, plan: Plan, standard: Standard) -> dict[CaseNumber, dict[str, str]]:
    """What is known of each case, where the standard groups cases by it; contents are decrypted for that alone."""
    if standard.clusters is None and not standard.slices:
        return {}
    blocks = heads.blocks(heads.heads_of(tx, use_case, plan.cases), most=BLOCK, most_bytes=CHUNK_BYTES)
    read = (one for block in blocks for one in heads.read_cases(tx, use_case, [head.number for head in block]))
    return {one.number: dict(facts_of(one.body)) for one in read}


def not_worse(tx: Tx, use_case: UseCase, running: Terms, terms: Terms) -> bool | None:
    """Whether a system was shown to be not worse than the running one by the margin of its standard; None where that has no margin."""
    signed = standards.by_digest(tx, use_case, terms.standard)
    if signed is not None and signed.standard.change is None:
        return None
    return comparisons.is_met(tx, use_case, old=running.fingerprint, new=terms.fingerprint, standard=terms.standard)
