"""Seeing a run: whoever looks on is told how far it is, what it cost and whether anybody goes on, and nothing of how good the system is."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.cost import Cost
from licet.core.run import RunState
from licet.core.system import Cause, NoProposal, Proposal, Proposed
from licet.flows.run import CHUNK, LEASE, Runner
from licet.flows.see_run import RunSeen, newest_run, run_to_json
from licet.store.runs import Terms
from licet.testing import World
from tests.flows.breakable import KilledError
from tests.flows.examples import MAILS, code
from tests.flows.test_running import COUNT, Model, asked, dies, judged


def seen(world: World) -> RunSeen:
    """The newest run."""
    found = newest_run(world.office, name=MAILS)
    assert found is not None
    return found


def test_while_it_runs_it_is_asking_and_afterwards_it_has_ended(tmp_path: Path) -> None:
    model = Model()
    looks: list[RunSeen] = []
    with asked(tmp_path, model) as world:
        assert newest_run(world.office, name=MAILS) is None
        judged(world, runner=Runner(tell=lambda run: looks.append(seen(world))))
        assert [one.state for one in looks] == [RunState.ASKING] * 4
        assert [one.run.done for one in looks] == [0, CHUNK, 2 * CHUNK, COUNT]
        assert looks[0].system is None, "it is registered with its first look"
        ended = seen(world)
        assert (ended.state, ended.run.left, ended.under_way.holders) == (RunState.ENDED, 0, 0)
        assert ended.system is not None
        assert run_to_json(ended)["spent_millionths"] is None


def test_what_was_killed_is_left_once_its_lease_is_over_and_says_what_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Breaks when a run whose process is gone is shown as running for ever."""
    model = Model()
    with asked(tmp_path, model) as world, monkeypatch.context() as killed:
        model.at[CHUNK + 30] = dies
        killed.setattr("licet.store.runs.release", lambda tx, claim: None)  # a killed process lets go of nothing
        killed.setattr("licet.store.runs.stop", lambda tx, run, why, at: None)
        with pytest.raises(KilledError):
            judged(world)
        before = seen(world)
        assert (before.state, before.under_way.holders, before.under_way.broken) == (RunState.ASKING, 1, 0)
        world.clock.pass_time(LEASE + timedelta(seconds=1))
        after = seen(world)
        assert (after.state, after.under_way.holders, after.under_way.broken) == (RunState.LEFT, 0, CHUNK)
        judged(world)
        assert seen(world).state is RunState.ENDED


def test_a_run_that_rests_says_why_and_what_it_has_cost_of_how_much(tmp_path: Path) -> None:
    model = Model()

    def paid(text: str) -> Proposed:
        found = model.proposes(text)
        assert isinstance(found, Proposal)
        return Proposal(answer=found.answer, confidence=found.confidence, cost=Cost(millionths=1_000_000, currency="EUR"))

    with asked(tmp_path, model) as world:
        model.does = paid
        refused = judged(world, runner=Runner(terms=Terms(budget=CHUNK * 1_000_000)))
        assert code(refused) == "budget_spent"
        told = run_to_json(seen(world))
        assert (told["state"], told["stopped"]) == ("resting", "Its budget is spent.")
        assert (told["spent_millionths"], told["budget_millionths"], told["currency"]) == (CHUNK * 1_000_000, CHUNK * 1_000_000, "EUR")
        assert (told["done"], told["left"]) == (CHUNK, COUNT - CHUNK)


def test_cases_without_an_answer_are_counted_while_they_are_to_be_asked_once_more(tmp_path: Path) -> None:
    model = Model()
    most: list[int] = []
    with asked(tmp_path, model) as world:
        model.at[3] = lambda: NoProposal(why="late", cause=Cause.UNAVAILABLE)
        judged(world, runner=Runner(tell=lambda run: most.append(seen(world).under_way.again)))
        assert max(most) == 1
        assert seen(world).under_way.again == 0
