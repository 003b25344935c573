"""A table's row as numbers: amounts on a common scale, one place for each category, and what is missing."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.edge.exact import ROW_BITS, on_grid

Row = Mapping[str, str]

MISSING = frozenset({"", "-", "?", "na", "n/a", "nan", "none", "null"})
"""Cells that say nothing, in lower case without surrounding space."""

_MOSTLY_NUMBERS = 0.98
_LARGEST_NUMBER = 1e100
_FURTHEST = 10.0
_MOST_CATEGORIES = 50
_FEWEST_OF_A_CATEGORY = 2
_HALF = math.sqrt(0.5)
_FREE_TEXT_WORDS = 4.0
_FREE_TEXT_DISTINCT = 0.5
_BANDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column of numbers, with the build part's mean, standard deviation and inner deciles."""

    name: str
    mean: float
    deviation: float
    deciles: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryColumn:
    """A column of few distinct values; the most frequent first, those seen once left out."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """A column of free text."""

    name: str


Column = NumberColumn | CategoryColumn | TextColumn


class NotAColumnError(ValueError):
    """A column has no form we know, or not the form that is needed."""


def fit_columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """Finds out what each column holds, from the build part alone.

    A column whose present cells are numbers (98% of them; a decimal comma is read too) is one of numbers; of the rest, one whose cells are
    mostly distinct and have four words or more on average is free text; what remains is categories.

    Args:
        rows: the build part.

    Returns:
        The columns by name; empty where no row has a cell.
    """
    names = sorted({name for row in rows for name in row})
    return tuple(_column(name, [row.get(name, "").strip() for row in rows]) for name in names)


def has_text(columns: Sequence[Column]) -> bool:
    """Says whether any column is free text, in which case rows are compared as texts."""
    return any(isinstance(column, TextColumn) for column in columns)


def encode_rows(columns: Sequence[Column], rows: Sequence[Row]) -> NDArray[np.float32]:
    """Encodes rows as points whose squared distance grows by about 1 for each category that differs.

    Numbers are standardised and kept within 10 deviations, missing ones are the mean with a mark beside it; each category has its place,
    and one more stands for categories that the build part did not have.

    Args:
        columns: as `fit_columns` found them, at least one, none of them free text.
        rows: any rows; cells of other columns are ignored, absent ones are missing.

    Returns:
        Shape (len(rows), features), float32, finite.

    Raises:
        NotAColumnError: for a column of free text.
    """
    blocks = [_encode(column, [row.get(column.name, "").strip() for row in rows]) for column in columns]
    return on_grid(np.concatenate(blocks, axis=1), ROW_BITS).astype(np.float32)


def describe_row(columns: Sequence[Column], row: Row) -> str:
    """Writes a row as a text, for use cases whose rows hold free text: numbers by their tenth of the build part, categories by name."""
    return " . ".join(_describe(column, row.get(column.name, "").strip()) for column in columns)


def columns_to_json(columns: Sequence[Column]) -> Json:
    """Writes columns as plain JSON."""
    return [_column_to_json(column) for column in columns]


def columns_from_json(raw: Json) -> tuple[Column, ...]:
    """Reads columns that `columns_to_json` wrote.

    Raises:
        NotAColumnError: when one has no form we know.
    """
    match raw:
        case [*columns]:
            return tuple(_column_from_json(column) for column in columns)
        case _:
            message = f"Columns must be a list, not {type(raw).__name__}."
            raise NotAColumnError(message)


def _column_to_json(column: Column) -> Json:
    match column:
        case NumberColumn(name=name, mean=mean, deviation=deviation, deciles=deciles):
            return {"number": name, "mean": mean, "deviation": deviation, "deciles": list(deciles)}
        case CategoryColumn(name=name, values=values):
            return {"category": name, "values": list(values)}
        case TextColumn(name=name):
            return {"text": name}
        case _:
            assert_never(column)


def _column_from_json(raw: Json) -> Column:
    match raw:
        case {"number": str(name), "mean": float(mean), "deviation": float(deviation), "deciles": [*deciles]}:
            return NumberColumn(name=name, mean=mean, deviation=deviation, deciles=tuple(float(str(edge)) for edge in deciles))
        case {"category": str(name), "values": [*values]}:
            return CategoryColumn(name=name, values=tuple(str(value) for value in values))
        case {"text": str(name)}:
            return TextColumn(name=name)
        case _:
            message = f"{raw!r} is not a column."
            raise NotAColumnError(message)


def _column(name: str, cells: Sequence[str]) -> Column:
    present = [cell for cell in cells if cell.lower() not in MISSING]
    numbers = np.array([number for cell in present if (number := _number(cell)) is not None], dtype=np.float64)
    if numbers.size and numbers.size >= _MOSTLY_NUMBERS * len(present):
        deviation = float(numbers.std())
        deciles = tuple(float(edge) for edge in np.quantile(numbers, np.arange(1, _BANDS) / _BANDS))
        return NumberColumn(name=name, mean=float(numbers.mean()), deviation=deviation if deviation > 0.0 else 1.0, deciles=deciles)
    counts = Counter(present)
    words = sum(len(cell.split()) for cell in present) / max(1, len(present))
    if words >= _FREE_TEXT_WORDS and len(counts) >= _FREE_TEXT_DISTINCT * len(present):
        return TextColumn(name=name)
    frequent = sorted((cell for cell in counts if counts[cell] >= _FEWEST_OF_A_CATEGORY), key=lambda cell: (-counts[cell], cell))
    return CategoryColumn(name=name, values=tuple(frequent[:_MOST_CATEGORIES]))


def _number(cell: str) -> float | None:
    """Reads a number with a point or a single comma; None where it is not one, or so large that its square would not be finite."""
    try:
        value = float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
    except ValueError:
        return None
    return value if abs(value) < _LARGEST_NUMBER else None


def _encode(column: Column, cells: Sequence[str]) -> NDArray[np.float64]:
    match column:
        case NumberColumn(mean=mean, deviation=deviation):
            numbers = [_number(cell) for cell in cells]
            scaled = [0.0 if number is None else (number - mean) / deviation for number in numbers]
            return np.column_stack([np.clip(scaled, -_FURTHEST, _FURTHEST), [float(number is None) for number in numbers]])
        case CategoryColumn(values=values):
            place = {value: k for k, value in enumerate(values)}
            block = np.zeros((len(cells), len(values) + 2), dtype=np.float64)
            for k, cell in enumerate(cells):
                block[k, _place(place, cell)] = _HALF
            return block
        case TextColumn(name=name):
            message = f"Column {name!r} is free text: rows that hold it are compared as texts."
            raise NotAColumnError(message)
        case _:
            assert_never(column)


def _place(place: Mapping[str, int], cell: str) -> int:
    return len(place) if cell.lower() in MISSING else place.get(cell, len(place) + 1)


def _describe(column: Column, cell: str) -> str:
    if cell.lower() in MISSING:
        return f"{column.name} missing"
    match column:
        case NumberColumn(name=name, deciles=deciles):
            number = _number(cell)
            return f"{name} other" if number is None else f"{name} band{int(np.searchsorted(deciles, number))}"
        case CategoryColumn(name=name):
            return f"{name} {cell}"
        case TextColumn():
            return cell
        case _:
            assert_never(column)
