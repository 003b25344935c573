"""Second looks: two people answer where the standard asks for it, somebody senior decides where they differ, and audits are checked."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.audit import ANSWER_WITHIN, WAITS_WITHIN, Agreed, Disagreed, Overdue
from licet.core.case import CaseBody
from licet.core.desk import HELD_FOR, Commit, Held, NothingWaits, Revealed
from licet.core.ids import CaseNumber
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.core.review import ReviewKind
from licet.core.second import SecondLooks
from licet.core.standard import Standard
from licet.flows.answer import answer_case
from licet.flows.desk import next_case, skip
from licet.flows.flag import reviewer_flags
from licet.flows.grant import Wishes
from licet.flows.hold import commit, keep_or_change, take_effect
from licet.flows.review import answer_worksheet, worksheet
from licet.flows.second import TwoAnswers, next_second_look, second_look, second_looks_waiting
from licet.store import audits, decisions, seconds, use_cases
from licet.store import people as rows_of_people
from licet.store.payloads import salts_of
from licet.testing import World, done, past_cases, truth_of
from tests.flows.examples import MAILS, always_wrong, of_word

YES, NO = Choice(value="yes"), Choice(value="no")
Says = Callable[[CaseBody], Answer | None]


def standard(**rule: object) -> Standard:
    """A standard whose second looks are as said."""
    measure = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)
    return Standard(measures=(measure,), high_stakes=frozenset({"yes"}), second_looks=SecondLooks(**rule))  # type: ignore[arg-type]


def asked(world: World, count: int = 4, **rule: object) -> None:
    """A use case whose cases all wait for people, with a signed standard."""
    world.use_case(MAILS, standard(**rule))
    world.sign(MAILS)
    world.submit(MAILS, past_cases(count, name="live"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with a second reviewer and two seniors."""
    with World(tmp_path / "world") as made:
        yield made


def people(world: World) -> tuple[Person, Person, Person]:
    """Two reviewers and somebody senior."""
    return world.reviewer, world.person("rosa", Role.REVIEWER), world.person("sven", Role.SENIOR_REVIEWER)


def open_kinds(world: World) -> list[str]:
    """What is asked now."""
    with world.office.book.read() as tx:
        return sorted(task.kind.value for task in decisions.open_tasks(tx, use_cases.require(tx, MAILS)))


def decided(world: World) -> dict[CaseNumber, tuple[Answer | None, str]]:
    """What is decided, and by whom."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        found = {}
        for number in decisions.decided(tx, use_case):
            made = decisions.made(tx, use_case, number, salts_of(tx, [number]).get(number))
            assert made is not None
            found[number] = (made.answer, made.by)
        return found


def test_a_first_answer_is_held_until_a_second_person_answers_blind(world: World) -> None:
    one, two, _ = people(world)
    asked(world, share=1.0)
    assert world.answer_as(one, MAILS).taken == 4
    assert decided(world) == {}
    assert open_kinds(world) == ["second"] * 4
    assert done(worksheet(world.office, one, name=MAILS)) == []
    assert world.answer_as(two, MAILS).taken == 4
    assert {by for _, by in decided(world).values()} == {two.id}
    assert {event.facts["answers"] for event in of_word(world, "case.decided")} == {2}
    waits = of_word(world, "review.answered")
    assert len(waits) == 4
    assert all("case_number" not in event.facts and "task" in event.facts for event in waits)


def test_one_person_never_gives_two_answers_whichever_way_they_try(world: World) -> None:
    one, _, _ = people(world)
    asked(world, 1, share=1.0)
    world.answer_as(one, MAILS)
    with world.office.book.read() as tx:
        (task,) = decisions.open_tasks(tx, use_cases.require(tx, MAILS))
    assert next_case(world.office, one, name=MAILS) == NothingWaits()
    assert done(answer_worksheet(world.office, one, name=MAILS, answers={task.token: YES})).taken == 0
    refused = answer_case(world.office, one, name=MAILS, case="live-0", answer=YES)
    assert isinstance(refused, Refused)
    assert refused.code == "not_waiting"
    assert open_kinds(world) == ["second"]


def test_where_two_differ_somebody_senior_who_is_neither_decides(world: World) -> None:
    one, two, sven = people(world)
    asked(world, 1, share=1.0)
    world.answer_as(one, MAILS)
    world.answer_as(two, MAILS, always_wrong)
    assert (decided(world), open_kinds(world)) == ({}, ["adjudication"])
    assert second_looks_waiting(world.office, sven) == 1
    for other in (one, two, world.builder, world.risk, world.owner):
        assert not isinstance(next_second_look(world.office, other, name=MAILS), TwoAnswers)
        assert next_case(world.office, other, name=MAILS) == NothingWaits() or other in {world.builder, world.risk}
    found = next_second_look(world.office, sven)
    assert isinstance(found, TwoAnswers)
    assert set(map(str, found.answers)) == {str(YES), str(NO)}
    again = second_look(world.office, sven, token=found.handed.token, lease=found.handed.lease.name)
    assert isinstance(again, TwoAnswers)
    assert again.answers == found.answers
    said = commit(world.office, sven, Commit(token=found.handed.token, lease=found.handed.lease.name, answer=NO, key="k"))
    assert isinstance(said, Revealed)
    assert isinstance(keep_or_change(world.office, sven, held_id=said.id, answer=None), Held)
    world.clock.pass_time(HELD_FOR)
    assert take_effect(world.office) == 1
    assert list(decided(world).values()) == [(NO, sven.id)]
    (event,) = of_word(world, "case.decided")
    assert (event.facts["answers"], event.facts["adjudicated"]) == (3, True)


def test_a_senior_who_answered_first_does_not_judge_their_own_answer(world: World) -> None:
    _, two, sven = people(world)
    asked(world, 1, share=1.0)
    world.answer_as(sven, MAILS)
    world.answer_as(two, MAILS, always_wrong)
    assert next_second_look(world.office, sven, name=MAILS) == NothingWaits()
    other = world.person("sara", Role.SENIOR_REVIEWER)
    assert isinstance(next_second_look(world.office, other, name=MAILS), TwoAnswers)


def test_a_builder_who_is_senior_too_does_not_adjudicate(world: World) -> None:
    one, two, _ = people(world)
    asked(world, 1, share=1.0)
    world.answer_as(one, MAILS)
    world.answer_as(two, MAILS, always_wrong)
    both = world.person("both", Role.SENIOR_REVIEWER, Role.BUILDER)
    refused = next_second_look(world.office, both, name=MAILS)
    assert isinstance(refused, Refused)
    assert refused.code == "adjudicator_not_independent"


def test_a_disagreement_is_on_no_sheet_and_a_skipped_one_stays_on_its_page(world: World) -> None:
    one, two, sven = people(world)
    asked(world, 1, share=1.0)
    world.answer_as(one, MAILS)
    world.answer_as(two, MAILS, always_wrong)
    assert done(worksheet(world.office, sven, name=MAILS)) == []
    found = next_second_look(world.office, sven, name=MAILS)
    assert isinstance(found, TwoAnswers)
    assert skip(world.office, sven, token=found.handed.token, lease=found.handed.lease.name, reason="cannot tell") is None
    assert next_case(world.office, sven, name=MAILS) == NothingWaits()
    assert isinstance(next_second_look(world.office, sven, name=MAILS), TwoAnswers)


def test_high_stakes_answers_of_person_or_ai_are_looked_at_twice(world: World) -> None:
    one, _, _ = people(world)
    world.use_case(MAILS, standard(stakes=True))
    world.sign(MAILS)
    rows = past_cases(6, name="live", wrong=1)
    world.submit(MAILS, rows)
    world.answer_as(one, MAILS, lambda body: NO if body.attributes["truth"] == "no" else YES)
    high = sum("yes" in {str(row.answer.value), str(row.posted.answer.value)} for row in rows)  # type: ignore[union-attr]
    assert open_kinds(world) == ["second"] * high
    assert len(decided(world)) == 6 - high


def test_the_share_is_drawn_by_keyed_chance_and_its_probability_recorded(world: World) -> None:
    one, _, _ = people(world)
    asked(world, 200, share=0.25)
    world.answer_as(one, MAILS)
    drawn = open_kinds(world).count("second")
    assert 25 <= drawn <= 80
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        task = decisions.open_tasks(tx, use_case)[0]
        _, salt = decisions.tasks_named(tx, use_case, [task.token])[task.token]
        look = seconds.of_case(tx, use_case, task.case, salt)
    assert look is not None
    assert (look.cause.value, look.probability) == ("chance", 0.25)


def test_whoever_asked_for_a_case_never_reviews_it(world: World) -> None:
    one, two, _ = people(world)
    world.use_case(MAILS)
    (row,) = past_cases(1, name="live")
    world.submit(MAILS, [replace(row, requester="Rene@Example.org")])
    assert done(worksheet(world.office, one, name=MAILS)) == []
    assert next_case(world.office, one, name=MAILS) == NothingWaits()
    refused = answer_case(world.office, one, name=MAILS, case="live-0", answer=YES)
    assert isinstance(refused, Refused)
    assert refused.code == "reviewer_excluded"
    assert world.answer_as(two, MAILS).taken == 1


def test_two_seniors_at_the_same_moment_never_get_the_same_case(world: World) -> None:
    one, two, sven = people(world)
    asked(world, 6, share=1.0)
    world.answer_as(one, MAILS)
    world.answer_as(two, MAILS, always_wrong)
    seniors = [sven, *(world.person(f"s{k}", Role.SENIOR_REVIEWER) for k in range(3))]
    got: list[str] = []

    def work(person: Person) -> None:
        for _ in range(2):
            found = next_second_look(world.office, person, name=MAILS)
            if isinstance(found, TwoAnswers):
                got.append(found.handed.token)

    threads = [threading.Thread(target=work, args=(person,)) for person in seniors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 6


def test_simulated_people_give_every_answer_that_is_asked_for(world: World) -> None:
    world.use_case(MAILS, standard(share=1.0))
    world.sign(MAILS)
    world.submit(MAILS, past_cases(5, name="live"), simulated=True)
    assert (len(decided(world)), open_kinds(world)) == (5, [])
    assert all(event.facts["people"] == "simulated" for event in of_word(world, "case.decided"))


# --- audits --------------------------------------------------------------------------------------------------------------

ALL = Wishes(audit_rate=1.0, planned_audits=400)


def outcomes(world: World) -> list[object]:
    """What came of the audits, in the order of drawing."""
    found = world.mandate(MAILS)
    assert found is not None
    with world.office.book.read() as tx:
        return [row.outcome for row in audits.every(tx, found.id)]  # type: ignore[union-attr]


def test_an_audit_that_differs_counts_once_a_second_person_says_so_blind(world: World) -> None:
    one, two, _ = people(world)
    world.journey(MAILS, wishes=ALL)
    world.submit(MAILS, past_cases(2, name="live"))
    world.answer_as(one, MAILS, always_wrong)
    assert (outcomes(world), open_kinds(world)) == ([None, None], ["dispute"] * 2)
    assert done(worksheet(world.office, one, name=MAILS)) == []
    assert not of_word(world, "audit.answered")
    world.answer_as(two, MAILS, always_wrong)
    assert outcomes(world) == [Disagreed(), Disagreed()]
    assert {event.facts["adjudicated"] for event in of_word(world, "audit.answered")} == {True}


def test_where_the_second_person_sides_with_ai_the_audit_agrees_and_the_error_is_found_in_the_record(world: World) -> None:
    one, two, _ = people(world)
    world.journey(MAILS, wishes=ALL)
    world.submit(MAILS, past_cases(1, name="live"))
    world.answer_as(one, MAILS, always_wrong)
    world.answer_as(two, MAILS)
    assert outcomes(world) == [Agreed()]
    (event,) = of_word(world, "audit.answered")
    assert (event.facts["agreed"], event.facts["found_in_record"]) == (True, True)
    with world.office.book.read() as tx:
        found = seconds.disputes(tx, use_cases.require(tx, MAILS))
    assert found == seconds.Disputes(open=0, upheld=0, found_in_record=1)
    shown = done(reviewer_flags(world.office, world.risk, name=MAILS))
    assert (shown.upheld, shown.found_in_record) == (0, 1)


def test_a_dispute_looks_like_any_other_case_at_the_desk(world: World) -> None:
    """Breaks when anything that is handed out tells that a case was audited, or that AI's answer was doubted."""
    one, two, sven = people(world)
    world.journey(MAILS, wishes=ALL)
    world.submit(MAILS, past_cases(1, name="live"))
    world.clock.pass_time(WAITS_WITHIN)
    audit = next_case(world.office, one, name=MAILS)
    world.clock.pass_time(timedelta(minutes=3))
    world.answer_as(one, MAILS, always_wrong)
    dispute = next_case(world.office, two, name=MAILS)
    assert type(audit) is type(dispute)
    same = {"use_case", "title", "body", "guideline", "form", "remarks", "information"}
    assert all(getattr(audit, name) == getattr(dispute, name) for name in same)
    assert isinstance(next_second_look(world.office, sven, name=MAILS), NothingWaits)


def test_a_dispute_that_nobody_answers_in_time_is_lost(world: World) -> None:
    one, two, _ = people(world)
    world.journey(MAILS, wishes=ALL)
    world.submit(MAILS, past_cases(1, name="live"))
    world.answer_as(one, MAILS, always_wrong)
    world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
    world.answer_as(two, MAILS)
    assert outcomes(world) == [Overdue()]


def test_where_nobody_else_is_here_a_disagreement_counts_at_once(world: World) -> None:
    """The conservative way: what nobody can check speaks against AI, and the audits drawn after it do not wait for days."""
    world.journey(MAILS, wishes=ALL)
    world.submit(MAILS, past_cases(1, name="live"))
    for person in (world.owner, world.other_owner):
        with world.office.book.write() as tx:
            rows_of_people.set_roles(tx, person.id, frozenset({Role.AUDITOR}), person.name)
    world.answer_as(world.reviewer, MAILS, always_wrong)
    assert (outcomes(world), open_kinds(world)) == ([Disagreed()], [])


def test_the_watch_waits_for_the_second_person_in_the_order_of_drawing(world: World) -> None:
    one, two, _ = people(world)
    world.journey(MAILS, wishes=ALL)
    rows = past_cases(3, name="live")
    world.submit(MAILS, rows)
    first = str(rows[0].body.content)
    world.answer_as(one, MAILS, lambda body: always_wrong(body) if str(body.content) == first else truth_of(body))
    with world.office.book.read() as tx:
        found = world.mandate(MAILS)
        assert found is not None
        assert [row.fed for row in audits.every(tx, found.id)] == [False] * 3  # type: ignore[union-attr]
    world.answer_as(two, MAILS)
    with world.office.book.read() as tx:
        assert [row.fed for row in audits.every(tx, found.id)] == [True] * 3  # type: ignore[union-attr]
    assert ReviewKind.DISPUTE.value not in open_kinds(world)
