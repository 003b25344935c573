"""What several tests of effects start from."""

from collections.abc import Sequence

from sqlalchemy import insert, update

from licet.core.answer import Choice
from licet.core.effect import Failed, Way
from licet.core.history import PastCase
from licet.core.ids import CaseNumber
from licet.flows.deliver import deliver_some, not_arrived, plan_effects
from licet.flows.grant import Wishes
from licet.flows.office import Office
from licet.store import use_cases
from licet.store.effects import Listed
from licet.store.payloads import salts_of, write_answer
from licet.store.work_tables import correction, stop
from licet.testing import World, past_cases
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
    """Presses a stop switch."""
    with world.office.book.write() as tx:
        use_case = None if name is None else use_cases.require(tx, name).id
        tx.run(insert(stop).values(use_case_id=use_case, by=world.risk.id, why="wait", at=world.clock.now()))


def lift(world: World) -> None:
    """Lifts every stop switch."""
    with world.office.book.write() as tx:
        tx.run(update(stop).values(lifted_by=world.risk.id, lifted_at=world.clock.now()))


def correct(world: World, case: int, answer: str, number: int = 1) -> None:
    """Writes down a person's correction of a case, and plans its effect."""
    with world.office.book.write() as tx:
        use_case, at = use_cases.require(tx, MAILS), world.clock.now()
        salt = salts_of(tx, [CaseNumber(case)])[CaseNumber(case)]
        row = {"answer": write_answer(tx, salt, Choice(value=answer)), "why": write_answer(tx, salt, Choice(value="slip"))}
        tx.run(insert(correction).values(case_number=case, number=number, use_case_id=use_case.id, by=world.owner.id, at=at, **row))
        plan_effects(world.office, tx, use_case, [(CaseNumber(case), number + 1)], alone=False, now=at)
