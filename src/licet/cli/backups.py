"""Backups: a copy of an installation in one file, and putting it back without hiding what is lost by that."""

import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from licet.cli.frame import RefusedError
from licet.core.checkpoint import Checkpoint
from licet.core.ids import OPERATOR
from licet.core.ledger import Frontier
from licet.core.refusal import Refused
from licet.edge.seal import verify_checkpoint
from licet.edge.witness import newest_note
from licet.flows.office import Office, entry
from licet.flows.settle import settle
from licet.settings import FOLDER, Home
from licet.store import ledger
from licet.store.copies import BESIDE, check_whole, copy_database
from licet.wiring import checkpoint_outside, opened

DATABASE, KEY, LEDGER_KEY, CHECKPOINTS = "licet.sqlite", "key", "ledger.key", "checkpoints.txt"
NAMES = (DATABASE, KEY, LEDGER_KEY, CHECKPOINTS)
"""What a backup holds."""


class BadBackupError(ValueError):
    """A file that is not a backup of an installation, or cannot be put back here."""


def back_up(home: Home, file: Path) -> int:
    """Writes database, keys and checkpoints into one file that only its owner may read; commands may run meanwhile.

    Returns:
        The file's size in bytes.

    Raises:
        RefusedError: when the database is on PostgreSQL.
        BadBackupError: when the file exists.
        BrokenDatabaseError: when the database cannot be read.
        OSError: when the file cannot be written.
    """
    _refuse_server(home)
    if file.exists():
        raise BadBackupError(f"{str(file)!r} exists; a backup is never overwritten. Name another file.")
    with tempfile.TemporaryDirectory(dir=home.inner) as folder:
        # Checkpoints first: were they copied after the database, they might know more than it, and restoring would report a loss.
        checkpoints = home.checkpoints.read_bytes() if home.checkpoints.exists() else b""
        copy = Path(folder) / DATABASE
        copy_database(home.database, copy)
        beside = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR), "w+b") as stream:
                with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
                    packed.write(copy, DATABASE)
                    packed.write(home.key_file, KEY)
                    packed.write(home.ledger_key, LEDGER_KEY)
                    packed.writestr(CHECKPOINTS, checkpoints)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(file)
            os.close(os.open(home.backed_up, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR))
            os.utime(home.backed_up)
        finally:
            beside.unlink(missing_ok=True)
    return file.stat().st_size


def _refuse_server(home: Home) -> None:
    """A server's database is not a file of ours."""
    if home.database_url is None:
        return
    why = "The database is on PostgreSQL, and one file cannot hold it together with its keys."
    remedy = (
        f"Copy it with `pg_dump --format=custom`, put it back with `pg_restore` into an empty database, and keep a copy of "
        f"{str(home.inner)!r} (and of LICET_KEY_FILE) apart from it. `licet db accept-rollback` then writes down what is lost."
    )
    raise RefusedError(Refused(code="database_elsewhere", why=why, remedy=remedy))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore brought back: ledger entries, how many an outside checkpoint knows, and how many are lost."""

    entries: int
    known: int | None
    rolled_back: int


def bring_back(home: Home, file: Path, checkpoint: Path | None) -> Restored:
    """Puts a backup in the place of the installation's database and keys.

    The backup is unpacked, checked, and told of the roll-back in its ledger before anything is touched. The installation's own copies
    of checkpoints stay: they, and those named, tell what the backup does not have any more. Files that were there are moved aside.

    Args:
        home: where to put it; made where there is nothing.
        file: what `back_up` wrote.
        checkpoint: checkpoints kept elsewhere; None: those of the installation only.

    Raises:
        RefusedError: when the database is on PostgreSQL.
        BadBackupError: when the file is no backup, is damaged, or a checkpoint is not of its ledger. Nothing was changed.
        OSError: when the folder cannot be written.
    """
    _refuse_server(home)
    notes = _notes(home, checkpoint)
    home.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.root, prefix=f"{FOLDER}.restoring-") as folder:
        there = Home(root=Path(folder), key_file=Path(folder) / FOLDER / KEY)
        there.inner.mkdir(mode=0o700)
        _unpack(file, there.inner)
        try:
            restored = _told(there, notes)
        except (ValueError, RuntimeError, LookupError) as wrong:
            raise BadBackupError(f"{str(file)!r} cannot be put back: {wrong} Nothing was changed.") from wrong
        _put(there, home)
    with opened(home, rolled_back=True) as office:
        settle(office)
    return restored


def _notes(home: Home, checkpoint: Path | None) -> list[str]:
    """The newest checkpoint of each file of them: the one named, and the installation's own."""
    named = None if checkpoint is None else newest_note(checkpoint.read_bytes())
    if checkpoint is not None and named is None:
        raise BadBackupError(f"{str(checkpoint)!r} holds no signed checkpoint. Name a copy of checkpoints.txt. Nothing was changed.")
    own = newest_note(home.checkpoints.read_bytes()) if home.checkpoints.exists() else None
    return [note for note in (named, own) if note is not None]


def _unpack(file: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            for name in NAMES:
                target = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
                with packed.open(name) as source, os.fdopen(target, "wb") as out:
                    shutil.copyfileobj(source, out)
    except (OSError, KeyError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as wrong:
        message = f"{str(file)!r} is not a whole backup: {wrong}. Make one with `licet backup FILE`. Nothing was changed."
        raise BadBackupError(message) from wrong


def _told(there: Home, notes: list[str]) -> Restored:
    """Checks what was unpacked against the checkpoints outside, and writes into its ledger what is lost."""
    check_whole(there.database)
    with opened(there, rolled_back=True) as office:
        return _written_down(office, notes)


def accept_rollback(home: Home) -> Restored:
    """Writes into the ledger that the database was put back with the server's own tools, and what is lost by that.

    Raises:
        RefusedError: when the database is a SQLite file, or nothing is lost.
        BadBackupError: when it is another ledger than the checkpoints outside are of.
    """
    if home.database_url is None:
        why = "The database is a SQLite file, which `licet restore` puts back together with its keys."
        raise RefusedError(Refused(code="database_here", why=why, remedy="Use `licet restore BACKUP`."))
    with opened(home, rolled_back=True) as office:
        outside = checkpoint_outside(office)
        with office.book.read() as tx:
            size = ledger.head(tx).size
        if outside is None or outside.size <= size:
            why = f"The database has {size:,} ledger entries, and no checkpoint outside knows of more: nothing is lost."
            raise RefusedError(Refused(code="nothing_lost", why=why, remedy=""))
        return _written_down(office, [newest_note(home.checkpoints.read_bytes()) or ""])


def _written_down(office: Office, notes: list[str]) -> Restored:
    """Holds a ledger that was put back against the checkpoints outside, and writes into it what is lost."""
    with office.book.read() as tx:
        leaves = ledger.leaves(tx)
    known = max((_signed(note, office.seal.vkey) for note in notes), key=lambda one: one.size, default=None)
    if known is not None and known.size <= len(leaves) and Frontier().extend(leaves[: known.size]).root() != known.root:
        raise BadBackupError(f"its ledger has other entries than the checkpoint outside, of {known.size:,}.")
    size = None if known is None else known.size
    lost = 0 if size is None else max(0, size - len(leaves))
    facts = {"entries": len(leaves), "known_outside": size, "rolled_back": lost}
    with office.book.write() as tx:
        tx.record(entry("ledger.restored", by=OPERATOR, now=office.clock.now(), use_case=None, **facts))
    settle(office)
    return Restored(entries=len(leaves), known=size, rolled_back=lost)


def _signed(note: str, vkey: str) -> Checkpoint:
    found = verify_checkpoint(note, vkey)
    if found is None:
        raise BadBackupError(f"the checkpoint outside was not signed with the key in it, {vkey}: it belongs to another installation.")
    return found


def _put(there: Home, home: Home) -> None:
    home.inner.mkdir(exist_ok=True, mode=0o700)
    home.use_cases.mkdir(exist_ok=True)
    aside = _aside(home.database)
    for end in ("", *BESIDE):
        old = home.database.with_name(f"{home.database.name}{end}")
        if old.exists():
            old.rename(aside.with_name(f"{aside.name}{end}"))
    for source, target in ((there.key_file, home.key_file), (there.ledger_key, home.ledger_key), (there.database, home.database)):
        if target.exists():
            target.rename(_aside(target))
        shutil.move(source, target)
    if not home.checkpoints.exists():
        shutil.move(there.checkpoints, home.checkpoints)


def _aside(target: Path) -> Path:
    """A name for what is in the way, that nothing has."""
    names = (target.with_name(f"{target.name}.before-restore{'' if number == 1 else f'-{number}'}") for number in count(1))
    return next(name for name in names if not name.exists())
