"""Seeing a redesign: the newest simulation of it, and whether it still stands on what counts now."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.baseline import CountersignedBaseline
from licet.core.people import Act, Actor
from licet.core.redesign_evidence import ProcessShown
from licet.core.redesign_play import PlayState, RedesignPlay, play_state
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed, at_work_on
from licet.flows.verdicts import newest_look
from licet.store import baselines, event_logs, redesign_plays, redesigns, standards, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRedesign:
    """A use case's process as far as it was redesigned.

    Attributes:
        shown: the newest simulation, and what counts now.
        play: the simulation that was begun last on the page, and how it stands; None before one.
        may_edit: whether who looks may simulate another redesign.
    """

    use_case: UseCase
    shown: ProcessShown
    play: tuple[RedesignPlay, PlayState] | None
    may_edit: bool


def see_redesign(office: Office, by: Actor, *, name: str) -> SeenRedesign | Refused:
    """The newest simulation of a redesign, for whoever may look at the use case."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        no = allowed(office, tx, by, Act.LOOK, use_case)
        if isinstance(no, Refused):
            return no
        return SeenRedesign(
            use_case=use_case,
            shown=process_shown(tx, use_case),
            play=play_now(tx, use_case, office.clock.now()),
            may_edit=not isinstance(at_work_on(office, tx, by, Act.STUDY, name=name), Refused),
        )


def newest_redesign(office: Office, *, name: str) -> ProcessShown:
    """The same for programs, which the door lets in."""
    with office.book.read() as tx:
        return process_shown(tx, use_cases.require(tx, name))


def play_now(tx: Tx, use_case: UseCase, now: datetime) -> tuple[RedesignPlay, PlayState] | None:
    """The simulation that was begun last on the page, and how it stands; None before one."""
    play = redesign_plays.newest(tx, use_case)
    return None if play is None else (play, play_state(play, now=now))


def process_shown(tx: Tx, use_case: UseCase) -> ProcessShown:
    """What is known of a use case's process, inside a transaction."""
    held = baselines.newest(tx, use_case)
    locked = held.locked if isinstance(held, CountersignedBaseline) else held
    log, last, signed = event_logs.newest(tx, use_case), newest_look(tx, use_case), standards.newest(tx, use_case)
    gone = event_logs.newest_erased(tx, use_case) if log is None else None
    return ProcessShown(
        log=None if log is None else log.digest,
        system=None if last is None else last.fingerprint,
        standard=signed.digest if isinstance(signed, CountersignedStandard) else None,
        simulated=redesigns.newest(tx, use_case),
        simulations=redesigns.count(tx, use_case),
        erased=None if gone is None else gone.digest,
        simulated_log=locked is not None and locked.baseline.simulated,
        baseline=None if locked is None else locked.digest,
        locked_at=None if locked is None else locked.locked_at,
        signed_at=held.countersigned_at if isinstance(held, CountersignedBaseline) else None,
    )
