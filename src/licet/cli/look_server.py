"""Looks at a PostgreSQL server: whether it keeps what it was told, and whether Licet's role may do more than it has to."""

from datetime import timedelta

from licet.cli.findings import Found, OpenRoom, Room, error, fine, warning, worst
from licet.store.engines import SERVING, connection_mode
from licet.store.servers import Server, read_server

CLOCKS_APART = timedelta(seconds=2)
"""How far this machine's clock and the server's may be apart."""

PER_PROCESS = SERVING["pool_size"] + SERVING["max_overflow"]
"""Connections that one server or worker may open."""

LEAST_VERSION = 140_000


def _server(room: OpenRoom) -> Server:
    with room.office.book.read() as tx:
        return read_server(tx)


def way(room: Room) -> Found:
    """Whether somebody in between could read or be the server."""
    host, mode = connection_mode(room.home.database_url or "")
    if mode == "require":
        return warning(
            f"LICET_DATABASE_URL says sslmode=require: what is sent to {host} is encrypted, but who answers is not checked. "
            "Give the server a certificate and say verify-full, which is the default."
        )
    if mode == "disable":
        return error(
            f"LICET_DATABASE_URL says sslmode=disable, and {host} is another machine: passwords and payload keys' ciphertexts travel in "
            "the clear. Leave it out, or say verify-full."
        )
    return fine(f"to {host}: {mode}")


def lasting(room: OpenRoom) -> Found:
    """Whether a commit that the server confirmed outlives a power cut."""
    found = _server(room).settings
    return worst(
        (
            error(f"{name} is {found[name]}: after a power cut {lost}. Set {name} to on in postgresql.conf.")
            for name, lost in (
                ("fsync", "the database may be damaged"),
                ("full_page_writes", "pages may be torn"),
                ("synchronous_commit", "cases that were confirmed are lost"),
            )
            if found.get(name) == "off"
        ),
        "fsync, full_page_writes and synchronous_commit are on",
    )


def rights(room: OpenRoom) -> Found:
    """Whether Licet's role could change the ledger."""
    found = _server(room)
    remedy = "Let Licet sign in as a role of its own with the rights that docs/operations.md grants."
    if found.superuser:
        return warning(f"Licet signs in as the superuser {found.role!r}, who may rewrite the ledger and everything else. {remedy}")
    if found.may_change:
        return warning(f"{found.role!r} may change {', '.join(found.may_change)}. {remedy}")
    return fine(f"{found.role!r} may add to the ledger and not change it")


def connections(room: OpenRoom) -> Found:
    """Whether the server lets all workers in."""
    found = _server(room)
    most = int(found.settings["max_connections"]) - int(found.settings["superuser_reserved_connections"])
    wanted = PER_PROCESS * max(1, len(room.gauges.alive(room.now)))
    if wanted > most:
        return warning(
            f"The server lets {most} connections in, {found.used} are open, and the workers that run may want {wanted} "
            f"({PER_PROCESS} each). Raise max_connections, or put a pooler in session mode in between."
        )
    return fine(f"{found.used} of {most} connections are open")


def vacuum(room: OpenRoom) -> Found:
    """Whether the server clears away what the queue leaves behind."""
    if _server(room).settings.get("autovacuum") == "off":
        return warning("autovacuum is off: the queue's table grows, and claiming cases gets slow. Set autovacuum to on.")
    return fine("autovacuum is on")


def writable(room: OpenRoom) -> Found:
    """Whether the database takes anything."""
    if _server(room).settings.get("default_transaction_read_only") == "on":
        return error("default_transaction_read_only is on for this database or role: nothing can be written. Set it to off.")
    return fine("the database takes what is written")


def apart(room: OpenRoom) -> Found:
    """Whether this machine and the server agree on the time."""
    off = abs(_server(room).now - room.clock.now())
    if off > CLOCKS_APART:
        return warning(
            f"This machine's clock and the server's are {off.total_seconds():.0f} seconds apart: leases and expiry of workers on several "
            "machines rest on their clocks. Let all of them ask the same time server."
        )
    return fine("this machine and the server agree on the time")


def version(room: OpenRoom) -> Found:
    """Whether the server is new enough."""
    found = int(_server(room).settings["server_version_num"])
    if found < LEAST_VERSION:
        return error(f"The server is PostgreSQL {found // 10_000}; Licet needs {LEAST_VERSION // 10_000} or newer.")
    return fine(f"PostgreSQL {found // 10_000}")
