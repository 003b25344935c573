"""What an event log holds its columns to."""

from typing import Any

import numpy as np
import pytest

from licet.core.event_log import NOBODY, EventLog, NotALogError


def log(changed: dict[str, Any] | None = None) -> EventLog:
    """Two cases of three events in all, with one column changed."""
    columns: dict[str, Any] = {
        "activities": ("receive", "check"),
        "resources": ("R1",),
        "case": np.array([0, 0, 1], dtype=np.int32),
        "activity": np.array([0, 1, 0], dtype=np.int32),
        "resource": np.array([0, NOBODY, 0], dtype=np.int32),
        "start": np.array([1.0, 2.0, 5.0]),
        "end": np.array([1.0, 4.0, 5.0]),
        "started": np.array([False, True, False]),
    }
    return EventLog(**{**columns, **(changed or {})})


def test_a_log_counts_its_events_and_cases_and_says_where_each_case_begins() -> None:
    found = log()
    assert (found.events, found.cases) == (3, 2)
    assert found.firsts.tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"start": np.array([1.0])}, "of one length"),
        ({"case": np.array([0, 0, 2], dtype=np.int32)}, "without a gap"),
        ({"case": np.array([1, 0, 0], dtype=np.int32)}, "without a gap"),
        ({"activity": np.array([0, 2, 0], dtype=np.int32)}, "'activity' holds places from 0 to 2"),
        ({"resource": np.array([0, -2, 0], dtype=np.int32)}, "'resource' holds places from -2"),
        ({"end": np.array([1.0, 1.0, 5.0])}, "none before it begins"),
        ({"end": np.array([1.0, np.nan, 5.0])}, "ends at a time"),
        ({"start": np.array([0.0, 2.0, 5.0])}, "repeats the end"),
        ({name: np.zeros(0) for name in ("case", "activity", "resource", "start", "end", "started")}, "without events"),
    ],
)
def test_columns_that_do_not_fit_each_other_are_no_log(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(NotALogError, match=why):
        log(changed)
