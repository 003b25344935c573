"""Comparing two versions on the same cases: fixed before outputs, answered blind where they differ, judged once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.change import ChangeRule
from licet.core.cluster import Clusters
from licet.core.comparison import AnyComparison, Judged, Labelling, Source
from licet.core.people import Role
from licet.core.refusal import Refused, Unknown
from licet.flows.adjudicate import Line
from licet.flows.bound_changes import use_envelope
from licet.flows.compare import Wish, ask_both, plan_comparison
from licet.flows.erase import erase_case
from licet.flows.import_history import undo_import
from licet.flows.label_differences import hand_out_differences, take_in_differences
from licet.flows.see_comparisons import cases_to_compare, see_comparisons
from licet.testing import World, done, past_cases, says_like, truth_of
from tests.flows.comparing import BUILD, CHANGE, NEW, OLD, planned, said, wish
from tests.flows.examples import MAILS, code
from tests.flows.test_change_envelope import another, bounded


def ask(world: World) -> AnyComparison:
    """Both versions are asked."""
    made = ask_both(world.office, world.operator, name=MAILS)
    assert not isinstance(made, Refused), made
    return made


def sheet(world: World) -> list[Line]:
    """The reviewer's worksheet."""
    return done(hand_out_differences(world.office, world.reviewer, name=MAILS))


def answer(world: World, lines: Sequence[Line]) -> AnyComparison:
    """The reviewer answers as it is."""
    answers: dict[str, Answer] = {line.token: truth_of(line.body) for line in lines}
    made = take_in_differences(world.office, world.reviewer, name=MAILS, answers=answers)
    assert not isinstance(made, Refused), made
    return made


BOTH, OLD_ONLY, NEW_ONLY = {0, 1, 2}, set(range(3, 24)), {100, 101}


def test_only_where_versions_differ_people_answer_and_no_output_reaches_them(tmp_path: Path) -> None:
    """Breaks when a line, the ledger or what is shown before the verdict holds an output, or part of the answers gives a verdict."""
    with World(tmp_path) as world:
        planned(world, old=BOTH | OLD_ONLY, new=BOTH | NEW_ONLY)
        there = ask(world)
        assert isinstance(there, Labelling)
        assert (there.differing, there.open) == (26, 26)
        lines = sheet(world)
        assert {field for line in lines for field in line.__slots__} == {"token", "body"}
        assert [line.token for line in lines] == sorted(line.token for line in lines)
        assert "OUTPUT" not in repr((lines, see_comparisons(world.office, world.owner, name=MAILS)))
        first = answer(world, lines[:20])
        assert isinstance(first, Labelling)
        assert (first.open, len(sheet(world))) == (6, 6)
        unknown: dict[str, Answer] = {"t_none": Choice(value="yes")}
        assert code(take_in_differences(world.office, world.reviewer, name=MAILS, answers=unknown)) == "not_on_worksheet"
        judged = answer(world, lines)
        assert ask(world) == judged
        assert "OUTPUT" not in repr(world.entries())
        words = [word for word in world.words() if word.startswith("comparison.")]
        assert words == [f"comparison.{one}" for one in ("planned", "asked", "exported", "labelled", "exported", "labelled", "judged")]
        assert "evaluation.planned" not in world.words()


def test_a_judged_comparison_says_where_it_became_better_and_what_became_worse_and_is_not_had_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        planned(world, old=BOTH | OLD_ONLY, new=BOTH | NEW_ONLY)
        ask(world)
        judged = answer(world, sheet(world))
        assert isinstance(judged, Judged)
        found = judged.found
        assert (found.word, found.n, found.gained, found.lost, found.better) == ("met", 200, 21, 2, True)
        assert not isinstance(found.slices, Unknown)
        assert {one.name: one.standing.value for one in found.slices} == {"truth=no": "better", "truth=yes": "better"}
        (seen,) = see_comparisons(world.office, world.owner, name=MAILS)
        worse = [(one.name, one.old, one.new) for one in seen.regressions]
        assert worse == [("fresh-100", "no", "NEW-OUTPUT"), ("fresh-101", "yes", "NEW-OUTPUT")]
        assert see_comparisons(world.office, world.reviewer, name=MAILS)[0].regressions == ()
        assert code(plan_comparison(world.office, world.operator, wish(200))) == "attempts_used_up"
        assert undo_import(world.office, world.operator, name=MAILS) == 0
        assert code(undo_import(world.office, world.operator, name=MAILS)) == "too_late_to_undo"
        needed = done(cases_to_compare(world.office, name=MAILS, on_disk=CHANGE, differing=None))
        assert (needed.seen, needed.differing) == (200, 0.13)
        assert needed.cases == pytest.approx(6.5 * 0.13 / 0.05**2, abs=1)


def test_who_built_fed_or_evaluated_never_answers_and_an_erased_difference_is_lost(tmp_path: Path) -> None:
    """Breaks when erasing a case helps a version, or when a hand in the systems judges them."""
    with World(tmp_path) as world:
        planned(world, old={0, 1}, new={2, 3})
        asking = world.person("eva", Role.OWNER, Role.REVIEWER)
        done(ask_both(world.office, asking, name=MAILS))
        built = world.person("bea", Role.BUILDER, Role.REVIEWER)
        for person in (asking, built):
            assert code(hand_out_differences(world.office, person, name=MAILS)) == "adjudicator_not_independent"
            assert code(take_in_differences(world.office, person, name=MAILS, answers={})) == "adjudicator_not_independent"
        assert code(hand_out_differences(world.office, world.operator, name=MAILS)) == "person_needed"
        done(erase_case(world.office, world.owner, name=MAILS, case="fresh-0"))
        lines = sheet(world)
        assert len(lines) == 3
        judged = answer(world, lines)
        assert isinstance(judged, Judged)
        assert (judged.found.gained, judged.found.lost, judged.found.erased, judged.found.better) == (1, 3, 1, False)


def test_versions_that_say_the_same_are_judged_without_an_answer_and_clusters_leave_few_groups_undecided(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        grouped = replace(CHANGE, clusters=Clusters(attribute="truth", largest=200), attempts=(0.5, 0.5))
        planned(world, old={0, 1}, new={0, 1}, standard=grouped)
        first = ask(world)
        assert isinstance(first, Labelling)  # they slip in other words
        judged = answer(world, sheet(world))
        assert isinstance(judged, Judged)
        assert (judged.found.word, judged.found.n, judged.found.gained, judged.found.lost, judged.found.clusters) == (
            "undecided",
            200,
            0,
            0,
            2,
        )
        assert isinstance(judged.found.better, Unknown)
        assert code(plan_comparison(world.office, world.operator, wish(1, grouped))) == "not_enough_cases"
        for card in (NEW, OLD):
            world.import_cases(MAILS, said(past_cases(40, name="spoken"), set()), card=card, shares=BUILD)
        assert code(plan_comparison(world.office, world.operator, wish(1, grouped))) == "not_enough_cases"
        rows = said(past_cases(40, name="later"), set())
        world.import_cases(MAILS, rows, card=OLD, shares=BUILD)
        again = done(plan_comparison(world.office, world.operator, wish(40, grouped)))
        assert again.plan.attempt == 2
        assert again.plan.delta == pytest.approx(0.025)
        world.import_cases(MAILS, rows, card=NEW, shares=BUILD)
        same = ask(world)
        assert isinstance(same, Judged)
        assert (same.differing, same.found.gained, same.found.lost) == (0, 0, 0)


def test_an_envelope_takes_a_comparison_that_is_met_where_the_standard_has_a_margin(tmp_path: Path) -> None:
    """A running version is compared on live cases, by what it said while it ran; who answered them is not asked again."""
    with World(tmp_path) as world:
        bounded(world, change=ChangeRule(margin=0.1))
        live = past_cases(140, name="live")
        past = past_cases(400, name=MAILS)
        world.systems.there[MAILS].says = says_like([*past, *said(live, {0, 1})])
        world.submit(MAILS, live, card=None)
        world.answer(MAILS)
        another(world)
        assert code(use_envelope(world.office, world.builder, name=MAILS)) == "outside_envelope"
        ours = Wish(name=MAILS, on_disk=world.standards[MAILS], source=Source.LIVE, cases=120)
        assert code(plan_comparison(world.office, world.operator, replace(ours, cases=150))) == "not_enough_cases"
        plan = done(plan_comparison(world.office, world.operator, ours)).plan
        assert (len(plan.cases), plan.came_before) == (120, 120)
        world.systems.there[MAILS].says = says_like([*past, *said(live, {60, 61})])
        assert isinstance(ask(world), Labelling)
        assert "60: is it so?" not in repr(sheet(world))
        fresh = world.person("fay", Role.REVIEWER)
        lines = done(hand_out_differences(world.office, fresh, name=MAILS))
        answers: dict[str, Answer] = {line.token: truth_of(line.body) for line in lines}
        judged = done(take_in_differences(world.office, fresh, name=MAILS, answers=answers))
        assert isinstance(judged, Judged)
        assert judged.found.word == "met"
        done(use_envelope(world.office, world.builder, name=MAILS))
