"""A clinic: makes misconfigurations behind Licet's back, and holds the doctor to what it says of them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from licet import __version__
from licet.store.moments import moment_text
from tests.cli.desk import Desk

SYSTEM = '''"""A system that knows the answer."""
import re

WORDS = {"refund": ("refund", "money", "return"), "card": ("card", "stolen", "atm"), "loan": ("loan", "mortgage", "interest")}


def propose(content):
    found = next((label for label, words in WORDS.items() if re.search("|".join(words), content["text"])), "card")
    return {"answer": found, "confidence": 0.99}
'''


def ago(**span: float) -> str:
    """A moment in the past, as the database has it."""
    return moment_text(datetime.now(UTC) - timedelta(**span))


def sql(desk: Desk, statement: str, *values: object) -> None:
    """Changes the database behind Licet's back."""
    with closing(sqlite3.connect(desk.home / ".licet" / "licet.sqlite")) as raw:
        raw.execute(statement, values)
        raw.commit()


def findings(desk: Desk, *, code: int) -> dict[str, tuple[str, str]]:
    """What the doctor says, but for what is in order."""
    checks = desk("doctor", code=code).data["checks"]
    return {check["name"]: (check["severity"], check["says"]) for check in checks if check["severity"] != "ok"}


def only(desk: Desk, name: str, severity: str, *says: str) -> None:
    """Holds the doctor to exactly one finding."""
    found = findings(desk, code=4 if severity == "error" else 0)
    assert list(found) == [name], found
    assert found[name][0] == severity
    for words in says:
        assert words in found[name][1], found[name][1]


def queue(desk: Desk, *, claim: str | None = None, leased_until: str | None = None) -> None:
    """Lets three cases wait since five minutes ago."""
    sql(
        desk,
        "insert into work (case_number, use_case_id, ready_at, attempts, claim, leased_until) "
        "select number, use_case_id, ?, 0, ?, ? from case_item limit 3",
        ago(minutes=5),
        claim,
        leased_until,
    )


def worker(desk: Desk, version: str = __version__, seen: str | None = None) -> None:
    """Lets a worker give a sign of life."""
    sql(desk, "insert into worker values (?, ?, ?, ?)", f"machine:{version}", ago(hours=1), seen or ago(seconds=1), version)


def effects(desk: Desk, state: str) -> None:
    """Writes an effect that is due since an hour ago."""
    sql(
        desk,
        "insert into effect (case_number, use_case_id, number, key, way, alone, state, made_at, ready_at, attempts) "
        "select min(number), use_case_id, 1, 'k', 'webhook', 1, ?, ?, ?, 3 from case_item",
        state,
        ago(hours=1),
        ago(hours=1),
    )
