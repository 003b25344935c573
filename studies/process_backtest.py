"""Three real processes: where their time goes, how good a forecast the simulation is, and what AI on a step of one would change."""

import argparse
import csv
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from licet.core.beside import NOT_STATED, at_hand_told
from licet.core.event_log import EventLog
from licet.core.log_reading import LogWish
from licet.core.refusal import Unknown
from licet.edge.event_log_files import read_event_log
from licet.stats.ai_places import places_for_ai
from licet.stats.back_test import Distance, TooShort, back_test
from licet.stats.fitted_process import Fitted, fit
from licet.stats.simulated_figures import Interval, figures, simulate
from licet.stats.simulated_process import Plan, ToBe
from licet.stats.timers import FEWEST, clues_of, timers_of

LOGS: Final = ("bpic2012.xes.gz", "helpdesk.xes.gz", "sepsis.csv")
LEADS: Final = "W_Afhandelen leads"
VALIDATION: Final = "W_Valideren aanvraag"
HOUR: Final = 3600.0
READ_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
SEPSIS: Final = {"case": "Case ID", "activity": "Activity", "end": "Complete Timestamp", "resource": "org:group"}


def read(file: Path) -> EventLog:
    """Reads a log; of the hospital's table the four columns that a log has."""
    if file.suffix != ".csv":
        return read_event_log(file, LogWish(), now=READ_AT).brought.log
    with tempfile.TemporaryDirectory() as folder, file.open(encoding="utf-8", newline="") as rows:
        short = Path(folder) / file.name
        with short.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(SEPSIS)
            writer.writerows([row[column] for column in SEPSIS.values()] for row in csv.DictReader(rows, delimiter=";"))
        return read_event_log(short, LogWish(case="case", activity="activity", end="end", resource="resource"), now=READ_AT).brought.log


def hours(one: Interval) -> str:
    """An interval of seconds in hours."""
    return f"{one.mean / HOUR:.2f} h ({one.low / HOUR:.2f} to {one.high / HOUR:.2f})"


def split(found: Fitted) -> None:
    """Prints where time goes."""
    whole = found.split.whole
    parts = {name: getattr(found.split, name) for name in ("service", "contention", "off_duty", "extraneous")}
    told = ", ".join(f"{name} {seconds / HOUR:.2f} h = {seconds / whole:.1%}" for name, seconds in parts.items())
    print(f"  a case takes {whole / HOUR:.1f} h: {told}")
    print(f"  working time estimated {found.process.estimated:.1%}, unknown for {found.untimed:.1%} of events, overlap {found.overlap:.1%}")


def tested(log: EventLog, plan: Plan) -> None:
    """Prints the back-test."""
    found = back_test(log, plan)
    if isinstance(found, TooShort):
        print(f"  no back-test: {found.why}")
        return
    print(f"  back-test: {found.train} cases to fit on, {found.test} to forecast: {found.verdict.word}")
    measures: dict[str, Distance] = {
        "lead times, h": found.cycle,
        "3-grams": found.n_gram,
        "hours of the day, h": found.circadian,
        "arrivals, h": found.arrival,
    }
    for name, one in measures.items():
        model = f"{one.model.mean:.2f} ({one.model.low:.2f} to {one.model.high:.2f})"
        print(f"    {name:<20} simulation {model:<26} past as forecast {one.naive:<9.2f} halves {one.noise:.2f}")


def as_is(found: Fitted, plan: Plan) -> None:
    """Prints the process as it is, as it is played."""
    played = figures(simulate(found.process, ToBe(), plan))
    print(f"  played: lead time {hours(played.cycle)}, median {hours(played.median)}, in line {hours(played.contention)}")


def leads_and_validation(found: Fitted, plan: Plan) -> None:
    """Prints what AI on leads and AI on validation would change, at best."""
    steps = [one for one in found.steps if one.name in {LEADS, VALIDATION}]
    for one in places_for_ai(found.process, steps, plan):
        worked = f"{one.removed.hours.mean * 60:.1f} min ({one.removed.hours.low * 60:.1f} to {one.removed.hours.high * 60:.1f})"
        print(f"  AI on {one.step.name}: people's work {worked} a case, {one.of_hours:.0%} of it")
        print(f"    lead time {hours(one.removed.cycle)}; if it waited for a person alone {hours(one.removed.at_most)}")


def timers(log: EventLog) -> None:
    """Prints the steps that come nearest to a timer, and what of further columns is filled before each step."""
    looks, clues = timers_of(log).steps, clues_of(log)
    print(f"  timers: {[log.activities[one] for one in looks]} of {len(clues)} steps with {FEWEST} waits; most of one length:")
    for name, (clue, alone) in sorted(clues.items(), key=lambda one: -one[1][0].share)[:3]:
        print(f"    {name}: {clue.share:.1%} of {clue.after / 86_400:.1f} days; {alone:.0%} by whoever does nothing else")
    if not isinstance(log.further, Unknown) and log.further.names:
        fullest = max(log.further.steps.items(), key=lambda one: one[1].cases)
        print(f"  further columns: {', '.join(log.further.names)}; {at_hand_told(fullest[1], NOT_STATED)} ({fullest[0]})")


def main() -> int:
    """Runs the study on the logs below LICET_DATA."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    folder = os.environ.get("LICET_DATA")
    if folder is None or not (Path(folder) / "eventlogs").is_dir():
        print("skipped: LICET_DATA names no folder with eventlogs/")
        return 0
    plan = Plan(replications=given.replications, seed=given.seed)
    for name in LOGS:
        log = read(Path(folder) / "eventlogs" / name)
        found = fit(log)
        print(f"{name}: {log.cases} cases, {log.events} events")
        split(found)
        timers(log)
        tested(log, plan)
        as_is(found, plan)
        if VALIDATION in log.activities:
            leads_and_validation(found, plan)
    return 0


if __name__ == "__main__":
    sys.exit(main())
