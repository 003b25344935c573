"""Assessing risk: the questions are answered, the tier follows, and what stood on a milder one is taken back at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import LICET
from licet.core.mandate import ActiveMandate, SuspendedMandate
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.risk import NO_ANSWERS, Tier, answers_to_json, may_lower, tier_of
from licet.core.use_case import Stage, UseCase
from licet.flows.cover import void_if_changed
from licet.flows.hold_back import has_outgrown
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.respond import end_if_expired, suspend_at_once
from licet.store import mandates, risks, use_cases
from licet.store.book import Tx
from licet.store.risks import StoredRisk

KIND = "risk_raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What answering led to.

    Attributes:
        risk: the answers as they stand now.
        was: the tier before; None where these are the first answers.
        suspended: the mandate that was suspended because the tier outgrew it; None where none was.
    """

    risk: StoredRisk
    was: Tier | None
    suspended: SuspendedMandate | None


def answer_risk(office: Office, by: Actor, *, name: str, answers: Mapping[str, str], afresh: bool = False) -> Assessed | Refused:
    """Answers risk questions of a use case; what is not answered here stays as it was.

    Approvals are bound to the digest of the answers and are void from here on. Where the tier becomes stricter than the one an active
    mandate was granted under, the mandate is suspended in the same transaction, an incident opens and the owner is told.

    Args:
        office: the office.
        by: the owner, a builder, or risk.
        name: the use case.
        answers: codes of questions and of their answers.
        afresh: forget earlier answers: what is not answered here is unknown.

    Raises:
        NotAnAnswerError: for a question that is not asked, or an answer it does not take.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.ANSWER_RISK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        before = risks.versions(tx, use_case)
        last = before[-1] if before else None
        start = NO_ANSWERS if last is None or afresh else last.answers
        given = start.with_answers(answers)
        if last is not None and last.digest == given.digest:
            return Refused(code="already_done", why=f"{use_case.slug!r} has exactly these answers, in version {last.version}.", remedy="")
        by_risk = _judges(tx, use_case, person)
        refused = may_lower([(one.answers, one.by_risk) for one in before], given, by_risk=by_risk)
        if refused is not None:
            return refused
        version = 1 if last is None else last.version + 1
        made = StoredRisk(version=version, answers=given, recorded=tier_of(given), by=person.id, by_risk=by_risk, at=now)
        return Assessed(risk=made, was=None if last is None else last.tier, suspended=_write(office, tx, use_case, made, last))


def _judges(tx: Tx, use_case: UseCase, person: Person) -> bool:
    """Whether somebody answers as risk: with that role, no other hand in this use case, and no role with which they would take one.

    A builder may propose here tomorrow, and while nobody owns the use case any owner may: both would have judged their own.
    """
    takes_a_hand = person.has(Role.BUILDER) or (use_case.owner is None and person.has(Role.OWNER))
    return person.has(Role.RISK) and not takes_a_hand and person.id not in use_cases.involved(tx, use_case) | {use_case.owner}


def _write(office: Office, tx: Tx, use_case: UseCase, made: StoredRisk, last: StoredRisk | None) -> SuspendedMandate | None:
    """Writes a version and all that follows from it; gives the mandate that was suspended."""
    risks.add(tx, use_case, made)
    if not made.by_risk:
        use_cases.involve(tx, use_case, made.by, "risk answers")
    facts: dict[str, Json] = {
        "version": made.version,
        "digest": made.digest,
        "questionnaire": made.answers.questionnaire,
        "tier": made.tier.value,
        "was": None if last is None else last.tier.value,
        "by_risk": made.by_risk,
        "answers": answers_to_json(made.answers),
    }
    tx.record(entry("risk.answered", by=made.by, now=made.at, use_case=use_case, **facts))
    void_if_changed(office, tx, use_case, made.at)
    suspended = _take_back(tx, use_case, made)
    if made.tier is Tier.PROHIBITED:
        _back_to_idea(tx, use_cases.require(tx, use_case.slug), made.at)
    return suspended


def _take_back(tx: Tx, use_case: UseCase, made: StoredRisk) -> SuspendedMandate | None:
    """Suspends the mandate that is active, where the tier is stricter than the one it was granted under."""
    running = end_if_expired(tx, use_case, mandates.in_force(tx, use_case), made.at)
    if not isinstance(running, ActiveMandate) or not has_outgrown(tx, use_case, running, made.tier):
        return None
    why = f"The risk answers changed (version {made.version}): the use case is {made.tier.value} now, stricter than when it was granted."
    return suspend_at_once(tx, use_case, running, by=made.by, kind=KIND, why=why, now=made.at)


def _back_to_idea(tx: Tx, use_case: UseCase, now: datetime) -> None:
    """A prohibited use case takes no stage beyond idea."""
    if use_case.stage is not Stage.IDEA:
        use_cases.set_stage(tx, use_case, Stage.IDEA)
        change = {"was": use_case.stage.value, "became": Stage.IDEA.value}
        tx.record(entry("stage.changed", by=LICET, now=now, use_case=use_case, **change))


def show_risk(office: Office, *, name: str) -> StoredRisk | None:
    """The risk answers as they stand; None where nobody answered yet."""
    with office.book.read() as tx:
        return risks.newest(tx, use_cases.require(tx, name))


def risk_versions(office: Office, *, name: str) -> list[StoredRisk]:
    """Every version of a use case's risk answers, oldest first."""
    with office.book.read() as tx:
        return risks.versions(tx, use_cases.require(tx, name))
