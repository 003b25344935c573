"""Turns: whoever has much to do, or is slow, leaves a turn for the others."""

from hypothesis import given
from hypothesis import strategies as st

from licet.core.ids import UseCaseSlug
from licet.edge.turns import Turns

A, B, C = ((number, UseCaseSlug(name)) for number, name in ((1, "a"), (2, "b"), (3, "c")))


def test_the_one_served_longest_ago_is_next() -> None:
    turns = Turns(most=8, each=4)
    served = []
    for _ in range(6):
        first = turns.order([A, B, C])[0]
        assert turns.take(first[0])
        turns.end(first[0])
        served.append(first[1])
    assert served == ["a", "b", "c", "a", "b", "c"]


def test_a_use_case_has_no_more_than_its_share_while_others_wait() -> None:
    turns = Turns(most=6, each=4)
    turns.order([A])
    assert [turns.take(1) for _ in range(5)] == [True, True, True, True, False]
    turns.order([A, B, C])
    assert [turns.take(2) for _ in range(3)] == [True, True, False]
    assert not turns.take(3), "all six are taken"
    turns.end(1)
    assert not turns.take(1), "two are its share now, and three run"
    assert turns.take(3)


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=200))
def test_there_are_never_more_turns_than_there_may_be(steps: list[tuple[int, bool]]) -> None:
    turns = Turns(most=4, each=2)
    running: list[int] = []
    for use_case, ends in steps:
        if ends and use_case in running:
            turns.end(use_case)
            running.remove(use_case)
        elif turns.take(use_case):
            running.append(use_case)
        assert len(running) <= 4
        assert all(running.count(one) <= 2 for one in running)
