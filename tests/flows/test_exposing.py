"""Exposing a mandate step by step: chance picks, people answer the rest, and each step is taken by rule and never earlier."""

from datetime import timedelta
from pathlib import Path

from licet.core.audit import ANSWER_WITHIN
from licet.core.case import CaseBody
from licet.core.exposure import Step, is_exposed
from licet.core.ids import CaseNumber
from licet.core.mandate import ActiveMandate
from licet.core.people import Actor, Role
from licet.flows.expose import Exposed, Turn, exposure_now, turn_exposure
from licet.flows.grant import Wishes, revoke_mandate
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.sweep import sweep
from licet.store import mandates
from licet.testing import World, done, past_cases, truth_of
from tests.flows.examples import MAILS, always_wrong, code, of_word, only

PLAN = (Step(share=0.0), Step(share=0.3, after_audits=20, after_days=2), Step(share=1.0, after_audits=20, after_days=1))
LIVE = past_cases(200, name="live")


def begun(world: World, *, rate: float = 1.0) -> ActiveMandate:
    """A mandate at the first step of the plan."""
    return world.journey(MAILS, wishes=Wishes(audit_rate=rate, planned_audits=500, exposure=PLAN))


def now(world: World) -> Exposed:
    """Where it stands."""
    return done(exposure_now(world.office, name=MAILS))


def lived(world: World, start: int, stop: int, *, days: int) -> None:
    """Cases come in, people answer all of them, and days pass."""
    world.submit(MAILS, LIVE[start:stop])
    world.answer(MAILS)
    world.clock.pass_time(timedelta(days=days))


def test_a_shadow_decides_nothing_and_what_people_say_is_held_against_what_it_would_have_said(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        tally = world.submit(MAILS, LIVE[:30])
        assert (tally.alone, tally.reasons) == (0, {"not_exposed": 30})
        wrong = {str(one.body.content) for one in LIVE[:2]}
        world.answer(MAILS, lambda body: always_wrong(body) if str(body.content) in wrong else truth_of(body))
        found = now(world)
        assert (found.share, found.evidence.answered, found.evidence.disagreed) == (0.0, 30, 2)


def test_the_steps_are_taken_by_rule_by_the_sweep_and_never_earlier(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = begun(world)
        world.submit(MAILS, LIVE[:30])
        world.clock.pass_time(timedelta(days=3))
        sweep(world.office)
        assert now(world).share == 0.0
        world.answer(MAILS)
        sweep(world.office)
        assert (now(world).share, now(world).evidence.answered) == (0.3, 0)
        tally = world.submit(MAILS, LIVE[30:130])
        assert tally.alone + tally.reasons["not_exposed"] == 100
        assert 10 <= tally.alone <= 55
        world.answer(MAILS)
        sweep(world.office)
        assert now(world).share == 0.3
        world.clock.pass_time(timedelta(days=1))
        sweep(world.office)
        assert now(world).share == 1.0
        assert "not_exposed" not in world.submit(MAILS, LIVE[130:]).reasons
        events = of_word(world, "mandate.exposed")
        assert [(one.facts["share"], one.facts["how"], one.by) for one in events] == [
            (0.0, "begins", granted.granted_by),
            (0.3, "rule", "licet"),
            (1.0, "rule", "licet"),
        ]
        assert events[2].facts["evidence"] == {"audits": tally.alone, "errors": 0, "answered": 100 - tally.alone, "disagreed": 0}
        assert sweep(world.office) == 0


def test_chance_alone_picks_who_is_exposed_and_the_revealed_secret_shows_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = begun(world)
        lived(world, 0, 30, days=3)
        sweep(world.office)
        world.submit(MAILS, LIVE[30:130])
        with world.office.book.read() as tx:
            secret = mandates.secret(tx, granted.id)
        routes = [(one.facts["case_number"], one.facts["route"]) for one in of_word(world, "case.routed")][30:]
        assert {number for number, way in routes if way == "alone"} == {
            number for number, _ in routes if isinstance(number, int) and is_exposed(secret, CaseNumber(number), 0.3)
        }
        done(revoke_mandate(world.office, world.risk, name=MAILS, why="x"))
        assert [one.facts["secret"] for one in of_word(world, "secret.revealed")] == [secret.hex()]


def test_people_who_are_quick_do_not_count_before_those_who_are_slow(tmp_path: Path) -> None:
    """Breaks when answers are counted in the order of arrival: whoever disagrees may take longer."""
    with World(tmp_path) as world:
        begun(world)
        world.submit(MAILS, LIVE[:30])
        first = str(LIVE[0].body.content)
        world.answer(MAILS, only({str(one.body.content) for one in LIVE[1:30]}))
        world.clock.pass_time(timedelta(days=3))
        assert now(world).evidence.answered == 0
        world.answer(MAILS, only({first}, always_wrong))
        assert (now(world).evidence.answered, now(world).evidence.disagreed) == (30, 1)


def test_a_shadow_that_people_contradict_stays_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        world.submit(MAILS, LIVE[:60])
        half = {str(one.body.content) for one in LIVE[:60:2]}

        def says(body: CaseBody) -> object:
            return always_wrong(body) if str(body.content) in half else truth_of(body)

        world.answer(MAILS, says)  # type: ignore[arg-type] # both give answers
        world.clock.pass_time(timedelta(days=3))
        sweep(world.office)
        assert (now(world).share, len(now(world).missing)) == (0.0, 1)


def test_holding_stepping_back_and_going_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        assert code(turn_exposure(world.office, world.owner, name=MAILS, turn=Turn.ON)) == "exposure_not_due"
        done(turn_exposure(world.office, world.risk, name=MAILS, turn=Turn.HOLD))
        lived(world, 0, 30, days=3)
        sweep(world.office)
        assert now(world).share == 0.0
        assert code(turn_exposure(world.office, world.owner, name=MAILS, turn=Turn.ON)) == "not_permitted"
        assert done(turn_exposure(world.office, world.risk, name=MAILS, turn=Turn.ON)).share == 0.3
        lived(world, 30, 60, days=1)
        fallen = done(turn_exposure(world.office, world.owner, name=MAILS, turn=Turn.BACK))
        assert (fallen.share, fallen.where.held_by, fallen.evidence.answered) == (0.0, world.owner.id, 0)
        assert world.submit(MAILS, LIVE[60:70]).alone == 0
        assert done(turn_exposure(world.office, world.owner, name=MAILS, turn=Turn.ON)).where.held_by is None
        assert now(world).share == 0.0


def test_who_may_turn_the_exposure(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        may_not: list[Actor] = [world.operator, world.builder, world.reviewer]
        for actor in may_not:
            assert {code(turn_exposure(world.office, actor, name=MAILS, turn=turn)) for turn in Turn} <= {"person_needed", "not_permitted"}
        admin = world.person("ada", Role.ADMIN)
        done(turn_exposure(world.office, admin, name=MAILS, turn=Turn.BACK))
        assert code(turn_exposure(world.office, admin, name=MAILS, turn=Turn.ON)) == "not_permitted"
        assert code(turn_exposure(world.office, world.other_owner, name=MAILS, turn=Turn.ON)) == "not_the_owner"


def test_a_mandate_without_a_plan_has_none_and_one_with_a_plan_may_be_narrowed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        done(narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(answers=frozenset({"yes"})), why="x"))
        assert world.submit(MAILS, LIVE[:20]).reasons == {"not_exposed": 10, "never_alone_answer": 10}
        world.earn(MAILS)
        assert code(exposure_now(world.office, name=MAILS)) == "no_exposure"


def test_audits_that_nobody_answers_count_against_the_step(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        lived(world, 0, 30, days=3)
        sweep(world.office)
        tally = world.submit(MAILS, LIVE[30:34])
        world.clock.pass_time(ANSWER_WITHIN)
        found = now(world).evidence if tally.alone < 3 else None
        assert found is None or found.errors == found.audits == tally.alone
