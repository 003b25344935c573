"""Chasing at the desk: what was put aside comes back, what is overdue is told, and what waits for somebody who is away waits no longer."""

from datetime import datetime, timedelta

from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.people import Role
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry
from licet.flows.roles import everybody_here
from licet.store import desk_moves, notices, use_cases
from licet.store.book import Tx

TOLD_EVERY = timedelta(hours=1)
"""However many cases become overdue, people are told of a use case no more often than this."""

AT_ONCE = 500


def chase_desk(office: Office) -> int:
    """Lets time take effect on what waits at the desk.

    Returns:
        On how much something had to be done.
    """
    with office.book.read() as tx:
        now = office.clock.now()
        idle = not desk_moves.anything_to_do(tx, now)
        stray = [] if idle else desk_moves.stray(tx, now, limit=AT_ONCE)
        late = desk_moves.with_overdue(tx, now, told_before=now - TOLD_EVERY)
    if idle and not late:
        return 0
    with office.book.claim() as tx:
        done = desk_moves.admit(tx, stray, now, limit=AT_ONCE) + desk_moves.bring_back(tx, now, limit=AT_ONCE)
        done += desk_moves.free_absent(tx, now)
    for use_case_id in late:
        with office.book.write() as tx:
            done += _escalate(tx, use_cases.by_id(tx, use_case_id), office.clock.now())
    return done


def _escalate(tx: Tx, use_case: UseCase, now: datetime) -> int:
    """Tells owner and senior reviewers what is overdue; what waited for one person goes back to the queue.

    The ledger names no case: which of AI's decisions wait for an audit is nobody's to know.
    """
    count = desk_moves.escalate(tx, use_case, now)
    if not count:
        return 0
    tx.record(entry("desk.escalated", by=LICET, now=now, use_case=use_case, tasks=count))
    told = {use_case.owner, *(one.id for one in everybody_here(tx, use_case) if one.has(Role.SENIOR_REVIEWER))}
    body = f"{count:,} cases waited for longer than they may. To see where: licet desk status {use_case.slug}"
    for person in sorted(one for one in told if one is not None):
        notices.tell(tx, Message(to=person, subject=f"{use_case.title}: cases are overdue", body=body), at=now)
    return count
