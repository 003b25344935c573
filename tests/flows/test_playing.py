"""Practice rounds: one's own answer before AI's advice, then the truth and why, and what a round shows of oneself and of AI."""

from collections.abc import Iterator

import pytest

from licet.core.answer import Answer, Choice
from licet.core.history import Shares
from licet.core.known import Basis
from licet.core.qualification import NotYet
from licet.core.refusal import Refused, Unknown
from licet.flows.after_round import after_round, grounds
from licet.flows.play import CaseToPlay, Explained, RoundNow, answer_in_round, begin_round, explained_case, round_now, settle_in_round
from licet.flows.practise import own_practice
from licet.flows.qualify import set_qualification_rule
from licet.testing import World, done, past_cases

NAME = "slips"
pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which `slips` was evaluated on a history that AI is wrong about here and there."""
    with World(tmp_path_factory.mktemp("playing")) as made:
        made.use_case(NAME)
        made.import_cases(NAME, past_cases(240, wrong=60, name="past"), shares=Shares(build=30, calibration=30, sealed=40))
        made.use_case("bare")
        made.import_cases("bare", past_cases(30, name="bare"), shares=Shares(build=50, calibration=50, sealed=0))
        made.sign(NAME)
        made.evaluate(NAME)
        yield made


def refused(found: object) -> str:
    """The code of a refusal, which it must be."""
    assert isinstance(found, Refused), found
    return found.code


def truth(case: CaseToPlay) -> Answer:
    return Choice(value=case.body.attributes["truth"])


def other(case: CaseToPlay) -> Answer:
    return Choice(value={"yes": "no", "no": "yes"}[case.body.attributes["truth"]])


def begun(world: World, *, cases: int = 10, name: str = NAME, by: str = "reviewer") -> RoundNow:
    return done(begin_round(world.office, getattr(world, by), name=name, cases=cases))


def play(world: World, *, take_advice: bool, right_first: bool, by: str = "reviewer") -> list[Explained]:
    """Plays a round to its end."""
    now, ended, office, person = begun(world, by=by), [], world.office, getattr(world, by)
    while now.case is not None:
        case = now.case
        said = truth(case) if right_first else other(case)
        found = done(answer_in_round(office, person, name=NAME, token=case.token, answer=said))
        assert isinstance(found, CaseToPlay)
        assert found.advice is not None
        kept = found.advice.answer if take_advice else None
        ended.append(done(settle_in_round(office, person, name=NAME, token=case.token, answer=kept)))
        now = done(round_now(office, person, name=NAME))
    return ended


def test_a_round_shows_no_advice_and_no_truth_before_the_own_answer(world: World) -> None:
    case = begun(world).case
    assert case is not None
    assert (case.first, case.advice) == (None, None)
    assert refused(explained_case(world.office, world.reviewer, name=NAME, token=case.token)) == "not_practising"
    assert refused(settle_in_round(world.office, world.reviewer, name=NAME, token=case.token, answer=None)) == "not_practising"


def test_beginning_again_goes_on_with_the_round_that_is_open(world: World) -> None:
    assert begun(world) == begun(world)


def test_who_takes_every_advice_is_told_their_over_reliance_and_where_ai_is_weak(world: World) -> None:
    ended = play(world, take_advice=True, right_first=True)
    assert len(ended) == 10
    assert sum(one.advice_right is False for one in ended) == 3
    assert {one.shown.body.attributes["truth"] for one in ended} == {"yes", "no"}
    assert all(one.basis is Basis.RECORD and one.truth == truth(one.shown) for one in ended)
    newest = done(round_now(world.office, world.reviewer, name=NAME))
    after = done(after_round(world.office, world.reviewer, name=NAME, round_id=newest.id))
    assert after.this is not None
    assert not isinstance(after.this.over, Unknown)
    assert (after.this.over.hits, after.this.over.n) == (3, 3)
    assert isinstance(after.this.rair, Unknown)
    assert {one.label for one in after.strong_and_weak} == {"yes", "no"}
    assert not isinstance(after.ai, Unknown)
    assert after.ai.low < 0.75 < after.ai.high


def test_who_heeds_no_advice_is_told_their_under_reliance(world: World) -> None:
    play(world, take_advice=False, right_first=False, by="risk")
    every = done(after_round(world.office, world.risk, name=NAME)).every
    assert not isinstance(every.under, Unknown)
    assert (every.under.hits, every.under.n) == (7, 7)


def test_the_first_answer_stays_and_what_is_sent_again_changes_nothing(world: World) -> None:
    office, person = world.office, world.builder
    case = begun(world, by="builder").case
    assert case is not None
    for said in (truth(case), other(case)):
        found = done(answer_in_round(office, person, name=NAME, token=case.token, answer=said))
        assert isinstance(found, CaseToPlay)
        assert found.first == truth(case)
    before = len(world.events())
    for said in (other(case), truth(case)):
        found = done(settle_in_round(office, person, name=NAME, token=case.token, answer=said))
        assert (found.final, found.first_right, found.final_right) == (other(case), True, False)
    assert [one.what for one in world.events()[before:]] == ["practice.settled"]


def test_the_ledger_says_that_a_round_began_and_not_who_was_right(world: World) -> None:
    new = [one for one in world.events() if one.what.startswith("practice.")]
    assert {one.what for one in new} == {"practice.round_begun", "practice.answered", "practice.settled"}
    told = {"practice.round_begun": {"round", "cases", "guided", "fingerprint", "identity"}}
    assert all(set(one.facts) == told.get(one.what, {"task", "commitment", "identity"}) for one in new)


def test_nobody_is_told_of_a_case_that_is_not_theirs(world: World) -> None:
    case = begun(world, by="other_owner").case
    assert case is not None
    assert refused(answer_in_round(world.office, world.reviewer, name=NAME, token=case.token, answer=truth(case))) == "not_practising"


def test_rounds_are_drawn_to_teach_and_count_for_no_qualification(world: World) -> None:
    done(set_qualification_rule(world.office, world.owner, name=NAME, cases=10, agreement=0.5))
    own = done(own_practice(world.office, world.reviewer, name=NAME))
    assert (own.answered, own.qualification) == (0, NotYet(needs=10))


def test_where_no_system_was_evaluated_a_round_is_played_alone(world: World) -> None:
    now = begun(world, name="bare", cases=3)
    assert (now.advised, now.cases) == (False, 3)
    assert now.case is not None
    found = done(answer_in_round(world.office, world.reviewer, name="bare", token=now.case.token, answer=truth(now.case)))
    assert isinstance(found, Explained)
    assert (found.first_right, found.advice_right) == (True, None)
    after = done(after_round(world.office, world.reviewer, name="bare"))
    assert (after.system, after.strong_and_weak) == (None, ())
    assert ("bare", 1, True) in {(str(one.use_case.slug), one.played, one.open) for one in grounds(world.office, world.reviewer)}


def test_a_round_of_no_cases_and_one_with_nothing_to_draw_are_refused(world: World) -> None:
    world.use_case("empty")
    assert refused(begin_round(world.office, world.reviewer, name="bare", cases=1)) == "round_not_taken"
    assert refused(begin_round(world.office, world.reviewer, name="empty")) == "nothing_to_practise"
    assert refused(round_now(world.office, world.reviewer, name="empty")) == "not_practising"
