"""A side: one row in a transaction of its own, again and again; how long each commit takes."""

import os
import statistics
import time
from typing import Final

from bench.peers.tables import opened
from bench.peers.work import Given, given, measured, proved, report

TABLE: Final = "CREATE TABLE post (id INTEGER PRIMARY KEY, body BYTEA NOT NULL);"
INSERT: Final = "INSERT INTO post VALUES (%s, %s)"
BODY: Final = 480
WARM: Final = 50


def work(told: Given) -> None:
    """Writes the rows one after the other."""
    database = opened(told.database, TABLE)
    for number in range(-WARM, 0):
        database.commit_one(INSERT, (number, os.urandom(BODY)))
    took: list[float] = []
    with measured() as meter:
        for number in range(told.cases):
            row = (number, os.urandom(BODY))
            before = time.perf_counter()
            database.commit_one(INSERT, row)
            took.append(1000 * (time.perf_counter() - before))
    marks = statistics.quantiles(took, n=100)
    meter.extra |= {"p50_ms": statistics.median(took), "p99_ms": marks[98]}
    proved(database.count("post") - WARM, told.cases)
    report(told.cases, meter)


if __name__ == "__main__":
    work(given(__doc__))
