"""Tallies: how many cases went which way, counted as it happens, so that nobody counts a million rows to say it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update

from licet.store.book import Tx
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


def count(tx: Tx, use_case_id: int, what: str, words: Iterable[str], *, sign: int = 1) -> None:
    """Adds to a tally (or takes from it), in the transaction that does what is counted."""
    t = tally
    for word, number in sorted(Counter(words).items()):
        mine = (t.c.use_case_id == use_case_id, t.c.what == what, t.c.word == word)
        changed = tx.conn.execute(update(t).where(*mine).values(value=t.c.value + sign * number)).rowcount
        if not changed:
            tx.run(insert(t).values(use_case_id=use_case_id, what=what, word=word, value=sign * number))


def every(tx: Tx) -> dict[int, Tally]:
    """The tallies of all use cases, by their row ids."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    for row in tx.run(select(tally)):
        found.setdefault(row.use_case_id, {}).setdefault(row.what, {})[row.word] = row.value
    return {use_case: Tally(**kinds) for use_case, kinds in found.items()}
