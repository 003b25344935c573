"""Queueing: how long work waits for the people who do it, where it comes by chance, takes a time by chance, and waits in one line.

The model is M/M/c: arrivals are a Poisson process, times are exponential, and c servers take what came first. `load` is the work that
comes, in servers it keeps busy (erlangs): arrivals per unit of time multiplied by the mean time that one takes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from licet.stats.ranges import OutOfRangeError, count, finite, open_unit

MOST_SERVERS: Final = 1_000_000
"""Nobody is told how many servers it takes beyond this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overloaded:
    """More work comes than can be done: the line grows without end, so that no wait describes it.

    Attributes:
        servers: how many there are.
        load: the work that comes, in servers kept busy; at least as much.
    """

    servers: int
    load: float


def blocked_share(*, servers: int, load: float) -> float:
    """Returns the share of arrivals that find every server busy where nothing may wait (Erlang B).

    Args:
        servers: How many, at least 0.
        load: The work that comes, in servers kept busy, at least 0.

    Returns:
        A probability in [0, 1]; 1.0 where there is no server, 0.0 where there are some and nothing comes.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Erlang (1917); by the recurrence B(c) = a B(c-1) / (c + a B(c-1)), which only adds and divides positive numbers and so
    loses no digits (Jagerman, Bell System Technical Journal 53, 1974).
    """
    count("servers", servers)
    _load(load)
    share = 1.0
    for busy in range(1, servers + 1):
        share = load * share / (busy + load * share)
    return share


def waiting_share(*, servers: int, load: float) -> float | Overloaded:
    """Returns the share of arrivals that have to wait at all (Erlang C).

    Args:
        servers: How many, at least 0.
        load: The work that comes, in servers kept busy, at least 0.

    Returns:
        A probability in [0, 1], or `Overloaded` where `load` is at least `servers`, also where there is no server.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Erlang (1917); from Erlang B as C = c B / (c - a (1 - B)), in Cooper, Introduction to Queueing Theory (1981), 3.5.
    """
    lost = blocked_share(servers=servers, load=load)
    if load >= servers:
        return Overloaded(servers=servers, load=load)
    return servers * lost / (servers - load * (1.0 - lost))


def mean_wait(*, servers: int, load: float, time: float) -> float | Overloaded:
    """Returns how long an arrival waits on average before a server takes it.

    Args:
        servers: How many, at least 0.
        load: The work that comes, in servers kept busy, at least 0.
        time: The mean time that one takes, above 0, in any unit.

    Returns:
        The mean wait in the unit of `time`, over all arrivals, those that need not wait included; or `Overloaded`.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Cooper, Introduction to Queueing Theory (1981), 3.5: W = C s / (c - a).
    """
    finite("time", time, above=0.0)
    waits = waiting_share(servers=servers, load=load)
    return waits if isinstance(waits, Overloaded) else waits * time / (servers - load)


def waits_longer(*, servers: int, load: float, time: float, than: float) -> float | Overloaded:
    """Returns the share of arrivals that wait longer than a time before a server takes them.

    Args:
        servers: How many, at least 0.
        load: The work that comes, in servers kept busy, at least 0.
        time: The mean time that one takes, above 0, in any unit.
        than: The wait that is asked about, at least 0, in the same unit.

    Returns:
        A probability in [0, 1]; for a wait of 0 that of `waiting_share`; or `Overloaded`.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Cooper, Introduction to Queueing Theory (1981), 3.5: P(W > t) = C exp(-(c - a) t / s), first come, first served.
    """
    ages = _ages(time, than)
    waits = waiting_share(servers=servers, load=load)
    return waits if isinstance(waits, Overloaded) else waits * math.exp(-(servers - load) * ages)


def done_later(*, servers: int, load: float, time: float, than: float) -> float | Overloaded:
    """Returns the share of arrivals that are done later than a time after they came: wait and service together.

    Args:
        servers: How many, at least 0.
        load: The work that comes, in servers kept busy, at least 0.
        time: The mean time that one takes, above 0, in any unit.
        than: The time that is asked about, at least 0, in the same unit.

    Returns:
        A probability in [0, 1]; or `Overloaded`. With ever more servers it falls to exp(-than / time), never below.

    Raises:
        OutOfRangeError: If an argument lies outside its range.

    Source: Gross and Harris, Fundamentals of Queueing Theory (1998), 2.3: the wait, of which a share C is exponential at the rate
    (c - a) / s, plus an independent exponential time of mean s.
    """
    ages = _ages(time, than)
    waits = waiting_share(servers=servers, load=load)
    return waits if isinstance(waits, Overloaded) else min(1.0, math.exp(-ages) + waits * _between(ages, servers - load - 1.0))


def _between(ages: float, apart: float) -> float:
    """(exp(-t) - exp(-(1 + d) t)) / d for t >= 0 and d > -1, also where d is 0 or close to it."""
    if abs(apart * ages) >= 1.0:
        return (math.exp(-ages) - math.exp(-(1.0 + apart) * ages)) / apart
    return math.exp(-ages) * (ages if apart == 0.0 else -math.expm1(-apart * ages) / apart)


def fewest_servers(*, load: float, holds: Callable[[int], bool], most: int = MOST_SERVERS) -> int | None:
    """Returns the fewest servers that can do the work and of which something holds.

    Args:
        load: The work that comes, in servers kept busy, at least 0.
        holds: Says whether so many are enough; what holds of some must hold of more, too.
        most: How many are tried at most, at least 1.

    Returns:
        The fewest, above `load` and at least 1; None where `most` are not enough.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    count("most", most, least=1)
    _load(load)
    low = math.floor(load)
    if low >= most:
        return None
    step = 1
    while not holds(min(low + step, most)):
        if low + step >= most:
            return None
        step *= 2
    few, enough = low + step // 2, min(low + step, most)
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if holds(middle) else (middle, enough)
    return enough


def fewest_for_share(*, load: float, time: float, than: float, share: float) -> int | None:
    """Returns the fewest servers with which at most a share of arrivals waits longer than a time.

    Args:
        load: The work that comes, in servers kept busy, at least 0.
        time: The mean time that one takes, above 0, in any unit.
        than: The wait that is too long, at least 0, in the same unit.
        share: The share that may wait longer, in (0, 1).

    Returns:
        The fewest; None where it takes more than `MOST_SERVERS`.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    open_unit("share", share)
    return fewest_servers(load=load, holds=lambda c: _under(waits_longer(servers=c, load=load, time=time, than=than), share))


def fewest_for_mean(*, load: float, time: float, within: float) -> int | None:
    """Returns the fewest servers with which the mean wait is no longer than a time.

    Args:
        load: The work that comes, in servers kept busy, at least 0.
        time: The mean time that one takes, above 0, in any unit.
        within: The longest mean wait, above 0, in the same unit.

    Returns:
        The fewest; None where it takes more than `MOST_SERVERS`.

    Raises:
        OutOfRangeError: If an argument lies outside its range.
    """
    finite("within", within, above=0.0)
    return fewest_servers(load=load, holds=lambda c: _under(mean_wait(servers=c, load=load, time=time), within))


def _under(found: float | Overloaded, limit: float) -> bool:
    return not isinstance(found, Overloaded) and found <= limit


def _ages(time: float, than: float) -> float:
    """How many mean times long a time is."""
    finite("time", time, above=0.0)
    if not (than >= 0.0 and math.isfinite(than)):
        raise OutOfRangeError(f"than is {than!r}, but must be a finite time of at least 0: give how long is too long")
    return than / time


def _load(load: float) -> float:
    if not (load >= 0.0 and math.isfinite(load)):
        raise OutOfRangeError(f"load is {load!r}, but must be a finite number of at least 0: multiply arrivals by the time each takes")
    return load
