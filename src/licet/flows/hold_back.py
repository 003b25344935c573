"""Holding back: what the risk answers of a use case do not permit, asked in the transaction of the act itself."""

from licet.core.mandate import ActiveMandate
from licet.core.refusal import Refused
from licet.core.risk import Tier, not_prohibited, outgrown, still_covered
from licet.core.use_case import UseCase
from licet.store import risks
from licet.store.book import Tx


def prohibited(tx: Tx, use_case: UseCase) -> Refused | None:
    """Says no to whatever takes a prohibited use case further: a stage beyond idea, a mandate. None where nothing speaks against it."""
    return not_prohibited(_tier(risks.newest(tx, use_case)))


def not_covered(tx: Tx, use_case: UseCase, mandate: ActiveMandate) -> Refused | None:
    """Says no to putting a mandate in force again that the tier has outgrown since it was granted."""
    now = _tier(risks.newest(tx, use_case))
    return not_prohibited(now) or still_covered(granted_under=_tier_at_grant(tx, use_case, mandate), now=now)


def has_outgrown(tx: Tx, use_case: UseCase, mandate: ActiveMandate, now: Tier) -> bool:
    """Whether a tier is stricter than the one a mandate was granted under."""
    return outgrown(granted_under=_tier_at_grant(tx, use_case, mandate), now=now)


def _tier_at_grant(tx: Tx, use_case: UseCase, mandate: ActiveMandate) -> Tier | None:
    return _tier(risks.at_moment(tx, use_case, mandate.granted_at))


def _tier(answered: risks.StoredRisk | None) -> Tier | None:
    """The tier of answers; None where there are none."""
    return None if answered is None else answered.tier
