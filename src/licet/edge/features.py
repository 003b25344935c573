"""What a case looks like to the built-in system: its text, row or picture as numbers that can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json
from licet.core.case import Content, ContentKind, ImageContent, TableContent, TextContent, content_kind
from licet.core.ids import CaseNumber
from licet.edge.bundle import Arrays, NotABundleError
from licet.edge.columns import Column, columns_from_json, columns_to_json, describe_row, encode_rows, fit_columns, has_text
from licet.edge.pictures import Canvas, fit_canvas
from licet.edge.softmax import Matrix
from licet.edge.texts import TextEncoder, fit_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A past case that can be learnt from: what it contains and what a person answered."""

    case: CaseNumber
    content: Content
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoded:
    """Cases as numbers.

    Attributes:
        rows: shape (n, features). A `csr_array` whose rows have length 1 where cases are compared as texts, else a dense float32 array.
        readable: shape (n,); False where the content is of another kind or damaged. Such rows are 0.
    """

    rows: Matrix
    readable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextCases:
    """Cases compared by their words: texts, and rows of tables that hold free text (`columns`, else empty)."""

    encoder: TextEncoder
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCases:
    """Cases compared by their numbers and categories."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureCases:
    """Cases compared by their strokes and greys."""

    canvas: Canvas


Features = TextCases | TableCases | PictureCases


class NotTrainableError(ValueError):
    """The past cases given are not enough, or not of a kind, to learn from."""


def fit_features(contents: Sequence[Content]) -> tuple[Features, Encoded]:
    """Finds out how to compare cases, from the build part alone.

    Args:
        contents: the build part, all of one kind.

    Returns:
        The features, and the contents encoded by them.

    Raises:
        NotTrainableError: when there are none, when kinds are mixed, or when a content cannot be read; names which.
    """
    kinds = sorted({content_kind(content).value for content in contents})
    if len(kinds) != 1:
        message = f"The build part has {len(contents)} cases of kinds {kinds!r}; one kind is needed. Import past cases of one kind."
        raise NotTrainableError(message)
    match ContentKind(kinds[0]):
        case ContentKind.TEXT:
            return _fit_texts(_texts(contents), ())
        case ContentKind.TABLE:
            return _fit_tables([content.cells for content in contents if isinstance(content, TableContent)])
        case ContentKind.IMAGE:
            return _fit_pictures([content.data for content in contents if isinstance(content, ImageContent)])
        case kind:
            assert_never(kind)


def encode(features: Features, contents: Sequence[Content]) -> Encoded:
    """Encodes cases, old or new, as `features` says; nothing in a content makes it raise."""
    match features:
        case TextCases(encoder=encoder, columns=()):
            readable = [isinstance(content, TextContent) for content in contents]
            return Encoded(rows=encoder.rows(_texts(contents)), readable=np.array(readable, dtype=np.bool_))
        case TextCases(encoder=encoder, columns=columns):
            rows, known = _cells(contents)
            return Encoded(rows=encoder.rows([describe_row(columns, row) if row else "" for row in rows]), readable=known)
        case TableCases(columns=columns):
            rows, known = _cells(contents)
            return Encoded(rows=encode_rows(columns, rows) * known[:, np.newaxis].astype(np.float32), readable=known)
        case PictureCases(canvas=canvas):
            greys, known = canvas.rows([content.data if isinstance(content, ImageContent) else b"" for content in contents])
            return Encoded(rows=greys, readable=known)
        case _:
            assert_never(features)


def look_of(features: Features) -> Mapping[str, Json]:
    """What pictures are compared by, for fingerprints: it was pixels once. Nothing of texts and tables, whose looks never changed."""
    return {"compared_by": "strokes"} if isinstance(features, PictureCases) else {}


def features_to_parts(features: Features) -> tuple[Mapping[str, Json], Mapping[str, NDArray[Any]]]:
    """Writes features as plain values and arrays."""
    match features:
        case TextCases(encoder=encoder, columns=columns):
            return {"compared_by": "text", "columns": columns_to_json(columns)}, encoder.arrays()
        case TableCases(columns=columns):
            return {"compared_by": "table", "columns": columns_to_json(columns)}, {}
        case PictureCases(canvas=Canvas(width=width, height=height, mean=mean, deviation=deviation)):
            return {"compared_by": "strokes", "width": width, "height": height, "mean": mean, "deviation": deviation}, {}
        case _:
            assert_never(features)


def features_from_parts(header: Json, arrays: Arrays) -> Features:
    """Reads what `features_to_parts` wrote.

    Raises:
        NotABundleError: when it is something else.
        KeyError: when an array is missing.
    """
    match header:
        case {"compared_by": "text", "columns": columns}:
            return TextCases(encoder=TextEncoder.stored(arrays), columns=columns_from_json(columns))
        case {"compared_by": "table", "columns": columns}:
            return TableCases(columns=columns_from_json(columns))
        case {"compared_by": "strokes", "width": int(width), "height": int(height), "mean": float(mean), "deviation": float(deviation)}:
            return PictureCases(canvas=Canvas(width=width, height=height, mean=mean, deviation=deviation))
        case _:
            raise NotABundleError("its features have no form we know")


def _texts(contents: Sequence[Content]) -> list[str]:
    return [content.text if isinstance(content, TextContent) else "" for content in contents]


def _cells(contents: Sequence[Content]) -> tuple[list[Mapping[str, str]], NDArray[np.bool_]]:
    rows = [content.cells if isinstance(content, TableContent) else {} for content in contents]
    return rows, np.array([bool(row) for row in rows], dtype=np.bool_)


def _fit_texts(texts: Sequence[str], columns: tuple[Column, ...]) -> tuple[Features, Encoded]:
    encoder, rows = fit_texts(texts)
    if rows.nnz == 0:
        message = f"None of the {len(texts)} build cases has a word in it. Name the column that holds the text."
        raise NotTrainableError(message)
    return TextCases(encoder=encoder, columns=columns), Encoded(rows=rows, readable=np.ones(len(texts), dtype=np.bool_))


def _fit_tables(rows: Sequence[Mapping[str, str]]) -> tuple[Features, Encoded]:
    columns = fit_columns(rows)
    if not columns:
        message = f"None of the {len(rows)} build cases has a cell in it. Name the columns that hold the content."
        raise NotTrainableError(message)
    if has_text(columns):
        return _fit_texts([describe_row(columns, row) for row in rows], columns)
    return TableCases(columns=columns), Encoded(rows=encode_rows(columns, rows), readable=np.ones(len(rows), dtype=np.bool_))


def _fit_pictures(pictures: Sequence[bytes]) -> tuple[Features, Encoded]:
    canvas = fit_canvas(pictures)
    rows, readable = canvas.rows(pictures)
    if not readable.all():
        first = int(np.flatnonzero(~readable)[0])
        broken = int((~readable).sum())
        message = f"{broken} of {len(pictures)} build pictures cannot be read, the first is number {first + 1}. Correct or remove them."
        raise NotTrainableError(message)
    return PictureCases(canvas=canvas), Encoded(rows=rows, readable=readable)
