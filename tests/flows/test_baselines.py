"""Baselines and value: locked by two people before AI decides, and then held against what Licet's own records show."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.baseline import CountersignedBaseline, StatedForBaseline
from licet.core.beside import HeldStakes, stakes_of
from licet.core.exposure import Step
from licet.core.ids import Digest
from licet.core.level import Level
from licet.core.log_quality import SIMULATED, Done, Finding
from licet.core.people import Operator
from licet.core.redesign_evidence import baseline_locked
from licet.core.refusal import Refused, Unknown
from licet.core.value import Figure, Value
from licet.core.value_told import briefly
from licet.flows.grant import Wishes
from licet.flows.import_log import import_log
from licet.flows.measure_value import every_value, measure_value, newest_value
from licet.flows.see_beside import given_by_people
from licet.flows.see_redesign import newest_redesign
from licet.flows.set_baseline import countersign_the_baseline, lock_the_baseline, show_baseline
from licet.flows.watch_process import watch_process
from licet.stats.rollout import Difference
from licet.testing import World, done, past_cases
from tests.core.test_baseline import process
from tests.flows.examples import MAILS, code, of_word
from tests.flows.studying import brought, small_log

STATED = StatedForBaseline(step="decide", minutes_a_case=5.0)
YEAR = 365 * 24 * 3600.0


def locked(world: World, *, shift: float = -YEAR) -> CountersignedBaseline:
    """A baseline from a log of the year before, signed twice."""
    done(import_log(world.office, world.builder, brought(process(shift=shift)), name=MAILS))
    first = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
    return done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=first.digest))


def rolled_out(world: World, cases: int) -> None:
    """A mandate that is given three cases of ten by chance; people answer what is left after six hours."""
    world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=500, exposure=(Step(share=0.3),)))
    live = past_cases(cases, name="live")
    for start in range(0, cases, 40):
        world.submit(MAILS, live[start : start + 40])
        world.clock.pass_time(timedelta(hours=6))
        world.answer(MAILS)


def figure(found: Value, code_: str) -> Level | Unknown:
    return next(one.now for one in found.figures if one.code == code_)


def test_a_baseline_takes_a_log_an_owner_and_a_second_person(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED)) == "no_event_log"
        assert code(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=Digest("0" * 64))) == "baseline_not_locked"
        done(import_log(world.office, world.builder, brought(process()), name=MAILS))
        assert code(lock_the_baseline(world.office, world.builder, name=MAILS, stated=STATED)) == "not_permitted"
        assert code(lock_the_baseline(world.office, world.owner, name=MAILS, stated=StatedForBaseline(step="guess"))) == "no_such_step"
        first = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
        assert code(countersign_the_baseline(world.office, world.owner, name=MAILS, digest=first.digest)) == "not_permitted"
        signed = done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=first.digest))
        assert signed.locked == first
        assert code(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=first.digest)) == "already_done"
        assert show_baseline(world.office, name=MAILS, stated=STATED).signed == signed
        (said,) = of_word(world, "baseline.locked")
        assert (said.facts["digest"], said.facts["log"]) == (signed.digest, first.baseline.log)


def test_who_may_not_sign_a_baseline_is_told_of_a_baseline_and_not_of_a_standard(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        done(import_log(world.office, world.builder, brought(process()), name=MAILS))
        lock = [lock_the_baseline(world.office, by, name=MAILS, stated=STATED) for by in (Operator(), world.builder, world.risk)]
        first = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
        sign = [countersign_the_baseline(world.office, by, name=MAILS, digest=first.digest) for by in (Operator(), world.owner)]
        measure = measure_value(world.office, world.reviewer, name=MAILS)
        for refused, says in [*((one, "lock a baseline") for one in lock), *((one, "countersign a baseline") for one in sign)]:
            assert isinstance(refused, Refused)
            assert f"may not {says}" in refused.why
            assert "standard" not in refused.why
        assert isinstance(measure, Refused)
        assert "may not measure the value of a use case" in measure.why


def test_what_is_measured_from_a_simulated_log_says_so_until_the_value(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        made_up = Finding(code=SIMULATED, count=1, of=2, done=Done.KEPT)
        done(import_log(world.office, world.builder, replace(brought(process(shift=-YEAR)), findings=(made_up,)), name=MAILS))
        first = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
        signed = done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=first.digest))
        assert (first.baseline.simulated, signed.digest) == (True, first.digest)
        shown = newest_redesign(world.office, name=MAILS)
        assert "measured from a simulated log" in baseline_locked(shown, log_needed=False).says
        made = done(measure_value(world.office, world.owner, name=MAILS))
        assert made.value.before_simulated
        told = replace(
            made.value, figures=(Figure(code="hours_saved_a_week", before=None, now=Level(value=1.0, low=None, high=None, n=1)),)
        )
        assert "before: simulated" in briefly(told)
        kept = newest_value(world.office, name=MAILS)
        assert kept is not None
        assert kept.value.before_simulated


def test_the_risk_answers_say_what_is_at_stake_at_the_step_that_the_baseline_names(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        assert given_by_people(world.office, name=MAILS).risk is None
        locked(world)
        found = given_by_people(world.office, name=MAILS)
        stakes, other = (stakes_of(step, found) for step in ("decide", "read"))
        assert isinstance(stakes, HeldStakes)
        assert stakes.source == "risk answers of the use case that takes it over"
        assert isinstance(other, Unknown)


def test_risk_signs_the_version_it_looked_at_and_no_later_one(tmp_path: Path) -> None:
    """Breaks when the owner locks another version between risk's look and its signature, and the signature falls on that."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        done(import_log(world.office, world.builder, brought(process()), name=MAILS))
        seen = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
        later = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=replace(STATED, minutes_a_case=600.0)))
        refused = countersign_the_baseline(world.office, world.risk, name=MAILS, digest=seen.digest)
        assert isinstance(refused, Refused)
        assert refused.code == "digest_mismatch"
        assert later.digest[:12] in refused.why
        assert [one.facts.get("voids") for one in of_word(world, "baseline.locked")] == [None, seen.digest]
        assert done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=later.digest)).locked == later


def test_another_log_is_another_version_that_takes_both_signatures_anew(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        before = locked(world)
        done(import_log(world.office, world.builder, brought(process(wait_hours=2.0), "b" * 64), name=MAILS))
        again = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED))
        assert (again.version, again.digest == before.digest) == (2, False)
        assert code(measure_value(world.office, world.owner, name=MAILS)) == "baseline_not_locked"


def test_a_time_in_which_ai_decided_is_no_baseline(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(import_log(world.office, world.builder, brought(process(shift=6 * YEAR)), name=MAILS))
        assert code(lock_the_baseline(world.office, world.owner, name=MAILS, stated=STATED)) == "baseline_too_late"


def test_the_newest_log_is_held_against_the_baseline(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(watch_process(world.office, name=MAILS)) == "baseline_not_locked"
        locked(world)
        assert done(watch_process(world.office, name=MAILS)).same
        done(import_log(world.office, world.builder, brought(process(wait_hours=12.0), "c" * 64), name=MAILS))
        seen = done(watch_process(world.office, name=MAILS))
        turn = seen.moved["turn_median"]
        assert isinstance(turn, Level)
        assert turn.value == pytest.approx(-12.0, abs=0.01)
        assert turn.high is not None
        assert turn.high < 0.0
        done(import_log(world.office, world.builder, brought(small_log(), "d" * 64), name=MAILS))
        assert code(watch_process(world.office, name=MAILS)) == "no_such_step"


def test_without_a_mandate_there_is_no_value_to_measure(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        locked(world)
        assert code(measure_value(world.office, world.owner, name=MAILS)) == "no_mandate"
        assert newest_value(world.office, name=MAILS) is None


def test_chance_shows_what_ai_caused_and_untimed_work_stays_unknown(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 160)
        locked(world)
        found = done(measure_value(world.office, world.owner, name=MAILS)).value
        assert (found.cases, found.open, found.incidents) == (160, 0, 0)
        turn = found.caused["turn"]
        assert isinstance(turn, Difference)
        assert turn.estimate == pytest.approx(-6.0, abs=0.01)
        assert turn.given + turn.left >= 155  # all but those that lie outside the scope
        minutes, errors, alone = (figure(found, one) for one in ("minutes", "errors", "alone"))
        assert isinstance(minutes, Unknown)
        assert isinstance(errors, Level)
        assert isinstance(alone, Level)
        assert alone.value == pytest.approx(turn.given / 160)
        assert isinstance(figure(found, "worth_a_week"), Unknown)


def test_a_statement_is_kept_and_the_newest_is_shown_for_every_use_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 40)
        signed = locked(world)
        world.use_case("other")
        first = done(measure_value(world.office, world.owner, name=MAILS))
        world.submit(MAILS, past_cases(25, name="late"))
        second = done(measure_value(world.office, world.owner, name=MAILS))
        assert (second.value.cases, second.value.open > 0) == (first.value.cases + 25, True)
        assert newest_value(world.office, name=MAILS) == second
        assert {one.slug: made for one, made in every_value(world.office)} == {MAILS: second, "other": None}
        said = of_word(world, "value.stated")
        assert [one.facts["baseline"] for one in said] == [signed.digest] * 2


def test_who_may_not_study_measures_no_value(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert isinstance(measure_value(world.office, world.risk, name=MAILS), Refused)
