"""The steps of a process in the order in which cases come to them, so that people read them as they work."""

import numpy as np

from licet.core.event_log import EventLog


def in_process_order(log: EventLog) -> tuple[str, ...]:
    """The steps by where in a case they stand on average: 0 is its first event and 1 its last; of a case of one event, the middle."""
    first = np.flatnonzero(np.diff(log.case, prepend=-1))
    sizes = np.diff(first, append=log.case.size)
    place = np.arange(log.case.size) - np.repeat(first, sizes)
    of = np.repeat(sizes - 1, sizes)
    where = np.where(of > 0, place / np.maximum(of, 1), 0.5)
    times = np.bincount(log.activity, minlength=len(log.activities))
    mean = np.bincount(log.activity, weights=where, minlength=len(log.activities)) / np.maximum(times, 1)
    return tuple(log.activities[int(at)] for at in np.lexsort((np.arange(mean.size), mean)) if times[at])
