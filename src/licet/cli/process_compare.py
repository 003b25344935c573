"""The command that simulates a redesign: the process as it is beside what it is to be, the back-test first."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, plain, said, usual

if TYPE_CHECKING:
    from licet.core.simulated_redesign import Row, SimulatedRedesign


@click.command("compare", context_settings=CONTEXT)
@click.argument("slug", metavar="USE_CASE")
@click.option("--replications", type=click.IntRange(min=2, max=1000), default=30, show_default=True, help="How often each is played.")
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, show_default=True, help="The same seed gives the same figures.")
@usual
def compare(slug: str, replications: int, seed: int, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Simulate redesign.yaml on the newest event log, with AI as it was measured, beside the process as it is; it is kept as evidence."""
    from licet.cli.progress import PlayProgress
    from licet.core.simulated_redesign import simulation_to_json
    from licet.edge.redesign_form import load_redesign
    from licet.flows.office import who
    from licet.flows.simulate_redesign import simulate_redesign
    from licet.stats.simulated_process import Plan

    redesign = load_redesign(folder_of(home, slug))
    with at_work(home) as office, PlayProgress(hidden=as_json) as progress:
        plan = Plan(replications=replications, seed=seed, audience=progress)
        found = granted(simulate_redesign(office, who(office, acting), redesign, name=slug, plan=plan))
    said({"use_case": slug, **simulation_to_json(found)}, list(_lines(found)), as_json=as_json)


def _lines(found: "SimulatedRedesign") -> Iterator[str]:
    from licet.core.redesign_concluded import concluded, enough
    from licet.core.redesign_told import changes_told, trust_told
    from licet.core.simulated_redesign import trusted

    played = f"{found.cases:,} past cases, {found.replications} replications, seed {found.seed}"
    yield f"[bold]{plain(found.title)}[/]  [yellow]simulated[/] on {played}"
    yield from (f"[{COLOURS[one.tone]}]{plain(one.says)}[/]" for one in concluded(found))
    yield f"Back-test: {'[green]' if found.back_test.beats else '[red]'}{trust_told(found.back_test)}[/] {plain(found.back_test.says)}"
    for step, becomes in changes_told(found):
        yield f"  {plain(step)}: {plain(becomes)}"
    yield ""
    yield from _table(found, found.shown, ("figure", "as is", "to be", "change"))
    for one in found.what_if:
        yield ""
        yield f"[bold]{plain(one.says)}[/]" + (f"  {plain(one.why_not)}" if one.why_not else "")
        if one.rows:
            yield from _table(found, trusted(one.rows, found.back_test), ("figure", "as planned", "then", "change"))
    yield ""
    for asked, said_of in zip(("Are people enough?", "Service level:"), enough(found), strict=True):
        yield f"{asked} [{COLOURS[said_of.tone]}]{said_of.verdict}[/]. {plain(said_of.says)}"
    for what, value in found.assumed:
        yield f"[yellow]assumed[/] {plain(what)}: {plain(value)}"
    for note in found.notes:
        yield f"[dim]{plain(note)}[/]"


COLOURS = {"good": "green", "bad": "red", "open": "yellow"}


def _table(found: "SimulatedRedesign", rows: "Sequence[Row]", head: tuple[str, str, str, str]) -> Iterator[str]:
    from licet.core.redesign_told import change_told, note_told, span_told
    from licet.core.simulated_redesign import rests_on_assumed

    def noted(row: "Row") -> str:
        marks = ("assumed" if rests_on_assumed(row, found) else "", note_told(row))
        return "; ".join(dict.fromkeys(mark for mark in marks if mark))

    cells = [(row.says, span_told(row.as_is, row), span_told(row.to_be, row), change_told(row), noted(row)) for row in rows]
    widths = [max(len(line[at]) for line in (head, *cells)) for at in range(len(head))]
    yield f"[dim]{plain('  '.join(word.ljust(width) for word, width in zip(head, widths, strict=True)).rstrip())}[/]"
    for *line, note in cells:
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        yield plain(shown) + (f"  [dim]{plain(note)}[/]" if note else "")
