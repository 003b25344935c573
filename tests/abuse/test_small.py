"""A small version of every attack: tried, and none succeeds."""

from collections.abc import Callable, Iterator

import pytest

from tests.abuse.count import Ground
from tests.abuse.run import KINDS, grounds, held, run

SHARE = 0.01


@pytest.fixture(scope="module")
def ground() -> Iterator[Callable[[str], Ground]]:
    """Where they are tried."""
    with grounds(share=SHARE, seed=1) as found:
        yield found


@pytest.mark.parametrize("name", [name for name in KINDS if name != "self_approval"])
def test_no_attack_succeeds(ground: Callable[[str], Ground], name: str) -> None:
    told = run(name, ground(name))
    assert held(told), told


def test_what_was_not_tried_or_broke_is_not_held() -> None:
    assert not held({"tried": 0, "succeeded_attacks": 0})
    assert not held({"tried": 1, "succeeded_attacks": 1})
    assert not held({"tried": 1, "succeeded_attacks": 0, "broken": "x"})
    assert held({"tried": 1, "succeeded_attacks": 0})
