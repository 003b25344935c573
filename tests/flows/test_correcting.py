"""Correcting: a wrong decision stays as it was, what a person says instead counts, and audits see nothing of it."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice, Number
from licet.core.correction import OtherKindError
from licet.core.ids import CaseNumber
from licet.core.mandate import proposed_of
from licet.core.people import Actor, Caller, Role
from licet.core.reason import NotAReasonError
from licet.core.system import Proposal
from licet.flows.correct import Corrected, correct_decision
from licet.flows.erase import erase_case
from licet.flows.follow import follow_standing
from licet.flows.grant import Wishes
from licet.flows.register import retire_use_case
from licet.flows.report import HEADER, export_cases, gather
from licet.store import audits, cases, corrections, decisions, mandates, use_cases
from licet.store.payloads import salts_of
from licet.testing import World, done, past_cases
from tests.flows.breakable import KilledError, breaks, second
from tests.flows.examples import MAILS, always_wrong, code, of_word

LIVE = past_cases(30, unsure=10, name="live")
ALONE, TO_PERSON = "live-1", "live-25"
YES, NO = Choice(value="yes"), Choice(value="no")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Twenty cases that AI decided alone, each of them audited, and ten that wait for a person."""
    made = World(tmp_path)
    made.use_case(MAILS)
    made.import_cases(MAILS, past_cases(200, unsure=20))
    made.sign(MAILS)
    made.evaluate(MAILS)
    made.earn(MAILS, Wishes(audit_rate=1.0, planned_audits=400))
    tally = made.submit(MAILS, LIVE)
    assert (tally.alone, tally.to_person, tally.audits) == (20, 10, 20)
    return made


def correct(world: World, case: str = ALONE, answer: Answer = NO, *, by: Actor | None = None, why: str = "It said no.") -> object:
    """Corrects as the reviewer, unless told otherwise."""
    return correct_decision(world.office, by or world.reviewer, name=MAILS, case=case, answer=answer, why=why)


def row(world: World, case: str = ALONE) -> Mapping[str, str]:
    """What an export says of a case."""
    rows = [dict(zip(HEADER, found, strict=True)) for found in done(export_cases(world.office, world.operator, name=MAILS))]
    return next(found for found in rows if found["case_id"] == case)


def counts(world: World, case: str = ALONE) -> Answer | None:
    """The answer that counts."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        ((number, salt),) = salts_of(tx, cases.numbers_named(tx, use_case, case)).items()
        return corrections.answer_that_counts(tx, use_case, number, salt)


def test_the_newest_correction_counts_and_what_was_decided_stays(world: World) -> None:
    """Breaks when a decision is overwritten, or an older correction counts."""
    with world:
        assert counts(world) == YES
        first = correct(world)
        assert isinstance(first, Corrected)
        assert (first.before, first.correction.number, first.correction.answer, first.correction.by) == (YES, 1, NO, world.reviewer.id)
        assert counts(world) == NO
        third = Choice(value="perhaps")
        again = correct(world, answer=third, by=world.owner)
        assert isinstance(again, Corrected)
        assert (again.before, again.correction.number) == (NO, 2)
        assert counts(world) == third
        found = row(world)
        assert (found["answer"], found["corrected_answer"], found["corrected_by"]) == ("yes", "perhaps", world.owner.id)
        assert found["decided_by"].startswith("mandate:")
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, MAILS)
            assert corrections.counts(tx, use_case) == {"alone": 1, "person": 0}


def test_what_a_system_said_stands_beside_what_it_decided_alone_and_beside_nothing_else(world: World) -> None:
    """Breaks when somebody who follows a case reads what a system said of one that a person decides, or whose decision was corrected."""
    with world:
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, MAILS)
            number = {case: CaseNumber(cases.numbers_named(tx, use_case, case)[0]) for case in (ALONE, TO_PERSON)}
        world.submit(MAILS, [replace(row, external_id=str(number[ALONE])) for row in past_cases(1, unsure=1, name="namesake")])

        def proposal(case: str) -> Proposal | None:
            return done(follow_standing(world.office, use_case, number=number[case])).proposal

        found = proposal(ALONE)
        assert found is not None
        assert found.answer == YES
        assert proposal(TO_PERSON) is None
        world.answer(MAILS)
        assert proposal(ALONE) == found
        assert proposal(TO_PERSON) is None
        assert isinstance(correct(world), Corrected)
        assert proposal(ALONE) is None
        assert code(follow_standing(world.office, use_case, number=10**9)) == "not_there"


def test_what_a_person_decided_is_corrected_likewise(world: World) -> None:
    with world:
        assert code(correct(world, TO_PERSON)) == "not_decided"
        world.answer(MAILS)
        said = counts(world, TO_PERSON)
        assert isinstance(correct(world, TO_PERSON, NO if said == YES else YES), Corrected)
        assert row(world, TO_PERSON)["corrected_by"] == world.reviewer.id


def test_the_answer_that_counts_already_is_no_correction(world: World) -> None:
    with world:
        assert code(correct(world, answer=Choice(value=" yes "))) == "already_done"
        assert isinstance(correct(world), Corrected)
        assert code(correct(world)) == "already_done"
        assert isinstance(correct(world, answer=YES), Corrected)
        assert len(of_word(world, "case.corrected")) == 2


def test_who_may_correct(world: World) -> None:
    """Breaks when a token, the operator, or the owner of another use case sets an answer."""
    with world:
        refused: list[tuple[Actor, str]] = [
            (world.operator, "person_needed"),
            (Caller(token="k_1", name="x"), "person_needed"),  # noqa: S106 - a public id
            (world.risk, "not_permitted"),
            (world.builder, "not_permitted"),
            (world.person("ada", Role.ADMIN), "not_permitted"),
            (world.other_owner, "not_the_owner"),
        ]
        for actor, expected in refused:
            assert code(correct(world, by=actor)) == expected
        assert counts(world) == YES
        assert isinstance(correct(world, by=world.owner), Corrected)


def test_what_cannot_be_meant_is_an_error_and_changes_nothing(world: World) -> None:
    with world:
        with pytest.raises(NotAReasonError):
            correct(world, why=" ")
        with pytest.raises(OtherKindError, match="number"):
            correct(world, answer=Number(value=1.0))
        with pytest.raises(cases.UnknownCaseError, match="live-999"):
            correct(world, "live-999")
        assert code(correct(world, "past-1")) == "not_decided"
        assert counts(world) == YES
        assert "case.corrected" not in world.words()


def test_nobody_corrects_in_a_retired_use_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.submit(MAILS, LIVE[:2])
        world.answer(MAILS)
        done(retire_use_case(world.office, world.owner, name=MAILS))
        assert code(correct(world, "live-0", YES)) == "retired"


def test_a_correction_and_its_ledger_entry_are_written_together_or_not_at_all(world: World) -> None:
    with world:
        with pytest.raises(KilledError):
            correct_decision(breaks(world, at=1, after_commit=False), world.reviewer, name=MAILS, case=ALONE, answer=NO, why="It said no.")
        assert counts(world) == YES
        assert "case.corrected" not in world.words()


def test_the_ledger_commits_to_the_answer_and_holds_neither_it_nor_the_reason(world: World) -> None:
    with world:
        correct(world, why="Mrs Smith said so")
        (event,) = of_word(world, "case.corrected")
        assert event.by == world.reviewer.id
        assert set(event.facts) == {"case_number", "number", "commitment", "policy", "identity"}
        assert not [raw for raw in world.entries() if b"Smith" in raw]
        pack = done(gather(world.office, world.risk, name=MAILS))
        (shown,) = json.loads(pack.documents["corrections.json"])
        assert (shown["before"], shown["payload"], shown["number"]) == ("yes", '{"answer":"no"}', 1)
        assert "Smith" not in pack.documents["corrections.json"].decode()


def test_an_erased_case_takes_its_corrections_with_it(world: World) -> None:
    with world:
        correct(world, why="Mrs Smith said so")
        with world.office.book.read() as tx:
            (number,) = cases.numbers_named(tx, use_cases.require(tx, MAILS), ALONE)
        done(erase_case(world.office, world.owner, name=MAILS, case=ALONE))
        assert code(correct(world, str(number), YES)) == "case_erased"
        found = row(world, str(number))
        assert (found["answer"], found["corrected_answer"]) == ("", "")
        assert done(gather(world.office, world.risk, name=MAILS)).documents["corrections.json"] == b"[]"


# --- blindness ---------------------------------------------------------------------------------------------------------


def outcomes(world: World) -> Mapping[CaseNumber, str]:
    """How the settled audits ended."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        (mandate,) = mandates.every(tx, use_case)
        rows = audits.every(tx, proposed_of(mandate).id)
        return {found.drawn.case: audits.word_of(found.outcome) for found in rows if found.outcome is not None}


@pytest.mark.parametrize("says", [None, always_wrong], ids=["agrees with AI", "disagrees"])
def test_an_open_audit_compares_with_what_ai_said_and_not_with_its_correction(world: World, says: Callable[..., Answer] | None) -> None:
    """Breaks when a correction made before the audit is answered turns its outcome around."""
    with world:
        for k in range(20):
            case = f"live-{k}"
            correct(world, case, NO if counts(world, case) == YES else YES, by=world.owner)
        if says is None:
            world.answer(MAILS)
        else:
            world.answer(MAILS, says)
        assert set(outcomes(world).values()) == {"agreed" if says is None else "disagreed"}


def test_who_corrected_a_case_has_seen_what_ai_said_and_cannot_agree_in_its_audit(world: World) -> None:
    """Breaks when a correction shows AI's answer to a person whose answer then counts as a blind agreement."""
    with world:
        correct(world, ALONE, NO if counts(world, ALONE) == YES else YES, by=world.reviewer)
        with world.office.book.read() as tx:
            (number,) = cases.numbers_named(tx, use_cases.require(tx, MAILS), ALONE)
        world.answer(MAILS)
        found = outcomes(world)
        assert found[number] == "disagreed"
        assert {word for case, word in found.items() if case != number} == {"agreed"}
        unseen = [event.facts["case_number"] for event in of_word(world, "audit.answered") if event.facts.get("blind") is False]
        assert unseen == [number]


def test_nothing_about_a_correction_tells_whether_its_case_is_audited(tmp_path: Path) -> None:
    """Breaks when correcting closes, opens or mentions an audit: half of the cases are audited, and all look alike."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.5))
        world.submit(MAILS, past_cases(40, name="live"))
        waiting = world.waiting(MAILS)
        assert 5 < len(waiting) < 35
        said = [correct(world, f"live-{k}", NO if counts(world, f"live-{k}") == YES else YES) for k in range(40)]
        assert {type(one) for one in said} == {Corrected}
        assert world.waiting(MAILS) == waiting
        rows = [row(world, f"live-{k}") for k in range(40)]
        assert {(found["audited"], found["audit_answer"], found["corrected_by"]) for found in rows} == {("", "", world.reviewer.id)}
        assert {frozenset(event.facts) for event in of_word(world, "case.corrected")} == {
            frozenset({"case_number", "number", "commitment", "policy", "identity"})
        }


# --- several at once ---------------------------------------------------------------------------------------------------


def test_corrections_made_at_once_are_all_kept_and_numbered_without_a_gap(world: World) -> None:
    """Breaks when two corrections read the same number, or one is lost."""
    with world:
        offices = [replace(second(world), draw=world.draw) for _ in range(6)]

        def work(at: int) -> int:
            made = 0
            for k in range(4):
                answer = Choice(value=f"answer {at} {k}")
                found = correct_decision(offices[at], world.reviewer, name=MAILS, case=ALONE, answer=answer, why="at once")
                made += isinstance(found, Corrected)
            return made

        with ThreadPoolExecutor(max_workers=6) as pool:
            assert list(pool.map(work, range(6))) == [4] * 6
        assert [event.facts["number"] for event in of_word(world, "case.corrected")] == list(range(1, 25))
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, MAILS)
            ((number, salt),) = salts_of(tx, cases.numbers_named(tx, use_case, ALONE)).items()
            made = corrections.of_case(tx, use_case, number, salt)
            assert [one.number for one in made] == list(range(1, 25))
            assert len({one.answer.value for one in made if isinstance(one.answer, Choice)}) == 24
            assert decisions.answer_of(tx, use_case, number, salt) == YES
