"""Group commit against one commit each: threads that take a number again and again, on a SQLite file that waits for the disk."""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from licet.edge.draw import SystemDraw
from licet.edge.vault import FileVault
from licet.store.book import Book
from licet.store.engines import open_engine
from licet.store.group import GroupBook
from licet.store.upgrade import upgrade

ROUNDS, WRITES = 3, 400
LEAST = {1: 0.8, 8: 2.0, 32: 4.0}
"""By threads, what sharing commits must give at least; a thread alone may lose little by it."""


def rate(kind: type[Book], database: Path, threads: int) -> float:
    """Transactions in a second."""
    engine = open_engine(database, serving=True)
    book = kind(engine, FileVault(master=b"0" * 32), SystemDraw())

    def write() -> None:
        for _ in range(WRITES // threads):
            with book.write() as tx:
                tx.take_numbers("bench", 1)

    running = [threading.Thread(target=write) for _ in range(threads)]
    began = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    took = time.perf_counter() - began
    engine.dispose()
    return WRITES / took


def row(threads: int, alone: float, grouped: float) -> dict[str, object]:
    """The row of a number of threads."""
    ratio = grouped / alone
    goal = LEAST[threads]
    met = ratio >= goal
    return {
        "value": round(grouped),
        "unit": f"transactions/s of {threads} threads on SQLite",
        "against": f"a commit each ({alone:.0f})",
        "ratio": round(ratio, 2),
        "goal": f"at least {goal:g}",
        "met": met,
        "why": None if met else f"the ratio is {ratio:.2f}",
    }


def main(argv: list[str] | None = None) -> int:
    """Prints medians of three rounds, in turn: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rows: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.sqlite"
        engine = open_engine(database, create=True)
        upgrade(engine)
        engine.dispose()
        for threads in LEAST:
            pairs = [(rate(Book, database, threads), rate(GroupBook, database, threads)) for _ in range(ROUNDS)]
            alone, grouped = (statistics.median(side) for side in zip(*pairs, strict=True))
            rows[f"group_commit_{threads}"] = row(threads, alone, grouped)
    lines = [f"{one['value']} {one['unit']}, {one['ratio']} x {one['against']}" for one in rows.values()]
    print(json.dumps(rows) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
