"""Sweeping: what time alone brings about: a mandate ends or goes on in its plan, an audit is overdue, a watch counts what it may."""

from datetime import datetime

from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate
from licet.flows.audit import advance
from licet.flows.chase import chase_requests
from licet.flows.expose import is_due, raise_by_rule
from licet.flows.let_through import let_changes_through
from licet.flows.office import Office
from licet.store import audits, mandates, use_cases
from licet.store.book import Tx


def sweep(office: Office) -> int:
    """Lets time take effect on every running mandate, on requests for approval, and on changes that wait for a veto.

    Returns:
        On how many something had to be done.
    """
    with office.book.read() as tx:
        now = office.clock.now()
        running = mandates.all_running(tx)
        due = [use_case_id for use_case_id, mandate in running if _is_due(tx, mandate, now)]
    for use_case_id in due:
        with office.book.write() as tx:
            advance(tx, use_cases.by_id(tx, use_case_id), office.clock.now())
    raised = 0
    for use_case_id in [one for one, mandate in running if isinstance(mandate, ActiveMandate) and is_due(mandate, now)]:
        with office.book.write() as tx:
            raised += raise_by_rule(office, tx, use_cases.by_id(tx, use_case_id), office.clock.now())
    return len(due) + raised + chase_requests(office) + let_changes_through(office)


def _is_due(tx: Tx, mandate: Mandate, now: datetime) -> bool:
    match mandate:
        case ActiveMandate():
            return now >= mandate.expires_at or audits.is_countable(tx, mandate, now)
        case SuspendedMandate(active=active):
            return now >= active.expires_at
        case _:
            return False
