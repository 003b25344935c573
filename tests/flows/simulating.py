"""What tests of simulations start from: a log that is long enough to be tested against its own later part."""

import numpy as np

from licet.core.event_log import EventLog

MONDAY = 4 * 86400.0 + 2000 * 7 * 86400.0


def long_log(cases: int = 300) -> EventLog:
    """Two cases a working day: one person reads both at nine, another decides at two; who decides is not always there the same day."""
    case = np.arange(cases)
    week, day = np.divmod(case // 2, 5)
    midnight = MONDAY + week * 7 * 86400.0 + day * 86400.0
    half = 1800.0 * (case % 2)
    read, decide = midnight + 9 * 3600.0 + half, midnight + 14 * 3600.0 + half + 86400.0 * (case % 3 == 0)
    begins = np.stack([read, decide], axis=1).ravel()
    return EventLog(
        activities=("read", "decide"),
        resources=("R1", "R2"),
        case=np.repeat(case, 2).astype(np.int32),
        activity=np.tile([0, 1], cases).astype(np.int32),
        resource=np.tile([0, 1], cases).astype(np.int32),
        start=begins,
        end=begins + 1500.0,
        started=np.ones(2 * cases, dtype=np.bool_),
    )
