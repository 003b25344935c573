"""A gate: the evidence a use case must show before it may move on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from licet.core.approval import Approval
from licet.core.canonical import Json, digest
from licet.core.capacity import Capacity
from licet.core.exposure import ExposurePlan
from licet.core.gate_rules import Code
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.people import Role
from licet.core.redesign_evidence import ProcessShown
from licet.core.risk import Tier
from licet.core.use_case import Stage


class Pattern(StrEnum):
    """What organisations that get to production do, and a requirement makes certain."""

    CULTURE = "culture before tooling"
    GOVERNANCE = "governance as an enabler"
    OWNERSHIP = "ownership over consumption"
    QUALITY = "quality before scale"
    JUDGMENT = "protecting judgment work"


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceShown:
    """A slice the standard declares, and whether the newest verdict shows that it keeps its promise."""

    name: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """A request for approval that stands, as a gate sees it.

    Attributes:
        digest: what approvals are bound to: the request and everything it covers.
        more: how many more people it takes.
        by_rule: how it passed without a fresh yes of a person, in words; empty where people are asked.
        waits_until: until when it waits all the same, for a veto; None where it does not.
    """

    digest: Digest
    more: int
    by_rule: str = ""
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When each piece of evidence came to be; None where it is not there.

    Attributes:
        created: when the use case was.
        imported: the first import of past cases.
        owned: when somebody became its owner.
        locked: when the standard, as it stands, was locked.
        countersigned: when a second person signed it.
        judged: when the newest verdict on it was given.
        proposed: when the proposal that is open was made.
    """

    created: datetime
    imported: datetime | None = None
    owned: datetime | None = None
    locked: datetime | None = None
    countersigned: datetime | None = None
    judged: datetime | None = None
    proposed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a use case when its gate is asked. Absent things are None, never guessed.

    Attributes:
        slug: the use case's name.
        asked_at: when the gate is asked.
        moments: when each piece came to be.
        owner: who owns it.
        history_cases: how many past cases were imported.
        tier: the tier of the newest risk answers; None before any.
        risk: digest of those answers.
        risk_at: when they were given.
        standard: digest of the standard, once locked.
        countersigned: whether a second person signed it.
        verdict: met, not_met or undecided, of the newest evaluation of that standard; None before one.
        slices: the slices that standard declares.
        stop_exercised_at: when the stop was last shown to work, by a drill.
        mandate: digest of the proposed mandate that stands on the newest verdict; None before one.
        exposure: the steps by which that mandate would be exposed, none for all at once; None before a proposal.
        gates: digest of the gate rules in force.
        policy: digest of the policy in force; None where there is none beside the shipped one.
        asked: the request for approval of that mandate, while it stands: None where nobody asked, or something changed since.
        approvals: approvals given, whatever they are bound to, by people who may give them.
        qualified: until when each person who showed enough may answer its cases; None where the owner said not what is enough.
        capacity: the work that will come to people, and who is there to do it; None where nobody looked.
        process: what is known of its process and its redesign; None where nobody looked.
        hands: for each role, who would act in it here, as far as they are known.
    """

    slug: UseCaseSlug
    asked_at: datetime
    moments: Moments
    owner: PersonId | None
    history_cases: int
    tier: Tier | None
    risk: Digest | None
    risk_at: datetime | None
    standard: Digest | None
    countersigned: bool
    verdict: str | None
    slices: tuple[SliceShown, ...]
    stop_exercised_at: datetime | None
    mandate: Digest | None
    gates: Digest
    policy: Digest | None
    asked: GateRequest | None
    approvals: tuple[Approval, ...]
    exposure: ExposurePlan | None = None
    qualified: Mapping[PersonId, datetime] | None = None
    capacity: Capacity | None = None
    process: ProcessShown | None = None
    hands: Mapping[Role, tuple[PersonId, ...]] = field(default_factory=dict)

    @property
    def covers(self) -> Digest | None:
        """What approvals are bound to: the request for what is proposed; None while there is none that stands."""
        return None if self.mandate is None or self.asked is None else self.asked.digest

    @property
    def digest(self) -> Digest:
        """What a stage was entered on, for the ledger: changes with any piece of evidence, not with when it is asked."""
        return Digest(digest(evidence_to_json(self)))


def evidence_to_json(evidence: Evidence) -> Mapping[str, Json]:
    """The evidence as plain JSON: digests, numbers and ids, nothing about a person but an id."""
    drilled = evidence.stop_exercised_at
    return {
        "owner": evidence.owner,
        "history_cases": evidence.history_cases,
        "tier": None if evidence.tier is None else evidence.tier.value,
        "risk": evidence.risk,
        "standard": evidence.standard,
        "countersigned": evidence.countersigned,
        "verdict": evidence.verdict,
        "slices": {shown.name: shown.met for shown in evidence.slices},
        "stop_exercised_at": None if drilled is None else drilled.isoformat(),
        "mandate": evidence.mandate,
        "approvals": sorted({given.by for given in bound_approvals(evidence)}),
    }


def bound_approvals(evidence: Evidence) -> tuple[Approval, ...]:
    """The approvals bound to what is asked for now, the earliest of each person: one person counts once."""
    bound = sorted((a for a in evidence.approvals if a.digest == evidence.covers), key=lambda a: a.at)
    return tuple({a.by: a for a in reversed(bound)}[by] for by in dict.fromkeys(a.by for a in bound))


def independent_approvals(evidence: Evidence) -> tuple[PersonId, ...]:
    """The distinct people whose approval is bound to what is asked for now."""
    return tuple(given.by for given in bound_approvals(evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One line of a gate.

    Attributes:
        code: its name for programs.
        says: what must be so, in a sentence.
        met: whether it is.
        shows: the evidence, or what is missing.
        pattern: which pattern it serves.
        ball: who has to act while it is not met.
        people: who in that role it is, as far as they are known.
        since: when it was met, or since when it waits for whoever has the ball.
        closes: the command that closes it.
    """

    code: Code
    says: str
    met: bool
    shows: str
    pattern: Pattern
    ball: Role
    people: tuple[PersonId, ...]
    since: datetime
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedGate:
    """All requirements are met, for exactly the thing whose digest it covers.

    Attributes:
        to: the stage it leads to.
        covers: what approvals are bound to; before *delegated*, the digest of the evidence.
        mandate: the proposed mandate it was opened for; None before *delegated*.
        requirements: what was asked for.
    """

    to: Stage
    covers: Digest
    mandate: Digest | None
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedGate:
    """At least one requirement is not met; `covers` is what to approve, where a mandate is proposed."""

    to: Stage
    covers: Digest | None
    requirements: tuple[Requirement, ...]

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """The requirements that are not met."""
        return tuple(r for r in self.requirements if not r.met)
