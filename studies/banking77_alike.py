"""Study: how many official test messages of Banking77 nearly repeat a training message, what the search costs, and what it misses."""

import csv
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.case import TextContent
from licet.core.likeness import features_of
from licet.stats.near import BANDS, LEAST, ROWS, jaccard, near_repeats
from studies._table import Row, show

EXACT: Final = 300
"""So many of the test messages are also held against every training message, which is what the search spares."""

Features = list[NDArray[np.uint32]]


def messages(file: Path) -> list[str]:
    """The messages of one part."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [row["text"] for row in csv.DictReader(rows)]


def seconds_since(began: float) -> str:
    """The processor time spent since then."""
    return f"{time.process_time() - began:.2f} s"


def exactly(ones: Features, others: Features) -> int:
    """How many nearly repeat one of the others, each pair counted."""
    return sum(any(jaccard(one, other) >= LEAST for other in others if other.size) for one in ones if one.size)


def shared(index: float) -> float:
    """The probability that two sets of this Jaccard index share a band, and so become candidates."""
    return float(1.0 - (1.0 - index**ROWS) ** BANDS)


def rows(test: Sequence[str], train: Sequence[str]) -> list[Row]:
    """Every figure that ADR 0060 states."""
    began = time.process_time()
    ones, others = ([features_of(TextContent(text=one)) for one in part] for part in (test, train))
    reading, began = seconds_since(began), time.process_time()
    found = near_repeats(ones, others)
    searching = seconds_since(began)
    return [
        Row(what=f"test messages of {len(test):,} that nearly repeat one of {len(train):,}", value=f"{int(found.sum()):,}"),
        Row(what="processor time: features of all messages", value=reading),
        Row(what="processor time: the search", value=searching),
        Row(what=f"found among the first {EXACT}", value=str(int(found[:EXACT].sum()))),
        Row(what=f"found among them by counting every pair ({EXACT * len(train):,})", value=str(exactly(ones[:EXACT], others))),
        Row(what=f"probability that two sets of index {LEAST:g} become candidates", value=f"{shared(LEAST):.4f}"),
        Row(what="probability that two sets of index 0.3 become candidates", value=f"{shared(0.3):.2f}"),
    ]


def main() -> int:
    """Prints the table; says so where there is no data."""
    folder = os.environ.get("LICET_DATA")
    if folder is None:
        print("Skipped: LICET_DATA names no folder with banking77/ in it.")
        return 0
    there = Path(folder) / "banking77"
    show("Near repetitions in Banking77", rows(messages(there / "test.csv"), messages(there / "train.csv")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
