"""How long it takes to check a ledger of a million entries, beside hashing the same bytes once."""

import argparse
import hashlib
import json
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Final

from licet.core.canonical import Json
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.ledger import Event, event_bytes, leaf_hash, root

GOAL: Final = 10.0
ENTRIES: Final = 1_000_000
ROUNDS: Final = 3
BLOCK: Final = 50_000


def block(start: int, size: int) -> list[bytes]:
    """Some entries as the ledger keeps them: a case routed, about 300 bytes each."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    facts: dict[str, Json] = {
        "mandate": "m-5d41402abc4b2a76",
        "audit_rate": 0.05,
        "route": "alone",
        "fingerprint": hashlib.sha256(b"system").hexdigest(),
    }
    event = Event(what="case.routed", at=at, by=PersonId("licet"), use_case=UseCaseSlug("slips"), facts=facts | {"case_number": "NUMBER"})
    before, after = event_bytes(event).split(b'"NUMBER"')
    return [b"%b%d%b" % (before, number, after) for number in range(start, start + size)]


def measure(entries: int) -> tuple[float, float]:
    """Measures one round, a block of entries at a time, so that the entries themselves need little memory.

    Returns:
        Seconds to compute the root from the entries' bytes, and seconds to hash each entry once.
    """
    leaves: list[bytes] = []
    verifying = hashing = 0.0
    for start in range(0, entries, BLOCK):
        raw = block(start, min(BLOCK, entries - start))
        before = time.perf_counter()
        leaves += [leaf_hash(entry) for entry in raw]
        between = time.perf_counter()
        for entry in raw:
            hashlib.sha256(entry).digest()
        hashing += time.perf_counter() - between
        verifying += between - before
    before = time.perf_counter()
    root(leaves)
    return verifying + time.perf_counter() - before, hashing


def main(argv: list[str] | None = None) -> int:
    """Prints the row of the goal: as JSON with --json, else as a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rounds = [measure(given.entries) for _ in range(ROUNDS)]
    seconds = statistics.median(verifying for verifying, _ in rounds)
    ratio = statistics.median(verifying / hashing for verifying, hashing in rounds)
    met = ratio <= GOAL
    row = {
        "value": round(seconds, 3),
        "unit": f"s for {given.entries} entries",
        "against": "one SHA-256 call for each entry's bytes",
        "ratio": round(ratio, 2),
        "goal": f"at most {GOAL:g}",
        "met": met,
        "why": None if met else f"the ratio is {ratio:.2f}",
    }
    print(json.dumps({"ledger_verify": row}) if given.json else f"{row['value']} {row['unit']}, {row['ratio']} x {row['against']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
