"""Effects under kills, threads and slow receivers: whoever heeds the key acts once, and nobody waits for somebody else's receiver."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from licet.core.canonical import Json
from licet.core.effect import LEASE, Delivered, Failed, Outcome, Way
from licet.flows.deliver import deliver_due, deliver_some, not_arrived
from licet.flows.office import Office
from licet.store import effects, tables
from licet.testing import World, done
from tests.flows.breakable import KilledError, breaks, second
from tests.flows.deliveries import DOWN, all_due, decided, listed, some
from tests.flows.examples import MAILS, of_word


def test_who_is_killed_after_the_delivery_is_followed_by_the_same_key(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        office = breaks(world, at=1, after_commit=False)
        with pytest.raises(KilledError):
            some(world, office)
        assert (len(world.effects.told), some(world)) == (1, 0)
        world.clock.pass_time(LEASE)
        assert some(world) == 1
        assert len({one["key"] for one in world.effects.told}) == 1
        assert len(of_word(world, "effect.delivered")) == 1


def test_who_comes_back_after_the_lease_writes_nothing_down(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)

        def sleeping(message: Mapping[str, Json]) -> Outcome:
            if len(world.effects.told) == 1:
                world.clock.pass_time(2 * LEASE)
                some(world, second(world))
                return Failed(why="late", retry=False)
            return Delivered()

        world.effects.says = sleeping
        some(world)
        assert (len(world.effects.told), listed(world)) == (2, ())
        assert (len(of_word(world, "effect.delivered")), of_word(world, "effect.dead")) == (1, [])


def test_a_slow_round_gives_back_what_it_cannot_finish_under_its_lease(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 3)

        def slow(message: Mapping[str, Json]) -> Outcome:
            world.clock.pass_time(timedelta(seconds=10))
            return Delivered()

        world.effects.says = slow
        assert [some(world), some(world), some(world), some(world)] == [1, 1, 1, 0]


def test_many_threads_tell_each_receiver_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.clock.tick = timedelta(0)
        decided(world, 60)
        offices = [second(world) for _ in range(4)]

        def work(office: Office) -> None:
            while deliver_some(office, world.clock.at, 5):
                pass

        threads = [threading.Thread(target=work, args=(office,)) for office in offices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        while some(world):
            pass
        assert (len(world.effects.told), len({one["key"] for one in world.effects.told})) == (60, 60)
        assert listed(world) == ()


def test_a_use_case_whose_receiver_is_down_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.clock.tick = timedelta(0)
        decided(world, 40)
        decided(world, 3, name="other")
        world.effects.says = lambda message: DOWN if message["use_case"] == MAILS else Delivered()
        for _ in range(12):
            some(world)
        assert sum(one["use_case"] == "other" for one in world.effects.told) == 3


def test_a_decision_that_cannot_be_read_keeps_no_other_waiting(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 3)
        case = listed(world)[0].case
        with world.office.book.write() as tx:
            tx.run(update(tables.decision).where(tables.decision.c.case_number == case).values(answer=b"altered"))
        for _ in range(3):
            all_due(world)
        assert [one.case for one in listed(world)] == [case]
        assert len(world.effects.told) == 2


def test_a_pass_without_a_server_delivers_one_use_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 30)
        decided(world, 2, name="other")
        passed = done(deliver_due(world.office, world.operator, name=MAILS))
        assert (passed.attempts, passed.waiting, passed.dead) == (30, 0, 0)
        assert {one["use_case"] for one in world.effects.told} == {MAILS}
        assert not_arrived(world.office, name=None, dead_only=False, limit=1).waiting == 2


def test_a_timeline_shows_every_effect_of_a_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        (case,) = {one.case for one in listed(world)}
        all_due(world)
        with world.office.book.read() as tx:
            (one,) = effects.of_case(tx, case)
        assert (one.number, one.way, one.alone, type(one.state).__name__) == (1, Way.WEBHOOK, True, "DeliveredEffect")
