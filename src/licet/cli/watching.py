"""Watching a folder from the command line: each complete file is taken in, and what became of it is said."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from licet.cli.cases import tally_json
from licet.cli.deliveries import ready_file, taken_in
from licet.cli.frame import OK, RefusedError, at_work, folder_of, granted, plain, said
from licet.core.canonical import Json
from licet.edge.bad_file import BadFileError
from licet.edge.files import file_digest
from licet.edge.watched_folder import WatchedFolder, watched
from licet.flows.office import who


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """What a watch works with: the use case, what was typed, and who acts."""

    slug: str
    given: Mapping[str, str | int | None]
    acting: str | None
    home: str | None
    as_json: bool


def watch_folder(  # noqa: PLR0913 - a command's options
    slug: str,
    folder: Path,
    given: Mapping[str, str | int | None],
    *,
    acting: str | None,
    home: str | None,
    every: float,
    once: bool,
    as_json: bool,
) -> int:
    """Looks into a folder again and again; with `once`, twice, so that what is complete can be told.

    Raises:
        FolderBusyError: when it is no folder, or another process watches it.
        RefusedError: when the use case takes no cases; the file is where it was.
    """
    watch = _Watch(slug=slug, given=given, acting=acting, home=home, as_json=as_json)
    folder_of(home, slug)
    files: list[Json] = []
    with watched(folder) as place:
        looks = 0
        while not once or looks < 2:  # noqa: PLR2004 - a file is complete when two looks see the same
            if looks:
                time.sleep(every)
            looks += 1
            for file in place.look():
                found = _take(watch, place, file)
                files.append(found)
                _tell(watch, found, once=once)
            if not once:
                files.clear()
    if once:
        said({"use_case": slug, "folder": str(folder), "files": files}, _closing(files), as_json=as_json)
    return OK


def _take(watch: _Watch, place: WatchedFolder, file: Path) -> Mapping[str, Json]:
    """Takes one file in. The office is opened for each: its ledger entries are numbered and signed when the file is done."""
    try:
        with at_work(watch.home) as office:
            ready = ready_file(folder_of(watch.home, watch.slug), file, watch.given, whole=True)
            tally = granted(taken_in(office, who(office, watch.acting), ready))
    except BadFileError as wrong:
        return _refused(place, file, wrong, rows=0)
    except RefusedError:
        place.give_back(file)
        raise
    if file_digest(file) != ready.file.digest:
        remedy = "Write files under another name, such as X.csv.part, and rename them when they are complete."
        return _refused(place, file, BadFileError(file, why="it was changed while it was read.", remedy=remedy), rows=tally.rows)
    moved = place.done(file, ready.file.digest)
    return {"file": file.name, "moved": str(moved), **tally_json(watch.slug, tally, simulated=False)}


def _refused(place: WatchedFolder, file: Path, wrong: BadFileError, *, rows: int) -> Mapping[str, Json]:
    reason = str(place.refuse(file, wrong, rows=rows))
    return {"file": file.name, "refused": wrong.why, "line": wrong.line, "remedy": wrong.remedy, "reason": reason, "rows": rows}


def _tell(watch: _Watch, found: Mapping[str, Json], *, once: bool) -> None:
    """Says what became of a file at once: a line for people, or, in an endless watch, one JSON object per line."""
    if watch.as_json and once:
        return
    name = plain(found["file"])
    if "refused" in found:
        where = "" if found["line"] is None else f":{found['line']}"
        line = f"[red]Refused[/] {name}{where}: {plain(found['refused'])} {plain(found['remedy'])}"
    else:
        line = f"Took in {name}: {found['rows']:,} cases, {found['alone']:,} decided alone, {found['repeated']:,} were here already."
    said(found, (line,), as_json=watch.as_json)


def _closing(files: list[Json]) -> tuple[str, ...]:
    return () if files else ("No file is complete. One is when it looks the same twice; names in .part or .tmp never are.",)
