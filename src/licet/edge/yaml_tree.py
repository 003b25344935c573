"""A YAML file as the values its author typed, with the line each of them stands on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from licet.core.canonical import Json
from licet.edge.bad_file import BadFolderError, Finding, shown

SIZE_LIMIT = 1_000_000
"""Bytes such a file may have."""
DEPTH_LIMIT = 20
"""Lists and blocks inside each other."""
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq"))
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
NOTHING = frozenset({"null", "Null", "NULL", "~"})

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What a file says.

    Attributes:
        file: the file, as it was named.
        values: keys and values of the file's outermost block.
        lines: the line of each key and list entry, counted from 1, by its path.
    """

    file: str
    values: Mapping[str, Json]
    lines: Mapping[Place, int]

    def line(self, path: Place) -> int:
        """The line of a path, or of the nearest thing around it."""
        return next(self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines)

    def entries(self, *keys: str) -> list[tuple[Place, Json]]:
        """The entries of the list under some keys, with their places; none where there is no such list."""
        value: Json = self.values
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return [((*keys, i), entry) for i, entry in enumerate(value)] if isinstance(value, list) else []

    def finding(self, path: Place, why: str, remedy: str) -> Finding:
        """Something wrong at a path."""
        return Finding(file=self.file, line=self.line(path), why=why, remedy=remedy)


def read_tree(path: Path, text_keys: frozenset[str]) -> Tree:
    """Reads a YAML file; see `tree_of`.

    Raises:
        BadFolderError: also when the file is missing, unreadable, too large or not UTF-8.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise _bad(file, None, "there is no such file.", "Write it with `licet use-case new`.") from None
    except OSError as error:
        raise _bad(file, None, f"it cannot be read: {error.strerror}.", "Make it a file that may be read.") from None
    if len(raw) > SIZE_LIMIT:
        raise _bad(file, None, f"it has more than {SIZE_LIMIT:,} bytes.", "Shorten it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _bad(file, line, f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8.", "Save the file as UTF-8.") from None
    return tree_of(file, text, text_keys)


def tree_of(file: str, text: str, text_keys: frozenset[str]) -> Tree:
    """Reads YAML, a careful part of it: no aliases, no tags, no key twice, one document, at most `DEPTH_LIMIT` deep.

    Args:
        file: the file's name, for messages.
        text: what it holds.
        text_keys: what stands at or below these keys is text exactly as typed: `no`, `0` and `1.50` stay so; `http.version` is the key
            `version` of the block `http`. Elsewhere digits are numbers and `null` is None.

    Raises:
        BadFolderError: with all that is wrong.
    """
    try:
        _refuse_tricks(file, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        remedy = "Correct it; indent with spaces, one `key: value` per line."
        raise _bad(file, line, f"this is not YAML: {error.problem}.", remedy) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _bad(file, line, "a character that YAML does not allow.", "Take it out, or write it as an escape in double quotes.") from None
    if not isinstance(root, yaml.MappingNode):
        line = None if root is None else root.start_mark.line + 1
        raise _bad(file, line, "it holds no `key: value` lines.", "Write it with `licet use-case new`.")
    growing = _Growing(file=file, text_keys=text_keys, lines={(): root.start_mark.line + 1})
    values = growing.block(root, (), typed=False)
    if growing.findings:
        raise BadFolderError(tuple(growing.findings))
    return Tree(file=file, values=values, lines=growing.lines)


def _bad(file: str, line: int | None, why: str, remedy: str) -> BadFolderError:
    return BadFolderError((Finding(file=file, line=line, why=why, remedy=remedy),))


def _refuse_tricks(file: str, text: str) -> None:
    """Goes through the file once without building anything: what could make it explode is refused here."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = None if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise _bad(file, line, f"'*{event.anchor}' is an alias; they are not allowed here.", "Write the value out.")
        if depth > DEPTH_LIMIT:
            raise _bad(file, line, f"more than {DEPTH_LIMIT} levels inside each other.", "Flatten it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Growing:
    """A tree while it is read."""

    file: str
    text_keys: frozenset[str]
    lines: dict[Place, int]
    findings: list[Finding] = field(default_factory=list)

    def block(self, node: yaml.MappingNode, path: Place, *, typed: bool) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for key, value in self._keys(node):
            here = (*path, key.value)
            if here in self.lines:
                self._find(key, f"{key.value!r} is there already, on line {self.lines[here]}.", "Keep one of the two.")
                continue
            self.lines[here] = key.start_mark.line + 1
            values[key.value] = self._value(value, here, typed=typed or self._is_text(here))
        return values

    def _is_text(self, path: Place) -> bool:
        """Keys of text are named alone, or with the blocks around them: `http.version`."""
        return path[-1] in self.text_keys or ".".join(map(str, path)) in self.text_keys

    def _keys(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key, value
            else:
                self._find(key, "a list or block cannot be a key.", "Write one `key: value` per line.")

    def _value(self, node: yaml.Node, path: Place, *, typed: bool) -> Json:
        if node.tag not in PLAIN_TAGS:
            self._find(node, f"the tag {shown(node.tag)} is not allowed here.", "Write the plain value, in quotes if need be.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.block(node, path, typed=typed)
        if isinstance(node, yaml.SequenceNode):
            return self._list(node, path, typed=typed)
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        if plain and node.value == "":
            self._find(node, f"{_name(path)} has no value.", "Write one, or leave the key out.")
        return _number(node.value) if plain and not typed else str(node.value)

    def _list(self, node: yaml.SequenceNode, path: Place, *, typed: bool) -> list[Json]:
        values: list[Json] = []
        for i, item in enumerate(node.value):
            self.lines[(*path, i)] = item.start_mark.line + 1
            value = self._value(item, (*path, i), typed=typed)
            if typed and isinstance(value, str) and value in values:
                self._find(item, f"{shown(value)} is there twice.", "Keep one.")
            values.append(value)
        return values

    def _find(self, node: yaml.Node, why: str, remedy: str) -> None:
        self.findings.append(Finding(file=self.file, line=node.start_mark.line + 1, why=why, remedy=remedy))


def _name(path: Place) -> str:
    keys = [part for part in path if isinstance(part, str)]
    return repr(keys[-1]) if path and isinstance(path[-1], str) else f"an entry of {keys[-1]!r}"


def _number(plain: str) -> Json:
    if WHOLE.fullmatch(plain):
        return int(plain)
    if DECIMAL.fullmatch(plain):
        return float(plain)
    return None if plain in NOTHING else plain
