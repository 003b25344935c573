"""Group commit against one commit each: threads that take a number again and again, on a SQLite file that waits for the disk."""

import statistics
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


def main() -> None:
    """Prints medians of three rounds, in turn, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.sqlite"
        engine = open_engine(database, create=True)
        upgrade(engine)
        engine.dispose()
        for threads in (1, 8, 32):
            pairs = [(rate(Book, database, threads), rate(GroupBook, database, threads)) for _ in range(ROUNDS)]
            alone, grouped = (statistics.median(side) for side in zip(*pairs, strict=True))
            print(f"{threads:>3} threads: {alone:,.0f} transactions/s alone, {grouped:,.0f} grouped, {grouped / alone:.1f} x")


if __name__ == "__main__":
    main()
