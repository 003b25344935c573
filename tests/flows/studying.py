"""What tests of processes start from: a small event log, and the journeys that take a use case's name."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np

from licet.core.baseline import StatedForBaseline
from licet.core.event_log import EventLog
from licet.core.ids import OPERATOR, Digest
from licet.core.imported_log import BroughtLog
from licet.core.log_quality import Done, Finding
from licet.core.redesign import Redesign, redesign_to_json
from licet.core.redesign_outcome import simulated
from licet.core.redesign_play import RedesignPlay
from licet.core.value import Value
from licet.flows.edit_redesign import edit_redesign
from licet.flows.hold_promise import newest_promise
from licet.flows.import_log import erase_log, import_log, list_logs, may_study, newest_log
from licet.flows.measure_value import measure_value, newest_value
from licet.flows.office import Office
from licet.flows.play_redesign import Player, begin_play, newest_play, play_on, stop_play
from licet.flows.see_beside import given_by_people
from licet.flows.see_redesign import newest_redesign, see_redesign
from licet.flows.see_value import see_value
from licet.flows.set_baseline import countersign_the_baseline, lock_the_baseline, show_baseline
from licet.flows.simulate_as_is import newest_simulation, simulate_as_is
from licet.flows.simulate_redesign import simulate_redesign
from licet.flows.study_process import Memory, study_process
from licet.flows.watch_process import watch_process
from licet.stats.simulated_process import Plan
from licet.testing import World

ODD: Final = Finding(code="one_event", count=1, of=2, done=Done.KEPT)


def small_log(*, shift: float = 0.0) -> EventLog:
    """Two cases, of which the second has one event; of one event neither the start nor who did it was recorded."""
    return EventLog(
        activities=("Grüße prüfen", "close"),
        resources=("R1", "R2"),
        case=np.array([0, 0, 1], np.int32),
        activity=np.array([0, 1, 0], np.int32),
        resource=np.array([0, -1, 1], np.int32),
        start=np.array([1e9, 1e9 + 61.25, 1e9 + 2]) + shift,
        end=np.array([1e9 + 60.5, 1e9 + 61.25, 1e9 + 2]) + shift,
        started=np.array([True, False, True]),
    )


def brought(log: EventLog, digest: str = "a" * 64) -> BroughtLog:
    """A log as a reader hands it over."""
    return BroughtLog(log=log, form="csv", file_digest=digest, rows=log.events, findings=(ODD,))


PLAYER: Final = Player(plan=Plan(replications=2), play=simulated)
BEGUN: Final = RedesignPlay(
    id="y_elsewhere",
    by=OPERATOR,
    began_at=datetime(2026, 1, 5, tzinfo=UTC),
    seen_at=datetime(2026, 1, 5, tzinfo=UTC),
    ended_at=None,
    expected=0,
    played=0,
    redesign=redesign_to_json(Redesign(title="As it is")),
    simulation=None,
    refused=None,
)
"""A play that somebody began elsewhere."""

NOTHING_YET: Final = Value(
    since=BEGUN.began_at,
    until=BEGUN.began_at,
    cases=0,
    open=0,
    figures=(),
    caused={},
    incidents=0,
    currency=None,
    simulated=False,
)
"""A statement of value on no case."""

WAYS: Mapping[str, Callable[[Office, World, str], object]] = {
    "import_log": lambda o, w, name: import_log(o, w.owner, brought(small_log()), name=name),
    "may_study": lambda o, w, name: may_study(o, w.owner, name=name),
    "list_logs": lambda o, w, name: list_logs(o, name=name),
    "study_process": lambda o, _, name: study_process(o, name=name, memory=Memory()),
    "newest_log": lambda o, w, name: newest_log(o, name=name),
    "simulate_redesign": lambda o, w, name: simulate_redesign(o, w.owner, Redesign(title="As it is"), name=name),
    "edit_redesign": lambda o, w, name: edit_redesign(o, w.owner, name=name),
    "begin_play": lambda o, w, name: begin_play(o, w.owner, Redesign(title="As it is"), name=name),
    "play_on": lambda o, w, name: play_on(o, w.owner, BEGUN, Redesign(title="As it is"), name=name, player=PLAYER),
    "stop_play": lambda o, w, name: stop_play(o, w.owner, name=name),
    "newest_play": lambda o, w, name: newest_play(o, name=name),
    "see_redesign": lambda o, w, name: see_redesign(o, w.owner, name=name),
    "newest_redesign": lambda o, w, name: newest_redesign(o, name=name),
    "lock_the_baseline": lambda o, w, name: lock_the_baseline(o, w.owner, name=name, stated=StatedForBaseline()),
    "countersign_the_baseline": lambda o, w, name: countersign_the_baseline(o, w.risk, name=name, digest=Digest("0" * 64)),
    "show_baseline": lambda o, w, name: show_baseline(o, name=name, stated=StatedForBaseline()),
    "watch_process": lambda o, w, name: watch_process(o, name=name),
    "measure_value": lambda o, w, name: measure_value(o, w.owner, name=name),
    "given_by_people": lambda o, _, name: given_by_people(o, name=name),
    "see_value": lambda o, w, name: see_value(o, w.owner, name=name),
    "newest_value": lambda o, w, name: newest_value(o, name=name),
    "newest_promise": lambda o, _, name: newest_promise(o, name=name, value=NOTHING_YET, baseline="0" * 64),
    "simulate_as_is": lambda o, w, name: simulate_as_is(o, w.owner, Plan(replications=2), name=name),
    "newest_simulation": lambda o, w, name: newest_simulation(o, name=name),
    "erase_log": lambda o, w, name: erase_log(o, w.owner, name=name, log="l_x"),
}
"""Every journey on processes by a use case's name, for `test_teams`."""
