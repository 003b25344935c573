"""Practice and qualification: past cases people learn on, what they show by it, and what that lets them do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.desk import Handed
from licet.core.gate import Requirement
from licet.core.gate_rules import Code
from licet.core.history import Shares
from licet.core.people import Person, Role
from licet.core.qualification import Expired, NotYet, Qualified
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import Stage
from licet.flows.desk import next_case
from licet.flows.plant import set_share
from licet.flows.practise import PracticeCase, Told, answer_practice, next_practice, own_practice
from licet.flows.qualify import set_qualification_rule
from licet.testing import World, done, past_cases

CASES = 8
NEVER_SEALED = Shares(build=50, calibration=50, sealed=0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which three cases of `slips` wait, with a history whose answers are known."""
    with World(tmp_path / "world") as made:
        made.use_case("slips")
        made.import_cases("slips", past_cases(30, wrong=15, name="past"), shares=NEVER_SEALED)
        made.sign("slips")
        done(set_share(made.office, made.owner, name="slips", share=0.0))
        for _ in made.deliver("slips", past_cases(3, name="new")):
            pass
        yield made


def refused(found: object) -> str:
    """The code of a refusal, which it must be."""
    assert isinstance(found, Refused), found
    return found.code


def drawn(world: World, by: Person | None = None) -> PracticeCase:
    found = next_practice(world.office, by or world.reviewer, name="slips")
    assert isinstance(found, PracticeCase), found
    return found


def truth(case: PracticeCase) -> Answer:
    return Choice(value=case.body.attributes["truth"])


def play(world: World, *, right: int, wrong: int = 0, by: Person | None = None) -> list[PracticeCase]:
    cases = []
    for place in range(right + wrong):
        case = drawn(world, by)
        said = truth(case) if place >= wrong else Choice(value="something else")
        told = answer_practice(world.office, by or world.reviewer, name="slips", token=case.token, answer=said)
        assert isinstance(told, Told), told
        assert told.right is (place >= wrong)
        assert told.truth == truth(case)
        cases.append(case)
    return cases


def ask(world: World) -> None:
    """The owner asks for eight cases, of which at most one may be wrong."""
    done(set_qualification_rule(world.office, world.owner, name="slips", cases=CASES, agreement=0.5, lasts=timedelta(days=30)))


def qualification(world: World) -> object:
    return done(own_practice(world.office, world.reviewer, name="slips")).qualification


def desk(world: World) -> object:
    return next_case(world.office, world.reviewer, name="slips")


def test_without_a_rule_the_desk_hands_out_as_before(world: World) -> None:
    assert isinstance(desk(world), Handed)
    assert qualification(world) is None


def test_with_a_rule_nobody_is_handed_a_case_before_they_qualified(world: World) -> None:
    ask(world)
    assert refused(desk(world)) == "not_qualified"
    play(world, right=CASES - 1)
    assert qualification(world) == NotYet(needs=1)
    assert refused(desk(world)) == "not_qualified"
    play(world, right=1)
    assert isinstance(qualification(world), Qualified)
    assert isinstance(desk(world), Handed)


def test_who_errs_too_often_is_not_qualified_and_may_sit_again(world: World) -> None:
    ask(world)
    play(world, right=CASES - 4, wrong=4)
    assert qualification(world) == NotYet(needs=CASES)
    play(world, right=CASES)
    assert isinstance(qualification(world), Qualified)


@pytest.mark.one_database
def test_a_qualification_ends_and_the_desk_hands_out_no_more(world: World) -> None:
    ask(world)
    play(world, right=CASES)
    world.clock.pass_time(timedelta(days=30))
    assert isinstance(qualification(world), Expired)
    assert refused(desk(world)) == "not_qualified"


@pytest.mark.one_database
def test_a_case_is_practised_on_once_and_asking_again_gives_the_same(world: World) -> None:
    first = drawn(world)
    assert drawn(world) == first
    numbers = [case.body.content for case in play(world, right=6)]
    assert len(set(map(repr, numbers))) == 6


@pytest.mark.one_database
def test_practice_decides_nothing_and_the_ledger_does_not_say_who_was_right(world: World) -> None:
    before = len(world.events())
    play(world, right=1, wrong=1)
    new = world.events()[before:]
    assert [event.what for event in new] == ["practice.answered"] * 2
    assert all(set(event.facts) == {"task", "commitment", "identity"} for event in new)


@pytest.mark.one_database
def test_leaders_can_play_too_and_it_gives_them_no_role(world: World) -> None:
    ask(world)
    play(world, right=CASES, by=world.risk)
    assert refused(next_case(world.office, world.risk, name="slips")) == "not_permitted"


@pytest.mark.one_database
def test_an_answer_to_a_case_that_is_not_in_hand_is_refused(world: World) -> None:
    case = drawn(world)
    for by, token in ((world.risk, case.token), (world.reviewer, "p_other")):
        assert refused(answer_practice(world.office, by, name="slips", token=token, answer=truth(case))) == "not_practising"


@pytest.mark.one_database
def test_practice_ends_where_no_past_case_is_left(world: World) -> None:
    play(world, right=30)
    assert refused(next_practice(world.office, world.reviewer, name="slips")) == "nothing_to_practise"


@pytest.mark.one_database
def test_what_one_practised_is_unknown_before_the_first_case_and_has_an_interval_after(world: World) -> None:
    assert isinstance(done(own_practice(world.office, world.reviewer, name="slips")).between, Unknown)
    play(world, right=3, wrong=1)
    shown = done(own_practice(world.office, world.reviewer, name="slips"))
    assert (shown.answered, shown.right) == (4, 3)
    assert not isinstance(shown.between, Unknown)
    assert shown.between[0] < 0.75 < shown.between[1]


@pytest.mark.one_database
def test_a_rule_is_the_owners_to_set_and_one_that_nobody_can_meet_is_refused(world: World) -> None:
    office = world.office
    assert refused(set_qualification_rule(office, world.reviewer, name="slips", cases=CASES, agreement=0.5)) == "not_permitted"
    assert refused(set_qualification_rule(office, world.owner, name="slips", cases=5, agreement=0.9)) == "qualification_rule_not_taken"
    ask(world)
    ask(world)
    assert [event.facts["version"] for event in world.events() if event.what == "qualification.rule_set"] == [1, 2]


def asked_for(world: World) -> Requirement:
    gate = world.gate("slips", Stage.ASSISTED)
    return next(one for one in gate.requirements if one.code is Code.REVIEWERS_QUALIFIED)


@pytest.mark.one_database
def test_the_gate_counts_distinct_people_who_are_qualified_now(world: World) -> None:
    """Breaks when somebody counts twice, or for ever; and when a rule that nobody set is taken for one that everybody meets."""
    world.assess("slips", personal_data="personal", vulnerable="yes", scale="thousands")
    line = asked_for(world)
    assert not line.met
    assert line.shows == "nothing says what qualifies"
    ask(world)
    needed = int(asked_for(world).shows.split()[4])
    people = [world.reviewer, *(world.person(f"second {n}", Role.REVIEWER) for n in range(needed - 1))]
    for count, person in enumerate(people):
        assert asked_for(world).shows == f"{count} of at least {needed} people"
        play(world, right=CASES, by=person)
        play(world, right=1, by=person)
    assert asked_for(world).met
    world.clock.pass_time(timedelta(days=31))
    assert not asked_for(world).met
    events = [event for event in world.events() if event.what == "qualification.reached"]
    assert [event.facts["person"] for event in events] == [person.id for person in people]


@pytest.mark.one_database
def test_a_stricter_rule_says_anew_who_is_qualified(world: World) -> None:
    ask(world)
    play(world, right=CASES)
    done(set_qualification_rule(world.office, world.owner, name="slips", cases=4, agreement=0.4))
    done(set_qualification_rule(world.office, world.owner, name="slips", cases=9, agreement=0.5))
    words = [event.what for event in world.events() if event.what.startswith("qualification")]
    assert words == [
        "qualification.rule_set", "qualification.reached", "qualification.rule_set", "qualification.reached", "qualification.rule_set",
    ]  # fmt: skip
