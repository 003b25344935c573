"""Two standards held against each other: no changed line is passed over, and which way it moved is said only where it is certain."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from licet.core.change import ChangeRule
from licet.core.grading import Costs, Exact, Tolerance
from licet.core.measure import Confusion, Measure, MeasureKind
from licet.core.second import SecondLooks
from licet.core.standard import GuardRules, Standard, standard_to_json
from licet.core.standard_diff import Direction, difference_in_words, differences
from tests.edge.test_folder_writing import standards

ERROR = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)
MISSED = Measure(name="missed", kind=MeasureKind.MISSED_HIGH_STAKES, target=0.05, confidence=0.95)
NEVER = Measure(
    name="never", kind=MeasureKind.NEVER, target=0.05, confidence=0.95, errors=(Confusion(right=frozenset({"a"}), given=frozenset({"b"})),)
)
PLAIN = Standard(measures=(ERROR,))
STRICTER = [
    (PLAIN, replace(PLAIN, measures=(replace(ERROR, target=0.02),)), "measure 'error', target: 5% → 2% (stricter)"),
    (PLAIN, replace(PLAIN, measures=(replace(ERROR, confidence=0.99),)), "measure 'error', confidence: 95% → 99% (stricter)"),
    (PLAIN, replace(PLAIN, measures=(ERROR, NEVER)), None),
    (
        replace(PLAIN, measures=(ERROR, NEVER)),
        replace(PLAIN, measures=(ERROR, replace(NEVER, errors=(*NEVER.errors, Confusion(right=frozenset({"c"}), given=frozenset()))))),
        "measure 'never', errors: added right c; given any (stricter)",
    ),
    (PLAIN, replace(PLAIN, min_coverage=0.4), "min coverage: 0% → 40% (stricter)"),
    (PLAIN, replace(PLAIN, min_labels=300), "min labels: 0 → 300 (stricter)"),
    (PLAIN, replace(PLAIN, high_stakes=frozenset({"fraud"})), "high stakes: added fraud (stricter)"),
    (PLAIN, replace(PLAIN, never_alone_attributes={"channel": frozenset({"letter"})}), None),
    (replace(PLAIN, guards=GuardRules(high_stakes_max=None)), PLAIN, "guards, high stakes max: added, 1% (stricter)"),
    (replace(PLAIN, guards=GuardRules(unfamiliar_share=None)), PLAIN, None),
    (PLAIN, replace(PLAIN, second_looks=SecondLooks(share=0.1)), None),
    (replace(PLAIN, grading=Tolerance(absolute=2.0)), replace(PLAIN, grading=Tolerance(absolute=1.0)), None),
    (replace(PLAIN, grading=Costs(costs={"a": {"b": 0.5}})), replace(PLAIN, grading=Costs(costs={"a": {}})), None),
    (PLAIN, replace(PLAIN, change=ChangeRule(margin=0.01)), None),
]
CANNOT_BE_TOLD = [
    (PLAIN, replace(PLAIN, grading=Tolerance())),
    (replace(PLAIN, grading=Exact()), replace(PLAIN, attempts=(0.5, 0.5))),
    (replace(PLAIN, never_alone_answers=frozenset({"a"})), replace(PLAIN, never_alone_answers=frozenset({"b"}))),
    (
        replace(PLAIN, measures=(ERROR, MISSED), high_stakes=frozenset({"a"})),
        replace(PLAIN, measures=(ERROR, MISSED), high_stakes=frozenset({"a", "b"})),
    ),
    (replace(PLAIN, measures=(ERROR, NEVER)), replace(PLAIN, measures=(NEVER, ERROR))),
]


@pytest.mark.parametrize(("looser", "stricter", "words"), STRICTER)
def test_a_line_that_asks_for_more_is_stricter_and_looser_the_other_way(looser: Standard, stricter: Standard, words: str | None) -> None:
    (there,), (back,) = differences(looser, stricter), differences(stricter, looser)
    assert (there.direction, back.direction) == (Direction.STRICTER, Direction.LOOSER)
    assert words in {None, difference_in_words(there)}


@pytest.mark.parametrize(("before", "after"), CANNOT_BE_TOLD)
def test_a_line_of_which_it_cannot_be_told_is_neither(before: Standard, after: Standard) -> None:
    assert [one.direction for one in differences(before, after)] == [Direction.OTHER]


@settings(max_examples=60, deadline=None)
@given(one=standards(), other=standards())
def test_two_standards_without_a_difference_have_one_digest(one: Standard, other: Standard) -> None:
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (standard_to_json(one) != standard_to_json(other))
    assert all(difference_in_words(found) for found in differences(one, other))
