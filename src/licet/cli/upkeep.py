"""Upkeep: what is wrong with an installation, and copies of it that can be put back."""

import shutil
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from licet.core.checkpoint import parse_note
from licet.core.ids import OPERATOR
from licet.edge.seal import open_seal, verify_checkpoint
from licet.edge.vault import open_key
from licet.flows.office import entry
from licet.settings import Home
from licet.store import ledger
from licet.store.book import check_schema, open_engine
from licet.wiring import check_ledger, opened

ROOM = 200 * 1024 * 1024
"""Free bytes below which writing is about to fail."""

NAMES = ("licet.sqlite", "key", "ledger.key", "checkpoints.txt")
"""What a backup holds."""


class BadBackupError(ValueError):
    """A file that is not a backup of an installation, or cannot be put back here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the doctor looked at; `remedy` is empty where it is in order."""

    name: str
    ok: bool
    says: str
    remedy: str = ""


def examine(home: Home) -> tuple[Check, ...]:
    """Looks at keys, folder, disk, schema, database, clock, ledger and outbox; each check stands alone."""
    looks: tuple[tuple[str, Callable[[Home], str]], ...] = (
        ("folder", _folder),
        ("disk", _disk),
        ("payload key", lambda h: _said(open_key(h.key_file), "readable, and only by its owner")),
        ("signing key", lambda h: open_seal(h.ledger_key).vkey),
        ("schema", _schema),
        ("database", _database),
        ("clock", _clock),
        ("ledger", _ledger),
    )
    return tuple(_check(name, look, home) for name, look in looks)


def _check(name: str, look: Callable[[Home], str], home: Home) -> Check:
    try:
        return Check(name=name, ok=True, says=look(home))
    except (ValueError, LookupError, RuntimeError, OSError, sqlite3.Error) as wrong:
        return Check(name=name, ok=False, says=str(wrong), remedy="")


def _said(thing: object, words: str) -> str:
    del thing
    return words


def _folder(home: Home) -> str:
    mode = home.inner.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"{str(home.inner)!r} may be read by others (mode {mode & 0o777:o}); run `chmod 700` on it."
        raise BadBackupError(message)
    return f"{home.inner} is for its owner only"


def _disk(home: Home) -> str:
    free = shutil.disk_usage(home.inner).free
    if free < ROOM:
        message = f"{free // 1024 // 1024} MiB free where the database is; writing fails soon. Free some space."
        raise OSError(message)
    return f"{free // 1024 // 1024:,} MiB free"


def _schema(home: Home) -> str:
    engine = open_engine(home.database)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    return "the one this Licet writes"


def _database(home: Home) -> str:
    with sqlite3.connect(f"file:{home.database}?mode=ro", uri=True) as raw:
        found = raw.execute("pragma quick_check").fetchone()[0]
    if found != "ok":
        raise BadBackupError(f"the database is damaged: {found}. Restore a backup with `licet restore`.")
    return "whole"


def _clock(home: Home) -> str:
    with opened(home) as office:
        last, now = office.book.last_moment(), office.clock.now()
    if last is not None and now < last:
        raise BadBackupError(f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, but something happened at {last:%Y-%m-%d %H:%M:%S} UTC. Set it right.")
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


def _ledger(home: Home) -> str:
    with opened(home) as office:
        found = check_ledger(office)
    if found.problems:
        raise BadBackupError("; ".join(found.problems))
    return f"{found.entries:,} entries, as they were signed"


def back_up(home: Home, file: Path) -> int:
    """Writes database, keys and checkpoints into one file that only its owner may read; commands may run meanwhile.

    Returns:
        The file's size in bytes.

    Raises:
        BadBackupError: when the file exists.
    """
    if file.exists():
        raise BadBackupError(f"{str(file)!r} exists; a backup is never overwritten. Name another file.")
    with tempfile.TemporaryDirectory(dir=home.inner) as folder:
        copy = Path(folder) / "licet.sqlite"
        with sqlite3.connect(f"file:{home.database}?mode=ro", uri=True) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        target.close()
        beside = file.with_name(f".{file.name}.part")
        beside.touch(mode=0o600)
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(copy, "licet.sqlite")
            packed.write(home.key_file, "key")
            packed.write(home.ledger_key, "ledger.key")
            packed.write(home.checkpoints, "checkpoints.txt")
        beside.replace(file)
    return file.stat().st_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore brought back: ledger entries, how many an outside checkpoint knows, and how many are lost."""

    entries: int
    known: int | None
    rolled_back: int


def bring_back(home: Home, file: Path, checkpoint: Path | None) -> Restored:
    """Puts a backup in the place of the installation's database and keys.

    The installation's own copies of checkpoints are kept: they, and those named, tell what the backup does not have any more.
    The roll-back is written into the ledger. Files that were there are moved aside, not deleted.

    Raises:
        BadBackupError: when the file is no backup, or a checkpoint is not of this ledger.
    """
    parts = _unpacked(file)
    outside = _known_outside(home, checkpoint)
    home.inner.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.use_cases.mkdir(exist_ok=True)
    targets = {"licet.sqlite": home.database, "key": home.key_file, "ledger.key": home.ledger_key}
    for name, target in targets.items():
        _put(target, parts[name])
    for leftover in (home.database.with_name("licet.sqlite-wal"), home.database.with_name("licet.sqlite-shm")):
        leftover.unlink(missing_ok=True)
    if not home.checkpoints.exists():
        _put(home.checkpoints, parts["checkpoints.txt"])
    return _settled(home, outside)


def _unpacked(file: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as packed:
            return {name: packed.read(name) for name in NAMES}
    except (OSError, KeyError, zipfile.BadZipFile) as wrong:
        raise BadBackupError(f"{str(file)!r} is not a backup: {wrong}. Make one with `licet backup FILE`.") from wrong


def _put(target: Path, data: bytes) -> None:
    if target.exists():
        target.replace(target.with_name(f"{target.name}.before-restore"))
    target.touch(mode=0o600)
    target.write_bytes(data)


def _known_outside(home: Home, checkpoint: Path | None) -> str | None:
    """The newest checkpoint that was kept outside the database, of those named and those of the installation."""
    notes = [path.read_text(encoding="utf-8") for path in (checkpoint, home.checkpoints) if path is not None and path.exists()]
    last = ["".join(text.splitlines(keepends=True)[-5:]) for text in notes if text]
    try:
        return max(last, key=lambda note: parse_note(note).checkpoint().size, default=None)
    except ValueError as wrong:
        raise BadBackupError(f"{str(checkpoint)!r} holds no signed checkpoints: {wrong}.") from wrong


def _settled(home: Home, outside: str | None) -> Restored:
    with opened(home) as office:
        with office.book.read() as tx:
            entries = ledger.head(tx).size
        known = None if outside is None else verify_checkpoint(outside, office.seal.vkey)
        if outside is not None and known is None:
            raise BadBackupError("The checkpoint outside was not signed with the key of this backup: it belongs to another installation.")
        lost = 0 if known is None else max(0, known.size - entries)
        now = office.clock.now()
        with office.book.write() as tx:
            facts = {"entries": entries, "known_outside": None if known is None else known.size, "rolled_back": lost}
            tx.record(entry("ledger.restored", by=OPERATOR, now=now, use_case=None, **facts))
    return Restored(entries=entries, known=None if known is None else known.size, rolled_back=lost)
