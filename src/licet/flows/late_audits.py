"""Late audits: owner and senior reviewers are told, and with too many nothing is decided alone until people have caught up."""

from datetime import datetime

from licet.core.audit_plan import AuditPlan
from licet.core.canonical import Json
from licet.core.ids import LICET
from licet.core.incident import Incident
from licet.core.mandate import ActiveMandate
from licet.core.use_case import UseCase
from licet.flows.announce import tell_owner, tell_seniors
from licet.flows.office import entry
from licet.store import notices, watches
from licet.store.book import Tx

KIND = "audits_late"


def hold_or_release(tx: Tx, use_case: UseCase, mandate: ActiveMandate, plan: AuditPlan, now: datetime) -> None:
    """Lets late audits take effect in the caller's transaction, so that the next case already goes to a person.

    Delegation is held with more late audits than the plan allows, and released only when none is late any more.
    """
    late = watches.late(tx, mandate, before=now - plan.late_after)
    held = watches.is_held(tx, mandate.id)
    if late:
        _escalate(tx, use_case, len(watches.not_told(tx, late, now=now)), now)
    if len(late) > plan.most_late and not held:
        _hold(tx, use_case, mandate, plan, len(late), now)
    elif held and not late:
        watches.release(tx, mandate.id, now=now)
        tx.record(entry("delegation.released", by=LICET, now=now, use_case=use_case, mandate=mandate.id))


def _escalate(tx: Tx, use_case: UseCase, fresh: int, now: datetime) -> None:
    """Tells of audits that became late. Senior reviewers hear how many questions wait, not which: that would give audits away."""
    if fresh:
        body = f"{fresh:,} more audits wait for longer than the plan allows. The queue holds them; nothing shows which cases they are."
        tx.record(entry("audits.late", by=LICET, now=now, use_case=use_case, count=fresh))
        tell_owner(tx, use_case, subject="audits are late", body=body, now=now)
        tell_seniors(tx, use_case, subject="audits are late", body=body, now=now)


def _hold(tx: Tx, use_case: UseCase, mandate: ActiveMandate, plan: AuditPlan, late: int, now: datetime) -> None:
    watches.hold(tx, mandate, late=late, now=now)
    why = f"{late:,} audits are late and the plan allows {plan.most_late:,}: every case goes to people until all late audits are answered."
    number = notices.open_incident(tx, use_case, Incident(use_case=use_case.slug, mandate=mandate.id, kind=KIND, says=why, at=now))
    facts: dict[str, Json] = {"mandate": mandate.id, "late": late, "most": plan.most_late}
    tx.record(
        entry("delegation.held", by=LICET, now=now, use_case=use_case, **facts),
        entry("incident.opened", by=LICET, now=now, use_case=use_case, mandate=mandate.id, incident=number, kind=KIND),
    )
    tell_owner(tx, use_case, subject="nothing is decided alone: audits are late", body=why, now=now)
