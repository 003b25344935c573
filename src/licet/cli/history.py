"""Importing history from the command line."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.history import ImportReport
    from licet.core.system import SystemCard
    from licet.edge.files import Columns, Reading
    from licet.edge.folder import UseCaseFile


class ImportGroup(Commands):
    """`licet import undo SLUG` beside `licet import SLUG FILE`: the first word says which."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Takes anything but a known word as the name of a use case."""
        if args and args[0] not in self.commands:
            return "file", self.commands["file"], args
        return super().resolve_command(ctx, args)


@click.group("import", cls=ImportGroup, context_settings=CONTEXT)
def import_() -> None:
    """Import past cases with people's answers: licet import SLUG FILE --content COL --answer COL."""


def columns_of(text: str | None) -> tuple[str, ...]:
    """Splits COL,COL as a line of CSV: a name with a comma in it is written in double quotes."""
    import csv

    return tuple(piece.strip() for piece in next(csv.reader([text], skipinitialspace=True)) if piece.strip()) if text else ()


def card_of(system: str | None, *, posted: bool) -> "SystemCard | None":
    """The card of an outside system from NAME@VERSION; None where no column holds proposals.

    Raises:
        UsageError: when a system is named whose proposals are nowhere.
    """
    from licet.core.system import UNVERSIONED, SystemCard, SystemKind

    if not posted:
        if system is not None:
            raise click.UsageError(
                f"--system {system!r} names a system, but no column holds its proposals. Add --proposal COL --confidence COL."
            )
        return None
    name, _, version = (system or "posted").partition("@")
    return SystemCard(kind=SystemKind.POSTED, name=name or "posted", version=version or UNVERSIONED)


def reading_options(function: click.decorators.FC) -> click.decorators.FC:
    """Adds how a file is read."""
    for option in (
        click.option("--decimal", default=".", help="Decimal sign: . or ,"),
        click.option("--delimiter", help="One character, or `tab`; default: found in the header line."),
        click.option("--encoding", default="utf-8", help="Encoding of the file."),
        click.option("--timezone", help="Zone of times without an offset, such as Europe/Amsterdam."),
        click.option("--time", "time_column", metavar="COL", help="Column that says when; history is then split by time."),
        click.option("--system", metavar="NAME@VERSION", help="Which outside system proposed; without a version: unversioned."),
        click.option("--confidence", "confidence", metavar="COL", help="Column with its confidence in [0, 1]."),
        click.option("--proposal", metavar="COL", help="Column with an outside system's proposals."),
        click.option("--attributes", metavar="COL,…", help="Columns with attributes such as segment or amount."),
        click.option("--requester", metavar="COL", help="Column with the address of whoever asked for a case; they never review it."),
        click.option("--id", "id_column", metavar="COL", help="Column with the outside name of a case."),
        click.option(
            "--content",
            metavar="COL[,COL…]",
            help="Columns that say the case: one text, one picture path, or several cells; default: `content:` of use_case.yaml.",
        ),
    ):
        function = option(function)
    return function


@import_.command("file", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@click.option("--answer", required=True, metavar="COL", help="Column with people's answers.")
@click.option("--answered-by", metavar="COL", help="Column that says who answered; they may not adjudicate their own answers.")
@click.option("--parts", default="50:20:30", help="Percent for build:calibration:sealed.")
@click.option("--seed", type=int, help="Seed of the split; default: by chance. It is written into the ledger.")
@click.option("--fresh", is_flag=True, help="Seal into a new set with a budget of looks of its own.")
@usual
def file(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool, **given: str | int | None) -> None:
    """Import a CSV or JSON Lines file."""
    from licet.cli.progress import Progress
    from licet.core.history import shares_from
    from licet.edge.draw import SystemDraw
    from licet.edge.files import file_digest, read_history, read_times
    from licet.edge.folder import load_use_case
    from licet.flows.import_history import import_history
    from licet.flows.office import who
    from licet.flows.sort_history import Order

    told = load_use_case(folder_of(home, slug))
    columns, reading = columns_and_reading(given, told, answered_by=cast("str | None", given["answered_by"]))
    with at_work(home) as office, Progress(file, hidden=as_json) as bar:
        order = Order(
            name=slug,
            rows=lambda: read_history(file, columns, reading, told.answer, bar.advance),
            times=(lambda: read_times(file, columns, reading)) if columns.time else None,
            shares=shares_from(str(given["parts"])),
            seed=SystemDraw().number() if given["seed"] is None else int(str(given["seed"])),
            file_digest=file_digest(file),
            mapping=json.dumps({k: v for k, v in given.items() if v is not None}, sort_keys=True),
            card=card_of(cast("str | None", given["system"]), posted=columns.proposal is not None),
            answers=frozenset(told.answers),
            fresh=bool(given["fresh"]),
        )
        report = granted(import_history(office, who(office, acting), order))
    said(_imported_json(slug, report, order.seed), _imported_lines(slug, report), as_json=as_json)


def _imported_lines(slug: str, report: "ImportReport") -> list[str]:
    parts = ", ".join(f"{count:,} {name}" for name, count in report.parts.items())
    lines = [f"Read {report.rows:,} rows: {parts}." + (f" {report.skipped:,} were here already." if report.skipped else "")]
    lines += [f"{report.spoken:,} of those have this system's proposal now."] if report.spoken else []
    lines += [f"{report.labelled:,} of those have an answer now."] if report.labelled else []
    lines += [f"[yellow]note[/] {plain(warning)}" for warning in report.warnings]
    return [*lines, f"Next: licet standard lock {slug} --as OWNER; where it is signed already, licet evaluate {slug}"]


def _imported_json(slug: str, report: "ImportReport", seed: int) -> Mapping[str, Json]:
    return {
        "use_case": slug,
        "rows": report.rows,
        "parts": dict(report.parts),
        "skipped": report.skipped,
        "spoken": report.spoken,
        "same_content": report.same_content,
        "resealed": report.resealed,
        "unlabelled": report.unlabelled,
        "labelled": report.labelled,
        "answers": report.answers,
        "alike": None if report.alike is None else asdict(report.alike),
        "seed": seed,
        "warnings": list(report.warnings),
    }


def columns_and_reading(
    given: "dict[str, str | int | None]", told: "UseCaseFile", *, answered_by: str | None = None
) -> "tuple[Columns, Reading]":
    """What the options, and where they are silent the use case's folder, say of a file."""
    from licet.edge.files import Columns, Reading

    text = {key: None if value is None else str(value) for key, value in given.items()}
    columns = Columns(
        content=columns_of(text["content"]) or told.content,
        answer=text["answer"],
        id=text["id_column"],
        attributes=columns_of(text["attributes"]),
        time=text["time_column"],
        proposal=text["proposal"],
        confidence=text["confidence"],
        answered_by=answered_by,
        requester=text["requester"],
    )
    reading = Reading(
        encoding=text["encoding"] or "utf-8", delimiter=text["delimiter"], decimal=text["decimal"] or ".", timezone=text["timezone"]
    )
    return columns, reading


@import_.command("undo", context_settings=CONTEXT)
@click.argument("slug")
@usual
def undo(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take the newest import back, as long as nobody has looked at its sealed cases."""
    from licet.flows.import_history import undo_import
    from licet.flows.office import who

    with at_work(home) as office:
        gone = granted(undo_import(office, who(office, acting), name=slug))
    said(
        {"use_case": slug, "deleted": gone},
        (f"Deleted {gone:,} cases. What was sealed stays sealed when it is imported again.",),
        as_json=as_json,
    )
