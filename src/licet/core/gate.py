"""A gate: the evidence a use case must show before it may move on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from licet.core.canonical import digest
from licet.core.ids import Digest, PersonId
from licet.core.people import Act, Actor, Person, Role, permit_person
from licet.core.refusal import Refused
from licet.core.use_case import Stage


class Pattern(StrEnum):
    """What organisations that get to production do, and a requirement makes certain."""

    CULTURE = "culture before tooling"
    GOVERNANCE = "governance as an enabler"
    OWNERSHIP = "ownership over consumption"
    QUALITY = "quality before scale"
    JUDGMENT = "protecting judgment work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A named person's yes, bound to a digest."""

    digest: Digest
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a use case when its gate is asked. Absent things are None, never guessed.

    Attributes:
        owner: who owns it.
        history_cases: how many past cases were imported.
        standard: digest of the standard, once locked.
        countersigned: whether a second person signed it.
        verdict: met, not_met or undecided, of the newest evaluation of that standard; None before one.
        covers: digest of the proposed mandate, which approvals are bound to; None before one.
        approvals: approvals given for that digest.
        approvals_needed: how many distinct people it takes.
    """

    owner: PersonId | None
    history_cases: int
    standard: Digest | None
    countersigned: bool
    verdict: str | None
    covers: Digest | None
    approvals: tuple[Approval, ...]
    approvals_needed: int = 1


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
        closes: the command that closes it.
    """

    code: str
    says: str
    met: bool
    shows: str
    pattern: Pattern
    ball: Role
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedGate:
    """All requirements are met, for exactly the thing whose digest it covers."""

    to: Stage
    covers: Digest
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedGate:
    """At least one requirement is not met."""

    to: Stage
    requirements: tuple[Requirement, ...]

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """The requirements that are not met."""
        return tuple(r for r in self.requirements if not r.met)


def pass_gate(to: Stage, evidence: Evidence) -> OpenedGate | ClosedGate:
    """Holds the evidence against the requirements of a stage.

    Args:
        to: the stage to be entered.
        evidence: what is known.

    Returns:
        `OpenedGate` when every requirement is met, else `ClosedGate` that lists all of them.
    """
    requirements = requirements_for(to, evidence)
    if to is Stage.DELEGATED and evidence.covers is not None and all(r.met for r in requirements):
        return OpenedGate(to=to, covers=evidence.covers, requirements=requirements)
    if to is not Stage.DELEGATED and all(r.met for r in requirements):
        return OpenedGate(to=to, covers=evidence.standard or Digest(""), requirements=requirements)
    return ClosedGate(to=to, requirements=requirements)


def requirements_for(to: Stage, evidence: Evidence) -> tuple[Requirement, ...]:
    """The requirements of a stage, each held against the evidence, in the order in which they are usually met."""
    match to:
        case Stage.IDEA | Stage.RETIRED:
            return ()
        case Stage.SANDBOX:
            return (_history(evidence),)
        case Stage.SHADOW:
            return (_history(evidence), _owner(evidence), _locked(evidence))
        case Stage.ASSISTED:
            return (_history(evidence), _owner(evidence), _locked(evidence), _evaluated(evidence))
        case Stage.DELEGATED:
            return (_history(evidence), _owner(evidence), _locked(evidence), _met(evidence), _proposed(evidence), _approved(evidence))
        case _:
            assert_never(to)


def independent_approvals(evidence: Evidence) -> tuple[PersonId, ...]:
    """The distinct people whose approval is bound to what is asked for now; one person counts once."""
    return tuple(dict.fromkeys(a.by for a in evidence.approvals if a.digest == evidence.covers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Involvement:
    """Who had a hand in what is to be approved, and so may not approve it.

    Attributes:
        authors: who locked the standard, proposed the mandate, created the use case, imported or evaluated under their name.
        owner: who owns this use case.
    """

    authors: frozenset[PersonId]
    owner: PersonId | None


def approve(asked: Digest, shown: Digest | None, by: Actor, involved: Involvement, *, now: datetime) -> Approval | Refused:
    """Gives a named person's yes to exactly what has this digest.

    Args:
        asked: the digest the person says yes to.
        shown: the digest of what is proposed now; None where nothing is.
        by: who approves: risk, or an owner of another use case.
        involved: who may not, because they wrote, built or proposed it.
        now: when.

    Returns:
        The approval, or `Refused`.
    """
    person = permit_person(by, Act.APPROVE, use_case_owner=None)
    if isinstance(person, Refused):
        return person
    if shown is None:
        return Refused(code="no_mandate", why="No mandate is proposed.", remedy="Propose one: `licet mandate propose`.")
    refused = _independent(person, involved)
    if refused is not None:
        return refused
    if asked != shown:
        why = f"{asked!r} is not what is proposed now ({shown!r})."
        return Refused(code="digest_mismatch", why=why, remedy="Read `licet gate show` and approve the digest it prints.")
    return Approval(digest=shown, by=person.id, at=now)


def _independent(person: Person, involved: Involvement) -> Refused | None:
    if person.id in involved.authors or person.has(Role.BUILDER):
        why = f"{person.email!r} wrote, built or proposed this and may not approve it."
        return Refused(code="approver_is_author", why=why, remedy="Let risk, or an owner of another use case, approve.")
    if person.id == involved.owner:
        why = f"{person.email!r} owns this use case and may not approve its gate."
        return Refused(code="approver_is_author", why=why, remedy="Let risk, or an owner of another use case, approve.")
    return None


def _history(evidence: Evidence) -> Requirement:
    n = evidence.history_cases
    return Requirement(
        code="history_imported",
        says="Past cases with people's answers are there.",
        met=n > 0,
        shows=f"{n:,} past cases" if n else "none imported",
        pattern=Pattern.QUALITY,
        ball=Role.BUILDER,
        closes="licet import",
    )


def _owner(evidence: Evidence) -> Requirement:
    return Requirement(
        code="owner_named",
        says="Somebody owns the decision.",
        met=evidence.owner is not None,
        shows="named" if evidence.owner is not None else "the first owner to lock the standard becomes it",
        pattern=Pattern.OWNERSHIP,
        ball=Role.OWNER,
        closes="licet standard lock",
    )


def _locked(evidence: Evidence) -> Requirement:
    if evidence.standard is None:
        shows, ball, closes = "not locked", Role.OWNER, "licet standard lock"
    elif not evidence.countersigned:
        shows, ball, closes = "locked, not countersigned", Role.RISK, "licet standard countersign"
    else:
        shows, ball, closes = f"locked and countersigned, {evidence.standard[:12]}", Role.RISK, ""
    return Requirement(
        code="standard_locked",
        says="What good means was locked by two people before any result.",
        met=evidence.standard is not None and evidence.countersigned,
        shows=shows,
        pattern=Pattern.QUALITY,
        ball=ball,
        closes=closes,
    )


def _evaluated(evidence: Evidence) -> Requirement:
    return Requirement(
        code="evaluated",
        says="The system was judged against the standard.",
        met=evidence.verdict is not None,
        shows=evidence.verdict or "not evaluated",
        pattern=Pattern.QUALITY,
        ball=Role.BUILDER,
        closes="licet evaluate",
    )


def _met(evidence: Evidence) -> Requirement:
    return Requirement(
        code="verdict_met",
        says="The verdict on sealed cases is met.",
        met=evidence.verdict == "met",
        shows=(evidence.verdict or "not evaluated").replace("_", " "),
        pattern=Pattern.QUALITY,
        ball=Role.BUILDER,
        closes="licet evaluate",
    )


def _proposed(evidence: Evidence) -> Requirement:
    return Requirement(
        code="mandate_proposed",
        says="A mandate with scope, audits, cap and expiry is proposed.",
        met=evidence.covers is not None,
        shows=f"proposed, {evidence.covers[:12]}" if evidence.covers is not None else "not proposed",
        pattern=Pattern.JUDGMENT,
        ball=Role.OWNER,
        closes="licet mandate propose",
    )


def _approved(evidence: Evidence) -> Requirement:
    given, needed = len(independent_approvals(evidence)), evidence.approvals_needed
    return Requirement(
        code="approved",
        says="People other than its author approved exactly this.",
        met=given >= needed,
        shows=f"{given} of {needed} approvals",
        pattern=Pattern.GOVERNANCE,
        ball=Role.RISK,
        closes="licet approve",
    )


def rules_digest() -> Digest:
    """Names what the gates ask for by what they say (64 hex characters)."""
    empty = Evidence(owner=None, history_cases=0, standard=None, countersigned=False, verdict=None, covers=None, approvals=())
    return Digest(digest({to.value: [[r.code, r.says] for r in requirements_for(to, empty)] for to in Stage}))
