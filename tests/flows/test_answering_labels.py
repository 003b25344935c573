"""Answering labels one by one: blind, whichever verdict or comparison they are for, and never twice."""

from dataclasses import replace
from pathlib import Path

from licet.core.answer import Choice, Number
from licet.core.comparison import Judged as ComparisonJudged
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.core.standard import Method
from licet.flows.answer_labels import TOGETHER, LabelAsked, NoLabels, answer_label, label_asked, labels_waiting, next_label, see_labels
from licet.flows.compare import ask_both
from licet.flows.label import Aimed, Begun, Judged
from licet.flows.open_sealed import open_sealed
from licet.flows.see_comparisons import see_comparisons
from licet.testing import World, done, past_cases, truth_of
from tests.flows.comparing import CHANGE, planned
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_labelling import answered, begun, sheet, step


def asked(world: World, by: Person, *, after: str = "") -> LabelAsked:
    """The next case for somebody."""
    found = next_label(world.office, by, name=MAILS, after=after)
    assert isinstance(found, LabelAsked), found
    return found


def labelled(world: World, by: Person, times: int) -> None:
    """Somebody answers the next so many cases as they are."""
    for _ in range(times):
        one = asked(world, by).shown
        assert answer_label(world.office, by, name=MAILS, token=one.token, answer=truth_of(one.body)) is None


def test_a_pilot_and_the_labels_inside_are_answered_one_by_one_and_count_as_those_of_a_sheet(tmp_path: Path) -> None:
    """Breaks when the page's answers are lost, counted twice, or are of cases that nobody drew."""
    with World(tmp_path) as world:
        begun(world)
        assert (labels_waiting(world.office, world.reviewer), see_labels(world.office, world.reviewer)) == (0, ())
        step(world)
        drawn = {token for token, _ in sheet(world)}
        assert asked(world, world.reviewer).waiting == labels_waiting(world.office, world.reviewer) == 100
        assert asked(world, world.reviewer).shown.token in drawn
        labelled(world, world.reviewer, 3)
        assert step(world) == Begun(cases=100, waiting=97)
        left = {token for token, _ in sheet(world)}
        assert {token for token in drawn if gone(world, token)} == drawn - left
        answered(world, sheet(world))
        assert isinstance(next_label(world.office, world.reviewer, name=MAILS), NoLabels)
        assert isinstance(step(world), Aimed)
        assert asked(world, world.reviewer).waiting == 50
        labelled(world, world.reviewer, 2)
        assert [event.facts["cases"] for event in of_word(world, "history.labelled")] == [1, 1, 1, 97, 1, 1]


def gone(world: World, token: str) -> bool:
    """Whether a case waits for the reviewer no more."""
    found = label_asked(world.office, world.reviewer, name=MAILS, token=token)
    return isinstance(found, Refused) and found.code == "not_waiting"


def test_what_is_answered_on_the_page_counts_soon_though_everybody_has_an_order_of_their_own(tmp_path: Path) -> None:
    """Breaks when cases that chance drew first are left for last: nothing behind a case without an answer counts."""
    with World(tmp_path) as world:
        begun(world)
        step(world)
        answered(world, sheet(world))
        step(world)
        labelled(world, world.reviewer, TOGETHER + 5)
        going = step(world)
        assert isinstance(going, Judged)
        assert going.target.labelled >= TOGETHER


def test_of_two_answers_on_one_case_the_first_counts_and_the_second_person_is_told(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        step(world)
        rosa = world.person("rosa", Role.REVIEWER)
        mine, hers = asked(world, world.reviewer).shown, asked(world, rosa).shown
        assert mine.token != hers.token, "two people at once begin at different cases"
        assert answer_label(world.office, rosa, name=MAILS, token=mine.token, answer=truth_of(mine.body)) is None
        late = answer_label(world.office, world.reviewer, name=MAILS, token=mine.token, answer=truth_of(mine.body))
        assert code(late) == "not_waiting"
        assert len(of_word(world, "history.labelled")) == 1
        wrong = answer_label(world.office, rosa, name=MAILS, token=hers.token, answer=Number(value=1.0))
        assert code(wrong) == "answer_not_taken"


def test_a_case_that_is_passed_over_comes_back_after_all_others(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        step(world)
        first = asked(world, world.reviewer).shown.token
        seen, token = [first], first
        for _ in range(99):
            token = asked(world, world.reviewer, after=token).shown.token
            seen.append(token)
        assert len(set(seen)) == 100
        assert asked(world, world.reviewer, after=token).shown.token == first
        assert asked(world, world.reviewer, after="nonsense").shown.token == first


def test_nobody_labels_what_they_built_and_opened_cases_are_asked_of_nobody(tmp_path: Path) -> None:
    """Breaks when the page lets in whom the worksheet keeps out."""
    with World(tmp_path) as world:
        begun(world)
        step(world)
        assert code(next_label(world.office, world.builder, name=MAILS)) == "not_permitted"
        assert isinstance(next_label(world.office, world.risk, name=MAILS), NoLabels), "risk answers for comparisons, and not for verdicts"
        assert labels_waiting(world.office, world.builder) == labels_waiting(world.office, world.risk) == 0
        token = asked(world, world.reviewer).shown.token
        answered(world, sheet(world))
        step(world)
        world.evaluate(MAILS)
        done(open_sealed(world.office, world.owner, name=MAILS))
        assert isinstance(next_label(world.office, world.reviewer, name=MAILS), NoLabels)
        assert code(answer_label(world.office, world.reviewer, name=MAILS, token=token, answer=Choice(value="yes"))) == "not_waiting"


def test_differences_are_answered_among_them_and_with_the_last_one_the_comparison_is_judged(tmp_path: Path) -> None:
    """Breaks when an output is shown, or somebody who may have seen one is asked."""
    with World(tmp_path) as world:
        planned(world, old={0, 1, 2, 3, 4, 5}, new={0, 1, 100})
        assert isinstance(next_label(world.office, world.reviewer, name=MAILS), NoLabels)
        ask_both(world.office, world.operator, name=MAILS)
        waiting = asked(world, world.reviewer).waiting
        assert waiting == 7
        assert "OUTPUT" not in repr(asked(world, world.reviewer))
        labelled(world, world.reviewer, waiting)
        (seen,) = see_comparisons(world.office, world.owner, name=MAILS)
        assert isinstance(seen.comparison, ComparisonJudged)
        assert isinstance(next_label(world.office, world.reviewer, name=MAILS), NoLabels)


def test_nothing_tells_a_case_of_a_comparison_from_one_of_a_pilot(tmp_path: Path) -> None:
    """Breaks when order, name or form says what an answer is for."""
    with World(tmp_path) as world:
        planned(world, old=set(range(20)), new=set(), standard=replace(CHANGE, method=Method.ANYTIME, slices=()))
        world.import_cases(MAILS, past_cases(220, name="pilot", unlabelled=220))
        step(world)
        ask_both(world.office, world.operator, name=MAILS)
        token, shown = "", []
        for _ in range(labels_waiting(world.office, world.reviewer)):
            shown.append(asked(world, world.reviewer, after=token).shown)
            token = shown[-1].token
        compared = ["fresh" in str(one.body.content) for one in shown]
        assert compared.count(True) == 20
        assert len(compared) > 60
        assert compared not in (sorted(compared), sorted(compared, reverse=True))
        assert {(one.token[:2], len(one.token), str(one.form)) for one in shown} == {("t_", len(token), str(shown[0].form))}
