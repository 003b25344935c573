"""Looks at an installation's files: who may read them, where they lie, and whether a copy of them exists."""

import shutil
import stat
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from licet.cli.findings import Found, Room, error, fine, note, warning
from licet.edge.seal import SealError, open_seal
from licet.edge.vault import KeyFileError, open_key

ROOM = 200 * 1024 * 1024
"""Free bytes below which writing is about to fail."""

FULL = 0.9
"""Share of a disk that is in use from which on it is worth a thought."""

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs", "davfs"})
"""File systems of other machines: SQLite's locks and shared memory do not work there, or lie."""

FLEETING = frozenset({"tmpfs", "ramfs"})
"""File systems in memory: gone when the machine is started again."""

MOUNTS = Path("/proc/self/mountinfo")
BACKUP_AFTER = timedelta(days=1)
BACKUP_OLD = timedelta(days=30)


def folder(room: Room) -> Found:
    """Whether others may look into `.licet`."""
    mode = room.home.inner.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return error(f"{str(room.home.inner)!r} may be read by others (mode {mode & 0o777:o}); run `chmod 700` on it.")
    return fine(f"{room.home.inner} is for its owner only")


def disk(room: Room) -> Found:
    """Whether there is room to write."""
    usage = shutil.disk_usage(room.home.inner)
    says = f"{usage.free // 1024 // 1024:,} MiB free where {str(room.home.inner)!r} is"
    if usage.free < ROOM:
        return error(f"{says}; writing fails soon. Free some space.")
    if usage.free < (1.0 - FULL) * usage.total and usage.free < 10 * ROOM:
        return warning(f"{says}, which is {usage.free / usage.total:.0%} of the disk. Free some space before it is full.")
    return fine(says)


def payload_key(room: Room) -> Found:
    """Whether the payload key is there, whole, and only its owner's."""
    try:
        open_key(room.home.key_file)
    except KeyFileError as wrong:
        return error(str(wrong))
    return fine("readable, and only by its owner")


def signing_key(room: Room) -> Found:
    """Whether the signing key is there, whole, and only its owner's."""
    try:
        return fine(open_seal(room.home.ledger_key).vkey)
    except SealError as wrong:
        return error(str(wrong))


def keys_in_git(room: Room) -> Found:
    """Whether a key is under version control, where everybody who clones reads it, for ever."""
    git = shutil.which("git")
    if git is None:
        return fine("there is no git here")
    tracked = [str(file) for file in (room.home.key_file, room.home.ledger_key) if _is_tracked(git, file)]
    if tracked:
        return error(
            f"{', '.join(tracked)} is tracked by git: whoever has the repository reads every payload or signs in your name. "
            "Run `git rm --cached` on it, and make a new installation: the history keeps the key."
        )
    return fine("no key is tracked by git")


def _is_tracked(git: str, file: Path) -> bool:
    if not file.parent.is_dir():
        return False
    command = [git, "-C", str(file.parent), "ls-files", "--error-unmatch", "--", file.name]
    return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0  # noqa: S603 - git itself, on our own file


def file_system(room: Room) -> Found:
    """Whether SQLite's file lies where locks work and what is written lasts."""
    text = MOUNTS.read_text("utf-8", errors="replace") if MOUNTS.exists() else ""
    return judged_mount(mount_kind(room.home.inner.resolve(), text), str(room.home.inner))


def mount_kind(path: Path, mounts: str) -> str:
    """The kind of file system a path is on, as the kernel's list of mounts says; empty where it does not say."""
    found, longest = "", -1
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        point = fields.split()[4].replace("\\040", " ") if len(fields.split()) > 4 else ""  # noqa: PLR2004 - mountinfo's fifth field
        inside = path.as_posix() == point or path.as_posix().startswith(point.rstrip("/") + "/")
        if point and inside and len(point) >= longest and rest:
            found, longest = rest.split()[0], len(point)
    return found


def judged_mount(kind: str, where: str) -> Found:
    """What a kind of file system means for a SQLite file in it."""
    if kind in REMOTE:
        return error(
            f"{where!r} is on a file system of another machine ({kind}), where SQLite's locks do not hold and the database breaks. "
            "Move the installation to a disk of this machine, or put the database on PostgreSQL (LICET_DATABASE_URL)."
        )
    if kind in FLEETING:
        return warning(f"{where!r} is in memory ({kind}): all of it is gone when the machine is started again. Move it to a disk.")
    return fine(f"on a disk of this machine ({kind or 'of a kind that the system does not say'})")


def journal(room: Room) -> Found:
    """Whether somebody switched write-ahead logging off in the file, as other tools do."""
    with room.home.database.open("rb") as file:
        head = file.read(20)
    if head[18:20] == b"\x01\x01":
        return warning(
            f"Another tool took {str(room.home.database)!r} out of write-ahead logging. Licet switches it on again as it opens the file; "
            "find the tool, because readers and writers wait for each other meanwhile."
        )
    return fine("write-ahead logging is on")


def backup(room: Room) -> Found:
    """Whether there is a copy that an accident here does not reach."""
    mark, now = room.home.backed_up, room.clock.now()
    if not mark.exists():
        made = datetime.fromtimestamp(room.home.ledger_key.stat().st_mtime, now.tzinfo) if room.home.ledger_key.exists() else now
        if now - made < BACKUP_AFTER:
            return fine("none yet, and the installation is new")
        return note("No backup was ever made here. Write one with `licet backup FILE`, and keep it on another machine.")
    last = datetime.fromtimestamp(mark.stat().st_mtime, now.tzinfo)
    if now - last > BACKUP_OLD:
        return warning(f"The last backup is of {last:%Y-%m-%d}, {(now - last).days} days ago. Write one with `licet backup FILE`.")
    return fine(f"the last one was written on {last:%Y-%m-%d %H:%M} UTC")
