"""Studying a process: the newest log that can be read, held against what the owner states."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from licet.core.ids import UseCaseSlug
from licet.core.process import StatedForProcess
from licet.core.refusal import Refused, Unknown
from licet.core.stated_process import Block, StatedProcess
from licet.flows.import_log import erase_log, import_log
from licet.flows.study_process import Memory, Studied, processes_here, study_process
from licet.testing import World, done
from tests.core.logs import claims
from tests.flows.studying import brought, small_log

MAILS = "mails"
STATED = StatedForProcess(process=StatedProcess(blocks=(Block(steps=("Grüße prüfen",)), Block(steps=("close",), optional=True))))


@dataclass(frozen=True, slots=True)
class States:
    """States the same of every process."""

    stated_: StatedForProcess

    def stated(self, slug: UseCaseSlug) -> StatedForProcess:
        """What is stated."""
        del slug
        return self.stated_


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with a use case."""
    with World(tmp_path) as there:
        there.use_case(MAILS)
        yield there


def studied(world: World, memory: Memory | None = None, stated: StatedForProcess | None = None) -> Studied:
    """The process of the use case."""
    office = world.office if stated is None else replace(world.office, processes=States(stated))
    return done(study_process(office, name=MAILS, memory=memory or Memory()))


def test_without_a_log_it_is_said_how_one_comes_in(world: World) -> None:
    refused = study_process(world.office, name=MAILS, memory=Memory())
    assert isinstance(refused, Refused)
    assert (refused.code, refused.remedy) == ("no_event_log", "Bring one: `licet process import mails FILE`.")
    assert [log for _, log in processes_here(world.office)] == [None]


def test_the_newest_log_counts_and_an_erased_one_is_not_told_from_memory(world: World) -> None:
    memory = Memory()
    first = done(import_log(world.office, world.owner, brought(small_log()), name=MAILS)).kept
    assert studied(world, memory).log.id == first.id
    done(erase_log(world.office, world.owner, name=MAILS, log=first.id))
    assert isinstance(study_process(world.office, name=MAILS, memory=memory), Refused)


def test_a_study_is_kept_until_the_log_or_the_statement_changes(world: World) -> None:
    memory = Memory()
    done(import_log(world.office, world.owner, brought(small_log()), name=MAILS))
    assert studied(world, memory).as_is is studied(world, memory).as_is
    held = studied(world, memory, STATED).as_is
    assert not isinstance(held.fit, Unknown)
    assert held.fit.share == 1.0
    assert isinstance(studied(world, memory).as_is.fit, Unknown)


def test_a_statement_that_cannot_be_read_is_said_and_hides_nothing_else(world: World) -> None:
    done(import_log(world.office, world.owner, brought(claims(20)), name=MAILS))
    found = studied(world, stated=StatedForProcess(process=Unknown(why="process.yaml cannot be read: no."))).as_is
    assert isinstance(found.fit, Unknown)
    assert found.fit.why == "process.yaml cannot be read: no."
    assert found.cases == 20
