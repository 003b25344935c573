"""Walking: items begin in a workflow, go on when their step is decided or their time has come, and are held where a rule cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.history import PastCase
from licet.core.ids import LICET
from licet.core.incident import Message
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.core.workflow import HELD as WHY
from licet.core.workflow import Decide, End, Held, ItemId, StepName, Wait, Walk, enter, facts_at, leave
from licet.flows.intake import BACKLOG, accept_step
from licet.flows.office import Office, at_work_on, entry, person_at_work_on
from licet.flows.roles import everybody_here
from licet.flows.sort_history import DIGEST, digest_of
from licet.store import notices, teams, use_cases, workflows
from licet.store.book import Tx
from licet.store.payloads import commit_to
from licet.store.workflows import AWAY, ENDED, HELD, WAITING, Item, Says, Version, Visit

AT_ONCE = 25
"""Items moved in one transaction: so many at most are moved again after a kill, and none twice."""

ROUNDS = 20
"""Transactions of one sweep; what is left waits for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """An item as it stands, with its version and the steps it was at."""

    item: Item
    version: Version
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An item that began; or, where `repeated`, had begun before under this name, and said something else where `differs`."""

    stood: Stood
    repeated: bool
    differs: bool


def start_item(office: Office, by: Actor, *, name: str, row: PastCase) -> Begun | Refused:
    """Begins an item in the newest version, and lets it enter the first step; by a name that is known, nothing begins twice.

    Args:
        office: the office.
        by: whoever may bring cases to the use case.
        name: the use case.
        row: what the item says; `external_id` is its name, and `requester` whoever asked for it.
    """
    with office.book.write() as tx:
        there = at_work_on(office, tx, by, Act.SUBMIT, name=name)
        if isinstance(there, Refused):
            return there
        use_case, actor = there
        known, digest = workflows.versions(tx, use_case), digest_of(office.vault.key(DIGEST, b""), row.body.content)
        before = workflows.named(tx, use_case, row.external_id or "")
        if before is not None:
            return Begun(stood=_stood(tx, before), repeated=True, differs=before.digest != digest)
        refused = _cannot_begin(tx, use_case, known)
        if refused is not None:
            return refused
        item = _begun(office, known[-1], use_case, row, digest)
        says = Says(body=row.body, requester=row.requester)
        item = workflows.add(tx, item, says, by=actor.id)
        committed = commit_to(tx, item.salt or b"", "body", workflows.says_to_json(says))
        facts: dict[str, Json] = {"item": item.id, "version": known[-1].number, "commitment": committed}
        tx.record(entry("workflow.started", by=actor.id, now=item.since, use_case=use_case, **facts))
        walk = enter(known[-1].workflow, item.step, facts_at(row.body, None), done=frozenset())
        _go(office, tx, _Here(use_case=use_case, version=known[-1], item=item, says=says, now=item.since), walk)
        return Begun(stood=_stood(tx, workflows.by_id(tx, item.id)), repeated=False, differs=False)


def _cannot_begin(tx: Tx, use_case: UseCase, known: list[Version]) -> Refused | None:
    if not known:
        remedy = f"Write workflow.yaml in its folder; then: licet workflow register {use_case.slug}"
        return Refused(code="no_workflow", why=f"{use_case.slug!r} has no workflow.", remedy=remedy)
    on_their_way = sum(many for state, many in workflows.count(tx, use_case).items() if state != ENDED)
    if on_their_way < BACKLOG:
        return None
    why = f"{on_their_way:,} items of {use_case.slug!r} are on their way; more than {BACKLOG:,} are not taken."
    return Refused(code="backlog_full", why=why, remedy="Nothing was taken in. Send it again later.")


def _begun(office: Office, version: Version, use_case: UseCase, row: PastCase, digest: bytes) -> Item:
    now, item = office.clock.now(), office.draw.token("w_")
    whole = version.workflow.due
    return Item(
        id=ItemId(item),
        name=row.external_id or item,
        use_case_id=use_case.id,
        version=version.id,
        state=HELD,
        step=version.workflow.begin,
        reason=None,
        case=None,
        since=now,
        due_at=None,
        whole_due_at=None if whole is None else now + whole,
        resume_at=None,
        late=False,
        late_whole=False,
        started_at=now,
        digest=digest,
        salt=office.draw.secret(),
        sealed=None,
    )


def send_on(office: Office, by: Actor, *, name: str, item: str, to: str) -> Stood | Refused:
    """Sends a held item on to a step at which it was not yet, as its use case's owner says; an ending is a step too."""
    with office.book.write() as tx:
        there = person_at_work_on(office, tx, by, Act.SET_STEPS, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = workflows.named(tx, use_case, item)
        if found is None:
            return _not_there(name, item)
        stood, says = _stood(tx, found), workflows.read_says(tx, found)
        step = StepName(to)
        if found.state != HELD or says is None:
            return Refused(code="not_held", why=f"{item!r} is not held for a person: it is {found.state}.", remedy="Nothing is to be said.")
        if step not in stood.version.workflow.steps:
            names = ", ".join(stood.version.workflow.steps)
            return Refused(code="not_there", why=f"{to!r} is no step of version {stood.version.number}.", remedy=f"There are: {names}.")
        done = frozenset(one.step for one in stood.visits)
        if step in done:
            return Refused(code="already_done", why=f"{item!r} was at {to!r}; no step is done twice.", remedy="Name a step further on.")
        walk = enter(stood.version.workflow, step, facts_at(says.body, None), done=done)
        here = _Here(use_case=use_case, version=stood.version, item=found, says=says, now=office.clock.now(), by=person)
        _go(office, tx, here, walk)
        return _stood(tx, workflows.by_id(tx, found.id))


def list_items(office: Office, *, name: str, limit: int = 100) -> tuple[Mapping[str, int], list[Stood]]:
    """How many items stand where, by state; and those on their way: held ones first, then the late, then the longest."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        return workflows.count(tx, use_case), [_stood(tx, one) for one in workflows.running(tx, use_case, limit=limit)]


def show_item(office: Office, *, name: str, item: str) -> Stood | Refused:
    """An item by the name that the outside has for it: where it stands, and every step it was at."""
    with office.book.read() as tx:
        found = workflows.named(tx, use_cases.require(tx, name), item)
        return _not_there(name, item) if found is None else _stood(tx, found)


def list_versions(office: Office, *, name: str) -> list[Version]:
    """The versions of a use case's workflow, the oldest first."""
    with office.book.read() as tx:
        return workflows.versions(tx, use_cases.require(tx, name))


def _not_there(name: str, item: str) -> Refused:
    return Refused(code="no_such_item", why=f"{item!r} is no item of {name!r}.", remedy=f"See them: licet workflow list {name}")


def _stood(tx: Tx, item: Item) -> Stood:
    return Stood(item=item, version=workflows.version_by_id(tx, item.version), visits=tuple(workflows.visits(tx, item)))


# --- time and decisions ------------------------------------------------------------------------------------------------


def walk_on(office: Office) -> int:
    """Moves every item whose step was decided or whose time has come, and tells of those that are late.

    Returns:
        On how many something had to be done.
    """
    done = 0
    for _ in range(ROUNDS):
        with office.book.read() as tx:
            idle = not workflows.anything_to_move(tx, office.clock.now())
        if idle:
            break
        done += _one_round(office)
    return done


def _one_round(office: Office) -> int:
    with office.book.write() as tx:
        now = office.clock.now()
        items = workflows.to_move(tx, now, limit=AT_ONCE)
        for item in items:
            _leave(office, tx, item, now)
        late = workflows.newly_late(tx, now, limit=AT_ONCE)
        for item in late:
            _tell_late(tx, item, now)
        return len(items) + len(late)


def _leave(office: Office, tx: Tx, item: Item, now: datetime) -> None:
    stood, says = _stood(tx, item), workflows.read_says(tx, item)
    assert says is not None  # noqa: S101 - an item that is not at its end says something
    given = None if item.case is None else workflows.decision_of(tx, item.case)
    done = frozenset(one.step for one in stood.visits)
    walk = leave(stood.version.workflow, item.step, says.body, given, done=done)
    here = _Here(use_case=use_cases.by_id(tx, item.use_case_id), version=stood.version, item=item, says=says, now=now)
    _go(office, tx, here, walk)


def _tell_late(tx: Tx, item: Item, now: datetime) -> None:
    use_case, version = use_cases.by_id(tx, item.use_case_id), workflows.version_by_id(tx, item.version)
    workflows.told_late(tx, item, now)
    tx.record(entry("workflow.late", by=LICET, now=now, use_case=use_case, item=item.id, step=item.step))
    _tell(tx, use_case, version, "an item is late", f"An item stands at {item.step!r} since {item.since:%Y-%m-%d %H:%M} UTC.", now)


def _tell(tx: Tx, use_case: UseCase, version: Version, subject: str, says: str, now: datetime) -> None:
    """Tells the owner and everybody of the role that the workflow names."""
    named = {one.id for one in everybody_here(tx, use_case) if one.has(version.workflow.tell)}
    body = f"{says} To see it: licet workflow list {use_case.slug}"
    for person in sorted(one for one in {use_case.owner, *named} if one is not None):
        notices.tell(tx, Message(to=person, subject=f"{use_case.title}: {subject}", body=body), at=now)


# --- where a walk leads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """An item while it is moved; `by` is who sent it on, None: nobody, a decision or time did."""

    use_case: UseCase
    version: Version
    item: Item
    says: Says
    now: datetime
    by: Actor | None = None


def _go(office: Office, tx: Tx, here: _Here, walk: Walk) -> None:
    """Writes the steps that were entered, and what the last of them brings about."""
    for step in walk.entered:
        workflows.enter(tx, here.item, step, at=here.now)
    came_to = walk.came_to
    if isinstance(came_to, Held):
        _hold(tx, here, came_to)
        return
    match came_to.kind:
        case Decide() as asking:
            _ask(office, tx, here, came_to.step, asking)
        case Wait(lasts=lasts):
            _stand(tx, here, WAITING, came_to.step, resume_at=here.now + lasts)
        case End():
            _stand(tx, here, ENDED, came_to.step)
        case _:
            assert_never(came_to.kind)


def _ask(office: Office, tx: Tx, here: _Here, name: StepName, step: Decide) -> None:
    """Makes the item a case of the step's use case, under a name that nobody outside can have given."""
    target = use_cases.find(tx, step.use_case)
    if target is None or target.stage is Stage.RETIRED or teams.of(tx, target) != teams.of(tx, here.use_case):
        _hold(tx, here, Held(step=name, reason="use_case_gone"))
        return
    called = f"{here.item.id}.{name}"
    row = PastCase(line=1, body=_own(here.says.body), answer=None, external_id=called, requester=here.says.requester)
    accepted = accept_step(office, tx, target, row, here.now)
    if accepted.repeated:
        _hold(tx, here, Held(step=name, reason="name_taken"))
        return
    workflows.decides(tx, here.item, name, accepted.number)
    due = None if step.due is None else here.now + step.due
    _stand(tx, here, AWAY, name, case_number=accepted.number, due_at=due)


def _own(body: CaseBody) -> CaseBody:
    """The item as a case of another use case: taken in by no schema of that one, so that a mandate with a schema leaves it to a person."""
    return replace(body, schema="")


def _hold(tx: Tx, here: _Here, held: Held) -> None:
    _stand(tx, here, HELD, held.step, reason=held.reason)
    _tell(tx, here.use_case, here.version, "an item is held", f"An item is held at {held.step!r}. {WHY[held.reason]}", here.now)


def _stand(tx: Tx, here: _Here, state: str, step: StepName, **more: object) -> None:
    workflows.stand(tx, here.item, state, step, at=here.now, more=more)
    by = LICET if here.by is None else here.by.id
    what = "workflow.ended" if state == ENDED else "workflow.moved"
    facts: dict[str, Json] = {"item": here.item.id, "step": step, "version": here.version.number}
    facts |= {} if state == ENDED else {"stands": state}
    tx.record(entry(what, by=by, now=here.now, use_case=here.use_case, **facts))
