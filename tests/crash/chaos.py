"""The full run: `make chaos`, or `python -m tests.crash.chaos`; it writes build/chaos.json, and ends with 1 where anything was wrong.

--share 0.1     a tenth of everything: fewer faults over fewer cases
--only NAME     one kind of fault; may be repeated
--seed N        other moments; the seed is printed and written down
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import HONEST, Cluster, missing, running
from tests.crash import faults
from tests.crash.campaign import CampaignPlan, run_campaign
from tests.crash.disk import cannot_mount, small_disk
from tests.crash.ground import Ground, copied, made_ground
from tests.crash.outgrown import outgrow
from tests.crash.taking_back import take_back

OUT = Path("build/chaos.json")
SQLITE, POSTGRESQL = "sqlite", "postgresql"
SUMS = ("accepted", "decided", "lost", "double_decisions", "double_effects", "alone_after_stop", "repeated_deliveries")
KILLS = {"kill_worker", "kill_sequencer"}
Report = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Room:
    """What campaigns are run in.

    Attributes:
        folder: for nobody else.
        cluster: a PostgreSQL that keeps what it has committed; None where none is installed.
        seed: what chance starts from.
        share: of the full size.
    """

    folder: Path
    cluster: Cluster | None
    seed: int
    share: float
    made: dict[tuple[str, bool], Ground]
    count: int = 0

    def size(self, full: int) -> int:
        """So many of what the full run has."""
        return max(1, round(full * self.share))

    def ground(self, database: str, *, calls: bool = False) -> Ground:
        """A fresh installation."""
        cluster = self.cluster if database == POSTGRESQL else None
        if (database, calls) not in self.made:
            self.made[database, calls] = made_ground(self.folder / f"made-{database}-{calls}", cluster, calls=calls)
        self.count += 1
        folder = self.folder / f"ground-{self.count}"
        folder.mkdir()
        return copied(self.made[database, calls], folder, cluster)


def harry(room: Room, plan: CampaignPlan, database: str) -> Report:
    """One kind of fault on a fresh installation."""
    ground = room.ground(database, calls=not plan.posted)
    return run_campaign(plan, ground, room.cluster, seed=room.seed)


def full_disk(room: Room, plan: CampaignPlan, database: str) -> Report:
    """The same on an installation whose database has a small disk of its own."""
    made = room.ground(database)
    with ExitStack() as stack:
        if made.url is None or room.cluster is None:
            disk = stack.enter_context(small_disk(made.home.parent / "small" / "home", megabytes=40))
            shutil.copytree(made.home, disk, dirs_exist_ok=True)
            return run_campaign(plan, Ground(home=disk, url=None), None, seed=room.seed, disk=disk)
        disk = stack.enter_context(small_disk(room.cluster.folder / "server", megabytes=60))
        name = made.url.rpartition("/")[2]
        room.cluster.run(
            f"CREATE TABLESPACE small LOCATION '{disk}'",
            f"CREATE DATABASE tight TEMPLATE {name} STRATEGY file_copy TABLESPACE small",
        )
        ground = Ground(home=made.home, url=room.cluster.url("tight"))
        report = run_campaign(plan, ground, room.cluster, seed=room.seed, disk=disk)
        room.cluster.run("DROP DATABASE tight WITH (FORCE)", "DROP TABLESPACE small")
        return report


Campaign = Callable[[Room], Report]


def campaigns(room: Room) -> Mapping[str, Campaign]:
    """Every kind of fault, at its full size times the share, by name; PostgreSQL's are named as they are, SQLite's with its name."""

    def of(fault: faults.Fault, times: int, cases: int, database: str, **how: Any) -> Campaign:  # noqa: ANN401
        plan = CampaignPlan(name=fault.__name__, fault=fault, times=room.size(times), cases=room.size(cases), **how)
        go = full_disk if fault is faults.fill_disk else harry
        return lambda inside: go(inside, plan, database)

    crooked = {"crooked": True}
    return {
        "kill_worker": of(faults.kill_worker, 150, 40_000, POSTGRESQL, workers=3),
        "kill_worker on sqlite": of(faults.kill_worker, 50, 10_000, SQLITE, rest=0.2),
        "kill_sequencer": of(faults.kill_sequencer, 100, 10_000, POSTGRESQL, workers=3),
        "stop_database": of(faults.stop_database, 20, 5_000, POSTGRESQL),
        "stop_database_on_return": of(faults.stop_database_on_return, 10, 2_000, POSTGRESQL),
        "stop_worker": of(faults.stop_worker, 14, 3_000, POSTGRESQL),
        "stop_worker on sqlite": of(faults.stop_worker, 6, 1_500, SQLITE),
        "fill_disk": of(faults.fill_disk, 4, 2_000, POSTGRESQL),
        "fill_disk on sqlite": of(faults.fill_disk, 4, 2_000, SQLITE),
        "limit_files on sqlite": of(faults.limit_files, 4, 1_000, SQLITE),
        "turn_clock": of(faults.turn_clock, 12, 2_000, POSTGRESQL, **crooked),
        "turn_clock on sqlite": of(faults.turn_clock, 12, 2_000, SQLITE, **crooked),
        "mandate_taken_back": lambda inside: take_back(inside.ground(POSTGRESQL), times=room.size(50), seed=room.seed),
        "mandate_taken_back on sqlite": lambda inside: take_back(inside.ground(SQLITE), times=room.size(50), seed=room.seed),
        "upgrade": lambda inside: outgrow(inside.ground(POSTGRESQL, calls=True), cases=room.size(1_000), workers=2),
        "upgrade on sqlite": lambda inside: outgrow(inside.ground(SQLITE, calls=True), cases=room.size(1_000), workers=1),
        "provider": of(faults.nothing, 20, 20_000, POSTGRESQL, posted=False),
    }


def run(room: Room, only: list[str]) -> list[Report]:
    """Runs campaigns one after the other; one that breaks is reported as wrong, and the next is run."""
    reports: list[Report] = []
    for name, campaign in campaigns(room).items():
        why_not = skipped(room, name)
        if only and name not in only:
            continue
        if why_not is not None:
            reports.append({"campaign": name, "skipped": why_not, "wrong": []})
            continue
        began = time.monotonic()
        try:
            report = campaign(room)
        except Exception:  # noqa: BLE001 - the entry point of a campaign: recorded
            report = {"wrong": [traceback.format_exc()], "seconds": round(time.monotonic() - began, 1)}
        reports.append({"campaign": name, **report})
        say(f"{name}: {'; '.join(map(str, report['wrong'])) or 'nothing wrong'} ({report['seconds']} s)")
    return reports


def say(line: str) -> None:
    """Says how far the run is."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def skipped(room: Room, name: str) -> str | None:
    """Why a campaign cannot be run here; None where it can."""
    if room.cluster is None and not name.endswith(SQLITE):
        return missing()
    return cannot_mount() if name.startswith("fill_disk") else None


def summed(reports: list[Report]) -> Report:
    """What all campaigns came to."""
    return {
        "kills": sum(one.get("times", 0) for one in reports if one.get("fault") in KILLS),
        "stops": sum(one.get("times", 0) for one in reports if one.get("fault") == "mandate_taken_back"),
        **{name: sum(one.get(name, 0) for one in reports) for name in SUMS},
        "max_recovery_s": max((one.get("max_recovery_s", 0.0) for one in reports), default=0.0),
        "wrong": [f"{one['campaign']}: {wrong}" for one in reports for wrong in one["wrong"]],
        "skipped": [f"{one['campaign']}: {one['skipped']}" for one in reports if "skipped" in one],
    }


@contextmanager
def a_room(seed: int, share: float) -> Iterator[Room]:
    """A folder and a PostgreSQL, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="licet-chaos-") as folder, ExitStack() as stack:
        cluster = stack.enter_context(running(HONEST)) if missing() is None else None
        yield Room(folder=Path(folder), cluster=cluster, seed=seed, share=share, made={})


def main() -> int:
    """Runs what is asked for and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=20_300_107)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # what was started is ended in any case
    began = time.monotonic()
    with a_room(asked.seed, asked.share) as room:
        reports = run(room, asked.only)
    total = summed(reports)
    told = {"seed": asked.seed, "share": asked.share, "minutes": round((time.monotonic() - began) / 60, 1), **total, "faults": reports}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps({name: value for name, value in told.items() if name != "faults"}, indent=1) + "\n")
    return 1 if total["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
