"""What a log says of the process as it is."""

from dataclasses import replace
from datetime import timedelta

from licet.core.as_is import study
from licet.core.beside import NOTHING_GIVEN, beside_to_json
from licet.core.further import NOT_COUNTED
from licet.core.process import AtMost, Elapsed, Rates, Recorded, Span, StatedForProcess, Waited, WorkCost
from licet.core.process_told import as_is_to_json, lasting, told
from licet.core.refusal import Unknown
from tests.core.logs import HOUR, MINUTE, Row, claims, log_of

NOTHING = StatedForProcess()


def validated(case: int, at: float) -> list[Row]:
    """A case that is entered at once and waits a day for a validation of twelve minutes."""
    return [
        (case, "enter", "ann", at, at + MINUTE),
        (case, "validate", "bob", at + 24 * HOUR, at + 24 * HOUR + 12 * MINUTE),
        (case, "close", "bob", None, at + 24 * HOUR + 13 * MINUTE),
    ]


def test_the_step_that_typical_cases_wait_for_is_the_bottleneck_not_the_one_that_takes_the_most_work() -> None:
    found = study(log_of([row for case in range(5) for row in validated(case, case * HOUR)]), NOTHING)
    step = found.bottleneck
    assert not isinstance(step, Unknown)
    assert step.name == "validate"
    assert isinstance(step.waiting, Waited)
    assert isinstance(step.handling, Recorded)
    assert (step.waiting.span.median, step.handling.span.median) == (timedelta(hours=24) - timedelta(minutes=1), timedelta(minutes=12))
    assert told(found)[1].startswith("Bottleneck: validate; a case that comes to it waits 24 h")


def test_a_few_very_long_waits_make_no_bottleneck() -> None:
    slow: list[Row] = [(99, "enter", "ann", 0.0, MINUTE), (99, "archive", "bob", 9_999 * HOUR, 9_999 * HOUR + MINUTE)]
    found = study(log_of([*slow, *(row for case in range(40) for row in validated(case, case * HOUR))]), NOTHING)
    assert not isinstance(found.bottleneck, Unknown)
    assert found.bottleneck.name == "validate"


def test_where_no_start_is_recorded_work_is_estimated_at_most_and_never_zero() -> None:
    found = study(log_of([row for case in range(5) for row in validated(case, case * HOUR)]), NOTHING)
    close = next(step for step in found.steps if step.name == "close")
    assert isinstance(close.handling, AtMost)
    assert close.handling.span.median == timedelta(minutes=1)
    assert isinstance(close.waiting, Elapsed)


def test_where_nobody_is_recorded_either_work_is_unknown() -> None:
    found = study(log_of([(0, "a", None, None, 0.0), (0, "b", None, None, 9.0)]), NOTHING)
    assert all(isinstance(step.handling, Unknown) for step in found.steps)
    assert found.hands_over.told == 0
    assert "hand-overs are unknown" in " ".join(told(found))


def test_the_four_parts_of_time_sum_to_the_lead_time_of_all_cases() -> None:
    found = study(claims(60), NOTHING)
    assert abs(found.split.whole - found.lead.total) < timedelta(seconds=1)
    assert sum(step.times for step in found.steps) == found.events
    assert sum(edge.span.n for edge in found.edges) == found.events - found.cases
    assert sum(found.begins.values()) == sum(found.ends.values()) == found.cases


def test_a_step_taken_up_again_pauses_and_does_not_queue() -> None:
    rows: list[Row] = [
        (0, "call", "ann", 0.0, MINUTE),
        (0, "call", "ann", HOUR, HOUR + MINUTE),
        (0, "call", "bob", 2 * HOUR, 2 * HOUR + MINUTE),
    ]
    found = study(log_of(rows), NOTHING)
    (step,) = found.steps
    assert step.split.pause == timedelta(hours=2) - timedelta(minutes=2)
    assert not step.split.queue
    assert isinstance(step.waiting, Unknown)
    assert isinstance(step.pausing, Span)
    assert (step.rework.again, step.rework.at_once, step.rework.later) == (1, 2, 0)
    assert step.handed == 1


def test_cost_is_recorded_work_at_the_rate_stated_and_unknown_elsewhere() -> None:
    log = log_of([row for case in range(5) for row in validated(case, case * HOUR)])
    found = study(log, StatedForProcess(rates=Rates(currency="EUR", usual=6000, steps={"validate": 10_000})))
    costs = {step.name: step.cost for step in found.steps}
    assert costs["enter"] == WorkCost(minor=500, currency="EUR", rate=6000)
    assert costs["validate"] == WorkCost(minor=10_000, currency="EUR", rate=10_000)
    assert isinstance(costs["close"], Unknown)
    assert all(isinstance(step.cost, Unknown) for step in study(log, NOTHING).steps)


def test_what_a_program_reads_has_seconds_and_null_where_nobody_knows() -> None:
    found = as_is_to_json(study(log_of([(0, "a", None, None, 0.0), (0, "b", None, None, 9.0)]), NOTHING))
    assert found["fit"] is None
    assert found["time"] == {"work": 0.0, "queue": 0.0, "pause": 0.0, "untold": 9.0}
    steps = found["steps"]
    assert isinstance(steps, list)
    assert steps[0] == {
        "step": "a", "times": 1, "cases": 1, "handling": {"kind": "unknown", "how": steps[0]["handling"]["how"], "time": None},
        "waiting": {"kind": "unknown", "time": None}, "pausing": None, "time": {"work": 0.0, "queue": 0.0, "pause": 0.0, "untold": 0.0},
        "rework": {"cases": 0, "at_once": 0, "later": 0}, "handed": 0, "handed_told": 0, "people": 0, "cost": None,
        **beside_to_json("a", NOT_COUNTED, NOTHING_GIVEN),
    }  # fmt: skip


def test_who_does_the_steps_under_other_names_changes_no_number_of_the_process() -> None:
    log = claims(40)
    named = replace(log, resources=tuple(f"P{at}" for at in range(len(log.resources))))
    assert study(log, NOTHING).steps == study(named, NOTHING).steps


def test_lengths_are_said_to_three_digits_in_the_unit_that_fits() -> None:
    said = [lasting(timedelta(seconds=one)) for one in (0, 12, 114.6, 92_786, 423_300, 2_635_200)]
    assert said == ["0 s", "12 s", "1.9 min", "25.8 h", "4.9 d", "30.5 d"]
