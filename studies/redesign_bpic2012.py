"""A bank's loan applications: what AI on one step or another does to lead time and people's work, simulated on their own log."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from licet.core.ai_behaviour import behaviour_of
from licet.core.capacity import Figure
from licet.core.event_log import EventLog
from licet.core.log_reading import LogWish
from licet.core.process_told import lasting
from licet.core.redesign import Assumed, Doer, Redesign, ServiceLevel, StepPlan
from licet.core.redesign_inputs import Checked, Inputs, Staffed
from licet.core.redesign_outcome import back_tested
from licet.core.redesign_played import Pair, limit_of, pair_of, play_redesign
from licet.core.redesign_to_be import staged
from licet.core.refusal import Unknown
from licet.edge.event_log_files import read_event_log
from licet.stats.back_test import back_test
from licet.stats.fitted_process import fit
from licet.stats.ruler import cases_a_week
from licet.stats.simulated_figures import Interval, simulate
from licet.stats.simulated_process import Plan, Process

FILE: Final = "eventlogs/bpic2012.xes.gz"
LEADS: Final = "W_Afhandelen leads"
VALIDATION: Final = "W_Valideren aanvraag"
ASSUMED: Final = Assumed(coverage=0.6, error=0.05, latency_seconds=5.0)
SERVICE_LEVEL: Final = ServiceLevel(within=timedelta(days=20), share=0.9)
HEAD: Final = (
    "| AI decides alone at | people's work, h a week | lead time, mean | the same, if unexplained waiting goes, too | lead time, median "
    "| standing in line, a case |\n|---|---|---|---|---|---|"
)


def redesign_of(step: str) -> Redesign:
    """AI decides three in five of a step's cases alone; those who do it today decide the others."""
    return Redesign(title=step, decides=step, steps={step: StepPlan(by=Doer.AI_ALONE, assumed=ASSUMED)}, service_level=SERVICE_LEVEL)


def inputs_of(redesign: Redesign) -> Inputs:
    """Everything assumed: no evaluation of any AI is part of this log."""
    unknown = Unknown(why="no evaluation belongs to this log")
    return Inputs(
        behaviours={name: behaviour_of(ASSUMED, unknown, currency=None) for name in redesign.with_ai()},
        decides=redesign.decides,
        measured=unknown,
        staffed=Staffed(people=unknown, hours_a_day=unknown, seconds=unknown),
        checked=Checked(audits=_assumed(0.1), audits_twice=_assumed(0.0), second_looks=_assumed(0.05)),
    )


def _assumed(value: float) -> Figure:
    return Figure(value=value, basis="assumed", assumed=True)


def read(folder: Path) -> EventLog:
    """The log, as the product reads it."""
    return read_event_log(folder / FILE, LogWish(), now=datetime(2026, 1, 1, tzinfo=UTC)).brought.log


def rows(process: Process, plan: Plan) -> Iterator[str]:
    """A line for each step."""
    for step in (LEADS, VALIDATION):
        began = time.perf_counter()
        redesign = redesign_of(step)
        inputs = inputs_of(redesign)
        played = play_redesign(redesign, inputs, process, plan)
        pair = pair_of(played.as_is, played.to_be)
        quick = staged(redesign, inputs, process, keeps=0.0)
        other = pair_of(played.as_is, simulate(quick.process, quick.to_be, plan))
        yield _line(step, pair, other, cases_a_week(process.arrivals))
        print(f"{step}: {time.perf_counter() - began:.1f} s", file=sys.stderr)


def _line(step: str, pair: Pair, other: Pair, week: float) -> str:
    change = pair.change
    hours = f"{change.hours.mean * week:+.1f} ({change.hours.low * week:+.1f} to {change.hours.high * week:+.1f})"
    cells = (step, hours, _time(change.cycle), _time(other.change.cycle), _time(change.median), _time(change.contention))
    return f"| {' | '.join(cells)} |"


def _time(found: Interval) -> str:
    return f"{_signed(found.mean)} ({_signed(found.low)} to {_signed(found.high)})"


def _signed(seconds: float) -> str:
    return f"{'+' if seconds > 0 else '-'}{lasting(timedelta(seconds=abs(seconds)))}"


def main() -> int:
    """Runs the study where its data are; 1 where the model does not beat the naive forecast, so that its times show nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=30, help="how often each is played (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="seed of chance (default 0)")
    asked = parser.parse_args()
    named = os.environ.get("LICET_DATA", "")
    if not named or not (Path(named) / FILE).is_file():
        print(f"skipped: LICET_DATA names no folder with {FILE} in it.")
        return 0
    log = read(Path(named))
    plan = Plan(replications=asked.replications, seed=asked.seed, within=limit_of(SERVICE_LEVEL))
    trust = back_tested(back_test(log, plan))
    print(f"{log.cases:,} cases, {log.events:,} events. {trust.says}\n")
    print(HEAD)
    for line in rows(fit(log).process, plan):
        print(line)
    return 0 if trust.beats else 1


if __name__ == "__main__":
    sys.exit(main())
