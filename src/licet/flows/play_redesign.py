"""Playing a redesign while nobody waits: it is begun at once, simulated aside, and whoever looks sees how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from licet.core.people import Act, Actor
from licet.core.redesign import Redesign, redesign_to_json
from licet.core.redesign_faults import NotARedesignError
from licet.core.redesign_play import PlayState, RedesignPlay, play_state
from licet.core.refusal import Refused
from licet.core.simulated_redesign import RedesignSimulationId
from licet.flows.edit_redesign import Editing, edit_redesign
from licet.flows.import_log import no_log
from licet.flows.office import Office, at_work_on
from licet.flows.see_redesign import play_now
from licet.flows.simulate_redesign import Play, simulate_redesign
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_process import Plan
from licet.store import redesign_plays, use_cases

BEAT = timedelta(seconds=2)
"""How often it is written down how far a play is."""

OUT = Refused(
    code="redesign_not_played",
    why="The simulation failed, and nothing of it is kept.",
    remedy="Simulate again; where it fails again, an admin finds why in the server's log.",
)


STOPPED = Refused(code="redesign_not_played", why="It was stopped before its end.", remedy="What was typed is kept: edit it.")


class PlayOverError(RuntimeError):
    """A play was stopped, or another one began in its place; whoever plays it computes for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A redesign cannot be simulated, and this is why."""

    faults: tuple[NotARedesignError, ...]


def begin_play(office: Office, by: Actor, redesign: Redesign, *, name: str) -> RedesignPlay | Wrong | Refused:
    """Takes down that a redesign is to be simulated; whoever does it goes on with `play_on`.

    Returns:
        The play; `Wrong` where it cannot be simulated as it is; or `Refused`, also where another play of the use case goes on.
    """
    editing = edit_redesign(office, by, name=name)
    if isinstance(editing, Refused):
        return editing
    wrong = editing.wrong(redesign)
    if wrong:
        return Wrong(faults=wrong)
    return _begun(office, by, redesign, editing)


def _begun(office: Office, by: Actor, redesign: Redesign, editing: Editing) -> RedesignPlay | Refused:
    with office.book.write() as tx:
        now = office.clock.now()
        found = at_work_on(office, tx, by, Act.STUDY, name=editing.use_case.slug)
        if isinstance(found, Refused):
            return found
        use_case, actor = found
        there = redesign_plays.newest(tx, use_case)
        if there is not None and play_state(there, now=now) is PlayState.PLAYING:
            why = f"A redesign of {use_case.slug!r} is being simulated since {there.began_at:%H:%M} UTC."
            return Refused(code="redesign_playing", why=why, remedy="Wait for its end; what you typed is still here.")
        play = RedesignPlay(
            id=office.draw.token("y_"),
            by=actor.id,
            began_at=now,
            seen_at=now,
            ended_at=None,
            expected=0,
            played=0,
            redesign=redesign_to_json(redesign),
            simulation=None,
            refused=None,
        )
        return play if redesign_plays.begin(tx, use_case, editing.log.id, play) else no_log(use_case)


@dataclass(slots=True, kw_only=True)
class _Watch:
    """Writes down how far a play is, now and then."""

    office: Office
    name: str
    play: RedesignPlay
    expected: int = 0
    played: int = 0
    said_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.said_at = self.play.began_at

    def expects(self, cases: int) -> None:
        self.expected = cases
        self.say()

    def sees(self, cases: int) -> None:
        self.played += cases
        if self.office.clock.now() - self.said_at >= BEAT:
            self.say()

    def say(self) -> None:
        with self.office.book.write() as tx:
            self.said_at = self.office.clock.now()
            use_case, play = use_cases.require(tx, self.name), self.play.id
            goes_on = redesign_plays.see(tx, use_case, play, expected=self.expected, played=self.played, at=self.said_at)
        if not goes_on:
            raise PlayOverError(play)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Who plays, and how.

    Attributes:
        plan: how often, and the seed.
        play: plays a redesign.
        turn: waits a moment for a place to play in, and says whether it is there.
    """

    plan: Plan
    play: Play
    turn: Callable[[], bool] = lambda: True


def play_on(office: Office, by: Actor, begun: RedesignPlay, redesign: Redesign, *, name: str, player: Player) -> None:
    """Simulates a redesign whose play was begun, and writes down what came of it: also that it failed.

    Raises:
        Exception: what made it fail, once that is written down.
    """
    watch = _Watch(office=office, name=name, play=begun)
    came: Refused | RedesignSimulationId = OUT
    try:
        while not player.turn():
            watch.say()
        plan = replace(player.plan, audience=watch)
        found = simulate_redesign(office, by, redesign, name=name, plan=plan, play=player.play)
        came = found if isinstance(found, Refused) else found.id
    except OutOfRangeError as error:
        came = Refused(code="redesign_unfit", why=f"It cannot be simulated: {error}.", remedy="Change the redesign, or bring another log.")
    except PlayOverError:
        return
    finally:
        _end(office, begun, came, name)


def stop_play(office: Office, by: Actor, *, name: str) -> RedesignPlay | Refused:
    """Stops the simulation of a use case's redesign; whoever plays it ends within a few seconds, and keeps nothing."""
    with office.book.write() as tx:
        now = office.clock.now()
        found = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(found, Refused):
            return found
        there = play_now(tx, found[0], now)
        if there is None or there[1] is not PlayState.PLAYING:
            return Refused(code="already_done", why=f"No redesign of {name!r} is being simulated.", remedy="Look at what came of it.")
        redesign_plays.end(tx, found[0], there[0].id, STOPPED, at=now)
        return there[0]


def _end(office: Office, begun: RedesignPlay, came: Refused | RedesignSimulationId, name: str) -> None:
    with office.book.write() as tx:
        redesign_plays.end(tx, use_cases.require(tx, name), begun.id, came, at=office.clock.now())


def newest_play(office: Office, *, name: str) -> tuple[RedesignPlay, PlayState] | None:
    """The simulation of a use case's redesign that was begun last on the page or by the API; None before one."""
    with office.book.read() as tx:
        return play_now(tx, use_cases.require(tx, name), office.clock.now())
