"""Licet's side: CSV read to columns by its own reader or by polars, and steps counted that follow each other, in numpy or in polars."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from licet.core.event_log import EventLog
from licet.core.log_reading import LogWish
from licet.core.recorded_events import COMPLETE, RecordedEvents, log_from
from licet.edge.event_log_files import read_event_log

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def by_polars(file: Path) -> EventLog:
    """The columns that the benchmark writes, read by polars, which was told what they are."""
    names = ["Case ID", "Activity", "Resource"]
    frame = pl.scan_csv(file).select(*names, pl.col("Start Timestamp", "Complete Timestamp").str.to_datetime(time_unit="us")).collect()
    known = [frame[name].unique(maintain_order=True).to_list() for name in names]
    case, activity, resource = (
        frame[name].cast(pl.Enum(there)).to_physical().to_numpy().astype(np.int32) for name, there in zip(names, known, strict=True)
    )
    recorded = RecordedEvents(
        activities=tuple(known[1]),
        case=case,
        activity=activity,
        resource=resource,
        start=frame["Start Timestamp"].to_numpy(),
        time=frame["Complete Timestamp"].to_numpy(),
        transition=np.full(frame.height, COMPLETE, np.int8),
    )
    return log_from(recorded, now=NOW)[0]


def follows(log: EventLog) -> tuple[float, float]:
    """Seconds of processor time of numpy and of polars to count which step follows which, with the median time between them."""
    began = time.process_time()
    inside = log.case[1:] == log.case[:-1]
    pair = (log.activity[:-1] * len(log.activities) + log.activity[1:])[inside].astype(np.uint16)
    wait = (log.start[1:] - log.end[:-1])[inside]
    order = np.argsort(pair, kind="stable")  # of 16 bits, which numpy sorts by their digits
    firsts = np.flatnonzero(np.concatenate(([True], np.diff(pair[order]) != 0)))
    ours = {int(pair[order[first]]): float(np.median(part)) for first, part in zip(firsts, np.split(wait[order], firsts[1:]), strict=True)}
    numpy_s = time.process_time() - began
    began = time.process_time()
    frame = pl.DataFrame({"pair": pair, "wait": wait}).group_by("pair").agg(pl.len(), pl.col("wait").median())
    polars_s = time.process_time() - began
    if frame.height != len(ours):
        message = f"numpy found {len(ours)} pairs of steps, polars {frame.height}."
        raise SystemExit(message)
    return numpy_s, polars_s


def main() -> None:
    """Reads a file in one way; prints what was found."""
    which, file = sys.argv[1], Path(sys.argv[2])
    log = by_polars(file) if which == "polars" else read_event_log(file, LogWish(), now=NOW).brought.log
    said: dict[str, object] = {"events": log.events, "cases": log.cases}
    if len(sys.argv) > 3:
        said["follows_numpy_s"], said["follows_polars_s"] = follows(log)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
