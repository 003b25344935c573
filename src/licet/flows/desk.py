"""At the desk: people take one case after the other, blind, each under a lease that nobody shares, and give it back or answer it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from licet.core.answer import AnswerKind
from licet.core.desk import AHEAD_LASTS, LEASE_LASTS, MOST_AT_ONCE, AnswerForm, DeskRules, Handed, Lease, NothingWaits
from licet.core.ids import PersonId
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person, entry, person_at_work_on
from licet.flows.plant import offer
from licet.flows.qualify import entitled
from licet.store import absences, cases, desks, known, remarks, use_cases
from licet.store.book import Tx
from licet.store.payloads import salts_of, write_json

MOST_LOOKED_AT = 1000
"""Cases that are looked at for somebody who may not be given the ones before, until it is said that nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """A case that somebody has in hand, and where."""

    use_case: UseCase
    person: Person
    item: desks.Item


def next_case(office: Office, by: Actor, *, name: str | None = None, ahead: bool = False) -> Handed | NothingWaits | Refused:
    """Gives the next case to a person, under a lease that the database lets nobody share.

    Args:
        office: the office.
        by: who asks; a person.
        name: of this use case; None: of all in which they may review, the one first in which a case is due first.
        ahead: for a case that is fetched while another is being read: its lease is short, and `renew` begins its time. What was
            in this person's hands and ran out is not among them: it may be what they are reading, and their answer still counts.

    Returns:
        The case; that nothing waits; or why this person is given none.
    """
    with office.book.claim() as tx:
        now = office.clock.now()
        places = _places(office, tx, by, name, now)
        if isinstance(places, Refused):
            return places
        refused: Refused | None = None
        for use_case, person in places:
            if len(desks.in_hands_of(tx, person.id, now)) >= MOST_AT_ONCE:
                return too_many_in_hand()
            refused = entitled(tx, use_case, person, now)
            handed = None if refused is not None else _next_of(office, tx, use_case, person, now, ahead=ahead)
            if handed is not None:
                return handed
        return refused if refused is not None and name is not None else NothingWaits()


def too_many_in_hand() -> Refused:
    """Says no to whoever has as many cases in hand as one person may."""
    why = f"You have {MOST_AT_ONCE} cases in hand, which is the limit."
    return Refused(code="too_many_in_hand", why=why, remedy="Answer or release one; what is in hand, `GET /api/v1/desk/in-hand` lists.")


def _places(office: Office, tx: Tx, by: Actor, name: str | None, now: datetime) -> Iterable[tuple[UseCase, Person]] | Refused:
    """Where somebody is given cases: the use case named, or each that has one, as the door lets them in."""
    if name is not None:
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        return there if isinstance(there, Refused) else [there]
    if not isinstance(by, Person):
        return _no_person(by)
    working = [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]
    theirs = [*map(desks.for_person, _named(tx, by, now)), *map(desks.for_skill, desks.skills_anywhere(tx, by.id))]
    lanes = [desks.ANYBODY, desks.SENIORS, *theirs]
    return _let_in(office, tx, by, desks.with_something(tx, working, lanes, now))


def _no_person(by: Actor) -> Refused:
    return Refused(code="person_needed", why=f"{by.name!r} is no person; only people answer at the desk.", remedy="Sign in.")


def _let_in(office: Office, tx: Tx, by: Person, there: Sequence[UseCase]) -> Iterator[tuple[UseCase, Person]]:
    for use_case in there:
        person = allowed_person(office, tx, by, Act.REVIEW, use_case)
        if isinstance(person, Person):
            yield use_case, person


def _next_of(office: Office, tx: Tx, use_case: UseCase, person: Person, now: datetime, *, ahead: bool) -> Handed | None:
    """The next case of one use case, taken; None where none waits that this person may be given."""
    lease = Lease(name=office.draw.token("l_"), until=now + (AHEAD_LASTS if ahead else LEASE_LASTS))
    for item in _offered(office, tx, use_case, person, now):
        if (ahead and item.was_read_by(person.id)) or excluded(tx, use_case, item, person, now):
            continue
        if desks.take(tx, item, lease, person.id, now=now, ahead=ahead):
            handed = handed_out(office, tx, AtHand(use_case=use_case, person=person, item=item), lease)
            if handed is not None:
                return handed
            desks.clear(tx, [item.token])  # the case was erased: nobody can read it
    return None


def _offered(office: Office, tx: Tx, use_case: UseCase, person: Person, now: datetime) -> Iterator[desks.Item]:
    """A planted case where chance has it; else what was handed to them, then what is due, and last what they skipped."""
    planted = offer(office, tx, use_case, person, now)
    found = None if planted is None else desks.find(tx, planted)
    theirs, everybodys = lanes_of(tx, use_case, person, now)
    waiting = (
        desks.waiting(tx, use_case, lanes, person.id, now=now, skipped=skipped)
        for lanes, skipped in ((theirs, False), (everybodys, False), ([*theirs, *everybodys], True))
    )
    return chain([] if found is None else [found], islice(chain.from_iterable(waiting), MOST_LOOKED_AT))


def lanes_of(tx: Tx, use_case: UseCase, person: Person, now: datetime) -> tuple[list[str], list[str]]:
    """The lanes of what waits for this person by name, and of what waits for anybody with their skills and roles."""
    skilled = [desks.for_skill(skill) for skill in desks.skills(tx, use_case, person.id)]
    senior = [desks.SENIORS] if person.has(Role.SENIOR_REVIEWER) else []
    return [desks.for_person(one) for one in _named(tx, person, now)], [desks.ANYBODY, *senior, *skilled]


def _named(tx: Tx, person: Person, now: datetime) -> list[PersonId]:
    """Whose cases somebody is given by name: their own, and those of people for whom they stand in."""
    return [person.id, *absences.stands_in_for(tx, person.id, now)]


def handed_out(office: Office, tx: Tx, there: AtHand, lease: Lease) -> Handed | None:
    """A case as a reviewer sees it: nothing of it tells why it is asked about; None where it was erased."""
    use_case, item = there.use_case, there.item
    stored = cases.by_number(tx, item.case)
    body = None if stored is None else cases.body_of(tx, stored)
    if stored is None or stored.salt is None or body is None:
        return None
    rules = desk_rules(office, use_case)
    return Handed(
        token=item.token,
        lease=lease,
        use_case=use_case.slug,
        title=use_case.title,
        body=body,
        due_at=item.due_at,
        guideline=rules.guideline,
        form=form_of(office, tx, use_case),
        remarks=remarks.for_reader(tx, item.case, stored.salt, there.person.id, since=_since(item)),
        information=remarks.information(tx, item.token, stored.salt),
    )


def _since(item: desks.Item) -> datetime | None:
    """From when on remarks are shown: whoever is given a case on which two people differ knows that it waited before."""
    return None if item.home == desks.SECOND_LOOK else item.since


def desk_rules(office: Office, use_case: UseCase) -> DeskRules:
    """What a use case sets for its desk."""
    return office.desks.rules(use_case.slug)


def form_of(office: Office, tx: Tx, use_case: UseCase) -> AnswerForm:
    """What an answer looks like here; without a closed list of choices, with those that past cases have."""
    rules, kind = desk_rules(office, use_case), use_case.answer_kind
    known = cases.answers_said(tx, use_case) if kind is AnswerKind.CHOICE and not rules.answers else ()
    return AnswerForm(kind=kind, choices=rules.answers, rules=rules.form, known=known)


def at_hand(office: Office, tx: Tx, by: Actor, *, token: str, lease: str, now: datetime) -> AtHand | Refused:
    """A case that somebody has in hand, under this very lease; one that ended counts on while nobody else took the case."""
    item = desks.find(tx, token)
    use_case = None if item is None else use_cases.find_by_id(tx, item.use_case_id)
    if item is None or use_case is None:
        why = "The case waits for no answer any more: somebody else's came first, or it was withdrawn."
        return Refused(code="not_waiting", why=why, remedy="Nothing of yours was taken; keep what you wrote, and take the next case.")
    person = allowed_person(office, tx, by, Act.REVIEW, use_case)
    if isinstance(person, Refused):
        return person
    if item.lease != lease or item.leased_by != person.id:
        why = "Your time with this case was over, and somebody else took it." if item.in_hand(now) else "You do not have this case in hand."
        return Refused(code="lease_lost", why=why, remedy="Nothing of yours was taken; keep what you wrote, and take the next case.")
    return AtHand(use_case=use_case, person=person, item=item)


def renew(office: Office, by: Actor, *, token: str, lease: str) -> Lease | Refused:
    """A heartbeat: the case stays in their hands; one that was fetched ahead is being read from now on."""
    with office.book.claim() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        until = now + LEASE_LASTS
        desks.renew(tx, there.item, until=until, now=now)
        return Lease(name=lease, until=until)


def release(office: Office, by: Actor, *, token: str, lease: str) -> Refused | None:
    """Gives a case back, as it was; nothing is recorded of it."""
    with office.book.claim() as tx:
        there = at_hand(office, tx, by, token=token, lease=lease, now=office.clock.now())
        if isinstance(there, Refused):
            return there
        desks.move(tx, there.item, there.item.lane)
        return None


def in_hand(office: Office, by: Actor) -> list[Handed] | Refused:
    """What somebody has in hand, oldest first: for a page that was closed. Each under a new lease, so that no two tabs have it."""
    if not isinstance(by, Person):
        return _no_person(by)
    with office.book.claim() as tx:
        now = office.clock.now()
        found: list[Handed] = []
        for item in desks.in_hands_of(tx, by.id, now):
            lease = Lease(name=office.draw.token("l_"), until=now + LEASE_LASTS)
            there = at_hand(office, tx, by, token=item.token, lease=item.lease or "", now=now)
            handed = None if isinstance(there, Refused) else handed_out(office, tx, there, lease)
            if handed is not None:
                desks.take_again(tx, item, lease)
                found.append(handed)
        return found


def skip(office: Office, by: Actor, *, token: str, lease: str, reason: str) -> Refused | None:
    """Puts a case back for somebody else, with a reason; the same person is given it last.

    The ledger holds the task's own name and not the case's number: which of AI's decisions wait for an audit is nobody's to know.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        if not reason.strip():
            return Refused(code="reason_needed", why="A case is skipped with a reason.", remedy="Say in a few words why.")
        salt = salts_of(tx, [there.item.case])[there.item.case]
        desks.skip(tx, there.item, there.person.id, write_json(tx, salt, reason.strip()), at=now)
        desks.move(tx, there.item, there.item.home)
        known.skip(tx, token, there.person.id, at=now)
        tx.record(entry("task.skipped", by=there.person.id, now=now, use_case=there.use_case, task=token))
        return None
