"""What becomes of an effect after an attempt, and under which name its receiver knows it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice
from licet.core.effect import (
    BY_PERSON,
    FIRST_WAIT,
    LEASE,
    LONGEST_TIMEOUT,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    DeadEffect,
    Death,
    Delivered,
    DeliveredEffect,
    EffectMessage,
    Failed,
    Undeliverable,
    WaitingEffect,
    idempotency_key,
    message_to_json,
    next_state,
    wait_after,
)
from licet.core.ids import CaseNumber, UseCaseSlug
from licet.pretend import START

JITTER = st.floats(0.0, 1.0, exclude_max=True)
DOWN = Failed(why="down", retry=True)


@given(st.integers(1, 200), JITTER)
def test_waits_double_up_to_an_hour_with_a_quarter_of_chance(attempts: int, jitter: float) -> None:
    wait = wait_after(attempts, jitter)
    assert 0.75 * FIRST_WAIT <= wait <= LONGEST_WAIT
    assert wait <= wait_after(attempts + 1, jitter)
    assert wait_after(attempts, 0.0) <= wait


def test_all_attempts_take_about_a_day() -> None:
    assert timedelta(hours=23) < sum((wait_after(n, 0.5) for n in range(1, MOST_ATTEMPTS)), timedelta(0)) < timedelta(hours=25)


@given(st.integers(0, 2 * MOST_ATTEMPTS), JITTER)
def test_a_failure_is_tried_again_until_the_attempts_are_used_up(attempts: int, jitter: float) -> None:
    match next_state(DOWN, attempts=attempts, jitter=jitter, now=START):
        case WaitingEffect(ready_at=ready_at, attempts=tried, last_error=why):
            assert (tried, why) == (attempts + 1, "down")
            assert tried < MOST_ATTEMPTS
            assert ready_at > START
        case DeadEffect(death=death):
            assert death is Death.USED_UP
            assert attempts + 1 >= MOST_ATTEMPTS
        case other:
            raise AssertionError(other)


@given(st.timedeltas(timedelta(0), timedelta(days=30)), JITTER)
def test_a_receiver_may_ask_for_an_hour_at_most_and_never_for_less_than_the_usual_wait(after: timedelta, jitter: float) -> None:
    state = next_state(Failed(why="busy", retry=True, after=after), attempts=4, jitter=jitter, now=START)
    assert isinstance(state, WaitingEffect)
    assert max(wait_after(5, jitter), min(after, LONGEST_WAIT)) == state.ready_at - START


def test_what_arrived_is_delivered_and_what_cannot_is_dead_with_its_reason() -> None:
    assert next_state(Delivered(), attempts=3, jitter=0.0, now=START) == DeliveredEffect(at=START)
    refused = next_state(Failed(why="422", retry=False), attempts=0, jitter=0.0, now=START)
    assert refused == DeadEffect(at=START, death=Death.REFUSED, why="422")
    erased = next_state(Undeliverable(death=Death.ERASED, why="gone"), attempts=0, jitter=0.0, now=START)
    assert erased == DeadEffect(at=START, death=Death.ERASED, why="gone")


def test_a_lease_outlasts_the_longest_attempt() -> None:
    assert LONGEST_TIMEOUT + timedelta(seconds=1) < LEASE < timedelta(seconds=30)


def test_a_key_is_the_same_each_time_and_another_for_anything_else() -> None:
    one = idempotency_key("v+key", CaseNumber(1), 1, START)
    assert one == idempotency_key("v+key", CaseNumber(1), 1, START)
    assert (len(one), one.isalnum()) == (40, True)
    others = {
        idempotency_key("v+other", CaseNumber(1), 1, START),
        idempotency_key("v+key", CaseNumber(11), 1, START),
        idempotency_key("v+key", CaseNumber(1), 2, START),
        idempotency_key("v+key", CaseNumber(1), 1, START + timedelta(seconds=1)),
    }
    assert len(others | {one}) == 5


def test_the_key_of_today_is_the_key_of_tomorrow() -> None:
    """Breaks when somebody changes how keys are made: receivers would act a second time on what is still on its way."""
    assert idempotency_key("v+key", CaseNumber(1042), 1, START) == "a37db275bb5738e80b488b9d953f92602599668b"


def test_a_correction_says_what_it_takes_the_place_of() -> None:
    message = EffectMessage(
        use_case=UseCaseSlug("slips"),
        case=CaseNumber(7),
        number=3,
        key="k",
        external_id=None,
        answer=Choice(value="yes"),
        decided_by=BY_PERSON,
        at=START,
        versions={},
        corrected=Choice(value="no"),
    )
    written = message_to_json(message)
    assert written["corrects"] == {"effect": 2, "answer": "no"}
    assert (written["effect"], written["answer"], written["at"]) == (3, "yes", "2030-01-07T09:00:00+00:00")
