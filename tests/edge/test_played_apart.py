"""A redesign is played in a process of its own: with the same figures, told how far it is, and with no word where it is ended."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from licet.core.redesign_outcome import simulated
from licet.edge.played_apart import NotPlayedError, played_apart
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_process import Plan
from tests.core.test_redesign_played import inputs_for
from tests.flows.redesigning import WHOLE, office_log

FEW = Plan(replications=2, seed=7)


@dataclass
class Ear:
    """Whoever waits; does something once it hears that it goes on."""

    expected: int = 0
    heard: list[int] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def expects(self, cases: int) -> None:
        self.expected = cases

    def sees(self, cases: int) -> None:
        self.heard.append(cases)
        self.then()


def test_it_comes_to_the_same_and_whoever_waits_is_told_how_far_it_is() -> None:
    log, ear = office_log(60), Ear()
    found = played_apart(WHOLE, inputs_for(WHOLE), log, replace(FEW, audience=ear))
    assert found == simulated(WHOLE, inputs_for(WHOLE), log, FEW)
    assert found.plan.audience is ear
    assert 0 < sum(ear.heard) <= ear.expected
    assert multiprocessing.active_children() == []


def test_what_cannot_be_played_is_said_as_it_is_here() -> None:
    log = office_log(60)
    nobody = replace(log, resource=log.resource * 0 - 1)
    with pytest.raises(OutOfRangeError) as here:
        simulated(WHOLE, inputs_for(WHOLE, people=None), nobody, FEW)
    with pytest.raises(OutOfRangeError) as apart:
        played_apart(WHOLE, inputs_for(WHOLE, people=None), nobody, FEW)
    assert str(apart.value) == str(here.value)


def test_where_its_process_is_ended_nothing_comes_of_it_and_nobody_waits_for_ever() -> None:
    def end() -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(NotPlayedError, match="ended before"):
        played_apart(WHOLE, inputs_for(WHOLE), office_log(200), replace(FEW, replications=100, audience=Ear(then=end)))
    assert multiprocessing.active_children() == []
