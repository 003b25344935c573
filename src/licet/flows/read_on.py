"""Reading on: what a reviewer's page needs beside the next case: the case in hand once more, one they took back, counts and keys."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from licet.core.answer import Answer
from licet.core.case import CaseBody
from licet.core.desk import LEASE_LASTS, AnswerForm, Handed, HeldState, Lease, Revealed
from licet.core.keys import USUAL_KEYS, Keys, keys_from_json, keys_to_json
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.desk import AtHand, at_hand, form_of, handed_out, lanes_of
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person, person_at_work_on
from licet.flows.qualify import entitled, work_at
from licet.flows.roles import person_here
from licet.store import cases, desk_counts, desks, held, preferences, use_cases
from licet.store.book import Tx

KEYS = "keys"
"""Under this name somebody's keys are kept."""


def read_on(office: Office, by: Actor, *, token: str, lease: str) -> Handed | Refused:
    """The case that somebody has in hand, once more, under the same lease: for a page that is loaded again.

    A lease of which less than half is left lasts anew; one that was just begun costs no write.
    """
    with office.book.read() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        until = there.item.leased_until
        if not there.item.ahead and until is not None and until - now > LEASE_LASTS / 2:
            handed = handed_out(office, tx, there, Lease(name=lease, until=until))
            return _gone() if handed is None else handed
    return _renewed(office, by, token=token, lease=lease)


def _renewed(office: Office, by: Actor, *, token: str, lease: str) -> Handed | Refused:
    with office.book.claim() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        desks.renew(tx, there.item, until=now + LEASE_LASTS, now=now)
        handed = handed_out(office, tx, there, Lease(name=lease, until=now + LEASE_LASTS))
        return _gone() if handed is None else handed


def answer_form(office: Office, by: Actor, *, name: str) -> AnswerForm | Refused:
    """What an answer looks like in a use case, for whoever may review in it: an answer that is sent again is read by it, too."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        if isinstance(there, Refused):
            return there
        use_case, _ = there
        return form_of(office, tx, use_case)


def body_in_hand(office: Office, by: Actor, *, token: str, lease: str) -> CaseBody | Refused:
    """What a case that somebody has in hand contains: for its pictures."""
    with office.book.read() as tx:
        there = at_hand(office, tx, by, token=token, lease=lease, now=office.clock.now())
        if isinstance(there, Refused):
            return there
        stored = cases.by_number(tx, there.item.case)
        body = None if stored is None else cases.body_of(tx, stored)
        return _gone() if body is None else body


def _gone() -> Refused:
    return Refused(code="case_erased", why="The case was erased meanwhile.", remedy="Take the next case.")


def back_in_hand(office: Office, by: Actor, *, held_id: str) -> Handed | Refused:
    """Gives a case back to whoever withdrew their answer to it, where nobody else took it meanwhile."""
    with office.book.claim() as tx:
        now = office.clock.now()
        there = _withdrawn(office, tx, by, held_id)
        if there is None or excluded(tx, there.use_case, there.item, there.person, now):
            return _not_back()
        if entitled(tx, there.use_case, there.person, now, work=work_at(there.item)) is not None:
            return _not_back()
        lease = Lease(name=office.draw.token("l_"), until=now + LEASE_LASTS)
        if not desks.take(tx, there.item, lease, there.person.id, now=now, ahead=False):
            return _not_back()
        return handed_out(office, tx, there, lease) or _gone()


def _withdrawn(office: Office, tx: Tx, by: Actor, held_id: str) -> AtHand | None:
    """The case of an answer that somebody withdrew, where it waits."""
    place = held.place_of(tx, held_id)
    use_case = None if place is None else use_cases.find_by_id(tx, place)
    kept = None if use_case is None else held.by_id(tx, use_case, held_id)
    if use_case is None or kept is None or kept.state is not HeldState.WITHDRAWN or kept.given.by != by.id:
        return None
    person, item = allowed_person(office, tx, by, Act.REVIEW, use_case), desks.find(tx, kept.given.token)
    return None if isinstance(person, Refused) or item is None else AtHand(use_case=use_case, person=person, item=item)


def _not_back() -> Refused:
    why = "Your answer was withdrawn, and the case is with somebody else by now."
    return Refused(code="not_waiting", why=why, remedy="Take the next case.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """An answer after which AI's proposal was shown: the case, one's own first answer, and what AI proposed.

    Attributes:
        handed: the case; its lease is over, and nothing can be answered with it.
    """

    handed: Handed
    first: Answer
    revealed: Revealed


def look_back(office: Office, by: Actor, *, held_id: str) -> LookBack | Refused:
    """What somebody was shown after their first answer, while they can still keep or change it."""
    with office.book.read() as tx:
        place = held.place_of(tx, held_id)
        use_case = None if place is None else use_cases.find_by_id(tx, place)
        kept = None if use_case is None else held.by_id(tx, use_case, held_id)
        if use_case is None or kept is None or kept.given.by != by.id or kept.state is not HeldState.REVEALED:
            why = "There is nothing to keep or change: it was said already, or its time is over and your first answer stands."
            return Refused(code="not_waiting", why=why, remedy="Take the next case.")
        person = allowed_person(office, tx, by, Act.REVIEW, use_case)
        return person if isinstance(person, Refused) else _looked_back(office, tx, use_case, person, kept)


def _looked_back(office: Office, tx: Tx, use_case: UseCase, person: Person, kept: held.Kept) -> LookBack | Refused:
    item = desks.find(tx, kept.given.token)
    there = None if item is None else AtHand(use_case=use_case, person=person, item=item)
    handed = None if there is None else handed_out(office, tx, there, Lease(name="", until=kept.effect_at))
    shown = kept.shown
    return _gone() if handed is None or shown is None else LookBack(handed=handed, first=kept.given.first, revealed=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a reviewer stands: answered since their day began, what waits, whether AI's proposal follows their answer, their keys.

    Attributes:
        waiting: at most `desk_counts.MOST`.
        reveals: whether the use case shows what AI proposes after each first answer.
    """

    answered: int
    waiting: int
    reveals: bool
    keys: Keys


def standing(office: Office, by: Person, *, name: str | None, since: datetime) -> Standing:
    """How a reviewer stands in a use case; None: in all in which they may review."""
    with office.book.read() as tx:
        now = office.clock.now()
        there = [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED and (name is None or one.slug == name)]
        mine = [one for one in there if isinstance(allowed_person(office, tx, by, Act.REVIEW, one), Person)]
        waiting = _waiting(tx, mine, by, now)
        return Standing(
            answered=desk_counts.answered(tx, by.id, since=since),
            waiting=min(waiting, desk_counts.MOST),
            reveals=name is not None and any(one.stage is Stage.ASSISTED for one in mine),
            keys=keys_from_json(preferences.read(tx, by.id, KEYS)),
        )


def _waiting(tx: Tx, mine: list[UseCase], by: Person, now: datetime) -> int:
    """How many cases wait for somebody in these use cases: one statement for all that have the same lanes, which nearly all have."""
    alike: dict[tuple[str, ...], list[UseCase]] = {}
    for use_case in mine:
        here = person_here(tx, by, use_case)
        alike.setdefault(tuple(chain.from_iterable(lanes_of(tx, use_case, here, now))), []).append(use_case)
    return sum(sum(desk_counts.waiting_in(tx, there, lanes, now).values()) for lanes, there in alike.items())


def waiting_for(office: Office, by: Person) -> int:
    """How many cases wait that somebody may answer, up to `desk_counts.MOST`."""
    return standing(office, by, name=None, since=office.clock.now()).waiting


def set_keys(office: Office, by: Person, keys: Keys) -> Keys:
    """Keeps somebody's keys; the usual ones, too, so that they can be gone back to."""
    with office.book.write() as tx:
        preferences.write(tx, by.id, KEYS, keys_to_json(keys))
        return keys


def keys_of(office: Office, by: Person) -> Keys:
    """Somebody's keys; the usual ones where they chose none."""
    with office.book.read() as tx:
        found = preferences.read(tx, by.id, KEYS)
        return USUAL_KEYS if found is None else keys_from_json(found)
