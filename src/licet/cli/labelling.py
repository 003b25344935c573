"""The command that labels: where it stands and its next step, and blind worksheets for whoever answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import CONTEXT, OK, UNDECIDED, at_work, folder_of, granted, said, sheet_options, usual
from licet.cli.runs import run_options, running
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.sealed import SealedTarget
    from licet.flows.label import Step


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@click.option("--system", "posted_as", metavar="NAME@VERSION", help="Which posted system; default: that of the use case.")
@click.option("--cap", type=click.IntRange(min=1), help="Most labels inside the region; counts when it is fixed. Default: 1000.")
@click.option("--most", type=click.IntRange(min=1), help="Cases on one worksheet inside the region. Default: 50.")
@sheet_options
@run_options
@usual
def label(slug: str, *, acting: str | None, home: str | None, as_json: bool, **wish: Any) -> int:  # noqa: ANN401 - click's
    """Label where it counts: a pilot, a region fixed by it, then cases inside. Exit: 0 met or going on, 3 the cap is reached."""
    from licet.cli.sheets import CANNOT_TELL, handed_out, read_sheet, read_untold, sheet_from
    from licet.core.labelling import CAP
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.evaluate import Request
    from licet.flows.label import BATCH, hand_out_labels, take_in_labels
    from licet.flows.label import label as step
    from licet.flows.office import who

    folder = folder_of(home, slug)
    told, standard = load_use_case(folder), load_standard(folder)
    sheet = None if wish["out"] is None and wish["back"] is None else sheet_from(wish)
    request = Request(name=slug, on_disk=standard, system=told.system, posted_as=wish["posted_as"], schema=told.case)
    with at_work(home) as office:
        actor = who(office, acting)
        if sheet is None:
            with running(office, wish, as_json=as_json) as runner:
                stands = granted(step(office, actor, request, cap=wish["cap"] or CAP, runner=runner))
            return _told(slug, stands.step, as_json=as_json)
        if sheet.written:
            lines = granted(hand_out_labels(office, actor, name=slug, most=wish["most"] or BATCH))
            handed_out(sheet, slug, lines, as_json=as_json, marks=(CANNOT_TELL,))
            return OK
        filled, untold = read_sheet(sheet, told), read_untold(sheet, told)
        taken = granted(take_in_labels(office, actor, name=slug, answers=filled, untold=untold))
    said({"use_case": slug, "taken": taken}, (f"Took in {taken:,} answers.", f"Next: licet label {slug}"), as_json=as_json)
    return OK


def _told(slug: str, done: "Step", *, as_json: bool) -> int:
    from licet.core.labelling import Progress
    from licet.flows.label import Judged

    said({"use_case": slug, **step_json(done)}, step_lines(slug, done), as_json=as_json)
    return UNDECIDED if isinstance(done, Judged) and done.progress is Progress.CAP_REACHED else OK


def step_json(done: "Step") -> Mapping[str, Json]:
    """Where labelling stands, as JSON."""
    from licet.flows.label import Aimed, Begun

    if isinstance(done, Begun):
        return {"step": "pilot", "cases": done.cases, "waiting": done.waiting}
    if isinstance(done, Aimed):
        planned: dict[str, Json] = {"predicted": done.target.predicted, "labels": done.expected, "estimated": True}
        return {"step": "target", "target": _target(done.target), "plan": planned}
    return {
        "step": "labels",
        "progress": done.progress.value,
        "target": _target(done.target),
        "verdict": done.evaluated.stored.word,
        "look": done.evaluated.stored.look.number,
    }


def _target(target: "SealedTarget") -> Json:
    return {
        "threshold": target.threshold,
        "inner": target.inner,
        "cases": target.cases,
        "coverage": target.cases / target.of,
        "cap": target.cap,
        "labelled": target.labelled,
    }


def step_lines(slug: str, done: "Step") -> list[str]:
    """Where labelling stands, for people."""
    from licet.core.labelling import Progress
    from licet.flows.label import Aimed, Begun

    sheets = f"Next: answers, on the page Labels of `licet serve`, or by licet label {slug} --export FILE --as REVIEWER and --import"
    if isinstance(done, Begun):
        return [
            f"A pilot of {done.cases:,} sealed cases, drawn by chance; {done.waiting:,} wait for an answer.",
            "They are history from here on: their answers choose the region to be labelled, and never count as its evidence.",
            sheets,
        ]
    target = done.target
    region = f"{target.cases:,} of {target.of:,} sealed cases ({target.cases / target.of:.1%}, confidence ≥ {target.threshold:.4f})"
    if isinstance(done, Aimed):
        more = f"about {done.expected:,} labels" if done.expected is not None else f"more than the {target.cap:,} labels of the cap"
        return [
            f"The region is fixed: {region}.",
            f"Estimated from the pilot: {target.predicted:.1%} errors inside; {more} to prove it, more or fewer by chance.",
            sheets,
        ]
    stands = f"{target.labelled:,} labels inside {region}, at most {target.cap:,}."
    match done.progress:
        case Progress.MET:
            return [f"[bold green]Met.[/] {stands}", f"Next: licet evaluate {slug}"]
        case Progress.CAP_REACHED:
            return [f"[bold yellow]Cap reached.[/] {stands} Neither the region nor its inner part is proven."]
        case Progress.GO_ON:
            return [f"Go on: {stands}", sheets]
