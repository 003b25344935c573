"""The side of pm4py: counts what follows what with the median time in between, and the variants, from the same columns."""

import json
import sys
import time

import numpy as np
import pandas as pd
import pm4py
from pm4py.algo.discovery.dfg.adapters.pandas import df_statistics


def frame_of(file: str) -> pd.DataFrame:
    """The columns as pm4py wants them; not part of what is timed."""
    columns = np.load(file)
    frame = pd.DataFrame(
        {
            "case:concept:name": columns["case"].astype(str),
            "concept:name": np.char.add("step ", columns["activity"].astype(str)),
            "time:timestamp": pd.to_datetime(columns["end"], unit="s", utc=True),
        }
    )
    return pm4py.format_dataframe(frame, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")


def work(file: str, rounds: int) -> dict[str, object]:
    """The best of some rounds, and what was found."""
    frame, took = frame_of(file), []
    for _ in range(rounds):
        began = time.perf_counter()
        counts, medians = df_statistics.get_dfg_graph(
            frame, measure="both", perf_aggregation_key="median", sort_caseid_required=False, sort_timestamp_along_case_id=False
        )
        took.append(time.perf_counter() - began)
    pair = {key: (int(key[0][5:]), int(key[1][5:])) for key in counts}
    edges = sorted([*pair[key], int(counts[key]), float(medians[key])] for key in counts)
    variants = sorted((len(one) if isinstance(one, list) else int(one)) for one in pm4py.get_variants(frame).values())
    return {"seconds": min(took), "edges": edges, "variants": variants}


if __name__ == "__main__":
    print(json.dumps(work(sys.argv[1], int(sys.argv[2]))))
