"""Servers: what a PostgreSQL server says of itself, and what the role that Licet uses there may do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from licet.store.book import Tx

SETTINGS = (
    "fsync", "full_page_writes", "synchronous_commit", "max_connections", "superuser_reserved_connections", "autovacuum",
    "default_transaction_read_only", "server_version_num",
)  # fmt: skip
"""What is asked for; each as the session of Licet has it."""

PROTECTED = ("ledger_entry", "checkpoint", "ledger_pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as Licet's role sees it.

    Attributes:
        settings: by name, as text.
        role: whom Licet signs in as.
        superuser: whether that role may do everything.
        may_change: tables of the ledger that it may update or owns.
        used: connections that are open, of everybody.
        now: the server's clock.
    """

    settings: dict[str, str]
    role: str
    superuser: bool
    may_change: tuple[str, ...]
    used: int
    now: datetime


def read_server(tx: Tx) -> Server:
    """Asks the server; PostgreSQL only."""
    names = ", ".join(f"'{name}'" for name in SETTINGS)
    settings = tx.conn.execute(text(f"select name, setting from pg_settings where name in ({names})")).all()  # noqa: S608 - our own names
    role, superuser, now, used = tx.conn.execute(
        text(
            "select current_user, (select rolsuper from pg_roles where rolname = current_user), clock_timestamp(), "
            "(select sum(numbackends) from pg_stat_database)"
        )
    ).one()
    may = [table for table in PROTECTED if _may_change(tx, table)]
    return Server(
        settings={row.name: row.setting for row in settings},
        role=str(role),
        superuser=bool(superuser),
        may_change=tuple(may),
        used=int(used),
        now=now,
    )


def _may_change(tx: Tx, table: str) -> bool:
    asked = text(
        "select has_table_privilege(current_user, c.oid, 'UPDATE') or pg_has_role(current_user, c.relowner, 'USAGE') "
        "from pg_class c where c.oid = cast(:name as regclass)"
    )
    return bool(tx.conn.execute(asked, {"name": table}).scalar_one())
