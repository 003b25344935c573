"""A redesign played in a process of its own: a simulation computes for a minute, and the server answers others all the while."""

import multiprocessing
import os
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Final

from licet.core.event_log import EventLog
from licet.core.redesign import Redesign
from licet.core.redesign_inputs import Inputs
from licet.core.redesign_outcome import Outcome, simulated
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_process import Audience, Empty, Plan

LIMIT: Final = timedelta(hours=2)
"""A play that takes longer is ended."""

LOOK_EVERY_S: Final = 2.0
"""So often whoever waits is told that it still goes on, also where nothing new was played."""

NICE: Final = 10
"""A play computes when nobody who waits for an answer needs the machine."""


class NotPlayedError(RuntimeError):
    """A play ended before anything came of it."""


@dataclass(frozen=True, slots=True)
class _Expected:
    cases: int


@dataclass(frozen=True, slots=True)
class _Seen:
    cases: int


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Nothing can be played; as `OutOfRangeError` says it."""

    why: str


_Said = _Expected | _Seen | _Wrong | Outcome


def played_apart(redesign: Redesign, inputs: Inputs, log: EventLog, plan: Plan) -> Outcome:
    """As `licet.core.redesign_outcome.simulated`, in a process of its own, which ends with this one.

    Raises:
        OutOfRangeError: as there.
        NotPlayedError: where the process ended, or took longer than `LIMIT`.
    """
    start_anew = multiprocessing.get_context("spawn")
    ours, theirs = start_anew.Pipe(duplex=False)
    alone = replace(plan, audience=Empty())
    process = start_anew.Process(target=_play, args=(theirs, redesign, inputs, log, alone), name="licet-play", daemon=True)
    with ours:
        with theirs:
            process.start()
        try:
            found = _listen(ours, plan.audience)
        finally:
            process.kill()
            process.join()
            process.close()
    return replace(found, plan=replace(found.plan, audience=plan.audience))


def _listen(ours: Connection, audience: Audience) -> Outcome:
    until_s = time.monotonic() + LIMIT.total_seconds()
    while time.monotonic() < until_s:
        match _next(ours):
            case None:
                audience.sees(0)
            case _Expected(cases):
                audience.expects(cases)
            case _Seen(cases):
                audience.sees(cases)
            case _Wrong(why):
                raise OutOfRangeError(why)
            case Outcome() as found:
                return found
    message = f"It took longer than {LIMIT}, and was ended."
    raise NotPlayedError(message)


def _next(ours: Connection) -> _Said | None:
    """What the process said; None where it said nothing for a while."""
    if not ours.poll(LOOK_EVERY_S):
        return None
    try:
        said: _Said = ours.recv()
    except (EOFError, OSError) as error:
        message = "Its process ended before it said what came out."
        raise NotPlayedError(message) from error
    return said


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells whoever waits, through the pipe; where nobody holds its other end any more, sending fails and the process ends."""

    theirs: Connection

    def expects(self, cases: int) -> None:
        self.theirs.send(_Expected(cases))

    def sees(self, cases: int) -> None:
        self.theirs.send(_Seen(cases))


def _play(theirs: Connection, redesign: Redesign, inputs: Inputs, log: EventLog, plan: Plan) -> None:
    os.nice(NICE)
    try:
        found = simulated(redesign, inputs, log, replace(plan, audience=_Teller(theirs)))
    except OutOfRangeError as error:
        theirs.send(_Wrong(str(error)))
    else:
        theirs.send(replace(found, plan=replace(found.plan, audience=Empty())))
