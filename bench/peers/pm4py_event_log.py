"""The side of pm4py: reads a log, and does nothing else with it."""

import sys

import pandas as pd
import pm4py

KEYS = {"case_id": "Case ID", "activity_key": "Activity", "timestamp_key": "Complete Timestamp", "start_timestamp_key": "Start Timestamp"}


def work(file: str) -> None:
    """Reads XES, or CSV of the columns that the benchmark writes."""
    found = pm4py.format_dataframe(pd.read_csv(file), **KEYS) if file.endswith(".csv") else pm4py.read_xes(file)
    if not len(found):
        message = f"pm4py read no event of {file!r}."
        raise SystemExit(message)


if __name__ == "__main__":
    work(sys.argv[1])
