"""Words and parts of words: what of a text is counted when texts are compared."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

BUCKET_BITS = 20
BUCKETS = 1 << BUCKET_BITS
LONGEST_TEXT = 20_000
"""Characters of a text that are read; what comes after them is ignored."""

_CHUNK = 500_000
_PARTS = (3, 4, 5)
_SPACE = 32
_NEWLINE = 10
_BASE = np.uint64(0x9E3779B97F4A7C15)


def count_ngrams(texts: Sequence[str]) -> sp.csr_array:
    """Counts single words, pairs of neighbouring words, and parts of words of 3 to 5 characters.

    Letters' case is ignored; everything that is neither letter nor digit separates words. Parts include the word's edges, as in
    scikit-learn's `char_wb`. Each n-gram is hashed into one of 2^20 buckets, so that memory does not grow with the vocabulary
    (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning").

    Args:
        texts: any number of texts; the first `LONGEST_TEXT` characters of each are read.

    Returns:
        Counts, shape (len(texts), `BUCKETS`), float32, indices sorted; a row is empty where a text has no word.
    """
    blocks = [_count(chunk) for chunk in _chunks(texts)]
    if not blocks:
        return sp.csr_array((0, BUCKETS), dtype=np.float32)
    return blocks[0] if len(blocks) == 1 else sp.vstack(blocks, format="csr")


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        plain = text[:LONGEST_TEXT].casefold().replace("\n", " ")
        chunk.append(plain)
        size += len(plain)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _count(texts: Sequence[str]) -> sp.csr_array:
    codes = np.frombuffer(("\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    seen = np.unique(codes)
    in_word = np.zeros(int(seen[-1]) + 1, dtype=np.bool_)
    in_word[seen] = [chr(code).isalnum() for code in seen]
    word = in_word[codes]
    before = np.concatenate(([False], word[:-1]))
    starts, ends = np.flatnonzero(word & ~before), np.flatnonzero(~word & before)
    if starts.size == 0:
        return sp.csr_array((len(texts), BUCKETS), dtype=np.float32)
    text_of_word = np.cumsum(codes == _NEWLINE)[starts]
    rows, hashes = _hash_words(codes[word].astype(np.uint64), ends - starts, text_of_word)
    buckets = (hashes >> np.uint64(64 - BUCKET_BITS)).astype(np.int32)
    counts = sp.csr_array((np.ones(rows.size, np.float32), (rows, buckets)), shape=(len(texts), BUCKETS))
    counts.sum_duplicates()
    return counts


def _hash_words(
    letters: NDArray[np.uint64], lengths: NDArray[np.int64], text_of_word: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Hashes all n-grams; each word is laid out with one space before and one after it."""
    sizes = lengths + 2
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    offset = np.arange(int(sizes.sum())) - np.repeat(begins, sizes)
    left = np.repeat(sizes, sizes) - offset
    padded = np.full(offset.size, _SPACE, np.uint64)
    padded[(offset > 0) & (left > 1)] = letters
    powers = np.cumprod(np.full(int(sizes.max()), _BASE, np.uint64))
    words = _mix(np.add.reduceat(padded * powers[offset], begins))
    neighbours = text_of_word[1:] == text_of_word[:-1]
    rows = [text_of_word, text_of_word[1:][neighbours]]
    hashes = [words, _mix(words[:-1] * np.uint64(3) + words[1:])[neighbours]]
    text_of_letter = np.repeat(text_of_word, sizes)
    for size in _PARTS:
        fits = np.flatnonzero(left >= size)
        part = np.full(fits.size, size, np.uint64)
        for k in range(size):
            part += padded[fits + k] * powers[min(k, powers.size - 1)]
        rows.append(text_of_letter[fits])
        hashes.append(_mix(part))
    return np.concatenate(rows), np.concatenate(hashes)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads 64 bits over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def spread_sample(size: int, cap: int) -> NDArray[np.int64]:
    """Picks `cap` of `size` positions, the same ones every time, without regard to their order.

    Args:
        size: number of positions.
        cap: how many to keep at most.

    Returns:
        The positions kept, ascending; all of them when `size` <= `cap`.
    """
    if size <= cap:
        return np.arange(size, dtype=np.int64)
    keys = _mix((np.arange(size, dtype=np.uint64) + np.uint64(1)) * _BASE)
    return np.sort(np.argsort(keys, kind="stable")[:cap]).astype(np.int64)
