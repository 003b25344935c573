"""Finding capacity: who is there to answer a use case's cases, and what will come to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.capacity import LOOKED_BACK, Capacity, Relief, coming, looked_at_twice, taking
from licet.core.desk import Absence
from licet.core.ids import PersonId
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.people import Act, Identity, Person, Role
from licet.core.qualification import Qualification, QualificationRule, Qualified, Work, qualification_of
from licet.core.refusal import Refused
from licet.core.relief import relief_under
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.flows.cover import proposal_now
from licet.flows.office import Office, allowed
from licet.flows.roles import everybody_here
from licet.store import absences, desk_pace, known, looks, mandates, qualifications, standards
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who may answer a use case's cases.

    Attributes:
        holds: what they hold by the use case's rule; None where it has none.
        ready: whether they are qualified as far as answering takes it.
        absence: the one they are on; None: they are in.
    """

    person: Person
    holds: Qualification | None
    ready: bool
    absence: Absence | None

    @property
    def counts(self) -> bool:
        """Whether they answer cases now."""
        return self.ready and self.absence is None

    @property
    def until(self) -> datetime | None:
        """Until when they are qualified; None where they are not, or nothing is asked for."""
        return self.holds.until if isinstance(self.holds, Qualified) else None


def capacity_of(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> Capacity:
    """The work that will come to people and those who are there to do it, as it stands in this transaction."""
    return capacity_with(office, tx, use_case, members(office, tx, use_case, now), now)


def capacity_with(office: Office, tx: Tx, use_case: UseCase, there: Sequence[Member], now: datetime) -> Capacity:
    """The same where it is known already who may answer."""
    stated = office.desks.rules(use_case.slug)
    signed = standards.newest(tx, use_case)
    since = now - LOOKED_BACK
    return Capacity(
        people=sum(one.counts for one in there),
        unqualified=sum(not one.ready for one in there),
        away=sum(one.ready and not one.counts for one in there),
        hours=stated.staffing.hours_a_day,
        cases=coming(stated.staffing.cases_a_day, desk_pace.came(tx, use_case, since=since, now=now)),
        seconds=taking(stated.staffing.seconds_a_case, desk_pace.times(tx, use_case, since=since)),
        due_within=stated.due_within,
        relief=_relief(tx, use_case, now),
        twice=looked_at_twice(signed.standard.second_looks if isinstance(signed, CountersignedStandard) else None),
        known=known.rule_of(tx, use_case).share,
    )


def members(office: Office, tx: Tx, use_case: UseCase, now: datetime) -> tuple[Member, ...]:
    """Everybody who may answer a use case's cases, by role and by the policies in force, once they signed in."""
    rule, trials = qualifications.rule_of(tx, use_case), qualifications.every_trial(tx, use_case)
    away: Mapping[PersonId, Absence] = absences.all_now(tx, now)
    named = [one for one in everybody_here(tx, use_case) if one.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
    let_in = [one for one in named if not isinstance(allowed(office, tx, _signed_in(one), Act.REVIEW, use_case), Refused)]
    held = [(one, None if rule is None else qualification_of(rule, trials.get(one.id, []), now)) for one in let_in]
    return tuple(Member(person=one, holds=found, ready=_ready(rule, found), absence=away.get(one.id)) for one, found in held)


def _signed_in(person: Person) -> Person:
    """Somebody as they come when they have just shown who they are: what they may do, not what they do now, is asked."""
    return replace(person, identity=Identity.CONFIRMED)


def _ready(rule: QualificationRule | None, found: Qualification | None) -> bool:
    return rule is None or Work.REVIEW not in rule.work or isinstance(found, Qualified)


def _relief(tx: Tx, use_case: UseCase, now: datetime) -> Relief | None:
    """What the mandate takes off people that is proposed now, or else the one that governs cases."""
    mandate = proposal_now(tx, use_case) or mandates.in_force(tx, use_case)
    look = mandate.terms.look if isinstance(mandate, ProposedMandate | ActiveMandate) else None
    return relief_under(mandate, coverage=None if look is None else looks.by_id(tx, look).coverage, now=now)
