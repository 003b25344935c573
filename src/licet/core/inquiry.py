"""An inquiry: what people find out about an incident and do about it, until it can be closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.ids import CaseNumber, PersonId
from licet.core.incident import Incident
from licet.core.people import Person, Role
from licet.core.reason import reason
from licet.core.refusal import Refused, Unknown

MOST_ACTIONS = 100
LONGEST_ACTION = timedelta(days=366)
QUIET_SHARE = 0.25
"""The way to the trip line on which nothing is said to have begun yet."""


class Finding(StrEnum):
    """What people write down about an incident; what was written stays, and the newest counts."""

    CAUSE = "cause"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something written down. `number` counts from 1 within its kind."""

    finding: Finding
    number: int
    says: str
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAction:
    """Something that somebody is to do by a day."""

    number: int
    says: str
    who: PersonId
    until: datetime
    made_by: PersonId
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAction:
    """An action that was taken."""

    action: PendingAction
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedAction:
    """An action that was given up, with the reason."""

    action: PendingAction
    by: PersonId
    at: datetime
    why: str


Action = PendingAction | DoneAction | DroppedAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """How far the cases that may be wrong were looked at again: asked, answered, and changed by the answer."""

    asked: int = 0
    answered: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """An incident with everything people wrote and did about it.

    Attributes:
        number: the incident's.
        incident: what happened.
        found: causes and lessons, oldest first.
        actions: in the order in which they were made.
        rechecked: how far cases were looked at again.
    """

    number: int
    incident: Incident
    found: tuple[Found, ...] = ()
    actions: tuple[Action, ...] = ()
    rechecked: Rechecked = Rechecked()

    def newest(self, finding: Finding) -> Found | None:
        """What counts of a kind; None where nothing was written."""
        return next((one for one in reversed(self.found) if one.finding is finding), None)

    @property
    def pending(self) -> tuple[PendingAction, ...]:
        """Actions that are neither done nor dropped."""
        return tuple(one for one in self.actions if isinstance(one, PendingAction))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Cases that may be wrong and that nobody looked at again when an inquiry was closed, and why that was enough."""

    cases: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedInquiry:
    """An inquiry that is over. Nothing is added to it; what comes later is another incident.

    Attributes:
        left_out: what nobody looked at again; None: nothing.
    """

    inquiry: Inquiry
    by: PersonId
    at: datetime
    left_out: LeftOut | None = None

    @property
    def unseen(self) -> int:
        """How many cases nobody looked at again."""
        return 0 if self.left_out is None else self.left_out.cases


AnyInquiry = Inquiry | ClosedInquiry


def whole(found: AnyInquiry) -> Inquiry:
    """The inquiry, closed or not."""
    return found.inquiry if isinstance(found, ClosedInquiry) else found


def still_open(found: AnyInquiry) -> Inquiry | Refused:
    """The inquiry as long as things may be added to it."""
    if isinstance(found, Inquiry):
        return found
    why = f"Incident {found.inquiry.number} was closed on {found.at:%Y-%m-%d}."
    return Refused(code="incident_closed", why=why, remedy="What is learned later belongs to another incident, or into a document.")


def write_down(found: AnyInquiry, finding: Finding, says: str, by: PersonId, *, now: datetime) -> Found | Refused:
    """Writes a cause or a lesson down; an earlier one stays, and this one counts.

    Raises:
        NotAReasonError: when it says nothing, or too much.
    """
    inquiry = still_open(found)
    if isinstance(inquiry, Refused):
        return inquiry
    number = 1 + sum(one.finding is finding for one in inquiry.found)
    return Found(finding=finding, number=number, says=reason(says), by=by, at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAction:
    """What is to be done, by whom, and until when."""

    says: str
    who: PersonId
    until: datetime


def plan_action(found: AnyInquiry, plan: NewAction, by: PersonId, *, now: datetime) -> PendingAction | Refused:
    """Adds an action.

    Raises:
        NotAReasonError: when it says nothing, or too much.
    """
    inquiry = still_open(found)
    if isinstance(inquiry, Refused):
        return inquiry
    if len(inquiry.actions) >= MOST_ACTIONS:
        why = f"Incident {inquiry.number} has {MOST_ACTIONS} actions, which is the limit."
        return Refused(code="too_many_actions", why=why, remedy="Bring them into one list elsewhere, and name that here.")
    if not now < plan.until <= now + LONGEST_ACTION:
        why = f"{plan.until:%Y-%m-%d} is not within a year from now."
        return Refused(code="not_a_day", why=why, remedy="Give a day that is still to come.")
    number = 1 + len(inquiry.actions)
    return PendingAction(number=number, says=reason(plan.says), who=plan.who, until=plan.until, made_by=by, made_at=now)


def end_action(found: AnyInquiry, number: int, by: PersonId, *, dropped: str | None, now: datetime) -> DoneAction | DroppedAction | Refused:
    """Says that an action was taken, or with a reason that it was given up.

    Raises:
        NotAReasonError: when it is given up for no reason.
    """
    inquiry = still_open(found)
    if isinstance(inquiry, Refused):
        return inquiry
    pending = next((one for one in inquiry.pending if one.number == number), None)
    if pending is None:
        why = f"Incident {inquiry.number} has no action {number} that is still to be done."
        return Refused(code="no_such_action", why=why, remedy=f"See `licet incident show {inquiry.number}`.")
    if dropped is None:
        return DoneAction(action=pending, by=by, at=now)
    return DroppedAction(action=pending, by=by, at=now, why=reason(dropped))


def close(found: AnyInquiry, by: Person, *, unseen: int, why: str | None, now: datetime) -> ClosedInquiry | Refused:
    """Closes an inquiry: with a cause, a lesson, every action done or dropped, and every case answered that was asked about again.

    Args:
        found: the inquiry.
        by: who closes it.
        unseen: cases that may be wrong and that nobody has looked at since.
        why: why it is enough that nobody looks at those; only risk may say so. None: not said.
        now: the moment.

    Raises:
        NotAReasonError: when the reason says nothing, or too much.
    """
    inquiry = still_open(found)
    if isinstance(inquiry, Refused):
        return inquiry
    lacks = [f"no {finding.value} is written down" for finding in Finding if inquiry.newest(finding) is None]
    lacks += [f"action {one.number} is neither done nor dropped" for one in inquiry.pending]
    waiting = inquiry.rechecked.asked - inquiry.rechecked.answered
    lacks += [f"{waiting:,} cases still wait to be looked at again"] if waiting else []
    if lacks:
        why = f"Incident {inquiry.number} cannot be closed: {'; '.join(lacks)}."
        return Refused(code="incident_not_done", why=why, remedy=f"See `licet incident show {inquiry.number}`.")
    left_out = _left_out(inquiry, by, unseen, why)
    return left_out if isinstance(left_out, Refused) else ClosedInquiry(inquiry=inquiry, by=by.id, at=now, left_out=left_out)


def _left_out(inquiry: Inquiry, by: Person, unseen: int, why: str | None) -> LeftOut | Refused | None:
    """What stays unseen when an inquiry is closed; no: that is risk's to say, with a reason."""
    if unseen == 0:
        return None
    if why is None or not by.has(Role.RISK):
        says = f"{unseen:,} cases that may be wrong were decided by AI alone, and nobody has looked at them since."
        remedy = f"Have people look (`licet incident recheck {inquiry.number}`), or let risk close it and say why that is not needed."
        return Refused(code="suspects_left_out", why=says, remedy=remedy)
    return LeftOut(cases=unseen, why=reason(why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where the watch stood after an audit: share of the way to the trip line, and when the audited case was drawn."""

    meter: float
    drawn_at: datetime


class Beginning(StrEnum):
    """What the moment stands on from which errors may have been more than allowed; these words are shown beside it."""

    ESTIMATED = "estimated from the audits"
    SAID = "as a person said"
    GRANT = "since the grant, as no audit tells"


def since_when(
    said: datetime | None, estimate: datetime | Unknown, granted_at: datetime, *, asked: datetime | None = None
) -> tuple[datetime, Beginning]:
    """From when on errors may have been more than allowed: what a person says, else the estimate, else from the grant on.

    Args:
        said: by whoever asks now.
        estimate: from the audits.
        granted_at: when the mandate was granted.
        asked: the earliest moment from which on people were asked to look again; it counts where it is earlier than what is estimated.
            A later one leaves cases out, and they stay in every count.
    """
    if said is not None:
        return said, Beginning.SAID
    found = (granted_at, Beginning.GRANT) if isinstance(estimate, Unknown) else (estimate, Beginning.ESTIMATED)
    return (asked, Beginning.SAID) if asked is not None and asked < found[0] else found


def began(points: Sequence[Point]) -> datetime | Unknown:
    """Since when errors were more than allowed, estimated: since the last audit after which the watch was not a quarter of the way yet.

    Args:
        points: in the order of drawing.

    Returns:
        A moment, to be shown as an estimate; `Unknown` where no audit was counted.
    """
    quiet = [one.drawn_at for one in points if one.meter < QUIET_SHARE]
    if not points:
        return Unknown(why="no audit was counted")
    return quiet[-1] if quiet else points[0].drawn_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A case that AI decided alone while errors may have been more than allowed.

    Attributes:
        chance: of being wrong, estimated from the system's own confidence, in [0, 1].
        familiarity: how like past cases it is; None where that is not known.
    """

    case: CaseNumber
    chance: float
    familiarity: float | None


def by_chance(found: Sequence[Suspect]) -> list[Suspect]:
    """Suspects with the likeliest to be wrong first; of two with the same chance the less familiar, then the earlier."""
    return sorted(found, key=lambda one: (-one.chance, 1.0 if one.familiarity is None else one.familiarity, one.case))
