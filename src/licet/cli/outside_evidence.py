"""Commands on outside evidence: take in what another tool measured, and see what it is worth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.outside_rows import Tally
    from licet.flows.import_evidence import Weighed


def _table_options(function: click.decorators.FC) -> click.decorators.FC:
    """Adds how a table of no tool that is known is read."""
    for option in (
        click.option("--decimal", default=".", help="Decimal sign of a table: . or ,"),
        click.option("--delimiter", help="One character, or `tab`; default: found in the header line."),
        click.option("--encoding", default="utf-8", help="Encoding of a table."),
        click.option("--tool", metavar="NAME", help="Which tool wrote a table."),
        click.option("--error", metavar="COL", help="Column of a table that is not blank where a case broke."),
        click.option("--text", metavar="COL", help="Column of a table with the text of a case, by which it is recognised."),
        click.option("--measure", metavar="COL", help="Column of a table that says what was measured."),
        click.option("--score", metavar="COL", help="Column of a table with pass or fail, a number, or nothing."),
        click.option("--case", metavar="COL", help="Column of a table with the outside name of a case."),
    ):
        function = option(function)
    return function


@click.command("import-evidence", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", default="auto", metavar="NAME", help="What wrote the file, as docs/outside-evidence.md lists it.")
@_table_options
@usual
def import_evidence(slug: str, file: Path, form: str, acting: str | None, home: str | None, *, as_json: bool, **table: Any) -> None:  # noqa: ANN401 - click's
    """Take in what another tool measured: counted anew from its rows, to inform; it opens no gate."""
    from licet.core.outside_rows import TooMuchError
    from licet.edge.bad_file import BadFileError
    from licet.edge.outside_files import FORMATS, OutsideColumns, Reading, read_outside
    from licet.flows.import_evidence import import_evidence as take_in
    from licet.flows.office import who

    if form not in FORMATS:
        raise click.UsageError(f"{form!r} is no format. There are: {', '.join(FORMATS)}.")
    reading = Reading(encoding=table.pop("encoding"), delimiter=table.pop("delimiter"), decimal=table.pop("decimal"))
    with at_work(home) as office:
        read = read_outside(file, form, OutsideColumns(**table), reading)
        try:
            found = granted(take_in(office, who(office, acting), read, name=slug))
        except TooMuchError as wrong:
            raise BadFileError(file, why=str(wrong), remedy="Split it, or leave out what is not about this system.") from None
    said({"use_case": slug, **evidence_json(found)}, evidence_lines(found), as_json=as_json)


@click.group(cls=Commands, context_settings=CONTEXT)
def outside() -> None:
    """Evidence from other tools: it informs, with the reasons why it is no certificate."""


@outside.command("list", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def list_(slug: str, home: str | None, *, as_json: bool) -> None:
    """List what other tools measured of a use case, the newest first."""
    found = _listed(slug, home)
    lines = [f"{one.evidence.id}  {_source(one)}  {'; '.join(map(_counted, one.evidence.tallies[:3]))}" for one in found]
    nothing = [f"Nothing of another tool is here. Take it in: licet import-evidence {slug} FILE"]
    said({"use_case": slug, "evidence": [evidence_json(one) for one in found]}, lines or nothing, as_json=as_json)


@outside.command("show", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("evidence_id", metavar="ID")
@home_option
@json_option
def show(slug: str, evidence_id: str, home: str | None, *, as_json: bool) -> None:
    """Show one with its numbers, where it comes from, what is odd about it, and why it is no certificate."""
    listed = _listed(slug, home)
    found = next((one for one in listed if one.evidence.id == evidence_id), None)
    if found is None:
        there = ", ".join(one.evidence.id for one in listed) or "none"
        raise click.UsageError(f"{evidence_id!r} is no outside evidence of {slug!r}. There are: {there}.")
    said({"use_case": slug, **evidence_json(found)}, evidence_lines(found), as_json=as_json)


def _listed(slug: str, home: str | None) -> "Sequence[Weighed]":
    from licet.flows.import_evidence import list_evidence

    with at_work(home) as office:
        return list_evidence(office, name=slug)


def evidence_json(found: "Weighed") -> Mapping[str, Json]:
    """Evidence from outside as JSON; what nobody knows is null."""
    from licet.core.outside_evidence import evidence_to_json

    return evidence_to_json(found.evidence, found.worth)


def evidence_lines(found: "Weighed") -> list[str]:
    """Evidence from outside for people: numbers first, then why they are no certificate."""
    from licet.core.outside_evidence import REASONS, Informs

    kept, came = found.evidence, found.evidence.provenance
    made = "time not told" if came.made_at is None else f"{came.made_at:%Y-%m-%d %H:%M} UTC by its own word"
    about = f"{kept.cases:,} cases, {kept.matched:,} of them past cases here"
    lines = [f"[bold]{kept.id}[/]  {_source(found)}", *[f"  {_counted(one)}" for one in kept.tallies]]
    lines.append(f"[dim]{about} · system {plain(came.system or 'not named')} · {made} · {kept.file_digest[:12]}[/]")
    lines += [f"[yellow]note[/] {plain(one)}" for one in kept.findings]
    if isinstance(found.worth, Informs):
        lines.append("Informs, and is no certificate:")
        lines += [f"  {REASONS[code]} [dim]{code}[/]" for code in found.worth.reasons]
    return lines


def _source(found: "Weighed") -> str:
    came = found.evidence.provenance
    return plain(f"{came.tool} {came.version or ''}".strip())


def _counted(one: "Tally") -> str:
    from licet.core.refusal import Unknown

    failing, mean = one.failing, one.mean
    if not isinstance(failing, Unknown):
        says = f"{one.failed:,} of {one.passed + one.failed:,} failed ({failing[1]:.1%} to {failing[2]:.1%} at 95%)"
    else:
        average = "no score" if isinstance(mean, Unknown) else f"mean {mean:.4g}"
        says = f"{average} over {one.scored:,} ({failing.why[0].lower()}{failing.why[1:].rstrip('.')})"
    apart = [f"{count:,} {word}" for count, word in ((one.unscored, "not scored"), (one.errored, "broken")) if count]
    return f"{plain(one.name)}: {says}" + (f", apart from these {' and '.join(apart)}" if apart else "")
