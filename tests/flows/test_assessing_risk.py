"""Assessing risk: answers are versions, a stricter tier takes back what stood on a milder one, and only risk answers a tier down."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.gate_rules import GateRules
from licet.core.mandate import ActiveMandate, ExpiredMandate, ProposedMandate, SuspendedMandate
from licet.core.people import Actor, Caller, Person, Role
from licet.core.risk import NotAnAnswerError, Tier, answers_to_json
from licet.core.risk_questions import UNKNOWN
from licet.core.use_case import Stage
from licet.flows.assess_risk import Assessed, answer_risk, risk_versions, show_risk
from licet.flows.grant import Wishes, grant_mandate, propose_mandate, reinstate_mandate
from licet.pretend import MILD_RISK
from licet.store import notices, risks, use_cases
from licet.testing import World, done, past_cases
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, code, of_word
from tests.flows.qualifying import without_people


def mild(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The mildest answers to all questions, but for these."""
    return {**MILD_RISK, **(changes or {})}


def assess(world: World, answers: Mapping[str, str], by: Actor | None = None) -> Assessed:
    """Answers risk questions, as the builder unless somebody else is named."""
    return done(answer_risk(world.office, by or world.builder, name=MAILS, answers=answers))


def stage(world: World) -> Stage:
    """The use case's stage."""
    with world.office.book.read() as tx:
        return use_cases.require(tx, MAILS).stage


def earned(world: World, answers: Mapping[str, str] | None = None) -> ActiveMandate:
    """A mandate that was granted after the risk questions were answered."""
    without_people(world)
    world.use_case(MAILS)
    assess(world, mild(answers))
    world.import_cases(MAILS, past_cases(150))
    world.sign(MAILS)
    world.evaluate(MAILS)
    return world.earn(MAILS)


def test_each_change_is_a_version_with_a_digest_of_its_own(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert show_risk(world.office, name=MAILS) is None
        first = assess(world, mild())
        assert (first.risk.version, first.risk.tier, first.was, first.risk.complete) == (1, Tier.LOW, None, True)
        second = assess(world, {"personal_data": "personal"})
        assert (second.risk.version, second.risk.tier, second.was) == (2, Tier.MEDIUM, Tier.LOW)
        assert (first.risk.personal_data, second.risk.personal_data) == (False, True)
        assert first.risk.digest != second.risk.digest
        assert show_risk(world.office, name=MAILS) == second.risk
        assert risk_versions(world.office, name=MAILS) == [first.risk, second.risk]
        assert code(answer_risk(world.office, world.builder, name=MAILS, answers={"personal_data": "personal"})) == "already_done"


def test_the_ledger_says_codes_and_who_and_nothing_else(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assess(world, mild())
        made = assess(world, {"autonomy": "alone_most", "scale": "more"}).risk
        first, second = of_word(world, "risk.answered")
        assert (first.facts["tier"], first.facts["was"], second.facts["was"]) == ("low", None, "low")
        assert (second.by, second.use_case) == (world.builder.id, MAILS)
        assert second.facts["answers"] == answers_to_json(made.answers)
        assert (second.facts["version"], second.facts["digest"], second.facts["tier"]) == (2, made.digest, "medium")


def test_what_nobody_answered_counts_as_the_harshest_and_answering_it_lowers_the_tier(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        half = assess(world, {"undo": "day", "personal_data": "none"}).risk
        assert (half.tier, half.complete) == (Tier.PROHIBITED, False)
        assert set(half.answers.unknown) == set(MILD_RISK) - {"undo", "personal_data"}
        assert assess(world, mild()).risk.tier is Tier.LOW
        afresh = done(answer_risk(world.office, world.risk, name=MAILS, answers={"undo": "day"}, afresh=True)).risk
        assert (afresh.tier, len(afresh.answers.unknown)) == (Tier.PROHIBITED, len(MILD_RISK) - 1)


def test_who_may_answer(tmp_path: Path) -> None:
    """Breaks when a token, the operator, a reviewer, an admin or the owner of another use case answers."""
    with World(tmp_path) as world:
        earned(world)
        for k, by in enumerate((world.owner, world.builder, world.risk)):
            assess(world, {"scale": ("thousands", "hundreds")[k % 2]}, by)
        program, admin = Caller(token="k_1", name="x"), world.person("ada", Role.ADMIN)  # noqa: S106 - a public id
        refusals: dict[Actor, str] = {
            world.operator: "person_needed",
            program: "person_needed",
            world.reviewer: "not_permitted",
            admin: "not_permitted",
            world.other_owner: "not_the_owner",
        }
        for actor, expected in refusals.items():
            assert code(answer_risk(world.office, actor, name=MAILS, answers={"undo": "never"})) == expected
        with pytest.raises(NotAnAnswerError):
            answer_risk(world.office, world.owner, name=MAILS, answers={"undo": "perhaps"})


def test_a_tier_stricter_than_at_grant_suspends_the_mandate_at_once_and_tells_the_owner(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = earned(world)
        told = assess(world, {"personal_data": "personal"}, world.owner)
        assert isinstance(told.suspended, SuspendedMandate)
        assert told.suspended.active == granted
        assert world.mandate(MAILS) == told.suspended
        assert world.submit(MAILS, past_cases(5, name="live")).alone == 0
        with world.office.book.read() as tx:
            (incident,) = notices.incidents(tx, use_cases.require(tx, MAILS))
        assert (incident.kind, incident.mandate) == ("risk_raised", granted.id)
        words = world.words()
        assert words[words.index("risk.answered", words.index("mandate.granted")) :][:5] == [
            "risk.answered",
            "mandate.suspended",
            "incident.opened",
            "owner.told",
            "stage.changed",
        ]


def test_a_tier_that_is_not_stricter_than_at_grant_leaves_the_mandate_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = earned(world, {"personal_data": "personal"})
        assert assess(world, {"vulnerable": "yes"}).suspended is None
        assert assess(world, {"vulnerable": "no", "personal_data": "none"}, world.risk).risk.tier is Tier.LOW
        assert assess(world, {"personal_data": "personal"}).suspended is None
        assert world.mandate(MAILS) == granted
        assert world.submit(MAILS, past_cases(60, name="live")).alone >= 1  # as many as its first step exposes


@pytest.mark.parametrize(("answers", "stands"), [({"vulnerable": "yes"}, True), ({"harm": "yes"}, False), ({"harm": UNKNOWN}, False)])
def test_a_mandate_older_than_the_first_answers_counts_as_granted_at_medium(
    tmp_path: Path, answers: dict[str, str], *, stands: bool
) -> None:
    with World(tmp_path) as world:
        ruled = world.office
        world.office = replace(ruled, shipped_gates=lambda: GateRules(gates={}))
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        world.evaluate(MAILS)
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()))
        done(grant_mandate(world.office, world.owner, name=MAILS))
        world.office = ruled
        assert (assess(world, mild(answers)).suspended is None) is stands
        assert isinstance(world.mandate(MAILS), ActiveMandate) is stands


def test_what_the_tier_has_outgrown_is_not_put_in_force_again(tmp_path: Path) -> None:
    """Breaks when risk alone reinstates at a tier for which nobody approved the mandate."""
    with World(tmp_path) as world:
        earned(world)
        assess(world, {"personal_data": "personal"})
        world.import_cases(MAILS, past_cases(150, name="fresh"))
        world.evaluate(MAILS)
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="mended")) == "risk_raised"
        assess(world, {"personal_data": "none"}, world.risk)
        assert isinstance(done(reinstate_mandate(world.office, world.risk, name=MAILS, why="mended")), ActiveMandate)


def test_a_prohibited_use_case_goes_back_to_idea_and_gets_no_mandate(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        earned(world)
        again = done(propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()))
        told = assess(world, {"manipulates": "yes"})
        assert (told.risk.tier, told.was, told.suspended is not None, stage(world)) == (Tier.PROHIBITED, Tier.LOW, True, Stage.IDEA)
        tries: list[Callable[[], object]] = [
            lambda: propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()),
            lambda: reinstate_mandate(world.office, world.risk, name=MAILS, why="mended"),
            lambda: world.try_import(MAILS, past_cases(150, name="more")),
        ]
        assert [code(attempt()) for attempt in tries] == ["prohibited"] * 3
        assert isinstance(again, ProposedMandate)
        assert not isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)
        assert stage(world) is Stage.IDEA
        assert [event.facts["became"] for event in of_word(world, "stage.changed")][-2:] == ["assisted", "idea"]


def test_a_granted_proposal_of_a_prohibited_use_case_is_refused_whatever_was_approved(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        world.evaluate(MAILS)
        world.ready(MAILS)
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes()))
        world.approve(MAILS)
        assess(world, mild({"scores_people": UNKNOWN}))
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "prohibited"


def test_a_mandate_whose_time_is_over_is_ended_not_suspended(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = earned(world)
        world.clock.pass_time(granted.proposed.terms.lasts)
        assert assess(world, {"harm": "yes"}).suspended is None
        assert isinstance(world.mandate(MAILS), ExpiredMandate)
        assert not of_word(world, "incident.opened")


def test_only_risk_answers_a_tier_down(tmp_path: Path) -> None:
    """Breaks when whoever wants the mandate takes back the answer that made it hard to get, also by way of *unknown*."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assess(world, mild({"money": "more"}))

        def lowered(by: Person, money: str = "none") -> object:
            return answer_risk(world.office, by, name=MAILS, answers={"money": money})

        assert code(lowered(world.builder)) == "lowering_takes_risk"
        assert code(lowered(world.owner)) == "lowering_takes_risk"
        both = world.person("bo", Role.BUILDER, Role.RISK)
        assert code(lowered(both)) == "lowering_takes_risk"
        assess(world, {"money": UNKNOWN})
        assert code(lowered(world.builder)) == "lowering_takes_risk"
        assert assess(world, {"money": "up_to_100"}, world.risk).risk.by_risk
        assert assess(world, {"money": "none"}).risk.tier is Tier.LOW


def test_answers_and_all_that_follows_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted = earned(world)
        with pytest.raises(KilledError):
            answer_risk(breaks(world, at=1, after_commit=False), world.builder, name=MAILS, answers={"harm": "yes"})
        assert (world.mandate(MAILS), len(risk_versions(world.office, name=MAILS))) == (granted, 1)
        assert len(of_word(world, "risk.answered")) == 1
        assert assess(world, {"harm": "yes"}).suspended is not None


def test_the_answers_as_they_stood_at_a_moment(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        before = world.clock.now()
        first, second = assess(world, mild()).risk, assess(world, {"undo": "never"}).risk
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, MAILS)
            assert risks.at_moment(tx, use_case, before) is None
            assert risks.at_moment(tx, use_case, first.at) == first
            assert risks.at_moment(tx, use_case, world.clock.now()) == second


def test_the_stricter_of_the_recorded_tier_and_todays_rules_counts(tmp_path: Path) -> None:
    """Breaks when a release whose rules are milder lowers the tier of answers that nobody looked at again."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        made = assess(world, mild()).risk
        with world.office.book.write() as tx:
            older = replace(made, version=2, recorded=Tier.HIGH)
            risks.add(tx, use_cases.require(tx, MAILS), older)
        stored = show_risk(world.office, name=MAILS)
        assert stored is not None
        assert stored.tier is Tier.HIGH
