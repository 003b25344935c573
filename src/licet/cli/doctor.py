"""The doctor: looks at an installation for everything that is known to go wrong, and explains what it finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from licet.cli import look_accounts, look_database, look_files, look_outside, look_policies, look_server, look_use_cases, look_work
from licet.cli.findings import Found, OpenRoom, Room, Severity, error, opened_for_looking
from licet.edge.clock import SystemClock
from licet.ports import Clock
from licet.settings import Home

OnFiles = Callable[[Room], Found]
OnRows = Callable[[OpenRoom], Found]
EVERYWHERE, SQLITE, SERVER = "", "SQLite", "PostgreSQL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the doctor looked at; what it says names the remedy where it is not in order."""

    name: str
    found: Found

    @property
    def ok(self) -> bool:
        """Whether it is no error."""
        return self.found.severity is not Severity.ERROR


FILES: Final[Mapping[str, tuple[OnFiles, str]]] = {
    "folder": (look_files.folder, EVERYWHERE),
    "disk": (look_files.disk, EVERYWHERE),
    "payload key": (look_files.payload_key, EVERYWHERE),
    "signing key": (look_files.signing_key, EVERYWHERE),
    "keys in git": (look_files.keys_in_git, EVERYWHERE),
    "file system": (look_files.file_system, SQLITE),
    "journal": (look_files.journal, SQLITE),
    "backup": (look_files.backup, SQLITE),
    "database": (look_database.whole, SQLITE),
    "way to the server": (look_server.way, SERVER),
    "schema": (look_database.schema, EVERYWHERE),
}
"""Looks at files and settings, each for itself."""

ROWS: Final[Mapping[str, tuple[OnRows, str]]] = {
    "server version": (look_server.version, SERVER),
    "server lasting": (look_server.lasting, SERVER),
    "server rights": (look_server.rights, SERVER),
    "server connections": (look_server.connections, SERVER),
    "server vacuum": (look_server.vacuum, SERVER),
    "server writable": (look_server.writable, SERVER),
    "server clock": (look_server.apart, SERVER),
    "whose database": (look_database.whose, EVERYWHERE),
    "payloads": (look_database.readable, EVERYWHERE),
    "clock": (look_database.clock, EVERYWHERE),
    "numbering": (look_database.numbering, EVERYWHERE),
    "workers": (look_work.workers, EVERYWHERE),
    "leases": (look_work.leases, EVERYWHERE),
    "worker releases": (look_work.versions, EVERYWHERE),
    "dead effects": (look_work.dead_effects, EVERYWHERE),
    "late effects": (look_work.late_effects, EVERYWHERE),
    "stops": (look_work.stops, EVERYWHERE),
    "policies": (look_policies.policies, EVERYWHERE),
    "accounts": (look_accounts.accounts, EVERYWHERE),
    "identity provider": (look_accounts.provider, EVERYWHERE),
    "tokens": (look_work.tokens, EVERYWHERE),
    "use cases": (look_use_cases.folders, EVERYWHERE),
    "secrets": (look_outside.secrets, EVERYWHERE),
    "budgets": (look_outside.budgets, EVERYWHERE),
    "webhooks": (look_outside.webhooks, EVERYWHERE),
    "witness elsewhere": (look_outside.witness, EVERYWHERE),
    "other folders": (look_use_cases.strangers, EVERYWHERE),
    "systems": (look_use_cases.loadable, EVERYWHERE),
    "graders": (look_use_cases.graders, EVERYWHERE),
    "expiry": (look_use_cases.expiry, EVERYWHERE),
    "audits": (look_use_cases.audits, EVERYWHERE),
    "reviewers": (look_use_cases.reviewers, EVERYWHERE),
    "outbox": (look_database.outbox, EVERYWHERE),
    "ledger": (look_database.ledger, EVERYWHERE),
}
"""Looks at the database's rows, once it is open; the last one numbers what is pending."""

MEANINGS: Final[Mapping[str, str]] = {
    name: f"{(look.__doc__ or '').strip()}{f' ({where})' if where else ''}" for name, (look, where) in {**FILES, **ROWS}.items()
}
"""Every look with what it looks for, for the reference."""

OPEN: Final = "open"
"""Stands for all looks at rows where the database could not be opened."""


def examine(home: Home, clock: Clock | None = None) -> tuple[Check, ...]:
    """Looks at everything; each look stands alone.

    Args:
        home: where.
        clock: another than this machine's, to see what it would find then.
    """
    room = Room(home=home, clock=clock or SystemClock())
    here = SQLITE if home.database_url is None else SERVER
    files = [_checked(name, look, room) for name, (look, where) in FILES.items() if where in {EVERYWHERE, here}]
    return (*files, *_rows(room, here))


def _checked(name: str, look: OnFiles, room: Room) -> Check:
    try:
        return Check(name=name, found=look(room))
    except (ValueError, LookupError, RuntimeError, OSError) as wrong:
        return Check(name=name, found=error(str(wrong)))


def _rows(room: Room, here: str) -> Iterator[Check]:
    try:
        with opened_for_looking(room) as opened:
            for name, (look, where) in ROWS.items():
                if where in {EVERYWHERE, here}:
                    yield _checked_rows(name, look, opened)
    except (ValueError, LookupError, RuntimeError, OSError) as wrong:
        yield Check(name=OPEN, found=error(f"The rest was not looked at. {wrong}"))


def _checked_rows(name: str, look: OnRows, room: OpenRoom) -> Check:
    try:
        return Check(name=name, found=look(room))
    except (ValueError, LookupError, RuntimeError, OSError) as wrong:
        return Check(name=name, found=error(str(wrong)))
