"""Benchmark: whether a server answers others while it plays a redesign, in a process of its own; and within itself, for comparison."""

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from licet.core.redesign_outcome import simulated
from licet.edge.played_apart import played_apart
from licet.flows.play_redesign import begin_play, newest_play
from licet.flows.simulate_redesign import Play
from licet.stats.simulated_process import Plan
from licet.testing import World
from licet.web.app import make_app
from licet.web.desk import Desk, Service
from licet.web.server import running
from tests.flows.redesigning import WHOLE, office_log, with_log
from tests.web.serving import read_plain

CASES: Final = 4_000
PLAN: Final = Plan(replications=10)
EVERY_S: Final = 0.05
MOST_MS: Final = 100.0
NAME: Final = "mails"
PERCENTILE: Final = 95
WAYS: Final[Mapping[str, Play | None]] = {"idle": None, "apart": played_apart, "within": simulated}


def answers(address: str, until: threading.Event) -> list[float]:
    """How many milliseconds each of the requests took that were sent until then."""
    took: list[float] = []
    with httpx.Client(base_url=address, timeout=60) as client:
        client.get("/sign-in").raise_for_status()
        while not until.is_set():
            before = time.perf_counter()
            client.get("/sign-in").raise_for_status()
            took.append(1000.0 * (time.perf_counter() - before))
            time.sleep(EVERY_S)
    return took


def once(place: Path, play: Play | None) -> tuple[list[float], float]:
    """Asks while a redesign is played, or for three seconds while nothing is; gives the answers' times, and seconds of the play."""
    with World(place) as world:
        world.use_case(NAME)
        with_log(world, NAME, office_log(CASES))
        app = make_app(Service(office=world.office, read_case=read_plain, play=play or simulated))
        desk: Desk = app.state.desk
        over, found = threading.Event(), list[float]()
        with running(app, host="127.0.0.1", port=0) as ports:
            asking = threading.Thread(target=lambda: found.extend(answers(f"http://127.0.0.1:{ports[0]}", over)))
            asking.start()
            began = time.perf_counter()
            if play is None:
                time.sleep(3.0)
            else:
                begun = begin_play(world.office, world.owner, WHOLE, name=NAME)
                desk.plays.begin(world.office, world.owner, begun, WHOLE, name=NAME, plan=PLAN)  # type: ignore[arg-type] # it fits
                while (there := newest_play(world.office, name=NAME)) is not None and there[0].ended_at is None:
                    time.sleep(0.2)
            took = time.perf_counter() - began
            over.set()
            asking.join()
        return found, took


def main(argv: list[str] | None = None) -> int:
    """Prints the row: as JSON with --json, else as a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    slow: dict[str, float] = {}
    for way, play in WAYS.items():
        with TemporaryDirectory() as folder:
            took, seconds = once(Path(folder) / "home", play)
        slow[way] = statistics.quantiles(took, n=100)[PERCENTILE - 1]
        sys.stderr.write(
            f"{way}: {len(took)} asked in {seconds:.0f} s, median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms\n"
        )
    beside = f"{slow['idle']:.0f} ms where nothing is played, {slow['within']:.0f} ms where the server plays it within itself"
    met = slow["apart"] <= MOST_MS
    row = {
        "value": round(slow["apart"]),
        "unit": f"ms, {PERCENTILE}th of 100 answers while {CASES:,} cases are played; {beside}",
        "against": None,
        "ratio": None,
        "goal": f"at most {MOST_MS:g}",
        "met": met,
        "why": None if met else f"it is {slow['apart']:.0f}",
    }
    print(json.dumps({"redesign_page": row}) if given.json else f"{row['value']} {row['unit']} (goal {row['goal']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
