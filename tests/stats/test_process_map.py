"""Which step follows which, after how long, and where the time of cases goes: counted, not guessed."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from licet.core.event_log import NOBODY, EventLog
from licet.stats import process_map as seen
from tests.core.logs import DAY, HOUR, MONDAY, Row, log_of

STEPS = ("receive", "check", "decide", "close")
times = st.integers(min_value=0, max_value=400).map(float)
rows = st.builds(
    lambda case, step, who, start, took, recorded: (case, step, who, start if recorded else None, start + took),
    st.integers(0, 5), st.sampled_from(STEPS), st.sampled_from(("ann", "bob", None)), times, times, st.booleans(),
)  # fmt: skip
logs = st.lists(rows, min_size=1, max_size=40)


def followed(log: EventLog) -> seen.Follows:
    """What follows what, in the order in which steps began."""
    passage = seen.pass_through(log.case, log.start, log.end)
    return seen.directly_follows(log.case[passage.order], log.activity[passage.order], passage.idle, steps=len(log.activities))


@given(logs)
def test_follows_are_as_many_as_events_that_are_not_the_first_of_their_case(listed: list[Row]) -> None:
    log = log_of(listed)
    assert followed(log).spans.count.sum() == log.events - log.cases


@given(logs)
def test_idle_and_busy_time_of_a_case_sum_to_the_time_from_its_first_begin_to_its_last_end(listed: list[Row]) -> None:
    log = log_of(listed)
    passage, firsts = seen.pass_through(log.case, log.start, log.end), log.firsts
    spent = np.add.reduceat(passage.idle + passage.busy, firsts[:-1])
    lead = np.maximum.reduceat(log.end, firsts[:-1]) - np.minimum.reduceat(log.start, firsts[:-1])
    np.testing.assert_allclose(spent, lead, atol=1e-9)


@given(logs, st.randoms(use_true_random=False))
def test_in_which_order_cases_stand_changes_no_number(listed: list[Row], chance: Random) -> None:
    renamed = list(range(6))
    chance.shuffle(renamed)
    one, other = log_of(listed), log_of([(renamed[row[0]], *row[1:]) for row in listed])
    for name in ("count", "median", "high", "total"):
        np.testing.assert_allclose(getattr(followed(one).spans, name), getattr(followed(other).spans, name))
    counts = [seen.variants(log.case, log.activity).count.tolist() for log in (one, other)]
    assert counts[0] == counts[1]


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1e6)), min_size=1, max_size=60))
def test_medians_and_high_ones_are_numpys_own(listed: list[tuple[int, float]]) -> None:
    key, seconds = np.array([one for one, _ in listed]), np.array([one for _, one in listed])
    found = seen.spans_by(key, seconds, groups=5)
    for group in range(5):
        there = seconds[key == group]
        assert found.count[group] == len(there)
        if len(there):
            np.testing.assert_allclose([found.median[group], found.high[group]], np.quantile(there, [0.5, 0.9]), rtol=1e-9, atol=1e-9)
        else:
            assert np.isnan(found.median[group])


@given(logs)
def test_variants_tell_apart_exactly_the_sequences_that_differ(listed: list[Row]) -> None:
    log = log_of(listed)
    found, firsts = seen.variants(log.case, log.activity), log.firsts
    paths = [tuple(log.activity[firsts[case] : firsts[case + 1]].tolist()) for case in range(log.cases)]
    assert len(set(paths)) == len(found.count)
    assert found.count.sum() == log.cases
    assert [paths[int(found.example[variant])] for variant in found.of_case] == paths
    assert sorted(found.count.tolist(), reverse=True) == found.count.tolist()


@given(logs)
def test_every_repetition_is_at_once_or_later_and_never_both(listed: list[Row]) -> None:
    log = log_of(listed)
    found = seen.rework(log.case, log.activity, steps=len(log.activities))
    done = np.bincount(log.activity, minlength=len(log.activities))
    assert (found.cases + found.at_once + found.later == done).all()
    assert (found.later >= 0).all()
    assert (found.again <= found.cases).all()


def test_a_step_that_runs_beside_another_one_makes_nobody_wait_twice() -> None:
    log = log_of([(0, "long", None, 0.0, 10.0), (0, "short", None, 2.0, 3.0), (0, "after", None, 14.0, 15.0)])
    passage = seen.pass_through(log.case, log.start, log.end)
    assert [log.activities[at] for at in log.activity[passage.order]] == ["long", "short", "after"]
    assert passage.idle.tolist() == [0.0, 0.0, 4.0]
    assert passage.busy.tolist() == [10.0, 0.0, 1.0]


def test_more_steps_than_sixteen_bits_hold_are_counted_all_the_same() -> None:
    case, activity = np.zeros(4, np.int32), np.array([0, 299, 0, 299], np.int32)
    found = seen.directly_follows(case, activity, np.array([0.0, 1.0, 2.0, 3.0]), steps=300)
    assert list(zip(found.source.tolist(), found.target.tolist(), found.spans.count.tolist(), strict=True)) == [(0, 299, 2), (299, 0, 1)]


def test_a_hand_over_takes_two_who_are_known() -> None:
    case, who = np.array([0, 0, 0, 0, 1], np.int32), np.array([0, 1, NOBODY, 1, 0], np.int32)
    giver, told = seen.hand_overs(case, who, nobody=NOBODY)
    assert giver.tolist() == [NOBODY, 0, NOBODY, NOBODY, NOBODY]
    assert told.tolist() == [False, True, False, False, False]


def test_work_without_a_start_took_at_most_since_case_and_person_were_free() -> None:
    longest = seen.at_most(np.array([0, 0, NOBODY]), np.array([10.0, 25.0, 30.0]), np.array([4.0, 12.0, 25.0]), nobody=NOBODY)
    assert np.isnan(longest[0])
    assert longest[1] == 13.0
    assert np.isnan(longest[2])


def test_the_week_begins_on_monday() -> None:
    ends = np.array([MONDAY + 9 * HOUR, MONDAY + 6 * DAY + 23.5 * HOUR])
    week = seen.calendar(np.zeros(2, np.int64), ends, people=1)[0]
    assert (week[0, 9], week[6, 23], week.sum()) == (1, 1, 2)


def test_usual_hours_are_the_fewest_in_a_row_also_across_midnight() -> None:
    assert seen.usual_hours([0] * 8 + [5] * 9 + [0] * 7, share=0.9) == (8, 17)
    assert seen.usual_hours([4] + [0] * 22 + [4], share=0.9) == (23, 25)
