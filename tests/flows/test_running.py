"""A system is asked about many cases chunk by chunk: what was said is kept, nothing is asked twice, and half a run is no evidence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.case import Content, TextContent
from licet.core.cost import Cost
from licet.core.flakiness import Flakiness, Flips
from licet.core.history import Shares
from licet.core.refusal import Unknown
from licet.core.run import Run
from licet.core.system import Cause, NoProposal, Proposal, Proposed
from licet.flows import run as running
from licet.flows.check_flakiness import check_flakiness
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.help_run import Helper, help_with_runs
from licet.flows.office import Office
from licet.flows.run import CHUNK, LEASE, Runner
from licet.pretend import ScriptedSystem
from licet.store import flakiness, heads, runs, systems, use_cases
from licet.store.runs import Terms
from licet.testing import World, done, past_cases, says_like
from tests.flows.breakable import KilledError, second
from tests.flows.examples import MAILS, code, of_word, sealed_set

COUNT = 2 * CHUNK + 50
ROWS = past_cases(COUNT)
DOWN = NoProposal(why="It did not answer.", cause=Cause.UNAVAILABLE)


class Model:
    """A system that counts its calls, and does something else at some of them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.at: dict[int, Callable[[], Proposed]] = {}
        self.does: Callable[[str], Proposed] | None = None
        self._knows = says_like(ROWS)

    def __call__(self, content: Content) -> Proposed:
        assert isinstance(content, TextContent)
        self.calls.append(content.text)
        special = self.at.pop(len(self.calls), None)
        if special is not None:
            return special()
        return self._knows(content) if self.does is None else self.does(content.text)

    def proposes(self, text: str) -> Proposed:
        """What it says of a case where nothing is in the way."""
        return self._knows(TextContent(text=text))


@pytest.fixture
def model() -> Model:
    """The model of the use case's system."""
    return Model()


@contextmanager
def asked(folder: Path, model: Model) -> Iterator[World]:
    """A world in which the model is about to be evaluated."""
    with World(folder) as world:
        world.use_case(MAILS)
        world.systems.there[MAILS] = ScriptedSystem(says=model)
        world.import_cases(MAILS, ROWS, card=None)
        world.sign(MAILS)
        yield world


def judged(world: World, office: Office | None = None, runner: Runner = running.ALONE) -> object:
    """What came of an evaluation."""
    request = Request(name=MAILS, on_disk=world.standards[MAILS])
    return evaluate(office or world.office, world.operator, request, runner)


def newest(world: World) -> Run:
    """The run that began last."""
    with world.office.book.read() as tx:
        found = runs.newest(tx, use_cases.require(tx, MAILS))
    assert found is not None
    return found


def dies() -> Proposed:
    """The end of whoever asks."""
    raise KilledError


def test_after_a_kill_only_the_chunk_under_way_is_asked_again(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when proposals are kept at the end only, or when a lost lease keeps a chunk from anybody else."""
    told: list[tuple[int, int]] = []
    with asked(tmp_path, model) as world, monkeypatch.context() as killed:
        model.at[CHUNK + 30] = dies
        killed.setattr("licet.store.runs.release", lambda tx, claim: None)  # a killed process lets go of nothing
        killed.setattr("licet.store.runs.stop", lambda tx, run, why, at: None)
        with pytest.raises(KilledError):
            judged(world)
        assert (newest(world).done, newest(world).left) == (CHUNK, COUNT - CHUNK)
        first = set(model.calls[:CHUNK])
        model.calls.clear()
        verdict = judged(world, runner=Runner(tell=lambda run: told.append((run.done, run.cases))))
        assert isinstance(verdict, Evaluated), verdict
        assert (len(model.calls), first & set(model.calls)) == (COUNT - CHUNK, set())
        assert told == [(CHUNK, COUNT), (CHUNK + 50, COUNT), (COUNT, COUNT)]
        assert newest(world).ended_at is not None
        assert len(sealed_set(world).looks) == 1


def test_two_who_evaluate_at_once_share_the_cases_and_ask_about_none_twice(tmp_path: Path, model: Model) -> None:
    """Breaks when a chunk is claimed by two, or when who is done first does not wait for the other's chunk."""
    with asked(tmp_path, model) as world:
        waited: list[timedelta] = []

        def gives_up(span: timedelta) -> None:
            waited.append(span)
            raise KilledError

        def other() -> Proposed:
            runner = Runner(holder="other", wait=gives_up)
            with pytest.raises(KilledError):
                judged(world, second(world), runner)
            return model.proposes(model.calls[0])

        model.at[1] = other
        assert isinstance(judged(world), Evaluated)
        assert waited
        assert (len(model.calls), len(set(model.calls))) == (COUNT, COUNT)
        assert sum(one is not None for one in kept(world)) == COUNT


def kept(world: World) -> list[Proposed]:
    """What is kept of the system's proposals."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        fingerprint = world.systems.there[MAILS].card.fingerprint
        return list(systems.proposals_for(tx, use_case, fingerprint, range(1, COUNT + 1)).values())  # type: ignore[arg-type] # numbers of cases


def test_who_held_a_chunk_for_too_long_without_a_sign_of_life_changes_nothing_any_more(tmp_path: Path, model: Model) -> None:
    """Breaks when a slow holder overwrites what the next one kept."""
    with asked(tmp_path, model) as world:

        def slow() -> Proposed:
            world.clock.pass_time(LEASE)
            assert isinstance(judged(world, second(world)), Evaluated)
            return NoProposal(why="late")

        model.at[1] = slow
        assert code(judged(world)) == "sealed_cases_opened"
        assert all(isinstance(one, Proposal) for one in kept(world))
        assert len(sealed_set(world).looks) == 1


def test_a_provider_that_is_down_for_an_hour_costs_no_look_and_no_answer(tmp_path: Path, model: Model) -> None:
    """Breaks when an outage is kept as an answer, or when half a run is judged."""

    def outage(text: str) -> Proposed:
        del text
        return DOWN if len(model.calls) < CHUNK + 10 else NoProposal(why="It is not asked.", cause=Cause.NOT_ASKED)

    def begins() -> Proposed:
        model.does = outage
        return DOWN

    with asked(tmp_path, model) as world:
        model.at[CHUNK] = begins
        refused = judged(world)
        assert code(refused) == "system_unavailable"
        assert "199 of 450 cases are kept, 251 are still to be asked about. It is not asked." in str(refused)
        assert newest(world).stopped == "It is not asked."
        world.clock.pass_time(timedelta(hours=1))
        assert code(judged(world)) == "system_unavailable"
        assert not of_word(world, "evaluation.planned")
        model.does, first = None, set(model.calls[: CHUNK - 1])
        model.calls.clear()
        verdict = judged(world)
        assert isinstance(verdict, Evaluated), verdict
        assert (len(model.calls), first & set(model.calls)) == (251, set())
        assert all(isinstance(one, Proposal) for one in kept(world))


def test_a_case_without_an_answer_is_asked_about_once_more_and_then_left_to_people(tmp_path: Path, model: Model) -> None:
    """Breaks when one time-out is held against a case for good, or when a case that always times out is asked for ever."""
    never = ROWS[7].body.content
    assert isinstance(never, TextContent)
    with asked(tmp_path, model) as world:
        model.does = lambda text: DOWN if text == never.text else model.proposes(text)
        model.at[3] = lambda: DOWN
        assert isinstance(judged(world), Evaluated)
        assert len(model.calls) == COUNT + 2
        assert [one for one in kept(world) if isinstance(one, NoProposal)] == [DOWN]


def test_one_case_that_ends_whoever_asks_about_it_is_left_to_people(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when one case keeps a use case from ever being evaluated."""
    deadly = ROWS[77].body.content
    assert isinstance(deadly, TextContent)
    with asked(tmp_path, model) as world, monkeypatch.context() as killed:
        killed.setattr("licet.store.runs.release", lambda tx, claim: None)
        model.does = lambda text: dies() if text == deadly.text else model.proposes(text)
        deaths = 0
        while True:
            try:
                verdict = judged(world)
                break
            except KilledError:
                deaths += 1
        assert isinstance(verdict, Evaluated), verdict
        assert deaths == 4
        assert [one.why for one in kept(world) if isinstance(one, NoProposal)] == [
            "Whoever asked about it ended 2 times or more before there was an answer."
        ]


def test_a_run_stops_at_its_budget_and_goes_on_with_a_larger_one(tmp_path: Path, model: Model) -> None:
    """Breaks when costs are not counted, or when what is kept is paid for again."""
    cent = Cost(millionths=1_000_000, currency="EUR")

    def paid(text: str) -> Proposed:
        said = model.proposes(text)
        return replace(said, cost=cent) if isinstance(said, Proposal) else said

    with asked(tmp_path, model) as world:
        model.does = paid
        refused = judged(world, runner=Runner(terms=Terms(budget=150 * 1_000_000)))
        assert code(refused) == "budget_spent"
        assert (newest(world).done, newest(world).spent) == (CHUNK, Cost(millionths=CHUNK * 1_000_000, currency="EUR"))
        assert code(judged(world, runner=Runner(terms=Terms(budget=150 * 1_000_000)))) == "budget_spent"
        calls = len(model.calls)
        assert isinstance(judged(world, runner=Runner(terms=Terms(budget=COUNT * 1_000_000))), Evaluated)
        assert (len(model.calls), calls) == (COUNT, CHUNK)
        assert newest(world).spent == Cost(millionths=COUNT * 1_000_000, currency="EUR")


def test_a_reply_of_no_use_is_paid_from_the_budget_too(tmp_path: Path, model: Model) -> None:
    """Breaks when a model that answers nothing but nonsense may be paid without end."""
    cent = Cost(millionths=1_000_000, currency="EUR")
    with asked(tmp_path, model) as world:
        model.does = lambda text: NoProposal(why=f"It did not answer in JSON ({len(text) > 0}).", cost=cent)
        assert code(judged(world, runner=Runner(terms=Terms(budget=CHUNK * 1_000_000)))) == "budget_spent"
        assert (newest(world).done, newest(world).spent) == (CHUNK, Cost(millionths=CHUNK * 1_000_000, currency="EUR"))


def test_a_run_that_is_paid_in_two_currencies_ends_by_name_with_what_was_paid_for_kept(tmp_path: Path, model: Model) -> None:
    """Breaks when cents and pence are added up, when one currency is written over the other, or when paid answers are thrown away."""

    def paid(text: str) -> Proposed:
        said = model.proposes(text)
        currency = "EUR" if len(model.calls) <= CHUNK else "GBP"
        return replace(said, cost=Cost(millionths=10, currency=currency)) if isinstance(said, Proposal) else said

    with asked(tmp_path, model) as world:
        model.does = paid
        refused = judged(world)
        assert code(refused) == "currencies_mixed"
        assert "paid in EUR and in GBP" in str(refused)
        assert (newest(world).done, newest(world).spent) == (2 * CHUNK, Cost(millionths=10 * CHUNK, currency="EUR"))
        model.does = None
        assert isinstance(judged(world), Evaluated)
        assert len(model.calls) == COUNT


def test_who_joins_a_run_without_a_budget_does_not_lift_the_one_it_has(tmp_path: Path, model: Model) -> None:
    """Breaks when somebody who names no budget spends another's money."""
    cent = Cost(millionths=1_000_000, currency="EUR")

    def paid(text: str) -> Proposed:
        said = model.proposes(text)
        return replace(said, cost=cent) if isinstance(said, Proposal) else said

    with asked(tmp_path, model) as world:
        model.does = paid

        def other() -> Proposed:
            assert code(judged(world, second(world), Runner(holder="other"))) == "budget_spent"
            return paid(model.calls[0])

        model.at[1] = other
        assert code(judged(world, runner=Runner(terms=Terms(budget=150 * 1_000_000)))) == "budget_spent"
        assert (newest(world).budget, newest(world).done) == (150 * 1_000_000, 2 * CHUNK)
        assert code(judged(world)) == "budget_spent"
        assert len(model.calls) == 2 * CHUNK


def test_workers_help_with_a_run_only_where_they_are_asked_and_hold_the_same_system(tmp_path: Path, model: Model) -> None:
    """Breaks when a worker asks another system than the run's, or helps unasked."""
    with asked(tmp_path, model) as world:
        helped: list[bool] = []

        def look(version: str) -> Proposed:
            text, there = model.calls[-1], world.systems.there[MAILS]
            world.systems.there[MAILS] = ScriptedSystem(says=model, version=version)
            helped.append(help_with_runs(second(world), Helper(runner=Runner(holder="worker"), loaded={})))
            world.systems.there[MAILS] = there
            return model.proposes(text)

        model.at = {1: lambda: look("1")}
        assert isinstance(judged(world), Evaluated)
        assert (helped, len(model.calls)) == ([False], COUNT)
        model.calls.clear()
        world.systems.there[MAILS] = ScriptedSystem(says=model, version="2")
        model.at = {1: lambda: look("3"), 2: lambda: look("2"), 202: lambda: look("2")}
        assert code(judged(world, runner=Runner(terms=Terms(spread=True)))) == "attempts_used_up"
        assert (helped, len(model.calls)) == ([False, False, True, True], COUNT)
        assert [event.facts["version"] for event in of_word(world, "system.registered")] == ["1", "2"]


def test_asking_twice_spends_no_look_and_tells_how_likely_the_verdict_turns(tmp_path: Path) -> None:
    """Breaks when the second answers are those that were kept, when they are kept, or when a sealed case is asked about."""
    calls: list[str] = []
    wavering: list[bool] = []

    def wavers(content: Content) -> Proposed:
        assert isinstance(content, TextContent)
        calls.append(content.text)
        said = says_like(ROWS)(content)
        assert isinstance(said, Proposal)
        return replace(said, answer=Choice(value="neither")) if wavering and len(calls) % 4 == 0 else said

    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.systems.there[MAILS] = ScriptedSystem(says=wavers)
        world.import_cases(MAILS, ROWS, shares=Shares(build=0, calibration=50, sealed=50), card=None)
        request = Request(name=MAILS, on_disk=world.standards[MAILS])
        unsigned = done(check_flakiness(world.office, world.operator, request, most=20)).found
        assert (isinstance(unsigned.flips, Unknown), unsigned.twice.cases) == (True, 20)
        world.sign(MAILS)
        calls.clear()
        wavering.append(True)
        checked = done(check_flakiness(world.office, world.operator, request, most=100)).found
        assert len(calls) == 100
        assert (checked.twice.cases, checked.twice.unanswered, checked.twice.answers_differ) == (100, 0, 25)
        assert isinstance(checked.flips, Flips)
        assert checked.flips.labels == sealed_set(world).labelled
        assert checked.flips.flips > 0
        assert not sealed_set(world).looks
        assert_kept_apart(world, checked)
        assert [event.facts["cases"] for event in of_word(world, "system.asked_twice")] == [20, 100]


def assert_kept_apart(world: World, checked: Flakiness) -> None:
    """The check is kept, and no sealed case was spoken on."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        kept_check = flakiness.newest(tx, use_case, checked.fingerprint)
        sealed = {head.number for head in heads.sealed_heads(tx, use_case, sealed_set(world).id)}
        said = systems.spoken_on(tx, checked.fingerprint, range(1, COUNT + 1))  # type: ignore[arg-type] # numbers of cases
    assert kept_check is not None
    assert kept_check.found == checked
    assert not sealed & said
