"""Commands on reviewers: numbers about how people review, for somebody senior to look at."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

import click

from licet.cli.capacity import capacity
from licet.cli.frame import CONTEXT, Commands, at_work, granted, plain, said, usual
from licet.cli.known_answers import COMMANDS
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.flags import Flags, Pair
    from licet.core.refusal import Unknown


@click.group(cls=Commands, context_settings=CONTEXT)
def reviewers() -> None:
    """How people review: numbers with intervals for senior reviewers and risk, no accusations."""


for command in (*COMMANDS, capacity):
    reviewers.add_command(command)


@reviewers.command("flags", context_settings=CONTEXT)
@click.argument("slug")
@usual
def flags(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show answers faster than reading, pairs whose agreement stands out, and self-consistency, as a senior reviewer or risk."""
    from licet.flows.flag import reviewer_flags
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(reviewer_flags(office, who(office, acting), name=slug))
    said(_flags_json(found), list(_lines(found)), as_json=as_json)


def _flags_json(found: "Flags") -> "dict[str, Json]":
    """The numbers as JSON; what is unknown is null."""
    return {
        "too_fast_seconds": found.too_fast_seconds,
        "upheld": found.upheld,
        "found_in_record": found.found_in_record,
        "paces": [_known(asdict(one)) for one in found.paces],
        "pairs": [_known(asdict(one)) for one in found.pairs],
        "consistency": [_known(asdict(one)) for one in found.consistency],
        "limits": list(found.limits),
    }


def _known(facts: dict[str, object]) -> Json:
    return cast("Json", {name: None if isinstance(value, dict) else value for name, value in facts.items()})


def _lines(found: "Flags") -> Iterator[str]:
    for pace in found.paces:
        took = _number(pace.seconds, "s at the median")
        fast = f"{pace.fast:,} under {found.too_fast_seconds:g} s{_span(pace.low, pace.high)}"
        yield f"{plain(pace.person)}: {pace.answers:,} answers, {took}, {fast}"
    for pair in found.pairs:
        yield _pair_line(pair)
    for one in found.consistency:
        yield f"{plain(one.person)}: said the same in {one.same:,} of {one.repeated:,} repeated cases{_span(one.low, one.high)}"
    if not (found.paces or found.pairs or found.consistency):
        yield "Nobody answered anything yet."
    yield f"Audits that differed from AI: {found.upheld:,} upheld by a second person, {found.found_in_record:,} found in the record"
    yield from (f"[dim]{plain(limit)}[/]" for limit in found.limits)


def _pair_line(pair: "Pair") -> str:
    word = "[yellow]stands out[/]: " if pair.stands_out else ""
    counted = f"{pair.agreed:,} of {pair.together:,} alike{_span(pair.low, pair.high)}"
    return f"{word}{plain(pair.one)} and {plain(pair.other)}: {counted}, p {_number(pair.p_value, '')}"


def _number(value: "float | Unknown", unit: str) -> str:
    from licet.core.refusal import Unknown

    return f"unknown ({value.why})" if isinstance(value, Unknown) else f"{value:.3g} {unit}".strip()


def _span(low: "float | Unknown", high: "float | Unknown") -> str:
    from licet.core.refusal import Unknown

    if isinstance(low, Unknown) or isinstance(high, Unknown):
        return ""
    return f" ({low:.1%} to {high:.1%})"
