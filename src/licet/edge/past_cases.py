"""A row of a file as a past case: what it is about, what a person decided, and what a system proposed."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from licet.core.answer import Answer, AnswerKind, NotAnAnswerError, answer_from_json
from licet.core.canonical import Json
from licet.core.case import CaseBody, Content, ContentKind, TableContent, TextContent
from licet.core.case_schema import NAME_LENGTH
from licet.core.history import PastCase, PostedProposal
from licet.edge.bad_file import BadCellError, BadFileError, shown
from licet.edge.images import names_image, read_image
from licet.edge.tables import Cells, Reading
from licet.edge.times import moment_reader

Places = Mapping[str, int]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
KNOWN_ANSWERS = 10_000
"""Distinct choices that are remembered while a file is read, so that equal answers are one object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of a file says what.

    Attributes:
        content: what a person or a system decides on: one column of texts or of picture paths, or several that make a table.
        answer: what a person decided; blank cells mean nobody has.
        id: what the outside calls the case.
        attributes: segment, amount, flags; surrounding white space is taken off.
        time: when it happened.
        proposal: what an outside system proposed; blank cells mean it proposed nothing.
        confidence: how sure that system was, in [0, 1].
        answered_by: who answered.
        requester: e-mail address of whoever asked for the case; they never review it. Blank cells mean nobody says.
        kind: what the content is, whatever it looks like; None: told from the number of columns, and from what the first row says.
    """

    content: tuple[str, ...]
    answer: str | None = None
    id: str | None = None
    attributes: tuple[str, ...] = ()
    time: str | None = None
    proposal: str | None = None
    confidence: str | None = None
    answered_by: str | None = None
    requester: str | None = None
    kind: ContentKind | None = None


def check_columns(path: Path, columns: Columns, reading: Reading) -> None:
    """Refuses columns that make no sense together, above all those that would show an answer inside a case.

    Raises:
        BadFileError: names the column, or the setting.
    """
    if reading.decimal not in {".", ","}:
        why = f"{shown(reading.decimal)} is not a decimal sign."
        raise BadFileError(path, why=why, remedy="Give --decimal . or --decimal ','.")
    if not columns.content:
        raise BadFileError(path, why="no content column was named.", remedy="Name at least one: --content COLUMN.")
    if len(columns.content) > 1 and columns.kind not in {None, ContentKind.TABLE}:
        why = f"the case is {columns.kind.value if columns.kind else ''} in one column, and {len(columns.content)} were named."
        raise BadFileError(path, column=columns.content[1], why=why, remedy="Name one content column.")
    if (columns.proposal is None) != (columns.confidence is None):
        why = "proposal and confidence go together, and one of them is not named."
        remedy = "Name both: --proposal COLUMN --confidence COLUMN."
        raise BadFileError(path, column=columns.proposal or columns.confidence, why=why, remedy=remedy)
    for name in (columns.answer, columns.proposal, columns.confidence):
        if name is not None and name in (*columns.content, *columns.attributes):
            why = "it says an answer, and would be shown as part of the case."
            raise BadFileError(path, column=name, why=why, remedy="Take it out of --content and --attributes.")
    if columns.answer is not None and columns.answer == columns.proposal:
        why = "it is named as people's answer and as the system's proposal."
        raise BadFileError(path, column=columns.answer, why=why, remedy="Name two different columns.")


def column_names(columns: Columns) -> tuple[str, ...]:
    """The columns a row is read with, each once, in the order `case_reader` expects its cells."""
    single = (columns.answer, columns.id, columns.time, columns.proposal, columns.confidence, columns.answered_by, columns.requester)
    return tuple(dict.fromkeys((*columns.content, *columns.attributes, *(name for name in single if name is not None))))


def case_reader(path: Path, columns: Columns, reading: Reading, kind: AnswerKind, first: Cells) -> Callable[[int, Cells], PastCase]:
    """Makes the function that turns a row into a case.

    Args:
        path: the file; pictures lie in its folder.
        columns: which column says what; checked.
        reading: decimal sign and time zone.
        kind: what the answers are.
        first: cells of the first row, in the order of `column_names`; a picture's path there makes the content pictures.

    Returns:
        A function from line and cells to a case; it raises BadCellError for a cell that does not say what its column is for.

    Raises:
        BadCellError: when the time zone is unknown.
    """
    place = {name: i for i, name in enumerate(column_names(columns))}
    content = _content_reader(path, columns, reading, place, first)
    answer = _answer_reader(columns.answer, place, reading, kind)
    posted = _posted_reader(columns, place, reading, kind)
    attributes = tuple((name, place[name]) for name in columns.attributes)
    moment = None if columns.time is None else moment_reader(columns.time, reading.timezone)
    when = -1 if columns.time is None else place[columns.time]
    named = -1 if columns.id is None else place[columns.id]
    by = -1 if columns.answered_by is None else place[columns.answered_by]
    requester = _requester_reader(columns.requester, place)

    def case(line: int, cells: Cells) -> PastCase:
        return PastCase(
            line=line,
            body=CaseBody(content=content(cells), attributes={name: _text(cells[i]).strip() for name, i in attributes}),
            answer=answer(cells),
            external_id=None if named < 0 else _text(cells[named]).strip() or None,
            happened_at=None if moment is None else moment(cells[when]),
            posted=posted(cells),
            answered_by="" if by < 0 else _text(cells[by]).strip(),
            requester=requester(cells),
        )

    return case


def _requester_reader(name: str | None, place: Places) -> Callable[[Cells], str]:
    """Refuses what is no address: somebody who is not recognised would be handed their own case."""
    if name is None:
        return lambda _cells: ""
    at = place[name]

    def requester(cells: Cells) -> str:
        said = _text(cells[at]).strip()
        if said and (not EMAIL.fullmatch(said) or len(said) > NAME_LENGTH):
            remedy = "Give the address with which whoever asked signs in, such as ada@example.org, or leave the cell blank."
            raise BadCellError(name, why="it is no e-mail address.", remedy=remedy)
        return said

    return requester


def _content_reader(path: Path, columns: Columns, reading: Reading, place: Places, first: Cells) -> Callable[[Cells], Content]:
    cell = number_text if reading.decimal == "," else _text
    if len(columns.content) > 1 or columns.kind is ContentKind.TABLE:
        places = [(name, place[name]) for name in columns.content]
        return lambda cells: TableContent(cells={name: cell(cells[i]) for name, i in places})
    name = columns.content[0]
    only = place[name]
    if columns.kind is ContentKind.TEXT:
        return lambda cells: TextContent(text=_text(cells[only]))
    if columns.kind is ContentKind.IMAGE or names_image(first[only]):
        return lambda cells: read_image(name, path.parent, _text(cells[only]))

    def content(cells: Cells) -> Content:
        raw = cells[only]
        if isinstance(raw, str):
            return TextContent(text=raw)
        if isinstance(raw, Mapping):
            return TableContent(cells={key: cell(value) for key, value in raw.items()})
        return TextContent(text=_text(raw))

    return content


def _answer_reader(name: str | None, place: Places, reading: Reading, kind: AnswerKind) -> Callable[[Cells], Answer | None]:
    if name is None:
        return lambda _cells: None
    at = place[name]
    if kind is not AnswerKind.CHOICE:
        return lambda cells: _answer(name, cells[at], reading, kind)
    known: dict[Json, Answer | None] = {}

    def choice(cells: Cells) -> Answer | None:
        raw = cells[at]
        if not isinstance(raw, str):
            return _answer(name, raw, reading, kind)
        if raw not in known:
            if len(known) >= KNOWN_ANSWERS:
                known.clear()
            known[raw] = _answer(name, raw, reading, kind)
        return known[raw]

    return choice


def _answer(name: str, raw: Json, reading: Reading, kind: AnswerKind) -> Answer | None:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    try:
        return answer_from_json(kind, _as_json(raw, reading, kind) if isinstance(raw, str) else raw)
    except NotAnAnswerError as error:
        remedy = f"Correct the cell; this use case's answers are of the kind {kind.value!r}."
        raise BadCellError(name, why=str(error), remedy=remedy) from None


def _as_json(raw: str, reading: Reading, kind: AnswerKind) -> Json:
    match kind:
        case AnswerKind.CHOICE | AnswerKind.TEXT:
            return raw
        case AnswerKind.NUMBER:
            return number_text(raw) if reading.decimal == "," else raw
        case AnswerKind.FIELDS:
            try:
                fields: Json = json.loads(raw)
            except (ValueError, RecursionError):
                return raw
            return fields
        case _:
            assert_never(kind)


def _posted_reader(columns: Columns, place: Places, reading: Reading, kind: AnswerKind) -> Callable[[Cells], PostedProposal | None]:
    name = columns.confidence
    if columns.proposal is None or name is None:
        return lambda _cells: None
    proposal = _answer_reader(columns.proposal, place, reading, kind)
    at = place[name]
    comma = reading.decimal == ","

    def posted(cells: Cells) -> PostedProposal | None:
        answer = proposal(cells)
        if answer is None:
            return None
        raw = cells[at]
        try:
            confidence = float(raw.replace(",", ".") if comma else raw) if isinstance(raw, str) else _number(raw)
        except ValueError:
            raise _not_a_confidence(name, raw) from None
        if not 0.0 <= confidence <= 1.0:
            raise _not_a_confidence(name, raw)
        return PostedProposal(answer=answer, confidence=confidence)

    return posted


def _number(raw: Json) -> float:
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else math.nan


def _not_a_confidence(name: str, raw: Json) -> BadCellError:
    remedy = "Give the probability that the proposal is right, such as 0.93."
    if raw is None or raw == "" or (isinstance(raw, str) and raw.isspace()):
        return BadCellError(name, why="there is a proposal without a confidence.", remedy=f"{remedy} Or leave the proposal blank too.")
    if _in_percent(raw):
        remedy = "It looks like a percentage: divide by 100."
    elif isinstance(raw, str) and "," in raw:
        remedy = "If the comma is a decimal sign, say so: --decimal ','."
    return BadCellError(name, why=f"{shown(raw)} is not a confidence in [0, 1].", remedy=remedy)


def _in_percent(raw: Json) -> bool:
    try:
        return 1.0 < float(str(raw).strip().removesuffix("%").replace(",", ".")) <= 100.0  # noqa: PLR2004 - percent
    except ValueError:
        return False


def _text(raw: Json) -> str:
    """A cell as text: what CSV would have said, and nested JSON as JSON."""
    match raw:
        case str():
            return raw
        case None:
            return ""
        case bool() | Mapping() | Sequence():
            return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
        case _:
            return repr(raw)


COMMA_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?")


def number_text(raw: Json) -> str:
    """As `_text`; a number written with a decimal comma is written with a point."""
    text = _text(raw)
    if isinstance(raw, str) and COMMA_NUMBER.fullmatch(raw.strip()):
        return raw.strip().replace(".", "").replace(",", ".")
    return text
