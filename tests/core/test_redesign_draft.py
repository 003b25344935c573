"""The fields that somebody fills in say all of a redesign, and what is wrong stands beside the field that says it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.redesign import Merge, Move, Redesign, redesign_from_json, redesign_to_json
from licet.core.redesign_draft import GROUPS, Becomes, MergeDraft, RedesignDraft, StepDraft, draft_of, writable
from licet.core.redesign_faults import check_redesign
from licet.core.redesign_typed import place_of, redesign_of
from tests.core.any_redesign import redesigns

NOTHING = draft_of(Redesign(title="As it is"), ("register", "check", "close"))


@given(redesign=redesigns(), rows=st.data())
def test_the_fields_say_all_of_a_redesign_whatever_the_log_knows(redesign: Redesign, rows: st.DataObject) -> None:
    known = [*redesign.steps, *redesign.removed, *(name for merge in redesign.merged for name in merge.steps)]
    steps = rows.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    steps = [name for name in steps if name not in {merge.into for merge in redesign.merged}]
    again = redesign_of(draft_of(redesign, [*steps, "another step of the log"]), redesign)
    assert again == redesign
    assert isinstance(again, Redesign)
    assert list(again.steps) == list(redesign.steps), "the order of an author's steps stays"


@given(redesign=redesigns())
def test_what_was_simulated_is_read_back_from_what_is_kept(redesign: Redesign) -> None:
    again = redesign_from_json(redesign_to_json(redesign))
    assert again == redesign
    assert again.digest == redesign.digest


def typed(**said: str) -> RedesignDraft:
    return replace(NOTHING, typed={**NOTHING.typed, **said})


def step(name: str, becomes: Becomes, **said: str) -> RedesignDraft:
    row = StepDraft(name=name, becomes=becomes, typed=said)
    return replace(NOTHING, steps=tuple(row if one.name == name else one for one in NOTHING.steps))


@pytest.mark.parametrize(
    ("draft", "place", "why"),
    [
        (typed(title=" "), ("title",), "It is blank."),
        (typed(title="x" * 201), ("title",), "It has more than 200 characters."),
        (typed(people="4.5"), ("reviewers", "people"), "'4.5' is not a whole number."),
        (typed(hours_a_day="six"), ("reviewers", "hours_a_day"), "'six' is not a number."),
        (typed(hours="1e300"), ("service_level", "hours"), "1e+300 are too many hours."),
        (typed(share="0.9"), ("service_level", "hours"), "Nobody said within how many hours."),
        (typed(currency="euro", person_hour="4500"), ("price", "currency"), "'euro' is not a currency."),
        (typed(currency="EUR"), ("price", "person_hour"), "Nobody said what an hour costs."),
        (step("check", Becomes.ALONE, coverage="60%"), ("steps", "check", "coverage"), "'60%' is not a number."),
        (step("check", Becomes.MOVED), ("steps", "check", "after"), "Nobody said after which step."),
        (step("check", Becomes.BESIDE), ("steps", "check", "beside"), "Nobody said beside which steps."),
        (step("check", Becomes.MERGED, into="A"), ("merge", "A"), "['check'] are not two steps or more."),
    ],
)
def test_what_cannot_be_read_is_named_beside_its_field(draft: RedesignDraft, place: tuple[str, ...], why: str) -> None:
    found = redesign_of(draft)
    assert isinstance(found, tuple)
    assert (place, why) in [(one.place, one.why) for one in found]


def test_what_contradicts_itself_is_found_at_the_field_that_says_it() -> None:
    def places(redesign: Redesign) -> list[tuple[str, ...]]:
        draft = draft_of(redesign, ("register", "check", "close"))
        return [place_of(error.path, redesign, draft) for error in check_redesign(redesign)]

    assert places(Redesign(title="t", merged=(Merge(steps=("check", "close"), into="new", time=2.0),))) == [("merge", "A", "time")]
    assert places(Redesign(title="t", parallel=(("check",),))) == [("steps", "check", "beside")]
    circle = (Move(step="check", after="close"), Move(step="close", after="check"))
    assert places(Redesign(title="t", moved=circle))[0] == ("steps", "close", "after")
    assert places(Redesign(title="t", decides="gone", removed=("gone",))) == [("decides",)]


def test_steps_become_one_in_the_order_that_was_typed() -> None:
    rows = (
        StepDraft(name="close", becomes=Becomes.MERGED, typed={"into": "A", "place": "2"}),
        StepDraft(name="check", becomes=Becomes.MERGED, typed={"into": "A", "place": "1"}),
    )
    draft = replace(NOTHING, steps=rows, merges=(MergeDraft(typed={"into": "Check and close"}),))
    found = redesign_of(draft)
    assert isinstance(found, Redesign)
    assert found.merged == (Merge(steps=("check", "close"), into="Check and close"),)


def test_more_groups_than_there_are_letters_cannot_be_written_and_nothing_is_dropped_in_silence() -> None:
    pairs = tuple((f"a{k}", f"b{k}") for k in range(len(GROUPS) + 1))
    assert writable(Redesign(title="t", parallel=pairs[:-1]))
    assert not writable(Redesign(title="t", parallel=pairs))
