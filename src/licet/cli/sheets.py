"""Worksheets: files on which people answer blind, with a name for each case that tells nothing."""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from licet.cli.frame import plain, said
from licet.core.answer import Answer, answer_label
from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.core.grading import same
from licet.edge.bad_file import BadFileError
from licet.edge.files import Columns, Reading, read_history, unguarded, write_csv
from licet.edge.folder import UseCaseFile
from licet.edge.tables import header_of

TASK, ANSWER, CONTENT = "task", "answer", "content"
CANNOT_TELL = "cannot tell"
"""A column for a mark, on worksheets where an open case would hold up others; whatever is written in it is the mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Which worksheet is to be written, or read, and how."""

    file: Path
    written: bool
    encoding: str
    delimiter: str | None


def sheet_from(given: Mapping[str, Path | str | None]) -> Sheet:
    """What the options say of a worksheet.

    Raises:
        UsageError: when --export and --import are both given, or neither.
    """
    out, back = given["out"], given["back"]
    if (out is None) == (back is None):
        raise click.UsageError("Give either --export FILE or --import FILE.")
    delimiter = given["delimiter"]
    return Sheet(
        file=Path(str(back if out is None else out)),
        written=out is not None,
        encoding=str(given["encoding"]),
        delimiter=None if delimiter is None else str(delimiter),
    )


def handed_out(sheet: Sheet, slug: str, rows: Sequence[tuple[str, CaseBody]], *, as_json: bool, marks: Sequence[str] = ()) -> None:
    """Writes a worksheet, with columns for `marks` behind the answer, and says so."""
    write_sheet(sheet.file, rows, marks)
    line = f"Wrote {len(rows):,} cases to {plain(sheet.file)}."
    said({"use_case": slug, "cases": len(rows), "file": str(sheet.file)}, (line,), as_json=as_json)


def write_sheet(path: Path, rows: Sequence[tuple[str, CaseBody]], marks: Sequence[str] = ()) -> None:
    """Writes a worksheet: task, content, attributes, an empty answer column and those for marks. Pictures become files beside it.

    Columns of the cases called as ours are marked `(case)`; so are attributes called as a column of the content, with `(attribute)`.

    Raises:
        BadFileError: when the file cannot be written.
        OSError: when a picture cannot be.
    """
    cells = sorted({name for _, body in rows if isinstance(body.content, TableContent) for name in body.content.cells}) or [CONTENT]
    names = sorted({name for _, body in rows for name in body.attributes})
    taken = {TASK, ANSWER, *marks}
    header = [TASK, *_named(cells, taken, "case"), *_named(names, taken, "attribute"), ANSWER, *marks]
    out = []
    for token, body in rows:
        attributes = [body.attributes.get(name, "") for name in names]
        out.append([token, *_content(path, token, body, cells), *attributes, "", *("" for _ in marks)])
    write_csv(path, header, out)


def _named(names: Sequence[str], taken: set[str], mark: str) -> list[str]:
    """Names for columns that no other has; they are added to `taken`."""
    found = []
    for name in names:
        free = name.strip() or mark
        while free in taken:
            free = f"{free} ({mark})"
        taken.add(free)
        found.append(free)
    return found


def _content(path: Path, token: str, body: CaseBody, cells: Sequence[str]) -> list[str]:
    match body.content:
        case TextContent(text=text):
            return [text, *[""] * (len(cells) - 1)]
        case TableContent(cells=found):
            return [found.get(name, "") for name in cells]
        case ImageContent(data=data, media_type=media_type):
            folder = path.with_name(f"{path.stem}-pictures")
            folder.mkdir(mode=0o700, exist_ok=True)
            picture = folder / f"{token}.{media_type.rpartition('/')[2]}"
            picture.unlink(missing_ok=True)
            with os.fdopen(os.open(picture, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
                file.write(data)
            return [f"{folder.name}/{picture.name}", *[""] * (len(cells) - 1)]


def read_sheet(sheet: Sheet, told: UseCaseFile) -> Mapping[str, Answer]:
    """Reads the answers of a filled worksheet; blank ones are left out.

    Raises:
        BadFileError: names file, line, column and remedy; also for a task with two answers and an answer that is not declared.
    """
    path = sheet.file
    columns = Columns(content=(TASK,), answer=ANSWER, id=TASK)
    check = _checker(path, told.answers)
    found: dict[str, Answer] = {}
    for past in read_history(path, columns, Reading(encoding=sheet.encoding, delimiter=sheet.delimiter), told.answer):
        if past.answer is None or past.external_id is None:
            continue
        check(past.line, past.answer)
        task = unguarded(past.external_id)
        if task in found and not same(found[task], past.answer):
            raise BadFileError(path, line=past.line, column=ANSWER, why=f"task {task!r} has another answer above.", remedy="Keep one.")
        found[task] = past.answer
    return found


def read_untold(sheet: Sheet, told: UseCaseFile) -> frozenset[str]:
    """The tasks of a filled worksheet whose answer somebody cannot tell; none where the worksheet has no column for it.

    Raises:
        BadFileError: names file, line, column and remedy; also for a task that is answered all the same.
    """
    path, reading = sheet.file, Reading(encoding=sheet.encoding, delimiter=sheet.delimiter)
    if CANNOT_TELL not in header_of(path, reading):
        return frozenset()
    columns = Columns(content=(TASK,), answer=ANSWER, id=TASK, attributes=(CANNOT_TELL,))
    found = set()
    for past in read_history(path, columns, reading, told.answer):
        if past.external_id is None or not past.body.attributes.get(CANNOT_TELL):
            continue
        if past.answer is not None:
            why = f"task {unguarded(past.external_id)!r} has an answer, too."
            raise BadFileError(path, line=past.line, column=CANNOT_TELL, why=why, remedy="Keep the answer or the mark.")
        found.add(unguarded(past.external_id))
    return frozenset(found)


def _checker(path: Path, declared: Sequence[str]) -> Callable[[int, Answer], None]:
    def check(line: int, answer: Answer) -> None:
        label = answer_label(answer)
        if declared and label not in declared:
            why = f"{label!r} is not one of the {len(declared)} answers that use_case.yaml declares."
            raise BadFileError(path, line=line, column=ANSWER, why=why, remedy="Correct the cell.")

    return check
