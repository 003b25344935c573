"""Plays of redesigns aside: whoever asked for one is answered at once, and the server answers others while it computes."""

import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

from licet.core.people import Actor
from licet.core.redesign import Redesign
from licet.core.redesign_play import RedesignPlay
from licet.core.signal import told_error
from licet.flows.office import Office
from licet.flows.play_redesign import Player, play_on
from licet.flows.simulate_redesign import Play
from licet.ports import Journal
from licet.stats.simulated_process import Plan

AT_ONCE = 1
"""Plays that compute at the same time in a server; others wait for their turn, and say so."""

TURN = timedelta(seconds=5)
"""How long one waits for its turn before it says again that it is there."""


class Plays:
    """Plays redesigns in threads of their own."""

    def __init__(self, play: Play, journal: Journal) -> None:
        """Takes how a redesign is played, and who is told of failures."""
        self._play = play
        self._journal = journal
        self._places = threading.Semaphore(AT_ONCE)

    def begin(self, office: Office, by: Actor, begun: RedesignPlay, redesign: Redesign, *, name: str, plan: Plan) -> None:
        """Goes on with a play that was begun, and comes back at once."""

        def work() -> None:
            self._work(lambda player: play_on(office, by, begun, redesign, name=name, player=player), plan)

        threading.Thread(target=work, daemon=True, name="licet-play").start()

    def _work(self, go_on: Callable[[Player], None], plan: Plan) -> None:
        held = [False]

        def turn() -> bool:
            held[0] = self._places.acquire(timeout=TURN.total_seconds())
            return held[0]

        try:
            go_on(Player(plan=plan, play=self._play, turn=turn))
        except Exception as error:  # noqa: BLE001 - the entry point of the thread: what is not known is a bug, and is recorded
            self._journal("error.unexpected", id=secrets.token_hex(8), **told_error(error))
        finally:
            if held[0]:
                self._places.release()
