"""A system: the AI under consideration, what it proposes, and the fingerprint that says exactly which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from licet.core.answer import Answer
from licet.core.canonical import Json, digest
from licet.core.cost import Cost
from licet.core.ids import CaseNumber, Fingerprint
from licet.core.refusal import Unknown


class SystemKind(StrEnum):
    """Where proposals come from."""

    POSTED = "posted"
    BUILTIN = "builtin"
    CALLABLE = "callable"
    HTTP = "http"
    DECISION = "decision"
    LLM = "llm"


UNVERSIONED = "unversioned"
"""The version of a posted system that names none: its mandate lasts 30 days at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCard:
    """Which system it is. `parts` holds everything its answers depend on, as digests and plain values."""

    kind: SystemKind
    name: str
    version: str
    parts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def fingerprint(self) -> Fingerprint:
        """Digest over kind, name, version and parts (64 hex characters); any change of them is another system."""
        return Fingerprint(digest({"kind": self.kind.value, "name": self.name, "version": self.version, "parts": dict(self.parts)}))


BY_PRECEDENTS = "precedents"
"""In a card's part `confidence`: how sure it is, the built-in system says; which one, in the part of this name."""


def is_weighed(card: SystemCard) -> bool:
    """Whether a system says no confidence of its own: past cases do."""
    return card.parts.get("confidence") == BY_PRECEDENTS


def weighed_card(card: SystemCard, engine: Fingerprint) -> SystemCard:
    """The card of such a system beside a built-in one: trained on other cases, it is another system."""
    return replace(card, parts={**card.parts, BY_PRECEDENTS: engine})


def engine_of(card: SystemCard) -> Fingerprint | None:
    """Which built-in system says how sure a system is; None where it says so itself."""
    return Fingerprint(str(card.parts[BY_PRECEDENTS])) if is_weighed(card) and BY_PRECEDENTS in card.parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """A similar past case that speaks for a proposal. Similarity is in [0, 1]."""

    case: CaseNumber
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A system's answer for a case.

    Attributes:
        answer: what the system would decide.
        confidence: in [0, 1]; the very number that thresholds and routing compare.
        probabilities: probability of each class, by class; empty where the system gives none.
        familiarity: similarity in [0, 1] to the nearest past cases; `Unknown` where there is no build part.
        precedents: similar past cases, the nearest first.
        reason: the system's own words, if any; untrusted text.
        latency_ms: how long the system took.
        cost: what asking cost; None where nobody says.
    """

    answer: Answer
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)
    familiarity: float | Unknown = field(default_factory=lambda: Unknown(why="no build part"))
    precedents: tuple[Precedent, ...] = ()
    reason: str = ""
    latency_ms: int = 0
    cost: Cost | None = None

    def __post_init__(self) -> None:
        """Refuses a confidence that is not a probability.

        Raises:
            NotAProbabilityError: names the value.
        """
        if not 0.0 <= self.confidence <= 1.0:
            raise NotAProbabilityError(self.confidence)


class Cause(StrEnum):
    """Why there is no proposal: what a system said of no use, what it failed to say, and what it was never asked."""

    UNUSABLE = "unusable"
    """It answered, and what it said is no proposal."""
    UNAVAILABLE = "unavailable"
    """It was asked and did not answer: time-out, lost connection, overload."""
    NOT_ASKED = "not_asked"
    """It was not asked, because it had stopped answering; asked later, it may well propose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoProposal:
    """The system gave no usable answer: a person decides, and it is never counted as a wrong answer.

    Attributes:
        why: in a sentence.
        cause: what kind of failure it is.
        cost: what asking cost all the same; None where nobody says, or nothing was paid. It counts once, and is not kept with the case.
    """

    why: str
    cause: Cause = Cause.UNUSABLE
    cost: Cost | None = None


Proposed = Proposal | NoProposal


class NotAProbabilityError(ValueError):
    """A confidence is NaN or outside [0, 1]."""

    def __init__(self, value: float) -> None:
        """Names the value and the limit."""
        super().__init__(f"confidence {value!r} is not in [0, 1]; give the probability that the answer is right.")


class SystemNotLoadableError(ValueError):
    """A system's code cannot be loaded as it is; its cases go to people."""


ROUNDING = 1e-6
"""By how much rounding may bring the sum of probabilities below 1."""


def high_stakes_probability(proposal: Proposal, high_stakes: frozenset[str]) -> float | Unknown:
    """Probability that the right answer is one of the high-stakes answers, by the system's own probabilities.

    What the probabilities leave out, by more than rounding does, might be any answer, and counts as high-stakes: naming the likeliest
    answer alone must not be a way around the guard.

    Returns:
        The sum in [0, 1], or `Unknown` where the system gives no probabilities.
    """
    if not proposal.probabilities:
        return Unknown(why="the system gives no probabilities per answer")
    told = sum(p for answer, p in proposal.probabilities.items() if answer in high_stakes)
    left_out = 1.0 - sum(proposal.probabilities.values())
    return min(1.0, told + (left_out if left_out > ROUNDING else 0.0))
