"""Drilling: the stop is exercised on the path that decides, and whatever goes wrong in the middle leaves it pressed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.drill import SAYS, Result
from licet.core.ids import TeamName
from licet.core.people import Actor, Caller, Role
from licet.flows.drill import drill_stop
from licet.flows.register import move_use_case
from licet.flows.stop import lift_stop, press_stop, stop_status
from licet.store import drills, use_cases
from licet.store.book import Book, Tx
from licet.testing import World, done, past_cases
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, code, of_word, renamed

LIVE = past_cases(40, name="live")
NORTH = TeamName("north")


class InterruptedBook(Book):
    """Something else happens before its last write of a drill."""

    def __init__(self, world: World, meanwhile: Callable[[], None]) -> None:
        super().__init__(world.connect(), world.office.vault, world.draw)
        self._meanwhile, self._writes = meanwhile, 0

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction."""
        self._writes += 1
        if self._writes == 3:
            self._meanwhile()
        with super().write() as tx:
            yield tx


def newest(world: World) -> object:
    """When the stop was last exercised."""
    with world.office.book.read() as tx:
        return drills.newest(tx, use_cases.require(tx, MAILS))


def test_a_drill_shows_that_the_deciding_path_refuses_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted, before = world.journey(MAILS), len(world.words())
        found = done(drill_stop(world.office, world.owner, name=MAILS))
        assert (found.result, found.by, newest(world)) == (Result.HELD, world.owner.id, found.at)
        assert stop_status(world.office, name=MAILS).pressed == ()
        assert world.submit(MAILS, LIVE).alone == 40
        assert world.mandate(MAILS) == granted
        assert world.words()[before:][:3] == ["stop.pressed", "stop.lifted", "stop.exercised"]
        event = of_word(world, "stop.exercised")[-1]
        assert event.facts["result"] == "held"
        assert event.facts["took_ms"] == found.took_ms


def test_a_drill_needs_no_mandate(tmp_path: Path) -> None:
    """Breaks when the gate to *delegated* asks for a drill that only a delegated use case can do."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert newest(world) is None
        assert done(drill_stop(world.office, world.risk, name=MAILS)).result is Result.HELD


def test_while_a_stop_is_pressed_for_real_no_drill_is_done(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(move_use_case(world.office, world.person("ada", Role.ADMIN), name=MAILS, team=NORTH))
        before = of_word(world, "stop.exercised")
        places: list[tuple[str | None, TeamName | None]] = [(MAILS, None), (None, NORTH), (None, None)]
        for name, team in places:
            done(press_stop(world.office, world.risk, name=name, team=team, why="for real"))
            assert code(drill_stop(world.office, world.owner, name=MAILS)) == "already_stopped"
            done(lift_stop(world.office, world.risk, name=name, team=team))
        assert of_word(world, "stop.exercised") == before


def test_who_may_not_drill(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        may_not: list[Actor] = [world.operator, world.builder, world.reviewer, Caller(token="k", name="x")]  # noqa: S106 - a public id
        assert {code(drill_stop(world.office, actor, name=MAILS)) for actor in may_not} <= {"person_needed", "not_permitted"}


@pytest.mark.parametrize(("at", "after"), [(1, True), (2, False), (2, True), (3, False)])
def test_a_crash_in_the_middle_leaves_the_stop_pressed_and_says_so(tmp_path: Path, at: int, *, after: bool) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        before = newest(world)
        with pytest.raises(KilledError):
            drill_stop(breaks(world, at=at, after_commit=after), world.owner, name=MAILS)
        (left,) = stop_status(world.office, name=MAILS).pressed
        assert left.why == SAYS
        assert world.submit(MAILS, LIVE[:5]).reasons == {"stopped": 5}
        assert newest(world) == before
        assert code(drill_stop(world.office, world.owner, name=MAILS)) == "already_stopped"
        done(lift_stop(world.office, world.owner, name=MAILS))
        assert done(drill_stop(world.office, world.owner, name=MAILS)).result is Result.HELD


def test_a_stop_that_does_not_count_stays_pressed_and_is_no_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when a drill says what it hopes instead of what the deciding path says."""
    with World(tmp_path) as world:
        world.journey(MAILS)
        before = newest(world)
        monkeypatch.setattr("licet.flows.decide.stops.pressed", lambda *_: None)
        found = done(drill_stop(world.office, world.owner, name=MAILS))
        monkeypatch.undo()
        assert (found.result, newest(world)) == (Result.NOT_HELD, before)
        assert len(stop_status(world.office, name=MAILS).pressed) == 1


@pytest.mark.parametrize("act", ["pressed for real", "lifted"])
def test_what_somebody_does_to_the_stop_in_the_middle_of_a_drill_stays(tmp_path: Path, act: str) -> None:
    """Breaks when the end of a drill lifts a stop that somebody pressed because something was wrong."""
    with World(tmp_path) as world:
        world.journey(MAILS)

        def meanwhile() -> None:
            if act == "lifted":
                done(lift_stop(world.office, world.risk, name=MAILS))
            else:
                assert not done(press_stop(world.office, world.risk, name=MAILS, why="really")).repeated

        office = replace(world.office, book=InterruptedBook(world, meanwhile))
        assert done(drill_stop(office, world.owner, name=MAILS)).result is Result.BROKEN_OFF
        pressed = [one.why for one in stop_status(world.office, name=MAILS).pressed]
        assert pressed == (["really"] if act == "pressed for real" else [])


def test_a_teams_stop_holds_in_its_use_cases_and_in_no_others(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        admin = world.person("ada", Role.ADMIN)
        for name in (MAILS, "letters"):
            world.use_case(name)
            world.import_cases(name, renamed(past_cases(150, name=name), name))
            world.sign(name)
            world.evaluate(name)
            world.earn(name)
        done(move_use_case(world.office, admin, name=MAILS, team=NORTH))
        pressed = done(press_stop(world.office, world.owner, name=None, team=NORTH, why="the team"))
        assert (pressed.stop.team, pressed.stop.use_case, pressed.stop.reach.value) == (NORTH, None, "team")
        assert world.submit(MAILS, LIVE[:5]).reasons == {"stopped": 5}
        assert world.submit("letters", LIVE[:5]).alone == 5
        assert [one.team for one in stop_status(world.office, name=MAILS).pressed] == [NORTH]
        assert stop_status(world.office, name="letters").pressed == ()
        assert code(lift_stop(world.office, world.owner, name=None, team=NORTH)) == "not_permitted"
        assert code(lift_stop(world.office, world.risk, name=MAILS)) == "not_stopped"
        done(move_use_case(world.office, admin, name="letters", team=NORTH))
        assert world.submit("letters", LIVE[5:10]).reasons == {"stopped": 5}
        done(lift_stop(world.office, world.risk, name=None, team=NORTH))
        assert (world.submit(MAILS, LIVE[5:10]).alone, world.submit("letters", LIVE[10:15]).alone) == (5, 5)
        assert [one.facts["team"] for one in of_word(world, "team_stop.pressed")] == [NORTH]


def test_a_team_that_has_no_use_case_is_a_slip_of_the_pen_and_refused(tmp_path: Path) -> None:
    """Breaks when somebody in a hurry mistypes a team and is told that it is stopped."""
    with World(tmp_path) as world:
        world.journey(MAILS)
        assert code(press_stop(world.office, world.risk, name=None, team=TeamName("nroth"), why="x")) == "not_there"
        assert code(press_stop(world.office.for_team(NORTH), world.risk, name=None, team=TeamName("main"), why="x")) == "beyond_the_team"
        done(press_stop(world.office.for_team(TeamName("main")), world.risk, name=None, team=TeamName("main"), why="x"))
        assert world.submit(MAILS, LIVE[:5]).reasons == {"stopped": 5}
