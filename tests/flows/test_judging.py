"""A judge beside people: what it may be asked about, what it is worth, and that nothing which counts ever takes its word."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from licet.core.answer import Answer, Choice
from licet.core.case import Content, TextContent
from licet.core.history import Shares
from licet.core.judged import Agreed, Drift
from licet.core.refusal import Refused, Unknown
from licet.flows.evaluate import Request
from licet.flows.judge_estimate import JudgeEstimate, judge_estimate
from licet.flows.open_sealed import open_sealed
from licet.pretend import ScriptedJudge
from licet.stats.judge import Estimate
from licet.store import looks, tables, use_cases
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, code, of_word

ROWS = past_cases(400, wrong=80, unlabelled=280)
HALF = Shares(build=0, calibration=50, sealed=50)


def number(content: Content) -> int:
    """Which of `ROWS` a case is."""
    assert isinstance(content, TextContent)
    return int(content.text.split(":")[0].split()[1])


def mostly_right(content: Content, answer: Answer) -> float:
    """A judge that knows what is right, but for every ninth case."""
    k = number(content)
    right = answer == Choice(value="yes" if k % 2 else "no")
    return 0.9 if right is (k % 9 != 0) else 0.2


def tried(world: World) -> JudgeEstimate | Refused:
    return judge_estimate(world.office, world.builder, Request(name=MAILS, on_disk=world.standards[MAILS]))


def spoil_sealed_labels(world: World) -> None:
    """From here on whoever reads a sealed label fails."""
    with world.office.book.write() as tx:
        tx.run(update(tables.case).where(tables.case.c.part == "sealed").values(truth=b"not to be read"))


NOBODY = "there is no case of which both judge and people spoke"


def holds_against_people(found: JudgeEstimate, asked: set[int]) -> None:
    """Holds what is said of `mostly_right` against what these cases hold: 280 and on are labelled, a fifth of the answers is wrong."""
    weighed, agreed, estimate = found.weighed, found.weighed.agreed, found.weighed.estimate
    labelled = {k for k in asked if k >= 280}
    assert 150 < weighed.cases == len(asked) < 250
    assert weighed.labelled == len(labelled) < weighed.cases
    assert isinstance(agreed, Agreed)
    assert agreed.same.hits == sum(k % 9 != 0 for k in labelled)
    assert isinstance(estimate, Estimate)
    assert estimate.low < 0.2 < estimate.high
    assert estimate.worth > 1.3
    assert agreed.worth > 1.5


def test_a_judge_is_held_against_people_and_narrows_the_estimate_without_touching_anything_that_counts(tmp_path: Path) -> None:
    """Breaks when a sealed label is read, a gate's requirement moves, or the strata are made from labels."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(tried(world)) == "judge_missing"
        judge = world.judges.there[MAILS] = ScriptedJudge(opines=mostly_right)
        assert code(tried(world)) == "no_history"
        world.import_cases(MAILS, ROWS, shares=HALF)
        spoil_sealed_labels(world)
        gates = world.gate(MAILS).requirements
        found = done(tried(world))
        holds_against_people(found, {number(content) for content, _ in judge.asked})
        (kept,) = of_word(world, "judge.estimated")
        assert kept.facts["strata"] == [[one.cases, one.labelled, one.errors] for one in found.weighed.strata]
        assert (kept.facts["judge"], kept.facts["cases"]) == (judge.card.digest, found.weighed.cases)
        assert world.gate(MAILS).requirements == gates
        with world.office.book.read() as tx:
            assert looks.looks_of(tx, use_cases.require(tx, MAILS)) == []
        judge.version = "2"
        assert done(tried(world)).judge.digest != kept.facts["judge"]
        world.judges.there[MAILS] = ScriptedJudge(opines=lambda _c, _a: Unknown(why="broken"))
        failing = done(tried(world))
        assert (failing.weighed.failed, failing.weighed.agreed) == (found.weighed.cases, Unknown(why=NOBODY))
        assert isinstance(failing.weighed.estimate, Estimate)
        assert failing.weighed.estimate.worth == 1.0
        assert "says nothing" in failing.warnings[0]


def test_opened_cases_are_judged_too_and_a_judge_that_changed_over_time_is_found_out(tmp_path: Path) -> None:
    """Breaks when opened labels are not read, an erased or unanswered case is counted, or drift is not said."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        rows = [replace(one, posted=None) if k < 3 else one for k, one in enumerate(past_cases(300, wrong=9))]
        judge = world.judges.there[MAILS] = ScriptedJudge(opines=lambda content, _: float(number(content) < 200))
        world.import_cases(MAILS, rows, shares=Shares(build=0, calibration=30, sealed=70))
        world.sign(MAILS)
        world.evaluate(MAILS)
        before = done(tried(world))
        done(open_sealed(world.office, world.owner, name=MAILS))
        judge.asked.clear()
        after = done(tried(world))
        assert before.weighed.cases < 120
        assert (after.weighed.cases, after.unanswered, len(judge.asked)) == (297, 3, 297)
        assert after.weighed.labelled == 297
        drift = after.weighed.drift
        assert isinstance(drift, Drift)
        assert drift.differs
        assert any("agrees otherwise than before" in one for one in after.warnings)
