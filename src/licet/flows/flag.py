"""Flagging: numbers about how people review, for somebody senior to look at; never an accusation, and never a consequence by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from licet.core.answer import Answer
from licet.core.flags import Consistency, Flags, consistency, pace, pairs
from licet.core.grading import same
from licet.core.ids import PersonId
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.second import TOO_FAST, SecondLooks
from licet.core.use_case import UseCase
from licet.flows.office import Office, person_at_work_on
from licet.store import people, seconds, use_cases
from licet.store.book import Tx

LOOKED_AT = timedelta(days=180)
"""How far back these numbers look."""


def reviewer_flags(office: Office, by: Actor, *, name: str) -> Flags | Refused:
    """How fast people answer, which pairs agree more than is explained, and who says the same again; of the last 180 days.

    Args:
        office: the office.
        by: who asks: a senior reviewer, or risk.
        name: of the use case.

    Returns:
        The numbers with intervals; empty where nobody answered yet. Or `Refused`.
    """
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.SEE_FLAGS, name=name)
        if isinstance(there, Refused):
            return there
        use_case, _ = there
        since = office.clock.now() - LOOKED_AT
        rule = rule_of(tx, use_case)
        too_fast = TOO_FAST.total_seconds() if rule is None else rule.too_fast.total_seconds()
        took = seconds.seconds_of_answers(tx, use_case, since=since)
        again = seconds.answers_again(tx, use_case, since=since)
        ended = seconds.disputes(tx, use_case)
        return Flags(
            too_fast_seconds=too_fast,
            upheld=ended.upheld,
            found_in_record=ended.found_in_record,
            paces=tuple(pace(person, one, too_fast=too_fast) for person, one in sorted(took.items())),
            pairs=pairs(seconds.counts_of_pairs(tx, use_case, since=since)),
            consistency=tuple(_again(person, said) for person, said in sorted(again.items())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagsSeen:
    """The numbers, with the names of the people they speak of; who has left has none. `apart`: as the standard says it."""

    use_case: UseCase
    flags: Flags
    names: Mapping[PersonId, str]
    apart: bool


def see_flags(office: Office, by: Actor, *, name: str) -> FlagsSeen | Refused:
    """As `reviewer_flags`, for a page: with names."""
    flags = reviewer_flags(office, by, name=name)
    if isinstance(flags, Refused):
        return flags
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        ids = {one.person for one in flags.paces} | {one.person for one in flags.consistency}
        ids |= {who for one in flags.pairs for who in (one.one, one.other)}
        names = {one: person.name for one in ids if (person := people.by_id(tx, one)) is not None}
        rule = rule_of(tx, use_case)
        return FlagsSeen(use_case=use_case, flags=flags, names=names, apart=rule is not None and rule.apart)


def rule_of(tx: Tx, use_case: UseCase) -> SecondLooks | None:
    """What the standard says of second looks; None where it says nothing."""
    found = seconds.standard_that_holds(tx, use_case)
    return None if found is None else found[1].second_looks


def _again(person: PersonId, said: Sequence[Sequence[Answer]]) -> Consistency:
    """Each answer on a content is held against the one before it."""
    steps = [same(before, after) for answers in said for before, after in pairwise(answers)]
    return consistency(person, repeated=len(steps), same=sum(steps))
