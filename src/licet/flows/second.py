"""A second look: somebody senior sees two people's answers that differ, says their own, and sees what AI proposes last."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.desk import LEASE_LASTS, MOST_AT_ONCE, Handed, Lease, NothingWaits
from licet.core.people import Act, Actor, Person
from licet.core.qualification import Work
from licet.core.refusal import Refused
from licet.core.second import in_order
from licet.core.use_case import Stage, UseCase
from licet.flows.desk import AtHand, at_hand, handed_out, too_many_in_hand
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person
from licet.flows.qualify import entitled, qualified_at_work_on
from licet.flows.read_on import LookBack, look_back
from licet.store import desk_counts, desks, seconds, use_cases
from licet.store.book import Tx
from licet.store.payloads import salts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoAnswers:
    """A case on which two people differ.

    Attributes:
        handed: the case, under a lease; it is answered as any other at the desk (`hold.commit`).
        answers: what the two say, in an order that has nothing to do with who said it or when, and stays the same.
    """

    handed: Handed
    answers: tuple[Answer, Answer]


def next_second_look(office: Office, by: Actor, *, name: str | None = None) -> TwoAnswers | NothingWaits | Refused:
    """Gives the next case on which two people differ to somebody senior who is neither of them, under a lease nobody shares.

    Args:
        office: the office.
        by: who asks: a senior reviewer, and nobody who built what is judged.
        name: of this use case; None: of all in which they may adjudicate.

    Returns:
        The case with both answers; that none waits for them; or why this person is given none.
    """
    with office.book.claim() as tx:
        now = office.clock.now()
        if name is not None:
            there = qualified_at_work_on(office, tx, by, Act.ADJUDICATE, name=name, now=now)
            if isinstance(there, Refused):
                return there
        for use_case, person in _places(office, tx, by, name, now):
            if len(desks.in_hands_of(tx, person.id, now)) >= MOST_AT_ONCE:
                return too_many_in_hand()
            found = _next_of(office, tx, use_case, person, now)
            if found is not None:
                return found
        return NothingWaits()


def _places(office: Office, tx: Tx, by: Actor, name: str | None, now: datetime) -> Iterator[tuple[UseCase, Person]]:
    """Where somebody may say who is right, and is qualified to."""
    for use_case in use_cases.every(tx):
        if use_case.stage is Stage.RETIRED or name not in {None, use_case.slug}:
            continue
        person = allowed_person(office, tx, by, Act.ADJUDICATE, use_case)
        if isinstance(person, Person) and entitled(tx, use_case, person, now, work=Work.ADJUDICATE) is None:
            yield use_case, person


def _next_of(office: Office, tx: Tx, use_case: UseCase, person: Person, now: datetime) -> TwoAnswers | None:
    lease = Lease(name=office.draw.token("l_"), until=now + LEASE_LASTS)
    for skipped in (False, True):
        for item in desks.waiting(tx, use_case, [desks.SECOND_LOOK], person.id, now=now, skipped=skipped):
            if excluded(tx, use_case, item, person, now) or not desks.take(tx, item, lease, person.id, now=now, ahead=False):
                continue
            found = _shown(office, tx, AtHand(use_case=use_case, person=person, item=item), lease)
            if found is not None:
                return found
            desks.clear(tx, [item.token])  # the case was erased: nobody can read it
    return None


def second_look(office: Office, by: Actor, *, token: str, lease: str) -> TwoAnswers | Refused:
    """The case that somebody has in hand, once more, under the same lease, which lasts anew: for a page that is loaded again."""
    with office.book.claim() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        until = now + LEASE_LASTS
        desks.renew(tx, there.item, until=until, now=now)
        barred = there.item.home != desks.SECOND_LOOK or excluded(tx, there.use_case, there.item, there.person, now)
        found = None if barred else _shown(office, tx, there, Lease(name=lease, until=until))
        if found is None:
            why = "Nobody is asked here which of two people is right."
            return Refused(code="not_waiting", why=why, remedy="Take the next case.")
        return found


def _shown(office: Office, tx: Tx, there: AtHand, lease: Lease) -> TwoAnswers | None:
    salt = salts_of(tx, [there.item.case]).get(there.item.case)
    look = None if salt is None else seconds.of_case(tx, there.use_case, there.item.case, salt)
    handed = handed_out(office, tx, there, lease)
    if look is None or look.second_says is None or handed is None:
        return None
    return TwoAnswers(handed=handed, answers=_in_order(office, there.item.token, look))


def _in_order(office: Office, token: str, look: seconds.Look) -> tuple[Answer, Answer]:
    """The two answers in an order that is drawn by keyed chance for each case, and stays."""
    if look.second_says is None:
        message = f"Case {look.case} has no second answer; restore a backup."
        raise ValueError(message)
    key = office.vault.key("second look order", token.encode("utf-8"))
    return in_order((look.says.counts, look.second_says.counts), hmac.digest(key, b"turned", "sha256"))


def second_looks_waiting(office: Office, by: Person) -> int:
    """How many cases wait on which two people differ, in the use cases where somebody may say who is right; at most `desk_counts.MOST`."""
    with office.book.read() as tx:
        now = office.clock.now()
        waits = desk_counts.waiting_in(tx, use_cases.every(tx), [desks.SECOND_LOOK], now)
        if not any(waits.values()):
            return 0
        return sum(waits.get(use_case.id, 0) for use_case, _ in _places(office, tx, by, None, now))


def look_back_at_two(office: Office, by: Person, *, held_id: str) -> tuple[LookBack, tuple[Answer, Answer]] | Refused:
    """What somebody senior was shown after their own answer, AI's proposal, beside the two answers; while they can keep or change it."""
    found = look_back(office, by, held_id=held_id)
    if isinstance(found, Refused):
        return found
    with office.book.read() as tx:
        use_case = use_cases.require(tx, found.handed.use_case)
        item = desks.find(tx, found.handed.token)
        salt = None if item is None else salts_of(tx, [item.case]).get(item.case)
        look = None if item is None or salt is None else seconds.of_case(tx, use_case, item.case, salt)
        if look is None or look.second_says is None:
            return Refused(code="not_waiting", why="Nobody is asked here which of two people is right.", remedy="Take the next case.")
        return found, _in_order(office, found.handed.token, look)
