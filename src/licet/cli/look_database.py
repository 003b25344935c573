"""Looks at the database: its schema, whether it is whole, whose it is, and what the ledger in it says."""

from datetime import timedelta

from licet.cli.findings import Found, OpenRoom, Room, error, fine, warning
from licet.edge.vault import NotReadableError
from licet.store import announcements, installations, notices
from licet.store.copies import check_whole
from licet.store.engines import LAST, BrokenDatabaseError, SchemaError, check_schema, open_engine, schema_of
from licet.store.samples import read_sample
from licet.store.upgrade import waiting
from licet.wiring import check_ledger

PENDING_FOR = timedelta(minutes=2)
"""Longer than this no ledger entry waits for its number where a worker runs; a short command numbers its own."""


def schema(room: Room) -> Found:
    """Whether the tables are those this Licet writes."""
    engine = open_engine(room.home.database, url=room.home.database_url)
    try:
        check_schema(engine)
        found = schema_of(engine) or LAST
    except SchemaError as wrong:
        return error(str(wrong))
    finally:
        engine.dispose()
    if found > LAST:
        return warning(f"schema {found} is a newer Licet's, on which this one still runs. Replace it by the newer one.")
    left = ", ".join(step.revision for step in waiting(found))
    if left:
        return warning(f"schema {found}; {left} waits for `licet db upgrade --post`, when no older worker runs.")
    return fine(f"schema {found}, the one this Licet writes")


def whole(room: Room) -> Found:
    """Whether SQLite's file is damaged."""
    try:
        check_whole(room.home.database)
    except BrokenDatabaseError as wrong:
        return error(str(wrong))
    return fine("whole")


def whose(room: OpenRoom) -> Found:
    """Whether database and keys belong together."""
    with room.office.book.read() as tx:
        found = installations.read(tx)
    if found is not None and found.vkey != room.office.seal.vkey:
        return error(
            f"The signing key {str(room.home.ledger_key)!r} is not this database's, which was signed with {found.vkey}. "
            "Name the right folder with --home, or restore keys and database from the same backup."
        )
    return fine("the signing key is the one the database was made with")


def readable(room: OpenRoom) -> Found:
    """Whether the payload key opens what the database holds."""
    try:
        with room.office.book.read() as tx:
            there = read_sample(tx)
    except NotReadableError:
        return error(
            f"{str(room.home.key_file)!r} is the payload key of another installation: it opens nothing in this database. "
            "Set LICET_KEY_FILE to the right one, or restore both from the same backup."
        )
    return fine("it opens what is stored" if there else "nothing is stored yet")


def clock(room: OpenRoom) -> Found:
    """Whether the clock is behind what has happened already."""
    last = room.office.book.last_moment()
    if last is not None and room.now < last:
        return error(
            f"the clock says {room.now:%Y-%m-%d %H:%M:%S} UTC, but something happened at {last:%Y-%m-%d %H:%M:%S} UTC. Set it right."
        )
    return fine(f"{room.now:%Y-%m-%d %H:%M:%S} UTC")


def numbering(room: OpenRoom) -> Found:
    """Whether ledger entries wait for their numbers for long."""
    since = room.gauges.pending_since
    if since is not None and room.now - since > PENDING_FOR:
        return error(
            f"{room.gauges.pending:,} ledger entries wait for a number since {since:%Y-%m-%d %H:%M} UTC: nobody signs. "
            "Start `licet serve` or `licet worker`; any command, such as `licet ledger verify`, numbers them too."
        )
    return fine(f"{room.gauges.pending:,} entries wait for a number")


def ledger(room: OpenRoom) -> Found:
    """Whether the ledger is the one that was signed, here and in the checkpoints outside."""
    found = check_ledger(room.office)
    if found.problems:
        return error(f"{'; '.join(found.problems)}. Keep this copy for whoever investigates, and restore a backup with `licet restore`.")
    return fine(f"{found.entries:,} entries, as they were signed")


def outbox(room: OpenRoom) -> Found:
    """Whether people were told what they had to be told."""
    with room.office.book.read() as tx:
        left = notices.undelivered(tx)
        stuck = announcements.stuck(tx)
    if stuck is not None:
        return error(f"{stuck.count:,} announcements did not reach everybody: {stuck.why}. They are tried again by themselves.")
    if left:
        return error(f"{left:,} messages could not be delivered. Allow writing {str(room.home.messages)!r} and repeat.")
    return fine("everything was delivered")
