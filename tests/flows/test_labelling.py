"""Labelling with a pilot: the pilot chooses where labels are asked for, and only labels inside judge; a look stays a look."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from licet.core.case import CaseBody, TextContent
from licet.core.labelling import Progress
from licet.core.people import Person, Role
from licet.core.sealed import SealedTarget
from licet.core.standard import Method
from licet.flows.answer_labels import answer_label, labels_waiting, next_label
from licet.flows.erase import erase_case
from licet.flows.evaluate import Request
from licet.flows.grant import reinstate_mandate
from licet.flows.import_history import undo_import
from licet.flows.label import Aimed, Begun, Judged, Step, hand_out_labels, label, take_in_labels
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.respond import suspend_mandate
from licet.store import labelling, tables, use_cases
from licet.testing import World, done, past_cases, promise, truth_of, vendor
from tests.flows.examples import MAILS, code, of_word, sealed_set

ANYTIME = replace(promise(), method=Method.ANYTIME)


def begun(world: World, cases: int = 500, *, unsure: int = 150, wrong: int = 0) -> None:
    """A signed use case whose sealed cases nobody has answered; so many, the least confident ones, are answered wrongly by the system."""
    world.use_case(MAILS, ANYTIME)
    world.import_cases(MAILS, past_cases(cases, unsure=unsure, wrong=wrong, unlabelled=cases))
    world.sign(MAILS)


def step(world: World, *, cap: int = 1000) -> Step:
    """The builder's next step."""
    return done(label(world.office, world.builder, Request(name=MAILS, on_disk=world.standards[MAILS]), cap=cap)).step


def sheet(world: World, most: int = 50) -> Sequence[tuple[str, CaseBody]]:
    """The reviewer's worksheet."""
    return done(hand_out_labels(world.office, world.reviewer, name=MAILS, most=most))


def answered(world: World, lines: Sequence[tuple[str, CaseBody]]) -> int:
    """The reviewer answers all of it."""
    return done(take_in_labels(world.office, world.reviewer, name=MAILS, answers={token: truth_of(body) for token, body in lines}))


def aimed(world: World, *, cap: int = 1000) -> SealedTarget:
    """The pilot is drawn and answered, and the region fixed."""
    step(world)
    answered(world, sheet(world))
    found = step(world, cap=cap)
    assert isinstance(found, Aimed)
    return found.target


def test_a_pilot_and_labels_inside_its_region_alone_lead_to_a_mandate(tmp_path: Path) -> None:
    """Breaks when labels outside the region are asked for, when the pilot's count, or when the region is fixed after one inside."""
    with World(tmp_path) as world:
        begun(world)
        assert step(world) == step(world) == Begun(cases=100, waiting=100)
        assert sealed_set(world).cases == 400
        pilot = sheet(world)
        assert answered(world, pilot) == 100
        assert answered(world, pilot) == 0
        found = step(world)
        assert isinstance(found, Aimed)
        target = found.target
        assert 60 <= target.inner_cases < target.cases < target.of == 400
        assert 0.0 < target.predicted <= 0.025
        assert found.expected is None
        first = sheet(world)
        assert not {token for token, _ in first} & {token for token, _ in pilot}
        assert [event.facts["cases"] for event in of_word(world, "labelling.exported")] == [100, 50]
        answered(world, first)
        going = step(world)
        assert isinstance(going, Judged)
        assert going.progress is Progress.GO_ON
        answered(world, sheet(world))
        met = step(world)
        assert isinstance(met, Judged)
        assert (met.progress, met.target.labelled) == (Progress.MET, 100)
        assert met.evaluated.stored.threshold == target.threshold
        assert met.evaluated.stored.coverage == target.cases / 400
        stands_as_any_verdict(world, met)


def stands_as_any_verdict(world: World, met: Judged) -> None:
    """A verdict on a region is evaluated, granted on and opened like any other; every step of its making is in the ledger in order."""
    again = world.evaluate(MAILS)
    assert (again.fresh, again.stored, again.sealed.labelled) == (False, met.evaluated.stored, 100)
    told = [word for word in world.words() if word.startswith(("labelling.", "history.labelled", "evaluation."))]
    pilots = ["labelling.begun", "labelling.exported", "history.labelled", "labelling.targeted"]
    batch = ["labelling.exported", "history.labelled", "evaluation.planned", "evaluation.judged"]
    assert told == [*pilots, *batch, *batch]
    assert world.earn(MAILS).scope.threshold == met.target.threshold
    done(open_sealed(world.office, world.owner, name=MAILS))
    shown = figures(world.office, name=MAILS, look=again.stored.look.id)
    assert shown is not None
    assert [(one.n, one.errors) for one in shown.found.measures] == [(100, 0)]
    assert shown.found.curve == ()


def test_a_case_that_nobody_can_tell_counts_as_an_error_and_holds_up_none_behind_it(tmp_path: Path) -> None:
    """Breaks when one hard case stops labelling for good, when hard cases are left out, or when a later import makes one right."""
    with World(tmp_path) as world:
        begun(world)
        aimed(world)
        (hard, body), *others = sheet(world)
        filled = {token: truth_of(one) for token, one in others}
        assert done(take_in_labels(world.office, world.reviewer, name=MAILS, answers=filled, untold={hard})) == 50
        assert of_word(world, "history.labelled")[-1].facts["cannot_tell"] == 1
        going = step(world)
        assert isinstance(going, Judged)
        assert (going.progress, going.target.labelled) == (Progress.GO_ON, 50)
        assert hard not in {token for token, _ in sheet(world)}
        answered(world, sheet(world))
        later = step(world)
        assert isinstance(later, Judged)
        assert (later.progress, later.target.labelled) == (Progress.GO_ON, 100), "without the hard case it is met at 100"
        again = [one for one in past_cases(500, unsure=150) if one.body == body]
        world.import_cases(MAILS, again, card=None)
        with world.office.book.read() as tx:
            there = {one.token: one for one in labelling.drawn(tx, sealed_set(world).id, pilot=False)}
            row = tx.conn.execute(select(tables.case.c.labelled, tables.case.c.truth).where(tables.case.c.number == there[hard].case)).one()
        assert tuple(row) == (True, None)
        assert code(take_in_labels(world.office, world.reviewer, name=MAILS, answers={}, untold={"l_nobody"})) == "not_on_worksheet"


def test_what_was_seen_or_promised_otherwise_takes_no_pilot(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world)
        ask = Request(name=MAILS, on_disk=ANYTIME)
        assert code(hand_out_labels(world.office, world.reviewer, name=MAILS)) == "pilot_not_possible"
        assert code(label(world.office, world.reviewer, ask)) == "not_permitted"
        world.use_case("exact")
        world.import_cases("exact", past_cases(400, name="exact", unlabelled=400))
        world.sign("exact")
        assert code(label(world.office, world.builder, Request(name="exact", on_disk=promise()))) == "pilot_not_possible"
        world.evaluate(MAILS)
        assert code(label(world.office, world.builder, ask)) == "pilot_not_possible"
        assert "labelling.begun" not in world.words()


def test_a_region_counts_for_what_it_was_fixed_for_and_a_look_at_it_is_an_attempt(tmp_path: Path) -> None:
    """Breaks when another system is judged inside a region that its own pilot did not choose, or finds the chance whole again."""
    with World(tmp_path) as world:
        begun(world)
        aimed(world)
        assert code(undo_import(world.office, world.operator, name=MAILS)) == "too_late_to_undo"
        assert code(hand_out_labels(world.office, world.builder, name=MAILS)) == "not_permitted"
        stray = take_in_labels(world.office, world.reviewer, name=MAILS, answers={"l_unknown": truth_of(sheet(world)[0][1])})
        assert code(stray) == "not_on_worksheet"
        answered(world, sheet(world, most=90))
        assert world.evaluate(MAILS).stored.word == "met"
        world.import_cases(MAILS, past_cases(500, unsure=150), card=vendor("2"))
        assert code(world.try_evaluate(MAILS, posted_as="vendor@2")) == "attempts_used_up"


def test_a_wrong_system_ends_at_the_cap_and_an_erased_case_counts_against_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, 400, unsure=0, wrong=80)
        target = aimed(world, cap=30)
        assert (target.cap, target.cases) == (30, 45)
        lines = sheet(world)
        assert len(lines) == 30
        answered(world, [*lines[:20], *lines[21:]])
        held_up = step(world)
        assert isinstance(held_up, Judged)
        assert (held_up.progress, held_up.target.labelled) == (Progress.GO_ON, 20)
        body = lines[20][1].content
        assert isinstance(body, TextContent)
        done(erase_case(world.office, world.owner, name=MAILS, case=body.text.partition(":")[0].replace(" ", "-")))
        ended = step(world)
        assert isinstance(ended, Judged)
        assert (ended.progress, ended.target.labelled) == (Progress.CAP_REACHED, 30)
        assert ended.evaluated.stored.word == "undecided"
        assert sheet(world) == []


def test_a_narrower_region_gives_no_wider_mandate_back(tmp_path: Path) -> None:
    """Breaks when a verdict on a target region counts as one on all cases, because all that it judged was certified."""
    with World(tmp_path) as world:
        world.use_case(MAILS, ANYTIME)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        world.evaluate(MAILS)
        before = world.earn(MAILS)
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="looks odd"))
        world.import_cases(MAILS, past_cases(400, name="fresh", unsure=150, unlabelled=400), fresh=True)
        target = aimed(world)
        assert target.threshold > before.scope.threshold
        answered(world, sheet(world, most=target.cases))
        assert world.evaluate(MAILS).stored.threshold == target.threshold
        assert code(reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")) == "verdict_not_fresh"


def _their_labels(world: World, by: Person) -> set[str]:
    """What every door says to somebody who would label: the page's next case, its answer, and the worksheet, out and in."""
    token, body = sheet(world)[0]
    answers = {token: truth_of(body)}
    doors = (
        next_label(world.office, by, name=MAILS),
        answer_label(world.office, by, name=MAILS, token=token, answer=truth_of(body)),
        hand_out_labels(world.office, by, name=MAILS),
        take_in_labels(world.office, by, name=MAILS, answers=answers),
        take_in_labels(world.office, by, name=MAILS, answers={}, untold={token}),
    )
    return {code(one) for one in doors}


def test_who_built_fed_or_evaluated_it_labels_nothing_that_judges_it(tmp_path: Path) -> None:
    """Breaks when a builder who also reviews meets the verdict on their own system alone, by their own labels."""
    with World(tmp_path) as world:
        begun(world)
        step(world)
        builds = world.person("both", Role.BUILDER, Role.REVIEWER)
        fed, evaluates, draws = (world.person(name, Role.REVIEWER, Role.OWNER) for name in ("fred", "eva", "dora"))
        world.import_cases(MAILS, past_cases(500, unsure=150), by=fed)
        with world.office.book.write() as tx:
            use_cases.involve(tx, use_cases.require(tx, MAILS), evaluates.id, "evaluator")
        for aim in (False, True):
            if aim:
                answered(world, sheet(world))
                done(label(world.office, draws, Request(name=MAILS, on_disk=ANYTIME)))
            barred = (builds, fed, evaluates, draws) if aim else (builds, fed, evaluates)
            assert [_their_labels(world, one) for one in barred] == [{"adjudicator_not_independent"}] * len(barred), aim
            assert [labels_waiting(world.office, one) for one in barred] == [0] * len(barred)
        assert labels_waiting(world.office, world.reviewer) == 50
        assert labels_waiting(world.office, world.owner) == 50, "who locked or proposed may, as for adjudication"


def test_an_import_answers_no_case_that_people_are_asked_about(tmp_path: Path) -> None:
    """Breaks when whoever feeds a use case brings, as a file, the labels that they may not give."""
    with World(tmp_path) as world:
        begun(world)
        step(world)
        report = world.import_cases(MAILS, past_cases(500, unsure=150), card=None)
        assert (report.labelled, report.skipped) == (0, 500)
        assert "500 answers were not taken" in report.warnings[0]
        assert step(world) == Begun(cases=100, waiting=100)
        answered(world, sheet(world))
        assert isinstance(step(world), Aimed)
        assert world.import_cases(MAILS, past_cases(500, unsure=150), card=None).labelled == 0
        answered(world, sheet(world, most=90))
        world.evaluate(MAILS)
        done(open_sealed(world.office, world.owner, name=MAILS))
        assert world.import_cases(MAILS, past_cases(500, unsure=150), card=None).labelled == 310
