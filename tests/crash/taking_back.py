"""A mandate is taken back, again and again, while 32 workers decide: nothing is decided alone afterwards."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from licet.core.people import Actor
from licet.core.team import MAIN
from licet.core.use_case import Stage
from licet.flows.approve import approve_gate
from licet.flows.grant import Wishes, grant_mandate, propose_mandate, revoke_mandate
from licet.flows.hold_gate import show_gate
from licet.flows.intake import accept
from licet.flows.office import Office, who
from licet.flows.respond import suspend_mandate
from licet.flows.stop import lift_stop, press_stop, stop_status
from licet.settings import home_at
from licet.testing import done
from licet.wiring import serving
from tests.cli.desk import BUILDER, OWNER, RISK
from tests.crash.campaign import counted
from tests.crash.eye import QUEUED, ROUTED, UNDELIVERED, Eye, seconds_until
from tests.crash.feeder import KNOWN, batch
from tests.crash.fleet import Crew
from tests.crash.ground import SLUG, Ground
from tests.crash.truth import truth_of

WORKERS = 32
BROUGHT = 160
"""Cases of one round."""

LASTS = timedelta(seconds=2)


@dataclass(slots=True, kw_only=True)
class Round:
    """One mandate: how many cases were routed alone, and how many to people once it was over."""

    office: Office
    people: Mapping[str, Actor]
    eye: Eye
    first: int
    known: Path

    def bring(self, count: int) -> None:
        """Brings cases."""
        sent = done(accept(self.office, self.people[OWNER], batch(self.first, count, posted=True)))
        with self.known.open("a", encoding="ascii") as memory:
            memory.write("".join(f"{one.name}\n" for one in sent))
        self.first += count

    def grant(self, lasts: timedelta) -> None:
        """Puts a mandate in force."""
        wishes = Wishes(audit_rate=0.02, daily_cap=1_000_000, lasts=lasts, planned_audits=100_000)
        done(propose_mandate(self.office, self.people[BUILDER], name=SLUG, wishes=wishes))
        covers = show_gate(self.office, name=SLUG, to=Stage.DELEGATED).covers
        assert covers is not None
        done(approve_gate(self.office, self.people[RISK], name=SLUG, digest=covers))
        done(grant_mandate(self.office, self.people[OWNER], name=SLUG))


def suspended(turn: Round) -> None:
    """A person presses the stop button."""
    done(suspend_mandate(turn.office, turn.people[RISK], name=SLUG, why="Stopped."))


def revoked(turn: Round) -> None:
    """A person takes the mandate back for good."""
    done(revoke_mandate(turn.office, turn.people[RISK], name=SLUG, why="Revoked."))


def stopped(turn: Round) -> None:
    """A person presses the stop of the use case."""
    done(press_stop(turn.office, turn.people[RISK], name=SLUG, why="Something is wrong."))


def stopped_for_the_team(turn: Round) -> None:
    """A person presses the stop of the team."""
    done(press_stop(turn.office, turn.people[RISK], name=None, team=MAIN, why="Something is wrong."))


def stopped_everywhere(turn: Round) -> None:
    """A person presses the stop of the installation."""
    done(press_stop(turn.office, turn.people[RISK], name=None, why="Something is wrong."))


ENDS: Mapping[str, Callable[[Round], None] | None] = {
    "suspended": suspended,
    "expired": None,
    "revoked": revoked,
    "stopped": stopped,
    "stopped for the team": stopped_for_the_team,
    "stopped everywhere": stopped_everywhere,
}
"""How authority ends: by an act, or by time."""

BY_HAND = "reason like 'mandate_%' or reason like 'stop%'"


def take_back(ground: Ground, *, times: int, seed: int) -> dict[str, Any]:
    """Takes the mandate back so often, at moments that chance says, and looks the truth up."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 - moments
    known = ground.home.parent / KNOWN
    known.touch()
    mixed = 0
    eye = Eye(ground=ground)
    with ground.here(), serving(home_at(ground.home)) as office, Crew(ground=ground, threads=WORKERS, module="tests.crash.hands"):
        turn = Round(office=office, people={one: who(office, one) for one in (OWNER, RISK, BUILDER)}, eye=eye, first=1_000_000, known=known)
        for number in range(times):
            mixed += _one(turn, list(ENDS)[number % len(ENDS)], chance)
        assert seconds_until(lambda: eye.number(UNDELIVERED) == 0, within=60, tend=lambda: None) is not None, "effects still wait"
    truth = truth_of(ground, known)
    eye.close()
    return {
        "fault": "mandate_taken_back",
        "database": "sqlite" if ground.url is None else "postgresql",
        "workers": WORKERS,
        "times": times,
        "in_the_middle": mixed,
        **counted(truth),
        "max_recovery_s": 0.0,
        "wrong": truth.wrong,
        "seconds": round(time.monotonic() - began, 1),
    }


def _one(turn: Round, end: str, chance: random.Random) -> bool:
    """One mandate; says whether it ended in the middle of the work."""
    act = ENDS[end]
    turn.grant(LASTS if act is None else timedelta(days=1))
    ended = turn.eye.sure(f"{ROUTED} where {BY_HAND}")
    before, alone = turn.eye.sure(ROUTED), turn.eye.sure(f"{ROUTED} where route = 'alone'")
    if act is None:
        _bring_until(turn, time.monotonic() + LASTS.total_seconds() + 0.3)
    else:
        turn.bring(BROUGHT)
        share = before + chance.randrange(BROUGHT * 3 // 4)
        seconds_until(lambda: turn.eye.sure(ROUTED) >= share, within=30, tend=lambda: None)
        act(turn)
    took = seconds_until(lambda: turn.eye.number(QUEUED) == 0, within=60, tend=lambda: None)
    assert took is not None, "the queue is not worked off"
    over = turn.eye.sure(f"{ROUTED} where {BY_HAND}")
    for place in stop_status(turn.office, name=SLUG).pressed:
        done(lift_stop(turn.office, turn.people[RISK], name=place.use_case, team=place.team))
    return turn.eye.sure(f"{ROUTED} where route = 'alone'") > alone and over > ended


def _bring_until(turn: Round, end: float) -> None:
    while time.monotonic() < end:
        turn.bring(20)
        time.sleep(0.1)
