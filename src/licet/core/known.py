"""Known answers: past cases whose right answer is known, among those that wait, so that each reviewer learns how sure they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from licet.core.answer import Answer, AnswerKind
from licet.core.desk import Given
from licet.core.grading import same
from licet.core.ids import CaseNumber, PersonId, UseCaseSlug
from licet.core.people import Person, Role
from licet.core.refusal import Refused, Unknown
from licet.stats.agreement import Agreement, Rate, fewest_known_errors, rate, reliance
from licet.stats.labellers import Labeller
from licet.stats.sampling import uniform

MOST_SHARE = 0.2
"""More of people's time than this is not spent on known answers."""

SEEN_AFTER = timedelta(days=7)
"""So long figures are a person's own, unless they looked at them before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRule:
    """How many known answers are planted in a use case.

    Attributes:
        share: of what the desk hands out, in [0, MOST_SHARE]; 0: none.
        errors: of these, how many are known errors of AI where people see its proposal, in [0, 1].
    """

    share: float = 0.02
    errors: float = 0.5


ORDINARY_RULE = KnownRule()


def checked_rule(*, share: float, errors: float) -> KnownRule | Refused:
    """A rule as an owner sets it, or why it is none."""
    if not 0.0 <= share <= MOST_SHARE:
        why = f"The share is {share!r}; it lies between 0 and {MOST_SHARE}."
        return Refused(code="known_share_not_taken", why=why, remedy="Give 0.02 for two in a hundred, or 0 for none.")
    if not 0.0 <= errors <= 1.0:
        why = f"The share of AI errors is {errors!r}; it lies between 0 and 1."
        return Refused(code="known_share_not_taken", why=why, remedy="Give 0.5 for every second one.")
    return KnownRule(share=share, errors=errors)


class Basis(StrEnum):
    """Where a known answer comes from; shown beside each figure that stands on it."""

    AGREED = "agreed"
    """Two people gave it, each blind."""

    ADJUDICATED = "adjudicated"
    """Two people differed, and somebody senior said who is right."""

    RECORD = "record"
    """It stands in the imported history; nobody checked it since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A past case that could be planted, its answer, who gave it as the record says, and what AI proposed for it, if it did."""

    case: CaseNumber
    truth: Answer
    basis: Basis
    by: frozenset[str]
    advice: Answer | None = None
    confidence: float = 0.0
    advice_right: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDraw:
    """What chance says of one hand-out, each in [0, 1): whether to plant, whether to show an error of AI, and where to look for a case."""

    plant: float
    error: float
    place: float


def chance_of(digest: bytes) -> PlantDraw:
    """Reads chance off a keyed digest of 32 bytes."""
    return PlantDraw(plant=uniform(digest[:8]), error=uniform(digest[8:16]), place=uniform(digest[16:24]))


def may_plant(rule: KnownRule, kind: AnswerKind) -> bool:
    """Whether anything is planted in a use case at all: not where no two people write the same text."""
    return rule.share > 0.0 and kind is not AnswerKind.TEXT


def is_planted(draw: PlantDraw, rule: KnownRule) -> bool:
    """Whether chance has a known answer planted with this hand-out."""
    return draw.plant < rule.share


def shows_error(draw: PlantDraw, rule: KnownRule) -> bool:
    """Whether what is planted should be a known error of AI."""
    return draw.error < rule.errors


def heard(given: Given, truth: Answer) -> dict[str, object]:
    """What an answer on a planted case shows: whether it was right before and after advice, and how long it took; None: unknown."""
    return {
        "first_right": same(given.first, truth),
        "final_right": same(given.counts, truth),
        "advised": given.revealed is not None,
        "seconds": None if isinstance(given.took, Unknown) else int(given.took.total_seconds()),
    }


def pick(candidates: Iterable[Candidate], person: Person, *, advised: bool, error: bool) -> Candidate | None:
    """The first case that may be planted for somebody.

    Args:
        candidates: in the order in which chance put them.
        person: for whom; their own past cases are left out.
        advised: whether they are shown what AI proposes after their own answer; then only cases on which it spoke are taken.
        error: whether AI should be wrong on it.
    """
    names = {person.id.casefold(), person.email.casefold(), person.name.casefold()}
    fit = (one for one in candidates if names.isdisjoint(name.casefold() for name in one.by))
    if not advised:
        return next(fit, None)
    spoken = [one for one in fit if one.advice is not None]
    wanted = [one for one in spoken if one.advice_right is not error]
    return next(iter(wanted or spoken), None)


class ContestState(StrEnum):
    """What became of a known answer that somebody contests."""

    NONE = "none"
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody said on a planted case, once it counts.

    Attributes:
        said: their own first answer.
        truth: the known answer.
        advice_right: whether what AI proposed was right; None where nothing was shown.
        seconds: how long they had it in hand; Unknown of an answer on a sheet.
        retired: whether the known answer counts for nobody any more.
    """

    token: str
    case: CaseNumber
    by: PersonId
    said: Answer
    truth: Answer
    basis: Basis
    first_right: bool
    final_right: bool
    advice_right: bool | None
    seconds: int | Unknown
    at: datetime
    contest: ContestState
    retired: bool

    @property
    def counts(self) -> bool:
        """Whether it enters figures: a contested one waits, a retired one is gone."""
        return not self.retired and self.contest in {ContestState.NONE, ContestState.REJECTED}

    @property
    def is_open(self) -> bool:
        """Whether somebody contests it and nobody decided yet."""
        return not self.retired and self.contest is ContestState.OPEN


NO_CASE = Unknown(why="no such case yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What known answers say of a reviewer.

    Attributes:
        caught: known answers they gave themselves.
        overrides: known errors of AI after whose sight they did not end wrong.
        rair: how often right advice put them right; of the cases where they were wrong before it.
        rsr: how often they stayed right against wrong advice.
        over: 1 - rsr.
    """

    caught: Rate | Unknown
    overrides: Rate | Unknown
    rair: Rate | Unknown
    rsr: Rate | Unknown
    over: Rate | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Rates):
    """How one reviewer does in one use case, in a time; its rates are without known answers that they contest and nobody decided on.

    Attributes:
        from_record: of the cases that count, how many stand on the record alone.
        contested: known answers they contest and nobody decided on.
        with_contested: the rates as they were if all of these were right: by contesting alone nobody is better than that.
        estimated: how often they are right where nobody knows the truth, estimated from how all answer (Dawid and Skene).
        seconds: the median time that a case was in their hands, of answers of which it is known.
        answered: answers of theirs that took effect in this time.
        until: answers up to this moment are in it.
    """

    person: PersonId
    name: str
    use_case: UseCaseSlug
    since: datetime
    until: datetime
    from_record: int
    contested: int
    with_contested: Rates
    estimated: Labeller | Unknown
    seconds: float | Unknown
    answered: int

    @property
    def shows_overrides(self) -> bool:
        """Whether what was seen shows, at 90%, that they override at least 80% of AI's errors; what they contest is among it."""
        seen = self.with_contested.overrides
        return not isinstance(seen, Unknown) and seen.n >= fewest_known_errors(misses=seen.n - seen.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time: after `since`, up to and with `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is on record of one reviewer in a time: known answers, the seconds each answer took, and what all answers say of them."""

    known: Sequence[Shown]
    seconds: Sequence[float | Unknown]
    estimated: Labeller | None


def figures(person: Person, use_case: UseCaseSlug, span: Span, work: Work) -> Figures:
    """Reads a reviewer's figures off what is on record; what nobody can know says so."""
    counted = [one for one in work.known if one.counts]
    contested = [one for one in work.known if one.is_open]
    timed = [one for one in work.seconds if not isinstance(one, Unknown)]
    rates = _rates(counted)
    return Figures(
        person=person.id,
        name=person.name,
        use_case=use_case,
        since=span.since,
        until=span.until,
        caught=rates.caught,
        overrides=rates.overrides,
        rair=rates.rair,
        rsr=rates.rsr,
        over=rates.over,
        from_record=sum(one.basis is Basis.RECORD for one in counted),
        contested=len(contested),
        with_contested=_rates([*counted, *contested]) if contested else rates,
        estimated=work.estimated or Unknown(why="too few cases that others answered, too"),
        seconds=median(timed) if timed else Unknown(why="no answer in this time"),
        answered=len(work.seconds),
    )


def _rates(counted: Sequence[Shown]) -> Rates:
    advised = [one for one in counted if one.advice_right is not None]
    astray = [one for one in advised if not one.advice_right]
    helped = [one for one in advised if one.advice_right and not one.first_right]
    tempted = [one for one in astray if one.first_right]
    leaned = reliance(
        switched=sum(one.final_right for one in helped),
        wrong_before=len(helped),
        stayed=sum(one.final_right for one in tempted),
        right_before=len(tempted),
    )
    return Rates(
        caught=rate(hits=sum(one.first_right for one in counted), n=len(counted)) or NO_CASE,
        overrides=rate(hits=sum(one.final_right for one in astray), n=len(astray)) or NO_CASE,
        rair=leaned.rair or NO_CASE,
        rsr=leaned.rsr or NO_CASE,
        over=leaned.over or NO_CASE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far people agree with each other on a use case: what no number of AI's can be asked to exceed.

    Attributes:
        same: how often two people give the same answer, each blind; weighted by the probability with which a case got two.
        low: lower end of its interval.
        high: its upper end.
        cases: that two people answered.
        beyond_chance: Krippendorff's alpha on all cases that two or more people answered, weighted by nothing.
    """

    same: float
    low: float
    high: float
    cases: int
    beyond_chance: Agreement | Unknown


def may_see(viewer: Person, other: PersonId) -> Refused | None:
    """Says no to whoever looks at somebody else's figures and is neither owner, senior reviewer nor risk."""
    if viewer.id == other or viewer.has(Role.OWNER, Role.SENIOR_REVIEWER, Role.RISK):
        return None
    why = "A person's figures are theirs; others see them as owner, senior reviewer or risk alone."
    return Refused(code="figures_not_yours", why=why, remedy="Look at your own: leave the person out.")


def open_until(viewer: PersonId, other: PersonId, *, looked: datetime | None, now: datetime) -> datetime:
    """Up to which moment somebody's figures are open to a viewer: what the person could see themselves before."""
    if viewer == other:
        return now
    week = now - SEEN_AFTER
    return week if looked is None else max(looked, week)


def may_settle(viewer: Person, contested: Shown, gave: frozenset[str]) -> Refused | None:
    """Says no to whoever may not say whether a contested answer is right: senior reviewers may who had no hand in it."""
    if not viewer.has(Role.SENIOR_REVIEWER):
        why = "A contested known answer is decided by a senior reviewer."
        return Refused(code="not_permitted", why=why, remedy="Ask one; `licet role give` makes one.")
    if viewer.id == contested.by or viewer.id in gave:
        why = "You gave this answer, or the known one."
        return Refused(code="reviewer_excluded", why=why, remedy="Let another senior reviewer decide.")
    return None


def may_follow(viewer: Person) -> bool:
    """Whether somebody is told of contests that are not their own: senior reviewers, who decide them, owners and risk."""
    return viewer.has(Role.SENIOR_REVIEWER, Role.OWNER, Role.RISK)


def may_read_contest(viewer: Person, contested: Shown, *, settled_by: PersonId | None) -> bool:
    """Whether a contest's answers may be shown to somebody.

    Whoever may answer cases here could be given this very case, as a known answer or to decide the contest: they read it once the case
    is planted no more, or once they decided it. Risk answers no cases, and reads it at any time.
    """
    if not may_follow(viewer):
        return False
    answers = viewer.has(Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OWNER)
    return not answers or contested.retired or settled_by == viewer.id


def ceiling_in_words(found: Ceiling | Unknown) -> str:
    """The human ceiling as it stands beside AI's numbers."""
    if isinstance(found, Unknown):
        return "How far people agree with each other here is unknown: too few cases had two answers."
    return f"Two people say the same in {found.same:.1%} ({found.low:.1%} to {found.high:.1%}, {found.cases:,} cases): the human ceiling."
