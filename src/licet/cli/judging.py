"""Commands that judge: evaluate, open sealed cases, adjudicate."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import (
    CONTEXT,
    NOT_MET,
    OK,
    UNDECIDED,
    Commands,
    OutFile,
    at_work,
    folder_of,
    granted,
    plain,
    said,
    sheet_options,
    usual,
)
from licet.cli.known_answers import ceiling_json
from licet.cli.runs import run_options, running
from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words

if TYPE_CHECKING:
    from licet.flows.adjudicate import Adjudicated
    from licet.flows.evaluate import Evaluated, Request
    from licet.flows.explore import Explored
    from licet.flows.open_sealed import Figures
    from licet.flows.tell_evaluation import Told

EXIT = {"met": OK, "not_met": NOT_MET, "undecided": UNDECIDED}


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@click.option("--exploratory", is_flag=True, help="On unsealed cases, with everything to see; never opens a gate.")
@click.option("--system", "posted_as", metavar="KIND|NAME@VERSION", help="Which system: a kind such as llm, or a posted one.")
@click.option("--export", "out", type=OutFile(), help="Write the evaluation here too: .xml (JUnit), .json, .csv, .jsonl (OpenTelemetry).")
@run_options
@usual
def evaluate(slug: str, *, acting: str | None, home: str | None, as_json: bool, **wish: Any) -> int:  # noqa: ANN401 - click's
    """Judge the system on sealed cases by the locked standard. Exit: 0 met, 1 not met, 3 undecided."""
    from licet.core.known import ceiling_in_words
    from licet.edge.evaluation_files import write_evaluation
    from licet.flows.evaluate import evaluate as judge
    from licet.flows.explore import explore
    from licet.flows.figures import ceiling_of
    from licet.flows.office import who
    from licet.flows.open_sealed import figures
    from licet.flows.tell_evaluation import evaluation_json

    out, request = _export(wish), _request(home, slug, wish["posted_as"])
    with at_work(home) as office:
        actor = who(office, acting)
        with running(office, wish, as_json=as_json) as runner:
            if wish["exploratory"]:
                return _explored(slug, granted(explore(office, actor, request, runner)), as_json=as_json)
            done = granted(judge(office, actor, request, runner))
        shown = figures(office, name=slug, look=done.stored.look.id)
        ceiling = ceiling_of(office, name=slug)
    beside = f"[dim]{ceiling_in_words(ceiling)}[/]"
    data = {**evaluation_json(_told(done), shown), "human_ceiling": ceiling_json(ceiling)}
    if out is not None:
        write_evaluation(out, data, at=done.stored.look.at)
    said(data, [*evaluation_lines(done, shown), beside], as_json=as_json)
    return EXIT[done.stored.word]


def _export(wish: Mapping[str, Any]) -> Path | None:
    """Where the evaluation is to be written too; asked before anything is judged."""
    from licet.edge.evaluation_files import check_suffix

    out: Path | None = wish["out"]
    if out is not None and wish["exploratory"]:
        raise click.UsageError("--exploratory gives no verdict to export. Leave out one of the two.")
    if out is not None:
        check_suffix(out)
    return out


def _request(home: str | None, slug: str, wanted: str | None) -> "Request":
    """What is to be evaluated, as the folder has it; a kind of system, or a posted one by its name."""
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.evaluate import Request
    from licet.flows.propose import SYSTEM_KINDS

    folder = folder_of(home, slug)
    told, standard = load_use_case(folder), load_standard(folder)
    kind, posted_as = (wanted, None) if wanted in SYSTEM_KINDS else (told.system, wanted)
    return Request(name=slug, on_disk=standard, system=kind or told.system, posted_as=posted_as, schema=told.case)


def _told(done: "Evaluated") -> "Told":
    from licet.flows.tell_evaluation import Told

    return Told(
        slug=done.use_case.slug,
        stored=done.stored,
        card=done.speaker.card,
        version=done.standard.locked.version,
        sealed=done.sealed,
        fresh=done.fresh,
    )


def evaluation_lines(done: "Evaluated", shown: "Figures | None") -> list[str]:
    """An evaluation for people: the verdict in one sentence first."""
    from licet.core.opened import more_in_words

    verdict = done.stored.verdict if isinstance(done.stored.verdict, Mapping) else {}
    lines = [_sentence(done, verdict), *_region_lines(verdict)]
    lines.append(
        f"[dim]{plain(done.speaker.card.name)}@{plain(done.speaker.card.version)} · "
        f"standard v{done.standard.locked.version} {done.stored.standard[:12]} · "
        f"{done.sealed.labelled:,} of {done.sealed.cases:,} sealed cases labelled · look {done.stored.look.number}"
        + ("" if done.fresh else ", shown again")
        + "[/]"
    )
    lines += [f"[yellow]note[/] {plain(warning)}" for warning in done.warnings]
    if shown is None:
        lines.append(
            f"[dim]Errors stay sealed. `licet sealed open {done.use_case.slug} --as OWNER` shows them and turns the cases into history.[/]"
        )
        return lines
    for m in shown.found.measures:
        lines.append(f"  {plain(m.name)}: {m.errors} errors in {m.n} ({m.low:.2%} to {m.high:.2%})")
    lines += [f"  {more_in_words(shown.more)}"] if shown.more is not None else []
    lines += [
        f"  case {plain(m.name)}: said {plain(repr(m.said))}, people {plain(repr(m.truth))}, confidence {m.confidence:.3f}"
        for m in shown.found.misses[:5]
    ]
    return lines


def _region_lines(verdict: Mapping[str, Json]) -> list[str]:
    """What became of each region of the standard; nothing where it declares none."""
    rows = verdict.get("regions")
    lines = []
    for row in rows if isinstance(rows, list) else []:
        match row:
            case {"name": str(name), "coverage": int() | float() as coverage, "threshold": int() | float() as threshold}:
                lines.append(f"  region {plain(name)}: certified, {coverage:.1%} of all cases (confidence ≥ {threshold:.4f})")
            case {"name": str(name), "verdict": str(word)}:
                lines.append(f"  region {plain(name)}: {word.replace('_', ' ')}, people decide")
            case _:
                pass
    return lines


def _sentence(done: "Evaluated", verdict: Mapping[str, Json]) -> str:
    standard = done.standard.standard
    promise = ", ".join(f"{m.target:.1%}" for m in standard.measures)
    confidence = confidence_in_words(standard.measures[0].confidence)
    match verdict:
        case {"verdict": "met", "region": {"coverage": int() | float() as coverage}, "regions": [*_]}:
            return (
                f"[bold green]Met.[/] AI may decide {coverage:.1%} of the cases alone, in the regions that are certified, "
                f"with at most {promise} errors in each, at {confidence} confidence in all."
            )
        case {"verdict": "met", "region": {"coverage": int() | float() as coverage, "threshold": int() | float() as threshold}}:
            return (
                f"[bold green]Met.[/] AI may decide {coverage:.1%} of the cases alone (confidence ≥ {threshold:.4f}) "
                f"with at most {promise} errors, at {confidence} confidence."
            )
        case {"verdict": "not_met"}:
            return f"[bold red]Not met.[/] More than {promise} of the cases are wrong, and no smaller region is shown to be better."
        case {"why": str(why)}:
            return f"[bold yellow]Undecided.[/] {plain(why)}"
        case _:
            return "[bold yellow]Undecided.[/]"


def _explored(slug: str, found: "Explored", *, as_json: bool) -> int:
    data: dict[str, Json] = {
        "use_case": slug,
        "verdict": "exploratory",
        "system": {
            "fingerprint": found.card.fingerprint,
            "kind": found.card.kind.value,
            "name": found.card.name,
            "version": found.card.version,
        },
        "cases": {"calibration": found.n, "right": found.right},
        "measures": [{"name": m.name, "n": m.n, "errors": m.errors, "estimate": m.estimate} for m in found.figures.found.measures],
        "warnings": list(found.warnings),
    }
    lines = [
        f"[bold]Exploratory[/], no verdict: {found.right:,} of {found.n:,} calibration cases answered as people did.",
        *[
            f"  case {plain(m.name)}: said {plain(repr(m.said))}, people {plain(repr(m.truth))}, confidence {m.confidence:.3f}"
            for m in found.figures.found.misses[:10]
        ],
    ]
    said(data, lines, as_json=as_json)
    return OK


@click.group(cls=Commands, context_settings=CONTEXT)
def sealed() -> None:
    """Sealed cases."""


@sealed.command("open", context_settings=CONTEXT)
@click.argument("slug")
@usual
def open_(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show errors and estimates; from then on these cases are history, and anything changed needs fresh ones."""
    from licet.flows.office import who
    from licet.flows.open_sealed import open_sealed

    with at_work(home) as office:
        count = granted(open_sealed(office, who(office, acting), name=slug))
    lines = (
        f"Opened {count:,} cases. They are history now: a changed system, scope or standard needs fresh sealed cases.",
        f"Next: licet evaluate {slug}",
    )
    said({"use_case": slug, "opened": count}, lines, as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@sheet_options
@usual
def adjudicate(slug: str, *, acting: str | None, home: str | None, as_json: bool, **given: Path | str | None) -> None:
    """Hand out a blind worksheet of disagreements mixed with agreements, or take the answers in."""
    from licet.cli.sheets import handed_out, read_sheet, sheet_from
    from licet.edge.folder import load_use_case
    from licet.flows.adjudicate import hand_out, take_in
    from licet.flows.office import who

    sheet = sheet_from(given)
    told = load_use_case(folder_of(home, slug))
    with at_work(home) as office:
        actor = who(office, acting)
        if sheet.written:
            lines = granted(hand_out(office, actor, name=slug))
            handed_out(sheet, slug, [(line.token, line.body) for line in lines], as_json=as_json)
            return
        found = granted(take_in(office, actor, name=slug, answers=read_sheet(sheet, told)))
    said(_adjudicated_json(slug, found), _adjudicated_lines(slug, found), as_json=as_json)


def _adjudicated_json(slug: str, found: "Adjudicated") -> Mapping[str, Json]:
    return {
        "use_case": slug,
        "answered": found.answered,
        "errors_found_in_your_record": found.found_in_record,
        "agreed_but_wrong": {"errors": found.both_wrong, "n": found.agreements, "upper_bound": found.unseen_bound},
    }


def _adjudicated_lines(slug: str, found: "Adjudicated") -> list[str]:
    lines = [f"Took in {found.answered:,} answers; {found.found_in_record:,} errors found in your record."]
    if found.unseen_bound is not None:
        lines.append(
            f"Of {found.agreements:,} agreements checked, {found.both_wrong:,} were wrong on both sides: "
            f"at most {found.unseen_bound:.1%} at 95%. "
            "Add this to the promise where it is read as error against the truth."
        )
    return [*lines, f"Next: licet evaluate {slug}"]
