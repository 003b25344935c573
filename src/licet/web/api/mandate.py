"""The mandate: what AI may decide alone, and until when."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from licet.core.exposure import share_of
from licet.core.mandate import ActiveMandate, Mandate, ProposedMandate, RevokedMandate, SuspendedMandate, proposed_of, state_of
from licet.core.refusal import Refused
from licet.core.scope import in_words
from licet.core.token import TokenScope
from licet.flows.follow import mandate_now
from licet.web.guard import GuardedRoute, Let, let_in, needs
from licet.web.problems import refusal

routes = APIRouter(tags=["mandate"], route_class=GuardedRoute)


class MandateOut(BaseModel):
    """The mandate of a use case, as it stands."""

    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["proposed", "active", "suspended", "expired", "revoked"]
    system: str = Field(description="The name and version of the one system it is for.")
    fingerprint: str
    scope: str = Field(description="Which cases, in words.")
    threshold: float = Field(description="The lowest confidence of a proposal that is decided alone; with regions, of any.")
    target: float = Field(description="The highest share of errors among cases decided alone that it promises.")
    audit_rate: float = Field(description="The probability with which a case decided alone is audited.")
    daily_cap: int = Field(description="Most cases decided alone on one UTC day.")
    share: float = Field(description="The share of the cases in scope that is decided alone now, in [0, 1]; chance picks them.")
    narrowed: bool = Field(description="Whether a part of what was granted was taken back; scope, cap and rate are those that are left.")
    granted_at: datetime | None
    expires_at: datetime | None
    why: str | None = Field(description="Why it was suspended or revoked.")


@routes.get("/mandate", **needs(TokenScope.MANDATE_READ))
async def read_mandate(let: Annotated[Let, Depends(let_in)]) -> MandateOut:
    """The mandate that governs cases, or the one proposed while none was granted yet."""
    found = await let.desk.run(lambda: mandate_now(let.desk.office, let.use_case))
    if isinstance(found, Refused):
        raise refusal(found)
    return _out(found)


def _out(mandate: Mandate) -> MandateOut:
    proposed = proposed_of(mandate)
    terms, state = proposed.terms, state_of(mandate)
    granted = _granted(mandate)
    now = terms if granted is None else granted
    word: Any = state
    return MandateOut(
        id=proposed.id,
        state=word,
        system=terms.system,
        fingerprint=terms.fingerprint,
        scope=in_words(now.scope),
        threshold=now.scope.threshold,
        target=terms.target,
        audit_rate=now.audit_rate,
        daily_cap=now.daily_cap,
        share=share_of(terms.exposure, None) if granted is None else granted.share,
        narrowed=granted is not None and granted.limits is not None,
        granted_at=None if granted is None else granted.granted_at,
        expires_at=None if granted is None else granted.expires_at,
        why=mandate.why if isinstance(mandate, SuspendedMandate | RevokedMandate) else None,
    )


def _granted(mandate: Mandate) -> ActiveMandate | None:
    if isinstance(mandate, ProposedMandate):
        return None
    return mandate if isinstance(mandate, ActiveMandate) else mandate.active
