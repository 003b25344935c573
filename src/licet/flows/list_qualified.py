"""Listing who is qualified: everybody who may review in a use case, who of them is ready, and what it takes where somebody is not yet."""

from dataclasses import dataclass

from licet.core.people import Act, Actor, Person, Role
from licet.core.qualification import Qualification, QualificationRule, Qualified, may_see_team, qualification_of, sees_figures
from licet.core.refusal import Refused
from licet.flows.office import Office, person_at_work_on
from licet.flows.roles import everybody_here
from licet.store import qualifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody who may review in a use case.

    Attributes:
        person: who.
        ready: whether they are qualified now; without a rule, everybody is.
        holds: what they hold by the rule; None without a rule, or where the viewer sees only who is ready.
    """

    person: Person
    ready: bool
    holds: Qualification | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamReadiness:
    """A whole team, people and not seats. `rule`: what the use case asks for; None: nothing."""

    rule: QualificationRule | None
    people: tuple[Standing, ...]

    @property
    def ready(self) -> int:
        """How many distinct people are."""
        return sum(one.ready for one in self.people)


def team_readiness(office: Office, by: Actor, *, name: str) -> TeamReadiness | Refused:
    """Who may review in a use case, and who of them is qualified; for its owner, senior reviewers and risk."""
    with office.book.read() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, viewer = there
        refused = may_see_team(viewer)
        if refused is not None:
            return refused
        rule, trials = qualifications.rule_of(tx, use_case), qualifications.every_trial(tx, use_case)
        people = [one for one in everybody_here(tx, use_case) if one.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
        held = [(one, None if rule is None else qualification_of(rule, trials.get(one.id, []), now)) for one in people]
        shown = [
            Standing(person=one, ready=found is None or isinstance(found, Qualified), holds=found if sees_figures(viewer) else None)
            for one, found in held
        ]
        return TeamReadiness(rule=rule, people=tuple(shown))
