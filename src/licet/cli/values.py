"""Commands on value: what a use case changed since AI decides, measured and never self-reported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.cli.process_baseline import level_told
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.refusal import Unknown
    from licet.core.use_case import UseCase
    from licet.flows.measure_value import StatementOfValue
    from licet.stats.rollout import Difference


@click.group(cls=Commands, context_settings=CONTEXT)
def value() -> None:
    """What a use case changed since AI decides, against the locked baseline."""


@value.command("measure", context_settings=CONTEXT)
@click.argument("slug")
@usual
def measure(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Measure it now, from Licet's own records, and keep it as a statement."""
    from licet.flows.measure_value import measure_value
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(measure_value(office, who(office, acting), name=slug))
    said(_json(slug, found), _lines(slug, found), as_json=as_json)


@value.command("show", context_settings=CONTEXT)
@click.argument("slug", required=False)
@home_option
@json_option
def show(slug: str | None, home: str | None, *, as_json: bool) -> None:
    """Show the newest statement of a use case, or of all of them."""
    from licet.flows.measure_value import every_value

    with at_work(home) as office:
        found = every_value(office)
    wanted = [(one, made) for one, made in found if slug in {None, one.slug}]
    if slug is not None and not wanted:
        there = ", ".join(one.slug for one, _ in found) or "none"
        raise click.UsageError(f"{slug!r} is no use case here. There are: {there}.")
    lines = [line for one, made in wanted for line in _one(one, made)]
    said({"values": [_json(one.slug, made) for one, made in wanted]}, lines, as_json=as_json)


def _one(use_case: "UseCase", made: "StatementOfValue | None") -> list[str]:
    if made is None:
        return [f"[bold]{use_case.slug}[/]: nothing measured yet; licet value measure {use_case.slug}"]
    return _lines(use_case.slug, made)


def _json(slug: str, made: "StatementOfValue | None") -> Mapping[str, Json]:
    from licet.core.value import value_to_json

    if made is None:
        return {"use_case": slug, "value": None}
    return {"use_case": slug, "at": made.at.isoformat(), "baseline": made.baseline, "value": value_to_json(made.value)}


def _lines(slug: str, made: "StatementOfValue") -> list[str]:
    from licet.core.value import AMOUNTS, CAUSED, FIGURES

    found = made.value
    people = " [yellow]simulated people[/]" if found.simulated else ""
    people += " [yellow]before: from a simulated log[/]" if found.before_simulated else ""
    lines = [f"[bold]{slug}[/]: {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, {found.cases:,} cases, {found.open:,} open{people}"]
    for figure in found.figures:
        unit = f"minor units {found.currency}" if figure.code in AMOUNTS else ""
        made_up = " [yellow]simulated[/]" if found.before_simulated else ""
        then = "" if figure.before is None else f", before{made_up} {level_told(figure.before, unit)}"
        lines.append(f"  {FIGURES[figure.code]}: {level_told(figure.now, unit)}{then}")
    lines.append("Caused by AI's deciding, where chance chose which cases it was given:")
    lines += [f"  {CAUSED[code][0]}: {_caused(one)}" for code, one in found.caused.items()]
    return [*lines, f"[dim]{found.incidents} incidents. Before and after differ by all that changed; what chance assigned, by AI alone.[/]"]


def _caused(found: "Difference | Unknown") -> str:
    from licet.core.refusal import Unknown

    if isinstance(found, Unknown):
        return f"unknown: {plain(found.why)}"
    among = f"{found.given:,} given to AI, {found.left:,} left to people"
    return f"{found.estimate:+,.4g} ({found.low:+,.4g} to {found.high:+,.4g} at 95%; {among})"
