"""How many cases come: exact whatever is counted, and of a busy use case a week."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.capacity import Came
from licet.store import desk_pace, use_cases
from licet.testing import World, past_cases
from tests.flows.examples import MAILS


def counted(world: World, most: int) -> Came:
    """What came within 28 days, where so many are counted at most."""
    with world.office.book.read() as tx:
        now = world.office.clock.now()
        return desk_pace.came(tx, use_cases.require(tx, MAILS), since=now - timedelta(days=28), now=now, most=most)


def test_where_very_many_came_the_last_week_alone_is_counted_and_what_is_counted_is_exact(tmp_path: Path) -> None:
    """Breaks when a cap is taken for a count, so that a busy desk looks idle."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.sign(MAILS)
        world.submit(MAILS, past_cases(5, name="early"))
        world.clock.pass_time(timedelta(days=10))
        world.submit(MAILS, past_cases(6, name="late"))
        whole, cut = counted(world, 11), counted(world, 10)
        assert (whole.cases, cut.cases) == (11, 6)
        assert whole.days == pytest.approx(10, abs=0.1)
        assert cut.days == 7.0
        assert counted(world, 2).cases == 6, "of the week every case counts, however many they are"
