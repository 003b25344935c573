"""What is wrong with a file or a folder: where, why, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path


class BadFileError(ValueError):
    """A file cannot be read as what it was said to be.

    Attributes:
        file: the file, as it was named.
        line: the line, counted from 1; None where it is about the whole file.
        column: the column's name; None where it is about the whole line.
        why: a sentence that names the offender and the limit.
        remedy: a sentence that says what to do next.
    """

    def __init__(self, file: Path, *, why: str, remedy: str, line: int | None = None, column: str | None = None) -> None:
        """Says `FILE:LINE: column 'x': why. remedy`."""
        where = str(file) if line is None else f"{file}:{line}"
        what = "" if column is None else f"column {column!r}: "
        super().__init__(f"{where}: {what}{why} {remedy}")
        self.file = str(file)
        self.line = line
        self.column = column
        self.why = why
        self.remedy = remedy


class BadCellError(ValueError):
    """A cell does not say what its column is for; whoever knows file and line says them with `at`."""

    def __init__(self, column: str | None, *, why: str, remedy: str) -> None:
        """Names the column, what is wrong and what to do."""
        super().__init__(f"{why} {remedy}")
        self.column = column
        self.why = why
        self.remedy = remedy

    def at(self, file: Path, line: int | None) -> BadFileError:
        """The same, with file and line."""
        return BadFileError(file, line=line, column=self.column, why=self.why, remedy=self.remedy)


SHOWN = 60
"""Characters of an offending cell that a message shows."""


def shown(raw: object) -> str:
    """An offender as a message shows it: quoted, escaped, and cut to `SHOWN` characters."""
    text = repr(raw[: SHOWN + 1] if isinstance(raw, str) else raw)
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…{text[0] if isinstance(raw, str) else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong in a use case's folder.

    Attributes:
        file: the file or folder, as it was named.
        line: the line, counted from 1; None where it is about the whole file.
        why: a sentence that names the offender and the limit.
        remedy: a sentence that says what to do next.
    """

    file: str
    line: int | None
    why: str
    remedy: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.why} {self.remedy}"


class BadFolderError(ValueError):
    """A use case's folder does not say a use case or a standard.

    Attributes:
        findings: all that is wrong, in the order of the file; at least one.
        file: of the first finding, and so are `line`, `why` and `remedy`.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Says one finding per line."""
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings
        self.file = findings[0].file
        self.line = findings[0].line
        self.why = findings[0].why
        self.remedy = findings[0].remedy
