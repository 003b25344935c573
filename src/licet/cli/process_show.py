"""The command that shows the process as it is: where time goes, what follows what, what is done again, and from whose hands into whose."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, Share, at_work, granted, home_option, json_option, plain, said
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.process import AsIs, Edge, Step
    from licet.flows.study_process import Studied

TOP_EDGES = 15
SHOWN = 10
"""Variants, hand-overs and deviations that are shown; all of them are in --json."""

ORDERS = ("volume", "waiting", "handling")
BY = {
    "volume": "volume; in all: waiting, pauses and work",
    "waiting": "waiting; in all: all that cases waited there, and paused between repetitions",
    "handling": "handling; in all: recorded work",
}
"""What the order of steps goes by, and what the column of sums holds."""
MORE = ("again in", "handed over", "people")


@click.command("show", context_settings=CONTEXT)
@click.argument("slug", metavar="USE_CASE")
@click.option("--top-edges", type=click.IntRange(min=0), default=TOP_EDGES, show_default=True, help="So many edges are shown.")
@click.option("--min-share", type=Share(), help="Leave out steps and edges that fewer cases take, as a share of all cases.")
@click.option("--by", "order", type=click.Choice(ORDERS), default="volume", show_default=True, help="What steps and edges are ordered by.")
@home_option
@json_option
def show(slug: str, top_edges: int, min_share: float | None, order: str, home: str | None, *, as_json: bool) -> None:
    """Show where the time of a process goes, its steps, edges, variants, rework and hand-overs, from its newest event log."""
    from licet.core.process_told import as_is_to_json
    from licet.flows.study_process import Memory, study_process

    with at_work(home) as office:
        found = granted(study_process(office, name=slug, memory=Memory()))
    lines = [] if as_json else list(_lines(found, top_edges=top_edges, least=min_share or 0.0, order=order))
    told: Mapping[str, Json] = {"use_case": slug, "log": found.log.id, "simulated": found.log.simulated}
    said({**told, **as_is_to_json(found.as_is, found.given)}, lines, as_json=as_json)


def _lines(found: "Studied", *, top_edges: int, least: float, order: str) -> Iterator[str]:
    from licet.core.process_told import told

    as_is, log = found.as_is, found.log
    between = f"{log.first_at:%Y-%m-%d} to {log.last_at:%Y-%m-%d}"
    made_up = "  [yellow]simulated[/]" if log.simulated else ""
    yield f"[bold]{plain(found.use_case.title)}[/]  {as_is.cases:,} cases, {as_is.events:,} events, {between}{made_up}"
    yield ""
    for sentence in told(as_is):
        yield plain(sentence)
    yield from _steps(as_is, least, order)
    yield from _beside(found, least)
    yield from _edges(as_is, least, order, top_edges)
    yield from _variants(as_is)
    yield from _hands(as_is)
    yield from _deviations(as_is)


def _steps(as_is: "AsIs", least: float, order: str) -> Iterator[str]:
    from licet.core.refusal import Unknown

    costs = any(not isinstance(step.cost, Unknown) for step in as_is.steps)
    keys: dict[str, Callable[[Step], timedelta | int]] = {
        "volume": lambda step: step.times,
        "waiting": lambda step: step.split.waiting,
        "handling": lambda step: step.split.work,
    }
    steps = [step for step in as_is.steps if step.cases >= least * as_is.cases]
    cost = ("cost",) if costs else ()
    yield from _table(
        f"Steps, by {BY[order]}",
        ("step", "times", "cases", "work, median", "waits, median", "pause, median", "in all", "of case time", *MORE, *cost),
        [_step_row(as_is, step, order, costs=costs) for step in sorted(steps, key=keys[order], reverse=True)],
    )


def _step_row(as_is: "AsIs", step: "Step", order: str, *, costs: bool) -> tuple[str, ...]:
    from licet.core.process_told import handling_told, lasting, money, share_of, waiting_told
    from licet.core.refusal import Unknown

    return (
        step.name,
        f"{step.times:,}",
        f"{step.cases:,}",
        handling_told(step.handling),
        waiting_told(step.waiting),
        "none" if isinstance(step.pausing, Unknown) else lasting(step.pausing.median),
        lasting(step.split.waiting if order == "waiting" else step.split.work if order == "handling" else step.split.whole),
        share_of(step.split.whole, as_is.split.whole),
        f"{step.rework.again:,}",
        f"{100 * step.handed / step.told:.0f}%" if step.told else "unknown",
        f"{step.people:,}" if step.people else "unknown",
        *(["unknown" if isinstance(step.cost, Unknown) else money(step.cost)] if costs else ()),
    )


def _beside(found: "Studied", least: float) -> Iterator[str]:
    """What is at hand at each step, and what is at stake: as recorded, or as somebody states."""
    from licet.core.beside import NOT_ENOUGH, at_hand_told, filled_at, said_once, stakes_of, stakes_told

    as_is, given = found.as_is, found.given
    names = [one.name for one in as_is.steps if one.cases >= least * as_is.cases]
    for title, told in (
        (f"Data at hand[/] [dim]{NOT_ENOUGH}", [at_hand_told(filled_at(as_is.further, name), given.about(name)) for name in names]),
        ("Stakes", [stakes_told(stakes_of(name, given)) for name in names]),
    ):
        yield ""
        yield f"[bold]{title}[/]"
        once = said_once(told)
        yield from [plain(once)] if once else [f"{plain(name)}: {plain(one)}" for name, one in zip(names, told, strict=True)]


def _edges(as_is: "AsIs", least: float, order: str, top: int) -> Iterator[str]:
    from licet.core.process_told import lasting

    keys: dict[str, Callable[[Edge], timedelta | int]] = {
        "volume": lambda edge: edge.span.n,
        "waiting": lambda edge: edge.span.total,
        "handling": lambda edge: as_is.steps[edge.target].split.work,
    }
    edges = sorted((edge for edge in as_is.edges if edge.span.n >= least * as_is.cases), key=keys[order], reverse=True)[:top]
    yield from _table(
        f"Edges, {len(edges)} of {len(as_is.edges):,}",
        ("from", "to", "times", "median", "p90", "in all"),
        [
            (
                as_is.steps[e.source].name,
                as_is.steps[e.target].name,
                f"{e.span.n:,}",
                lasting(e.span.median),
                lasting(e.span.high),
                lasting(e.span.total),
            )
            for e in edges
        ],
    )


def _variants(as_is: "AsIs") -> Iterator[str]:
    shown = as_is.variants[:SHOWN]
    yield ""
    yield f"[bold]Variants, {len(shown)} of {as_is.variant_count:,}[/]"
    for one in shown:
        yield f"{one.cases:>8,}  {100 * one.cases / as_is.cases:>4.1f}%  {plain(' > '.join(as_is.steps[at].name for at in one.steps))}"


def _hands(as_is: "AsIs") -> Iterator[str]:
    pairs = as_is.hands_over.pairs[:SHOWN]
    if pairs:
        rows = [(one.giver, one.taker, f"{one.times:,}") for one in pairs]
        yield from _table("Hand-overs, the most frequent", ("from", "to", "times"), rows)


def _deviations(as_is: "AsIs") -> Iterator[str]:
    from licet.core.refusal import Unknown

    if isinstance(as_is.fit, Unknown):
        return
    for says, names in (("Stated in process.yaml, and never in the log", as_is.fit.unheard), ("Not stated", as_is.fit.unstated)):
        if names:
            yield ""
            yield f"[yellow]{says}[/]: {plain(', '.join(map(repr, names)))}."
    if not as_is.fit.deviations:
        return
    rows = [(one.step, one.kind.value, f"{one.cases:,}") for one in as_is.fit.deviations[:SHOWN]]
    yield from _table("Deviations from process.yaml", ("step", "is", "cases"), rows)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns; those whose every cell begins with a digit stand to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    right = [bool(rows) and all(row[at][:1].isdigit() for row in rows) for at in range(len(head))]
    yield ""
    yield f"[bold]{title}[/]"
    for number, row in enumerate((head, *rows)):
        cells = (cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in zip(row, widths, right, strict=True))
        line = plain("  ".join(cells).rstrip())
        yield line if number else f"[dim]{line}[/]"
