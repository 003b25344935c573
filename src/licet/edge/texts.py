"""A text as numbers: how much each of its words and parts of words says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from licet.edge.ngrams import BUCKETS, count_ngrams

MOST_FEATURES = 65_536
FEWEST_TEXTS = 2
"""An n-gram seen in fewer texts than this says nothing about others."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextEncoder:
    """TF-IDF over n-grams, learnt from the build part.

    Attributes:
        kept: the buckets that count, ascending, shape (features,).
        weights: inverse document frequency of each, shape (features,), float32.
    """

    kept: NDArray[np.int32]
    weights: NDArray[np.float32]

    def rows(self, texts: Sequence[str]) -> sp.csr_array:
        """Encodes texts: shape (len(texts), features), float32, each row of length 1, or 0 where nothing is known of a text."""
        return self.weigh(count_ngrams(texts))

    def weigh(self, counts: sp.csr_array) -> sp.csr_array:
        """Encodes texts that are counted already: shape (n, `BUCKETS`) in, shape (n, features) out."""
        place = np.full(BUCKETS, -1, dtype=np.int32)
        place[self.kept] = np.arange(self.kept.size, dtype=np.int32)
        columns = place[counts.indices]
        known = columns >= 0
        ends = np.concatenate(([0], np.cumsum(known)))[counts.indptr]
        columns = columns[known]
        values = (1.0 + np.log(counts.data[known])) * self.weights[columns]
        lengths = np.sqrt(np.bincount(np.repeat(np.arange(ends.size - 1), np.diff(ends)), values * values, minlength=ends.size - 1))
        values = (values / np.repeat(lengths, np.diff(ends))).astype(np.float32)
        return sp.csr_array((values, columns, ends.astype(np.int32)), shape=(ends.size - 1, self.kept.size))

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """What has to be stored."""
        return {"kept": self.kept, "weights": self.weights}

    @classmethod
    def stored(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Reads what `arrays` gave; raises `KeyError` when a part is missing."""
        return cls(kept=arrays["kept"], weights=arrays["weights"])


def fit_texts(texts: Sequence[str]) -> tuple[TextEncoder, sp.csr_array]:
    """Learns which n-grams count.

    Sublinear term frequency and smoothed inverse document frequency as in scikit-learn's `TfidfVectorizer(sublinear_tf=True)`; the
    `MOST_FEATURES` most frequent of the n-grams that stand in at least `FEWEST_TEXTS` texts (in all of them, where that leaves none).

    Args:
        texts: the build part, at least one.

    Returns:
        The encoder, and the texts' own rows.
    """
    counts = count_ngrams(texts)
    frequency = np.bincount(counts.indices, minlength=BUCKETS)
    kept = np.flatnonzero(frequency >= FEWEST_TEXTS)
    if kept.size == 0:
        kept = np.flatnonzero(frequency)
    if kept.size > MOST_FEATURES:
        kept = np.sort(kept[np.argsort(-frequency[kept], kind="stable")[:MOST_FEATURES]])
    weights = np.log((1.0 + len(texts)) / (1.0 + frequency[kept])) + 1.0
    encoder = TextEncoder(kept=kept.astype(np.int32), weights=weights.astype(np.float32))
    return encoder, encoder.weigh(counts)
