"""The demo's process: a simulated log comes in, a baseline is locked, and it shows how little AI on one step changes of the whole."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from licet.cli.demo_acts import SLIPS, WISHES, Set
from licet.cli.demo_process import READ, WEEKS, write_process
from licet.cli.frame import granted, plain
from licet.core.canonical import Json
from licet.core.log_reading import LogWish
from licet.core.process import AsIs
from licet.core.process_told import PARTS, bottleneck_told, lasting, parts_of, share_of
from licet.core.redesign_told import change_told, trust_told, value_told
from licet.core.refusal import Refused, Unknown
from licet.core.simulated_redesign import Row, SimulatedRedesign, Unit
from licet.edge.baseline_file import BASELINE_FILE, load_baseline
from licet.edge.event_log_files import read_event_log
from licet.edge.redesign_form import REDESIGN_FILE, load_redesign
from licet.flows.import_log import import_log
from licet.flows.set_baseline import countersign_the_baseline, lock_the_baseline
from licet.flows.settle import settle
from licet.flows.simulate_redesign import simulate_redesign
from licet.flows.study_process import Memory, study_process
from licet.stats.simulated_process import Plan

if TYPE_CHECKING:
    from licet.cli.demo_tale import Teller

REPLICATIONS = 3
"""Few, so that the demo stays short; intervals are as wide as that makes them."""

REDESIGN = f"""title: AI reads the digit
decides: {READ}
steps:
  {READ}:
    by: ai alone
    assumed: {{latency_seconds: 1}}
checks: {{audits: {WISHES.audit_rate}}}
"""
BASELINE = f"step: {READ}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the demo finds of the process around its slips.

    Attributes:
        as_is: what the log shows.
        compared: with AI at the step; `Refused` where the verdict certifies nothing that could be simulated.
        baseline: the digest of what two people signed.
    """

    as_is: AsIs
    compared: SimulatedRedesign | Refused
    baseline: str


def look_around(scene: Set, now: datetime) -> Around:
    """Writes and imports the log, signs the baseline, and simulates the redesign with AI as the verdict measured it."""
    folder, cast, office = scene.home.use_cases / SLIPS, scene.cast, scene.office
    file = write_process(scene.data / "process.csv", scene.seed, now=now)
    (folder / BASELINE_FILE).write_text(BASELINE, encoding="utf-8")
    (folder / REDESIGN_FILE).write_text(REDESIGN, encoding="utf-8")
    granted(import_log(office, cast.builder, read_event_log(file, LogWish(), now=now).brought, name=SLIPS))
    locked = granted(lock_the_baseline(office, cast.owner, name=SLIPS, stated=load_baseline(folder)))
    signed = granted(countersign_the_baseline(office, cast.risk, name=SLIPS, digest=locked.digest))
    plan = Plan(replications=REPLICATIONS, seed=scene.seed)
    compared = simulate_redesign(office, cast.builder, load_redesign(folder), name=SLIPS, plan=plan)
    settle(office)
    return Around(
        as_is=granted(study_process(office, name=SLIPS, memory=Memory())).as_is,
        compared=compared,
        baseline=signed.digest,
    )


def tell_around(teller: "Teller", scene: Set) -> dict[str, Json]:
    """Tells where time goes in the process, and what AI at one step of it changes."""
    teller.act("The process around it, simulated: where time goes, and what AI changes there")
    found = look_around(scene, scene.office.clock.now().astimezone(UTC))
    as_is = found.as_is
    split = ", ".join(f"{share_of(part, as_is.split.whole)} {PARTS[key]}" for key, part in parts_of(as_is.split) if part)
    teller.say(
        f"No log comes with the scans, so [bold]Licet's simulator[/] plays {as_is.cases:,} slips through {len(as_is.steps)} steps in "
        f"{WEEKS} weeks; each row says [yellow]simulated[/].",
        f"A case takes {lasting(as_is.lead.median)} (median): {split}. {plain(bottleneck_told(as_is))}",
        *_compared(found),
        f"Olga locks this as the baseline, Rita countersigns: [dim]{found.baseline}[/]",
    )
    teller.by_hand(
        f"process import {SLIPS} data/process.csv --as bo@example.org",
        f"process baseline lock {SLIPS} --as olga@example.org",
        f"process baseline countersign {SLIPS} {found.baseline} --as rita@example.org",
        f"process compare {SLIPS} --replications {REPLICATIONS} --seed {scene.seed} --as bo@example.org",
    )
    return {"process": _numbers(found)}


def _compared(found: Around) -> tuple[str, ...]:
    one = found.compared
    if isinstance(one, Refused):
        return (f"What AI would change cannot be simulated. [yellow]Refused[/] ({one.code}): {plain(one.why)}",)
    hours, lead = _row(one, "hours"), _row(one, "lead_time_mean")
    week = "unknown" if hours.as_is is None else value_told(hours.as_is.mean, Unit.HOURS_A_WEEK)
    saved = f"people's work a week {change_told(hours)}, of {week}" + (f"; lead time {change_told(lead)}" if one.back_test.beats else "")
    return (
        f"AI on “{READ}” as the verdict measured it, a quarter audited ([yellow]simulated[/]): {saved}.",
        f"{trust_told(one.back_test)} [bold]{_elsewhere(found.as_is)}[/]",
    )


def _elsewhere(as_is: AsIs) -> str:
    """Where the work is that AI at one step leaves as it is."""
    slow, whole = as_is.bottleneck, as_is.split.work
    read = next(step for step in as_is.steps if step.name == READ)
    part = f"Reading is {share_of(read.split.work, whole)} of the recorded work"
    return f"{part}." if isinstance(slow, Unknown) else f"{part}, “{slow.name}” {share_of(slow.split.work, whole)}: that AI does not touch."


def _row(one: SimulatedRedesign, key: str) -> Row:
    return next(row for row in one.rows if row.key == key)


def _numbers(found: Around) -> Json:
    one, slow = found.compared, found.as_is.bottleneck
    change = None if isinstance(one, Refused) else _row(one, "hours").change
    return {
        "simulated": True,
        "cases": found.as_is.cases,
        "bottleneck": None if isinstance(slow, Unknown) else slow.name,
        "hours_a_week": None if change is None else [change.mean, change.low, change.high],
        "forecasts": None if isinstance(one, Refused) else one.back_test.beats,
        "refused": one.code if isinstance(one, Refused) else None,
        "baseline": found.baseline,
    }
