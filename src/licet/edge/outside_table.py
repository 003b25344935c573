"""A table of results in CSV or JSON Lines, with columns that the importer names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from licet.core.canonical import Json
from licet.core.outside_rows import Outcome, OutsideFile, Provenance, Row, graded
from licet.edge.bad_file import BadFileError, shown
from licet.edge.outside_json import named
from licet.edge.tables import Reading, rows_of

FORMAT = "table"
WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("pass", "passed", "true", "yes", "correct", "c"), True),
    **dict.fromkeys(("fail", "failed", "false", "no", "incorrect", "i"), False),
}
"""Words that a score may be; anything else is a number, or blank where a case was not scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideColumns:
    """Which column says what. All but `case` and `score` may be None.

    Attributes:
        case: the outside name of a case.
        score: pass or fail in words, a number, or blank.
        measure: what was measured; None: one measure, of the score's column.
        text: the content of a case, by which it is recognised.
        error: not blank where the case broke.
        tool: name of the tool; no column.
    """

    case: str | None = None
    score: str | None = None
    measure: str | None = None
    text: str | None = None
    error: str | None = None
    tool: str | None = None


def read_table(path: Path, columns: OutsideColumns, reading: Reading) -> OutsideFile:
    """Reads a table, one row at a time.

    Raises:
        BadFileError: when no column is named for the case or for the score.
    """
    if columns.case is None or columns.score is None:
        missing = "--case" if columns.case is None else "--score"
        why = "no tool is known to write files like this, so its columns must be named."
        raise BadFileError(path, why=why, remedy=f"Give {missing} COL, or --format for what wrote it.")
    provenance = Provenance(format=FORMAT, tool=named(columns.tool) or FORMAT)
    return OutsideFile(provenance=provenance, rows=lambda: _rows(path, columns, reading))


def _rows(path: Path, columns: OutsideColumns, reading: Reading) -> Iterator[Row]:
    asked = {name: getattr(columns, name) for name in ("case", "score", "measure", "text", "error")}
    names = {name: column for name, column in asked.items() if column is not None}
    for line, cells in rows_of(path, tuple(names.values()), reading):
        row = dict(zip(names, cells, strict=True))
        outcome, score = _score(path, line, columns, reading, row["score"])
        if row.get("error"):
            outcome, score = Outcome.ERRORED, None
        yield Row(
            case=named(row["case"]) or f"line {line}",
            measure=named(row.get("measure", columns.score)) or "score",
            outcome=outcome,
            score=score,
            contents=(str(row["text"]),) if row.get("text") else (),
        )


def _score(path: Path, line: int, columns: OutsideColumns, reading: Reading, cell: Json) -> tuple[Outcome, float | None]:
    if not isinstance(cell, str):
        return graded(cell)
    word = cell.strip().lower()
    if word in {"", "nan", "null", "none"}:
        return Outcome.UNSCORED, None
    if word in WORDS:
        return graded(WORDS[word])
    try:
        return graded(float(word.replace(".", "").replace(",", ".") if reading.decimal == "," else word))
    except ValueError:
        why = f"{shown(cell)} is neither a number nor one of {', '.join(WORDS)}."
        raise BadFileError(path, line=line, column=columns.score, why=why, remedy="Correct it, or leave it blank: not scored.") from None
