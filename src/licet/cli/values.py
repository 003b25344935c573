"""Commands on value: what a use case changed since AI decides, measured and never self-reported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.level import Level
    from licet.core.promise import Promise
    from licet.core.refusal import Unknown
    from licet.core.use_case import UseCase
    from licet.flows.measure_value import StatementOfValue
    from licet.flows.office import Office
    from licet.stats.rollout import Difference


@click.group(cls=Commands, context_settings=CONTEXT)
def value() -> None:
    """What a use case changed since AI decides, against the locked baseline."""


@value.command("measure", context_settings=CONTEXT)
@click.argument("slug")
@usual
def measure(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Measure it now, from Licet's own records, and keep it as a statement."""
    from licet.flows.hold_promise import newest_promise
    from licet.flows.measure_value import measure_value
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(measure_value(office, who(office, acting), name=slug))
        promise = newest_promise(office, name=slug, value=found.value, baseline=found.baseline)
    said(_json(slug, found, promise), _lines(slug, found, promise), as_json=as_json)


@value.command("show", context_settings=CONTEXT)
@click.argument("slug", required=False)
@home_option
@json_option
def show(slug: str | None, home: str | None, *, as_json: bool) -> None:
    """Show the newest statement of a use case, or of all of them."""
    from licet.flows.measure_value import every_value

    with at_work(home) as office:
        found = every_value(office)
        wanted = [(one, made, _promised(office, one, made)) for one, made in found if slug in {None, one.slug}]
    if slug is not None and not wanted:
        there = ", ".join(one.slug for one, _ in found) or "none"
        raise click.UsageError(f"{slug!r} is no use case here. There are: {there}.")
    lines = [line for one, made, promise in wanted for line in _one(one, made, promise)]
    said({"values": [_json(one.slug, made, promise) for one, made, promise in wanted]}, lines, as_json=as_json)


def _promised(office: "Office", use_case: "UseCase", made: "StatementOfValue | None") -> "Promise | None":
    from licet.flows.hold_promise import newest_promise

    return None if made is None else newest_promise(office, name=use_case.slug, value=made.value, baseline=made.baseline)


def _one(use_case: "UseCase", made: "StatementOfValue | None", promise: "Promise | None") -> list[str]:
    if made is None:
        return [f"[bold]{use_case.slug}[/]: nothing measured yet; licet value measure {use_case.slug}"]
    return _lines(use_case.slug, made, promise)


def _json(slug: str, made: "StatementOfValue | None", promise: "Promise | None") -> Mapping[str, Json]:
    from licet.core.promise import promise_to_json
    from licet.core.value import value_to_json

    if made is None:
        return {"use_case": slug, "value": None}
    kept = None if promise is None else promise_to_json(promise)
    return {"use_case": slug, "at": made.at.isoformat(), "baseline": made.baseline, "value": value_to_json(made.value), "promise": kept}


def _lines(slug: str, made: "StatementOfValue", promise: "Promise | None") -> list[str]:
    from licet.core.value import CAUSED
    from licet.core.value_told import figure_told, headline

    found = made.value
    people = " [yellow]simulated people[/]" if found.simulated else ""
    people += " [yellow]before: from a simulated log[/]" if found.before_simulated else ""
    lines = [f"[bold]{slug}[/]: {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, {found.cases:,} cases, {found.open:,} open{people}"]
    lines += [*_promise(slug, promise), plain(headline(found))]
    for figure in found.figures:
        made_up = " [yellow]simulated[/]" if found.before_simulated else ""
        then = "" if figure.before is None else f", before{made_up} {_level(figure.code, figure.before, found.currency)}"
        lines.append(f"  {figure_told(figure.code)}: {_level(figure.code, figure.now, found.currency)}{then}")
    lines.append("Caused by AI's deciding, where chance chose which cases it was given:")
    lines += [f"  {CAUSED[code][0]}: {_caused(one)}" for code, one in found.caused.items()]
    return [*lines, f"[dim]{found.incidents} incidents. Before and after differ by all that changed; what chance assigned, by AI alone.[/]"]


def _level(code: str, level: "Level | Unknown", currency: str | None) -> str:
    """A figure in its unit, with its interval; of one that nobody knows, why."""
    from licet.core.refusal import Unknown
    from licet.core.value_told import interval_told, level_told

    if isinstance(level, Unknown):
        return f"unknown: {plain(level.why)}"
    between = interval_told(code, level, currency)
    at = "" if level.low is None and level.high is None else " at 95%"
    return level_told(code, level, currency) + (" [yellow]assumed[/]" if level.assumed else "") + f" ({between}{at})"


def _promise(slug: str, promise: "Promise | None") -> list[str]:
    """Whether the promise is kept, and each figure as it was promised; what a reader must know of it."""
    from licet.core.promise_told import NAMES, bound, promise_headline

    if promise is None:
        return [f"[dim]No redesign promised anything that this statement could be held against; licet process compare {slug}[/]"]
    lines = [
        f"[bold]{plain(promise_headline(promise))}[/]",
        f"  promised by {plain(promise.title)}, [yellow]simulated[/] {promise.at:%Y-%m-%d}",
    ]
    for one in promise.figures:
        before = "" if one.before is None else f"before {_level(one.code, one.before, None)}, "
        what = f"promised {plain(bound(one))}, now {_level(one.code, one.now, None)}"
        judged = "" if one.answer is None else f": {one.answer.value}"
        lines.append(f"  {NAMES[one.code]}: {before}{what}{judged}" + (f" ({plain(one.why)})" if one.why else ""))
    return [*lines, *[f"  [yellow]{plain(words)}[/]" for words in promise.said]]


def _caused(found: "Difference | Unknown") -> str:
    from licet.core.refusal import Unknown

    if isinstance(found, Unknown):
        return f"unknown: {plain(found.why)}"
    among = f"{found.given:,} given to AI, {found.left:,} left to people"
    return f"{found.estimate:+,.4g} ({found.low:+,.4g} to {found.high:+,.4g} at 95%; {among})"
