"""Looks at sealed cases: after two signatures, counted, paid for, and not to be had again by another door."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import licet
from licet.core.answer import AnswerKind
from licet.core.history import Shares
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Role
from licet.core.standard import DeclaredLook, Method, NotAStandardError
from licet.flows.erase import erase_case
from licet.flows.evaluate import Request, evaluate
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.register import new_use_case
from licet.flows.set_standard import countersign_standard, lock_standard, revise_standard
from licet.pretend import ScriptedSystem
from licet.testing import POSTED, World, done, past_cases, promise, says_like, vendor
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, code, of_word, renamed, sealed_set

TWO_ATTEMPTS = replace(promise(), attempts=(0.5, 0.5))


def scripted(world: World, count: int = 150, *, wrong: int = 0, standard: object = None) -> None:
    """A use case with a callable system, history and signatures."""
    world.use_case(MAILS, standard if isinstance(standard, type(TWO_ATTEMPTS)) else None)
    rows = past_cases(count, wrong=wrong)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
    world.import_cases(MAILS, rows, card=None)
    world.sign(MAILS)


def test_no_sealed_answer_is_read_before_two_people_signed(tmp_path: Path) -> None:
    """Breaks when evaluation takes a draft, or a standard with one signature only."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        assert code(world.try_evaluate(MAILS)) == "standard_not_locked"
        done(lock_standard(world.office, world.owner, name=MAILS, draft=world.standards[MAILS]))
        assert code(world.try_evaluate(MAILS)) == "standard_not_locked"
        assert "evaluation.planned" not in world.words()
        done(countersign_standard(world.office, world.risk, name=MAILS))
        assert world.evaluate(MAILS).stored.word == "met"
        words = [word for word in world.words() if word.startswith(("standard.", "evaluation."))]
        assert words == ["standard.locked", "standard.countersigned", "evaluation.planned", "evaluation.judged"]


def test_the_plan_is_in_the_ledger_before_the_first_answer_is_read(tmp_path: Path) -> None:
    """Breaks when planning and reading share a transaction: a process killed while it reads leaves the plan behind."""
    with World(tmp_path) as world:
        scripted(world)
        plain = world.office
        for at, _ in ((1, "the run is begun"), (2, "the run is ended"), (1, "the plan is written")):
            world.office = breaks(world, at=at, after_commit=True)
            with pytest.raises(KilledError):
                world.evaluate(MAILS)
        world.office = plain
        assert [word for word in world.words() if word.startswith("evaluation.")] == ["evaluation.planned"]
        assert not sealed_set(world).looks
        world.evaluate(MAILS)
        assert [word for word in world.words() if word.startswith("evaluation.")] == ["evaluation.planned"] * 2 + ["evaluation.judged"]
        assert len(sealed_set(world).looks) == 1


def test_sealed_answers_are_read_at_five_places_only() -> None:
    """Breaks when any other code goes through the one door to sealed answers; labelling reads those of a pilot, which is open."""
    root = Path(licet.__file__).parent
    code = {str(path.relative_to(root)): ast.parse(path.read_text("utf-8")) for path in root.rglob("*.py")}
    doors = {path for path, one in code.items() if opens_the_door(one)}
    assert doors == {"flows/adjudicate.py", "flows/label.py", "flows/sealed_answers.py"}
    beyond = {path for path, one in code.items() if opens_the_door(one, "right_answers")}
    assert beyond == {"flows/evaluate.py", "flows/open_sealed.py", "flows/own_grades.py"}
    assert opens_the_door(ast.parse("from licet.store import looks as l\nl.sealed_answers(tx, use_case, proof)"))
    assert opens_the_door(ast.parse("from licet.store.looks import sealed_answers as x"))


def opens_the_door(code: ast.Module, door: str = "sealed_answers") -> bool:
    """Whether a module calls the door, under whatever name it has the door's module, or imports the function."""
    return any(
        (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == door)
        or (isinstance(node, ast.ImportFrom) and any(name.name == door for name in node.names))
        for node in ast.walk(code)
    )


def test_an_edited_standard_and_a_revised_one_are_not_the_signed_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        world.standards[MAILS] = promise(0.06)
        assert code(world.try_evaluate(MAILS)) == "standard_edited"
        done(revise_standard(world.office, world.owner, name=MAILS))
        assert code(world.try_evaluate(MAILS)) == "standard_not_locked"


def test_a_standard_that_cannot_be_kept_is_not_locked(tmp_path: Path) -> None:
    """Breaks when shares that sum to two can be locked by going past the folder."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        only_missed = Measure(name="missed", kind=MeasureKind.MISSED_HIGH_STAKES, target=0.05, confidence=0.95)
        for draft in (
            replace(promise(), attempts=(1.0, 1.0)),
            replace(promise(), measures=(only_missed,), high_stakes=frozenset({"yes"})),
        ):
            with pytest.raises(NotAStandardError):
                lock_standard(world.office, world.owner, name=MAILS, draft=draft)


def test_evaluating_again_without_a_change_spends_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        first, again = world.evaluate(MAILS), world.evaluate(MAILS)
        assert (first.fresh, again.fresh) == (True, False)
        assert first.stored == again.stored
        assert len(of_word(world, "evaluation.planned")) == len(of_word(world, "evaluation.judged")) == len(sealed_set(world).looks) == 1


def test_a_changed_system_is_the_next_attempt_or_is_refused(tmp_path: Path) -> None:
    with World(tmp_path / "one") as world:
        scripted(world)
        world.evaluate(MAILS)
        world.systems.there[MAILS].version = "2"
        assert code(world.try_evaluate(MAILS)) == "attempts_used_up"
    with World(tmp_path / "two") as world:
        scripted(world, 400, standard=TWO_ATTEMPTS)
        first = world.evaluate(MAILS).stored.look
        world.systems.there[MAILS].version = "2"
        second = world.evaluate(MAILS).stored.look
        assert first.share == 0.5
        assert second.share == pytest.approx(0.5 / first.outputs)
        assert [event.facts["share"] for event in of_word(world, "evaluation.planned")] == [first.share, second.share]
        world.systems.there[MAILS].version = "3"
        assert code(world.try_evaluate(MAILS)) == "attempts_used_up"


def test_a_revised_standard_brings_no_new_chance_on_the_same_cases(tmp_path: Path) -> None:
    """Breaks when each version of a standard has attempts of its own."""
    with World(tmp_path) as world:
        scripted(world)
        world.evaluate(MAILS)
        done(revise_standard(world.office, world.owner, name=MAILS))
        world.standards[MAILS] = replace(promise(), attempts=(0.01, 0.99))
        world.sign(MAILS)
        assert code(world.try_evaluate(MAILS)) == "attempts_used_up"


def test_opened_cases_certify_nothing_that_changed_since_until_fresh_ones_come(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world, standard=TWO_ATTEMPTS)
        before = world.evaluate(MAILS)
        assert figures(world.office, name=MAILS, look=before.stored.look.id) is None
        done(open_sealed(world.office, world.owner, name=MAILS))
        assert figures(world.office, name=MAILS, look=before.stored.look.id) is not None
        assert world.evaluate(MAILS).stored == before.stored
        world.systems.there[MAILS].version = "2"
        assert code(world.try_evaluate(MAILS)) == "sealed_cases_opened"
        fresh = past_cases(400, name="fresh")
        world.systems.there[MAILS].says = says_like(fresh)
        world.import_cases(MAILS, fresh, card=None)
        after = world.evaluate(MAILS)
        assert (after.stored.look.number, after.stored.look.share) == (1, 0.5)
        assert after.stored.look.sealed_set != before.stored.look.sealed_set


def test_nobody_but_the_owner_opens_and_nothing_is_opened_before_a_verdict(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        assert code(open_sealed(world.office, world.owner, name=MAILS)) == "no_sealed_cases"
        world.evaluate(MAILS)
        for actor in (world.builder, world.risk, world.other_owner, world.operator, world.reviewer):
            assert code(open_sealed(world.office, actor, name=MAILS)) in {"not_permitted", "not_the_owner", "person_needed"}


def test_the_same_cases_under_other_names_are_no_fresh_cases(tmp_path: Path) -> None:
    """Breaks when importing one file again, with another column as its id, makes a set with a budget of its own."""
    with World(tmp_path) as world:
        scripted(world)
        world.evaluate(MAILS)
        world.systems.there[MAILS].version = "2"
        world.import_cases(MAILS, renamed(past_cases(150), "again"), card=None)
        assert sealed_set(world).cases == 150
        assert code(world.try_evaluate(MAILS)) == "attempts_used_up"


def test_a_copy_of_the_use_case_has_no_budget_of_its_own(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        world.evaluate(MAILS)
        copy_of(world, "copy")
        assert code(world.try_evaluate("copy")) == "attempts_used_up"


def copy_of(world: World, name: str) -> None:
    """Another use case on the same cases."""
    world.use_case(name)
    world.systems.there[name] = ScriptedSystem(says=says_like(past_cases(150)), version="other")
    world.import_cases(name, past_cases(150), card=None)
    world.sign(name)


def test_cases_opened_in_a_copy_are_open_here(tmp_path: Path) -> None:
    """Breaks when somebody may look at all sealed answers through a second use case and come back to the first."""
    with World(tmp_path) as world:
        scripted(world)
        copy_of(world, "copy")
        world.evaluate("copy")
        done(open_sealed(world.office, world.owner, name="copy"))
        assert code(world.try_evaluate(MAILS)) == "sealed_cases_opened"


def test_declared_looks_come_at_their_numbers_and_no_sooner(tmp_path: Path) -> None:
    looks = (DeclaredLook(labels=100, share=0.5), DeclaredLook(labels=300, share=0.5))
    with World(tmp_path) as world:
        scripted(world, standard=replace(promise(), looks=looks))
        assert (world.evaluate(MAILS).stored.look.labels, sealed_set(world).looks[0].share) == (100, 0.5)
        assert code(world.try_evaluate(MAILS)) == "not_labelled_enough"
        more = past_cases(200, name="more")
        world.systems.there[MAILS].says = says_like([*past_cases(150), *more])
        world.import_cases(MAILS, more, card=None)
        assert world.evaluate(MAILS).stored.look.labels == 300
        assert len(sealed_set(world).looks) == 2


def test_anytime_looks_follow_every_label_and_stop_at_the_first_case_without_one(tmp_path: Path) -> None:
    rows = past_cases(300, unlabelled=300)
    labelled = past_cases(300)
    with World(tmp_path) as world:
        world.use_case(MAILS, replace(promise(), method=Method.ANYTIME))
        world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
        world.import_cases(MAILS, rows, card=None)
        world.sign(MAILS)
        words = [world.evaluate(MAILS).stored.word]
        for done_so_far in (100, 200, 300):
            report = world.import_cases(MAILS, labelled[:done_so_far], card=None)
            assert report.labelled == 100
            words.append(world.evaluate(MAILS).stored.word)
        assert words[0] == "undecided"
        assert words[-1] == "met"
        assert [look.labels for look in sealed_set(world).looks][-1] == 300
        assert len({look.thresholds for look in sealed_set(world).looks}) == 1
        assert sum(int(str(event.facts["cases"])) for event in of_word(world, "history.labelled")) == 300


def test_erasing_a_sealed_case_never_helps_and_never_stops_the_count(tmp_path: Path) -> None:
    """Breaks when an erased error leaves its place in the order, or when everything after it counts as unlabelled."""
    for method in Method:
        with World(tmp_path / method.value) as world:
            scripted(world, 400, standard=replace(promise(), method=method))
            done(erase_case(world.office, world.owner, name=MAILS, case="past-3"))
            found = world.evaluate(MAILS)
            assert (found.sealed.labelled, found.stored.look.labels) == (400, 400)
            assert found.stored.word == "met"
    with World(tmp_path / "many") as world:
        scripted(world, 200)
        for k in range(30):
            done(erase_case(world.office, world.owner, name=MAILS, case=f"past-{k}"))
        assert world.evaluate(MAILS).stored.word == "not_met"


def test_unanswered_cases_count_as_errors(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(200, unlabelled=40))
        world.sign(MAILS)
        assert world.evaluate(MAILS).stored.word == "not_met"


def test_a_posted_system_that_comes_later_is_an_attempt_on_the_same_cases(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS, TWO_ATTEMPTS)
        world.import_cases(MAILS, past_cases(400), card=POSTED)
        world.sign(MAILS)
        world.evaluate(MAILS)
        assert world.import_cases(MAILS, past_cases(400), card=vendor("2")).skipped == 400
        second = world.evaluate(MAILS, posted_as="vendor@2").stored
        assert (second.look.number, second.fingerprint) == (2, vendor("2").fingerprint)
        assert second.word == "met"


def test_cases_that_come_in_between_planning_and_judging_refuse_the_evaluation(tmp_path: Path) -> None:
    """Breaks when a system speaks about one set of cases and is judged on another."""
    with World(tmp_path) as world:
        scripted(world)
        system = world.systems.there[MAILS]
        plain = system.says
        imported: list[bool] = []

        def meddles(content: object) -> object:
            if not imported:
                imported.append(True)
                world.import_cases(MAILS, past_cases(50, name="late"), card=None)
            return plain(content)  # type: ignore[arg-type] # the content it was given

        system.says = meddles  # type: ignore[assignment] # a script with a side effect
        found = evaluate(world.office, world.operator, Request(name=MAILS, on_disk=world.standards[MAILS]))
        assert code(found) == "sealed_cases_opened"
        assert not sealed_set(world).looks
        assert world.evaluate(MAILS).stored.look.labels == 200


def test_a_guard_is_fitted_to_the_past_cases_a_mandate_will_use(tmp_path: Path) -> None:
    """Breaks when one system's familiarity, computed on older past cases, is judged beside a newer guard."""
    rows, half = past_cases(300), Shares(build=30, calibration=20, sealed=50)
    with World(tmp_path) as world:
        world.use_case(MAILS, replace(promise(0.2), attempts=(0.3, 0.3, 0.4)))
        world.systems.there[MAILS] = ScriptedSystem(says=says_like([*rows, *past_cases(100, name="more")]))
        world.import_cases(MAILS, rows, card=None, shares=half)
        world.sign(MAILS)
        first = world.evaluate(MAILS)
        world.systems.there[MAILS].version = "2"
        world.import_cases(MAILS, past_cases(100, name="more"), card=None, shares=Shares(build=100, calibration=0, sealed=0))
        second = world.evaluate(MAILS)
        world.systems.there[MAILS].version = "1"
        third = world.evaluate(MAILS)
        assert third.speaker.refitted
        guardians = [event.facts["guardian"] for event in of_word(world, "evaluation.planned")]
        assert guardians[1] == guardians[2] != guardians[0]
        assert first.stored.look.number < second.stored.look.number < third.stored.look.number


def test_roles_of_one_person_do_not_add_up(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        done(new_use_case(world.office, world.operator, name=MAILS, title="M", kind=AnswerKind.CHOICE))
        both = world.person("olga", Role.OWNER, Role.RISK)
        done(lock_standard(world.office, both, name=MAILS, draft=promise()))
        assert code(countersign_standard(world.office, both, name=MAILS)) == "same_person"


def test_fresh_cases_begin_a_set_of_their_own_where_the_importer_asks_for_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS, replace(promise(), method=Method.ANYTIME))
        world.import_cases(MAILS, past_cases(100))
        world.sign(MAILS)
        first = world.evaluate(MAILS)
        world.import_cases(MAILS, past_cases(100, name="more"))
        joined = world.evaluate(MAILS)
        world.import_cases(MAILS, past_cases(100, name="fresh"), fresh=True)
        fresh = world.evaluate(MAILS)
    assert (first.sealed.cases, joined.sealed.cases, fresh.sealed.cases) == (100, 200, 100)
    assert fresh.sealed.id != joined.sealed.id
    assert [look.number for look in fresh.sealed.looks] == [1]


def test_cases_without_an_attribute_the_standard_asks_about_are_not_certified_and_the_warning_says_how_to_bring_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world, standard=replace(promise(), never_alone_attributes={"segment": frozenset({"vip"})}))
        found = world.evaluate(MAILS)
        assert found.stored.word == "undecided"
        assert any("--attributes segment" in warning for warning in found.warnings)
