"""How long work waits for people: against tables and textbooks, against a queue that is played, and in the right direction."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.stats.queueing import (
    MOST_SERVERS,
    Overloaded,
    blocked_share,
    done_later,
    fewest_for_mean,
    fewest_for_share,
    fewest_servers,
    mean_wait,
    waiting_share,
    waits_longer,
)
from licet.stats.ranges import OutOfRangeError


def known(found: float | Overloaded) -> float:
    """A number that must be there."""
    assert not isinstance(found, Overloaded)
    return found


@pytest.mark.parametrize(("servers", "load"), [(1, 0.0101), (2, 0.153), (5, 1.36), (10, 4.46), (20, 12.0), (50, 37.9), (100, 84.1)])
def test_the_loads_of_which_erlangs_table_says_that_one_in_a_hundred_is_lost(servers: int, load: float) -> None:
    assert blocked_share(servers=servers, load=load) == pytest.approx(0.01, rel=0.03), "the table gives three digits"


def test_the_county_hospital_of_hillier_and_lieberman_with_one_doctor_and_with_two() -> None:
    """Introduction to Operations Research, 17.6: two patients an hour, 20 minutes each."""
    load, time = 2 / 3, 1 / 3
    assert known(mean_wait(servers=1, load=load, time=time)) == pytest.approx(2 / 3)
    assert known(mean_wait(servers=2, load=load, time=time)) == pytest.approx(1 / 24)
    told = {0.0: (0.667, 0.167), 0.5: (0.404, 0.022), 1.0: (0.245, 0.003)}
    for hours, shares in told.items():
        found = [known(waits_longer(servers=doctors, load=load, time=time, than=hours)) for doctors in (1, 2)]
        assert found == pytest.approx(shares, abs=0.001)
    assert fewest_for_share(load=2 / 3, time=1 / 3, than=0.5, share=0.05) == 2
    assert fewest_for_mean(load=2 / 3, time=1 / 3, within=0.5) == 2


def test_more_work_than_can_be_done_is_no_number_and_nothing_to_do_is_no_wait() -> None:
    assert waiting_share(servers=3, load=3.0) == Overloaded(servers=3, load=3.0)
    assert mean_wait(servers=0, load=0.0, time=1.0) == Overloaded(servers=0, load=0.0)
    assert waits_longer(servers=2, load=9.0, time=1.0, than=5.0) == Overloaded(servers=2, load=9.0)
    assert (waiting_share(servers=4, load=0.0), mean_wait(servers=4, load=0.0, time=1.0)) == (0.0, 0.0)
    assert (blocked_share(servers=0, load=2.0), fewest_for_mean(load=0.0, time=1.0, within=1.0)) == (1.0, 1)
    assert fewest_servers(load=2.0, holds=lambda _: False, most=50) is None
    assert fewest_for_share(load=float(MOST_SERVERS), time=1.0, than=1.0, share=0.1) is None


def test_ten_thousand_servers_lose_no_digits() -> None:
    """At c = a the normal limit of Halfin and Whitt: B is close to sqrt(2 / (pi a))."""
    assert blocked_share(servers=10_000, load=10_000.0) == pytest.approx(math.sqrt(2 / (math.pi * 10_000)), rel=0.01)
    assert blocked_share(servers=400, load=1e-6) == 0.0
    assert known(waiting_share(servers=10_000, load=9_999.99)) == pytest.approx(1.0, abs=0.01)


LOADS = st.floats(min_value=0.01, max_value=60.0)


@given(servers=st.integers(1, 70), load=LOADS, more=st.floats(1.0, 2.0), than=st.floats(0.0, 5.0))
def test_more_people_never_let_work_wait_longer_and_more_work_never_less(servers: int, load: float, more: float, than: float) -> None:
    now = waits_longer(servers=servers, load=load, time=1.0, than=than)
    helped = waits_longer(servers=servers + 1, load=load, time=1.0, than=than)
    burdened = waits_longer(servers=servers, load=load * more, time=1.0, than=than)
    if isinstance(now, Overloaded):
        assert isinstance(burdened, Overloaded)
        return
    assert known(helped) <= now <= known(waiting_share(servers=servers, load=load)) + 1e-12 <= 1.0 + 1e-9
    assert isinstance(burdened, Overloaded) or burdened >= now * (1 - 1e-9)


@given(load=LOADS, than=st.floats(0.0, 3.0), share=st.floats(0.001, 0.9))
def test_the_fewest_are_enough_and_one_fewer_are_not(load: float, than: float, share: float) -> None:
    few = fewest_for_share(load=load, time=1.0, than=than, share=share)
    assert few is not None
    assert known(waits_longer(servers=few, load=load, time=1.0, than=than)) <= share
    fewer = waits_longer(servers=few - 1, load=load, time=1.0, than=than)
    assert isinstance(fewer, Overloaded) or fewer > share


Times = np.ndarray[tuple[int], np.dtype[np.float64]]


def played(*, servers: int, load: float, arrivals: int, seed: int) -> tuple[Times, Times]:
    """How long each of so many arrivals waits in a queue that is played, and how long it takes then, 1 on average."""
    draw = np.random.default_rng(seed)
    came, takes = np.cumsum(draw.exponential(1 / load, arrivals)), draw.exponential(1.0, arrivals)
    free, waits = np.zeros(servers), np.zeros(arrivals)
    for at in range(arrivals):
        who = int(free.argmin())
        begins = max(came[at], free[who])
        waits[at], free[who] = begins - came[at], begins + takes[at]
    return waits, takes


def test_a_queue_that_is_played_waits_as_long_as_is_said() -> None:
    waits, takes = (found[2_000:] for found in played(servers=3, load=2.4, arrivals=40_000, seed=4))
    assert waits.mean() == pytest.approx(known(mean_wait(servers=3, load=2.4, time=1.0)), rel=0.1)
    for than in (0.0, 1.0, 3.0):
        assert (waits > than).mean() == pytest.approx(known(waits_longer(servers=3, load=2.4, time=1.0, than=than)), abs=0.02)
        assert (waits + takes > than).mean() == pytest.approx(known(done_later(servers=3, load=2.4, time=1.0, than=than)), abs=0.02)


@given(servers=st.integers(1, 40), load=st.floats(0.0, 40.0), than=st.floats(0.0, 300.0))
def test_nothing_is_done_before_it_is_begun_and_nothing_sooner_than_it_takes(servers: int, load: float, than: float) -> None:
    done, begun = (ask(servers=servers, load=load, time=1.0, than=than) for ask in (done_later, waits_longer))
    if isinstance(done, Overloaded):
        assert done == begun
        return
    assert max(known(begun), math.exp(-than)) <= done * (1 + 1e-9) + 1e-300
    assert done <= known(waits_longer(servers=servers, load=load, time=1.0, than=than / 2)) + math.exp(-than / 2) + 1e-12


def test_one_server_is_done_at_its_own_pace_also_where_wait_and_time_are_alike() -> None:
    """One server, exponential in all: the time from coming to done is exponential at the rate (1 - a) / s."""
    for load in (0.0, 0.3, 0.999999):
        assert known(done_later(servers=1, load=load, time=2.0, than=5.0)) == pytest.approx(math.exp(-(1 - load) * 2.5))
    alike = [known(done_later(servers=3, load=2.0 + more, time=1.0, than=1.5)) for more in (-1e-9, 0.0, 1e-9)]
    assert alike == pytest.approx([alike[1]] * 3, rel=1e-6)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: blocked_share(servers=-1, load=1.0),
        lambda: waiting_share(servers=1, load=-0.1),
        lambda: waiting_share(servers=1, load=math.inf),
        lambda: mean_wait(servers=1, load=0.5, time=0.0),
        lambda: waits_longer(servers=1, load=0.5, time=1.0, than=math.nan),
        lambda: fewest_for_share(load=1.0, time=1.0, than=1.0, share=0.0),
        lambda: fewest_for_mean(load=1.0, time=1.0, within=0.0),
        lambda: fewest_servers(load=1.0, holds=bool, most=0),
    ],
)
def test_what_cannot_be_meant_is_refused(ask: object) -> None:
    with pytest.raises(OutOfRangeError):
        ask()  # type: ignore[operator] # each is a call
