"""The command that asks a system twice, to see whether its own chance could turn a verdict."""

from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, OK, at_work, folder_of, granted, plain, said, usual
from licet.cli.runs import run_options, running

if TYPE_CHECKING:
    from licet.flows.check_flakiness import Checked


@click.command("check-flakiness", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--cases", "most", type=click.IntRange(min=1), default=300, help="Cases that are asked about twice at most. Default 300.")
@run_options
@usual
def check_flakiness(slug: str, most: int, *, acting: str | None, home: str | None, as_json: bool, **given: object) -> int:
    """Ask the system twice about unsealed cases: what differs, and how likely a repetition changes the verdict. Spends no look."""
    from licet.core.flakiness import flakiness_to_json
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.check_flakiness import check_flakiness as check
    from licet.flows.evaluate import Request
    from licet.flows.office import who

    folder = folder_of(home, slug)
    told = load_use_case(folder)
    request = Request(name=slug, on_disk=load_standard(folder), system=told.system, schema=told.case)
    with at_work(home) as office, running(office, given, as_json=as_json) as runner:
        found = granted(check(office, who(office, acting), request, runner, most=most))

    said({"use_case": slug, **flakiness_to_json(found.found)}, _lines(found), as_json=as_json)
    return OK


def _lines(checked: "Checked") -> list[str]:
    from licet.core.flakiness import Flips

    twice, told = checked.found.twice, checked.found.flips
    lines = [
        f"{plain(checked.speaker.card.name)}@{plain(checked.speaker.card.version)} was asked twice about {twice.cases:,} unsealed cases: "
        f"{twice.answers_differ:,} of {twice.answered:,} answers differ, {twice.confidences_differ:,} more in their confidence "
        f"(by {twice.largest_move:.3f} at most)."
    ]
    if twice.unanswered:
        lines.append(f"[yellow]note[/] {twice.unanswered:,} got no answer at least once, and count for nothing here.")
    if isinstance(told, Flips):
        low, high = told.between
        lines.append(
            f"A repetition would change the verdict on {told.labels:,} labelled cases with a probability of about {told.estimate:.1%} "
            f"({low:.1%} to {high:.1%} by {told.runs:,} simulated repetitions; an estimate from unsealed cases)."
        )
    else:
        lines.append(f"How likely a repetition changes the verdict is unknown: {plain(told.why)}")
    return lines
