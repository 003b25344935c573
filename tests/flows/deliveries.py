"""What several tests of effects start from."""

from collections.abc import Sequence

from licet.core.answer import Choice
from licet.core.effect import Failed, Way
from licet.core.history import PastCase
from licet.flows.correct import correct_decision
from licet.flows.deliver import deliver_some, not_arrived
from licet.flows.grant import Wishes
from licet.flows.office import Office
from licet.flows.stop import lift_stop, press_stop, stop_status
from licet.store.effects import Listed
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS

QUIET = Wishes(audit_rate=0.0001, planned_audits=100)
DOWN = Failed(why="The receiver answered 503.", retry=True)


def decided(world: World, count: int = 4, *, name: str = MAILS, unsure: int = 0) -> list[PastCase]:
    """Cases that were decided alone in a use case whose decisions take effect; the last `unsure` ones wait for a person."""
    world.use_case(name)
    world.import_cases(name, past_cases(150, name=f"past {name}"))
    world.sign(name)
    world.evaluate(name)
    world.earn(name, QUIET)
    world.effects.ways[name] = Way.WEBHOOK
    rows = past_cases(count, name="live", unsure=unsure)
    world.submit(name, rows)
    return rows


def some(world: World, office: Office | None = None) -> int:
    """One round at the present moment."""
    return deliver_some(office or world.office, world.clock.now())


def all_due(world: World) -> int:
    """Rounds until nothing can be done now."""
    return sum(iter(lambda: some(world), 0))


def listed(world: World, *, dead_only: bool = False) -> Sequence[Listed]:
    """What has not arrived."""
    return not_arrived(world.office, name=MAILS, dead_only=dead_only, limit=100).effects


def press(world: World, name: str | None = MAILS) -> None:
    """Presses a stop."""
    done(press_stop(world.office, world.risk, name=name, why="wait"))


def lift(world: World) -> None:
    """Lifts every stop."""
    for stop in stop_status(world.office, name=None).pressed:
        done(lift_stop(world.office, world.risk, name=stop.use_case))


def correct(world: World, case: int, answer: str) -> None:
    """Corrects the decision on a case, by its number."""
    done(correct_decision(world.office, world.owner, name=MAILS, case=str(case), answer=Choice(value=answer), why="slip"))
