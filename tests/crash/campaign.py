"""A campaign: cases come in, workers decide them, and one kind of fault happens again and again; afterwards the truth is looked up."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import Cluster
from tests.crash.eye import QUEUED, ROUTED, UNDELIVERED, Eye
from tests.crash.faults import Fault, Scene, StuckError
from tests.crash.feeder import KNOWN
from tests.crash.fleet import Fleet, failures
from tests.crash.ground import Ground
from tests.crash.truth import proven, truth_of

REASONS = "select reason, count(*) from routing where reason is not null group by reason"
LONGEST_RECOVERY = 30.0
"""Seconds after a fault within which cases must be decided again."""

PROVEN_TO = 20_000
"""Cases up to which an evidence pack is written and verified: the verifier reads no pack of any size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """How hard it is made.

    Attributes:
        fault: what happens, once for each turn.
        name: of the fault, as the report calls it.
        times: how often.
        cases: how many come in altogether.
        workers: how many work; on SQLite one.
        posted: whether cases bring a proposal; otherwise the function in the folder is asked.
        ahead: how many unclaimed cases wait at most.
        rest: seconds after which a worker that was killed is started again.
        crooked: whether the workers' clock can be set wrong.
    """

    name: str
    fault: Fault
    times: int
    cases: int
    workers: int = 2
    posted: bool = True
    ahead: int = 1000
    rest: float = 0.5
    crooked: bool = False


def run_campaign(plan: CampaignPlan, ground: Ground, cluster: Cluster | None, *, seed: int, disk: Path | None = None) -> dict[str, Any]:
    """Runs a campaign and says what came of it."""
    began = time.monotonic()
    workers = 1 if ground.url is None else plan.workers
    stuck: list[str] = []
    with Fleet(ground=ground, workers=workers, rest=plan.rest, crooked=plan.crooked) as fleet:
        chance = random.Random(seed)  # noqa: S311 - moments to do harm at
        scene = Scene(fleet=fleet, eye=Eye(ground=ground), chance=chance, cluster=cluster, disk=disk)
        try:
            _harm(plan, scene)
        except StuckError as told:
            stuck.append(str(told))
        finally:
            scene.eye.close()
        codes = fleet.end()
        report = _report(plan, ground, scene, [*stuck, *(f"SIGTERM: exit {code}" for code in codes if code != 0)])
        scene.eye.close()
    return report | {"seconds": round(time.monotonic() - began, 1)}


def _harm(plan: CampaignPlan, scene: Scene) -> None:
    """Brings cases turn by turn, does harm among them, and brings more: those show when work goes on. Ends when all are decided."""
    scene.fleet.feed(plan.cases, ahead=plan.ahead, posted=plan.posted)
    scene.fleet.allow(1)
    scene.wait("the first case is decided, by workers that are warm", lambda: (scene.eye.number(ROUTED) or 0) > 0, within=120.0)
    scene.wait("all workers run", lambda: len(scene.fleet.alive()) == len(scene.fleet.places))
    for turn in range(plan.times):
        scene.turn = turn
        scene.brought = round(plan.cases * (turn + 0.5) / plan.times)
        scene.more = round(plan.cases * (turn + 1) / plan.times)
        scene.fleet.allow(scene.brought)
        scene.recoveries.append(plan.fault(scene))
    scene.wait("all cases are brought", lambda: scene.fleet.fed, within=300.0)
    scene.wait("the queue is empty", lambda: scene.eye.number(QUEUED) == 0)
    scene.wait("all effects are delivered", lambda: scene.eye.number(UNDELIVERED) == 0)
    scene.wait("all workers run, and can be told to end", lambda: all(place.ready for place in scene.fleet.places))


def _report(plan: CampaignPlan, ground: Ground, scene: Scene, wrong: list[str]) -> dict[str, Any]:
    truth = truth_of(ground, scene.fleet.folder / KNOWN)
    slowest = max(scene.recoveries, default=0.0)
    if slowest > LONGEST_RECOVERY:
        wrong.append(f"recovery took {slowest:.1f} s, longer than {LONGEST_RECOVERY:.0f} s")
    proof = proven(ground) if truth.accepted <= PROVEN_TO else "too large to verify"
    if proof == "broken":
        wrong.append("the evidence pack is broken")
    return {
        "fault": plan.name,
        "database": "sqlite" if ground.url is None else "postgresql",
        "workers": len(scene.fleet.places),
        "times": len(scene.recoveries),
        **counted(truth),
        "max_recovery_s": round(slowest, 2),
        "median_recovery_s": round(sorted(scene.recoveries)[len(scene.recoveries) // 2], 2) if scene.recoveries else 0.0,
        "evidence": proof,
        "failed_in_workers": failures(scene.fleet),
        "reasons": {str(name): int(count) for name, count in scene.eye.sure_rows(REASONS)},
        "workers_ended": dict(scene.fleet.ended),
        "wrong": [*wrong, *truth.wrong],
    }


def counted(truth: Any) -> Mapping[str, int]:  # noqa: ANN401
    """The truth's counts by name."""
    names = ("accepted", "decided", "alone", "repeated_deliveries", "lost", "double_decisions", "double_effects", "alone_after_stop")
    return {name: getattr(truth, name) for name in names}
