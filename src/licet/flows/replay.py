"""Replaying: a person lets dead effects be tried again, under the keys by which their receivers know them."""

from dataclasses import dataclass

from licet.core.ids import CaseNumber
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.office import Office, allowed_person, entry
from licet.store import cases, effects, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many effects wait again, and how many dead ones stay dead: their case is erased, or a later effect has overtaken them."""

    waiting: int
    still_dead: int


def replay_effects(office: Office, by: Actor, *, name: str, case: str | None) -> Replayed | Refused:
    """Lets dead effects of a use case be tried again, as if they had never been tried.

    It decides nothing anew, but makes something happen in the world, so it takes the owner or an admin by name.

    Args:
        office: the office.
        by: who lets them.
        name: the use case.
        case: outside name or number of a case; None: all cases.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        person = allowed_person(office, tx, by, Act.REPLAY, use_case)
        if isinstance(person, Refused):
            return person
        named: list[CaseNumber] | None = None if case is None else cases.numbers_named(tx, use_case, case)
        done = effects.replay(tx, use_case, named, at=now)
        tx.record(
            *[
                entry("effect.replayed", by=person.id, now=now, use_case=use_case, case_number=number, effect=effect)
                for number, effect in done
            ]
        )
        return Replayed(waiting=len(done), still_dead=effects.dead(tx, use_case, named))
