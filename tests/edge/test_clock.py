"""The server's clock: a machine's clock that is set wrong for a while moves nothing, and what the ledger took is never undone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.edge.clock import BELIEVED_AFTER, FOLLOWED, SteadyClock, SystemClock

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose clock one sets; seconds go on whatever it says."""

    def __init__(self) -> None:
        self.seconds, self.off = 100.0, timedelta(0)

    def clock(self) -> SteadyClock:
        return SteadyClock(wall=lambda: START + timedelta(seconds=self.seconds - 100.0) + self.off, seconds=lambda: self.seconds)


def test_it_goes_with_the_machine() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.seconds += 30
    assert clock.now() == START + timedelta(seconds=30)
    machine.off = FOLLOWED
    assert clock.now() == START + timedelta(seconds=30) + FOLLOWED


@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
def test_a_clock_that_jumps_for_a_minute_moves_nothing(wrong: timedelta) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.off = wrong
    for second in range(60):
        machine.seconds += 1
        assert clock.now() == START + timedelta(seconds=second + 1)
    machine.off = timedelta(0)
    assert clock.now() == START + timedelta(seconds=60)


def test_a_clock_that_was_set_forward_is_believed_in_the_end_and_one_that_was_set_back_never() -> None:
    forward, back = Machine(), Machine()
    clocks = forward.clock(), back.clock()
    forward.off, back.off = HOUR, -HOUR
    for machine, clock in zip((forward, back), clocks, strict=True):
        clock.now()
        machine.seconds += BELIEVED_AFTER.total_seconds()
    assert clocks[0].now() == START + BELIEVED_AFTER + HOUR
    assert clocks[1].now() == START + BELIEVED_AFTER


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-7200, 7200)), max_size=30))
def test_it_never_goes_back_further_than_time_servers_do(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    clock = machine.clock()
    latest = clock.now()
    for seconds, off in steps:
        machine.seconds += seconds
        machine.off = timedelta(seconds=off)
        now = clock.now()
        assert now >= latest - FOLLOWED
        latest = max(latest, now)


def test_both_clocks_tell_the_same_time() -> None:
    assert abs(SteadyClock().now() - SystemClock().now()) < timedelta(seconds=1)
