"""A file of cases that come in: CSV or JSON Lines, flat or as programs send them, held against the use case's schema."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from licet.core.case import CaseBody, ContentKind
from licet.core.case_schema import CaseSchema, FieldType, Problem, check
from licet.core.history import PastCase, SentCase
from licet.core.system import SystemCard
from licet.edge.bad_file import BadCellError, BadFileError, shown
from licet.edge.case_forms import is_sent_case, read_case
from licet.edge.files import file_digest, read_history
from licet.edge.form import nearest
from licet.edge.forms import UseCaseFile
from licet.edge.past_cases import Columns, case_reader, check_columns, column_names, number_text
from licet.edge.tables import Reading, header_of, is_json_lines, records_of

ONE_COLUMN = {ContentKind.TEXT: ("text",), ContentKind.IMAGE: ("image",)}
"""The content column of a use case with a schema, where none is named."""
NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER})

Listener = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file of cases, and how it is read.

    Attributes:
        path: the file.
        columns: which column says what; settled. Of no meaning where the lines are as programs send cases.
        reading: encoding, delimiter, decimal sign and time zone.
        told: what the use case's folder says.
        sent: whether its lines are as programs send cases.
        digest: SHA-256 of its bytes, in hex.
    """

    path: Path
    columns: Columns
    reading: Reading
    told: UseCaseFile
    sent: bool
    digest: str

    @property
    def brings_proposals(self) -> bool:
        """Whether a column holds proposals."""
        return not self.sent and self.columns.proposal is not None


def case_file(path: Path, columns: Columns, reading: Reading, told: UseCaseFile) -> CaseFile:
    """Looks at the beginning of a file, and settles how it is read.

    Args:
        path: CSV with a header line, or JSON Lines.
        columns: what was named. Where the use case has a schema, what was not named is found by the schema's names; `id`,
            `happened_at`, `requester`, and `proposal` with `confidence` by these.
        reading: encoding, delimiter, decimal sign and time zone.
        told: what the use case's folder says.

    Raises:
        BadFileError: when it cannot be read, or has a column that neither the schema nor a name explains.
    """
    digest = file_digest(path)
    sent = is_json_lines(path) and is_sent_case(next(records_of(path, reading))[1])
    if sent and _named(columns, told):
        why = "its lines are cases as programs send them, which say themselves what is what."
        raise BadFileError(path, line=1, why=why, remedy="Leave out --content, --id and every other option that names a column.")
    settled = columns
    if told.case is not None and not sent:
        header = header_of(path, reading)
        settled = _settled(columns, told.case, header, lines=is_json_lines(path))
        check_columns(path, settled, reading)
        _refuse_unknown(path, 1, header, settled)
    return CaseFile(path=path, columns=settled, reading=reading, told=told, sent=sent, digest=digest)


def read_cases(file: CaseFile, on_bytes: Listener | None = None) -> Iterator[PastCase]:
    """Reads the cases of a file one by one, each held against the schema; a file of any size needs the memory of one row.

    Args:
        file: as `case_file` settled it.
        on_bytes: told how many bytes were read since it was told last.

    Yields:
        Each case, in the order of the file; at least one.

    Raises:
        BadFileError: for the first row that is wrong, with up to ten of its problems. Cases before it were yielded already.
    """
    return (one.past for one in _rows(file, on_bytes))


def look_through(file: CaseFile) -> SystemCard | None:
    """Reads a file from start to end before anything of it is taken in: a file with one wrong row brings no case at all.

    Returns:
        The system whose proposals its lines carry, where they name one.

    Raises:
        BadFileError: for the first row that is wrong; also where two systems proposed.
    """
    card: SystemCard | None = None
    for one in _rows(file, None):
        if card is not None and one.card is not None and one.card.fingerprint != card.fingerprint:
            why = f"this proposal is of {shown(f'{one.card.name}@{one.card.version}')}, earlier ones are of another system."
            raise BadFileError(file.path, line=one.past.line, why=why, remedy="Send one file per system and version.")
        card = card or one.card
    return card


def _rows(file: CaseFile, on_bytes: Listener | None) -> Iterator[SentCase]:
    if file.sent:
        return _sent_rows(file, on_bytes)
    if file.told.case is not None and is_json_lines(file.path):
        return _checked(file, _flat_lines(file, file.told.case, on_bytes))
    return _checked(file, read_history(file.path, file.columns, file.reading, file.told.answer, on_bytes))


def _sent_rows(file: CaseFile, on_bytes: Listener | None) -> Iterator[SentCase]:
    told = file.told
    answers = frozenset(told.answers)
    for line, record in records_of(file.path, file.reading, on_bytes):
        read = read_case(record, told.case, told.answer, answers=answers, line=line)
        if not isinstance(read, SentCase):
            raise _wrong(file.path, line, read)
        yield read


def _flat_lines(file: CaseFile, schema: CaseSchema, on_bytes: Listener | None) -> Iterator[PastCase]:
    """Flat JSON Lines by a schema: what an object leaves out is blank, and what nothing explains is refused on its line."""
    path, names, case = file.path, column_names(file.columns), None
    for line, record in records_of(path, file.reading, on_bytes):
        _refuse_unknown(path, line, tuple(record), file.columns)
        cells = [record.get(name) for name in names]
        try:
            case = case or case_reader(path, file.columns, file.reading, file.told.answer, cells)
            past = case(line, cells)
        except BadCellError as bad:
            raise bad.at(path, line) from None
        yield _without_absent(past, schema, frozenset(record))


def _without_absent(past: PastCase, schema: CaseSchema, given: frozenset[str]) -> PastCase:
    """The same case without attributes that its object does not have."""
    attributes = {name: value for name, value in past.body.attributes.items() if name in given or name not in schema.attributes}
    return replace(past, body=replace(past.body, attributes=attributes))


def _checked(file: CaseFile, rows: Iterator[PastCase]) -> Iterator[SentCase]:
    schema = file.told.case
    comma = file.reading.decimal == ","
    numeric = frozenset() if schema is None else {name for name, one in schema.attributes.items() if one.type in NUMERIC}
    for past in rows:
        body = past.body
        if comma and numeric:
            attributes = {name: number_text(value) if name in numeric else value for name, value in body.attributes.items()}
            body = replace(body, attributes=attributes)
        found = check(schema, body)
        if not isinstance(found, CaseBody):
            raise _wrong(file.path, past.line, found)
        yield SentCase(past=replace(past, body=found))


def _wrong(path: Path, line: int, problems: tuple[Problem, ...]) -> BadFileError:
    if len(problems) == 1:
        only = problems[0]
        return BadFileError(path, line=line, column=only.field, why=only.why, remedy=only.remedy)
    told = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, 1))
    return BadFileError(path, line=line, why=f"{len(problems)} problems: {told}", remedy="Correct the row.")


def _named(columns: Columns, told: UseCaseFile) -> bool:
    """Whether anybody named columns of this very file."""
    return columns != Columns(content=columns.content) or columns.content != told.content


def _settled(columns: Columns, schema: CaseSchema, header: tuple[str, ...], *, lines: bool) -> Columns:
    there = frozenset(header)
    fields = tuple(name for name in schema.fields if lines or name in there)
    attributes = tuple(name for name in schema.attributes if lines or name in there)
    free = there - schema.fields.keys() - schema.attributes.keys()
    posted = columns.proposal is None and columns.confidence is None and {"proposal", "confidence"} <= free
    return replace(
        columns,
        kind=schema.kind,
        content=columns.content or (fields if schema.kind is ContentKind.TABLE else ONE_COLUMN[schema.kind]),
        attributes=columns.attributes or attributes,
        id=columns.id or ("id" if "id" in free else None),
        time=columns.time or ("happened_at" if "happened_at" in free else None),
        requester=columns.requester or ("requester" if "requester" in free else None),
        proposal="proposal" if posted else columns.proposal,
        confidence="confidence" if posted else columns.confidence,
    )


def _refuse_unknown(path: Path, line: int, header: tuple[str, ...], columns: Columns) -> None:
    """A column that nothing explains may hold what the author meant to be decided on: it is never passed over."""
    known = column_names(columns)
    stray = next((name for name in header if name and name not in known), None)
    if stray is not None:
        why = "neither the schema in use_case.yaml nor an option explains it."
        raise BadFileError(path, line=line, column=stray[:100], why=why, remedy=f"{nearest(stray, frozenset(known))} Or take it out.")
