"""Own graders: a Python function of the folder grades, and one that fails, changes or says now this and now that never helps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.audit import Disagreed
from licet.core.case import Content
from licet.core.history import PastCase, PostedProposal, Shares
from licet.core.ids import UseCaseSlug
from licet.core.own_grader import Grade, Grader, OwnGrader
from licet.core.people import Role
from licet.core.refusal import Unknown
from licet.core.standard import Method, Standard
from licet.core.system import Proposal, Proposed
from licet.core.ungraded import UNGRADED
from licet.edge.graders import FolderGraders
from licet.flows.evaluate import Evaluated, Request
from licet.flows.explore import Explored, explore
from licet.flows.grant import Wishes
from licet.flows.set_standard import revise_standard
from licet.pretend import ScriptedSystem
from licet.store import audits
from licet.testing import World, done, past_cases, promise
from tests.flows.breakable import BreakableBook, KilledError
from tests.flows.examples import MAILS, always_wrong, code, of_word

CASES = 400
MILD = "def grade(given, right):\n    return 0.05\n"
HARD = "def grade(given, right):\n    return 1\n"
CRASHES = "def grade(given, right):\n    return {'yes': 0.05, 'no': 0.05}[right]\n"


@dataclass(slots=True, kw_only=True)
class Watched:
    """Graders of folders, of which is kept what they were asked (the ports `Graders` and `Grader`)."""

    inner: FolderGraders
    asked: list[tuple[Answer, Answer]] = field(default_factory=list)
    found: Grader | None = None

    def load(self, slug: UseCaseSlug, wanted: OwnGrader) -> Grader | Unknown:
        there = self.inner.load(slug, wanted)
        if isinstance(there, Unknown):
            return there
        self.found = there
        return self

    def grades(self, pairs: Sequence[tuple[Answer, Answer]]) -> Sequence[Grade]:
        assert self.found is not None
        self.asked += pairs
        return self.found.grades(pairs)


def graded_by(world: World, text: str) -> Standard:
    """The standard of the folder once its grader has this code."""
    folder = world.folder / "use_cases" / MAILS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grader.py").write_text(text, "utf-8")
    grading = OwnGrader(code=sha256(text.encode()).hexdigest())
    world.standards[MAILS] = replace(promise(), grading=grading, method=Method.ANYTIME, attempts=(0.5, 0.5))
    return world.standards[MAILS]


def begun(world: World, text: str, history: list[PastCase], **how: object) -> Watched:
    """The use case with its grader and its sealed cases; its standard is signed."""
    watched = Watched(inner=FolderGraders(root=world.folder / "use_cases"))
    world.office = replace(world.office, graders=watched)
    world.use_case(MAILS, graded_by(world, text))
    world.import_cases(MAILS, history, **how)
    world.sign(MAILS)
    return watched


def judged(found: object) -> str:
    assert isinstance(found, Evaluated), found
    return found.stored.word


def odd(history: list[PastCase]) -> list[PastCase]:
    """The same cases, of which one has another right answer than any other."""
    return [replace(history[0], answer=Choice(value="perhaps")), *history[1:]]


def test_a_function_of_the_folder_grades_verdicts_audits_and_the_watch(tmp_path: Path) -> None:
    history = past_cases(CASES, wrong=CASES // 10)
    with World(tmp_path / "hard") as world:
        begun(world, HARD, history)
        assert judged(world.try_evaluate(MAILS)) != "met"
    with World(tmp_path / "mild") as world:
        begun(world, MILD, history)
        assert judged(world.try_evaluate(MAILS)) == "met"
        mandate = world.earn(MAILS, Wishes(audit_rate=1.0))
        world.submit(MAILS, past_cases(3, name="new"))
        world.answer(MAILS, always_wrong)
        world.answer_as(world.person("second", Role.REVIEWER), MAILS, always_wrong)
        with world.office.book.read() as tx:
            assert {row.outcome for row in audits.every(tx, mandate.id)} == {Disagreed(loss=0.05)}
        name = f"python-{sha256(MILD.encode()).hexdigest()[:12]}"
        assert name in str(of_word(world, "case.decided")[-1].facts)
        assert name in str(of_word(world, "evaluation.planned")[-1].facts)


@pytest.mark.one_database
def test_code_that_changed_after_it_was_locked_grades_nothing_and_audits_count_what_differs_as_wrong(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, MILD, past_cases(CASES, wrong=CASES // 10))
        world.evaluate(MAILS)
        mandate = world.earn(MAILS, Wishes(audit_rate=1.0))
        graded_by(world, "def grade(given, right):\n    return 0\n")
        assert code(world.try_evaluate(MAILS)) == "standard_edited"
        world.submit(MAILS, past_cases(2, name="new"))
        world.answer(MAILS, always_wrong)
        world.answer_as(world.person("second", Role.REVIEWER), MAILS, always_wrong)
        with world.office.book.read() as tx:
            assert {row.outcome for row in audits.every(tx, mandate.id)} == {Disagreed(loss=1.0)}


@pytest.mark.one_database
def test_one_case_that_crashes_the_grader_leaves_the_evaluation_undecided_and_says_nothing_else(tmp_path: Path) -> None:
    history = past_cases(CASES)
    with World(tmp_path / "sound") as world:
        begun(world, CRASHES, history)
        assert judged(world.try_evaluate(MAILS)) == "met"
    with World(tmp_path / "crashing") as world:
        begun(world, CRASHES, odd(history))
        found = world.evaluate(MAILS)
        assert found.stored.verdict["verdict"] == "undecided"  # type: ignore[call-overload,index] # it is an object
        assert found.stored.verdict["why"] == UNGRADED  # type: ignore[call-overload,index] # it is an object
        assert "KeyError" not in str(found.stored.verdict), "a grader that fails on wrong answers would count them"
        assert [one["n"] for one in found.stored.verdict["measures"]] == [None]  # type: ignore[call-overload,index,union-attr] # an object
        assert len(found.sealed.looks) == 1, "the look is spent: that it failed says something of the answers"
        assert world.try_evaluate(MAILS) == replace(found, fresh=False), "asked again it is the same"
        assert "verdict_met" in " ".join(one.code for one in world.gate(MAILS).requirements if not one.met)


@pytest.mark.one_database
def test_a_grader_that_fails_or_changes_its_mind_on_the_systems_own_answers_is_refused_before_a_look_is_spent(tmp_path: Path) -> None:
    unsteady = "import itertools\ncount = itertools.count()\ndef grade(given, right):\n    return next(count) % 7 / 7\n"
    for name, text, why in (
        ("crashes", "def grade(given, right):\n    return 1 / 0\n", "grader.py:2 raised ZeroDivisionError."),
        ("unsteady", unsteady, "something else the second time"),
        ("broken", "def grade(given right): ...", "grader.py:1"),
        ("nothing", "grade = 1", "no plain function grade(given, right)"),
    ):
        with World(tmp_path / name) as world:
            begun(world, text, past_cases(41))
            found = world.try_evaluate(MAILS)
            assert code(found) == "grader_fails"
            assert why in str(found)
            assert of_word(world, "evaluation.planned") == []


def test_grades_that_were_kept_before_a_kill_are_not_asked_for_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        yes = PostedProposal(answer=Choice(value="yes"), confidence=0.9)
        watched = begun(world, MILD, [replace(one, posted=yes) for one in past_cases(40)])
        sound = world.office
        book = BreakableBook(world, at=3, after_commit=False)
        world.office = replace(sound, book=book)
        with pytest.raises(KilledError):
            world.evaluate(MAILS)
        assert book.writes == 3, "the plan, the grades, and the verdict that was lost"
        assert len(watched.asked) == 2
        world.office = sound
        assert judged(world.try_evaluate(MAILS)) == "undecided"
        assert len(watched.asked) == 2


def test_a_changed_grader_grades_again_and_asks_no_system_again(tmp_path: Path) -> None:
    calls: list[Content] = []

    def says(content: Content) -> Proposed:
        calls.append(content)
        return Proposal(answer=Choice(value="yes"), confidence=0.9)

    with World(tmp_path) as world:
        world.systems.there[MAILS] = ScriptedSystem(says=says)
        watched = begun(world, MILD, [replace(one, posted=None) for one in past_cases(40)], card=None)
        world.evaluate(MAILS)
        assert len(calls) == 40
        assert watched.asked == [(Choice(value="yes"), Choice(value="no"))] * 2, "each pair is graded once, and a sample twice"
        done(revise_standard(world.office, world.owner, name=MAILS))
        graded_by(world, HARD)
        world.sign(MAILS)
        assert judged(world.try_evaluate(MAILS)) == "not_met"
        assert len(calls) == 40
        assert len(watched.asked) == 4


@pytest.mark.one_database
def test_an_exploration_says_what_the_grader_failed_on_and_where(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        begun(world, CRASHES, odd(past_cases(40, wrong=40)), shares=Shares(build=0, calibration=100, sealed=0))
        found = explore(world.office, world.operator, Request(name=MAILS, on_disk=world.standards[MAILS]))
        assert isinstance(found, Explored)
        assert sorted(found.judged.loss) == [0.05] * 39 + [1.0]
        assert "failed on 1 pairs of answers, which count as wrong here: grader.py:2 raised KeyError." in " ".join(found.warnings)
