"""The terms of a mandate: what is granted, to the letter; approvals are bound to the digest of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from licet.core.audit_plan import AuditPlan, NotAnAuditPlanError, audit_plan_from_json, audit_plan_to_json, check_audit_plan
from licet.core.canonical import Json
from licet.core.exposure import ExposurePlan, NotAPlanError, check_plan, plan_from_json, plan_to_json
from licet.core.ids import Digest, Fingerprint, LookId
from licet.core.scope import NotStoredTermsError, Scope, scope_from_json, scope_to_json

LONGEST_UNVERSIONED = timedelta(days=30)
"""A system that names no version may change unseen: its mandate ends soon."""

LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is granted: to which system, for which cases, on which verdict, how watched, and for how long.

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
        audits: how it is audited beyond one rate; None: every case alike, at the same rate every day, every audit weighing the same.
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
    exposure: ExposurePlan = ()
    audits: AuditPlan | None = None


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
        if terms.audits is not None:
            check_audit_plan(terms.audits, rate=terms.audit_rate)
    except (NotAPlanError, NotAnAuditPlanError) as error:
        raise NotTermsError(str(error)) from None


def terms_to_json(terms: Terms) -> Json:
    """Writes terms as plain JSON: what is hashed, stored and shown. Without a plan the digests of earlier terms stay what they were."""
    planned: dict[str, Json] = {"exposure": plan_to_json(terms.exposure)} if terms.exposure else {}
    audited: dict[str, Json] = {} if terms.audits is None else {"audits": audit_plan_to_json(terms.audits)}
    return (
        planned
        | audited
        | {
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
    )


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
                exposure=_plan(raw), audits=_audits(raw), fingerprint=Fingerprint(fingerprint), system=system,
                scope=scope_from_json(scope), guardian=guardian,
                standard=Digest(standard), look=LookId(look), verdict=Digest(verdict),
                target=float(target), confidence=float(confidence),
                audit_rate=float(audit_rate), planned_audits=planned_audits, daily_cap=daily_cap, lasts=timedelta(seconds=lasts),
            )  # fmt: skip
        case _:
            message = f"{raw!r} are not terms."
            raise NotStoredTermsError(message)


def _plan(raw: Json) -> ExposurePlan:
    try:
        return plan_from_json(raw["exposure"]) if isinstance(raw, Mapping) and "exposure" in raw else ()
    except NotAPlanError as error:
        raise NotStoredTermsError(str(error)) from None


def _audits(raw: Json) -> AuditPlan | None:
    return audit_plan_from_json(raw["audits"]) if isinstance(raw, Mapping) and "audits" in raw else None
