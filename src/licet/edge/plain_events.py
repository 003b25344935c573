"""Events of an XES file that are written plainly, as most tools write them: read from the bytes as columns, many at once.

A parser of XML calls back for each of a log's millions of tags. Between two events nearly all of them are one of ten, written in one way,
and their places in the bytes are found and checked all together. Whatever is not proved to be so here is left to the parser of XML.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

END: Final = b"</event>"
"""What a piece ends with, and what stands just before it."""

_WORD: Final = 8
_KEY: Final = re.compile(r"[A-Za-z0-9_:.-]+", re.ASCII)
_ENTITY: Final = re.compile(rb"&(?:amp|lt|gt|quot|apos);")
_SAID: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_NO_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_BLANKS: Final = "\t\n\r"
"""What XML makes a space of inside a value."""
_SPACE, _QUOTE, _SLASH, _LESS, _MORE = b' "/<>'
_QUOTES: Final = 4
_NOBODYS: Final = -(1 << 62)
_ATTRIBUTE, _EVENT, _END, _TRACE_END, _TRACE = range(5)
_FOLLOWS: Final = np.zeros((5, 5), np.bool_)
"""Which tag may follow which, attributes aside."""
for _before, _after in ((_END, _EVENT), (_END, _TRACE_END), (_EVENT, _END), (_TRACE_END, _TRACE), (_TRACE, _EVENT), (_TRACE, _TRACE_END)):
    _FOLLOWS[_before, _after] = True

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


def _word(text: bytes) -> np.uint64:
    return np.uint64(np.frombuffer(text, np.uint64)[0])


_SEVEN: Final = _word(b"\xff" * 7 + b"\0")
_TAGS: Final = ((_END, _word(END), 8), (_TRACE_END, _word(b"</trace>"), 8))
_BEGINS: Final = ((_EVENT, _word(b"<event>\0"), 7), (_TRACE, _word(b"<trace>\0"), 7))
_NAMES: Final = tuple(
    (_word(before[:_WORD]), _word(before[-_WORD:]), len(before))
    for before in (b"<%s key=" % name for name in (b"string", b"date", b"int", b"float", b"boolean", b"id"))
)
_VALUE: Final = _word(b'" value=')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainEvents:
    """What a piece of a file says.

    Attributes:
        trace: how many traces ended in the piece before each event, int32, shape (n,).
        ended: how many traces ended in it.
        columns: for each key the value of each event; an empty text where an event has none.
        further: key and value of every other attribute of events and of traces, in the order of the file, each with its owner: the
            number of an event, or `~number` of a trace, of which the one in which the piece begins is 0.
    """

    trace: NDArray[np.int32]
    ended: int
    columns: Sequence[Sequence[str]]
    further: Sequence[tuple[int, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tags:
    """The tags of a piece: what each is, where it begins and where it ends."""

    kind: NDArray[np.int8]
    first: Places
    last: Places
    head: Words


def can_be_plain(keys: Sequence[str]) -> bool:
    """Whether attributes of these keys can be found by their bytes: no key could be written in another way."""
    return all(_KEY.fullmatch(key) for key in keys)


def plain_events(piece: bytes, keys: Sequence[bytes]) -> PlainEvents | None:
    """Reads a piece of a file in UTF-8 that begins just behind an event, inside its trace, and ends with an event.

    Args:
        piece: its bytes; they end with `END`.
        keys: the attributes that are wanted; of two with one key in an event the last one counts.

    Returns:
        What it says; None where something in it is written in another way, or is no XML.
    """
    if not _readable(piece):
        return None
    tags = _tags(piece)
    quotes = None if tags is None or not _in_order(tags.kind) else _quotes(piece, tags)
    if tags is None or quotes is None:
        return None
    begins = tags.kind == _EVENT
    ended = np.cumsum(tags.kind == _TRACE_END, dtype=np.int32)
    owner = _owners(tags.kind, begins, ended)
    within = owner >= 0
    text = piece.decode("ascii") if piece.isascii() else None
    places = [np.flatnonzero(within)[_with_key(piece, key, quotes[within])] for key in keys]
    columns = [_column(_values(piece, text, quotes[there, 2:]), owner[there], int(begins.sum())) for there in places]
    others = owner != _NOBODYS
    others[np.concatenate([*places, np.empty(0, np.int64)])] = False
    names = _values(piece, text, quotes[others, :2])
    if any(blank in said for said in map("".join, (*columns, names)) for blank in _BLANKS):
        return None
    further = list(zip(owner[others].tolist(), names, _values(piece, text, quotes[others, 2:]), strict=True))
    return PlainEvents(trace=ended[begins], ended=int(ended[-1]), columns=columns, further=further)


def _owners(kind: NDArray[np.int8], begins: Mask, ended: NDArray[np.int32]) -> Places:
    """Whose each attribute is: the number of its event, `~number` of its trace, or `_NOBODYS` between traces."""
    number, done, begun = np.cumsum(begins), np.cumsum(kind == _END), np.cumsum(kind == _TRACE)
    owner = np.where(number > done, number - 1, np.where(ended > begun, _NOBODYS, ~begun))
    found: Places = owner[kind == _ATTRIBUTE]
    return found


def _readable(piece: bytes) -> bool:
    """Whether all of it are characters of XML in UTF-8, and each entity is one of those that XML has by itself."""
    raw = np.frombuffer(piece, np.uint8)
    if np.count_nonzero(raw < _SPACE) != sum(np.count_nonzero(raw == blank) for blank in b"\t\n\r"):
        return False
    if b"&" in piece and len(_ENTITY.findall(piece)) != piece.count(b"&"):
        return False
    return piece.isascii() or _is_utf8(piece)


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return not any(one in piece for one in _NO_CHARACTERS)


def _tags(piece: bytes) -> _Tags | None:
    """The tags; None where their brackets do not take turns."""
    raw = np.frombuffer(piece, np.uint8)
    first, last = np.flatnonzero(raw == _LESS), np.flatnonzero(raw == _MORE)
    if first.size != last.size or not ((first < last).all() and (last[:-1] < first[1:]).all()):
        return None
    head, size = _words(piece)[first], last - first + 1
    kind = np.full(first.size, _ATTRIBUTE, np.int8)
    for one, word, length in _TAGS:
        kind[(head == word) & (size == length)] = one
    cut = head & _SEVEN
    for one, word, length in _BEGINS:
        kind[(cut == word) & (size == length)] = one
    return _Tags(kind=kind, first=first, last=last, head=head)


def _in_order(kind: NDArray[np.int8]) -> bool:
    """Whether events and traces begin and end in turn, from just behind an event to just behind another."""
    tags = kind[kind != _ATTRIBUTE]
    before = np.concatenate((np.array([_END], np.int8), tags[:-1]))
    return bool(_FOLLOWS[before, tags].all()) and int(tags[-1]) == _END


def _quotes(piece: bytes, tags: _Tags) -> Places | None:
    """The four quotes of each attribute; None where one is not written as `<string key="…" value="…"/>`, or a quote is elsewhere."""
    own = tags.kind == _ATTRIBUTE
    first, last, head = tags.first[own], tags.last[own], tags.head[own]
    raw, words = np.frombuffer(piece, np.uint8), _words(piece)
    found = np.flatnonzero(raw == _QUOTE)
    if found.size != _QUOTES * first.size:
        return None
    quotes: Places = found.reshape(-1, _QUOTES)
    a, b, c, d = quotes.T
    if not ((first < a) & (d < last)).all() or not _named(head, words[np.maximum(a - _WORD, 0)], a - first):
        return None
    if not ((c - b == _WORD) & (words[b] == _VALUE)).all():
        return None
    gap, behind, next_ = last - d, raw[d + 1], raw[np.minimum(d + 2, raw.size - 1)]
    closed = ((gap == 2) & (behind == _SLASH)) | ((gap == 3) & (behind == _SPACE) & (next_ == _SLASH))  # noqa: PLR2004 - `"/>`, `" />`
    return quotes if closed.all() else None


def _named(head: Words, tail: Words, length: Places) -> bool:
    """Whether each attribute begins as `<string key=` or one of the others does."""
    known = np.zeros(length.size, np.bool_)
    for begins, ends, size in _NAMES:
        known |= (head == begins) & (tail == ends) & (length == size)
    return bool(known.all())


def _words(piece: bytes) -> Words:
    """At each place the eight bytes from there on, as one number; nothing is copied."""
    return np.ndarray((len(piece) - _WORD + 1,), np.uint64, piece, strides=(1,))


def _column(values: list[str], owner: Places, events: int) -> list[str]:
    """Values event by event; of two in one event the last."""
    if owner.size == events and (owner == np.arange(events)).all():
        return values
    column = [""] * events
    for place, value in zip(owner.tolist(), values, strict=True):
        column[place] = value
    return column


def _values(piece: bytes, text: str | None, quotes: Places) -> list[str]:
    """What stands between two quotes; `text` is the piece as text where that has the same places."""
    places = zip((quotes[:, 0] + 1).tolist(), quotes[:, 1].tolist(), strict=True)
    values = [piece[start:end].decode() for start, end in places] if text is None else [text[start:end] for start, end in places]
    return [_said(value) if "&" in value else value for value in values] if b"&" in piece else values


def _with_key(piece: bytes, key: bytes, quotes: Places) -> Places:
    """The attributes with a key, in their order."""
    there = np.flatnonzero(quotes[:, 1] - quotes[:, 0] == len(key) + 1)
    if len(key) < _WORD:
        raw = np.frombuffer(piece, np.uint8)
        same = (raw[quotes[there, :1] + 1 + np.arange(len(key))] == np.frombuffer(key, np.uint8)).all(axis=1)
        return np.compress(same, there)
    first, words = quotes[there, 0] + 1, _words(piece)
    same = np.ones(there.size, np.bool_)
    for place in (*range(0, len(key) - _WORD, _WORD), len(key) - _WORD):
        same &= words[first + place] == _word(key[place : place + _WORD])
    return np.compress(same, there)


def _said(value: str) -> str:
    for written, meant in _SAID:
        value = value.replace(written, meant)
    return value
