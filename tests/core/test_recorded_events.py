"""Making a log of recorded rows: starts find their completions, people become numbers, and nothing is left out silently."""

from collections import deque
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.event_log import NOBODY, EventLog, NotALogError
from licet.core.log_quality import SENTENCES, Done, Finding, finding_from_json, finding_to_json
from licet.core.packed_log import digest_of_log, pack, unpack
from licet.core.paired_events import ALONE, paired
from licet.core.recorded_events import ABSENT, COMPLETE, OTHER, START, RecordedEvents, log_from

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAT = np.datetime64("NaT", "us")
Row = tuple[int, int, int, str | None, int] | tuple[int, int, int, str | None, int, str]
"""Case, activity, resource, time, transition, and the start of the same row where it has one."""

rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(-1, 1), st.integers(0, 9), st.sampled_from([START, COMPLETE])), max_size=40
)


def recorded(*given_: Row) -> RecordedEvents:
    """Rows as a reader hands them over."""
    return RecordedEvents(
        activities=("a", "b", "never"),
        case=np.array([one[0] for one in given_], np.int32),
        activity=np.array([one[1] for one in given_], np.int32),
        resource=np.array([one[2] for one in given_], np.int32),
        start=np.array([one[5] if len(one) > 5 else NAT for one in given_], "datetime64[us]"),
        time=np.array([NAT if one[3] is None else one[3] for one in given_], "datetime64[us]"),
        transition=np.array([one[4] for one in given_], np.int8),
    )


def made(*given_: Row, keep_duplicates: bool = False) -> tuple[EventLog, dict[str, Finding]]:
    """The log of some rows, and its findings by their codes."""
    log, findings = log_from(recorded(*given_), now=NOW, keep_duplicates=keep_duplicates)
    return log, {one.code: one for one in findings}


def day(number: int, clock: str = "09:00:00") -> str:
    """A time in January 2026."""
    return f"2026-01-{number:02}T{clock}"


def by_hand(given_: list[tuple[int, int, int, int, int]]) -> list[int]:
    """Pairs one row after the other, with a queue for each case, activity and person."""
    open_: dict[tuple[int, int, int], deque[int]] = {}
    found = [ALONE] * len(given_)
    for place in sorted(range(len(given_)), key=lambda k: (given_[k][3], k)):
        case, activity, who, _, transition = given_[place]
        queue = open_.setdefault((case, activity, who), deque())
        if transition == START:
            queue.append(place)
        elif queue:
            found[place] = queue.popleft()
    return found


@given(rows)
def test_each_completion_ends_the_earliest_open_start_of_the_same_case_activity_and_person(
    given_: list[tuple[int, int, int, int, int]],
) -> None:
    columns = [np.array([one[k] for one in given_], np.int32) for k in range(3)]
    time = np.array([one[3] for one in given_], "datetime64[us]")
    begins = np.array([one[4] == START for one in given_], np.bool_)
    assert paired(columns, time, begins).tolist() == by_hand(given_)


@given(rows)
def test_whatever_is_recorded_every_row_is_an_event_or_is_counted_as_left_out(given_: list[tuple[int, int, int, int, int]]) -> None:
    told = [(case, activity, who, day(1 + when), transition) for case, activity, who, when, transition in given_]
    if not any(one[4] == COMPLETE for one in told):
        with pytest.raises(NotALogError):
            log_from(recorded(*told), now=NOW)
        return
    log, findings = made(*told)
    dropped = sum(one.count for one in findings.values() if one.done is Done.DROPPED)
    assert log.events + int(log.started.sum()) + dropped == len(told)
    assert sum(log.resource == NOBODY) == (findings["nobody"].count if "nobody" in findings else 0)
    again = unpack(pack(log))
    assert digest_of_log(again) == digest_of_log(log)
    assert np.array_equal(again.start, log.start)


def test_a_start_gives_its_completion_the_time_of_the_work_and_is_no_event_itself() -> None:
    log, findings = made((0, 0, 5, day(1), START), (0, 1, 5, day(2), COMPLETE), (0, 0, 5, day(3), COMPLETE), (0, 0, 5, day(4), START))
    assert [log.activities[place] for place in log.activity] == ["b", "a"]
    assert log.started.tolist() == [False, True]
    assert (log.end - log.start).tolist() == [0.0, 2 * 86_400.0]
    assert {code: (one.count, one.of, one.done) for code, one in findings.items() if "alone" in code or code == "no_start"} == {
        "start_alone": (1, 2, Done.DROPPED),
        "complete_alone": (1, 2, Done.KEPT),
        "no_start": (1, 2, Done.KEPT),
    }


def test_the_start_of_somebody_else_is_no_start_of_this_work() -> None:
    log, findings = made((0, 0, 1, day(1), START), (0, 0, 2, day(2), COMPLETE))
    assert not log.started.any()
    assert findings["start_alone"].count == findings["complete_alone"].count == 1


def test_rows_that_make_no_event_are_dropped_for_the_first_reason_they_have() -> None:
    log, findings = made(
        (0, 0, 0, day(1), COMPLETE),
        (ABSENT, ABSENT, 0, None, COMPLETE),
        (0, ABSENT, 0, day(1), COMPLETE),
        (0, 0, 0, None, COMPLETE),
        (0, 0, 0, "1970-01-01T00:00:00", COMPLETE),
        (0, 0, 0, "2026-03-02T00:00:01", COMPLETE),
        (1, 0, 0, "2026-03-01T23:59:59", COMPLETE),
        (0, 0, 0, day(2), OTHER),
    )
    assert (log.events, log.cases) == (2, 2)
    dropped = {code: one.count for code, one in findings.items() if one.done is Done.DROPPED}
    assert dropped == dict.fromkeys(("no_case", "no_activity", "no_time", "before_1971", "in_the_future", "other_transitions"), 1)


def test_an_end_before_its_start_is_kept_without_the_start_and_said_to_be_repaired() -> None:
    log, findings = made((0, 0, 0, day(2), COMPLETE, day(3)), (0, 1, 0, day(4), COMPLETE, day(3)))
    assert log.started.tolist() == [False, True]
    assert (findings["end_before_start"].count, findings["end_before_start"].done) == (1, Done.REPAIRED)


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00", "1900-01-01T00:00:00", "1970-12-31T23:59:59"])
def test_a_start_that_cannot_be_is_not_recorded_and_no_work_stands_on_it(never: str) -> None:
    log, findings = made((0, 0, 0, day(2), COMPLETE, never), (0, 1, 0, day(4), COMPLETE, day(3)))
    assert log.started.tolist() == [False, True]
    assert (log.end - log.start).tolist() == [0.0, 86_400.0]
    assert (findings["start_before_1971"].count, findings["start_before_1971"].done) == (1, Done.REPAIRED)


def test_work_of_years_is_kept_and_said() -> None:
    log, findings = made((0, 0, 0, day(2), COMPLETE, "1990-01-01T00:00:00"), (0, 1, 0, day(4), COMPLETE, day(3)))
    assert (bool(log.started.all()), findings["long_work"].count, findings["long_work"].done) == (True, 1, Done.KEPT)


def test_rows_that_repeat_another_are_dropped_unless_they_are_to_stay() -> None:
    twice = ((0, 0, 0, day(1), COMPLETE), (0, 0, 0, day(1), COMPLETE), (0, 0, 1, day(1), COMPLETE))
    log, findings = made(*twice)
    assert (log.events, findings["duplicates"].done) == (2, Done.DROPPED)
    log, findings = made(*twice, keep_duplicates=True)
    assert (log.events, findings["duplicates"].done) == (3, Done.KEPT)


def test_cases_are_numbered_by_when_they_are_first_seen_and_people_by_how_much_they_did() -> None:
    log, _ = made(
        (7, 0, 30, day(5), COMPLETE), (3, 0, 20, day(4), COMPLETE), (3, 1, 20, day(6), COMPLETE), (9, 0, NOBODY, day(7), COMPLETE, day(1))
    )
    assert log.case.tolist() == [0, 1, 1, 2]
    assert log.resources == ("R1", "R2")
    assert log.resource.tolist() == [NOBODY, 0, 0, 1]
    assert log.activities == ("a", "b"), "a name that no event has is not kept"


def test_batches_single_events_and_the_ends_of_the_log_are_counted() -> None:
    batch = [(case, 0, 1, day(1, f"09:00:00.{case}"), COMPLETE) for case in range(5)]
    log, findings = made(*batch, (0, 1, 1, day(20), COMPLETE), (9, 0, 2, day(31), COMPLETE))
    assert log.cases == 6
    told = {code: (one.count, one.of) for code, one in findings.items()}
    assert told["same_second"] == (5, 7)
    assert told["one_event"] == (5, 6)
    assert told["first_week"] == (5, 6)
    assert told["last_week"] == (1, 6)


def test_every_finding_reads_as_a_sentence_and_comes_back_as_it_was_written() -> None:
    for code in SENTENCES:
        found = Finding(code=code, count=1, of=4_000, done=Done.KEPT, zone="UTC", several=3)
        assert found.says[0].isdigit()
        assert found.says.endswith(": kept.")
        assert "under 0.1%" in found.says
        assert finding_from_json(finding_to_json(found)) == found
    assert "25.0%" in Finding(code="no_case", count=1, of=4, done=Done.KEPT).says
    with pytest.raises(ValueError, match="no finding"):
        finding_from_json({"code": "nonsense"})


def test_a_log_of_another_machine_has_the_same_digest_and_any_change_has_another() -> None:
    log, _ = made((0, 0, 0, day(1), COMPLETE), (0, 1, 0, day(2), COMPLETE))
    other, _ = made((0, 0, 0, day(1), COMPLETE), (0, 1, 0, day(2, "09:00:00.000001"), COMPLETE))
    assert digest_of_log(log) == "93453f23fee84d7ad2692b2d36e0e475ea7f11b21fffe0954c13de25d26ce297"
    assert digest_of_log(other) != digest_of_log(log)
