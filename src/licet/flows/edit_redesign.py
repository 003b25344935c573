"""Editing a redesign: what it starts from, what is known of AI and people, and what is wrong with it before it is simulated."""

from dataclasses import dataclass

from licet.core.ai_behaviour import Measured
from licet.core.capacity import Capacity
from licet.core.event_log import EventLog
from licet.core.imported_log import ImportedLog
from licet.core.people import Act, Actor
from licet.core.redesign import Redesign, redesign_from_json
from licet.core.redesign_faults import NotARedesignError, check_against, check_redesign
from licet.core.redesign_inputs import Checked, Inputs, inputs_of, missing_of
from licet.core.redesign_play import PlayState, RedesignPlay
from licet.core.refusal import Refused, Unknown
from licet.core.simulated_redesign import SimulatedRedesign
from licet.core.use_case import UseCase
from licet.flows.capacity import capacity_of
from licet.flows.import_log import newest_in
from licet.flows.office import Office, at_work_on
from licet.flows.see_redesign import play_now
from licet.flows.simulate_redesign import checked_now, measured_of
from licet.store import redesigns

UNFITTED = "Neither measured nor assumed: "


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Editing:
    """What a redesign is written on.

    Attributes:
        log, says: the newest event log.
        begun: the redesign that was simulated last, or that was to be; None: the process as it is.
        measured: of the use case's system.
        capacity: of those who may answer now.
        checked: what standard and mandate ask to be answered more than once.
        play: the simulation that was begun last on the page, and how it stands.
    """

    use_case: UseCase
    log: ImportedLog
    says: EventLog
    begun: Redesign | None
    measured: Measured | Unknown
    capacity: Capacity
    checked: Checked
    play: tuple[RedesignPlay, PlayState] | None

    def inputs(self, redesign: Redesign) -> Inputs:
        """What a redesign would be simulated with."""
        return inputs_of(redesign, measured=self.measured, capacity=self.capacity, checked=self.checked)

    def wrong(self, redesign: Redesign) -> tuple[NotARedesignError, ...]:
        """All that has to be put right before a redesign can be simulated; empty where it can be."""
        found = check_redesign(redesign) or check_against(redesign, self.says)
        return found or tuple(
            NotARedesignError(one.path, f"{UNFITTED}{one.why}.", "State it here, or measure it.")
            for one in missing_of(redesign, self.inputs(redesign))
        )


def edit_redesign(office: Office, by: Actor, *, name: str) -> Editing | Refused:
    """What somebody needs who writes a redesign of a use case's process.

    Returns:
        It, or `Refused`: where it is not theirs to simulate one, or no event log is here.
    """
    with office.book.read() as tx:
        found = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(found, Refused):
            return found
        use_case, now = found[0], office.clock.now()
        there = newest_in(tx, use_case)
        if isinstance(there, Refused):
            return there
        play = play_now(tx, use_case, now)
        return Editing(
            use_case=use_case,
            log=there[0],
            says=there[1],
            begun=_begun(redesigns.newest(tx, use_case), None if play is None else play[0]),
            measured=measured_of(tx, use_case),
            capacity=capacity_of(office, tx, use_case, now),
            checked=checked_now(tx, use_case, now),
            play=play,
        )


def _begun(simulated: SimulatedRedesign | None, play: RedesignPlay | None) -> Redesign | None:
    """The redesign that somebody worked on last: also one of which nothing came yet."""
    if play is not None and (simulated is None or play.began_at > simulated.at):
        return redesign_from_json(play.redesign)
    return None if simulated is None else redesign_from_json(simulated.redesign)
