"""A circuit opens when a system stops answering, lets one case through to try, and closes again when that one is answered."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from licet.core.circuit import (
    Ask,
    Circuit,
    CircuitRules,
    ClosedCircuit,
    DoNotAsk,
    NoCircuitError,
    OpenCircuit,
    TryingCircuit,
    admit,
    hear,
)

RULES = CircuitRules(in_a_row=3, window=10, most=5, cool_down_s=10.0, longest_s=60.0)


def after(answers: list[bool], circuit: Circuit | None = None) -> Circuit:
    """The circuit after a run of answers, each asked for at second 0."""
    for answered in answers:
        circuit = hear(circuit or ClosedCircuit(), RULES, Ask(), answered=answered, now_s=0.0)
    return circuit or ClosedCircuit()


def opened() -> Circuit:
    return after([False] * 3)


def test_so_many_failures_in_a_row_open_it() -> None:
    assert isinstance(after([False] * 2), ClosedCircuit)
    assert opened() == OpenCircuit(until_s=10.0)


def test_most_of_the_last_answers_failing_opens_it_too() -> None:
    mixed = [True, False, False] * 2
    assert isinstance(after(mixed), ClosedCircuit)
    assert isinstance(after([*mixed, False]), OpenCircuit)


@given(st.lists(st.booleans(), max_size=60))
def test_it_opens_exactly_when_the_rules_say_so(answers: list[bool]) -> None:
    expected = any(
        (not any(answers[max(0, end - 3) : end]) and end >= 3) or answers[max(0, end - 10) : end].count(False) >= 5
        for end in range(1, len(answers) + 1)
    )
    assert isinstance(after(answers), OpenCircuit) is expected


def test_while_open_nobody_asks_and_then_exactly_one_does() -> None:
    circuit, said = admit(opened(), RULES, now_s=4.0)
    assert said == DoNotAsk(wait_s=6.0)
    circuit, said = admit(circuit, RULES, now_s=10.0)
    assert (circuit, said) == (TryingCircuit(until_s=20.0, opened=1), Ask(trial=True))
    assert admit(circuit, RULES, now_s=11.0)[1] == DoNotAsk(wait_s=9.0)


def test_a_trial_that_is_answered_closes_it_and_one_that_fails_opens_it_for_longer() -> None:
    trying, _ = admit(opened(), RULES, now_s=10.0)
    assert hear(trying, RULES, Ask(trial=True), answered=True, now_s=11.0) == ClosedCircuit()
    waits = []
    circuit: Circuit = opened()
    for _ in range(6):
        assert isinstance(circuit, OpenCircuit)
        now_s = circuit.until_s
        trying, _ = admit(circuit, RULES, now_s=now_s)
        circuit = hear(trying, RULES, Ask(trial=True), answered=False, now_s=now_s)
        assert isinstance(circuit, OpenCircuit)
        waits.append(circuit.until_s - now_s)
    assert waits == [20.0, 40.0, 60.0, 60.0, 60.0, 60.0]


def test_a_trial_nobody_hears_of_again_does_not_keep_it_open_for_ever() -> None:
    trying, _ = admit(opened(), RULES, now_s=10.0)
    assert admit(trying, RULES, now_s=20.0)[1] == Ask(trial=True)


@given(answered=st.booleans())
def test_what_was_asked_before_it_opened_moves_nothing(answered: bool) -> None:  # noqa: FBT001 - drawn
    trying, _ = admit(opened(), RULES, now_s=10.0)
    for circuit in (opened(), trying):
        assert hear(circuit, RULES, Ask(), answered=answered, now_s=12.0) == circuit


@pytest.mark.parametrize("wrong", [{"in_a_row": 0}, {"most": 21}, {"most": 0}, {"cool_down_s": 0.0}, {"longest_s": 1.0}])
def test_rules_that_never_open_or_never_close_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(NoCircuitError):
        CircuitRules(**wrong)  # type: ignore[arg-type] # some of the fields are whole numbers


@dataclass(kw_only=True)
class Running:
    """A case that is being asked about."""

    permission: Ask
    since_s: float = field(default=0.0)


class Traffic(RuleBasedStateMachine):
    """Any traffic: cases begin, end and are lost in any order, and time only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit: Circuit = ClosedCircuit()
        self.now_s = 0.0
        self.running: list[Running] = []

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def a_case_comes(self) -> None:
        before = self.circuit
        self.circuit, said = admit(before, RULES, now_s=self.now_s)
        if isinstance(said, Ask):
            assert said.trial is not isinstance(before, ClosedCircuit)
            self.running.append(Running(permission=said, since_s=self.now_s))
        else:
            assert 0.0 < said.wait_s <= RULES.longest_s

    @precondition(lambda self: self.running)
    @rule(data=st.data(), answered=st.booleans())
    def a_case_ends(self, data: st.DataObject, answered: bool) -> None:  # noqa: FBT001 - drawn
        ended = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        self.circuit = hear(self.circuit, RULES, ended.permission, answered=answered, now_s=self.now_s)

    @precondition(lambda self: self.running)
    @rule()
    def a_thread_is_lost(self) -> None:
        self.running.pop()

    @invariant()
    def it_is_never_shut_for_good(self) -> None:
        assert isinstance(admit(self.circuit, RULES, now_s=self.now_s + RULES.longest_s)[1], Ask)


TestTraffic = Traffic.TestCase
