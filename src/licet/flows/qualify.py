"""Qualifying: who may answer a use case's cases by what they showed on past ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

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
from licet.flows.office import Office, allowed_person, entry, person_at_work_on
from licet.store import desks, qualifications
from licet.store.book import Tx


def entitled(tx: Tx, use_case: UseCase, person: Person, now: datetime, *, work: Work = Work.REVIEW) -> Refused | None:
    """Says no to whoever is not qualified for a kind of work; asked before anything is handed out, and when an answer or a yes comes.

    Where the owner set no rule, everybody is entitled whom the door lets in.
    """
    rule = qualifications.rule_of(tx, use_case)
    if rule is None or work not in rule.work:
        return None
    return _unless_qualified(use_case, qualification_of(rule, qualifications.trials(tx, use_case, person.id), now))


WORK_OF: Mapping[Act, Work] = {Act.REVIEW: Work.REVIEW, Act.ADJUDICATE: Work.ADJUDICATE}
"""Acts that answer cases, and the work that one must be qualified for."""


def qualified_at_work_on(office: Office, tx: Tx, by: Actor, act: Act, *, name: str, now: datetime) -> tuple[UseCase, Person] | Refused:
    """As `person_at_work_on`, for an act of `WORK_OF`: whoever does it is also qualified for it, where the owner asks for that."""
    there = person_at_work_on(office, tx, by, act, name=name)
    return there if isinstance(there, Refused) else entitled(tx, *there, now, work=WORK_OF[act]) or there


def may_label(office: Office, tx: Tx, by: Actor, use_case: UseCase) -> Person | Refused:
    """Who answers what a system is judged by: whoever may review and is qualified for it, and may judge who was right besides.

    So nobody labels who built, made, fed or evaluated what is judged: exactly those whom adjudication keeps out.
    """
    person = allowed_person(office, tx, by, Act.REVIEW, use_case)
    independent = person if isinstance(person, Refused) else allowed_person(office, tx, by, Act.ADJUDICATE, use_case)
    if isinstance(independent, Refused):
        return independent
    return entitled(tx, use_case, independent, office.clock.now()) or independent


def work_at(item: desks.Item) -> Work:
    """Which work a case at the desk is: who says which of two people is right adjudicates."""
    return Work.ADJUDICATE if item.home == desks.SECOND_LOOK else Work.REVIEW


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


def set_qualification_rule(office: Office, by: Actor, *, name: str, asked: QualificationRule) -> QualificationRule | Refused:
    """Says what people must show before they do which work on a use case's cases; the owner's to say, and it holds at once.

    Its version is the next one, whatever `asked` says.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVISE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        before = qualifications.rule_of(tx, use_case)
        version = 1 if before is None else before.version + 1
        rule = checked_rule(replace(asked, version=version))
        if isinstance(rule, Refused):
            return rule
        qualifications.set_rule(tx, use_case, rule, by=person.id, at=now)
        facts: dict[str, Json] = {"rule": rule.digest, "version": version, "cases": rule.cases, "agreement": rule.agreement}
        tx.record(entry("qualification.rule_set", by=person.id, now=now, use_case=use_case, **facts))
        for one, trials in qualifications.every_trial(tx, use_case).items():
            found = qualification_of(rule, trials, now)
            if isinstance(found, Qualified):
                tx.record(_reached(use_case, one, found, now))
        return rule
