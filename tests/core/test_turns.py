"""Time to yes: the time of those who had the ball adds up to the whole, and the ledger's entries say whose turn it was."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.canonical import Json
from licet.core.gate_history import gate_times
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.ledger import Event
from licet.core.people import Role
from licet.core.refusal import Unknown
from licet.core.turns import COUNTED, GateTime, Turn, gate_time, longest_waits, medians, spans
from licet.core.use_case import Stage
from licet.edge.gate_file import shipped_gates
from tests.core.examples import NOW

HOUR = timedelta(hours=1)
SLUG = UseCaseSlug("mails")
SHIPPED = shipped_gates()

steps = st.lists(st.tuples(st.integers(0, 10_000_000), st.sampled_from((None, *COUNTED))), min_size=1, max_size=12)


def turns(found: list[tuple[int, Role | None]]) -> list[Turn]:
    """Turns of so many seconds each."""
    at, made = NOW, []
    for seconds, ball in found:
        made.append(Turn(at=at, ball=ball))
        at += timedelta(seconds=seconds)
    return made


@given(found=steps, rest=st.integers(0, 10_000_000))
def test_the_time_of_each_adds_up_to_the_whole(found: list[tuple[int, Role | None]], rest: int) -> None:
    made = turns(found)
    until = made[-1].at + timedelta(seconds=rest)
    ends = [*(turn.at for turn in made[1:]), until]
    idle = sum((end - turn.at for turn, end in zip(made, ends, strict=True) if turn.ball is None), timedelta(0))
    assert sum(spans(made, until).values(), timedelta(0)) + idle == until - made[0].at


@given(found=steps, at=st.integers(0, 11))
def test_a_turn_that_is_told_again_changes_nothing(found: list[tuple[int, Role | None]], at: int) -> None:
    made = turns(found)
    until = made[-1].at + HOUR
    again = made[at % len(made)]
    twice = [*made[: at % len(made) + 1], again, *made[at % len(made) + 1 :]]
    assert {k: v for k, v in spans(twice, until).items() if v} == {k: v for k, v in spans(made, until).items() if v}


def event(what: str, hours: int, **facts: Json) -> Event:
    """An entry so many hours after the use case was created."""
    return Event(what=what, at=NOW + hours * HOUR, by=PersonId("p_1"), use_case=SLUG, facts=facts)


JOURNEY = [
    event("use_case.created", 0),
    event("history.imported", 2, parts={"sealed": 100}),
    event("stage.changed", 2, was="idea", became="sandbox"),
    event("risk.answered", 3, tier="low", digest="6" * 64),
    event("standard.locked", 5, digest="5" * 64, standard={"measures": []}),
    event("standard.countersigned", 9, digest="5" * 64),
    event("evaluation.judged", 10, verdict={"verdict": "met", "measures": []}),
    event("stop.exercised", 11, result="held"),
    event("mandate.proposed", 12, digest="a" * 64),
    event("approval.given", 20, digest="c" * 64),
    event("mandate.granted", 22),
    event("stage.changed", 22, was="sandbox", became="delegated"),
]


def last(events: list[Event], now: datetime) -> GateTime:
    """The gate to *delegated* after these entries."""
    return next(one for one in gate_times(events, SHIPPED, now) if one.to is Stage.DELEGATED)


def test_the_ledger_says_how_long_builder_owner_and_risk_had_the_ball() -> None:
    found = last(JOURNEY, NOW + 100 * HOUR)
    assert found.passed == NOW + 22 * HOUR
    assert found.ball is None
    hours = {role: span / HOUR for role, span in found.spent.items()}
    assert hours == {Role.BUILDER: 2 + 1, Role.OWNER: 1 + 2 + 1 + 1 + 2, Role.RISK: 4 + 8}
    assert found.whole == 22 * HOUR


@pytest.mark.parametrize(
    ("entries", "ball", "since"),
    [
        (1, Role.BUILDER, 0),
        (4, Role.OWNER, 2),
        (5, Role.RISK, 5),
        (6, Role.BUILDER, 9),
        (7, Role.OWNER, 10),
        (9, Role.RISK, 12),
        (10, Role.OWNER, 20),
    ],
)
def test_whoever_has_the_ball_now_has_had_it_without_a_break_since(entries: int, ball: Role, since: int) -> None:
    found = last(JOURNEY[:entries], NOW + 50 * HOUR)
    assert (found.ball, found.since) == (ball, NOW + since * HOUR)


def test_an_approval_is_gone_from_the_replay_when_its_request_is_void() -> None:
    (proposed,) = [one for one in JOURNEY if one.what == "mandate.proposed"]
    voided = event("approval.voided", 21, digest=proposed.facts["digest"])
    asked = event("approval.asked", 22, subject="mandate", digest="8" * 64)
    given = event("approval.given", 23, request="r_1", digest="8" * 64)
    passed = event("approval.passed", 23, request="r_1", digest="8" * 64)
    assert last([*JOURNEY[:10], voided, asked], NOW + 50 * HOUR).ball is Role.RISK
    assert last([*JOURNEY[:10], voided, asked, given], NOW + 50 * HOUR).ball is Role.RISK
    assert last([*JOURNEY[:10], voided, asked, given, passed], NOW + 50 * HOUR).ball is not Role.RISK


def test_medians_of_nothing_are_unknown() -> None:
    found = medians(Stage.DELEGATED, gate_times(JOURNEY[:5], SHIPPED, NOW + 50 * HOUR))
    assert found.passed == 0
    assert isinstance(found.whole, Unknown)
    assert all(isinstance(span, Unknown) for span in found.each.values())
    assert medians(Stage.DELEGATED, [last(JOURNEY, NOW + 50 * HOUR)]).whole == 22 * HOUR


def test_the_longest_wait_comes_first_and_each_use_case_once() -> None:
    def waiting(name: str, hours: int) -> GateTime:
        found = gate_time(UseCaseSlug(name), Stage.DELEGATED, [Turn(at=NOW - hours * HOUR, ball=Role.RISK)], passed=None, now=NOW)
        assert found is not None
        return found

    early = gate_time(SLUG, Stage.SHADOW, [Turn(at=NOW, ball=Role.OWNER)], passed=None, now=NOW)
    assert early is not None
    found = longest_waits([early, waiting("b", 1), waiting("mails", 5), waiting("c", 3)], NOW)
    assert [one.use_case for one in found] == ["mails", "c", "b"]
    assert gate_time(SLUG, Stage.SHADOW, [], passed=None, now=NOW) is None


def test_a_use_case_that_was_retired_waits_for_nobody() -> None:
    assert last([*JOURNEY[:5], event("use_case.retired", 6)], NOW + 50 * HOUR).ball is None
