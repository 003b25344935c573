"""Qualifying: who may answer a use case's cases by what they showed on past ones."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from licet.core.canonical import Json
from licet.core.ids import LICET, PersonId
from licet.core.ledger import Event
from licet.core.people import Act, Actor, Person
from licet.core.qualification import (
    Expired,
    NotYet,
    Qualification,
    QualificationRule,
    Qualified,
    Work,
    checked_rule,
    qualification_of,
)
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import qualifications
from licet.store.book import Tx


def entitled(tx: Tx, use_case: UseCase, person: Person, now: datetime) -> Refused | None:
    """Says no to whoever is not qualified for a use case; the desk asks before it hands a case out, and when its answer comes.

    Where the owner set no rule, everybody is entitled whom the door lets in.
    """
    rule = qualifications.rule_of(tx, use_case)
    if rule is None or Work.REVIEW not in rule.work:
        return None
    return _unless_qualified(use_case, qualification_of(rule, qualifications.trials(tx, use_case, person.id), now))


def _unless_qualified(use_case: UseCase, found: Qualification) -> Refused | None:
    remedy = f"Practise on past cases: `licet practise start {use_case.slug}`."
    match found:
        case Qualified():
            return None
        case Expired(since=since):
            why = f"Your qualification for {use_case.slug!r} ended on {since:%Y-%m-%d}."
        case NotYet(needs=needs):
            why = f"You are not yet qualified for {use_case.slug!r}: it takes {needs} more practice cases, at best."
    return Refused(code="not_qualified", why=why, remedy=remedy)


def qualified_here(tx: Tx, use_case: UseCase, now: datetime) -> Mapping[PersonId, datetime] | None:
    """Until when each person is qualified who is; None where the owner set no rule."""
    rule = qualifications.rule_of(tx, use_case)
    if rule is None:
        return None
    shown = {one: qualification_of(rule, trials, now) for one, trials in qualifications.every_trial(tx, use_case).items()}
    return {one: found.until for one, found in shown.items() if isinstance(found, Qualified)}


def reached(tx: Tx, use_case: UseCase, person: PersonId, now: datetime) -> None:
    """Writes into the ledger that somebody has just shown enough; asked after each practice answer."""
    rule = qualifications.rule_of(tx, use_case)
    trials = qualifications.trials(tx, use_case, person)
    if rule is None or len(trials) % rule.cases:
        return
    found = qualification_of(rule, trials, now)
    if isinstance(found, Qualified):
        tx.record(_reached(use_case, person, found, now))


def _reached(use_case: UseCase, person: PersonId, found: Qualified, now: datetime) -> Event:
    return entry("qualification.reached", by=LICET, now=now, use_case=use_case, person=person, until=found.until.isoformat())


def set_qualification_rule(
    office: Office, by: Actor, *, name: str, cases: int, agreement: float, lasts: timedelta = timedelta(days=180)
) -> QualificationRule | Refused:
    """Says what people must show before they answer a use case's cases; the owner's to say, and it holds at once."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVISE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        before = qualifications.rule_of(tx, use_case)
        version = 1 if before is None else before.version + 1
        rule = checked_rule(QualificationRule(cases=cases, agreement=agreement, lasts=lasts, version=version))
        if isinstance(rule, Refused):
            return rule
        qualifications.set_rule(tx, use_case, rule, by=person.id, at=now)
        facts: dict[str, Json] = {"rule": rule.digest, "version": version, "cases": cases, "agreement": agreement}
        tx.record(entry("qualification.rule_set", by=person.id, now=now, use_case=use_case, **facts))
        for one, trials in qualifications.every_trial(tx, use_case).items():
            found = qualification_of(rule, trials, now)
            if isinstance(found, Qualified):
                tx.record(_reached(use_case, one, found, now))
        return rule
