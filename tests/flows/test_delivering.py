"""Effects: each decision takes effect in the order of its case, and never while a stop holds it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.effect import MOST_ATTEMPTS, DeadEffect, Death, Delivered, Failed, Outcome, WaitingEffect, Way
from licet.flows.deliver import DECISION
from licet.flows.erase import erase_case
from licet.flows.grant import Wishes
from licet.flows.intake import Delivery, submit
from licet.flows.office import Office
from licet.flows.replay import replay_effects
from licet.store import decisions, use_cases
from licet.testing import POSTED, World, done, past_cases
from tests.flows.breakable import KilledError, breaks
from tests.flows.deliveries import DOWN, QUIET, all_due, correct, decided, lift, listed, press, some
from tests.flows.examples import MAILS, code, of_word


def test_what_ai_decided_alone_takes_effect_with_what_it_stood_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rows = decided(world)
        assert (all_due(world), all_due(world)) == (4, 0)
        told = world.effects.told
        assert sorted(str(one["external_id"]) for one in told) == sorted(str(row.external_id) for row in rows)
        assert len({one["key"] for one in told}) == 4
        first = next(one for one in told if one["external_id"] == rows[0].external_id)
        assert (first["use_case"], first["decided_by"], first["effect"], first["corrects"]) == (MAILS, "mandate", DECISION, None)
        assert rows[0].posted is not None
        assert rows[0].posted.answer == Choice(value=str(first["answer"]))
        versions = first["versions"]
        assert isinstance(versions, Mapping)
        assert {"mandate", "standard", "fingerprint", "rules"} <= set(versions)
        said = [(event.facts["case_number"], event.facts["key"]) for event in of_word(world, "effect.delivered")]
        assert sorted(said) == sorted((one["case_number"], one["key"]) for one in told)


def test_what_a_person_decided_takes_effect_and_says_no_name(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 4, unsure=2)
        assert all_due(world) == 2
        world.answer(MAILS)
        assert all_due(world) == 2
        assert [one["decided_by"] for one in world.effects.told] == ["mandate", "mandate", "person", "person"]
        assert world.reviewer.id not in str(world.effects.told)


def test_what_simulated_people_decide_and_what_audits_say_does_nothing_in_the_world(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=100))
        world.effects.ways[MAILS] = Way.CALLABLE
        world.submit(MAILS, past_cases(6, unsure=3, name="live"), simulated=True)
        assert all_due(world) == 3
        assert {one["decided_by"] for one in world.effects.told} == {"mandate"}


def test_where_the_folder_names_no_way_nothing_is_planned(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=QUIET)
        world.submit(MAILS, past_cases(3, name="live"))
        assert (all_due(world), listed(world)) == (0, ())


def test_a_decision_and_its_effect_last_together_or_not_at_all(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        for after_commit, effects_then in ((False, 1), (True, 3)):
            with pytest.raises(KilledError):
                submitted(breaks(world, at=2, after_commit=after_commit), world)
            assert (len(listed(world)), decided_so_far(world)) == (effects_then, effects_then)


def submitted(office: Office, world: World) -> None:
    """Two more cases."""
    rows = iter(past_cases(2, name="later"))
    list(submit(office, world.operator, Delivery(name=MAILS, rows=rows, source="x", card=POSTED, simulated=False)))


def decided_so_far(world: World) -> int:
    """How many cases have a decision."""
    with world.office.book.read() as tx:
        return len(decisions.decided(tx, use_cases.require(tx, MAILS)))


# --- failing -----------------------------------------------------------------------------------------------------------


def test_a_receiver_that_is_down_is_asked_again_later_and_costs_one_attempt_a_round(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 5)
        world.effects.says = lambda message: DOWN
        assert (some(world), len(world.effects.told)) == (1, 1)
        states = [one.state for one in listed(world)]
        assert sorted(state.attempts for state in states if isinstance(state, WaitingEffect)) == [0, 0, 0, 0, 1]
        assert {state.last_error for state in states if isinstance(state, WaitingEffect)} == {None, DOWN.why}
        world.effects.says = lambda message: Delivered()
        world.clock.pass_time(timedelta(seconds=5))
        assert all_due(world) == 5
        assert len({one["key"] for one in world.effects.told}) == 5
        assert len(of_word(world, "effect.delivered")) == 5


def test_what_its_receiver_refuses_is_dead_at_once_and_holds_nobody_up(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 3)
        refused = Failed(why="The receiver answered 422.", retry=False)
        says: Iterator[Outcome] = iter([refused, Delivered(), Delivered()])
        world.effects.says = lambda message: next(says)
        assert all_due(world) == 3
        (dead,) = listed(world, dead_only=True)
        assert isinstance(dead.state, DeadEffect)
        assert (dead.state.death, dead.state.why) == (Death.REFUSED, "The receiver answered 422.")
        (event,) = of_word(world, "effect.dead")
        assert (event.facts["case_number"], event.facts["death"]) == (dead.case, "refused_by_receiver")


def test_after_about_a_day_an_effect_is_dead_until_a_person_replays_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        world.effects.says = lambda message: DOWN
        began = world.clock.now()
        while listed(world) and isinstance(listed(world)[0].state, WaitingEffect):
            world.clock.at = max(world.clock.at, listed(world)[0].state.ready_at)  # type: ignore[union-attr] # it waits
            some(world)
        assert len(world.effects.told) == MOST_ATTEMPTS
        assert timedelta(hours=18) < world.clock.now() - began < timedelta(hours=30)
        assert code(replay_effects(world.office, world.operator, name=MAILS, case=None)) == "person_needed"
        for nobody in (world.builder, world.reviewer, world.risk):
            assert code(replay_effects(world.office, nobody, name=MAILS, case=None)) == "not_permitted"
        world.effects.says = lambda message: Delivered()
        again = done(replay_effects(world.office, world.owner, name=MAILS, case=None))
        assert (again.waiting, again.still_dead, all_due(world)) == (1, 0, 1)
        assert len({one["key"] for one in world.effects.told}) == 1
        (event,) = of_word(world, "effect.replayed")
        assert (event.by, event.facts["effect"]) == (world.owner.id, 1)


def test_a_replay_may_name_one_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rows = decided(world, 3)
        world.effects.says = lambda message: Failed(why="no", retry=False)
        all_due(world)
        again = done(replay_effects(world.office, world.owner, name=MAILS, case=rows[1].external_id))
        assert (again.waiting, len(listed(world, dead_only=True))) == (1, 2)
        assert done(replay_effects(world.office, world.owner, name=MAILS, case="nobody")).waiting == 0


def test_the_effect_of_an_erased_case_is_dead_and_nobody_is_told(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rows = decided(world, 2)
        assert done(erase_case(world.office, world.owner, name=MAILS, case=rows[0].external_id or "")) == 1
        all_due(world)
        assert [one["external_id"] for one in world.effects.told] == [rows[1].external_id]
        (dead,) = listed(world)
        assert isinstance(dead.state, DeadEffect)
        assert dead.state.death is Death.ERASED
        again = done(replay_effects(world.office, world.owner, name=MAILS, case=None))
        assert (again.waiting, again.still_dead) == (0, 1)


# --- order -------------------------------------------------------------------------------------------------------------


def test_a_correction_arrives_after_the_decision_and_names_what_it_corrects(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        (case,) = {one.case for one in listed(world)}
        correct(world, case, "maybe")
        correct(world, case, "never")
        says: Iterator[Outcome] = iter([DOWN, Delivered(), Delivered(), Delivered()])
        world.effects.says = lambda message: next(says)
        assert all_due(world) == 1
        world.clock.pass_time(timedelta(minutes=1))
        assert all_due(world) == 3
        told = world.effects.told[1:]
        assert [one["effect"] for one in told] == [1, 2, 3]
        assert [one["answer"] for one in told[1:]] == ["maybe", "never"]
        corrects: list[Json] = [None, {"effect": 1, "answer": told[0]["answer"]}, {"effect": 2, "answer": "maybe"}]
        assert [one["corrects"] for one in told] == corrects
        assert {one["decided_by"] for one in told[1:]} == {"person"}
        assert len({one["key"] for one in told}) == 3


def test_a_dead_effect_holds_up_no_correction_and_is_not_replayed_over_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        (case,) = {one.case for one in listed(world)}
        world.effects.says = lambda message: Failed(why="no", retry=False)
        all_due(world)
        correct(world, case, "maybe")
        world.effects.says = lambda message: Delivered()
        assert all_due(world) == 1
        again = done(replay_effects(world.office, world.owner, name=MAILS, case=None))
        assert (again.waiting, again.still_dead, all_due(world)) == (0, 1, 0)


def test_a_dead_effect_that_is_replayed_in_time_goes_before_the_correction(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 1)
        (case,) = {one.case for one in listed(world)}
        world.effects.says = lambda message: Failed(why="no", retry=False)
        all_due(world)
        correct(world, case, "maybe")
        assert done(replay_effects(world.office, world.owner, name=MAILS, case=None)).waiting == 1
        world.effects.says = lambda message: Delivered()
        all_due(world)
        assert [one["effect"] for one in world.effects.told[1:]] == [1, 2]


# --- stops -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [MAILS, None])
def test_while_a_stop_is_on_only_what_people_decided_takes_effect(tmp_path: Path, of: str | None) -> None:
    with World(tmp_path) as world:
        decided(world, 4, unsure=2)
        world.answer(MAILS)
        press(world, of)
        assert all_due(world) == 2
        assert {one["decided_by"] for one in world.effects.told} == {"person"}
        lift(world)
        assert all_due(world) == 2


def test_a_stop_that_is_pressed_during_a_round_ends_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 4)

        def pressing(message: Mapping[str, Json]) -> Outcome:
            press(world)
            return Delivered()

        world.effects.says = pressing
        assert (all_due(world), len(listed(world))) == (1, 3)
        lift(world)
        world.effects.says = lambda message: Delivered()
        assert all_due(world) == 3


def test_the_stop_of_one_use_case_holds_nobody_else(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        decided(world, 2)
        decided(world, 2, name="other")
        press(world, "other")
        all_due(world)
        assert {one["use_case"] for one in world.effects.told} == {MAILS}
