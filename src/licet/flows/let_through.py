"""Letting changes through: what waited inside an envelope without a veto is put in force, and what no longer stands never is."""

from datetime import datetime

from licet.core.envelope import VoidUse, WaitingUse, grant_within
from licet.core.gate import ClosedGate, OpenedGate
from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.cover import use_up, within_envelope
from licet.flows.grant import end_earlier, put_in_force
from licet.flows.hold_gate import gate_of
from licet.flows.office import Office, entry
from licet.flows.rules_in_force import policy_in_force
from licet.store import envelopes, mandates, notices, use_cases
from licet.store.book import Tx


def let_changes_through(office: Office) -> int:
    """Puts every change in force whose window is over, and ends those that stand no more.

    Returns:
        On how many something was done.
    """
    with office.book.read() as tx:
        now = office.clock.now()
        due = [(row, use) for row, use in envelopes.waiting(tx) if now >= use.window_ends]
    for row, use in due:
        with office.book.write() as tx:
            _let_through(office, tx, use_cases.by_id(tx, row), use, office.clock.now())
    return len(due)


def _let_through(office: Office, tx: Tx, use_case: UseCase, use: WaitingUse, now: datetime) -> None:
    there = envelopes.use_of(tx, use.mandate)
    if not isinstance(there, WaitingUse):
        return
    proposed, running = mandates.newest(tx, use_case), mandates.in_force(tx, use_case)
    gate = gate_of(office, tx, use_case, Stage.DELEGATED, now=now)
    granted = _granted(proposed, gate, there, now)
    if granted is None:
        end_use(tx, use_case, there, now)
        return
    bounded = within_envelope(tx, granted, running)
    end_earlier(tx, use_case, running, LICET, now)
    put_in_force(office, tx, use_case, bounded, policy_in_force(office, tx))
    use_up(tx, use_case, bounded, now)
    if use_case.owner is not None:
        subject = f"{use_case.title}: a change is in force"
        body = f"{granted.terms.system} decides now, inside envelope {there.envelope}; nobody vetoed it."
        notices.tell(tx, Message(to=use_case.owner, subject=subject, body=body), at=now)


def _granted(proposed: object, gate: OpenedGate | ClosedGate, use: WaitingUse, now: datetime) -> ActiveMandate | None:
    if not isinstance(proposed, ProposedMandate) or not isinstance(gate, OpenedGate):
        return None
    granted = grant_within(proposed, gate, use, now=now)
    return None if isinstance(granted, Refused) else granted


def end_use(tx: Tx, use_case: UseCase, use: WaitingUse, now: datetime) -> None:
    """Writes that a change never takes effect: something it stood on moved while it waited."""
    envelopes.end(tx, VoidUse(waiting=use, at=now))
    tx.record(entry("envelope.void", by=LICET, now=now, use_case=use_case, mandate=use.mandate, envelope=use.envelope))
    if use_case.owner is not None:
        subject, body = f"{use_case.title}: a change is void", "Something it stood on changed while it waited. The running mandate stays."
        notices.tell(tx, Message(to=use_case.owner, subject=subject, body=body), at=now)
