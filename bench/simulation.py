"""Benchmark: customers of a line that are played in a second of processor time, beside simpy and ciw; and a whole process."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

import numpy as np

from bench.peers.side import PEERS, ROOT
from licet.stats.keyed_chance import uniforms
from licet.stats.queueing import Overloaded, mean_wait
from licet.stats.ranges import FloatArray
from licet.stats.simulated_figures import simulate
from licet.stats.simulated_process import HOURS, Arrivals, Plan, Pool, Process, Step, ToBe
from licet.stats.simulation import Workload, play

SERVERS: Final = 5
LOAD: Final = 4.25
CUSTOMERS: Final = 400_000
PEERS_CUSTOMERS: Final = 60_000
ROUNDS: Final = 3
LEAST: Final = 400_000
"""Customers a second of processor time, at least."""

CASES: Final = 13_000
TASKS: Final = 5.5
"""Tasks a case on average that people work on, as in the log of BPI Challenge 2012."""
REPLICATIONS: Final = 30
MOST_S: Final = 60.0


def exponential(key: int, n: int, mean: float) -> FloatArray:
    """Times of a Poisson process."""
    return np.asarray(-np.log1p(-uniforms((key,), n)) * mean)


def line(customers: int) -> tuple[float, float]:
    """Our side: customers a second of processor time, and how long they wait on average; the times are drawn beforehand."""
    none = np.zeros(customers)
    workload = Workload(
        arrival=np.cumsum(exponential(1, customers, 1.0)),
        first=np.arange(customers + 1),
        pool=np.zeros(customers, dtype=np.int64),
        worked=np.ones(customers, dtype=np.bool_),
        aside=np.zeros(customers, dtype=np.bool_),
        lead=none,
        waits=none,
        service=exponential(2, customers, LOAD),
        priority=np.zeros(customers, dtype=np.int64),
    )
    began = time.process_time()
    times = play((Pool(name="desk", people=SERVERS, on_duty=np.full(HOURS, SERVERS)),), workload)
    return customers / (time.process_time() - began), float((times.start - times.released).mean())


def peer(name: str, customers: int) -> tuple[float, float]:
    """Another side, in its own interpreter."""
    command = [str(PEERS), "-m", f"bench.peers.queue_{name}", str(customers), str(SERVERS), str(LOAD)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rate, waited = map(float, done.stdout.split())
    return rate, waited


def process() -> Process:
    """A made-up process with as many tasks as that of BPI Challenge 2012: office hours, two pools, and waits of days."""
    sizes = np.minimum(1 + np.floor(exponential(3, CASES, TASKS - 0.5)).astype(np.int64), 60)
    tasks = int(sizes.sum())
    hour = np.arange(HOURS)
    hours = (hour < 120) & (hour % 24 >= 7) & (hour % 24 < 19)
    pools = tuple(Pool(name=name, people=n, on_duty=np.where(hours, n, 0)) for name, n in (("desk", 8), ("experts", 4)))
    return Process(
        steps=tuple(Step(name=f"step {number}", pool=int(number > 3)) for number in range(6)),
        pools=pools,
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        step=np.floor(uniforms((4,), tasks) * 6).astype(np.int64),
        service=exponential(5, tasks, 480.0),
        lead=np.zeros(tasks),
        idle=exponential(6, tasks, 40_000.0),
        tail=np.zeros(CASES),
        arrivals=Arrivals(
            weekday=np.arange(7),
            first=np.arange(8) * 85,
            seconds=np.concatenate([np.sort(uniforms((7, day), 85)) * 43_200.0 + 21_600.0 for day in range(7)]),
        ),
        estimated=0.0,
    )


def replications() -> float:
    """Seconds of processor time for the whole process, all replications with their figures."""
    made = process()
    began = time.process_time()
    simulate(made, ToBe(), Plan(replications=REPLICATIONS, warm_up=0.0))
    return time.process_time() - began


def line_row(rounds: int) -> dict[str, object]:
    """The row of the line, each side's median."""
    ours, waited = zip(*(line(CUSTOMERS) for _ in range(rounds)), strict=True)
    rate = median(ours)
    figures: dict[str, dict[str, float]] = {"Licet": {"customers_per_cpu_s": round(rate), "mean_wait": round(waited[0], 3)}}
    if PEERS.exists():
        for name in ("simpy", "ciw"):
            found = [peer(name, PEERS_CUSTOMERS) for _ in range(rounds)]
            figures[name] = {"customers_per_cpu_s": round(median(one for one, _ in found)), "mean_wait": round(found[0][1], 3)}
    exact = mean_wait(servers=SERVERS, load=LOAD, time=LOAD)
    figures["Erlang C"] = {} if isinstance(exact, Overloaded) else {"mean_wait": round(exact, 3)}
    best = figures.get("simpy")
    met = rate >= LEAST
    return {
        "value": round(rate),
        "unit": "customers a second of processor time, M/M/5",
        "against": None
        if best is None
        else f"simpy ({best['customers_per_cpu_s']:.0f}), ciw ({figures['ciw']['customers_per_cpu_s']:.0f})",
        "ratio": None if best is None else round(rate / best["customers_per_cpu_s"], 2),
        "goal": f"at least {LEAST}",
        "met": met,
        "why": None if met else f"it plays {rate:.0f}",
        "figures": figures,
    }


def process_row() -> dict[str, object]:
    """The row of the process."""
    seconds = replications()
    met = seconds <= MOST_S
    return {
        "value": round(seconds, 1),
        "unit": f"s of processor time for {CASES} cases x {REPLICATIONS} replications",
        "against": None,
        "ratio": None,
        "goal": f"at most {MOST_S:g} s",
        "met": met,
        "why": None if met else f"it takes {seconds:.1f} s",
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each with the figures behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rows: Mapping[str, dict[str, object]] = {"simulation_line": line_row(given.rounds), "simulation_process": process_row()}
    said = [f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, goal {one['goal']}" for name, one in rows.items()]
    said.append(f"  {rows['simulation_line']['figures']}")
    print(json.dumps(rows) if given.json else "\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
