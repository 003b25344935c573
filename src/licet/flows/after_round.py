"""After a round: how one did alone and with AI's advice, where AI is strong and weak for this work, and what one is qualified for now."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.core.known import Basis
from licet.core.people import Act, Actor, Person
from licet.core.practice_round import RoundFigures, Strength, round_figures, strengths
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office, allowed_person, person_at_work_on
from licet.flows.play import LOOKED_AT
from licet.flows.practise import OwnPractice, own_practice
from licet.stats.agreement import Rate, rate
from licet.store import known, looks, rounds, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterRound:
    """What rounds show a person; nobody else is shown it.

    Attributes:
        this: of the round asked about; None: of none.
        every: of all their rounds here.
        system: the newest evaluated one, by its fingerprint; None: none was evaluated.
        ai: how often it is right on past cases that are not sealed.
        strong_and_weak: the same by right answer, worst first.
        own: their practice alone, and what they are qualified for.
    """

    use_case: UseCase
    this: RoundFigures | None
    every: RoundFigures
    system: str | None
    ai: Rate | Unknown
    strong_and_weak: tuple[Strength, ...]
    own: OwnPractice


def after_round(office: Office, by: Actor, *, name: str, round_id: str | None = None) -> AfterRound | Refused:
    """What one's rounds show, in one round and in all of them, and where AI is strong and weak here."""
    own = own_practice(office, by, name=name)
    if isinstance(own, Refused):
        return own
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        seen = looks.looks_of(tx, use_case)
        system = seen[-1].fingerprint if seen else None
        past = [] if system is None else known.history_with_advice(tx, use_case, system, unseen_by=None, most=LOOKED_AT)
        imported = [one for one in past if one.basis is Basis.RECORD and one.advice is not None]
        return AfterRound(
            use_case=use_case,
            this=None if round_id is None else round_figures(rounds.tries(tx, use_case, person.id, round_id=round_id)),
            every=round_figures(rounds.tries(tx, use_case, person.id)),
            system=system,
            ai=rate(hits=sum(one.advice_right for one in imported), n=len(imported)) or Unknown(why="AI spoke about no past case yet"),
            strong_and_weak=tuple(strengths(imported)),
            own=own,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A use case in which somebody may practise, how many cases they played there in rounds, and whether a round is open."""

    use_case: UseCase
    played: int
    open: bool


def grounds(office: Office, by: Actor) -> Sequence[Ground]:
    """Where somebody may practise."""
    with office.book.read() as tx:
        found = []
        for use_case in use_cases.every(tx):
            person = allowed_person(office, tx, by, Act.LOOK, use_case)
            if use_case.stage is Stage.RETIRED or not isinstance(person, Person):
                continue
            newest = rounds.find(tx, use_case, person.id)
            drawn = [] if newest is None else rounds.played(tx, use_case, person.id, round_id=newest.id)
            left = any(one.final is None for one in drawn)
            found.append(Ground(use_case=use_case, played=len(rounds.tries(tx, use_case, person.id)), open=left))
        return found
