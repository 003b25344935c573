"""Commands on cases: submit, answer, export, correct, erase; and the audits of the mandate."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.frame import (
    CONTEXT,
    Commands,
    OutFile,
    at_work,
    folder_of,
    granted,
    home_option,
    json_option,
    plain,
    said,
    sheet_options,
    usual,
)
from licet.cli.history import reading_options
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.answer import Answer
    from licet.edge.folder import UseCaseFile
    from licet.flows.audit import AuditStatus
    from licet.flows.intake import Tally


@click.group(cls=Commands, context_settings=CONTEXT)
def cases() -> None:
    """Cases that come in to be decided."""


@cases.command("submit", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--answer", metavar="COL", help="Simulate people: this column answers what goes to people, and the audits. Labelled simulated."
)
@click.option("--server", metavar="URL", help="Send them to this server instead; https, or http on loopback.")
@click.option("--token-file", metavar="FILE", help="File with the token for --server; default: LICET_TOKEN.")
@usual
def submit(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool, **given: str | int | None) -> None:
    """Take cases in and route each: alone inside the mandate, else to a person; or send them to a server."""
    from licet.cli.deliveries import ready_file, taken_in
    from licet.cli.progress import Progress
    from licet.cli.sending import send_file
    from licet.flows.office import who

    if given["server"] is not None:
        send_file(slug, file, given, home=home, as_json=as_json)
        return
    folder = folder_of(home, slug)
    with at_work(home) as office, Progress(file, hidden=as_json) as bar:
        ready = ready_file(folder, file, given, on_bytes=bar.advance)
        done = granted(taken_in(office, who(office, acting), ready))
    simulated = ready.delivery.simulated
    said(tally_json(slug, done, simulated=simulated), _tally_lines(slug, done, simulated=simulated), as_json=as_json)


@cases.command("watch", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@reading_options
@click.option("--once", is_flag=True, help="Take in what is complete, and end.")
@click.option("--every", type=click.FloatRange(0.05, 3600.0), default=2.0, help="Seconds between two looks; default 2.")
@usual
def watch(  # noqa: PLR0913 - a command's options
    slug: str, folder: Path, acting: str | None, home: str | None, *, every: float, once: bool, as_json: bool, **given: str | None
) -> int:
    """Take in each complete CSV or JSON Lines file that appears in a folder; it moves to done/, or to refused/ with the reason."""
    from licet.cli.watching import watch_folder

    return watch_folder(slug, folder, given | {"answer": None}, acting=acting, home=home, every=every, once=once, as_json=as_json)


def tally_json(slug: str, done: "Tally", *, simulated: bool) -> Mapping[str, Json]:
    """What became of a delivery, as JSON."""
    from licet.core.mandate import state_of

    return {
        "use_case": slug,
        "rows": done.rows,
        "repeated": done.repeated,
        "alone": done.alone,
        "to_person": done.to_person,
        "reasons": dict(done.reasons),
        "people": "simulated" if simulated else "awaited",
        "mandate": None if done.mandate is None else state_of(done.mandate),
    }


def _tally_lines(slug: str, done: "Tally", *, simulated: bool) -> list[str]:
    from licet.core.mandate import state_of
    from licet.core.routing import REASONS

    lines = [f"{done.rows:,} cases: [bold]{done.alone:,} decided alone[/], {done.to_person:,} to people."]
    lines += [f"  {count:,} {reason}: {REASONS[reason]}" for reason, count in sorted(done.reasons.items(), key=lambda pair: -pair[1])]
    lines += [f"  {done.repeated:,} were here already."] if done.repeated else []
    lines += (
        ["  People are [bold]simulated[/] from the file's own answers."]
        if simulated
        else [f"Next: licet cases answer {slug} --export SHEET.csv"]
    )
    lines += [f"Mandate: [bold]{state_of(done.mandate)}[/]"] if done.mandate is not None else ["No mandate: people decide every case."]
    return lines


@cases.command("answer", context_settings=CONTEXT)
@click.argument("slug")
@sheet_options
@usual
def answer(slug: str, *, acting: str | None, home: str | None, as_json: bool, **given: Path | str | None) -> None:
    """Answer cases and audits blind, on a worksheet that does not say which is which."""
    from licet.cli.sheets import handed_out, read_sheet, sheet_from
    from licet.core.mandate import state_of
    from licet.edge.folder import load_use_case
    from licet.flows.office import who
    from licet.flows.review import answer_worksheet, worksheet

    sheet = sheet_from(given)
    told = load_use_case(folder_of(home, slug))
    with at_work(home) as office:
        actor = who(office, acting)
        if sheet.written:
            waiting = granted(worksheet(office, actor, name=slug))
            handed_out(sheet, slug, [(one.token, one.body) for one in waiting], as_json=as_json)
            return
        done = granted(answer_worksheet(office, actor, name=slug, answers=read_sheet(sheet, told)))
    state = None if done.mandate is None else state_of(done.mandate)
    lines = [
        f"Took in {done.taken:,} answers."
        + (f" {done.late:,} were not waiting: answered before (the first answer stays), or not of this use case." if done.late else "")
    ]
    lines += [f"Mandate: [bold]{state}[/]"] if state is not None else []
    said({"use_case": slug, "taken": done.taken, "late": done.late, "mandate": state}, lines, as_json=as_json)


@cases.command("export", context_settings=CONTEXT)
@click.argument("slug")
@click.option("-o", "--out", required=True, type=OutFile(), help="Write the CSV here.")
@usual
def export(slug: str, out: Path, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Write every case with its route, decision, settled audit and newest correction as CSV."""
    from licet.edge.files import write_csv
    from licet.flows.office import who
    from licet.flows.report import HEADER, export_cases

    with at_work(home) as office:
        rows = granted(export_cases(office, who(office, acting), name=slug))
    write_csv(out, HEADER, rows)
    said({"use_case": slug, "cases": len(rows), "file": str(out)}, (f"Wrote {len(rows):,} cases to {plain(out)}.",), as_json=as_json)


@cases.command("correct", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("case_id")
@click.argument("answer", metavar="ANSWER")
@click.option("--why", required=True, help="In words; kept under the case's own key, and gone with it.")
@usual
def correct(  # noqa: PLR0913 - a command's options
    slug: str, case_id: str, answer: str, why: str, acting: str | None, home: str | None, *, as_json: bool
) -> None:
    """Let another answer count in the place of a decision, which stays beside it. ANSWER of kind fields is a JSON object."""
    from licet.core.answer import answer_label, answer_to_json
    from licet.edge.folder import load_use_case
    from licet.flows.correct import correct_decision
    from licet.flows.office import who

    told = load_use_case(folder_of(home, slug))
    wanted = typed(answer, told)
    with at_work(home) as office:
        done = granted(correct_decision(office, who(office, acting), name=slug, case=case_id, answer=wanted, why=why))
    made = done.correction
    before, after = plain(answer_label(done.before)), plain(answer_label(made.answer))
    data: dict[str, Json] = {"use_case": slug, "case_number": made.case, "correction": made.number}
    data |= {"before": answer_to_json(done.before), "answer": answer_to_json(made.answer)}
    said(data, (f"Case {plain(case_id)}: {before} → [bold]{after}[/] (correction {made.number}).",), as_json=as_json)


def typed(text: str, told: "UseCaseFile") -> "Answer":
    """An answer as it was typed, of the use case's kind and, where the folder declares answers, one of them."""
    from licet.core.answer import AnswerKind, answer_from_json, answer_label
    from licet.core.canonical import read_json

    try:
        answer = answer_from_json(told.answer, read_json(text.strip().encode()) if told.answer is AnswerKind.FIELDS else text)
    except ValueError as wrong:
        raise click.UsageError(f"{text!r} is no answer of kind {told.answer.value}: {wrong}") from wrong
    if told.answers and answer_label(answer) not in told.answers:
        raise click.UsageError(f"{text!r} is not one of the answers that use_case.yaml declares: {', '.join(told.answers)}.")
    return answer


@cases.command("erase", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("case_id")
@usual
def erase(slug: str, case_id: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Erase a case by deleting its key: gone from display at once, from a trained model at its next training."""
    from licet.flows.erase import erase_case
    from licet.flows.office import who
    from licet.store.cases import UnknownCaseError

    with at_work(home) as office:
        gone = granted(erase_case(office, who(office, acting), name=slug, case=case_id))
    if not gone:
        raise UnknownCaseError(case_id, slug)
    line = f"Erased {gone} case(s). A model trained on them forgets them at its next training; backups keep them until they are deleted."
    said({"use_case": slug, "erased": gone}, (line,), as_json=as_json)


@click.group(cls=Commands, context_settings=CONTEXT)
def audit() -> None:
    """Blind audits of cases that AI decided alone."""


@audit.command("status", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def status(slug: str, home: str | None, *, as_json: bool) -> None:
    """Where the audits and the watch of the mandate stand."""
    from licet.cli.monitored import monitored_json, monitored_lines
    from licet.flows.audit import audit_status
    from licet.flows.monitor import monitor

    with at_work(home) as office:
        found = granted(audit_status(office, name=slug))
        seen = granted(monitor(office, name=slug))
    said({**audit_json(slug, found), **monitored_json(seen)}, [*audit_lines(found), *monitored_lines(seen)], as_json=as_json)


def audit_json(slug: str, found: "AuditStatus") -> Mapping[str, Json]:
    """Audit status as JSON. Cases that wait for an audit are counted, never named."""
    from licet.core.mandate import state_of
    from licet.stats.planning import EstimatedDelay

    doubling = found.doubling
    return {
        "use_case": slug,
        "mandate": found.active.id,
        "state": state_of(found.mandate),
        "drawn": found.drawn,
        "answered": found.answered,
        "errors": found.errors,
        "waiting": found.waiting,
        "overdue": found.overdue,
        "planned": found.planned,
        "interval": [found.low, found.high],
        "interval_assumes": "the error rate does not change",
        "watch": {"evidence": found.evidence, "line": found.line, "meter": found.meter, "tripped": found.tripped},
        "doubling_found_after": doubling.audits if isinstance(doubling, EstimatedDelay) else None,
        "doubling_is": "estimated",
    }


def audit_lines(found: "AuditStatus") -> list[str]:
    """Audit status for people."""
    from licet.core.mandate import state_of
    from licet.stats.planning import EstimatedDelay

    width = 30
    filled = round(found.meter * width)
    bar = "█" * filled + "░" * (width - filled)
    doubling = found.doubling
    when = f"about {doubling.audits:,} more audits" if isinstance(doubling, EstimatedDelay) else "not within the planned audits"
    return [
        f"Mandate [bold]{found.active.id}[/]: [bold]{state_of(found.mandate)}[/]",
        f"  {found.drawn:,} drawn, {found.answered:,} answered, {found.waiting:,} waiting, {found.overdue:,} overdue "
        f"(of {found.planned:,} planned)",
        f"  {found.errors:,} errors; error among cases decided alone {found.low:.2%} to {found.high:.2%} "
        "[dim](valid at any time, if the rate does not change)[/]",
        f"  watch {bar} {'[red]tripped[/]' if found.tripped else f'{found.meter:.0%} of the way to the trip line'}",
        f"  a doubling of the allowed error would be found after {when} [dim](estimated)[/]",
    ]
