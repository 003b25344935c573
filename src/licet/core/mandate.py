"""A mandate: the authority for exactly one system to decide cases in a scope alone, until it ends or is taken back.

The law of it, in one sitting: a mandate is *proposed* on a met verdict, *granted* through an opened gate, and from then on
*active*. While it is, it may be *narrowed* (`narrowing`: a part is taken back) and is *exposed* step by step (`exposure`: what
share of its cases it is given). It is *suspended* by a person or by a watch that trips, *reinstated* only with a reason and on a
fresh verdict, and ends by being *expired* or *revoked*. Each state is a type of its own: what only an active mandate can do takes
an `ActiveMandate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from licet.core.canonical import Json, digest
from licet.core.exposure import Exposure, NotAPlanError, Plan, check_plan, plan_from_json, plan_to_json, share_of
from licet.core.gate import OpenedGate
from licet.core.ids import Digest, Fingerprint, LookId, MandateId, PersonId, UseCaseSlug
from licet.core.people import Act
from licet.core.policy import Permission
from licet.core.refusal import Refused
from licet.core.scope import NotStoredTermsError, Scope, scope_from_json, scope_to_json

LONGEST_UNVERSIONED = timedelta(days=30)
"""A system that names no version may change unseen: its mandate ends soon."""

LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is granted, to the letter. Approvals are bound to the digest of it.

    Attributes:
        fingerprint: the one system it is granted to.
        system: its name and version, for people.
        scope: which cases.
        guardian: name of the stored guardian that computes familiarity; empty where the system brings its own, or there is none.
        standard: digest of the standard the verdict was judged by.
        look: the look at sealed cases that gave the verdict.
        verdict: digest of that verdict.
        target: highest share of errors among cases decided alone, in (0, 0.5).
        confidence: of the promise, in [0.5, 1).
        audit_rate: probability with which each case decided alone is audited, in (0, 1].
        planned_audits: how many audits feed the watch until expiry; later ones are not fed.
        daily_cap: most cases decided alone on one UTC day.
        lasts: from grant to expiry.
        exposure: the steps by which it is exposed; none: all eligible cases from the beginning.
    """

    fingerprint: Fingerprint
    system: str
    scope: Scope
    guardian: str
    standard: Digest
    look: LookId
    verdict: Digest
    target: float
    confidence: float
    audit_rate: float
    planned_audits: int
    daily_cap: int
    lasts: timedelta
    exposure: Plan = ()


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


class NotTermsError(ValueError):
    """Terms that no mandate can have: a rate, cap, plan or duration out of range."""


def check_terms(terms: Terms, *, unversioned: bool) -> None:
    """Refuses terms out of range.

    Args:
        terms: what is asked for.
        unversioned: whether the system names no version.

    Raises:
        NotTermsError: names the offender, the limit and the remedy.
    """
    longest = LONGEST_UNVERSIONED if unversioned else LONGEST
    checks = (
        (0.0 < terms.audit_rate <= 1.0, f"audit rate {terms.audit_rate!r} is not in (0, 1]; give a share such as 0.05."),
        (terms.planned_audits >= 1, f"planned audits {terms.planned_audits!r} are fewer than 1; plan at least one."),
        (terms.daily_cap >= 1, f"daily cap {terms.daily_cap!r} is below 1; give the most cases a day."),
        (
            timedelta(0) < terms.lasts <= longest,
            f"{terms.lasts.days} days is not in 1 to {longest.days}; shorten it" + (" or version the system." if unversioned else "."),
        ),
    )
    for holds, message in checks:
        if not holds:
            raise NotTermsError(message)
    try:
        check_plan(terms.exposure)
    except NotAPlanError as error:
        raise NotTermsError(str(error)) from None


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


def terms_to_json(terms: Terms) -> Json:
    """Writes terms as plain JSON: what is hashed, stored and shown. Without a plan the digests of earlier terms stay what they were."""
    planned: dict[str, Json] = {"exposure": plan_to_json(terms.exposure)} if terms.exposure else {}
    return planned | {
        "fingerprint": terms.fingerprint,
        "system": terms.system,
        "scope": scope_to_json(terms.scope),
        "guardian": terms.guardian,
        "standard": terms.standard,
        "look": terms.look,
        "verdict": terms.verdict,
        "target": terms.target,
        "confidence": terms.confidence,
        "audit_rate": terms.audit_rate,
        "planned_audits": terms.planned_audits,
        "daily_cap": terms.daily_cap,
        "lasts_seconds": int(terms.lasts.total_seconds()),
    }


def terms_from_json(raw: Json) -> Terms:
    """Reads terms that `terms_to_json` wrote.

    Raises:
        NotStoredTermsError: when they are not.
    """
    match raw:
        case {
            "fingerprint": str(fingerprint),
            "system": str(system),
            "scope": scope,
            "guardian": str(guardian),
            "standard": str(standard),
            "look": int(look),
            "verdict": str(verdict),
            "target": int() | float() as target,
            "confidence": int() | float() as confidence,
            "audit_rate": int() | float() as audit_rate,
            "planned_audits": int(planned_audits),
            "daily_cap": int(daily_cap),
            "lasts_seconds": int(lasts),
        }:
            return Terms(
                exposure=_plan(raw), fingerprint=Fingerprint(fingerprint), system=system, scope=scope_from_json(scope), guardian=guardian,
                standard=Digest(standard), look=LookId(look), verdict=Digest(verdict),
                target=float(target), confidence=float(confidence),
                audit_rate=float(audit_rate), planned_audits=planned_audits, daily_cap=daily_cap, lasts=timedelta(seconds=lasts),
            )  # fmt: skip
        case _:
            message = f"{raw!r} are not terms."
            raise NotStoredTermsError(message)


def _plan(raw: Json) -> Plan:
    try:
        return plan_from_json(raw["exposure"]) if isinstance(raw, Mapping) and "exposure" in raw else ()
    except NotAPlanError as error:
        raise NotStoredTermsError(str(error)) from None
