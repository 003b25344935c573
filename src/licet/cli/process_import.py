"""Importing event logs from the command line: shows what each column was taken for, and what is odd, before and when it is kept."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from licet.cli.frame import CONTEXT, OutFile, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.event_log import EventLog
    from licet.core.imported_log import BroughtLog, ImportedLog
    from licet.core.log_quality import Finding
    from licet.core.log_reading import LogWish, ReadLog
    from licet.flows.import_log import TakenIn

STEPS_SHOWN: Final = 12


def _reading_options(function: click.decorators.FC) -> click.decorators.FC:
    """Adds how a log is read."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Show what would be read, and keep nothing."),
        click.option("--write-mapping", "written", type=OutFile(), help="Write how it was read into this file, for the next log."),
        click.option("--mapping", type=click.Path(path_type=Path), help="Read it as this file says; options stand over it."),
        click.option(
            "--keep-duplicates/--drop-duplicates", default=None, help="Whether rows that repeat another stay; default: they do not."
        ),
        click.option("--object-type", metavar="TYPE", help="Of OCEL: which objects are the cases."),
        click.option("--encoding", help="Encoding of CSV; default: found out, and said."),
        click.option("--delimiter", help="Of CSV: one character, or `tab`; default: found in the header line."),
        click.option("--day-first/--month-first", default=None, help="In times such as 3/4/2026; default: what the file proves."),
        click.option(
            "--time-zone", metavar="ZONE", help="Zone of times without an offset, such as Europe/Amsterdam; default: UTC, and said."
        ),
        click.option("--resource", metavar="COL", help="Column with who did it; pseudonyms are kept, never names."),
        click.option("--lifecycle", metavar="COL", help="Column with words such as start and complete."),
        click.option("--end", metavar="COL", help="Column with the time of an event, or of its completion."),
        click.option("--start", metavar="COL", help="Column with the time at which work began."),
        click.option("--activity", metavar="COL", help="Column with the step."),
        click.option("--case", metavar="COL", help="Column with the case."),
        click.option("--format", "form", metavar="NAME", help="csv, xes, ocel or parquet; default: found out from the first bytes."),
    ):
        function = option(function)
    return function


@click.command("import", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@_reading_options
@usual
def import_(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click's
    """Import an event log: CSV, JSON Lines, XES, OCEL 2.0 or Parquet; says what each column was taken for, and what is odd."""
    from licet.edge.event_log_files import read_event_log
    from licet.flows.import_log import import_log, may_study
    from licet.flows.office import who

    form, dry_run, written = _form(asked.pop("form")), asked.pop("dry_run"), asked.pop("written")
    wish = _wish(asked.pop("mapping"), asked)
    with at_work(home) as office:
        by = who(office, acting)
        granted(may_study(office, by, name=slug))
        read = read_event_log(file, wish, now=office.clock.now(), form=form)
        found = None if dry_run else granted(import_log(office, by, read.brought, name=slug))
    _write(written, read.wish)
    said({"use_case": slug, **_read_json(read, found)}, [*_read_lines(read), *_kept_lines(slug, found)], as_json=as_json)


def _form(form: str | None) -> str | None:
    from licet.edge.event_log_files import FORMS

    if form is not None and form not in FORMS:
        raise click.UsageError(f"{form!r} is no format of event logs. There are: {', '.join(FORMS)}.")
    return form


def _wish(mapping: Path | None, asked: Mapping[str, Any]) -> "LogWish":
    from licet.core.log_reading import LogWish

    said = LogWish(**asked)
    if mapping is None:
        return said
    from licet.edge.log_mapping import read_mapping

    return said.over(read_mapping(mapping))


def _write(file: Path | None, wish: "LogWish") -> None:
    if file is not None:
        from licet.edge.log_mapping import write_mapping

        write_mapping(file, wish)


@click.command("logs", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def logs(slug: str, home: str | None, *, as_json: bool) -> None:
    """List the event logs of a use case's process, the newest first."""
    from licet.core.imported_log import log_to_json
    from licet.flows.import_log import list_logs

    with at_work(home) as office:
        found = list_logs(office, name=slug)
    nothing = [f"No event log is here. Bring one: licet process import {slug} FILE"]
    said({"use_case": slug, "logs": [log_to_json(one) for one in found]}, [_line(one) for one in found] or nothing, as_json=as_json)


@click.command("erase", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("log", metavar="LOG")
@usual
def erase(slug: str, log: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Erase an event log and its simulations by deleting their key; that they were here stays in the ledger."""
    from licet.flows.import_log import erase_log
    from licet.flows.office import who

    with at_work(home) as office:
        gone = granted(erase_log(office, who(office, acting), name=slug, log=log))
    lines = [f"Erased {gone.id}: nobody can read it any more, nor what was simulated from it."]
    said({"use_case": slug, "log": gone.id, "erased": True}, lines, as_json=as_json)


def _line(one: "ImportedLog") -> str:
    odd = f"{len(one.findings)} findings" if one.findings else "nothing odd"
    erased = f"{'  [yellow]simulated[/]' if one.simulated else ''}{'  [red]erased[/]' if one.erased else ''}"
    return (
        f"{one.id}  {one.first_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}  {one.events:,} events of {one.cases:,} cases, "
        f"{one.activities:,} activities, {one.resources:,} people  {one.form}, {odd}{erased}"
    )


def _read_json(read: "ReadLog", found: "TakenIn | None") -> Mapping[str, Json]:
    from dataclasses import asdict

    from licet.core.imported_log import log_to_json
    from licet.core.refusal import Unknown

    log = read.brought.log
    counts = {"rows": read.brought.rows, "events": log.events, "cases": log.cases}
    return {
        "kept": found is not None,
        "again": found is not None and found.again,
        "log": None if found is None else log_to_json(found.kept),
        "format": read.brought.form,
        **counts,
        "activities": list(log.activities),
        "resources": len(log.resources),
        "further": [] if isinstance(log.further, Unknown) else list(log.further.names),
        "guesses": [{"role": one.role, "column": one.column, "told": one.told, "why": one.why} for one in read.guesses],
        "mapping": {name: value for name, value in asdict(read.wish).items() if value is not None},
        "findings": _findings_json(read.brought.findings),
    }


def _findings_json(findings: "Sequence[Finding]") -> Sequence[Json]:
    from licet.core.log_quality import finding_to_json

    return [finding_to_json(one) for one in findings]


def _read_lines(read: "ReadLog") -> list[str]:
    """What was read, for people: the guess with its reasons, then what is odd."""
    width = max(len(one.column) for one in read.guesses)
    guesses = [f"  {one.role:<11} [bold]{plain(one.column or '-'):<{width}}[/]  [dim]{plain(one.why)}[/]" for one in read.guesses]
    odd = [f"  {plain(one.says)}" for one in read.brought.findings]
    head = [_counts(read.brought), _steps(read.brought.log.activities), "What was taken for what:"]
    return [*head, *guesses, *_further(read.brought.log), "What is odd:" if odd else "Nothing is odd.", *odd]


def _further(log: "EventLog") -> list[str]:
    """Which further columns are counted; nobody should think that their values are kept."""
    from licet.core.refusal import Unknown

    if isinstance(log.further, Unknown) or not log.further.names:
        return ["No further columns: it holds nothing but cases, steps, times and people."]
    shown = ", ".join(log.further.names[:STEPS_SHOWN])
    more = f" and {len(log.further.names) - STEPS_SHOWN:,} more" if len(log.further.names) > STEPS_SHOWN else ""
    return [f"Further columns, of which only is counted where they are filled: {plain(shown)}{more}"]


def _steps(names: Sequence[str]) -> str:
    """The first names of the steps, by which somebody sees whether the right column was taken."""
    more = f" and {len(names) - STEPS_SHOWN:,} more" if len(names) > STEPS_SHOWN else ""
    return f"[dim]{plain(', '.join(names[:STEPS_SHOWN]))}{more}[/]"


def _counts(brought: "BroughtLog") -> str:
    log = brought.log
    return (
        f"{brought.form}: {brought.rows:,} rows make {log.events:,} events of {log.cases:,} cases, "
        f"{len(log.activities):,} activities, {len(log.resources):,} people"
    )


def _kept_lines(slug: str, found: "TakenIn | None") -> list[str]:
    if found is None:
        return ["Nothing was kept. Without --dry-run it is."]
    if found.again:
        return [f"Exactly this log is here already, as {found.kept.id}."]
    return [f"Kept as {found.kept.id}, encrypted, with numbers for people. See it with the others: licet process logs {slug}"]
