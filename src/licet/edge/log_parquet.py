"""An event log in Parquet, read with polars: the one thing that takes the extra `process`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from licet.edge.bad_file import BadFileError, shown
from licet.edge.log_columns import MOST_ROWS, too_many
from licet.edge.log_table import PIECE, Piece

if TYPE_CHECKING:
    import polars as pl

_ZONED, _PLAIN = "%Y-%m-%dT%H:%M:%S%.6fZ", "%Y-%m-%dT%H:%M:%S%.6f"
_AGAIN = "Write it again, or export the log as CSV."


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetTable:
    """A table in Parquet; its cells are handed over as texts, as those of any other table."""

    path: Path
    _frame: "pl.LazyFrame"
    header: tuple[str, ...]

    @classmethod
    def at(cls, path: Path) -> Self:
        """Opens a file.

        Raises:
            BadFileError: when it is no Parquet or too long, or the extra is not installed.
        """
        if not path.is_file():
            raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
        try:
            import polars
        except ModuleNotFoundError:
            remedy = "Run `pip install 'licet[process]'`, or export the log as CSV."
            raise BadFileError(path, why="Parquet is read with polars, which is not installed.", remedy=remedy) from None
        frame = polars.scan_parquet(path, glob=False)
        schema = _tried(path, frame.collect_schema)
        texts = [_text(polars, name, kind) for name, kind in schema.items()]
        if _tried(path, frame.select(polars.len()).collect).item() > MOST_ROWS:
            raise too_many(path)
        return cls(path=path, _frame=frame.select(texts), header=tuple(schema))

    def first(self, names: Sequence[str], rows: int) -> list[Sequence[str]]:
        """So many rows from the start."""
        found: list[Sequence[str]] = _tried(self.path, self._frame.select(names).head(rows).collect).rows()
        return found

    def pieces(self, names: Sequence[str]) -> Iterator[Piece]:
        """The whole table, piece by piece; a row's line is its number."""
        frame = _tried(self.path, self._frame.select(names).collect)
        for start in range(0, frame.height, PIECE):
            piece = frame.slice(start, PIECE)
            yield range(start + 1, start + 1 + piece.height), [column.to_list() for column in piece.get_columns()]


def _text(polars: Any, name: str, kind: "pl.DataType") -> "pl.Expr":  # noqa: ANN401 - a module
    """A column as texts; what is nested or no text is blank."""
    column: pl.Expr = polars.col(name)
    if isinstance(kind, polars.Datetime):
        zoned = kind.time_zone is not None
        told = column.dt.convert_time_zone("UTC").dt.strftime(_ZONED) if zoned else column.dt.strftime(_PLAIN)
    elif kind.is_nested() or kind == polars.Binary:
        told = polars.lit("").alias(name)
    else:
        told = column.cast(polars.String, strict=False)
    return told.fill_null("")


def _tried(path: Path, does: Any) -> Any:  # noqa: ANN401 - of polars
    """What polars gives; whatever it says against the file, it is the file that is bad. Its panics are no `Exception`."""
    from polars.exceptions import PanicException, PolarsError

    try:
        return does()
    except (PolarsError, PanicException, OSError) as wrong:
        said = str(wrong).partition("\n")[0]
        raise BadFileError(path, why=f"it cannot be read as Parquet: {shown(said)}.", remedy=_AGAIN) from None
