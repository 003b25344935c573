"""A circuit: stops asking a system that has stopped answering, so that its cases go to people at once instead of waiting."""

from dataclasses import dataclass
from typing import assert_never


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRules:
    """When a circuit opens, and when it lets a case through again.

    Attributes:
        in_a_row: so many failures one after the other open it.
        window: how many of the last answers are looked at.
        most: so many failures among them open it too.
        cool_down_s: seconds until one case is let through to try; doubled each time that fails.
        longest_s: seconds that the cool-down never exceeds.
    """

    in_a_row: int = 5
    window: int = 20
    most: int = 10
    cool_down_s: float = 15.0
    longest_s: float = 300.0

    def __post_init__(self) -> None:
        """Refuses rules that would never open, or never close.

        Raises:
            NoCircuitError: says which.
        """
        if not (self.in_a_row >= 1 and 1 <= self.most <= self.window and 0.0 < self.cool_down_s <= self.longest_s):
            raise NoCircuitError(self)


class NoCircuitError(ValueError):
    """Rules of a circuit that would never open, or never close."""

    def __init__(self, rules: CircuitRules) -> None:
        """Names the rules and the limits."""
        super().__init__(f"{rules!r}: needs in_a_row of 1 or more, most from 1 to window, and cool_down_s above 0 and up to longest_s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCircuit:
    """The system answers and is asked. `failed` says of its last answers, oldest first, which failed."""

    failed: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCircuit:
    """The system is not asked before `until_s`; `opened` counts how often in a row it had to open."""

    until_s: float
    opened: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TryingCircuit:
    """One case is let through, to see; where nothing is heard of it by `until_s`, another one is."""

    until_s: float
    opened: int


Circuit = ClosedCircuit | OpenCircuit | TryingCircuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The system may be asked. `trial`: the answer decides whether the circuit closes."""

    trial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotAsk:
    """The case goes to a person at once; the system may be tried again after `wait_s` seconds."""

    wait_s: float


def admit(circuit: Circuit, rules: CircuitRules, *, now_s: float) -> tuple[Circuit, Ask | DoNotAsk]:
    """Says whether a system may be asked about a case.

    Args:
        circuit: as it stands.
        rules: when it opens and closes.
        now_s: seconds of a clock that never goes back, the same one for every call.

    Returns:
        The circuit as it stands after this, and the permission.
    """
    match circuit:
        case ClosedCircuit():
            return circuit, Ask()
        case OpenCircuit(until_s=until_s, opened=opened) | TryingCircuit(until_s=until_s, opened=opened):
            if now_s < until_s:
                return circuit, DoNotAsk(wait_s=until_s - now_s)
            return TryingCircuit(until_s=now_s + _cool_down_s(rules, opened), opened=opened), Ask(trial=True)
        case _:
            assert_never(circuit)


def hear(circuit: Circuit, rules: CircuitRules, permission: Ask, *, answered: bool, now_s: float) -> Circuit:
    """Takes down whether a system answered.

    Only a trial moves a circuit that is not closed: what was asked before it opened says nothing of the system as it is now.

    Args:
        circuit: as it stands.
        rules: when it opens and closes.
        permission: the one this case was asked under.
        answered: whether anything came back, of use or not; False where the infrastructure failed.
        now_s: seconds, as for `admit`.
    """
    match circuit:
        case ClosedCircuit(failed=failed):
            if permission.trial:
                return circuit
            seen = (*failed, not answered)[-max(rules.window, rules.in_a_row) :]
            opens = sum(seen[-rules.window :]) >= rules.most or (len(seen) >= rules.in_a_row and all(seen[-rules.in_a_row :]))
            return OpenCircuit(until_s=now_s + rules.cool_down_s) if opens else ClosedCircuit(failed=seen)
        case OpenCircuit():
            return ClosedCircuit() if permission.trial and answered else circuit
        case TryingCircuit(opened=opened):
            if not permission.trial:
                return circuit
            again = OpenCircuit(until_s=now_s + _cool_down_s(rules, opened + 1), opened=opened + 1)
            return ClosedCircuit() if answered else again
        case _:
            assert_never(circuit)


def _cool_down_s(rules: CircuitRules, opened: int) -> float:
    return min(rules.longest_s, rules.cool_down_s * 2.0 ** min(opened - 1, 30))
