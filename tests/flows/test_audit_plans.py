"""Audit plans: more audits where risk is and while evidence rises, watches per slice, late audits that stop delegation, second checks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Answer
from licet.core.audit_plan import AtTrip, AuditPlan, Stratum
from licet.core.history import PastCase
from licet.core.mandate import ActiveMandate, RevokedMandate, SuspendedMandate
from licet.core.measure import Measure, MeasureKind, Slice
from licet.core.people import Role
from licet.core.standard import Standard
from licet.core.use_case import Stage
from licet.flows.audit import audit_status
from licet.flows.check_agreement import unseen
from licet.flows.grant import Wishes
from licet.flows.review import Waiting, answer_worksheet, worksheet
from licet.flows.settle import settle
from licet.flows.sweep import sweep
from licet.pretend import let_come
from licet.store import audits, use_cases, watches
from licet.testing import World, done, past_cases, truth_of
from tests.flows.examples import MAILS, always_wrong, of_word

ALL = AuditPlan(highest=1.0)
WISHES = Wishes(audit_rate=1.0, audits=ALL, daily_cap=200)


def active(world: World) -> ActiveMandate:
    """The mandate, which must be active."""
    found = world.mandate(MAILS)
    assert isinstance(found, ActiveMandate)
    return found


def rows(world: World) -> list[audits.AuditRow]:
    """All audits of the mandate in force."""
    with world.office.book.read() as tx:
        return audits.every(tx, active(world).id)


def alone_answers(world: World, says: Callable[[Waiting], Answer]) -> None:
    """Lets the one reviewer answer all that waits, and nobody after them."""
    let_come(world.office.book, world.clock, MAILS)
    there = done(worksheet(world.office, world.reviewer, name=MAILS))
    done(answer_worksheet(world.office, world.reviewer, name=MAILS, answers={one.token: says(one) for one in there}))


def sliced(world: World, *, at_trip: AtTrip) -> None:
    """A journey to a mandate whose standard judges the cases of truth 'no' on their own, with a watch for them."""
    error = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)
    part = replace(error, name="noes", slice=Slice(attribute="truth", values=frozenset({"no"})))
    world.use_case(MAILS, Standard(measures=(error, part)))
    world.import_cases(MAILS, past_cases(300))
    world.sign(MAILS)
    world.evaluate(MAILS)
    world.earn(MAILS, replace(WISHES, at_slice_trip=at_trip))


def of_truth(cases: Sequence[PastCase], truth: str) -> list[PastCase]:
    """The cases of one slice."""
    return [one for one in cases if one.body.attributes["truth"] == truth]


@pytest.mark.one_database
def test_a_plan_is_in_the_digest_that_people_approve(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = world.journey(MAILS, wishes=WISHES)
        other = replace(granted.proposed, terms=replace(granted.terms, audits=replace(ALL, most_late=11)))
        without = replace(granted.proposed, terms=replace(granted.terms, audits=None))
        assert len({granted.proposed.digest, other.digest, without.digest}) == 3


@pytest.mark.one_database
def test_risky_cases_are_drawn_more_often_and_weigh_less_each(tmp_path: Path) -> None:
    """Breaks when a stratum's rule, its recorded probability or its weight do not fit together."""
    noes = Stratum(name="noes", times=4.0, part=Slice(attribute="truth", values=frozenset({"no"})))
    plan = AuditPlan(highest=0.2, strata=(noes,))
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.2, audits=plan, daily_cap=500))
        world.submit(MAILS, past_cases(300, name="live"))
        found = rows(world)
        assert {row.drawn.probability for row in found} == {0.2, 0.8}
        assert {(row.place.stratum, row.ratio) for row in found if row.place} == {("", 1.0), ("noes", 0.25)}
        assert sum(row.ratio < 1 for row in found) > 2 * sum(row.ratio == 1 for row in found)
        routed = {event.facts["audit_rate"] for event in of_word(world, "case.routed") if event.facts["route"] == "alone"}
        assert routed == {0.2, 0.8}


@pytest.mark.one_database
def test_the_rate_rises_with_the_evidence_of_the_days_before_and_is_fixed_for_its_day(tmp_path: Path) -> None:
    """Breaks when today's answers move today's rate: whoever is drawn would then depend on what was found."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.3, audits=AuditPlan(highest=0.9), daily_cap=60))
        world.submit(MAILS, past_cases(16, name="first"))
        world.answer(MAILS, always_wrong)
        world.submit(MAILS, past_cases(10, name="same day"))
        with world.office.book.read() as tx:
            assert [day.rate for day in watches.days(tx, active(world))] == [0.3]
        world.clock.pass_time(timedelta(days=1))
        world.submit(MAILS, past_cases(10, name="next day"))
        with world.office.book.read() as tx:
            newest, first = watches.days(tx, active(world))
        assert 0.3 == first.rate < newest.rate < 0.9
        assert (first.weight, newest.number) == (26.0, 1)


def test_a_slice_that_trips_is_taken_out_while_the_rest_goes_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        sliced(world, at_trip=AtTrip.NARROW)
        live = past_cases(120, name="live")
        yes, noes = of_truth(live, "yes"), of_truth(live, "no")
        world.submit(MAILS, [one for k in range(10) for one in (*yes[2 * k : 2 * k + 2], noes[k])])
        world.answer(MAILS, lambda body: always_wrong(body) if body.attributes["truth"] == "no" else None)
        world.answer(MAILS)
        mandate = active(world)
        assert mandate.scope.never_alone_attributes == {"truth": frozenset({"no"})}
        words = world.words()
        at = words.index("watch.tripped")
        assert words[at : at + 4] == ["watch.tripped", "mandate.narrowed", "incident.opened", "owner.told"]
        tally = world.submit(MAILS, past_cases(20, name="then"))
        assert (tally.alone, tally.reasons) == (10, {"never_alone_attribute": 10})
        settle(world.office)
        assert [m.to for m in world.post.messages if "taken out" in m.subject] == [world.owner.id]


@pytest.mark.one_database
def test_back_to_full_review_ends_the_mandate_and_reveals_what_drew_its_audits(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=replace(WISHES, audits=replace(ALL, at_trip=AtTrip.FULL_REVIEW)))
        world.submit(MAILS, past_cases(60, name="live"))
        world.answer(MAILS, always_wrong)
        assert isinstance(world.mandate(MAILS), RevokedMandate)
        words = world.words()
        assert {"secret.revealed", "incident.opened", "owner.told"} <= set(words)
        with world.office.book.read() as tx:
            assert use_cases.require(tx, MAILS).stage is Stage.ASSISTED


@pytest.mark.one_database
def test_a_trip_of_a_planned_watch_suspends_unless_the_plan_says_otherwise(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=WISHES)
        world.submit(MAILS, past_cases(60, name="live"))
        world.answer(MAILS, always_wrong)
        assert isinstance(world.mandate(MAILS), SuspendedMandate)
        found = done(audit_status(world.office, name=MAILS))
        assert found.tripped
        assert found.points[-1].evidence == pytest.approx(found.evidence)


def test_too_many_late_audits_stop_delegation_until_people_have_caught_up(tmp_path: Path) -> None:
    """Breaks when AI goes on deciding alone while nobody looks, or when delegation comes back before the last late audit is answered."""
    with World(tmp_path) as world:
        world.person("sana", Role.SENIOR_REVIEWER)
        world.journey(MAILS, wishes=replace(WISHES, audits=replace(ALL, most_late=3)))
        world.submit(MAILS, past_cases(5, name="live"))
        world.clock.pass_time(timedelta(days=3, hours=1))
        sweep(world.office)
        assert world.submit(MAILS, past_cases(4, name="then")).reasons == {"audits_late": 4}
        assert [event.facts["late"] for event in of_word(world, "delegation.held")] == [5]
        settle(world.office)
        assert {m.to for m in world.post.messages if "audits are late" in m.subject} >= {world.owner.id}
        first = next(one for one in world.waiting(MAILS) if "live" in str(one.body.content))
        world.answer(MAILS, lambda body: truth_of(body) if body == first.body else None)
        assert world.submit(MAILS, past_cases(2, name="more")).reasons == {"audits_late": 2}
        world.answer(MAILS)
        assert world.submit(MAILS, past_cases(2, name="again")).alone == 2
        assert len(of_word(world, "delegation.released")) == 1


def test_agreements_are_checked_by_somebody_else_and_bound_what_agreement_hides(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        second = world.person("sam", Role.REVIEWER)
        world.journey(MAILS, wishes=replace(WISHES, audits=replace(ALL, agreements=1.0)))
        world.submit(MAILS, past_cases(30, name="live"))
        alone_answers(world, lambda one: truth_of(one.body))
        assert world.waiting(MAILS) == []
        with world.office.book.read() as tx:
            assert unseen(tx, active(world), world.clock.now()).bound == 1.0
        there = done(worksheet(world.office, second, name=MAILS))
        assert len(there) == 30
        done(answer_worksheet(world.office, second, name=MAILS, answers={one.token: truth_of(one.body) for one in there}))
        with world.office.book.read() as tx:
            found = unseen(tx, active(world), world.clock.now())
        assert (found.checked, found.contradicted) == (30, 0)
        assert 0.1 < found.bound < 0.3
        assert len(of_word(world, "agreement.checked")) == 30
        assert {event.facts["check_share"] for event in of_word(world, "audit.answered")} == {1.0}


@pytest.mark.one_database
def test_a_check_that_nobody_answers_counts_against_ai(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=replace(WISHES, audits=replace(ALL, agreements=1.0)))
        world.submit(MAILS, past_cases(4, name="live"))
        alone_answers(world, lambda one: truth_of(one.body))
        world.clock.pass_time(timedelta(days=6))
        with world.office.book.read() as tx:
            found = unseen(tx, active(world), world.clock.now())
        assert (found.checked, found.contradicted) == (4, 4)
