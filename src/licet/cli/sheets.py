"""Worksheets: files on which people answer blind, with a name for each case that tells nothing."""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from licet.core.answer import Answer, AnswerKind, answer_label
from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.core.grading import same
from licet.edge.bad_file import BadFileError
from licet.edge.files import Columns, Reading, read_history, unguarded, write_csv

TASK, ANSWER, CONTENT = "task", "answer", "content"


def write_sheet(path: Path, rows: Sequence[tuple[str, CaseBody]]) -> None:
    """Writes a worksheet: task, content, attributes, and an empty answer column. Pictures become files beside it.

    Columns of the cases called as ours are marked `(case)`; so are attributes called as a column of the content, with `(attribute)`.

    Raises:
        BadFileError: when the file cannot be written.
        OSError: when a picture cannot be.
    """
    cells = sorted({name for _, body in rows if isinstance(body.content, TableContent) for name in body.content.cells}) or [CONTENT]
    names = sorted({name for _, body in rows for name in body.attributes})
    taken = {TASK, ANSWER}
    header = [TASK, *_named(cells, taken, "case"), *_named(names, taken, "attribute"), ANSWER]
    out = []
    for token, body in rows:
        attributes = [body.attributes.get(name, "") for name in names]
        out.append([token, *_content(path, token, body, cells), *attributes, ""])
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


def read_sheet(
    path: Path, kind: AnswerKind, *, encoding: str = "utf-8", delimiter: str | None = None, declared: Sequence[str] = ()
) -> Mapping[str, Answer]:
    """Reads the answers of a filled worksheet; blank ones are left out.

    Args:
        path: CSV with the columns `task` and `answer`.
        kind: what the answers are.
        encoding: of the file.
        delimiter: one character; None: found in the header line.
        declared: the closed list of answers; empty: any.

    Raises:
        BadFileError: names file, line, column and remedy; also for a task with two answers and an answer that is not declared.
    """
    columns = Columns(content=(TASK,), answer=ANSWER, id=TASK)
    known = _checker(path, declared)
    found: dict[str, Answer] = {}
    for past in read_history(path, columns, Reading(encoding=encoding, delimiter=delimiter), kind):
        if past.answer is None or past.external_id is None:
            continue
        known(past.line, past.answer)
        task = unguarded(past.external_id)
        if task in found and not same(found[task], past.answer):
            raise BadFileError(path, line=past.line, column=ANSWER, why=f"task {task!r} has another answer above.", remedy="Keep one.")
        found[task] = past.answer
    return found


def _checker(path: Path, declared: Sequence[str]) -> Callable[[int, Answer], None]:
    def check(line: int, answer: Answer) -> None:
        label = answer_label(answer)
        if declared and label not in declared:
            why = f"{label!r} is not one of the {len(declared)} answers that use_case.yaml declares."
            raise BadFileError(path, line=line, column=ANSWER, why=why, remedy="Correct the cell.")

    return check
