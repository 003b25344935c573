"""The desk: where people take one case after the other; for how long a case is theirs, when it is due, and when an answer takes effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.answer import Answer, AnswerKind, Choice, kind_of
from licet.core.answer_form import NO_FORM_RULES, FormRules
from licet.core.canonical import digest
from licet.core.capacity import NO_STAFFING, Staffing
from licet.core.case import CaseBody
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.refusal import Refused, Unknown

LEASE_LASTS = timedelta(seconds=120)
"""So long a case is somebody's without a sign of life; each heartbeat begins it anew."""

AHEAD_LASTS = timedelta(seconds=20)
"""So long a case is kept that was fetched ahead and is not being read yet."""

HELD_FOR = timedelta(seconds=8)
"""So long an answer can be withdrawn before it takes effect."""

REVEALED_FOR = timedelta(minutes=10)
"""So long somebody who was shown what AI proposes has to keep or change their answer; then the first one stands."""

INFORMATION_WITHIN = timedelta(days=3)
"""So long a question to whoever sent the case waits for an answer; then the case comes back without one."""

MOST_AT_ONCE = 10
"""Cases that one person may have in hand at the same time, whichever way they were taken."""

DUE_WITHIN = timedelta(hours=24)
"""How soon a case is to be answered where the use case says nothing else."""


class TaskState(StrEnum):
    """How far a case on the desk is; derived from what is written about it, and the same whatever kind of task it is."""

    CREATED = "created"
    READY = "ready"
    RESERVED = "reserved"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    INFO_REQUESTED = "info_requested"
    COMPLETED = "completed"
    FAILED = "failed"
    OBSOLETE = "obsolete"


class HeldState(StrEnum):
    """What became of an answer that somebody gave at the desk."""

    REVEALED = "revealed"
    """What AI proposes was shown after it; it can be kept or changed."""

    HELD = "held"
    """It takes effect after `HELD_FOR`, unless it is withdrawn."""

    DONE = "done"
    WITHDRAWN = "withdrawn"

    LATE = "late"
    """Somebody else's answer came first; this one is kept and counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """How to decide, in the owner's words, shown beside each case. `version` is a digest of the text."""

    text: str

    @property
    def version(self) -> str:
        """12 hex characters that change with the text."""
        return digest(self.text)[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """What a use case sets for its desk.

    Attributes:
        due_within: how soon a case is to be answered.
        urgent_within: the same for urgent cases.
        urgent: which cases are urgent: by attribute, the values that make one so.
        skill_by: the attribute that says which skill a case asks for; None: none does.
        skills: the skill that a value of that attribute asks for; other values ask for none.
        guideline: how to decide; None where the owner wrote nothing.
        answers: the closed list of choices; empty where there is none.
        form: what may be answered beyond the kind: fields, a unit and a range, a rubric.
        staffing: what the owner states of the work there, for capacity.
    """

    due_within: timedelta = DUE_WITHIN
    urgent_within: timedelta = DUE_WITHIN / 4
    urgent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skill_by: str | None = None
    skills: Mapping[str, str] = field(default_factory=dict)
    guideline: Guideline | None = None
    answers: tuple[str, ...] = ()
    form: FormRules = NO_FORM_RULES
    staffing: Staffing = NO_STAFFING

    def due(self, facts: Mapping[str, str], since: datetime) -> datetime:
        """When a case is due that waits since a moment; what is urgent is due sooner, and so comes first."""
        urgent = any(facts.get(name) in values for name, values in self.urgent.items())
        return since + (self.urgent_within if urgent else self.due_within)

    def takes(self, kind: AnswerKind, answer: Answer) -> Refused | None:
        """Says no to an answer that is not of the use case's kind, or not in its closed list."""
        if kind_of(answer) is not kind:
            why = f"The answer is of the kind {kind_of(answer).value!r}; here it takes {kind.value!r}."
            return Refused(code="answer_not_taken", why=why, remedy="Nothing was taken; answer as the form that came with the case says.")
        if self.answers and isinstance(answer, Choice) and answer.value not in self.answers:
            why = f"{answer.value!r} is none of the {len(self.answers):,} answers."
            return Refused(code="answer_not_taken", why=why, remedy="Nothing was taken; pick one from the list.")
        return None

    def skill(self, facts: Mapping[str, str]) -> str | None:
        """The skill a case asks for; None where anybody who may review can answer it."""
        return None if self.skill_by is None else self.skills.get(facts.get(self.skill_by, ""))


ORDINARY = DeskRules()


class OrdinaryDesks:
    """Desks of use cases that set nothing."""

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """What a use case sets for its desk: nothing."""
        del slug
        return ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """That a case is somebody's until a moment. `name` is never given twice."""

    name: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """What an answer looks like: its kind, the closed list of choices where there is one, and what the owner says beyond that.

    `known`: where there is no closed list, choices that past cases have; another one may be given, but not by mistyping one of these.
    """

    kind: AnswerKind
    choices: tuple[str, ...]
    rules: FormRules = NO_FORM_RULES
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody said about a case."""

    by: PersonId
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """A question to whoever sent the case, and what they said; None while nothing came, or nothing came in time."""

    question: str
    asked_at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A case as a reviewer gets it. Nothing here tells why it is asked about, or what a system thinks of it.

    Attributes:
        token: names the case on the desk, and says nothing.
        lease: until when it is theirs.
        remarks: what others said who had not answered it.
    """

    token: str
    lease: Lease
    use_case: UseCaseSlug
    title: str
    body: CaseBody
    due_at: datetime
    guideline: Guideline | None
    form: AnswerForm
    remarks: tuple[Remark, ...] = ()
    information: tuple[Information, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingWaits:
    """No case waits that this person may answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """An answer as somebody gives it at the desk.

    Attributes:
        token: names the case on the desk.
        lease: the name of the lease it is under.
        note: their own words beside it; empty: none.
        key: their own name for this; sent again under it, it is done once.
    """

    token: str
    lease: str = field(repr=False)
    answer: Answer
    note: str = ""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An answer was taken; it takes effect then, unless it is withdrawn before."""

    id: str
    effect_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """An answer was taken, and stays whatever is decided; this is what AI proposes. Kept or changed by then, or the answer stands.

    Attributes:
        proposal: what AI proposes; untrusted.
        confidence: in [0, 1].
    """

    id: str
    proposal: Answer
    confidence: float
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer from the desk whose time has come.

    Attributes:
        token: names the case on the desk.
        by: who answered.
        first: their own answer before they saw any other; what statistics use.
        final: their answer after they saw what AI proposes; None where nothing was shown, or nothing more was said.
        revealed: what AI proposed and was shown after the first answer; None where nothing was.
        handed_at: when the case came into their hands; None where nobody knows: it was answered on a sheet, say.
        given_at: when they gave the first answer.
    """

    token: str
    by: PersonId
    first: Answer
    final: Answer | None
    revealed: Answer | None
    handed_at: datetime | None
    given_at: datetime

    @property
    def took(self) -> timedelta | Unknown:
        """How long they had the case in hand before they answered."""
        return Unknown(why="nobody knows since when they had it") if self.handed_at is None else self.given_at - self.handed_at

    @property
    def counts(self) -> Answer:
        """What is to be decided."""
        return self.first if self.final is None else self.final


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """That somebody is out of office. `deputy`: who is given what was handed to them; None: it goes back to the queue."""

    id: int
    person: PersonId
    deputy: PersonId | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one reviewer has to do at a use case's desk, and how they get on.

    Attributes:
        in_hand: cases under a lease of theirs.
        handed: cases that wait for them by name.
        held: answers of theirs that have not taken effect.
        answered: answers of theirs that took effect within the last day.
        seconds: the median time they had one of these in hand.
        absent_until: the end of their absence; None: they are in.
    """

    person: PersonId
    name: str
    in_hand: int
    handed: int
    held: int
    answered: int
    seconds: float | Unknown
    absent_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStatus:
    """How a use case's desk stands. What is asked about for whatever reason counts alike, so that no number tells which cases audits are.

    Attributes:
        waiting: cases that wait for people, whatever else is said of them below.
        overdue: those of them whose time is over.
        in_hand: cases under somebody's lease.
        held: answers that have not taken effect.
        aside: cases put aside until later.
        asked: cases about which a question is out.
        came: cases that went to people within the last day.
        answered: answers from the desk that took effect within the last day.
        load: each reviewer's.
    """

    waiting: int
    overdue: int
    in_hand: int
    held: int
    aside: int
    asked: int
    came: int
    answered: int
    load: tuple[Load, ...]
