"""Entering a stage: forward through every gate on the way, back freely, with a reason."""

from dataclasses import dataclass

from licet.core.gate import ClosedGate
from licet.core.moving import gates_between
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.hold_gate import gate_of, stood_on
from licet.flows.office import Office, entry, permitted, working
from licet.store import stage_moves, use_cases
from licet.store.stage_moves import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A use case that moved to another stage."""

    use_case: UseCase
    was: Stage


def enter_stage(office: Office, by: Actor, *, name: str, to: Stage, why: str) -> Moved | ClosedGate | Refused:
    """Moves a use case to a stage as its owner: one step, or several where every gate on the way is open.

    Args:
        office: the office.
        by: its owner.
        name: the use case.
        to: the stage; *delegated* is entered by granting a mandate.
        why: in words, for people; never in the ledger. Empty: no reason, which does for the way forward.

    Returns:
        What moved; the first gate on the way that is closed; or `Refused`.

    Raises:
        NotAReasonError: when `why` is too long or no text.
    """
    said = reason(why) if why else ""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permission = permitted(office, tx, by, Act.ENTER_STAGE, use_case)
        if isinstance(permission, Refused):
            return permission
        way = gates_between(use_case.stage, to, why=said)
        if isinstance(way, Refused):
            return way
        gates = [gate_of(office, tx, use_case, step, now=now) for step in way]
        closed = next((gate for gate in gates if isinstance(gate, ClosedGate)), None)
        if closed is not None:
            return closed
        use_cases.set_stage(tx, use_case, to)
        stage_moves.add(tx, use_case, Move(was=use_case.stage, became=to, by=permission.by.id, at=now, why=said))
        change = {"was": use_case.stage.value, "became": to.value, "policy": permission.policy}
        stood = stood_on(office, tx, use_case, now=now)
        tx.record(entry("stage.changed", by=permission.by.id, now=now, use_case=use_case, **change, **stood))
        return Moved(use_case=use_cases.require(tx, name), was=use_case.stage)
