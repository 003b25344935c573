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
from licet.store import apart, corrections, desks, people, seconds, use_cases, ways
from licet.store.book import Tx

ON_AI = frozenset({ReviewKind.AUDIT, ReviewKind.AGREEMENT, ReviewKind.RECHECK})
"""Kinds whose blind answers say whether AI was right: not for whoever builds it."""


def excluded(tx: Tx, use_case: UseCase, item: desks.Item, person: Person, now: datetime) -> bool:
    """Whether a case must not come into somebody's hands; the desk asks before it hands one out, and when its answer comes.

    A case can be asked about twice, for an audit and after an incident: nobody has both in hand, for their second answer is not blind.
    Nor has anybody two cases of an item in hand of which they may answer one alone.
    """
    cases = {item.case} | apart.others(tx, [item.case]).get(item.case, frozenset())
    in_hand = frozenset[str]().union(*desks.at_hand_of(tx, sorted(cases), person.id, now).values())
    return bool(in_hand - {item.token} or excluded_from(tx, use_case, [item.case], person))


def excluded_from(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber], person: Person) -> frozenset[CaseNumber]:
    """Which of these cases somebody may not answer: those in which they had a hand, and those they may not judge.

    Args:
        tx: the transaction.
        use_case: whose cases they are.
        numbers: the cases.
        person: who would answer, with the roles that hold here.
    """
    barred = _had_a_hand(tx, numbers, person)
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


def _had_a_hand(tx: Tx, numbers: Sequence[CaseNumber], person: Person) -> frozenset[CaseNumber]:
    """Those they asked for, answered, or answered another step of the same item of, from which it is kept apart; and those they `_saw`."""
    own = seconds.requested_by(tx, numbers, person.email) | seconds.answered_by(tx, numbers, person.id)
    return own | apart.answered_by(tx, numbers, person.id) | _saw(tx, numbers, person)


def _saw(tx: Tx, numbers: Sequence[CaseNumber], person: Person) -> frozenset[CaseNumber]:
    """Cases of items whose way an owner is shown who has no reviewer's role; from one who has it is kept instead (`keep_blind`)."""
    reviews = person.has(Role.REVIEWER, Role.SENIOR_REVIEWER)
    return frozenset() if reviews or not person.has(Role.OWNER) else ways.shown_to_owner(tx, numbers, person.id)


def is_kept_apart(tx: Tx, case: CaseNumber, person: Person) -> bool:
    """Whether somebody answered another step of the item, from which this case of it is kept apart."""
    return bool(apart.answered_by(tx, [case], person.id))


def at_one_time(tx: Tx, numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    """Of cases that somebody would answer at one time, those that they may not answer beside the others."""
    return apart.one_of_each(tx, numbers) if len(numbers) > 1 else frozenset()


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
    """As `excluded_from` and `at_one_time`, for whoever the ledger names; simulated people are nobody here, and barred from nothing."""
    found = people.by_id(tx, by)
    if found is None:
        return frozenset()
    barred = excluded_from(tx, use_case, numbers, person_here(tx, found, use_case))
    return barred | at_one_time(tx, [number for number in numbers if number not in barred])


def may_take_dispute(tx: Tx, use_case: UseCase, number: CaseNumber, person: Person) -> bool:
    """Whether somebody could say, blind, whether AI or an audit's answer is right."""
    hands = frozenset(map(hand, use_cases.hands_of(tx, use_case, person.id)))
    return not _had_a_hand(tx, [number], person) and _independent(tx, number, ReviewKind.DISPUTE, person, hands)
