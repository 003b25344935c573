"""Known answers: past cases planted among those that wait, what they say of a reviewer, and what they say to nobody."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from licet.core.answer import Answer, Choice
from licet.core.case import TextContent
from licet.core.desk import HELD_FOR, Commit, Handed, Held, Revealed
from licet.core.history import Shares
from licet.core.known import Ceiling, ContestState, Figures, ceiling_in_words
from licet.core.people import Person, Role
from licet.core.refusal import Refused, Unknown
from licet.core.second import SecondLooks
from licet.core.standard import Standard
from licet.core.use_case import Stage
from licet.flows.contest import Verdict, contest, contested, settle_contest
from licet.flows.desk import next_case, release, skip
from licet.flows.desk_status import desk_status, task_state
from licet.flows.figures import figures_of, human_ceiling, own_figures, reviewers
from licet.flows.flag import reviewer_flags
from licet.flows.hold import commit, keep_or_change, take_effect
from licet.flows.import_history import undo_import
from licet.flows.plant import set_share
from licet.flows.review import answer_worksheet
from licet.stats.agreement import Agreement, Rate
from licet.stats.labellers import Labeller
from licet.store import decisions, known, use_cases
from licet.store.desk_tables import desk_item
from licet.testing import World, done, past_cases, promise
from tests.flows.examples import of_word

YES, NO = Choice(value="yes"), Choice(value="no")
HISTORY = past_cases(60, wrong=30, name="past")
NEVER_SEALED = Shares(build=50, calibration=50, sealed=0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which twelve cases of `slips` wait, with a history whose answers are known, and every fifth hand-out is planted."""
    with World(tmp_path / "world") as made:
        made.use_case("slips")
        made.import_cases("slips", HISTORY, shares=NEVER_SEALED)
        made.sign("slips")
        done(set_share(made.office, made.owner, name="slips", share=0.2))
        wait(made, 30)
        yield made


def wait(world: World, count: int, name: str = "new") -> None:
    for _ in world.deliver("slips", past_cases(count, name=name)):
        pass


def is_planted(case: Handed) -> bool:
    content = case.body.content
    return isinstance(content, TextContent) and content.text.startswith("past")


def truth(case: Handed) -> Answer:
    return Choice(value=case.body.attributes["truth"])


def wrong(case: Handed) -> Answer:
    return NO if truth(case) == YES else YES


def handed(world: World, by: Person | None = None) -> Handed:
    found = next_case(world.office, by or world.reviewer, name="slips")
    assert isinstance(found, Handed), found
    return found


def give(world: World, case: Handed, answer: Answer, *, by: Person | None = None, final: Answer | None = None) -> None:
    who = by or world.reviewer
    taken = commit(world.office, who, Commit(token=case.token, lease=case.lease.name, answer=answer, key=f"{who.id} {case.token}"))
    if isinstance(taken, Revealed):
        taken = keep_or_change(world.office, who, held_id=taken.id, answer=final)
    assert isinstance(taken, Held), taken
    world.clock.pass_time(HELD_FOR)
    take_effect(world.office)


def next_planted(world: World, by: Person | None = None) -> Handed:
    """The next planted case; cases before it are answered right."""
    for _ in range(60):
        case = handed(world, by)
        if is_planted(case):
            return case
        give(world, case, truth(case), by=by)
    raise AssertionError("none was planted")


def own(world: World, by: Person | None = None) -> Figures:
    return done(own_figures(world.office, by or world.reviewer, name="slips")).figures


def a_rate(found: Rate | Unknown) -> tuple[int, int]:
    assert isinstance(found, Rate), found
    return found.hits, found.n


def refused(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.code


def stage(world: World, to: Stage) -> None:
    with world.office.book.write() as tx:
        use_cases.set_stage(tx, use_cases.require(tx, "slips"), to)


def test_a_planted_case_looks_like_any_other_and_decides_nothing(world: World) -> None:
    ordinary, planted = handed(world), None
    while planted is None:
        give(world, ordinary, truth(ordinary))
        case = handed(world)
        planted, ordinary = (case, ordinary) if is_planted(case) else (None, case)
    assert asdict(planted).keys() == asdict(ordinary).keys()
    assert (planted.token[:2], len(planted.token)) == (ordinary.token[:2], len(ordinary.token))
    assert (planted.form, planted.title, planted.due_at) == (ordinary.form, ordinary.title, ordinary.due_at)
    assert not planted.remarks
    before = done(desk_status(world.office, world.owner, name="slips"))
    with world.office.book.read() as tx:
        decided = len(decisions.decided(tx, use_cases.require(tx, "slips")))
    messages = len(world.post.sent) if hasattr(world.post, "sent") else 0
    give(world, planted, truth(planted))
    after = done(desk_status(world.office, world.owner, name="slips"))
    with world.office.book.read() as tx:
        assert len(decisions.decided(tx, use_cases.require(tx, "slips"))) == decided
    assert (after.waiting, after.overdue, after.held, after.came) == (before.waiting, before.overdue, before.held, before.came)
    assert messages == (len(world.post.sent) if hasattr(world.post, "sent") else 0)


def test_how_far_a_planted_case_is_says_nothing_either(world: World) -> None:
    planted = next_planted(world)
    states = [task_state(world.office, world.reviewer, name="slips", token=planted.token)]
    done(release(world.office, world.reviewer, token=planted.token, lease=planted.lease.name))
    states.append(task_state(world.office, world.reviewer, name="slips", token=planted.token))
    assert states == ["in_progress", "ready"]
    assert handed(world).token == planted.token


@pytest.mark.one_database
def test_asking_again_for_the_same_case_changes_nothing(world: World) -> None:
    case = handed(world)
    for _ in range(12):
        done(release(world.office, world.reviewer, token=case.token, lease=case.lease.name))
        again = handed(world)
        assert again.token == case.token
        case = again


@pytest.mark.one_database
def test_about_the_share_that_was_set_is_planted_and_none_at_zero(world: World) -> None:
    seen = 0
    wait(world, 20, name="more")
    for _ in range(45):
        case = handed(world)
        seen += is_planted(case)
        give(world, case, truth(case))
    assert 3 <= seen <= 25
    assert a_rate(own(world).caught) == (seen, seen)
    done(set_share(world.office, world.owner, name="slips", share=0.0))
    assert not any(is_planted(case) for case in [handed(world) for _ in range(9)])


@pytest.mark.one_database
def test_nobody_sees_the_same_case_planted_twice_and_never_one_of_their_own(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        world.use_case("slips")
        mine = [replace(one, answered_by="Rene@example.org") for one in HISTORY[:25]]
        world.import_cases("slips", [*mine, *HISTORY[25:32]], shares=NEVER_SEALED)
        world.sign("slips")
        done(set_share(world.office, world.owner, name="slips", share=0.2))
        wait(world, 50)
        texts = []
        for _ in range(45):
            case = handed(world)
            if is_planted(case):
                texts.append(str(case.body.content))
            give(world, case, truth(case))
        allowed_texts = {str(one.body.content) for one in HISTORY[25:32]}
        assert len(texts) == len(set(texts)) <= 7
        assert set(texts) <= allowed_texts
        assert texts


@pytest.mark.one_database
def test_sealed_cases_are_never_planted(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        world.use_case("slips")
        world.import_cases("slips", HISTORY)
        world.sign("slips")
        done(set_share(world.office, world.owner, name="slips", share=0.2))
        wait(world, 20)
        for _ in range(20):
            case = handed(world)
            assert not is_planted(case)
            give(world, case, truth(case))


@pytest.mark.one_database
def test_an_empty_queue_stays_empty(world: World) -> None:
    for _ in range(100):
        case = next_case(world.office, world.reviewer, name="slips")
        if not isinstance(case, Handed):
            break
        give(world, case, truth(case))
    assert done(desk_status(world.office, world.owner, name="slips")).waiting == 0


def test_in_assisted_work_a_known_error_of_ai_is_shown_after_the_first_answer(world: World) -> None:
    done(set_share(world.office, world.owner, name="slips", share=0.2, errors=1.0))
    stage(world, Stage.ASSISTED)
    planted = next_planted(world)
    taken = commit(world.office, world.reviewer, Commit(token=planted.token, lease=planted.lease.name, answer=truth(planted), key="k"))
    assert isinstance(taken, Revealed)
    assert taken.proposal == wrong(planted)
    done(keep_or_change(world.office, world.reviewer, held_id=taken.id, answer=None))
    world.clock.pass_time(HELD_FOR)
    take_effect(world.office)
    second = next_planted(world)
    give(world, second, truth(second), final=wrong(second))
    found = own(world)
    assert a_rate(found.caught) == (2, 2)
    assert (a_rate(found.rsr), a_rate(found.over), a_rate(found.overrides)) == ((1, 2), (1, 2), (1, 2))
    assert isinstance(found.rair, Unknown)
    assert not found.shows_overrides


def test_a_contested_answer_counts_for_nothing_and_an_upheld_one_for_nobody(world: World) -> None:
    senior = world.person("sara", Role.SENIOR_REVIEWER)
    planted = next_planted(world)
    give(world, planted, wrong(planted))
    assert a_rate(own(world).caught) == (0, 1)
    (shown,) = done(own_figures(world.office, world.reviewer, name="slips")).known
    assert refused(contest(world.office, world.reviewer, name="slips", token=shown.token, why=" ")) == "reason_needed"
    assert refused(contest(world.office, senior, name="slips", token=shown.token, why="no")) == "no_such_known_answer"
    done(contest(world.office, world.reviewer, name="slips", token=shown.token, why="the letter says otherwise"))
    waits = own(world)
    assert (waits.caught, waits.contested) == (Unknown(why="no such case yet"), 1)
    assert a_rate(waits.with_contested.caught) == (0, 1)  # whoever contests what they got wrong looks no better by it
    (case,) = done(contested(world.office, senior, name="slips"))
    assert (case.token, done(contested(world.office, world.reviewer, name="slips"))) == (shown.token, [])
    yes = Verdict(answer=YES)
    assert refused(settle_contest(world.office, world.reviewer, name="slips", token=shown.token, said=yes)) == "not_permitted"
    said = Verdict(answer=wrong(planted), why="the letter says no")
    assert done(settle_contest(world.office, senior, name="slips", token=shown.token, said=said)) is True
    mine = done(own_figures(world.office, world.reviewer, name="slips"))
    (after,) = mine.known
    assert mine.reasons == {shown.token: "the letter says no"}
    assert (after.contest, after.retired) == (ContestState.UPHELD, True)
    assert isinstance(own(world).caught, Unknown)
    assert refused(settle_contest(world.office, senior, name="slips", token=shown.token, said=yes)) == "no_such_known_answer"


def test_a_contest_that_a_senior_does_not_follow_lets_the_answer_count_again(world: World) -> None:
    senior = world.person("sara", Role.SENIOR_REVIEWER)
    planted = next_planted(world)
    give(world, planted, wrong(planted))
    done(contest(world.office, world.reviewer, name="slips", token=planted.token, why="I doubt it"))
    assert done(settle_contest(world.office, senior, name="slips", token=planted.token, said=Verdict(answer=truth(planted)))) is False
    assert a_rate(own(world).caught) == (0, 1)


def test_a_time_that_nobody_knows_is_no_zero(world: World) -> None:
    """Breaks when an answer on a sheet, or one whose hand-out was lost, counts as given within no time."""
    case = handed(world)
    with world.office.book.write() as tx:
        tx.conn.execute(update(desk_item).where(desk_item.c.token == case.token).values(handed_at=None))
    give(world, case, truth(case))
    assert (own(world).answered, isinstance(own(world).seconds, Unknown)) == (1, True)
    assert done(reviewer_flags(world.office, world.risk, name="slips")).paces == ()
    (load,) = done(desk_status(world.office, world.owner, name="slips")).load
    assert (load.answered, isinstance(load.seconds, Unknown)) == (1, True)
    planted = next_planted(world)
    done(release(world.office, world.reviewer, token=planted.token, lease=planted.lease.name))
    timed = own(world).seconds
    assert done(answer_worksheet(world.office, world.reviewer, name="slips", answers={planted.token: truth(planted)})).taken == 1
    (shown,) = done(own_figures(world.office, world.reviewer, name="slips")).known
    assert (isinstance(shown.seconds, Unknown), own(world).seconds) == (True, timed)


def test_others_see_figures_only_after_their_person_could(world: World) -> None:
    colleague = world.person("rosa", Role.REVIEWER)
    planted = next_planted(world)
    give(world, planted, truth(planted))

    def seen_by_risk() -> Figures:
        return done(figures_of(world.office, world.risk, name="slips", email="rene@example.org"))

    assert refused(figures_of(world.office, colleague, name="slips", email="rene@example.org")) == "figures_not_yours"
    assert isinstance(seen_by_risk().caught, Unknown)
    own(world)
    assert a_rate(seen_by_risk().caught) == (1, 1)
    later = next_planted(world)
    give(world, later, truth(later))
    assert a_rate(seen_by_risk().caught) == (1, 1)
    world.clock.pass_time(timedelta(days=8))
    assert a_rate(seen_by_risk().caught) == (2, 2)
    everybody = done(reviewers(world.office, colleague, name="slips"))
    assert ([one.name for one in everybody.figures], everybody.hidden) == (["Rosa"], 1)


def test_the_ledger_commits_to_a_known_answer_and_says_nothing_of_it(world: World) -> None:
    planted = next_planted(world)
    give(world, planted, wrong(planted))
    own(world)
    own(world)
    (_,), (answered,), (_,) = (of_word(world, word) for word in ("known.share_set", "known.answered", "figures.seen"))
    assert answered.facts["probability"] == 0.2
    assert {"first_right", "case_number", "truth"}.isdisjoint(answered.facts)
    assert "past" not in json.dumps(dict(answered.facts))


def test_a_skipped_one_comes_last_and_an_import_that_is_undone_takes_its_cases_with_it(world: World) -> None:
    planted = next_planted(world)
    done(skip(world.office, world.reviewer, token=planted.token, lease=planted.lease.name, reason="not mine"))
    assert handed(world).token != planted.token
    later = next_planted(world)  # whoever skips one for ever is planted others: it is over, and only the record says so
    assert later.token != planted.token
    before = done(desk_status(world.office, world.owner, name="slips"))
    done(skip(world.office, world.reviewer, token=later.token, lease=later.lease.name, reason="not mine"))
    assert done(desk_status(world.office, world.owner, name="slips")).waiting == before.waiting
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, "slips")
        assert known.skipped_on_desk(tx, use_case, world.reviewer.id) == [later.token]  # one comes last, not all of them
        assert known.planted_so_far(tx, use_case, world.reviewer.id) == (2, False)
    assert done(undo_import(world.office, world.builder, name="slips")) == 60


@pytest.mark.one_database
def test_a_share_outside_its_range_is_refused_and_only_the_owner_sets_one(world: World) -> None:
    assert refused(set_share(world.office, world.owner, name="slips", share=0.5)) == "known_share_not_taken"
    assert refused(set_share(world.office, world.owner, name="slips", share=0.1, errors=2.0)) == "known_share_not_taken"
    assert refused(set_share(world.office, world.reviewer, name="slips", share=0.0)) == "not_permitted"


def test_the_human_ceiling_is_unknown_until_two_people_answered_the_same_cases(world: World) -> None:
    with world.office.book.read() as tx:
        assert isinstance(human_ceiling(tx, use_cases.require(tx, "slips")), Unknown)


def test_the_ceiling_is_how_often_two_people_say_the_same_each_blind(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        (measure,) = promise().measures
        world.use_case("slips", Standard(measures=(measure,), second_looks=SecondLooks(share=1.0)))
        world.sign("slips")
        rosa = world.person("rosa", Role.REVIEWER)
        wait(world, 12)
        for turn in range(12):
            case = handed(world)
            give(world, case, truth(case))
            again = handed(world, rosa)
            give(world, again, wrong(again) if turn % 4 == 0 else truth(again), by=rosa)
        with world.office.book.read() as tx:
            found = human_ceiling(tx, use_cases.require(tx, "slips"))
        assert isinstance(found, Ceiling)
        assert (found.same, found.cases) == (0.75, 12)
        assert found.low < 0.75 < found.high
        assert isinstance(found.beyond_chance, Agreement)
        assert "75.0%" in ceiling_in_words(found)
        assert isinstance(own(world).estimated, Labeller)
