"""Beside a rank: what was recorded or stated of data and stakes is said with its source, and what nobody said is unknown."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from licet.core.beside import (
    HIGH_SAYS,
    NOT_STATED,
    NOTHING_GIVEN,
    Given,
    HeldStakes,
    RiskOfStep,
    Stakes,
    StatedOfStep,
    at_hand_told,
    beside_to_json,
    filled_at,
    filled_from_json,
    filled_to_json,
    stakes_of,
    stakes_told,
)
from licet.core.further import (
    NOT_COUNTED,
    NOTHING_FURTHER,
    FilledAt,
    FilledColumn,
    FurtherColumns,
    RecordedFurther,
    counted,
    is_further,
    says_something,
)
from licet.core.packed_log import digest_of_log, pack, unpack
from licet.core.refusal import Unknown
from licet.core.risk import Tier
from tests.core.logs import log_of

STATED = StatedOfStep(data="the application", stakes=Stakes.MEDIUM, why="a wrong yes costs the loan", by="credit desk")


def small() -> FurtherColumns:
    """Two cases of two steps: the amount comes with the first step, the verdict with the second, of one case."""
    masks = np.array([[1, 0], [2, 0], [1, 0], [0, 0]], np.uint64)
    further = RecordedFurther(names=("amount", "verdict"), masks=masks)
    return counted(further, np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 0, 1], np.int32), ("enter", "decide"))


def test_what_is_recorded_with_a_step_is_not_said_to_have_been_there_before_it() -> None:
    found = small()
    assert found.steps["decide"] == FilledAt(
        cases=2, some=2, columns=(FilledColumn(name="amount", before=2, by=2), FilledColumn(name="verdict", before=0, by=1))
    )
    assert [(one.before, one.by) for one in found.steps["enter"].columns] == [(0, 2), (0, 0)]


def test_what_the_case_itself_says_is_there_at_its_first_step() -> None:
    further = RecordedFurther(names=("amount",), masks=np.array([[0, 1], [0, 1], [0, 0]], np.uint64))
    found = counted(further, np.array([0, 0, 1], np.int32), np.array([0, 1, 0], np.int32), ("enter", "decide"))
    assert [(one.cases, one.some) for one in found.steps.values()] == [(2, 1), (1, 1)]


def test_data_at_hand_are_told_with_their_share_and_without_a_promise() -> None:
    told = at_hand_told(filled_at(small(), "decide"), NOT_STATED)
    assert "Recorded before it: amount at 100% of its cases" in told
    assert "With it, as a result may be: verdict at 50% of its cases" in told
    almost = FilledAt(cases=1000, some=999, columns=(FilledColumn(name="amount", before=999, by=999),))
    assert "amount at over 99% of its cases" in at_hand_told(almost, NOT_STATED)


def test_where_a_log_holds_nothing_further_or_nobody_counted_it_is_unknown_and_says_why() -> None:
    assert filled_at(FurtherColumns(names=()), "decide") == NOTHING_FURTHER
    assert filled_at(NOT_COUNTED, "decide") == NOT_COUNTED
    assert "nothing but cases, steps, times and people" in at_hand_told(NOTHING_FURTHER, NOT_STATED)
    both = at_hand_told(NOTHING_FURTHER, STATED)
    assert both.startswith("the application (stated by credit desk in process.yaml).")
    assert "Recorded: unknown" in both


def test_stakes_that_nobody_stated_are_unknown_and_it_is_said_how_to_state_them() -> None:
    found = stakes_of("decide", NOTHING_GIVEN)
    assert isinstance(found, Unknown)
    assert "process.yaml" in stakes_told(found)
    unread = Unknown(why="process.yaml cannot be read: it is blank.")
    assert stakes_of("decide", Given(stated=unread)) == unread


@pytest.mark.parametrize(("tier", "level"), [(Tier.LOW, "medium"), (Tier.HIGH, "high"), (Tier.PROHIBITED, "high")])
def test_of_what_is_stated_and_what_the_risk_answers_say_the_higher_counts_and_the_other_is_told(tier: Tier, level: str) -> None:
    given = Given(stated={"decide": STATED}, risk=RiskOfStep(step="decide", tier=tier))
    found = stakes_of("decide", given)
    assert isinstance(found, HeldStakes)
    assert found.level.value == level
    assert found.also
    assert (HIGH_SAYS in stakes_told(found)) == (level == "high")
    assert isinstance(stakes_of("enter", given), Unknown)


def test_a_packed_log_keeps_counts_and_no_value_and_one_without_them_reads_as_unknown() -> None:
    log = log_of([(0, "enter", "ann", 0.0, 1.0), (0, "decide", "bob", 1.0, 2.0)])
    assert unpack(pack(log)).further == NOT_COUNTED
    more = replace(log, further=small())
    assert unpack(pack(more)).further == small()
    assert digest_of_log(more) != digest_of_log(log)


def test_a_simulation_kept_before_counts_reads_as_unknown() -> None:
    for found in (filled_at(small(), "decide"), NOTHING_FURTHER):
        assert filled_from_json(filled_to_json(found)) == found
    assert filled_from_json(None) == NOT_COUNTED
    stakes = beside_to_json("decide", NOT_COUNTED, NOTHING_GIVEN)["stakes"]
    assert isinstance(stakes, Mapping)
    assert stakes["level"] is None


@pytest.mark.parametrize("name", ["org:group", "Resource", "user_id", "concept:instance", "lifecycle:state", ""])
def test_who_did_it_is_no_data_for_a_step(name: str) -> None:
    assert not is_further(name)


def test_a_blank_cell_says_nothing_and_a_nought_does() -> None:
    assert [says_something(cell) for cell in ("", "  ", "NULL", "NaN", "0", "false", "-")] == [False] * 4 + [True] * 3
