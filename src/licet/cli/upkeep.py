"""Upkeep: what is wrong with an installation, and copies of it that can be put back."""

import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass

from licet.edge.seal import open_seal
from licet.edge.vault import open_key
from licet.settings import Home
from licet.store import notices
from licet.store.copies import check_whole
from licet.store.engines import check_schema, open_engine
from licet.wiring import check_ledger, opened

ROOM = 200 * 1024 * 1024
"""Free bytes below which writing is about to fail."""


class UnsoundError(RuntimeError):
    """Something about the installation is not as it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the doctor looked at; what it says names the remedy where it is not in order."""

    name: str
    ok: bool
    says: str


def examine(home: Home) -> tuple[Check, ...]:
    """Looks at folder, disk, keys, schema, database, clock, ledger and outbox; each check stands alone."""
    looks: tuple[tuple[str, Callable[[Home], str]], ...] = (
        ("folder", _folder),
        ("disk", _disk),
        ("payload key", _payload_key),
        ("signing key", lambda h: open_seal(h.ledger_key).vkey),
        ("schema", _schema),
        ("database", _database),
        ("clock", _clock),
        ("ledger", _ledger),
        ("outbox", _outbox),
    )
    return tuple(_check(name, look, home) for name, look in looks)


def _check(name: str, look: Callable[[Home], str], home: Home) -> Check:
    try:
        return Check(name=name, ok=True, says=look(home))
    except (ValueError, LookupError, RuntimeError, OSError) as wrong:
        return Check(name=name, ok=False, says=str(wrong))


def _payload_key(home: Home) -> str:
    open_key(home.key_file)
    return "readable, and only by its owner"


def _folder(home: Home) -> str:
    mode = home.inner.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"{str(home.inner)!r} may be read by others (mode {mode & 0o777:o}); run `chmod 700` on it."
        raise UnsoundError(message)
    return f"{home.inner} is for its owner only"


def _disk(home: Home) -> str:
    free = shutil.disk_usage(home.inner).free
    if free < ROOM:
        message = f"{free // 1024 // 1024} MiB free where the database is; writing fails soon. Free some space."
        raise UnsoundError(message)
    return f"{free // 1024 // 1024:,} MiB free"


def _schema(home: Home) -> str:
    engine = open_engine(home.database, url=home.database_url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    return "the one this Licet writes"


def _database(home: Home) -> str:
    if home.database_url is not None:
        return "on PostgreSQL, which looks after its files: see pg_amcheck"
    check_whole(home.database)
    return "whole"


def _clock(home: Home) -> str:
    with opened(home, rolled_back=True) as office:
        last, now = office.book.last_moment(), office.clock.now()
    if last is not None and now < last:
        message = f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, but something happened at {last:%Y-%m-%d %H:%M:%S} UTC. Set it right."
        raise UnsoundError(message)
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


def _ledger(home: Home) -> str:
    with opened(home, rolled_back=True) as office:
        found = check_ledger(office)
    if found.problems:
        raise UnsoundError(
            f"{'; '.join(found.problems)}. Keep this copy for whoever investigates, and restore a backup with `licet restore`."
        )
    return f"{found.entries:,} entries, as they were signed"


def _outbox(home: Home) -> str:
    with opened(home, rolled_back=True) as office, office.book.read() as tx:
        waiting = notices.undelivered(tx)
    if waiting:
        raise UnsoundError(f"{waiting:,} messages could not be delivered. Allow writing {str(home.messages)!r} and repeat.")
    return "everything was delivered"
