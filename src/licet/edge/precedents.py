"""Precedents: the past cases most like a new one, and how familiar that makes it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from licet import ports
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Content, content_to_json
from licet.core.ids import CaseNumber
from licet.core.system import Precedent
from licet.edge.bundle import Arrays, Bundle, NotABundleError, pack, unpack
from licet.edge.columns import NotAColumnError
from licet.edge.features import (
    Encoded,
    Features,
    TextCases,
    encode,
    features_from_parts,
    features_to_parts,
    fit_features,
    look_of,
)
from licet.edge.ngrams import spread_sample
from licet.edge.softmax import Floats, Matrix

VERSION = "1"
MOST_PRECEDENTS = 20_000
"""More past cases than this are thinned out to a sample, the same one every time."""

SHOWN = 5
"""Similar past cases that go with a proposal."""

_FAMILIAR = 3
_DECIMALS = 6
_UNIT = 10**_DECIMALS
_AT_ONCE = 2_000_000
_MEASURED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """The most similar past cases of each of n cases, nearest first.

    Attributes:
        similarity: shape (n, k), in [0, 1].
        place: shape (n, k), position in the index.
    """

    similarity: NDArray[np.float64]
    place: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PrecedentIndex:
    """Past cases that new ones are compared with. It is the familiarity guard of every kind of system.

    Texts are compared by the cosine of their n-grams, tables and pictures by exp(-d² / 2s²), d the Euclidean distance and s² the median,
    over the build part, of the mean squared distance to the three nearest others. Similarities are rounded to 6 decimals.

    Attributes:
        features: how cases are encoded.
        columns: the past cases, transposed: shape (features, m); sparse for texts, dense float32 else.
        cases: their numbers, shape (m,).
        spread: s²; 1 for texts, where it has no meaning.
        digest: what the index was made of (64 hex characters).
    """

    features: Features
    columns: Matrix
    cases: NDArray[np.int64]
    spread: float
    digest: str

    def familiarity(self, contents: Sequence[Content]) -> list[float]:
        """Says how familiar cases are: the mean similarity in [0, 1] to the three nearest past cases, one per content.

        What cannot be read, or is of another kind than the past cases, has familiarity 0.
        """
        return [value for _, _, nearest in self.batches(contents) for value in familiarity_of(nearest)]

    def precedents(self, contents: Sequence[Content]) -> list[tuple[Precedent, ...]]:
        """Gives the `SHOWN` most similar past cases, nearest first, one tuple per content; those with nothing in common are left out."""
        return [shown for _, _, nearest in self.batches(contents) for shown in self.name(nearest)]

    def batches(self, contents: Sequence[Content]) -> Iterator[tuple[Encoded, NDArray[np.float64], Nearest]]:
        """Yields encoded contents, their similarity to every past case (batch, m), and the nearest ones, a bounded batch at a time."""
        size = max(16, min(512, _AT_ONCE // self.cases.size))
        for start in range(0, len(contents), size):
            encoded = encode(self.features, contents[start : start + size])
            similarity = self.similarity(encoded)
            yield encoded, similarity, nearest_in(similarity, 2 * SHOWN)

    def similarity(self, encoded: Encoded) -> NDArray[np.float64]:
        """Compares encoded cases with every past case: shape (n, m), in [0, 1]; 0 for a case that is not readable."""
        found = _compare(encoded.rows, self.columns, self.spread)
        found[~encoded.readable] = 0.0
        return found

    def name(self, nearest: Nearest) -> list[tuple[Precedent, ...]]:
        """Turns positions into past cases, at most `SHOWN` each."""
        numbers, similar = self.cases[nearest.place[:, :SHOWN]].tolist(), nearest.similarity[:, :SHOWN].tolist()
        return [
            tuple(Precedent(case=CaseNumber(case), similarity=value) for case, value in zip(cases, values, strict=True) if value > 0.0)
            for cases, values in zip(numbers, similar, strict=True)
        ]

    def to_bundle(self) -> Bundle:
        """Everything it needs, as plain values and arrays."""
        header, arrays = features_to_parts(self.features)
        header = {**header, "spread": self.spread, "digest": self.digest, "shape": [int(side) for side in self.columns.shape]}
        stored: dict[str, NDArray[Any]] = {**arrays, "cases": self.cases}
        if isinstance(self.columns, np.ndarray):
            stored |= {"values": self.columns}
        else:
            stored |= {"values": self.columns.data, "indices": self.columns.indices, "starts": self.columns.indptr}
        return Bundle(header=header, arrays=stored)

    def to_bytes(self) -> bytes:
        """Everything it needs, without pickle; equal indexes give equal bytes."""
        return pack(self.to_bundle())

    @classmethod
    def from_bundle(cls, bundle: Bundle) -> Self:
        """Reads what `to_bundle` gave.

        Raises:
            NotABundleError: when something is missing or has another form.
        """
        try:
            features = features_from_parts(bundle.header, bundle.arrays)
            columns, cases = _columns(features, bundle.header, bundle.arrays), bundle.arrays["cases"]
            spread, name = float(str(bundle.header["spread"])), str(bundle.header["digest"])
        except (KeyError, NotAColumnError, TypeError, ValueError) as error:
            raise NotABundleError(f"{type(error).__name__} {error}") from error
        return cls(features=features, columns=columns, cases=cases, spread=spread, digest=name)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Reads what `to_bytes` wrote.

        Raises:
            NotABundleError: when it is something else.
        """
        return cls.from_bundle(unpack(raw))


class Guardians:
    """Makes the familiarity guard for systems that come from outside (the port `GuardianMaker`)."""

    def fit(self, examples: Sequence[ports.Example]) -> PrecedentIndex:
        """Looks at the build part; see `fit_precedents`."""
        return fit_precedents(examples)

    def restore(self, raw: bytes) -> PrecedentIndex:
        """Reads what `to_bytes` wrote; raises `NotABundleError` when it is something else."""
        return PrecedentIndex.from_bytes(raw)


def fit_precedents(examples: Sequence[ports.Example]) -> PrecedentIndex:
    """Makes the familiarity guard from the build part.

    Args:
        examples: past cases, at least one; above `MOST_PRECEDENTS` a sample of them is kept.

    Raises:
        NotTrainableError: when there are none, or they cannot be read.
    """
    kept = [examples[k] for k in spread_sample(len(examples), MOST_PRECEDENTS).tolist()]
    features, encoded = fit_features([example.content for example in kept])
    return index_of(features, encoded.rows, cases=[example.case for example in kept], origin=training_digest(kept))


def index_of(features: Features, rows: Matrix, *, cases: Sequence[CaseNumber], origin: str) -> PrecedentIndex:
    """Makes an index of encoded past cases.

    Args:
        features: how they were encoded.
        rows: shape (m, features), m >= 1.
        cases: their numbers, length m.
        origin: digest of what they were made of.
    """
    spread, columns = 1.0, rows.T
    if isinstance(rows, np.ndarray):
        spread, columns = _spread(rows), np.ascontiguousarray(columns)
    else:
        columns = sp.csr_array(columns)
    name = digest({"precedents": VERSION, "origin": origin, "kept": len(cases), **look_of(features)})
    return PrecedentIndex(features=features, columns=columns, cases=np.array(cases, dtype=np.int64), spread=spread, digest=name)


def training_digest(examples: Sequence[ports.Example]) -> str:
    """Names past cases by what they contain and how they were answered, in their order (64 hex characters)."""
    whole = hashlib.sha256()
    for example in examples:
        whole.update(hashlib.sha256(canonical_bytes([content_to_json(example.content), example.answer])).digest())
    return whole.hexdigest()


def familiarity_of(nearest: Nearest) -> list[float]:
    """Mean similarity to the three nearest past cases, rounded to 6 decimals."""
    means: list[float] = np.round(nearest.similarity[:, :_FAMILIAR].mean(axis=1), _DECIMALS).tolist()
    return means


def _compare(rows: Matrix, columns: Matrix, spread: float) -> NDArray[np.float64]:
    if isinstance(columns, np.ndarray):
        similar = np.exp(_distances(rows, columns) / (-2.0 * spread))
    else:
        similar = (rows @ columns).toarray().astype(np.float64)
    rounded: NDArray[np.float64] = np.round(np.clip(similar, 0.0, 1.0), _DECIMALS)
    return rounded


def _distances(rows: Floats, columns: Floats) -> NDArray[np.float64]:
    """Squared Euclidean distances, shape (n, m)."""
    left, right = rows.astype(np.float64), columns.astype(np.float64)
    squares = (left * left).sum(axis=1)[:, np.newaxis] + (right * right).sum(axis=0) - 2.0 * (left @ right)
    found: NDArray[np.float64] = np.maximum(squares, 0.0)
    return found


def _spread(rows: Floats) -> float:
    sample = rows[spread_sample(rows.shape[0], _MEASURED)]
    squares = _distances(sample, sample.T)
    np.fill_diagonal(squares, np.inf)
    nearest = np.sort(squares, axis=1)[:, : min(_FAMILIAR, len(squares) - 1)]
    median = float(np.median(nearest.mean(axis=1))) if nearest.size else 0.0
    return round(median, _DECIMALS) or 1.0


def nearest_in(similarity: NDArray[np.float64], count: int) -> Nearest:
    """The most similar past cases by similarities of shape (n, m), at most `count` of them; of equally similar ones the first.

    Each gets a number of its own, so that no sort has ties to break.
    """
    n, m = similarity.shape
    keys = np.rint(similarity * _UNIT).astype(np.int64) * m + np.arange(m - 1, -1, -1, dtype=np.int64)
    k = min(count, m)
    top = np.argpartition(keys, m - k, axis=1)[:, m - k :]
    order = np.argsort(-np.take_along_axis(keys, top, axis=1), axis=1)
    place = np.take_along_axis(top, order, axis=1).astype(np.int64)
    return Nearest(similarity=np.take_along_axis(similarity, place, axis=1).reshape(n, k), place=place)


def _columns(features: Features, header: Mapping[str, Json], arrays: Arrays) -> Matrix:
    shape = header["shape"]
    if not isinstance(shape, Sequence):
        raise NotABundleError("it does not say how large it is")
    if not isinstance(features, TextCases):
        return arrays["values"]
    size = tuple(int(str(side)) for side in shape)
    return sp.csr_array((arrays["values"], arrays["indices"], arrays["starts"]), shape=size)
