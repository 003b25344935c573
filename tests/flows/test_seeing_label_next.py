"""What to label next: one step, for whoever looks, that takes labelling further."""

from pathlib import Path

from licet.core.people import Person
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.see_label_next import see_label_next
from licet.testing import World, done, past_cases
from tests.flows.comparing import planned
from tests.flows.evaluating import ask_versions
from tests.flows.examples import MAILS
from tests.flows.test_labelling import answered, begun, sheet, step


def told(world: World, by: Person) -> tuple[str, str]:
    """The step: its sentence, and the page or the command that takes it."""
    found = see_label_next(world.office, by, name=MAILS, more=None)
    return ("", "") if found is None else (found.says, found.page or found.command)


def test_each_step_of_labelling_names_the_next_one_to_whoever_takes_it(tmp_path: Path) -> None:
    """Breaks when a builder is sent to answer, a reviewer to a command, or a step is left out."""
    with World(tmp_path) as world:
        begun(world)
        says, where = told(world, world.builder)
        assert (says, where) == ("A pilot of 100 of the 500 sealed cases shows where labels are worth most.", f"licet label {MAILS}")
        step(world)
        assert told(world, world.reviewer) == ("100 cases wait for your answer, blind.", f"/labels/{MAILS}")
        assert told(world, world.builder) == ("100 cases wait for answers of others, who find them on the page Labels.", "/labels")
        answered(world, sheet(world))
        assert told(world, world.reviewer)[1] == f"licet label {MAILS}"
        assert "region in which labels prove most can be fixed" in told(world, world.builder)[0]
        step(world)
        assert told(world, world.builder) == ("50 cases wait for answers of others, who find them on the page Labels.", "/labels")
        answered(world, sheet(world))
        assert "50 labels inside the region came since the last look" in told(world, world.builder)[0]
        assert told(world, world.reviewer)[1] == f"/labels/{MAILS}", "whoever may answer goes on, whether somebody looked or not"
        step(world)
        assert told(world, world.builder)[1] == "/labels"
        answered(world, sheet(world))
        step(world)
        assert (sheet(world), told(world, world.builder), told(world, world.reviewer)) == ([], ("", ""), ("", "")), "it is proven"


def test_a_comparison_that_waits_is_said_like_any_other(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        planned(world, old={0, 1}, new={2})
        assert told(world, world.reviewer) == ("", "")
        ask_versions(world)
        assert told(world, world.reviewer) == ("3 cases wait for your answer, blind.", f"/labels/{MAILS}")


def test_where_cases_are_open_it_says_what_more_would_unlock_and_without_cases_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert told(world, world.owner) == ("", "")
        world.import_cases(MAILS, past_cases(200, wrong=20, unlabelled=40))
        world.sign(MAILS)
        assert told(world, world.owner)[0].endswith("count as errors: bring the answers to them.")
        look = world.evaluate(MAILS).stored.look.id
        done(open_sealed(world.office, world.owner, name=MAILS))
        shown = figures(world.office, name=MAILS, look=look)
        assert shown is not None
        assert shown.more is not None
        found = see_label_next(world.office, world.owner, name=MAILS, more=shown.more)
        assert found is not None
        assert "--fresh" in found.command
