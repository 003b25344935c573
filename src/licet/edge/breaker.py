"""A breaker: one system's circuit, shared by all threads of a process."""

import threading
import time
from collections.abc import Callable

from licet.core.circuit import Ask, Circuit, CircuitRules, ClosedCircuit, DoNotAsk, admit, hear
from licet.core.system import Cause, NoProposal


class Breaker:
    """Holds a circuit; any thread may ask it and tell it."""

    def __init__(self, rules: CircuitRules | None = None, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """Takes the rules, and a clock in seconds that never goes back."""
        self._rules = rules or CircuitRules()
        self._now_s = now_s
        self._lock = threading.Lock()
        self._circuit: Circuit = ClosedCircuit()

    @property
    def circuit(self) -> Circuit:
        """The circuit as it stands."""
        return self._circuit

    def ask(self) -> Ask | NoProposal:
        """Whether the system may be asked about a case now; where it may not, why not. Whoever was let through says `heard` after."""
        with self._lock:
            self._circuit, permission = admit(self._circuit, self._rules, now_s=self._now_s())
        match permission:
            case Ask():
                return permission
            case DoNotAsk(wait_s=wait_s):
                why = f"The system stopped answering and is not asked; it is tried again within {max(1, round(wait_s))} s."
                return NoProposal(why=why, cause=Cause.NOT_ASKED)

    def heard(self, permission: Ask, *, answered: bool) -> None:
        """Takes down whether anything came back under a permission."""
        with self._lock:
            self._circuit = hear(self._circuit, self._rules, permission, answered=answered, now_s=self._now_s())
