"""Commands on the baseline: what the process was before AI, locked by two people, and what the newest log shows since."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.baseline import Baseline
    from licet.core.level import Level
    from licet.core.refusal import Refused, Unknown

SAYS: Mapping[str, tuple[str, str]] = {
    "lead_median": ("a case from first to last event, median", "h"),
    "lead_p90": ("a case from first to last event, nine of ten", "h"),
    "turn_median": ("from arrival at the step until it is done, pauses included, median", "h"),
    "turn_p90": ("from arrival at the step until it is done, pauses included, nine of ten", "h"),
    "minutes": ("people's work on one stay at the step, mean", "min"),
}


WHOLE: Mapping[str, tuple[str, str]] = {
    "lead_median": SAYS["lead_median"],
    "lead_p90": SAYS["lead_p90"],
    "minutes": ("people's work on one case, mean", "min"),
}
"""Of the process as a whole."""


@click.group(cls=Commands, context_settings=CONTEXT)
def baseline() -> None:
    """How the process was before AI: measured from its log, locked by two people."""


@baseline.command("show", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def show(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show the baseline as it stands, and what would be locked now."""
    from licet.core.baseline import CountersignedBaseline
    from licet.core.refusal import Refused
    from licet.edge.baseline_file import load_baseline
    from licet.flows.set_baseline import show_baseline

    stated = load_baseline(folder_of(home, slug))
    with at_work(home) as office:
        shown = show_baseline(office, name=slug, stated=stated)
    signed = shown.signed
    state = "not locked" if signed is None else "countersigned" if isinstance(signed, CountersignedBaseline) else "locked"
    locked = signed.locked if isinstance(signed, CountersignedBaseline) else signed
    lines = [f"[bold]{slug}[/]: {state}" + (f", version {locked.version}, {locked.digest}" if locked else "")]
    lines += _lines(locked.baseline) if locked else []
    lines += ["", "What would be locked now:", *_lines(shown.now)] if locked is None else []
    data: dict[str, Json] = {
        "use_case": slug,
        "state": state,
        "version": None if locked is None else locked.version,
        "digest": None if locked is None else locked.digest,
        "baseline": None if locked is None else _json(locked.baseline),
        "now": {"refused": shown.now.code} if isinstance(shown.now, Refused) else _json(shown.now),
    }
    said(data, lines, as_json=as_json)


@baseline.command("lock", context_settings=CONTEXT)
@click.argument("slug")
@usual
def lock(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Lock what the newest event log shows, with what baseline.yaml states."""
    from licet.edge.baseline_file import load_baseline
    from licet.flows.office import who
    from licet.flows.set_baseline import lock_the_baseline

    stated = load_baseline(folder_of(home, slug))
    with at_work(home) as office:
        locked = granted(lock_the_baseline(office, who(office, acting), name=slug, stated=stated))
    data: dict[str, Json] = {"use_case": slug, "version": locked.version, "digest": locked.digest, "baseline": _json(locked.baseline)}
    lines = [f"Locked version {locked.version}: {locked.digest}", *_lines(locked.baseline)]
    lines += ["Until it is countersigned no value is measured: it takes the place of the version before."] if locked.version > 1 else []
    said(data, [*lines, f"Next: licet process baseline countersign {slug} {locked.digest} --as RISK"], as_json=as_json)


@baseline.command("countersign", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("digest")
@usual
def countersign(slug: str, digest: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Countersign the locked baseline of exactly this digest (from `licet process baseline show`), as risk."""
    from licet.core.ids import Digest
    from licet.flows.office import who
    from licet.flows.set_baseline import countersign_the_baseline

    with at_work(home) as office:
        signed = granted(countersign_the_baseline(office, who(office, acting), name=slug, digest=Digest(digest)))
    data: dict[str, Json] = {"use_case": slug, "digest": signed.digest, "countersigned_by": signed.countersigned_by}
    said(data, [f"Countersigned: {signed.digest}"], as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def watch(slug: str, home: str | None, *, as_json: bool) -> None:
    """Hold the newest event log against the locked baseline."""
    from licet.core.level import level_to_json
    from licet.flows.set_baseline import locked_part
    from licet.flows.watch_process import watch_process

    with at_work(home) as office:
        seen = granted(watch_process(office, name=slug))
    before = locked_part(seen.signed).baseline
    moved = {code: level_to_json(one) for code, one in seen.moved.items()}
    data: dict[str, Json] = {
        "use_case": slug,
        "baseline": seen.signed.digest,
        "same_log": seen.same,
        "now": _json(seen.now),
        "moved": moved,
    }
    made_up = [name for name, one in (("the baseline's log", before), ("the newest log", seen.now)) if one.simulated]
    lines = [f"[bold]{slug}[/]: {before.until:%Y-%m-%d} against {seen.now.until:%Y-%m-%d}"]
    lines += [f"[yellow]simulated[/]: {' and '.join(made_up)}"] if made_up else []
    if seen.same:
        lines.append(f"The newest log is the baseline's own. Import a later one: licet process import {slug} FILE")
    else:
        lines += [f"  {what}: {level_told(seen.moved[code], unit, signed=True)}" for code, (what, unit) in _says(before).items()]
        lines.append("[dim]What else changed between the two logs is in these differences too.[/]")
    said(data, lines, as_json=as_json)


def level_told(level: "Level | Unknown", unit: str, *, signed: bool = False) -> str:
    """A level in words, with its interval; of one that nobody knows, why."""
    from licet.core.refusal import Unknown

    if isinstance(level, Unknown):
        return f"unknown: {plain(level.why)}"
    ends = ["…" if one is None else _in_unit(one, unit, signed=signed) for one in (level.low, level.high)]
    between = "too few weeks for an interval" if level.low is None and level.high is None else f"{ends[0]} to {ends[1]} at 95%"
    marks = " [yellow]assumed[/]" if level.assumed else f" ({'counted' if level.counted else between})"
    return _in_unit(level.value, unit, signed=signed) + marks


def _in_unit(value: float, unit: str, *, signed: bool) -> str:
    """A figure to three digits, a time in the unit that suits it."""
    from datetime import timedelta

    from licet.core.process_told import lasting
    from licet.core.value_told import number

    sign = "\N{MINUS SIGN}" if value < 0.0 else "+" if signed else ""
    told = lasting(timedelta(hours=abs(value))) if unit == "h" else f"{number(abs(value))} {unit}"
    return f"{sign}{told}"


def _json(found: "Baseline") -> Json:
    from licet.core.baseline import baseline_to_json

    return {**baseline_to_json(found), "simulated": found.simulated}


def _lines(found: "Baseline | Refused") -> list[str]:
    from licet.core.refusal import Refused

    if isinstance(found, Refused):
        return [f"  nothing: {plain(found.why)} {plain(found.remedy)}"]
    step = found.stated.step or "the process as a whole"
    about = f"{plain(step)}: {found.cases:,} cases, {_how_often(found)}, {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}"
    made_up = "  [yellow]simulated[/]" if found.simulated else ""
    says = [f"  {what}: {level_told(getattr(found, code), unit)}" for code, (what, unit) in _says(found).items()]
    return [f"  {about}{made_up}", *says, *_a_visit(found)]


def _says(found: "Baseline") -> Mapping[str, tuple[str, str]]:
    """What is told of a baseline: of the process as a whole a stay is the case itself, so that its times are said once."""
    return SAYS if found.stated.step else WHOLE


def _how_often(found: "Baseline") -> str:
    """How often cases come, and how stays and visits lie to each other."""
    from licet.core.refusal import Unknown
    from licet.core.value_told import number

    stays, a_week = found.stays, found.a_week
    rate = f"a week unknown: {plain(a_week.why)}" if isinstance(a_week, Unknown) else f"{number(a_week.value)} a week"
    if stays is None or found.stated.step is None:
        return rate
    return f"{stays.cases:,} come to it, in {stays.count:,} stays ({rate}) of {found.visits:,} visits"


def _a_visit(found: "Baseline") -> list[str]:
    """The work on a visit, as the simulation counts it; of a baseline of earlier days, that it has another ruler."""
    from licet.core.refusal import Unknown

    if found.stays is None:
        return [
            "  [yellow]Measured by an earlier version of Licet[/], which took each visit for a stay, and nights for work. Lock it anew."
        ]
    if isinstance(found.minutes, Unknown) or found.minutes.assumed or found.stays.count == found.visits:
        return []
    each = found.minutes.value * found.stays.count / found.visits
    return [f"  the same on one visit, as `licet process simulate` counts: {_in_unit(each, 'min', signed=False)}"]
