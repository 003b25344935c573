"""Blindness: nobody sees what AI said before their own first answer, and nobody can tell why a case came."""

from pathlib import Path

from licet.core.answer import Choice
from licet.core.mandate import SuspendedMandate
from licet.core.people import Role
from licet.flows.grant import Wishes
from licet.flows.report import HEADER, export_cases, gather
from licet.flows.review import Waiting, answer_worksheet, worksheet
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, always_wrong, code, of_word

MIXED = past_cases(80, unsure=40, name="live")
HALF = Wishes(audit_rate=0.5)


def mixed(world: World) -> None:
    """A mandate, forty cases decided alone of which some are audited, and forty that wait for a person."""
    world.use_case(MAILS)
    world.import_cases(MAILS, past_cases(200, unsure=20))
    world.sign(MAILS)
    assert world.evaluate(MAILS).stored.word == "met"
    world.earn(MAILS, HALF)
    tally = world.submit(MAILS, MIXED)
    assert (tally.alone, tally.to_person) == (40, 40)
    assert 5 < tally.audits < 35


def rows(world: World) -> list[dict[str, str]]:
    """The export of cases, by column."""
    return [dict(zip(HEADER, row, strict=True)) for row in done(export_cases(world.office, world.operator, name=MAILS))]


def test_a_worksheet_mixes_audits_and_decisions_and_says_nothing_of_either(tmp_path: Path) -> None:
    """Breaks when a row carries a reason, or audits can be told from decisions by their names or their places."""
    with World(tmp_path) as world:
        mixed(world)
        waiting = world.waiting(MAILS)
        audited = [k for k, one in enumerate(waiting) if int(str(one.body.content).split("live ")[1].split(":")[0]) < 40]
        assert set(Waiting.__slots__) == {"token", "body"}
        assert all(one.token.startswith("t_") and len(one.token) == 18 for one in waiting)
        assert [one.token for one in waiting] == sorted(one.token for one in waiting)
        assert {k < len(waiting) // 2 for k in audited} == {True, False}


def test_what_ai_said_is_on_no_worksheet_and_in_no_export_while_an_answer_is_awaited(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mixed(world)
        waiting = [row for row in rows(world) if row["route"] == "to_person"]
        assert len(waiting) == 40
        assert all(row["answer"] == row["confidence"] == row["decided_by"] == "" for row in waiting)
        world.answer(MAILS)
        answered = [row for row in rows(world) if row["route"] == "to_person"]
        assert all(row["answer"] in {"yes", "no"} and row["decided_by"] == world.reviewer.id and row["confidence"] for row in answered)


def test_whether_a_case_is_audited_is_unknown_until_it_is_answered(tmp_path: Path) -> None:
    """Breaks when an export, a pack or the ledger tells which cases decided alone will be asked about."""
    with World(tmp_path) as world:
        mixed(world)
        assert {row["audited"] + row["audit_answer"] for row in rows(world)} == {""}
        told = world.entries()
        assert not [raw for raw in told if b"audit.drawn" in raw or b"audit.answered" in raw]
        pack = done(gather(world.office, world.risk, name=MAILS))
        assert pack.documents["audits.json"] == b"[]"
        world.answer(MAILS)
        settled = [row for row in rows(world) if row["audited"]]
        assert len(settled) == len(of_word(world, "audit.answered"))
        assert all(row["audit_answer"] in {"yes", "no"} and row["route"] == "alone" for row in settled)


def test_the_first_blind_answer_stays(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mixed(world)
        waiting = world.waiting(MAILS)
        first = {one.token: Choice(value="first") for one in waiting}
        assert done(answer_worksheet(world.office, world.reviewer, name=MAILS, answers=first)).taken == len(waiting)
        again = {one.token: Choice(value="second") for one in waiting}
        found = done(answer_worksheet(world.office, world.reviewer, name=MAILS, answers=again))
        assert (found.taken, found.late) == (0, len(waiting))
        assert {row["answer"] for row in rows(world) if row["route"] == "to_person"} == {"first"}


def test_disagreeing_changes_the_watch_and_not_the_decision(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mixed(world)
        before = {row["case_id"]: row["answer"] for row in rows(world) if row["route"] == "alone"}
        world.answer(MAILS, always_wrong)
        assert isinstance(world.mandate(MAILS), SuspendedMandate)
        assert {row["case_id"]: row["answer"] for row in rows(world) if row["route"] == "alone"} == before


def test_reviewing_takes_a_reviewer(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        mixed(world)
        for actor in (world.builder, world.risk, world.operator, world.person("ada", Role.ADMIN)):
            assert code(worksheet(world.office, actor, name=MAILS)) in {"not_permitted", "person_needed"}
            assert code(answer_worksheet(world.office, actor, name=MAILS, answers={})) in {"not_permitted", "person_needed"}


def test_simulated_people_are_called_so_in_the_ledger(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=HALF)
        world.submit(MAILS, MIXED, simulated=True)
        said = [event for event in of_word(world, "case.decided") if event.by == "simulated"]
        assert said
        assert all(event.facts["people"] == "simulated" for event in [*said, *of_word(world, "audit.answered")])
