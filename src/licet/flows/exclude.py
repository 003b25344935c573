"""Excluding: who may not answer a case, though they may review its use case."""

from collections.abc import Sequence
from datetime import datetime

from licet.core.flags import pairs
from licet.core.ids import CaseNumber, PersonId
from licet.core.people import Person, Role
from licet.core.policy import Hand, hand
from licet.core.review import ReviewKind
from licet.core.second import may_adjudicate, may_judge
from licet.core.use_case import UseCase
from licet.flows.roles import person_here
from licet.store import corrections, desks, people, seconds, use_cases
from licet.store.book import Tx

ON_AI = frozenset({ReviewKind.AUDIT, ReviewKind.AGREEMENT, ReviewKind.RECHECK})
"""Kinds whose blind answers say whether AI was right: not for whoever builds it."""


def excluded(tx: Tx, use_case: UseCase, item: desks.Item, person: Person, now: datetime) -> bool:
    """Whether a case must not come into somebody's hands; the desk asks before it hands one out, and when its answer comes.

    A case can be asked about twice, for an audit and after an incident: nobody has both in hand, for their second answer is not blind.
    """
    twice = desks.at_hand_of(tx, [item.case], person.id, now).get(item.case, frozenset()) - {item.token}
    return bool(twice or excluded_from(tx, use_case, [item.case], person))


def excluded_from(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber], person: Person) -> frozenset[CaseNumber]:
    """Which of these cases somebody may not answer: those they asked for or answered before; and those they may not judge.

    Args:
        tx: the transaction.
        use_case: whose cases they are.
        numbers: the cases.
        person: who would answer, with the roles that hold here.
    """
    barred = seconds.requested_by(tx, numbers, person.email) | seconds.answered_by(tx, numbers, person.id)
    again = seconds.looked_at_again(tx, [number for number in numbers if number not in barred])
    if not again:
        return barred
    hands = frozenset(map(hand, use_cases.hands_of(tx, use_case, person.id)))
    apart = _kept_apart(tx, use_case, person) if ReviewKind.SECOND in again.values() else frozenset()
    return barred | frozenset(
        number
        for number, kind in again.items()
        if not _independent(tx, number, kind, person, hands) or (kind is ReviewKind.SECOND and seconds.first_of(tx, number) in apart)
    )


def _kept_apart(tx: Tx, use_case: UseCase, person: Person) -> frozenset[PersonId | None]:
    """With whom somebody is not given the same case, where the standard keeps those apart whose agreement stands out."""
    rule = seconds.standard_that_holds(tx, use_case)
    if rule is None or rule[1].second_looks is None or not rule[1].second_looks.apart:
        return frozenset()
    return frozenset(
        pair.other if pair.one == person.id else pair.one
        for pair in pairs(seconds.counts_of_pairs(tx, use_case))
        if pair.stands_out and person.id in {pair.one, pair.other}
    )


def _independent(tx: Tx, number: CaseNumber, kind: ReviewKind, person: Person, hands: frozenset[Hand]) -> bool:
    """Whether somebody may answer a case after others did, or AI: not having seen what they said, and not as a judge in their own cause."""
    if kind is ReviewKind.SECOND:
        return True
    if kind in ON_AI:
        return not person.has(Role.BUILDER) and Hand.BUILDER not in hands
    if kind is ReviewKind.ADJUDICATION:
        return may_adjudicate(person, hands)
    return may_judge(person, hands) and not corrections.corrected_by(tx, number, person.id)


def barred_from(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber], by: PersonId) -> frozenset[CaseNumber]:
    """As `excluded_from`, for whoever the ledger names; who is no person here (simulated people) is barred from nothing."""
    found = people.by_id(tx, by)
    return frozenset() if found is None else excluded_from(tx, use_case, numbers, person_here(tx, found, use_case))


def may_take_dispute(tx: Tx, use_case: UseCase, number: CaseNumber, person: Person) -> bool:
    """Whether somebody could say, blind, whether AI or an audit's answer is right."""
    hands = frozenset(map(hand, use_cases.hands_of(tx, use_case, person.id)))
    barred = seconds.requested_by(tx, [number], person.email) | seconds.answered_by(tx, [number], person.id)
    return not barred and _independent(tx, number, ReviewKind.DISPUTE, person, hands)
