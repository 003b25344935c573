"""Seeing a run: how far a system was asked, what it has cost, and whether anybody goes on."""

from dataclasses import dataclass

from licet.core.canonical import Json
from licet.core.run import Run, RunState, run_state
from licet.flows.office import Office
from licet.flows.run import LEASE
from licet.store import runs, systems, use_cases
from licet.store.runs import UnderWay


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """A run as whoever looks on sees it; nothing in it says how good the system is.

    Attributes:
        system: name and version; None where the system was not registered yet, which it is with its first look.
    """

    run: Run
    state: RunState
    under_way: UnderWay
    system: str | None


def newest_run(office: Office, *, name: str) -> RunSeen | None:
    """The run of a use case that began last; None where no system was ever asked about many cases."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        run = runs.newest(tx, use_case)
        if run is None:
            return None
        now = office.clock.now()
        there = runs.under_way(tx, run, now)
        stored = systems.find(tx, use_case, run.fingerprint)
        return RunSeen(
            run=run,
            state=run_state(run, holders=there.holders, now=now, quiet_for=LEASE),
            under_way=there,
            system=None if stored is None else f"{stored.card.name}@{stored.card.version}",
        )


def run_to_json(seen: RunSeen) -> dict[str, Json]:
    """Writes how a run stands; amounts are whole millionths of the currency's minor unit, and what nobody knows is null."""
    run, there = seen.run, seen.under_way
    return {
        "run": run.id,
        "state": seen.state.value,
        "fingerprint": run.fingerprint,
        "system": seen.system,
        "cases": run.cases,
        "done": run.done,
        "left": run.left,
        "asking": there.holders,
        "no_answer_yet": there.again,
        "broken_off": there.broken,
        "spent_millionths": None if run.spent is None else run.spent.millionths,
        "budget_millionths": run.budget,
        "currency": None if run.spent is None else run.spent.currency,
        "stopped": run.stopped,
        "began_at": run.began_at.isoformat(),
        "seen_at": run.seen_at.isoformat(),
        "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
    }
