"""Tallies: how many cases went which way, counted as it happens, so that nobody counts a million rows to say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import select

from licet.store.book import Tx
from licet.store.engines import on_postgresql
from licet.store.work_tables import tally

ROUTED = "routed"
DECIDED = "decided"
TASKS = "tasks"
PERSON = "person"
AI = "ai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of a use case's cases so far.

    Attributes:
        routed: cases by reason; those routed alone have the reason "".
        decided: decisions by who made them: ai or person.
        tasks: cases that wait for a person's decision, under the word "decision". Audits are not among them: whoever sends cases and
            reads counts would learn which case was drawn.
    """

    routed: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)


def add(tx: Tx, use_case_id: int, more: Mapping[tuple[str, str], int]) -> None:
    """Adds to tallies (or takes from them), in the transaction that does what is counted, with one statement."""
    rows = [(use_case_id, what, word, number) for (what, word), number in sorted(more.items()) if number]
    if not rows:
        return
    mark = "%s" if on_postgresql(tx.conn) else "?"
    values = ", ".join([f"({mark}, {mark}, {mark}, {mark})"] * len(rows))
    tx.say(
        f"INSERT INTO tally (use_case_id, what, word, value) VALUES {values} "  # noqa: S608 - marks only
        "ON CONFLICT (use_case_id, what, word) DO UPDATE SET value = tally.value + excluded.value",
        tuple(chain.from_iterable(rows)),
    )


def every(tx: Tx) -> dict[int, Tally]:
    """The tallies of all use cases, by their row ids."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    for row in tx.run(select(tally)):
        found.setdefault(row.use_case_id, {}).setdefault(row.what, {})[row.word] = row.value
    return {use_case: Tally(**kinds) for use_case, kinds in found.items()}
