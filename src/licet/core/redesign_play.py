"""A play of a redesign: its simulation while it goes on, how far it is, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.core.refusal import Refused
from licet.core.simulated_redesign import RedesignSimulationId

QUIET_FOR = timedelta(seconds=30)
"""Whoever plays is taken for gone so long after the last sign of life, and not before."""


class PlayState(StrEnum):
    """What goes on with a play."""

    PLAYING = "playing"
    LEFT = "left"
    """Nobody plays it any more, and nobody said why: the server was ended."""
    REFUSED = "refused"
    """Nothing came of it, and `RedesignPlay.refused` says why."""
    KEPT = "kept"
    """What came out is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedesignPlay:
    """A play as it stands.

    Attributes:
        id, by, began_at: of the play, by whom and when it was begun.
        seen_at: the last sign of life of whoever plays.
        ended_at: None before its end.
        expected, played: cases that will be played, at most, and those that were; 0 while nobody knows.
        redesign: what is played, as `redesign_to_json` writes it.
        simulation: what came of it; None before, and where nothing did.
        refused: why nothing came of it.
    """

    id: str
    by: PersonId
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    expected: int
    played: int
    redesign: Mapping[str, Json]
    simulation: RedesignSimulationId | None
    refused: Refused | None

    @property
    def share(self) -> float:
        """How far it is, in [0, 1]."""
        return min(1.0, self.played / self.expected) if self.expected else 0.0


def play_state(play: RedesignPlay, *, now: datetime) -> PlayState:
    """Tells what goes on with a play."""
    if play.refused is not None:
        return PlayState.REFUSED
    if play.ended_at is not None:
        return PlayState.KEPT
    return PlayState.PLAYING if now - play.seen_at < QUIET_FOR else PlayState.LEFT


def play_left(play: RedesignPlay) -> timedelta | None:
    """The time left at most at the pace until now; None where nobody knows yet."""
    share = play.share
    return (play.seen_at - play.began_at) * ((1.0 - share) / share) if share else None


def play_to_json(play: RedesignPlay, state: PlayState) -> Mapping[str, Json]:
    """A play for programs; what nobody knows is null."""
    refused = play.refused
    return {
        "play": play.id,
        "state": state.value,
        "by": play.by,
        "began_at": play.began_at.isoformat(),
        "seen_at": play.seen_at.isoformat(),
        "ended_at": None if play.ended_at is None else play.ended_at.isoformat(),
        "expected": play.expected or None,
        "played": play.played,
        "simulation": play.simulation,
        "refused": None if refused is None else {"code": refused.code, "why": refused.why, "remedy": refused.remedy},
    }
