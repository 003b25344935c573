"""Relief: what a mandate takes off people, and the audits that it brings them."""

from datetime import datetime
from typing import assert_never

from licet.core.capacity import Relief
from licet.core.mandate import ActiveMandate, ExpiredMandate, Mandate, ProposedMandate, RevokedMandate, SuspendedMandate
from licet.core.terms import Terms


def relief_under(mandate: Mandate | None, *, coverage: float | None, now: datetime) -> Relief | None:
    """What a mandate takes off people: of a proposed one what its first step will, of an active one what it does now.

    Args:
        mandate: proposed or granted; None: there is none.
        coverage: share of the sealed cases in the region that its verdict certifies, in [0, 1]; None: nothing is.
        now: when it is asked.

    Returns:
        The relief; None where nothing is decided alone, or nobody knows how much: since a narrowing no sealed case was counted anew.
    """
    if coverage is None:
        return None
    match mandate:
        case ProposedMandate(terms=terms):
            first = terms.exposure[0].share if terms.exposure else 1.0
            return relief_of(terms, alone=coverage * first, cap=terms.daily_cap, rate=terms.audit_rate)
        case ActiveMandate(limits=limits, terms=terms):
            if now >= mandate.expires_at or (limits is not None and limits.since is not None):
                return None
            return relief_of(terms, alone=coverage * mandate.share, cap=mandate.daily_cap, rate=mandate.audit_rate)
        case SuspendedMandate() | ExpiredMandate() | RevokedMandate() | None:
            return None
        case _:
            assert_never(mandate)


def relief_of(terms: Terms, *, alone: float, cap: int, rate: float) -> Relief:
    """What terms take off people, audited as much as their plan may come to: evidence rises just when people have most to do.

    Args:
        terms: of the mandate.
        alone: share of the cases that is decided alone, in [0, 1].
        cap: most cases decided alone on one day.
        rate: probability of an audit.
    """
    plan = terms.audits
    highest = rate if plan is None else min(1.0, max(rate, plan.highest) * plan.most_often)
    checked = 0.0 if plan is None else plan.agreements
    return Relief(alone=alone, cap=cap, audits=highest, again=min(1.0, checked + terms.target))
