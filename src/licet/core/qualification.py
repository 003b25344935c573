"""Qualification: what a person has shown on past cases whose answer is known, and which work that entitles them to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.canonical import Json, digest
from licet.core.ids import Digest
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.stats.bounds import largest_errors, lower_bound

MOST_CASES = 1000
"""Nobody is asked to practise on more than this to be qualified."""


class Work(StrEnum):
    """A kind of work on cases that a qualification entitles to."""

    REVIEW = "review"
    ADJUDICATE = "adjudicate"
    APPROVE = "approve"


ASKED_OF = frozenset({Work.REVIEW, Work.ADJUDICATE})
"""What a rule is about where its owner does not say: every answer on a case. Approvers are asked only where the owner says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRule:
    """What somebody must show before they answer a use case's cases.

    Attributes:
        cases: past cases in one sitting; the newest complete one counts.
        agreement: the share of right answers that the bound must reach, in (0, 1).
        confidence: with which the bound holds, in (0, 1).
        lasts: how long a qualification is valid after its last case.
        work: what nobody does unqualified.
        version: which rule of the use case this is, from 1.
    """

    cases: int
    agreement: float
    confidence: float = 0.95
    lasts: timedelta = timedelta(days=180)
    work: frozenset[Work] = ASKED_OF
    version: int = 1

    @property
    def most_errors(self) -> int:
        """So many wrong answers in one sitting still qualify."""
        found = largest_errors(n=self.cases, target=1.0 - self.agreement, delta=1.0 - self.confidence)
        return -1 if found is None else found

    @property
    def digest(self) -> Digest:
        """What the ledger binds a change of the rule to."""
        return Digest(digest(rule_to_json(self)))


def rule_to_json(rule: QualificationRule) -> Json:
    """Writes a rule as plain JSON: what is hashed and shown."""
    return {
        "cases": rule.cases,
        "agreement": rule.agreement,
        "confidence": rule.confidence,
        "lasts_days": rule.lasts.days,
        "work": sorted(one.value for one in rule.work),
        "version": rule.version,
    }


def checked_rule(rule: QualificationRule) -> QualificationRule | Refused:
    """A rule as an owner sets it, or why nobody could ever meet it."""
    code = "qualification_rule_not_taken"
    if not 1 <= rule.cases <= MOST_CASES:
        return Refused(code=code, why=f"The rule asks for {rule.cases!r} cases; it takes 1 to {MOST_CASES}.", remedy="Give 60.")
    for name, value in (("agreement", rule.agreement), ("confidence", rule.confidence)):
        if not 0.0 < value < 1.0:
            return Refused(code=code, why=f"The {name} is {value!r}; it lies between 0 and 1.", remedy="Give 0.9.")
    if not timedelta(days=1) <= rule.lasts <= timedelta(days=3650):
        return Refused(code=code, why=f"It lasts {rule.lasts.days!r} days; it takes 1 to 3650.", remedy="Give 180.")
    if not rule.work:
        return Refused(code=code, why="The rule is about no kind of work.", remedy="Give at least one, such as `review`.")
    if rule.most_errors < 0:
        why = f"Not even {rule.cases!r} right answers of {rule.cases!r} show an agreement of {rule.agreement!r} at {rule.confidence!r}."
        return Refused(code=code, why=why, remedy="Ask for more cases, or for less agreement.")
    return rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One practice answer: whether it was the known one, and when it was given."""

    right: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """Somebody who has shown enough. `at_least`: the exact lower bound on their share of right answers."""

    n: int
    errors: int
    at_least: float
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Somebody who had shown enough, too long ago."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Somebody who has not shown enough. `needs`: so many more cases, at best."""

    needs: int


Qualification = Qualified | Expired | NotYet


def qualification_of(rule: QualificationRule, trials: Sequence[Trial], now: datetime) -> Qualification:
    """What somebody's practice entitles them to.

    Trials are cut into sittings of `rule.cases`; the newest complete one counts, whole. So nobody stops at a lucky moment: the
    number of cases is fixed before the first answer, which is what the exact bound takes.

    Args:
        rule: the use case's.
        trials: the person's, oldest first.
        now: the moment that asks.

    Returns:
        `Qualified`, `Expired`, or `NotYet`, also where there is no trial.

    Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    done = len(trials) // rule.cases * rule.cases
    newest, begun = trials[max(0, done - rule.cases) : done], trials[done:]
    errors = sum(not one.right for one in newest)
    if not newest or errors > rule.most_errors:
        return NotYet(needs=_needs(rule, begun))
    until = newest[-1].at + rule.lasts
    if now >= until:
        return Expired(since=until)
    wrong = 1.0 - rule.confidence
    return Qualified(n=rule.cases, errors=errors, at_least=lower_bound(errors=rule.cases - errors, n=rule.cases, delta=wrong), until=until)


def _needs(rule: QualificationRule, begun: Sequence[Trial]) -> int:
    """The rest of the sitting; and a whole one more where this one is lost already."""
    lost = sum(not one.right for one in begun) > rule.most_errors
    return rule.cases - len(begun) + (rule.cases if lost else 0)


def may_see_team(viewer: Person) -> Refused | None:
    """Says no to whoever asks who of a team is qualified, and is neither owner, senior reviewer nor risk."""
    if viewer.has(Role.OWNER, Role.SENIOR_REVIEWER, Role.RISK):
        return None
    why = "Who of a team is qualified is shown to its owner, senior reviewers and risk."
    return Refused(code="figures_not_yours", why=why, remedy="Look at your own: `licet practise show`.")


def sees_figures(viewer: Person) -> bool:
    """Whether somebody sees how much each person still has to show; risk sees who is qualified, and no more."""
    return viewer.has(Role.OWNER, Role.SENIOR_REVIEWER)
