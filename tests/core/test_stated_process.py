"""How cases fit a stated process, and what their deviations are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.stated_process import Among, Block, Fit, Kind, NotAProcessError, StatedProcess, conform

PROCESS = StatedProcess(
    blocks=(
        Block(steps=("receive",)),
        Block(steps=("income", "identity"), among=Among.ALL),
        Block(steps=("ask",), optional=True, repeat=True),
        Block(steps=("approve", "decline")),
    ),
    aside=frozenset({"note"}),
)


def fit(*steps: str, cases: int = 1) -> Fit:
    """One sequence against the process."""
    return conform(PROCESS, [(steps, cases)])


def found(*steps: str) -> set[tuple[Kind, str]]:
    """What deviates in a sequence."""
    return {(one.kind, one.step) for one in fit(*steps).deviations}


@pytest.mark.parametrize(
    "steps",
    [
        ("receive", "income", "identity", "approve"),
        ("receive", "identity", "income", "decline"),
        ("receive", "income", "identity", "ask", "ask", "ask", "approve"),
        ("note", "receive", "income", "note", "identity", "approve", "note"),
    ],
)
def test_whatever_the_statement_allows_fits(steps: tuple[str, ...]) -> None:
    assert fit(*steps).share == 1.0
    assert not fit(*steps).deviations


def test_a_step_left_out_is_missing_one_too_many_is_extra_and_one_elsewhere_is_moved() -> None:
    assert found("receive", "identity", "approve") == {(Kind.MISSING, "income")}
    assert found("receive", "income", "identity", "fax", "approve") == {(Kind.EXTRA, "fax")}
    assert found("income", "identity", "receive", "approve") == {(Kind.MOVED, "receive")}
    assert found("receive", "income", "identity") == {(Kind.MISSING, "approve or decline")}
    assert found("receive", "income", "identity", "approve", "decline") == {(Kind.EXTRA, "decline")}


def test_deviations_count_cases_and_shares_are_of_cases() -> None:
    heard = conform(PROCESS, [(("receive", "income", "identity", "approve"), 7), (("receive", "income", "approve"), 3)])
    assert (heard.cases, heard.fitting, heard.share) == (10, 7, 0.7)
    assert [(one.kind, one.step, one.cases) for one in heard.deviations] == [(Kind.MISSING, "identity", 3)]
    assert heard.unheard == ("ask", "decline")
    assert heard.unstated == ()


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(("receive", "income", "identity", "ask", "approve", "fax")), max_size=7), st.integers(1, 9)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_in_common_with_the_sequence_before_changes_nothing(variants: list[tuple[list[str], int]]) -> None:
    together = conform(PROCESS, variants)
    alone = [conform(PROCESS, [one]) for one in variants]
    assert together.fitting == sum(one.fitting for one in alone)
    assert sum(one.cases for one in together.deviations) == sum(one.cases for heard in alone for one in heard.deviations)


@given(
    st.lists(st.sampled_from(("income", "identity")), max_size=2, unique=True), st.integers(0, 4), st.sampled_from(("approve", "decline"))
)
def test_the_fewest_deviations_explain_a_case(checks: list[str], asked: int, end: str) -> None:
    heard = fit("receive", *checks, *["ask"] * asked, end)
    assert {one.step for one in heard.deviations} == {"income", "identity"} - set(checks)


def test_a_statement_that_cannot_be_meant_is_refused_with_its_place() -> None:
    with pytest.raises(NotAProcessError, match="'a' stands there twice") as twice:
        StatedProcess(blocks=(Block(steps=("x",)), Block(steps=("a", "a"))))
    assert twice.value.place == 1
    with pytest.raises(NotAProcessError, match="7 steps may come in any order"):
        StatedProcess(blocks=(Block(steps=tuple("abcdefg"), among=Among.ALL),))
    with pytest.raises(NotAProcessError, match="also under `aside`"):
        StatedProcess(blocks=(Block(steps=("a",)),), aside=frozenset({"a"}))
    with pytest.raises(NotAProcessError, match="It has 0 steps"):
        StatedProcess(blocks=())


def test_a_block_that_repeats_leads_back_to_itself_alone_and_to_none_before_it() -> None:
    two = StatedProcess(blocks=(Block(steps=("call",), repeat=True), Block(steps=("pay",), optional=True, repeat=True)))
    assert conform(two, [(("call", "call", "pay", "pay"), 1), (("call",), 1)]).share == 1.0
    assert conform(two, [(("call", "pay", "call"), 1), (("call", "pay", "call", "pay"), 1)]).share == 0.0
