"""A side: the rows that Licet writes for a case, written by bare set-based SQL, a transaction for every 25 cases."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from bench.peers.tables import Row, opened
from bench.peers.work import Given, Proposal, alone, given, measured, propose, proved, report

TOGETHER: Final = 25
NOW: Final = "2026-03-01T09:00:00.000000Z"
FINGERPRINT: Final = "f" * 64
MANDATE: Final = "m-5d41402abc4b2a76"
VERSIONS: Final = '{"fingerprint":"' + FINGERPRINT + '","mandate":"' + MANDATE + '","policy":1,"rules":1,"standard":1}'

CASE: Final = "INSERT INTO case_item VALUES (%s, 1, 'live', %s, %s, %s, %s, FALSE, %s)"
KEY: Final = "INSERT INTO case_key VALUES (%s, %s)"
PROPOSAL: Final = "INSERT INTO proposal VALUES (%s, %s, %s, 0.5, %s)"
ROUTING: Final = "INSERT INTO routing VALUES (%s, 1, %s, %s, %s, %s, %s)"
DECISION: Final = "INSERT INTO decision VALUES (%s, 1, %s, %s, FALSE, %s, %s)"
TASK: Final = "INSERT INTO task VALUES (%s, %s, 1, 'review', %s, NULL)"
DONE: Final = "UPDATE task SET done_at = %s WHERE case_number = %s AND kind = 'review' AND done_at IS NULL"
LEDGER: Final = "INSERT INTO ledger_entry VALUES (%s, 'slips', %s, %s)"

Sets = list[tuple[str, Sequence[Row]]]


def sealed(size: int) -> bytes:
    """Bytes as an encrypted field has them: nothing in them can be compressed."""
    return os.urandom(size)


def entry(number: int) -> Row:
    """A ledger's row of the usual size."""
    return number, sealed(300), sealed(32)


def routed(numbers: Sequence[int], proposals: Sequence[Proposal]) -> Sets:
    """What is written for cases when their proposals are there."""
    sure = [n for n in numbers if alone(n)]
    unsure = [n for n in numbers if not alone(n)]
    reason = {True: ("alone", None), False: ("to_person", "below_threshold")}
    return [
        (CASE, [(n, sealed(32), f"external-{n}", sealed(8), NOW, sealed(300)) for n in numbers]),
        (KEY, [(n, sealed(32)) for n in numbers]),
        (PROPOSAL, [(n, FINGERPRINT, p["confidence"], sealed(120)) for n, p in zip(numbers, proposals, strict=True)]),
        (ROUTING, [(n, FINGERPRINT, *reason[alone(n)], MANDATE, NOW) for n in numbers]),
        (DECISION, [(n, sealed(60), "licet", VERSIONS, NOW) for n in sure]),
        (TASK, [(sealed(20).hex(), n, NOW) for n in unsure]),
        (LEDGER, [entry(3 * n + i) for n in numbers for i in range(3 if alone(n) else 2)]),
    ]


def answered(numbers: Sequence[int]) -> Sets:
    """What is written when people have answered."""
    return [
        (DONE, [(NOW, n) for n in numbers]),
        (DECISION, [(n, sealed(60), "ann@example.org", VERSIONS, NOW) for n in numbers]),
        (LEDGER, [entry(3 * n + 2) for n in numbers]),
    ]


def chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cases that share a transaction."""
    for start in range(0, len(numbers), TOGETHER):
        yield numbers[start : start + TOGETHER]


def work(told: Given) -> None:
    """Asks the system for the next cases while the last ones are written; then people answer."""
    database = opened(told.database)
    numbers = range(told.cases)
    with ThreadPoolExecutor(told.workers) as pool, measured() as meter:
        following = iter([*chunks(numbers), []])
        now = next(following)
        asked = [pool.submit(propose, n) for n in now]
        for later in following:
            proposals = [one.result() for one in asked]
            asked = [pool.submit(propose, n) for n in later]
            database.commit(routed(now, proposals))
            now = later
        for some in chunks([n for n in numbers if not alone(n)]):
            database.commit(answered(some))
    proved(database.count("decision"), told.cases)
    report(told.cases, meter)


if __name__ == "__main__":
    work(given(__doc__))
