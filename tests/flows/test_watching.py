"""Watching: audits count in the order of drawing, silence counts as an error, and what trips is suspended at once."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.audit import ANSWER_WITHIN, WAITS_WITHIN, Overdue, is_drawn
from licet.core.case import CaseBody
from licet.core.desk import DUE_WITHIN, Handed, NothingWaits
from licet.core.history import PastCase
from licet.core.mandate import ActiveMandate, ExpiredMandate, SuspendedMandate
from licet.core.use_case import Stage
from licet.flows.audit import AuditStatus, audit_status
from licet.flows.desk import next_case
from licet.flows.desk_status import desk_status
from licet.flows.grant import Wishes, revoke_mandate
from licet.flows.read_on import waiting_for
from licet.flows.respond import suspend_mandate
from licet.flows.review import answer_worksheet, worksheet
from licet.flows.settle import settle
from licet.stats import watch as watching
from licet.store import audits, mandates, notices, use_cases
from licet.testing import World, done, past_cases, truth_of
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, always_wrong, code, of_word, only

ALL = Wishes(audit_rate=1.0, planned_audits=400)
LIVE = past_cases(60, name="live")


def status(world: World) -> AuditStatus:
    """Where the audits stand."""
    return done(audit_status(world.office, name=MAILS))


def texts(rows: Sequence[PastCase]) -> set[str]:
    """What cases say, as `only` takes it."""
    return {str(one.body.content) for one in rows}


def stored_watch(world: World) -> watching.Watch:
    """The watch as it is stored."""
    active = world.mandate(MAILS)
    active = active.active if isinstance(active, SuspendedMandate) else active
    assert isinstance(active, ActiveMandate)
    with world.office.book.read() as tx:
        return mandates.watch_of(tx, active)


def test_audits_are_fed_in_the_order_of_drawing_up_to_the_first_without_an_answer(tmp_path: Path) -> None:
    """Breaks when answers are fed as they arrive: disagreements found first would trip falsely, agreements first would hide them."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE)
        world.answer(MAILS, only(texts(LIVE[5:]), always_wrong))
        assert (stored_watch(world).fed, status(world).answered) == (0, 55)
        assert isinstance(world.mandate(MAILS), ActiveMandate)
        world.answer(MAILS, only(texts(LIVE[:2])))
        assert stored_watch(world).fed == 2
        world.answer(MAILS, only(texts(LIVE[2:5])))
        assert isinstance(world.mandate(MAILS), SuspendedMandate)
        expected = watching.start(target=0.05, delta=1 - 0.95, planned=400)
        for at in range(stored_watch(world).fed):
            expected = watching.update(expected, loss=0.0 if at < 5 else 1.0)
        assert stored_watch(world).masses == pytest.approx(expected.masses)


def test_the_order_of_the_answers_changes_nothing(tmp_path: Path) -> None:
    masses = []
    for name, order in (("there", LIVE[::20]), ("back", LIVE[40::-20])):
        with World(tmp_path / name) as world:
            world.journey(MAILS, wishes=ALL)
            world.submit(MAILS, LIVE)
            for one in order:
                world.answer(MAILS, only(texts([one]), always_wrong))
            world.answer(MAILS)
            masses.append((stored_watch(world).masses, stored_watch(world).fed))
    assert masses[0] == masses[1]


def test_a_trip_suspends_opens_an_incident_and_tells_the_owner_in_one_transaction(tmp_path: Path) -> None:
    """Breaks when any of them is written in another transaction: killed before the commit, none of it is there."""
    with World(tmp_path) as world:
        granted = world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE)
        world.answer_as(world.reviewer, MAILS, always_wrong)
        given = {one.token: always_wrong(one.body) for one in done(worksheet(world.office, world.other_owner, name=MAILS))}
        with pytest.raises(KilledError):
            answer_worksheet(breaks(world, at=1, after_commit=False), world.other_owner, name=MAILS, answers=given)
        assert world.mandate(MAILS) == granted
        assert not {"audit.answered", "watch.tripped", "mandate.suspended", "incident.opened", "owner.told"} & set(world.words())
        done(answer_worksheet(world.office, world.other_owner, name=MAILS, answers=given))
        assert isinstance(world.mandate(MAILS), SuspendedMandate)
        words = world.words()
        assert words[-5:] == ["watch.tripped", "mandate.suspended", "incident.opened", "owner.told", "stage.changed"]
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, MAILS)
            assert use_case.stage is Stage.ASSISTED
            assert [incident.kind for incident in notices.incidents(tx, use_case)] == ["watch_tripped"]
        settle(world.office)
        assert [message.to for message in world.post.messages if "suspended" in message.subject] == [world.owner.id]


def test_audits_answered_beyond_the_trip_are_not_among_those_the_watch_counted(tmp_path: Path) -> None:
    """Breaks when a batch that trips half-way is marked as counted to its end, so that incident and chart tell two numbers."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE)
        world.answer(MAILS, always_wrong)
        (tripped,) = of_word(world, "watch.tripped")
        found = status(world)
        assert found.tripped
        assert len(found.points) == found.errors == stored_watch(world).fed == tripped.facts["audits"]
        assert found.errors < found.answered == len(LIVE)


def test_after_a_trip_the_next_chunk_goes_to_people(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        chunks = world.deliver(MAILS, [*LIVE, *past_cases(50, name="then")])
        next(chunks)
        first = next(chunks)
        assert first.alone == first.rows == 25
        world.answer(MAILS, always_wrong)
        last = list(chunks)[-1]
        assert (last.alone, last.reasons) == (25, {"mandate_suspended": 85})


def test_a_draw_moves_no_count_in_the_moment_in_which_ai_decides(tmp_path: Path) -> None:
    """Breaks when a reviewer who sends a case, or sees one decided, can tell by one more that waits that it was drawn."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        began = world.clock.now()
        assert world.submit(MAILS, LIVE[:6]).alone == 6

        def counts() -> tuple[int, int]:
            found = done(desk_status(world.office, world.reviewer, name=MAILS))
            return found.waiting, waiting_for(world.office, world.reviewer)

        assert counts() == (0, 0)
        assert isinstance(next_case(world.office, world.reviewer), NothingWaits)
        assert isinstance(next_case(world.office, world.reviewer, name=MAILS), NothingWaits)
        seen = []
        for _ in range(24):
            world.clock.pass_time(WAITS_WITHIN / 24)
            seen.append(counts())
        assert seen == sorted(seen)
        assert len(set(seen)) > 3, "they come one by one, each at a moment of its own"
        assert seen[-1] == (6, 6)
        case = next_case(world.office, world.reviewer)
        assert isinstance(case, Handed)
        assert began + DUE_WITHIN <= case.due_at < began + DUE_WITHIN + timedelta(hours=1)
        with world.office.book.read() as tx:
            granted = world.mandate(MAILS)
            assert isinstance(granted, ActiveMandate)
            assert {row.drawn.due_at - row.drawn.drawn_at for row in audits.every(tx, granted.id)} == {ANSWER_WITHIN}


def test_what_nobody_answers_in_time_is_lost(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE[:3])
        world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
        found = status(world)
        assert (found.overdue, found.errors, found.waiting) == (3, 3, 0)
        assert len(of_word(world, "audit.overdue")) == 3


def test_an_answer_after_its_time_saves_nothing(tmp_path: Path) -> None:
    """Breaks when a late agreement counts, because nobody had asked for the status in between."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE[:3])
        world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
        world.answer(MAILS, truth_of)
        assert (status(world).errors, status(world).overdue) == (3, 3)
        assert (len(of_word(world, "audit.answered")), len(of_word(world, "review.answered"))) == (0, 3)
        with world.office.book.read() as tx:
            granted = world.mandate(MAILS)
            assert isinstance(granted, ActiveMandate)
            assert [row.outcome for row in audits.every(tx, granted.id)] == [Overdue()] * 3


def test_silence_on_enough_audits_takes_the_mandate_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE)
        world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
        assert world.submit(MAILS, past_cases(10, name="next")).reasons == {"mandate_suspended": 10}


def test_a_mandate_whose_planned_audits_are_used_up_is_suspended(tmp_path: Path) -> None:
    """Breaks when AI goes on deciding alone with nothing that watches it."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=20))
        world.submit(MAILS, LIVE[:25])
        world.answer(MAILS)
        assert isinstance(world.mandate(MAILS), SuspendedMandate)
        assert [event.facts["kind"] for event in of_word(world, "incident.opened")] == ["audits_used_up"]
        assert world.submit(MAILS, LIVE[25:]).reasons == {"mandate_suspended": 35}


def test_an_expired_mandate_ends_by_itself_and_reveals_what_drew_its_audits(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE[:3])
        world.clock.pass_time(timedelta(days=31))
        assert world.submit(MAILS, LIVE[3:6]).reasons == {"mandate_expired": 3}
        words = world.words()
        assert words.count("mandate.expired") == words.count("secret.revealed") == 1
        assert words.count("audit.drawn") == 3
        assert code(audit_status(world.office, name=MAILS)) == "mandate_not_active"


def test_anybody_can_repeat_the_draws_once_the_secret_is_revealed(tmp_path: Path) -> None:
    """Breaks when a draw depends on anything but the committed secret, the case's number and the granted rate."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.3))
        world.submit(MAILS, [*LIVE, *past_cases(140, name="more")])
        world.answer(MAILS)
        done(revoke_mandate(world.office, world.owner, name=MAILS, why="end"))
        (revealed,) = of_word(world, "secret.revealed")
        secret = bytes.fromhex(str(revealed.facts["secret"]))
        alone = [event for event in of_word(world, "case.routed") if event.facts["route"] == "alone"]
        drawn = [event.facts["case_number"] for event in alone if is_drawn(secret, event.facts["case_number"], event.facts["audit_rate"])]  # type: ignore[arg-type] # numbers, as the ledger says
        answered = [event.facts["case_number"] for event in of_word(world, "audit.answered")]
        assert sorted(map(str, drawn)) == sorted(map(str, answered))
        assert 30 < len(drawn) < 90


def test_audits_of_cases_that_people_decided_do_not_exist(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="stop"))
        assert world.submit(MAILS, LIVE).audits == 0


def test_a_person_who_answers_some_leaves_the_rest_for_later(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        world.submit(MAILS, LIVE)
        some: list[CaseBody] = [one.body for one in world.waiting(MAILS)][:7]
        assert world.answer(MAILS, only({str(body.content) for body in some})).taken == 7
        assert len(world.waiting(MAILS)) == 53


def test_whoever_answers_after_the_mandates_time_hears_that_it_is_over(tmp_path: Path) -> None:
    """Breaks when an answer that is no audit leaves a mandate standing as active whose time is over."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.0001, planned_audits=100))
        world.submit(MAILS, past_cases(10, unsure=10, name="unsure"))
        world.clock.pass_time(timedelta(days=31))
        assert isinstance(world.answer(MAILS).mandate, ExpiredMandate)
        assert len(of_word(world, "mandate.expired")) == 1
