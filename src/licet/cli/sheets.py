"""Worksheets: files on which people answer blind, with a name for each case that tells nothing."""

from collections.abc import Sequence
from pathlib import Path

from licet.core.answer import Answer, AnswerKind
from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.edge.files import Columns, Reading, read_history, unguarded, write_csv


def write_sheet(path: Path, rows: Sequence[tuple[str, CaseBody]]) -> None:
    """Writes a worksheet: task, content, attributes, and an empty answer column. Pictures become files beside it."""
    names = sorted({name for _, body in rows for name in body.attributes})
    cells = sorted({name for _, body in rows if isinstance(body.content, TableContent) for name in body.content.cells})
    header = ["task", *(cells or ["content"]), *names, "answer"]
    out = []
    for token, body in rows:
        attributes = [body.attributes.get(name, "") for name in names]
        out.append([token, *_content(path, token, body, cells), *attributes, ""])
    write_csv(path, header, out)


def _content(path: Path, token: str, body: CaseBody, cells: Sequence[str]) -> list[str]:
    match body.content:
        case TextContent(text=text):
            return [text]
        case TableContent(cells=found):
            return [found.get(name, "") for name in cells]
        case ImageContent(data=data, media_type=media_type):
            folder = path.with_suffix("")
            folder.mkdir(exist_ok=True)
            picture = folder / f"{token}.{media_type.rpartition('/')[2]}"
            picture.write_bytes(data)
            return [f"{folder.name}/{picture.name}"]


def read_sheet(path: Path, kind: AnswerKind) -> dict[str, Answer]:
    """Reads the answers of a filled worksheet; blank ones are left out.

    Raises:
        BadFileError: names file, line, column and remedy.
    """
    columns = Columns(content=("task",), answer="answer", id="task")
    found = {}
    for past in read_history(path, columns, Reading(), kind):
        if past.answer is not None and past.external_id is not None:
            found[unguarded(past.external_id)] = past.answer
    return found
