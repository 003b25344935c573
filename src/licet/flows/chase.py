"""Chasing: what waits for people does not wait for ever: others are told after a while, and its time ends."""

from datetime import datetime

from licet.core.approval import ExpiredRequest, OpenRequest
from licet.core.canonical import Json
from licet.core.consent import is_over, is_slow
from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.use_case import UseCase
from licet.flows.ask import tell_approvers
from licet.flows.cover import void_if_changed
from licet.flows.office import Office, entry
from licet.store import approvals, notices, use_cases
from licet.store.book import Tx


def chase_requests(office: Office) -> int:
    """Lets time take effect on every request for approval.

    Returns:
        In how many use cases something had to be done.
    """
    with office.book.read() as tx:
        now = office.clock.now()
        rows = [(row, use_cases.by_id(tx, row)) for row in approvals.with_live(tx)]
        due = [row for row, use_case in rows if any(is_over(one, now) or is_slow(one, now) for one in approvals.live(tx, use_case))]
    for row in due:
        with office.book.write() as tx:
            use_case, now = use_cases.by_id(tx, row), office.clock.now()
            void_if_changed(office, tx, use_case, now)
            end_if_over(tx, use_case, now)
            _escalate(tx, use_case, now)
    return len(due)


def end_if_over(tx: Tx, use_case: UseCase, now: datetime) -> None:
    """Ends every request of a use case whose time is over."""
    for found in approvals.live(tx, use_case):
        if is_over(found, now):
            request = found.request
            approvals.end(tx, ExpiredRequest(request=request, at=now))
            facts: dict[str, Json] = {"request": request.id, "digest": request.digest, "yes": len(request.given)}
            tx.record(entry("approval.expired", by=LICET, now=now, use_case=use_case, **facts))
            body = f"{request.id} waited for {(now - request.asked_at).days} days. To ask anew: licet approval ask {use_case.slug}"
            notices.tell(tx, Message(to=request.asked_by, subject=f"{use_case.title}: the request expired", body=body), at=now)


def _escalate(tx: Tx, use_case: UseCase, now: datetime) -> None:
    for found in approvals.live(tx, use_case):
        if isinstance(found, OpenRequest) and is_slow(found, now):
            approvals.escalated(tx, found.request, now)
            waited = (now - found.request.asked_at).days
            facts: dict[str, Json] = {"request": found.request.id, "days": waited}
            tx.record(entry("approval.escalated", by=LICET, now=now, use_case=use_case, **facts))
            tell_approvers(tx, use_case, found, f"approval has been waited for {waited} days", now, all_of_them=True)
