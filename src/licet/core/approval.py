"""An approval: named people say yes to a request, which covers exactly what it shows, and is void when any of that changes.

A *request* is open until enough people passed it, one of them declined it, whoever proposed it withdrew it, its time was over, or
something that it covers changed. What ended never opens again: a new request is asked for, and starts without a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, assert_never

from licet.core.canonical import Json, digest
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.people import Role
from licet.core.risk import Tier

RequestId = NewType("RequestId", str)
"""A request for approval."""

FastLaneId = NewType("FastLaneId", str)
"""A standing approval of risk."""

LASTS = timedelta(days=14)
"""From asking to expiry."""

ESCALATES_AFTER = timedelta(days=3)
"""So long a request waits before everybody else who could approve it is told, once."""


class Subject(StrEnum):
    """What is to be approved."""

    MANDATE = "mandate"
    ENVELOPE = "envelope"


class Part(StrEnum):
    """What a request covers, part by part; a request that is void names the parts that changed."""

    SUBJECT = "terms"
    STANDARD = "standard"
    VERDICT = "verdict"
    RISK = "risk answers"
    TIER = "tier"
    GATES = "gates"
    POLICY = "policy"
    QUORUM = "quorum"
    OWNER = "owner"
    NAME = "name"
    TEAM = "team"
    STAGE = "stage"
    SERVICE_LEVEL = "service level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A named person's yes, bound to a digest."""

    digest: Digest
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """How many distinct people it takes, and how many of them must carry the role risk."""

    people: int
    of_risk: int

    def __str__(self) -> str:
        """In words."""
        people = "1 person" if self.people == 1 else f"{self.people} people"
        return people if self.of_risk == 0 else f"{people}, of whom at least {self.of_risk} of risk"


def quorum_for(tier: Tier | None, *, people: int) -> Quorum:
    """The quorum of a tier: what the gates ask for, never fewer than the law, and for a high tier one of them of risk.

    Args:
        tier: of the use case; None where nobody answered the risk questions, which asks for what high does.
        people: what the gates in force ask for.
    """
    match tier:
        case Tier.LOW | Tier.MEDIUM:
            return Quorum(people=max(1, people), of_risk=0)
        case Tier.HIGH | Tier.PROHIBITED | None:
            return Quorum(people=max(2, people), of_risk=1)
        case _:
            assert_never(tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Everything a request covers, as it stands: for each part a digest or a word; a part that is not there is empty."""

    parts: tuple[tuple[Part, str], ...]

    def of(self, part: Part) -> str:
        """How one part stands; empty where it is not there."""
        return next((value for name, value in self.parts if name is part), "")

    def changed(self, since: "Covered") -> tuple[Part, ...]:
        """The parts that stand otherwise than they stood."""
        return tuple(part for part in Part if self.of(part) != since.of(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """One yes to a request.

    Attributes:
        by: the person who said it; nobody's where a standing approval did.
        at: when.
        of_risk: whether they carried the role risk.
        identity: how it was known who they are.
        fast_lane: the standing approval of risk that said it; None where a person did.
    """

    by: PersonId
    at: datetime
    of_risk: bool
    identity: str
    fast_lane: FastLaneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody who could approve asks whoever proposed; `answer` is None until it is answered."""

    number: int
    by: PersonId
    at: datetime
    says: str
    answered_by: PersonId | None = None
    answered_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for, whatever became of it.

    Attributes:
        id: its name.
        use_case: in which it was asked, by the name it had then.
        subject: what is to be approved; `names` is the mandate or the envelope.
        covered: everything it covers, as it stood when it was asked.
        quorum: what it takes to pass.
        tier: of the use case; None where it was not known.
        asked_by: who proposed or asked.
        expires_at: when its time is over.
        given: every yes, oldest first.
        questions: oldest first.
        escalated_at: when everybody else who could approve was told; None before.
    """

    id: RequestId
    use_case: UseCaseSlug
    subject: Subject
    names: str
    covered: Covered
    quorum: Quorum
    tier: Tier | None
    asked_by: PersonId
    asked_at: datetime
    expires_at: datetime
    given: tuple[Yes, ...] = ()
    questions: tuple[Question, ...] = ()
    escalated_at: datetime | None = None

    @property
    def digest(self) -> Digest:
        """What people say yes to (64 hex characters): this very request and everything it covers."""
        return covers_digest(self.id, self.covered)

    @property
    def fast_lane(self) -> FastLaneId | None:
        """The standing approval that passed it; None where people did."""
        return next((yes.fast_lane for yes in self.given if yes.fast_lane is not None), None)

    @property
    def unanswered(self) -> Question | None:
        """The first question that waits for an answer."""
        return next((question for question in self.questions if question.answer is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request that waits for people's yes."""

    request: Request

    @property
    def ball(self) -> str:
        """Who has to act: whoever proposed while a question waits, else those who may approve."""
        return "proposer" if self.request.unanswered is not None else Role.RISK.value


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedRequest:
    """A request that enough people said yes to, or that a standing approval passed; what it covers may be granted while nothing changes."""

    request: Request
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequest:
    """A request of which something that it covers changed. No yes to it ever counts again."""

    request: Request
    at: datetime
    changed: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedRequest:
    """A request somebody who could approve said no to, with a reason."""

    request: Request
    at: datetime
    by: PersonId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnRequest:
    """A request taken back by whoever proposed it."""

    request: Request
    at: datetime
    by: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredRequest:
    """A request whose time was over before enough people said yes, or before what it passed was granted."""

    request: Request
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRequest:
    """A request whose mandate was granted; it does not grant another."""

    request: Request
    at: datetime


LiveRequest = OpenRequest | PassedRequest
EndedRequest = VoidRequest | DeclinedRequest | WithdrawnRequest | ExpiredRequest | UsedRequest
AnyRequest = LiveRequest | EndedRequest


def state_word(found: AnyRequest) -> str:
    """The state in one word."""
    return STATES[type(found)]


STATES: Mapping[type[AnyRequest], str] = {
    OpenRequest: "open",
    PassedRequest: "passed",
    VoidRequest: "void",
    DeclinedRequest: "declined",
    WithdrawnRequest: "withdrawn",
    ExpiredRequest: "expired",
    UsedRequest: "used",
}
"""Every state with its word; a test holds the list against the union."""


def covers_digest(request: RequestId, covered: Covered) -> Digest:
    """Digest over everything a yes covers, and over which request it is: a yes to one is none to another that looks the same."""
    return Digest(digest({"v": 1, "request": request, "covers": covered_to_json(covered)}))


def covered_to_json(covered: Covered) -> dict[str, Json]:
    """Writes what is covered as plain JSON: what is hashed, stored and shown."""
    return {part.value: value for part, value in covered.parts}


def covered_from_json(raw: Json) -> Covered:
    """Reads what `covered_to_json` wrote.

    Raises:
        NotStoredRequestError: when it is not.
    """
    match raw:
        case dict() as said if all(isinstance(value, str) for value in said.values()) and set(said) <= {part.value for part in Part}:
            return Covered(parts=tuple((part, str(said[part.value])) for part in Part if part.value in said))
        case _:
            message = f"{raw!r} is not what a request covers; restore a backup."
            raise NotStoredRequestError(message)


class NotStoredRequestError(ValueError):
    """What is stored as a request is none."""
