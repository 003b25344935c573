"""The desk's rows: what waits for whom in which order, whose it is until when, and answers that have not taken effect yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import merge
from typing import Any

from sqlalchemy import Integer, Select, String, and_, bindparam, delete, exists, insert, or_, select, tuple_, union_all, update

from licet.core.desk import HeldState, Lease
from licet.core.ids import CaseNumber, PersonId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.desk_tables import desk_item, desk_skill, desk_skip, held_answer
from licet.store.moments import moment_text

ANYBODY = ""
"""The lane of what anybody may be given who may review."""

SECOND_LOOK = "second look"
"""The lane of what the second-look page alone gives: cases on which two people differ."""

SENIORS = "seniors"
"""The lane of what somebody could not tell; senior reviewers are given it among what waits for anybody."""

HELD, ASIDE, INFORMATION = "held", "aside", "info"
"""Lanes that nobody is given a case of: an answer is held; put aside until later; a question is out."""

BY_NAME = "to:"
"""How the lane of what waits for one person begins."""

FIRST_PAGE, PAGE = 4, 50
"""How many are read at first and from then on: nearly always one of the very first is taken."""


def for_skill(skill: str) -> str:
    """The lane of what asks for a skill."""
    return f"skill:{skill}"


def for_person(person: PersonId) -> str:
    """The lane of what waits for one person."""
    return f"{BY_NAME}{person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A task that comes to the desk.

    Attributes:
        skill: what it asks for; None: anybody.
        lane: where else than by its skill it waits.
        waits_from: from when on it is counted and given to somebody; None: at once.
    """

    token: str
    case: CaseNumber
    due_at: datetime
    skill: str | None
    lane: str | None = None
    waits_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A task on the desk.

    Attributes:
        lane: for whom it waits, or why for nobody.
        home: the lane it goes back to.
        lease: the name of the lease it is under, or was last; None: it never was, or was given back.
        ahead: whether it was fetched ahead and is not being read yet.
        back_at: when it comes back by itself, where it was put aside or a question is out.
    """

    token: str
    use_case_id: int
    case: CaseNumber
    lane: str
    home: str
    due_at: datetime
    since: datetime
    lease: str | None
    leased_by: PersonId | None
    leased_until: datetime | None
    ahead: bool
    handed_at: datetime | None
    back_at: datetime | None

    def in_hand(self, now: datetime) -> bool:
        """Whether it is under anybody's lease that still lasts."""
        return self.leased_until is not None and self.leased_until >= now

    def was_read_by(self, person: PersonId) -> bool:
        """Whether this person was the last who had it to read, so that it may be on their page still."""
        return self.leased_by == person and not self.ahead


_I = desk_item.c
_COLUMNS = (
    _I.token, _I.use_case_id, _I.case_number, _I.lane, _I.home, _I.due_at, _I.since, _I.lease, _I.leased_by, _I.leased_until, _I.ahead,
    _I.handed_at, _I.back_at,
)  # fmt: skip
WAITS = _I.waits_from <= bindparam("now", type_=_I.waits_from.type)
"""What has come to the desk by a moment, `now`."""

_NEW = ("token", "use_case_id", "case_number", "lane", "home", "due_at", "since", "waits_from", "ahead")


def _item(row: Record) -> Item:
    return Item(
        token=row.token,
        use_case_id=row.use_case_id,
        case=CaseNumber(row.case_number),
        lane=row.lane,
        home=row.home,
        due_at=row.due_at,
        since=row.since,
        lease=row.lease,
        leased_by=None if row.leased_by is None else PersonId(row.leased_by),
        leased_until=row.leased_until,
        ahead=row.ahead,
        handed_at=row.handed_at,
        back_at=row.back_at,
    )


# --- coming and going --------------------------------------------------------------------------------------------------


def put(tx: Tx, use_case: UseCase, items: Sequence[NewItem], *, at: datetime) -> None:
    """Puts tasks on the desk."""
    lanes = [one.lane or (ANYBODY if one.skill is None else for_skill(one.skill)) for one in items]
    comes = [moment_text(one.waits_from or at) for one in items]
    rows = [
        (one.token, use_case.id, one.case, lane, lane, moment_text(one.due_at), since, since, False)
        for one, lane, since in zip(items, lanes, comes, strict=True)
    ]
    tx.insert_many(desk_item, _NEW, rows)


def plant(tx: Tx, use_case: UseCase, item: NewItem, person: PersonId, *, at: datetime) -> None:
    """Puts a case with a known answer on the desk, for one person alone; it looks like any other."""
    lane = for_person(person)
    row = (item.token, use_case.id, item.case, lane, lane, moment_text(item.due_at), moment_text(at), moment_text(at), False)
    tx.insert_many(desk_item, _NEW, [row])


def clear(tx: Tx, tokens: Sequence[str]) -> None:
    """Takes tasks off the desk: they were answered, or nobody can read the case any more."""
    for start in range(0, len(tokens), 500):
        tx.run(delete(desk_item).where(_I.token.in_(tokens[start : start + 500])))


# --- finding -----------------------------------------------------------------------------------------------------------


def find(tx: Tx, token: str) -> Item | None:
    """What is on the desk under a name; None: it was answered, or never was there."""
    row = tx.run(_FOUND, {"token": token}).one_or_none()
    return None if row is None else _item(row)


_FOUND = select(*_COLUMNS).where(_I.token == bindparam("token"))


def in_hands_of(tx: Tx, person: PersonId, now: datetime) -> list[Item]:
    """What is under a lease of somebody's that lasts, oldest first."""
    return [_item(row) for row in tx.run(_IN_HANDS, {"person": person, "now": now})]


_NOW = bindparam("now", type_=_I.leased_until.type)
_IN_HANDS = select(*_COLUMNS).where(_I.leased_by == bindparam("person"), _I.leased_until >= _NOW).order_by(_I.handed_at, _I.token)
"""Asked with every case that is handed out, as are those below: put together once."""


def at_hand_of(tx: Tx, numbers: Sequence[CaseNumber], person: PersonId, now: datetime) -> Mapping[CaseNumber, frozenset[str]]:
    """Which of these cases somebody has in hand, or has answered without effect yet, each with the names of what they were asked."""
    found: dict[CaseNumber, frozenset[str]] = {}
    for start in range(0, len(numbers), 500):
        asked = {"cases": list(numbers[start : start + 500]), "person": person, "now": now}
        for row in tx.run(_AT_HAND, asked):
            number = CaseNumber(row.case_number)
            found[number] = found.get(number, frozenset()) | {row.token}
    return found


_H = held_answer.c
_NO_EFFECT = _H.state.in_([HeldState.HELD.value, HeldState.REVEALED.value])
_AT_HAND = union_all(
    select(_I.case_number, _I.token).where(
        _I.case_number.in_(bindparam("cases", expanding=True)),
        _I.leased_by == bindparam("person"),
        _I.leased_until >= _NOW,
    ),
    select(_H.case_number, _H.token).where(
        _H.case_number.in_(bindparam("cases", expanding=True)),
        _H.person_id == bindparam("person"),
        _NO_EFFECT,
    ),
)


def in_use(tx: Tx, tokens: Sequence[str], now: datetime) -> frozenset[str]:
    """Which of these tasks somebody at the desk works on, has answered, or asked about: no other way in may answer them meanwhile."""
    found: set[str] = set()
    for start in range(0, len(tokens), 500):
        busy = or_(_I.lane.in_((HELD, INFORMATION)), _I.leased_until >= now)
        found.update(tx.conn.execute(select(_I.token).where(_I.token.in_(tokens[start : start + 500]), busy)).scalars())
    return frozenset(found)


def to_come(tx: Tx, use_case: UseCase, now: datetime) -> frozenset[str]:
    """Tasks that have not come to the desk yet: by no way in anybody is to know of them."""
    return frozenset(tx.conn.execute(select(_I.token).where(_I.use_case_id == use_case.id, _I.waits_from > now)).scalars())


def skills(tx: Tx, use_case: UseCase, person: PersonId) -> tuple[str, ...]:
    """The skills that somebody has in a use case."""
    if tx.told is not None and not tx.once(("skills", person), lambda: skills_anywhere(tx, person)):
        return ()
    return tuple(tx.conn.execute(_SKILLS_HERE, {"person": person, "use_case": use_case.id}).scalars())


_SKILLS = select(desk_skill.c.skill).where(desk_skill.c.person_id == bindparam("person"))
_SKILLS_HERE = _SKILLS.where(desk_skill.c.use_case_id == bindparam("use_case"))
_SKILLS_ANYWHERE = _SKILLS.distinct()


def skills_anywhere(tx: Tx, person: PersonId) -> tuple[str, ...]:
    """The skills that somebody has in any use case."""
    return tuple(tx.conn.execute(_SKILLS_ANYWHERE, {"person": person}).scalars())


def take_skill(tx: Tx, use_case: UseCase, person: PersonId, skill: str) -> bool:
    """Takes a skill from somebody; says whether they had it."""
    s = desk_skill.c
    theirs = (s.use_case_id == use_case.id, s.person_id == person, s.skill == skill)
    return tx.conn.execute(delete(desk_skill).where(*theirs)).rowcount > 0


def skills_there(tx: Tx, use_case: UseCase) -> frozenset[str]:
    """The skills that anybody has in a use case."""
    return frozenset(tx.conn.execute(select(desk_skill.c.skill).where(desk_skill.c.use_case_id == use_case.id).distinct()).scalars())


def set_skill(tx: Tx, use_case: UseCase, person: PersonId, skill: str, *, by: PersonId, at: datetime) -> bool:
    """Says that somebody has a skill; says whether that was new."""
    if skill in skills(tx, use_case, person):
        return False
    tx.run(insert(desk_skill).values(use_case_id=use_case.id, person_id=person, skill=skill, made_by=by, made_at=at))
    return True


def waiting(tx: Tx, use_case: UseCase, lanes: Sequence[str], person: PersonId, *, now: datetime, skipped: bool) -> Iterator[Item]:
    """What somebody may be given, in the order in which it is due; what asks for a skill before what anybody can answer.

    Args:
        tx: the transaction.
        use_case: whose cases.
        lanes: which of them.
        person: who asks.
        now: leases that ended before count no more.
        skipped: False: what they have not skipped; True: what they have.
    """
    asked = {"use_case": use_case.id, "person": person, "now": now}
    return merge(*(_lane(tx, {**asked, "lane": lane}, skipped=skipped) for lane in lanes), key=_order)


def _order(one: Item) -> tuple[datetime, bool, str]:
    return one.due_at, one.lane == ANYBODY, one.token


def _lane(tx: Tx, asked: dict[str, object], *, skipped: bool) -> Iterator[Item]:
    most, after = FIRST_PAGE, {"due": "", "token": ""}
    while page := [_item(row) for row in tx.run(_WAITING[skipped], asked | after | {"most": most})]:
        yield from page
        if len(page) < most:
            return
        most, after = PAGE, {"due": moment_text(page[-1].due_at), "token": page[-1].token}


def _waiting(*, skipped: bool) -> Select[*tuple[object, ...]]:
    theirs = exists(select(1).where(desk_skip.c.token == _I.token, desk_skip.c.person_id == bindparam("person")))
    lane = and_(_I.use_case_id == bindparam("use_case"), _I.lane == bindparam("lane"))
    free = and_(or_(_I.leased_until.is_(None), _I.leased_until < bindparam("now")), WAITS)
    later = tuple_(_I.due_at, _I.token) > tuple_(bindparam("due", type_=String(32)), bindparam("token", type_=String(40)))
    wanted = select(*_COLUMNS).where(lane, later, free, theirs if skipped else ~theirs)
    return wanted.order_by(_I.due_at, _I.token).limit(bindparam("most", type_=Integer()))


_WAITING = {skipped: _waiting(skipped=skipped) for skipped in (False, True)}


def with_something(tx: Tx, use_cases: Sequence[UseCase], lanes: Sequence[str], now: datetime) -> list[UseCase]:
    """Those of these use cases in which something waits in such a lane, the one first in which something is due first."""
    there, asked = {one.id: one for one in use_cases}, {f"lane_{place}": lane for place, lane in enumerate(lanes)}
    rows = tx.run(_first(len(lanes)), {**asked, "use_cases": list(there), "now": now})
    found = [(min(one for one in first if one is not None), use_case) for use_case, *first in rows if any(first)]
    return [there[use_case] for _, use_case in sorted(found)]


@cache
def _first(lanes: int) -> Select[*tuple[Any, ...]]:
    """When the first is due in each of so many lanes of each use case: one step along the index for each, and one statement."""
    here = tables.use_case.c.id
    mine = select(_I.due_at).where(_I.use_case_id == here, WAITS).order_by(_I.due_at, _I.token).limit(1)
    first = (mine.where(_I.lane == bindparam(f"lane_{place}")).scalar_subquery() for place in range(lanes))
    return select(here, *first).where(here.in_(bindparam("use_cases", expanding=True)))


# --- leases ------------------------------------------------------------------------------------------------------------


def take(tx: Tx, item: Item, lease: Lease, person: PersonId, *, now: datetime, ahead: bool) -> bool:
    """Takes a task for somebody, if it still waits in its lane and nobody else has it; the database says which of two was first."""
    mine = {"new_lease": lease.name, "person": person, "until": lease.until, "is_ahead": ahead}
    return tx.conn.execute(_TAKE, {**mine, "name": item.token, "there": item.lane, "now": now}).rowcount == 1


_TAKE = (
    update(desk_item)
    .where(_I.token == bindparam("name"), _I.lane == bindparam("there"), or_(_I.leased_until.is_(None), _I.leased_until < _NOW))
    .values(
        lease=bindparam("new_lease"),
        leased_by=bindparam("person"),
        leased_until=bindparam("until", type_=_I.leased_until.type),
        ahead=bindparam("is_ahead"),
        handed_at=_NOW,
    )
)


def take_again(tx: Tx, item: Item, lease: Lease) -> None:
    """Gives a task under a new lease to whoever has it: another tab of theirs has it no more."""
    tx.run(update(desk_item).where(_I.token == item.token).values(lease=lease.name, leased_until=lease.until, ahead=False))


def renew(tx: Tx, item: Item, *, until: datetime, now: datetime) -> None:
    """Keeps a task under its lease; one that was fetched ahead is being read from now on."""
    handed = now if item.ahead else item.handed_at
    tx.run(update(desk_item).where(_I.token == item.token).values(leased_until=until, ahead=False, handed_at=handed))


FREE = {"lease": None, "leased_by": None, "leased_until": None, "ahead": False, "handed_at": None, "back_at": None}
"""What a task is when nobody has it."""


def move(tx: Tx, item: Item, lane: str, *, back_at: datetime | None = None) -> None:
    """Ends the lease and puts a task into a lane."""
    tx.run(_MOVE, {"name": item.token, "to": lane, "again": back_at})


_TO = {"lane": bindparam("to"), "back_at": bindparam("again", type_=_I.back_at.type)}
_MOVE = update(desk_item).where(_I.token == bindparam("name")).values({**FREE, **_TO})


def skip(tx: Tx, item: Item, person: PersonId, reason: bytes, *, at: datetime, cannot_tell: bool = False) -> None:
    """Remembers that somebody skipped a task, or cannot tell its answer, so that others are asked first."""
    tx.run(insert(desk_skip).values(token=item.token, person_id=person, reason=reason, cannot_tell=cannot_tell, at=at))


def who_cannot_tell(tx: Tx, token: str) -> frozenset[PersonId]:
    """Who said of a task that they cannot tell."""
    said = select(desk_skip.c.person_id).where(desk_skip.c.token == token, desk_skip.c.cannot_tell.is_(True))
    return frozenset(PersonId(one) for one in tx.conn.execute(said).scalars())


def give_back(tx: Tx, tokens: Sequence[str]) -> None:
    """Puts tasks back to where they came from: an answer to them did not count."""
    for start in range(0, len(tokens), 500):
        back = update(desk_item).where(_I.token.in_(tokens[start : start + 500])).values({**FREE, "lane": _I.home})
        tx.run(back)
