"""Whatever people do to a mandate, in whatever order: AI decides alone only inside everything that was granted and left."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.exposure import Step
from licet.core.ids import TeamName
from licet.core.mandate import ActiveMandate
from licet.core.refusal import Refused
from licet.core.team import MAIN
from licet.flows.drill import drill_stop
from licet.flows.expose import Turn, turn_exposure
from licet.flows.follow import follow_case, use_case_named
from licet.flows.grant import Wishes, reinstate_mandate, revoke_mandate
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.respond import suspend_mandate
from licet.flows.stop import lift_stop, press_stop
from licet.flows.sweep import sweep
from licet.store.decisions import ALONE
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS

STEPS = (Step(share=0.0), Step(share=0.5, after_audits=4), Step(share=1.0, after_audits=4))
LASTS = timedelta(days=10)
CAP = 8
ACTS = 30
BATCH = 4


@dataclass(slots=True, kw_only=True)
class Book:
    """What the acts that were permitted add up to, kept beside the code that is tested."""

    chance: random.Random
    active: bool = False
    ends: datetime | None = None
    cap: int = CAP
    threshold: float = 0.0
    no_yes: bool = False
    stops: set[str] = field(default_factory=set)
    days: dict[str, int] = field(default_factory=dict)
    step: int | None = None


def wide(world: World, book: Book, *, planned: bool) -> None:
    """A new mandate."""
    wishes = Wishes(audit_rate=0.2, daily_cap=CAP, lasts=LASTS, planned_audits=1000, exposure=STEPS if planned else ())
    made = world.earn(MAILS, wishes)
    book.active, book.ends, book.cap, book.no_yes, book.threshold = True, made.expires_at, CAP, False, made.scope.threshold
    book.days, book.step = {}, 0 if planned else None


def permitted(found: object) -> bool:
    """Whether an act was done."""
    return not isinstance(found, Refused)


def taken_back(world: World, book: Book) -> None:
    """Suspended or revoked."""
    act = book.chance.choice([suspend_mandate, revoke_mandate])
    book.active = book.active and not permitted(act(world.office, world.risk, name=MAILS, why="x"))


def begged(world: World, book: Book) -> None:
    """Reinstated: there never is a fresh verdict here."""
    assert not permitted(reinstate_mandate(world.office, world.risk, name=MAILS, why="x"))
    del book


def pressed(world: World, book: Book) -> None:
    """One of the three stops."""
    name, team, word = _reach(book)
    done(press_stop(world.office, world.risk, name=name, team=team, why="x"))
    book.stops.add(word)


def lifted(world: World, book: Book) -> None:
    """One of the three stops, if it is pressed."""
    name, team, word = _reach(book)
    assert permitted(lift_stop(world.office, world.risk, name=name, team=team)) == (word in book.stops)
    book.stops.discard(word)


def _reach(book: Book) -> tuple[str | None, TeamName | None, str]:
    return book.chance.choice([(MAILS, None, "use case"), (None, MAIN, "team"), (None, None, "all")])


def drilled(world: World, book: Book) -> None:
    """The stop is exercised, where none is pressed."""
    assert permitted(drill_stop(world.office, world.owner, name=MAILS)) == (not book.stops)


def narrowed(world: World, book: Book) -> None:
    """Something is taken back; the book believes it only if it was."""
    pick = book.chance.randrange(4)
    ends = world.clock.at + timedelta(hours=30)
    asked = [
        TakeBack(daily_cap=3),
        TakeBack(answers=frozenset({"yes"})),
        TakeBack(expires_at=ends),
        TakeBack(threshold=0.95),
    ][pick]
    if permitted(narrow_mandate(world.office, world.risk, name=MAILS, asked=asked, why="x")):
        book.cap = asked.daily_cap or book.cap
        book.no_yes = book.no_yes or bool(asked.answers)
        book.ends = asked.expires_at or book.ends
        book.threshold = asked.threshold or book.threshold


def turned(world: World, book: Book) -> None:
    """The exposure is held, stepped back, or let go on."""
    turn = book.chance.choice(list(Turn))
    found = turn_exposure(world.office, world.owner, name=MAILS, turn=turn)
    if not isinstance(found, Refused):
        assert book.step is not None
        assert found.where.step <= book.step + (turn is Turn.ON)
        book.step = found.where.step


def passed(world: World, book: Book) -> None:
    """Time passes, people answer, and what time brings about happens."""
    world.answer(MAILS)
    world.clock.pass_time(timedelta(hours=book.chance.choice([1, 9, 26])))
    sweep(world.office)
    found = world.mandate(MAILS)
    if isinstance(found, ActiveMandate) and found.exposed is not None and book.step is not None:
        assert found.exposed.step <= book.step + 1
        book.step = found.exposed.step


def granted_anew(world: World, book: Book) -> None:
    """Another mandate takes the place of whatever there was."""
    wide(world, book, planned=book.chance.random() < 0.6)


WAYS: Mapping[Callable[[World, Book], None], int] = {
    taken_back: 1,
    begged: 1,
    pressed: 2,
    lifted: 5,
    drilled: 1,
    narrowed: 2,
    turned: 2,
    passed: 6,
    granted_anew: 2,
}


def checked(world: World, book: Book, number: int) -> int:
    """Cases come in; what AI decided alone lies inside the book. Gives how many it decided."""
    rows = past_cases(BATCH, name=f"live {number}")
    world.submit(MAILS, rows)
    use_case = done(use_case_named(world.office, name=MAILS))
    found = [(row, done(follow_case(world.office, use_case, name=row.external_id or ""))) for row in rows]
    alone = [(row, one) for row, one in found if one.case.routed is not None and one.case.routed.route == ALONE]
    if not alone:
        return 0
    at = alone[0][1].case.received_at
    day = f"{at:%Y-%m-%d}"
    book.days[day] = book.days.get(day, 0) + len(alone)
    assert book.active
    assert not book.stops
    assert book.ends is not None
    assert at < book.ends
    assert book.days[day] <= book.cap
    assert book.step is None or STEPS[book.step].share > 0
    assert not book.no_yes or all(one.answer != Choice(value="yes") for _, one in alone)
    assert all(row.posted is not None and row.posted.confidence >= book.threshold for row, _ in alone)
    return len(alone)


@pytest.mark.parametrize("seed", range(2))
def test_no_order_of_acts_lets_ai_decide_outside_of_what_is_left_to_it(tmp_path: Path, seed: int) -> None:
    """Breaks when any way through suspending, narrowing, exposing, stopping and granting leaves a door open."""
    with World(tmp_path, seed=seed) as world:
        book, alone = Book(chance=random.Random(seed)), 0  # noqa: S311 - the order of acts
        world.journey(MAILS)
        granted_anew(world, book)
        for number in range(ACTS):
            act = book.chance.choices(list(WAYS), list(WAYS.values()))[0]
            act(world, book)
            alone += checked(world, book, number)
        assert alone > 0
