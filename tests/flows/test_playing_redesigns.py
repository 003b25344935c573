"""A redesign written on the page is simulated while nobody waits: one at a time, seen by whoever looks, and nothing typed is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.event_log import EventLog
from licet.core.redesign import Checks, Doer, Redesign, StepPlan
from licet.core.redesign_inputs import Inputs
from licet.core.redesign_outcome import Outcome, simulated
from licet.core.redesign_play import QUIET_FOR, PlayState, RedesignPlay, play_left, play_to_json
from licet.core.refusal import Refused
from licet.flows.edit_redesign import edit_redesign
from licet.flows.import_log import erase_log, list_logs
from licet.flows.play_redesign import Player, Wrong, begin_play, newest_play, play_on, stop_play
from licet.flows.see_redesign import see_redesign
from licet.flows.simulate_redesign import simulate_redesign
from licet.stats.ranges import OutOfRangeError
from licet.stats.simulated_process import Plan
from licet.store.redesign_tables import redesign_play
from licet.testing import World, done
from tests.flows.examples import MAILS, code
from tests.flows.redesigning import WHOLE, office_log, with_log

FEW = Player(plan=Plan(replications=2, seed=7), play=simulated)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case with a log of its process, not evaluated."""
    with World(tmp_path / "home") as made:
        made.use_case(MAILS)
        with_log(made, MAILS, office_log(60))
        yield made


def begun(world: World, redesign: Redesign = WHOLE) -> RedesignPlay:
    found = begin_play(world.office, world.owner, redesign, name=MAILS)
    assert isinstance(found, RedesignPlay), found
    return found


def now(world: World) -> tuple[RedesignPlay, PlayState]:
    found = newest_play(world.office, name=MAILS)
    assert found is not None
    return found


def test_what_was_begun_is_played_and_kept_as_a_simulation_by_the_command_is(world: World) -> None:
    assert newest_play(world.office, name=MAILS) is None
    play = begun(world)
    assert now(world)[1] is PlayState.PLAYING
    play_on(world.office, world.owner, play, WHOLE, name=MAILS, player=FEW)
    there, state = now(world)
    seen = done(see_redesign(world.office, world.reviewer, name=MAILS))
    assert seen.shown.simulated is not None
    assert (state, there.simulation, seen.shown.simulated.digest) == (PlayState.KEPT, seen.shown.simulated.id, WHOLE.digest)
    assert there.expected >= there.played > 0
    assert not seen.may_edit
    assert done(see_redesign(world.office, world.builder, name=MAILS)).may_edit


def test_two_plays_of_one_use_case_never_go_on_at_once(world: World) -> None:
    begun(world)
    assert code(begin_play(world.office, world.builder, WHOLE, name=MAILS)) == "redesign_playing"
    world.use_case("letters")
    with_log(world, "letters", office_log(60))
    assert isinstance(begin_play(world.office, world.owner, WHOLE, name="letters"), RedesignPlay)


def test_where_the_server_was_ended_another_may_begin_and_the_one_left_writes_nothing_over_it(world: World) -> None:
    left = begun(world)
    world.clock.pass_time(QUIET_FOR)
    assert now(world)[1] is PlayState.LEFT
    editing = done(edit_redesign(world.office, world.owner, name=MAILS))
    assert editing.begun == WHOLE, "what was typed is still there"
    again = begun(world, replace(WHOLE, title="Again"))
    play_on(world.office, world.owner, left, WHOLE, name=MAILS, player=FEW)
    assert now(world)[0].id == again.id
    assert now(world)[1] is PlayState.PLAYING


def test_whoever_may_begin_one_may_stop_it_and_what_computes_for_nobody_ends(world: World) -> None:
    play = begun(world)
    assert code(stop_play(world.office, world.reviewer, name=MAILS)) == "not_permitted"
    assert done(stop_play(world.office, world.builder, name=MAILS)).id == play.id
    assert code(stop_play(world.office, world.builder, name=MAILS)) == "already_done"
    play_on(world.office, world.owner, play, WHOLE, name=MAILS, player=FEW)
    there, state = now(world)
    assert (state, there.simulation) == (PlayState.REFUSED, None)
    assert there.refused is not None
    assert there.refused.why == "It was stopped before its end."
    assert done(see_redesign(world.office, world.owner, name=MAILS)).shown.simulated is None
    assert done(edit_redesign(world.office, world.owner, name=MAILS)).begun == WHOLE


def test_who_waits_for_a_turn_gives_signs_of_life(world: World) -> None:
    turns = iter([False] * 20)

    def turn() -> bool:
        world.clock.pass_time(QUIET_FOR / 2)
        assert now(world)[1] is PlayState.PLAYING
        return next(turns, True)

    play_on(world.office, world.owner, begun(world), WHOLE, name=MAILS, player=replace(FEW, turn=turn))
    assert now(world)[1] is PlayState.KEPT


def test_what_is_wrong_is_said_before_anything_is_begun(world: World) -> None:
    def wrong(redesign: Redesign) -> list[tuple[tuple[str | int, ...], str]]:
        found = begin_play(world.office, world.owner, redesign, name=MAILS)
        assert isinstance(found, Wrong)
        return [(one.path, one.why) for one in found.faults]

    assert wrong(replace(WHOLE, removed=("chek",))) == [(("remove", 0), "'chek' is no step of the event log.")]
    bare = replace(WHOLE, steps={"check": StepPlan(by=Doer.AI_ALONE)}, checks=Checks())
    assert [path for path, _ in wrong(bare)] == [
        ("steps", "check", "assumed", "coverage"),
        ("steps", "check", "assumed", "latency_seconds"),
        ("checks", "second_looks"),
        ("checks", "audits"),
    ]
    assert all(why.startswith("Neither measured nor assumed: ") for _, why in wrong(bare))
    assert newest_play(world.office, name=MAILS) is None


def test_only_who_may_simulate_may_write_and_only_where_a_log_is(world: World) -> None:
    assert code(begin_play(world.office, world.reviewer, WHOLE, name=MAILS)) == "not_permitted"
    assert code(edit_redesign(world.office, world.reviewer, name=MAILS)) == "not_permitted"
    world.use_case("letters")
    assert code(edit_redesign(world.office, world.owner, name="letters")) == "no_event_log"


def fails(error: Exception) -> Player:
    def play(redesign: Redesign, inputs: Inputs, log: EventLog, plan: Plan) -> Outcome:
        raise error

    return replace(FEW, play=play)


def test_what_nothing_comes_of_says_why_and_what_was_typed_is_kept(world: World) -> None:
    play_on(world.office, world.owner, begun(world), WHOLE, name=MAILS, player=fails(OutOfRangeError("nobody does 'check'")))
    there, state = now(world)
    assert (state, there.simulation) == (PlayState.REFUSED, None)
    assert there.refused is not None
    assert (there.refused.code, there.refused.why) == ("redesign_unfit", "It cannot be simulated: nobody does 'check'.")
    assert done(edit_redesign(world.office, world.owner, name=MAILS)).begun == WHOLE
    with pytest.raises(RuntimeError):
        play_on(world.office, world.owner, begun(world), WHOLE, name=MAILS, player=fails(RuntimeError("broken")))
    refused = now(world)[0].refused
    assert refused is not None
    assert refused.code == "redesign_not_played"
    assert "broken" not in refused.why


def test_writing_begins_with_what_was_worked_on_last(world: World) -> None:
    assert done(edit_redesign(world.office, world.owner, name=MAILS)).begun is None
    done(simulate_redesign(world.office, world.owner, WHOLE, name=MAILS, plan=FEW.plan))
    assert done(edit_redesign(world.office, world.owner, name=MAILS)).begun == WHOLE
    other = replace(WHOLE, title="Another")
    play_on(world.office, world.owner, begun(world, other), other, name=MAILS, player=fails(OutOfRangeError("no")))
    assert done(edit_redesign(world.office, world.owner, name=MAILS)).begun == other


def test_with_its_log_a_play_is_erased_and_what_it_says_is_encrypted(world: World) -> None:
    play = begun(world)
    with world.office.book.read() as tx:
        assert b"check" not in tx.run(redesign_play.select()).one().said
    (log,) = list_logs(world.office, name=MAILS)
    done(erase_log(world.office, world.owner, name=MAILS, log=log.id))
    assert newest_play(world.office, name=MAILS) is None
    play_on(world.office, world.owner, play, WHOLE, name=MAILS, player=FEW)
    assert newest_play(world.office, name=MAILS) is None
    with_log(world, MAILS, office_log(61))
    assert isinstance(begin_play(world.office, world.owner, WHOLE, name=MAILS), RedesignPlay)


def test_the_time_left_follows_from_what_is_played(world: World) -> None:
    play = begun(world)
    assert play_left(play) is None
    half = replace(play, expected=1000, played=250, seen_at=play.began_at + timedelta(seconds=10))
    assert play_left(half) == timedelta(seconds=30)
    told = play_to_json(half, PlayState.PLAYING)
    assert (told["state"], told["played"], told["refused"]) == ("playing", 250, None)
    no = replace(half, refused=Refused(code="redesign_unfit", why="No."))
    assert play_to_json(no, PlayState.REFUSED)["refused"] == {"code": "redesign_unfit", "why": "No.", "remedy": ""}
