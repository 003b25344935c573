"""Investigating an incident: what happened, what may be wrong since when, what people find out and do, until it is closed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, assert_never

from licet.core.audit import outcome_loss
from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.core.inquiry import (
    Action,
    AnyInquiry,
    Beginning,
    ClosedInquiry,
    DoneAction,
    Finding,
    Found,
    Inquiry,
    NewAction,
    PendingAction,
    Point,
    began,
    close,
    end_action,
    plan_action,
    since_when,
    whole,
    write_down,
)
from licet.core.ledger import Event
from licet.core.mandate import (
    ActiveMandate,
    ExpiredMandate,
    Mandate,
    ProposedMandate,
    RevokedMandate,
    SuspendedMandate,
    granted_of,
    state_of,
)
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import UseCase
from licet.flows.begin_watching import fresh_watch
from licet.flows.count_audits import fed as fed_by
from licet.flows.count_audits import settled
from licet.flows.office import Office, allowed_person, entry
from licet.flows.read_ledger import Read, Story, reading_view, tell
from licet.stats import watch as watching
from licet.store import audits, incidents, mandates, notices, people, use_cases
from licet.store.book import Tx

TOLD = ("mandate.", "watch.", "incident.", "stop.", "delegation.", "audits.late", "audit.overdue", "owner.told", "standard.", "stage.")
"""Words of the ledger, or how they begin, that tell an incident's story; what happened to single cases is not among them."""

LONGEST_STORY = 300
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The cases that an incident may have touched.

    Attributes:
        since: from when on errors may have been more than allowed; `basis` says what that stands on.
        until: when deciding alone ended.
        alone: how many cases AI decided alone in between.
        unseen: of them, those that nobody has looked at since.
        audited, disagreed: audits of the round that were counted, and those of them that spoke against AI.
    """

    since: datetime
    basis: Beginning
    until: datetime
    alone: int
    unseen: int
    audited: int
    disagreed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigated:
    """An incident as people see it.

    Attributes:
        title: of the use case.
        found: what people wrote and did.
        mandate: the state the mandate is in now, in a word.
        touched: the cases; Unknown where nothing was decided alone under the mandate.
        names: of the people it speaks of, by id; who has left has none.
    """

    title: str
    found: AnyInquiry
    mandate: str
    touched: Touched | Unknown
    names: Mapping[PersonId, str]


def list_incidents(office: Office, *, name: str | None) -> list[Investigated]:
    """The incidents of a use case, or with None of all that are there, the newest first."""
    with office.book.read() as tx:
        where = use_cases.every(tx) if name is None else [use_cases.require(tx, name)]
        found = [_seen(tx, use_case, one) for use_case in where for one in incidents.every(tx, use_case)]
    return sorted(found, key=lambda one: -whole(one.found).number)


def count_incidents(office: Office, by: Person) -> int:
    """How many incidents wait to be closed by somebody who may."""
    with office.book.read() as tx:
        count = incidents.count_open(tx)
        where = [one for one in use_cases.every(tx) if one.id in count] if count else []
        return sum(count[one.id] for one in where if isinstance(allowed_person(office, tx, by, Act.INVESTIGATE, one), Person))


def show_incident(office: Office, *, number: int) -> Investigated | Refused:
    """An incident by its number; another team's is not there."""
    with office.book.read() as tx:
        there = find_incident(tx, number)
        return there if isinstance(there, Refused) else _seen(tx, *there)


def why_not(office: Office, by: Person, found: Investigated, act: Act) -> Refused | None:
    """Why somebody may not do something about an incident; None where they may."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, whole(found.found).incident.use_case)
        permitted = allowed_person(office, tx, by, act, use_case)
    return permitted if isinstance(permitted, Refused) else None


def timeline(office: Office, by: Actor, found: Investigated) -> list[Read] | Refused:
    """The ledger's entries that tell the story, from the grant on: what was granted, tripped, stopped, told and done, in order."""
    view = reading_view(office, by)
    if isinstance(view, Refused):
        return view
    slug = whole(found.found).incident.use_case
    return tell(office, view, Story(use_case=slug, words=TOLD, since=_since_of(office, found), limit=LONGEST_STORY))


def _since_of(office: Office, found: Investigated) -> datetime:
    with office.book.read() as tx:
        incident = whole(found.found).incident
        granted = granted_of(mandate_of(tx, use_cases.require(tx, incident.use_case), incident.mandate))
    return incident.at if granted is None else granted.granted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """An incident in the hands of somebody who may investigate it, in one transaction."""

    tx: Tx
    use_case: UseCase
    found: AnyInquiry
    person: Person
    now: datetime

    def said(self, word: str, **facts: Json) -> Event:
        """A ledger entry of theirs about the incident."""
        number = whole(self.found).number
        return entry(word, by=self.person.id, now=self.now, use_case=self.use_case, incident=number, **facts)


def _acted(office: Office, by: Actor, number: int, act: Callable[[InHand], tuple[T, Event] | Refused]) -> T | Refused:
    """Does something about an incident, with its ledger entry, in one transaction; or says why not."""
    with office.book.write() as tx:
        there = at_hand(office, tx, by, number)
        if isinstance(there, Refused):
            return there
        use_case, found, person = there
        done = act(InHand(tx=tx, use_case=use_case, found=found, person=person, now=office.clock.now()))
        if isinstance(done, Refused):
            return done
        made, event = done
        tx.record(event)
        return made


def find_out(office: Office, by: Actor, *, number: int, finding: Finding, says: str) -> Found | Refused:
    """Writes down the cause, or what was learned; what was written before stays beside it.

    Raises:
        NotAReasonError: when it says nothing, or too much.
    """

    def act(at: InHand) -> tuple[Found, Event] | Refused:
        made = write_down(at.found, finding, says, at.person.id, now=at.now)
        if isinstance(made, Refused):
            return made
        incidents.add_found(at.tx, whole(at.found), made)
        return made, at.said("incident.explained", finding=finding.value, number=made.number)

    return _acted(office, by, number, act)


def add_action(office: Office, by: Actor, *, number: int, plan: NewAction) -> PendingAction | Refused:
    """Says what is to be done, by whom and until when; whoever it is, is told by message.

    Raises:
        NotAReasonError: when it says nothing, or too much.
    """

    def act(at: InHand) -> tuple[PendingAction, Event] | Refused:
        if people.by_id(at.tx, plan.who) is None:
            why = f"Nobody here has the id {plan.who!r}."
            return Refused(code="no_such_person", why=why, remedy="Name somebody who was added: `licet person add`.")
        made = plan_action(at.found, plan, at.person.id, now=at.now)
        if isinstance(made, Refused):
            return made
        incidents.add_action(at.tx, whole(at.found), made)
        _tell_whose(at.tx, at.use_case, made, number)
        return made, at.said("incident.action_planned", number=made.number)

    return _acted(office, by, number, act)


def _tell_whose(tx: Tx, use_case: UseCase, made: PendingAction, number: int) -> None:
    """Tells whoever is to do something; who names themselves knows."""
    if made.who != made.made_by:
        subject = f"{use_case.title}: an action of incident {number} is yours"
        body = f"You are to do this until {made.until:%Y-%m-%d}, for incident {number} of {use_case.title}: {made.says}"
        notices.tell(tx, Message(to=made.who, subject=subject, body=body), at=made.made_at)


def finish_action(office: Office, by: Actor, *, number: int, action: int, dropped: str | None = None) -> Action | Refused:
    """Says that an action was taken; or, with a reason, that it was dropped.

    Raises:
        NotAReasonError: when it is dropped for no reason.
    """

    def act(at: InHand) -> tuple[Action, Event] | Refused:
        ended = end_action(at.found, action, at.person.id, dropped=dropped, now=at.now)
        if isinstance(ended, Refused):
            return ended
        incidents.end_action(at.tx, whole(at.found), ended)
        return ended, at.said("incident.action_ended", number=action, done=isinstance(ended, DoneAction))

    return _acted(office, by, number, act)


def close_incident(office: Office, by: Actor, *, number: int, why: str | None = None) -> ClosedInquiry | Refused:
    """Closes an incident. It gives AI nothing back: reinstating a mandate takes a fresh verdict, whatever was found out here.

    Where cases that may be wrong were looked at by nobody since, risk alone closes it, and says `why` that is enough.

    Raises:
        NotAReasonError: when that says nothing, or too much.
    """

    def act(at: InHand) -> tuple[ClosedInquiry, Event] | Refused:
        unseen = _unseen(touched_by(at.tx, at.use_case, whole(at.found)))
        closed = close(at.found, at.person, unseen=unseen, why=why, now=at.now)
        if isinstance(closed, Refused):
            return closed
        incidents.close(at.tx, closed)
        return closed, at.said("incident.closed", left_out=closed.unseen)

    return _acted(office, by, number, act)


def find_incident(tx: Tx, number: int) -> tuple[UseCase, AnyInquiry] | Refused:
    """An incident with its use case; another team's is not there."""
    there = incidents.find(tx, number)
    use_case = None if there is None else use_cases.find_by_id(tx, there[0])
    if there is None or use_case is None:
        return Refused(code="not_there", why=f"There is no incident {number} here.", remedy="See `licet incident list`.")
    return use_case, there[1]


def at_hand(office: Office, tx: Tx, by: Actor, number: int) -> tuple[UseCase, AnyInquiry, Person] | Refused:
    """An incident with its use case, and the person if they may investigate it."""
    there = find_incident(tx, number)
    if isinstance(there, Refused):
        return there
    person = allowed_person(office, tx, by, Act.INVESTIGATE, there[0])
    return person if isinstance(person, Refused) else (*there, person)


def mandate_of(tx: Tx, use_case: UseCase, mandate: str) -> Mandate | None:
    """A mandate of a use case by its id."""
    return next((one for one in mandates.every(tx, use_case) if _id(one) == mandate), None)


def _id(mandate: Mandate) -> str:
    match mandate:
        case ProposedMandate() | ActiveMandate():
            return mandate.id
        case SuspendedMandate() | ExpiredMandate() | RevokedMandate():
            return mandate.active.id
        case _:
            assert_never(mandate)


def touched_by(tx: Tx, use_case: UseCase, inquiry: Inquiry, since: datetime | None = None) -> Touched | Unknown:
    """Which cases an incident may have touched: those decided alone since errors may have been more than allowed."""
    incident = inquiry.incident
    active = granted_of(mandate_of(tx, use_case, incident.mandate))
    if active is None:
        return Unknown(why="the mandate was never granted")
    rows = [row for row in audits.every(tx, active.id) if row.fed and row.drawn.drawn_at <= incident.at and row.drawn.round == active.round]
    asked = incidents.asked_since(tx, inquiry.number)
    beginning, basis = since_when(since, began(_points(active, rows)), active.granted_at, asked=asked)
    return Touched(
        since=beginning,
        basis=basis,
        until=incident.at,
        alone=incidents.decided_alone(tx, active.id, since=beginning, until=incident.at),
        unseen=incidents.count_suspects(tx, active.id, since=beginning, until=incident.at),
        audited=len(rows),
        disagreed=sum(outcome_loss(settled(row)) > 0 for row in rows),
    )


def _unseen(touched: Touched | Unknown) -> int:
    """Cases that may be wrong and that nobody has looked at since; none where nothing was decided alone."""
    return 0 if isinstance(touched, Unknown) else touched.unseen


def _points(active: ActiveMandate, rows: list[audits.AuditRow]) -> list[Point]:
    watch, points = fresh_watch(active), []
    for row in rows:
        watch = fed_by(watch, row)
        points.append(Point(meter=watching.meter(watch), drawn_at=row.drawn.drawn_at))
    return points


def _seen(tx: Tx, use_case: UseCase, found: AnyInquiry) -> Investigated:
    inquiry = whole(found)
    mandate = mandate_of(tx, use_case, inquiry.incident.mandate)
    state = "absent" if mandate is None else state_of(mandate)
    return Investigated(
        title=use_case.title,
        found=found,
        mandate="suspended" if isinstance(mandate, SuspendedMandate) else state,
        touched=touched_by(tx, use_case, inquiry),
        names=_names(tx, found),
    )


def _names(tx: Tx, found: AnyInquiry) -> Mapping[PersonId, str]:
    inquiry = whole(found)
    ids = {one.by for one in inquiry.found}
    for one in inquiry.actions:
        pending = one if isinstance(one, PendingAction) else one.action
        ids |= {pending.who, pending.made_by} | (set() if isinstance(one, PendingAction) else {one.by})
    ids |= {found.by} if isinstance(found, ClosedInquiry) else set()
    return {one: person.name for one in ids if (person := people.by_id(tx, one)) is not None}
