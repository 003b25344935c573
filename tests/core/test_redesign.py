"""A redesign contradicts neither itself nor the process that it is meant for; AI's behaviour is measured, or marked as assumed."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from licet.core.ai_behaviour import FEWEST_ASKED, Measured, behaviour_of
from licet.core.capacity import Figure
from licet.core.cost import Cost
from licet.core.event_log import EventLog
from licet.core.ids import Digest, Fingerprint
from licet.core.redesign import (
    Assumed,
    Checks,
    Doer,
    Merge,
    Move,
    Price,
    Redesign,
    Reviewers,
    ServiceLevel,
    StepPlan,
)
from licet.core.redesign_faults import check_against, check_redesign
from licet.core.refusal import Unknown

ALONE = StepPlan(by=Doer.AI_ALONE)
EMPTY = Redesign(title="as it is")


def log_of(*cases: str) -> EventLog:
    """A log with a case for each text, of which each letter is a step."""
    names = tuple(sorted({letter for case in cases for letter in case}))
    case = np.array([k for k, one in enumerate(cases) for _ in one], dtype=np.int32)
    end = np.arange(len(case), dtype=np.float64)
    return EventLog(
        activities=names,
        resources=("R1",),
        case=case,
        activity=np.array([names.index(letter) for one in cases for letter in one], dtype=np.int32),
        resource=np.zeros(len(case), dtype=np.int32),
        start=end,
        end=end,
        started=np.zeros(len(case), dtype=np.bool_),
    )


LOG = log_of("abcd", "abd", "acbd")


def paths(redesign: Redesign) -> list[tuple[str | int, ...]]:
    return [error.path for error in check_redesign(redesign)]


def test_what_says_nothing_wrong_has_no_fault() -> None:
    whole = Redesign(
        title="AI at b",
        decides="b",
        steps={"b": ALONE, "c": StepPlan(by=Doer.AI_PROPOSES, assumed=Assumed(time_saved=0.2))},
        moved=(Move(step="d", after="a"),),
        parallel=(("b", "c"),),
        reviewers=Reviewers(people=3, hours_a_day=6.0),
        checks=Checks(audits=0.1, second_looks=0.05),
        service_level=ServiceLevel(within=timedelta(days=2)),
        price=Price(currency="EUR", person_hour=4500),
    )
    assert check_redesign(whole) == ()
    assert check_against(whole, LOG) == ()


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(coverage=1.01))}), ("steps", "b", "assumed", "coverage")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(error=-0.01))}), ("steps", "b", "assumed", "error")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(time_saved=1.0))}), ("steps", "b", "assumed", "time_saved")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(cost=float("inf")))}), ("steps", "b", "assumed", "cost")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(latency_seconds=-1.0))}), ("steps", "b", "assumed", "latency_seconds")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(latency_seconds=1e15))}), ("steps", "b", "assumed", "latency_seconds")),
        (replace(EMPTY, steps={"b": replace(ALONE, assumed=Assumed(cost=1e300))}), ("steps", "b", "assumed", "cost")),
        (replace(EMPTY, checks=Checks(audits=1.5)), ("checks", "audits")),
        (replace(EMPTY, checks=Checks(second_looks=float("nan"))), ("checks", "second_looks")),
        (replace(EMPTY, merged=(Merge(steps=("a", "b"), into="ab", time=0.0),)), ("merge", 0, "time")),
        (replace(EMPTY, merged=(Merge(steps=("a",), into="ab"),)), ("merge", 0, "steps")),
        (replace(EMPTY, parallel=(("a",),)), ("parallel", 0)),
        (replace(EMPTY, parallel=(("a", "b"), ("b", "c"))), ("parallel",)),
        (replace(EMPTY, reviewers=Reviewers(people=0)), ("reviewers", "people")),
        (replace(EMPTY, reviewers=Reviewers(days=("mon", "someday"))), ("reviewers", "days")),
        (replace(EMPTY, reviewers=Reviewers(hours_a_day=25.0)), ("reviewers", "hours_a_day")),
        (replace(EMPTY, service_level=ServiceLevel(within=timedelta(0))), ("service_level", "hours")),
        (replace(EMPTY, service_level=ServiceLevel(within=timedelta(1), share=1.0)), ("service_level", "share")),
        (replace(EMPTY, steps={"b": ALONE}, removed=("b",)), ("remove", 0)),
        (replace(EMPTY, removed=("a",), merged=(Merge(steps=("a", "b"), into="ab"),)), ("merge", 0, "steps")),
        (replace(EMPTY, decides="b", removed=("b",)), ("decides",)),
        (replace(EMPTY, removed=("b",), moved=(Move(step="b", after="c"),)), ("order",)),
        (replace(EMPTY, moved=(Move(step="a", after="a"),)), ("order", 0)),
        (replace(EMPTY, moved=(Move(step="a", after="b"), Move(step="a", after="c"))), ("order", 1)),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named_by_its_place(wrong: Redesign, path: tuple[str | int, ...]) -> None:
    assert paths(wrong) == [path]


def test_an_order_that_comes_back_to_where_it_began_is_refused() -> None:
    circle = replace(EMPTY, moved=(Move(step="a", after="b"), Move(step="b", after="c"), Move(step="c", after="a")))
    (error,) = check_redesign(circle)
    assert error.path == ("order", 2)
    assert "'c' after 'a' after 'b' after 'c'" in error.why
    assert check_redesign(replace(circle, moved=circle.moved[:2])) == ()


def test_steps_that_the_log_does_not_know_are_named_with_the_nearest() -> None:
    (error,) = check_against(replace(EMPTY, steps={"aa": ALONE}), LOG)
    assert error.path == ("steps", "aa")
    assert error.why == "'aa' is no step of the event log."
    (far,) = check_against(replace(EMPTY, decides="zebra"), LOG)
    assert far.remedy == "There are: a, b, c, d."


def test_only_neighbours_are_merged_in_their_order_and_only_neighbours_run_side_by_side() -> None:
    def merged(*steps: str) -> Redesign:
        return replace(EMPTY, merged=(Merge(steps=steps, into="one"),))

    assert check_against(merged("a", "b"), LOG) == ()
    assert check_against(merged("b", "c", "d"), LOG) == ()
    (error,) = check_against(merged("b", "a"), LOG)
    assert error.path == ("merge", 0, "steps")
    assert "never directly follows" in error.why
    assert [one.path for one in check_against(merged("a", "d"), LOG)] == [("merge", 0, "steps")]
    assert check_against(replace(EMPTY, parallel=(("b", "c"),)), LOG) == ()
    (apart,) = check_against(replace(EMPTY, parallel=(("a", "d"),)), log_of("abd"))[:1]
    assert apart.path == ("parallel", 0)


def test_the_last_step_of_a_case_is_no_neighbour_of_the_next_ones_first() -> None:
    assert check_against(replace(EMPTY, merged=(Merge(steps=("d", "a"), into="da"),)), LOG) != ()


def test_a_merged_step_takes_no_name_that_another_step_has() -> None:
    assert [one.path for one in check_against(replace(EMPTY, merged=(Merge(steps=("a", "b"), into="c"),)), LOG)] == [("merge", 0, "into")]
    made = replace(EMPTY, merged=(Merge(steps=("a", "b"), into="ab"),))
    assert check_against(replace(made, decides="ab", steps={"ab": ALONE}), LOG) == (), "the new step is planned by its new name"
    assert [one.path for one in check_against(replace(made, moved=(Move(step="ab", after="c"),)), LOG)] == [("order", 0)]


def test_the_digest_changes_with_what_is_done_and_not_with_the_title() -> None:
    assert replace(EMPTY, title="other").digest == EMPTY.digest
    assert replace(EMPTY, removed=("a",)).digest != EMPTY.digest
    assert replace(EMPTY, reviewers=Reviewers(people=2)).digest != replace(EMPTY, reviewers=Reviewers(people=3)).digest


# --- AI's behaviour


MEASURED = Measured(fingerprint=Fingerprint("f"), standard=Digest("s"), coverage=0.6, bound=0.05, confidence=0.95)
COSTS = [Cost(millionths=2_000_000, currency="EUR")] * FEWEST_ASKED


def test_what_an_evaluation_shows_counts_whatever_its_author_assumes() -> None:
    found = behaviour_of(Assumed(coverage=0.9, error=0.001), MEASURED, currency=None)
    assert isinstance(found.coverage, Figure)
    assert isinstance(found.error, Figure)
    assert (found.coverage.value, found.coverage.assumed) == (0.6, False)
    assert (found.error.value, found.error.assumed) == (0.05, False)
    assert "at most at 95% confidence" in found.error.basis


def test_what_nobody_measured_is_assumed_and_says_so_or_is_unknown() -> None:
    none = Unknown(why="nothing was evaluated")
    assert behaviour_of(Assumed(), none, currency=None).coverage == none
    stated = behaviour_of(Assumed(coverage=0.7), none, currency=None)
    assert stated.coverage == Figure(value=0.7, basis="assumed", assumed=True)
    assert stated.error == none
    assert stated.time_saved.assumed, "that a proposal saves nothing is an assumption, too"
    uncertified = behaviour_of(Assumed(), replace(MEASURED, coverage=None, bound=None), currency=None)
    assert isinstance(uncertified.coverage, Unknown)


def test_time_and_cost_are_means_of_enough_proposals_and_of_one_currency() -> None:
    asked = replace(MEASURED, took_ms=[1000] * (FEWEST_ASKED - 1) + [4000], paid=COSTS)
    found = behaviour_of(Assumed(), asked, currency="EUR")
    assert isinstance(found.latency_seconds, Figure)
    assert found.latency_seconds.value == pytest.approx(1.1)
    assert isinstance(found.cost, Figure)
    assert found.cost.value == pytest.approx(2.0)
    few = behaviour_of(Assumed(latency_seconds=3.0), replace(asked, took_ms=asked.took_ms[1:], paid=COSTS[1:]), currency="EUR")
    assert few.latency_seconds == Figure(value=3.0, basis="assumed", assumed=True)
    assert isinstance(few.cost, Unknown)
    assert isinstance(behaviour_of(Assumed(), asked, currency="USD").cost, Unknown)
    mixed = replace(asked, paid=[*COSTS, Cost(millionths=1, currency="USD")])
    assert isinstance(behaviour_of(Assumed(), mixed, currency=None).cost, Unknown)
