"""Nobody approves their own work, on whichever route they try."""

from pathlib import Path

import pytest

from licet.testing import World
from tests.security.self_approval import ROUTES


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_approves_their_own_work_by_this_route(tmp_path: Path, route: str) -> None:
    with World(tmp_path) as world:
        assert not ROUTES[route](world)


def test_there_are_at_least_twelve_routes() -> None:
    assert len(ROUTES) >= 12
