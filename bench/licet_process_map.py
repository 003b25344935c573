"""Licet's side: counts what follows what with median and p90 of the time in between, and the variants, from columns."""

import json
import sys
import time

import numpy as np

from licet.stats.process_map import directly_follows, variants


def work(file: str, rounds: int) -> dict[str, object]:
    """The best of some rounds, and what was found."""
    columns = np.load(file)
    case, activity, end = columns["case"], columns["activity"], columns["end"]
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        found = directly_follows(case, activity, np.diff(end, prepend=end[:1]), steps=int(activity.max()) + 1)
        took.append(time.perf_counter() - began)
    rows = zip(found.source.tolist(), found.target.tolist(), found.spans.count.tolist(), found.spans.median.tolist(), strict=True)
    return {"seconds": min(took), "edges": sorted(map(list, rows)), "variants": sorted(variants(case, activity).count.tolist())}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(work(sys.argv[1], int(sys.argv[2]))))
