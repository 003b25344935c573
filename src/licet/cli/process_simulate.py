"""Simulating a process from the command line: where time goes, how good the forecast is, the figures, and where AI belongs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from licet.cli.frame import CONTEXT, Share, at_work, granted, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.beside import Given
    from licet.core.redesign import ServiceLevel
    from licet.core.simulation import ProcessSimulation
    from licet.flows.simulate_as_is import Simulation
    from licet.stats.ai_places import AiPlace
    from licet.stats.back_test import BackTest, Distance, TooShort
    from licet.stats.fitted_process import Fitted, Split, StepSplit
    from licet.stats.simulated_figures import Interval

DAY: Final = 86_400.0
_HOUR: Final = 3_600.0
_MINUTE: Final = 60.0
_DAYS_FROM: Final = 3 * DAY
_STEPS_SHOWN: Final = 8
_WORTH_SAYING: Final = 0.001
_HOURS: Final = click.FloatRange(min=0.0, max=100_000.0, min_open=True)


@click.command("simulate", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--replications", type=click.IntRange(2, 1000), default=30, help="How often it is played; default: 30.")
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, help="Of chance: the same seed gives the same figures; default: 0.")
@click.option(
    "--service-level", "hours", type=_HOURS, help="Hours in which cases are to be done: says how many are, and with how many people."
)
@click.option("--share", type=Share(), default=0.9, help="Of the cases that are to be done in these hours; default: 0.9.")
@usual
def simulate(slug: str, acting: str | None, home: str | None, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click's
    """Simulate the process as it is from its newest log, tested against the log's later part; says where AI would change anything."""
    from licet.cli.progress import PlayProgress
    from licet.flows.office import who
    from licet.flows.see_beside import given_by_people
    from licet.flows.simulate_as_is import simulate_as_is
    from licet.stats.simulated_process import Plan

    with at_work(home) as office, PlayProgress(hidden=as_json) as progress:
        plan = Plan(replications=asked["replications"], seed=asked["seed"], audience=progress)
        found = granted(simulate_as_is(office, who(office, acting), plan, name=slug, level=_level(asked["hours"], asked["share"])))
        given = given_by_people(office, name=slug)
    made_up = ["[yellow]simulated[/] The log itself says that it was made up.", ""] if found.of_simulated else []
    said(_json(slug, found, given), [*made_up, *simulation_lines(found.made, given)], as_json=as_json)


def _level(hours: float | None, share: float) -> "ServiceLevel | None":
    from licet.core.redesign import ServiceLevel

    return None if hours is None else ServiceLevel(within=timedelta(hours=hours), share=share)


def _json(slug: str, found: "Simulation", given: "Given") -> Mapping[str, Json]:
    from licet.core.simulation import beside_places

    kept = found.kept
    stands_on: Mapping[str, Json] = {
        "simulation": kept.id,
        "log": kept.log,
        "log_digest": kept.log_digest,
        "digest": kept.digest,
        "log_simulated": found.of_simulated,
    }
    return {"use_case": slug, **stands_on, **beside_places(kept.body, given)}


def simulation_lines(made: "ProcessSimulation", given: "Given") -> list[str]:
    """A simulation for people: where time goes first, then how good the forecast is, then everything that is simulated."""
    return [
        *_split_lines(made.fitted),
        "",
        *_test_lines(made.tested),
        "",
        *_figure_lines(made),
        *_level_lines(made),
        "",
        *_place_lines(made, given),
    ]


def split_line(split: "Split") -> str:
    """Where a case's time goes, in one line."""
    from licet.core.time_parts import PARTS

    parts = [(PARTS[key], getattr(split, key)) for key in ("service", "contention", "off_duty", "extraneous")]
    whole = max(split.whole, 1e-9)
    return " · ".join(f"{name} [bold]{seconds / whole:.1%}[/]" for name, seconds in parts)


def _split_lines(fitted: "Fitted") -> list[str]:
    from licet.core.simulation import ESTIMATED

    lines = [
        "[bold]Where time goes[/] [dim]read out of the log[/]",
        f"A case takes {long(fitted.split.whole)} on average: {split_line(fitted.split)}",
    ]
    lines += [_step_line(one) for one in fitted.steps[:_STEPS_SHOWN]]
    if len(fitted.steps) > _STEPS_SHOWN:
        lines.append(f"  [dim]and {len(fitted.steps) - _STEPS_SHOWN} more steps; --json has all[/]")
    if fitted.process.estimated > 0.0:
        lines.append(f"[yellow]note[/] {fitted.process.estimated:.1%} of the working time was {ESTIMATED}")
    if fitted.untimed > 0.0:
        lines.append(f"[yellow]note[/] How long {fitted.untimed:.1%} of the events took nobody knows; it counts as waiting.")
    if fitted.overlap > _WORTH_SAYING:
        lines.append(
            f"[yellow]note[/] {fitted.overlap:.1%} of the time two steps of a case ran at once; they are played one behind the other."
        )
    return lines


def _step_line(one: "StepSplit") -> str:
    hours = "working time unknown" if one.hours is None else f"{one.hours:,.0f} h of work"
    each = f"{long(one.split.service)} each{', estimated' if one.estimated else ''}"
    waits = one.split.contention + one.split.off_duty + one.split.extraneous
    return f"  {plain(one.name)}: {one.events:,} times, {hours} ({each}), after {long(waits)} of waiting"


def _test_lines(tested: "BackTest | TooShort") -> list[str]:
    from licet.stats.back_test import Beats, TooShort

    title = "[bold]Is it any good?[/] [dim]fitted on the earlier part of the log, held against the later; distances, 0 is best[/]"
    if isinstance(tested, TooShort):
        return [title, f"[yellow]Not tested[/]: {tested.why} So no lead time is shown."]
    lines = [title, f"{tested.train:,} cases to fit on, {tested.test:,} to forecast."]
    lines.append(_distance("lead times (hours)", tested.cycle))
    lines.append(_distance("order of steps", tested.n_gram))
    lines.append(_distance("hours of the day (hours)", tested.circadian))
    lines.append(_distance("arrivals (hours)", tested.arrival))
    lines += _worse_lines(tested)
    if isinstance(tested.verdict, Beats):
        lines.append("[green]Beats the naive forecast[/] on lead times, all of its interval.")
    else:
        lines.append("[yellow]Does not beat the naive forecast[/] on lead times: of a redesign, believe work and lines, and no lead time.")
    return lines


def _worse_lines(tested: "BackTest") -> list[str]:
    """In what the past forecasts better, so that nobody has to compare the figures."""
    told = (
        ("lead times", tested.cycle),
        ("order of steps", tested.n_gram),
        ("hours of the day", tested.circadian),
        ("arrivals", tested.arrival),
    )
    worse = [name for name, one in told if one.model.low > one.naive]
    return [f"[yellow]The past forecasts better[/]: {', '.join(worse)}."] if worse else []


def _distance(name: str, one: "Distance") -> str:
    from math import log10

    places = max(0, 2 - int(log10(max(one.naive, 1.0))))
    model = f"{one.model.mean:.{places}f} ({one.model.low:.{places}f} to {one.model.high:.{places}f})"
    return (
        f"  {name}: simulation [bold]{model}[/] · the past as forecast {one.naive:.{places}f} · halves of what came {one.noise:.{places}f}"
    )


def _figure_lines(made: "ProcessSimulation") -> list[str]:
    now = made.as_is
    lines = [f"[bold]As it is[/] [dim]simulated, {made.plan.replications} replications, seed {made.plan.seed}, intervals at 95%[/]"]
    if made.forecasts:
        within = f"half of the cases within {long(now.median.mean)}, nine in ten within {long(now.p90.mean)}"
        lines.append(f"  lead time {_interval(now.cycle)}; {within}")
        if now.unseen.mean >= _MINUTE:
            lines.append(
                f"  [dim]of it {long(now.unseen.mean)} before what would be the log's first record of a case: the log holds no such time[/]"
            )
    else:
        lines.append("  lead time: not shown, since nothing showed that it is any forecast; --json has it")
    lines.append(f"  people's work {_interval_of_hours(now.hours)} a case")
    for pool in now.pools:
        busy = f"{pool.utilisation.mean:.0%} ({pool.utilisation.low:.0%} to {pool.utilisation.high:.0%})"
        lines.append(f"  {plain(pool.name)}: busy {busy} of hours on duty, {pool.queue.mean:.1f} in line on average")
    return lines


def _level_lines(made: "ProcessSimulation") -> list[str]:
    """How a service level is kept, where somebody asked for one."""
    from licet.core.service_level import NOT_SAID, level_told, needs_told

    if made.served is None:
        return []
    level, within = made.served.level, made.served.within
    lines = ["", f"[bold]Service level[/] [dim]simulated, {level_told(level)} from when a case comes[/]"]
    if within is None:
        return [*lines, f"  {NOT_SAID}"]
    kept = "[green]kept[/]" if made.served.kept else "[yellow]not kept[/]"
    lines.append(f"  {kept}: {within.mean:.1%} ({within.low:.1%} to {within.high:.1%}) of the cases are done in time")
    return [*lines, *(f"  {plain(needs_told(one, level))}" for one in made.served.pools)]


def _place_lines(made: "ProcessSimulation", given: "Given") -> list[str]:
    from licet.core.simulation import ESTIMATED_SAYS, timer_told
    from licet.stats.ai_places import MOST_CASES, MOST_REPLICATIONS

    played = f"{min(made.plan.replications, MOST_REPLICATIONS)} replications of at most {MOST_CASES:,} cases"
    lines = [
        f"[bold]Where AI belongs[/] [dim]simulated: nobody works on the step any more, AI errs never and takes no time; {played} each[/]"
    ]
    timers = [f"  [bold]{plain(name)}[/]: [yellow]not ranked[/], {timer_told(one)}" for name, one in made.fitted.timers.items()]
    if not made.places:
        return [*lines, "  The log names nobody who works, so that nothing can be said.", *timers]
    for one in made.places:
        lines += [_place_line(made, one), *_effect_lines(one, forecasts=made.forecasts)]
    lines += [*timers, *_beside_lines(made, given)]
    if made.forecasts:
        lines.append(
            "[dim]Where it waited although people were free, no log says for what: a customer (it stays), or somebody to turn to it.[/]"
        )
    if any(one.step.estimated for one in made.places):
        lines.append(f"[dim]{ESTIMATED_SAYS}[/]")
    return lines


def _place_line(made: "ProcessSimulation", one: "AiPlace") -> str:
    from licet.core.simulation import Belongs, place_of

    found = place_of(one, forecasts=made.forecasts)
    says = f"[green]here[/], for {' and '.join(found.by)}" if isinstance(found, Belongs) else "[yellow]not here[/]"
    return f"  [bold]{plain(one.step.name)}[/]: {says}{', by [yellow]estimated[/] hours' if one.step.estimated else ''}"


def _beside_lines(made: "ProcessSimulation", given: "Given") -> list[str]:
    """What stands beside the ranks, and is no part of them."""
    from licet.core.beside import NOT_ENOUGH, at_hand_told, filled_at, said_once, stakes_of, stakes_told

    names = [one.step.name for one in made.places]
    data = [at_hand_told(filled_at(made.further, name), given.about(name)) for name in names]
    lines = []
    stakes = [stakes_told(stakes_of(name, given)) for name in names]
    for title, note, told in (("Data at hand", NOT_ENOUGH, data), ("Stakes", "They move no rank.", stakes)):
        once = said_once(told)
        lines.append(f"  [bold]{title}[/] [dim]{note}[/]{f' {plain(once)}' if once else ''}")
        lines += [] if once else [f"    {plain(name)}: {plain(one)}" for name, one in zip(names, told, strict=True)]
    return lines


def _effect_lines(one: "AiPlace", *, forecasts: bool) -> list[str]:
    removed = one.removed
    of = f"at least {one.of_hours:.1%} of it{', estimated' if one.step.estimated else ''}"
    hours = f"people's work {_interval_of_hours(removed.hours)} a case ({of})"
    half = f"{one.share:.0%} of its cases: {_interval_of_hours(one.sped.hours)}"
    typical = f"what follows most often follows {one.step.typical:.0%} of the time"
    if not forecasts:
        return [f"    {hours}", f"    [dim]{half} · {typical}[/]"]
    time = f"lead time {_interval(removed.cycle)}; if that wait falls away, too, {_interval(removed.at_most)}"
    return [f"    {hours}", f"    {time}", f"    [dim]{half} and {_interval(one.sped.cycle)} · {typical}[/]"]


def long(seconds: float) -> str:
    """A time for people, in the unit that fits it."""
    size = abs(seconds)
    if size >= _DAYS_FROM:
        return f"{seconds / DAY:.1f} days"
    if size >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _MINUTE:.1f} min"


def _interval(one: "Interval") -> str:
    return f"{long(one.mean)} ({long(one.low)} to {long(one.high)})"


def _interval_of_hours(one: "Interval") -> str:
    return f"{one.mean * 60:.1f} min ({one.low * 60:.1f} to {one.high * 60:.1f})"
