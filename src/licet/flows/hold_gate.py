"""Holding a gate: what is known of a use case, against what the stage it wants to enter asks for."""

from licet.core.gate import ClosedGate, Evidence, OpenedGate, pass_gate
from licet.core.mandate import Mandate, ProposedMandate
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office
from licet.flows.verdicts import newest_look, outlives_trips
from licet.store import cases, looks, mandates, standards, use_cases
from licet.store.book import Tx


def gate_of(tx: Tx, use_case: UseCase, to: Stage) -> OpenedGate | ClosedGate:
    """Holds what is known of a use case against the gate of a stage."""
    return pass_gate(to, evidence_of(tx, use_case))


def evidence_of(tx: Tx, use_case: UseCase) -> Evidence:
    """What a gate asks for, as it stands in this transaction."""
    signed = standards.newest(tx, use_case)
    last = newest_look(tx, use_case)
    proposed = None if last is None or not outlives_trips(tx, use_case, last) else _open_proposal(mandates.newest(tx, use_case), last)
    hands = use_cases.involved(tx, use_case) | {use_case.owner}
    return Evidence(
        owner=use_case.owner,
        history_cases=sum(cases.count_history(tx, use_case).values()),
        standard=signed.digest if isinstance(signed, LockedStandard | CountersignedStandard) else None,
        countersigned=isinstance(signed, CountersignedStandard),
        verdict=None if last is None else last.word,
        covers=None if proposed is None else proposed.digest,
        approvals=tuple(given for given in mandates.approvals(tx, use_case) if given.by not in hands),
    )


def _open_proposal(mandate: Mandate | None, last: looks.StoredLook) -> ProposedMandate | None:
    """The proposal approvals are for: one that stands on the newest verdict; an older one is void."""
    if not isinstance(mandate, ProposedMandate):
        return None
    return mandate if mandate.terms.verdict == last.verdict_digest and mandate.terms.look == last.look.id else None


def show_gate(office: Office, *, name: str, to: Stage) -> OpenedGate | ClosedGate:
    """The gate of a stage, with what is met and who has the ball."""
    with office.book.read() as tx:
        return gate_of(tx, use_cases.require(tx, name), to)
