"""Where time goes in a bank's loan applications (BPI Challenge 2012): the bottleneck is where cases wait, not where work takes long."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from licet.core.as_is import study
from licet.core.log_reading import LogWish
from licet.core.process import Recorded, StatedForProcess, Waited
from licet.core.process_told import handling_told, told, waiting_told
from licet.edge.event_log_files import read_event_log
from licet.stats.process_map import directly_follows, variants

BPIC: Final = Path("eventlogs") / "bpic2012.xes.gz"


def main(argv: list[str] | None = None) -> int:
    """Prints the finding in words, and work beside waiting for each step with recorded starts."""
    argparse.ArgumentParser(description=__doc__).parse_args(argv)
    data = os.environ.get("LICET_DATA")
    if data is None or not (Path(data) / BPIC).exists():
        print(f"Skipped: LICET_DATA names no folder with {BPIC}.")
        return 0
    log = read_event_log(Path(data) / BPIC, LogWish(keep_duplicates=True), now=datetime.now(UTC)).brought.log
    edges = directly_follows(log.case, log.activity, np.diff(log.end, prepend=log.end[:1]), steps=len(log.activities))
    paths = variants(log.case, log.activity)
    print(
        f"{log.events:,} completed events, {log.cases:,} cases; by completion {len(edges.source):,} edges, {len(paths.count):,} variants\n"
    )
    as_is = study(log, StatedForProcess())
    print("\n".join(told(as_is)))
    print(f"\n{'step':<32}{'times':>8}{'work':>10}{'waits':>10}   (medians; waits: on coming from another step)")
    for step in as_is.steps:
        if isinstance(step.handling, Recorded) and isinstance(step.waiting, Waited):
            print(f"{step.name:<32}{step.times:>8,}{handling_told(step.handling):>10}{waiting_told(step.waiting):>10}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
