"""A mandate: the authority for exactly one system to decide cases in a scope alone, until it ends or is taken back.

The law of it, in one sitting: a mandate is *proposed* on a met verdict, with its `terms`, *granted* through an opened gate, and
from then on *active*. While it is, it may be *narrowed* (`narrowing`: a part is taken back) and is *exposed* step by step
(`exposure`: what share of its cases it is given). It is *suspended* by a person or by a watch that trips, *reinstated* only with a
reason and on a fresh verdict, and ends by being *expired* or *revoked*. Each state is a type of its own: what only an active
mandate can do takes an `ActiveMandate`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from licet.core.canonical import digest
from licet.core.exposure import Exposure, share_of
from licet.core.gate import OpenedGate
from licet.core.ids import Digest, MandateId, PersonId, UseCaseSlug
from licet.core.people import Act
from licet.core.policy import Permission
from licet.core.refusal import Refused
from licet.core.scope import Scope
from licet.core.terms import Terms, terms_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is left of the terms after the narrowing of this number: never more than they say.

    Attributes:
        since: from when on the scope is this one; None: it is still the one that was granted.
    """

    scope: Scope
    daily_cap: int
    audit_rate: float
    narrowing: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMandate:
    """A mandate somebody asks for."""

    id: MandateId
    use_case: UseCaseSlug
    terms: Terms
    proposed_by: PersonId
    proposed_at: datetime

    @property
    def digest(self) -> Digest:
        """What approvals are bound to: use case, terms, and who proposed them (64 hex characters)."""
        return terms_digest(self.use_case, self.id, self.terms, self.proposed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveMandate:
    """A mandate in force: the only one under which AI decides alone.

    Attributes:
        round: counts from 1; each reinstatement begins another.
        reinstated_why: the reason that was given for the newest.
        limits: what narrowings left; None: it was never narrowed.
        exposed: where it stands in its plan of exposure; None: it has no plan, or nobody knows, and then nothing is exposed.
    """

    proposed: ProposedMandate
    granted_by: PersonId
    granted_at: datetime
    expires_at: datetime
    round: int = 1
    reinstated_by: PersonId | None = None
    reinstated_at: datetime | None = None
    reinstated_why: str = ""
    limits: Limits | None = None
    exposed: Exposure | None = None

    @property
    def id(self) -> MandateId:
        """Its name."""
        return self.proposed.id

    @property
    def terms(self) -> Terms:
        """What was granted."""
        return self.proposed.terms

    @property
    def scope(self) -> Scope:
        """Which cases AI may decide alone now."""
        return self.terms.scope if self.limits is None else self.limits.scope

    @property
    def daily_cap(self) -> int:
        """Most cases decided alone on one UTC day, now."""
        return self.terms.daily_cap if self.limits is None else self.limits.daily_cap

    @property
    def audit_rate(self) -> float:
        """The probability with which a case decided alone is audited, now."""
        return self.terms.audit_rate if self.limits is None else self.limits.audit_rate

    @property
    def began(self) -> datetime:
        """When its present round began: its watches count from there."""
        return self.granted_at if self.reinstated_at is None else self.reinstated_at

    @property
    def share(self) -> float:
        """The share of the cases inside the scope that AI is given now, in [0, 1]."""
        return share_of(self.terms.exposure, self.exposed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedMandate:
    """A mandate taken back for now. Cases go to people; only risk reinstates it, on a fresh verdict."""

    active: ActiveMandate
    suspended_by: PersonId
    suspended_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredMandate:
    """A mandate whose time is over."""

    active: ActiveMandate
    expired_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedMandate:
    """A mandate taken back for good."""

    active: ActiveMandate
    revoked_by: PersonId
    revoked_at: datetime
    why: str


Mandate = ProposedMandate | ActiveMandate | SuspendedMandate | ExpiredMandate | RevokedMandate


def granted_of(mandate: Mandate | None) -> ActiveMandate | None:
    """A mandate as it was granted; None where it never was."""
    match mandate:
        case None | ProposedMandate():
            return None
        case ActiveMandate():
            return mandate
        case SuspendedMandate() | ExpiredMandate() | RevokedMandate():
            return mandate.active
        case _:
            assert_never(mandate)


def grant(proposed: ProposedMandate, gate: OpenedGate, by: Permission, *, owner: PersonId | None, now: datetime) -> ActiveMandate | Refused:
    """Puts a proposed mandate in force. Takes an opened gate: without one this does not type-check.

    Args:
        proposed: what was asked for.
        gate: the gate to *delegated*, opened for exactly this proposal.
        by: who was permitted to grant: the owner of the use case.
        owner: who that is.
        now: when; the mandate expires `terms.lasts` later.

    Returns:
        The active mandate, or `Refused`.
    """
    person = by.person(Act.GRANT)
    if owner not in {None, person.id}:
        why = f"{person.email!r} is not the owner of this use case and may not grant its mandate."
        return Refused(code="not_the_owner", why=why, remedy="Let the owner of this use case do it.")
    if gate.mandate != proposed.digest:
        why = f"The gate was opened for {(gate.mandate or 'nothing')[:12]}, not for this mandate ({proposed.digest[:12]})."
        return Refused(code="digest_mismatch", why=why, remedy="Ask for approvals of the present digest: `licet gate show`.")
    return ActiveMandate(
        proposed=proposed,
        granted_by=person.id,
        granted_at=now,
        expires_at=now + proposed.terms.lasts,
        exposed=Exposure(number=0, step=0, since=now) if proposed.terms.exposure else None,
    )


def suspend(active: ActiveMandate, *, by: PersonId, why: str, now: datetime) -> SuspendedMandate:
    """Takes a mandate back for now, with effect from the next case."""
    return SuspendedMandate(active=active, suspended_by=by, suspended_at=now, why=why)


def reinstate(
    suspended: SuspendedMandate, verdict_at: datetime | None, by: Permission, *, why: str, now: datetime
) -> ActiveMandate | Refused:
    """Puts a suspended mandate in force again: by risk, on a met verdict younger than the suspension.

    Args:
        suspended: the mandate.
        verdict_at: when the newest met verdict for its fingerprint and standard, on sealed cases looked at for the first
            time after the suspension, was given; None where there is none.
        by: who was permitted to reinstate.
        why: the reason, in words, for whoever asks later.
        now: when.

    Returns:
        The mandate, active in its next round (whose watch starts anew with a chance of its own) and at the first step of its plan of
        exposure, as narrow as it was; or `Refused`.
    """
    person = by.person(Act.REINSTATE)
    if verdict_at is None or verdict_at <= suspended.suspended_at:
        scope = f"this system, its guards and its threshold of {suspended.active.terms.scope.threshold:.4f}"
        missing = f"No met verdict on fresh sealed cases since {suspended.suspended_at:%Y-%m-%d %H:%M} UTC that covers {scope}."
        remedy = "Import fresh cases with --parts 0:0:100 (other parts change the guards) and evaluate; or propose a new mandate then."
        return Refused(code="verdict_not_fresh", why=missing, remedy=remedy)
    active = suspended.active
    if now >= active.expires_at:
        over = f"The mandate expired at {active.expires_at:%Y-%m-%d %H:%M} UTC while suspended."
        return Refused(code="mandate_not_suspended", why=over, remedy="Propose a new mandate: `licet mandate propose`.")
    exposed = None if active.exposed is None else Exposure(number=active.exposed.number + 1, step=0, since=now)
    again = replace(active, round=active.round + 1, exposed=exposed)
    return replace(again, reinstated_by=person.id, reinstated_at=now, reinstated_why=why)


def revoke(mandate: ActiveMandate | SuspendedMandate, *, by: PersonId, why: str, now: datetime) -> RevokedMandate:
    """Takes a mandate back for good."""
    active = mandate.active if isinstance(mandate, SuspendedMandate) else mandate
    return RevokedMandate(active=active, revoked_by=by, revoked_at=now, why=why)


def expire(mandate: ActiveMandate | SuspendedMandate, *, now: datetime) -> ExpiredMandate | None:
    """Ends a mandate whose time is over; None while it is not."""
    active = mandate.active if isinstance(mandate, SuspendedMandate) else mandate
    return ExpiredMandate(active=active, expired_at=now) if now >= active.expires_at else None


def state_of(mandate: Mandate) -> str:
    """The state in one word of the glossary."""
    match mandate:
        case ProposedMandate():
            return "proposed"
        case ActiveMandate():
            return "active"
        case SuspendedMandate():
            return "suspended"
        case ExpiredMandate():
            return "expired"
        case RevokedMandate():
            return "revoked"
        case _:
            assert_never(mandate)


def proposed_of(mandate: Mandate) -> ProposedMandate:
    """What was proposed, whatever became of it."""
    match mandate:
        case ProposedMandate():
            return mandate
        case ActiveMandate():
            return mandate.proposed
        case SuspendedMandate() | ExpiredMandate() | RevokedMandate():
            return mandate.active.proposed
        case _:
            assert_never(mandate)


def terms_digest(use_case: UseCaseSlug, mandate: MandateId, terms: Terms, proposed_by: PersonId) -> Digest:
    """Digest over everything an approval of this mandate covers (64 hex characters)."""
    return Digest(digest({"use_case": use_case, "mandate": mandate, "terms": terms_to_json(terms), "proposed_by": proposed_by}))


def share_checked(running: Mandate | None, drawn_under: MandateId) -> float:
    """The share of audits that agree which a second person checks: as the mandate's plan says while it is active; then nobody does."""
    if not isinstance(running, ActiveMandate) or running.id != drawn_under or running.terms.audits is None:
        return 0.0
    return running.terms.audits.agreements
