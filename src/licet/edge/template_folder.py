"""A use case's folder as a template: what goes along is collected and trimmed of one team's own, and laid out as a new folder."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import yaml

from licet.core.ids import Digest, TemplateName
from licet.core.published import Published
from licet.core.template_files import (
    CUT,
    LARGEST,
    LOCK_FILE,
    MOST_FILES,
    Collected,
    NotATemplateError,
    check_files,
    why_not,
    why_not_within,
)
from licet.core.use_case import slug as read_slug
from licet.edge.bad_file import BadFileError, BadFolderError
from licet.edge.folder import STANDARD_FILE, USE_CASE_FILE, check_folder
from licet.edge.plain_json import plain_json

MOST_SEEN = 5_000
"""Files that a folder may have at all; more than that is no use case's folder."""
OF_ONE_TEAM = ("effect", "desk.skills", "desk.staffing")
"""Blocks of `use_case.yaml` that say something about one team: where its decisions go, who has which skill, how many hours it has."""


class FolderInTheWayError(ValueError):
    """There is something already where a folder is to be made."""


def collect(folder: Path) -> Collected:
    """Reads what of a folder goes along, trimmed of what is one team's own, and lists what stays at home.

    Nothing is followed out of the folder: links stay at home. Whether the files are sound, and hold no secret, is `checked`'s to say.

    Raises:
        NotATemplateError: when there are more files than anybody looks through.
        OSError: when a file cannot be read.
    """
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    for number, (path, by_name) in enumerate(_seen(folder)):
        if number >= MOST_SEEN or len(files) > MOST_FILES:
            most = MOST_FILES if len(files) > MOST_FILES else MOST_SEEN
            raise NotATemplateError(f"{str(folder)!r} has more than {most:,} files that could go along. Move out what is not needed.")
        data = _read(folder / path) if by_name is None else b""
        why = by_name or why_not_within(data)
        if why is None:
            files[path] = _trimmed(path, data, folder.resolve().name)
        else:
            left_out[path] = why
    return Collected(files=dict(sorted(files.items())), left_out=dict(sorted(left_out.items())))


def checked(collected: Collected, slug: str) -> Collected:
    """Holds what goes along against what a template must be, and checks it as whoever begins from it will have it.

    Raises:
        NotATemplateError: when it cannot be a template.
        BadFolderError: with all that is wrong in the folder as others would have it, each with file and line.
    """
    check_files(collected.files)
    with TemporaryDirectory(prefix="licet-template-") as aside:
        folder = Path(aside).resolve() / slug
        _write(folder, collected.files)
        wrong = check_folder(folder)
        if wrong:
            raise BadFolderError(tuple(replace(one, file=one.file.removeprefix(f"{folder}{os.sep}")) for one in wrong))
    return collected


@contextmanager
def laid_out(place: Path, name: str, files: Mapping[str, bytes], template: Published) -> Iterator[Path]:
    """Makes a new folder with the files of a template and `template.lock`; it is taken away again when the block raises.

    Args:
        place: the folder of all use cases.
        name: the new use case's name.
        files: of the template, which are written as they are, byte by byte.
        template: names them in `template.lock`.

    Yields:
        The new folder.

    Raises:
        NotASlugError: when the name cannot be one.
        NotATemplateError: when the files cannot be a template.
        FolderInTheWayError: when there is something of that name already; nothing is ever overwritten.
    """
    folder = place / read_slug(name)
    check_files(files)
    try:
        folder.mkdir()
    except FileExistsError:
        message = f"There is {str(folder)!r} already, and nothing is overwritten. Choose another name."
        raise FolderInTheWayError(message) from None
    try:
        _write(folder, {**files, LOCK_FILE: lock_text(template).encode()})
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def lock_text(template: Published) -> str:
    """What `template.lock` says: which version, and the SHA-256 of each of its files."""
    files = {path: one.sha256 for path, one in template.listing.items()}
    said = {"template": template.name, "version": template.version, "digest": template.digest, "files": files}
    return json.dumps(said, indent=2) + "\n"


def read_lock(folder: Path) -> tuple[TemplateName, Digest] | None:
    """Which version `template.lock` names; None where there is no such file.

    Raises:
        BadFileError: when it does not say so.
    """
    file = folder / LOCK_FILE
    if not file.exists():
        return None
    try:
        said = plain_json(_read(file).decode("utf-8"))
    except (ValueError, RecursionError):
        said = None
    named = (said.get("template"), said.get("digest")) if isinstance(said, dict) else (None, None)
    if not all(isinstance(one, str) for one in named):
        raise BadFileError(file, why="it does not name a template and a digest.", remedy="Put it back as `licet template use` wrote it.")
    return TemplateName(str(named[0])), Digest(str(named[1]))


def _seen(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Every file, and every folder that is not gone into, with why it stays at home or None; links are not followed."""
    for here, folders, names in os.walk(folder):
        at = Path(here)
        inside = at.relative_to(folder)
        for name in sorted(folders):
            why = "links are not followed." if (at / name).is_symlink() else why_not((inside / name / "x.py").as_posix())
            if why is not None:
                folders.remove(name)
                yield f"{(inside / name).as_posix()}/", why
        folders.sort()
        for name in sorted(names):
            path = (inside / name).as_posix()
            yield path, why_not(path) or (None if _is_plain(at / name) else "links and special files are not shared.")


def _is_plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _read(file: Path) -> bytes:
    """A file, one byte more than it may have at most; never through a link that took its place meanwhile."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
        return stream.read(LARGEST + 1)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(data)


def _trimmed(path: str, data: bytes, slug: str) -> bytes:
    """A file without what names the folder it comes from or is one team's own; all but two files stay as they are."""
    if path == STANDARD_FILE:
        text = data.decode("utf-8")
        named = {f"# What good means for {slug}.": "# What good means here.", f"`licet standard lock {slug}`": "`licet standard lock SLUG`"}
        for was, is_now in named.items():
            text = text.replace(was, is_now)
        return text.encode()
    return _without_blocks(data.decode("utf-8-sig")).encode() if path == USE_CASE_FILE else data


def _without_blocks(text: str) -> str:
    """`use_case.yaml` without the blocks of one team: whole lines are taken out, a comment says so, all else stays as it was typed."""
    for name in OF_ONE_TEAM:
        found = _lines_of(text, name.split("."))
        if found is not None:
            gone, first, last = found
            lines = text.splitlines(keepends=True)
            text = "".join([*lines[:first], CUT.format(gone), "\n", *lines[last:]])
    return text


def _lines_of(text: str, keys: list[str]) -> tuple[str, int, int] | None:
    """A block by its name, its first line, and the first after it; the block around where nothing else is in that, or it is one line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None  # whoever checks the folder says what is wrong with it
    found: tuple[str, int, int] | None = None
    for depth, key in enumerate(keys, start=1):
        entries = cast("list[tuple[yaml.Node, yaml.Node]]", node.value) if isinstance(node, yaml.MappingNode) else []
        pair = next((one for one in entries if one[0].value == key), None)
        if pair is None:
            return None
        whole = isinstance(node, yaml.MappingNode) and (len(entries) == 1 or bool(node.flow_style))
        if found is None or not whole:
            found = ".".join(keys[:depth]), pair[0].start_mark.line, _end(pair[1])
        node = pair[1]
    return found


def _end(node: yaml.Node) -> int:
    """The first line after a value; comments after it belong to what follows."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark
    return mark.line + 1 if mark.column else max(mark.line, node.start_mark.line + 1)
