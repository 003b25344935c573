"""Walking: items begin in a workflow, go on when their step is decided or their time has come, and are held where a rule cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.coded_rule import Question, Ruling, Unruled
from licet.core.history import PastCase
from licet.core.ids import LICET, PersonId, UseCaseSlug
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.core.workflow import NOBODY_LEFT, Coded, End, ItemId, Join, Split, StepName, branch_steps, case_name, facts_at
from licet.core.workflow_change import cut_out, ways_on
from licet.core.workflow_way import Given, Held, Joined, Walk, enter, leave
from licet.flows.go import Here, branch_facts, go, tell
from licet.flows.intake import BACKLOG
from licet.flows.keep_apart import look_who_is_left
from licet.flows.office import Office, at_work_on, entry, person_at_work_on
from licet.flows.sort_history import DIGEST, digest_of
from licet.store import apart, use_cases, workflow_counts, workflow_moves, workflows
from licet.store.book import Tx
from licet.store.payloads import commit_to
from licet.store.workflows import BRANCH_HELD, ENDED, HELD, PARALLEL, Item, Says, Unreadable, Version, Visit

AT_ONCE = 25
"""Items moved in one transaction: so many at most are moved again after a kill, and none twice."""

ROUNDS = 20
"""Transactions of one sweep; what is left waits for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """An item as it stands, with its version, the steps it was at, and the branches that run."""

    item: Item
    version: Version
    visits: tuple[Visit, ...]
    branches: tuple[Item, ...]


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
            return Begun(stood=stood_at(tx, before), repeated=True, differs=before.digest != digest)
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
        go(office, tx, Here(use_case=use_case, version=known[-1], item=item, says=says, now=item.since), walk)
        return Begun(stood=stood_at(tx, workflows.by_id(tx, item.id)), repeated=False, differs=False)


def _cannot_begin(tx: Tx, use_case: UseCase, known: list[Version]) -> Refused | None:
    if not known:
        remedy = f"Write workflow.yaml in its folder; then: licet workflow register {use_case.slug}"
        return Refused(code="no_workflow", why=f"{use_case.slug!r} has no workflow.", remedy=remedy)
    on_their_way = sum(many for state, many in workflow_counts.count(tx, use_case).items() if state != ENDED)
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
        detail=None,
        case=None,
        parent=None,
        branch=None,
        round=1,
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


def send_on(office: Office, by: Actor, *, name: str, item: str, to: str, branch: str | None = None) -> Stood | Refused:
    """Sends a held item on to a step at which it was not yet, as its use case's owner says; an ending is a step too.

    Args:
        office: the office.
        by: the owner of the use case.
        name: the use case.
        item: its name.
        to: the step; of a branch that is held: another of this branch, or the join.
        branch: which one, by its first step; needed only where several are held, and `to` does not say which.
    """
    with office.book.write() as tx:
        there = person_at_work_on(office, tx, by, Act.SET_STEPS, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = workflows.named(tx, use_case, item)
        if found is None:
            return _not_there(name, item)
        stood, says = stood_at(tx, found), workflows.read_says(tx, found)
        if found.state != HELD or says is None:
            return Refused(code="not_held", why=f"{item!r} is not held for a person: it is {found.state}.", remedy="Nothing is to be said.")
        held = _held(stood, StepName(to), branch)
        if isinstance(held, Refused):
            return held
        walk = _sent(tx, stood, held, StepName(to), says, person.id)
        if isinstance(walk, Refused):
            return walk
        here = Here(use_case=use_case, version=stood.version, item=held, says=says, now=office.clock.now(), by=person)
        go(office, tx, here, walk)
        return stood_at(tx, workflows.by_id(tx, found.id))


def _held(stood: Stood, step: StepName, branch: str | None) -> Item | Refused:
    """What is held: the item, or the one of its branches that is meant."""
    if stood.item.reason != BRANCH_HELD:
        return stood.item
    held = [one for one in stood.branches if one.state == HELD and branch in {None, one.branch}]
    meant = [one for one in held if one.branch is not None and step in branch_steps(stood.version.workflow, one.branch)]
    if len(meant or held) == 1:
        return (meant or held)[0]
    names = ", ".join(str(one.branch) for one in stood.branches if one.state == HELD)
    return Refused(
        code="not_there", why=f"Several branches of {stood.item.name!r} are held, or none of this name.", remedy=f"Name: {names}."
    )


def _sent(tx: Tx, stood: Stood, held: Item, step: StepName, says: Says | Unreadable, by: PersonId) -> Walk | Refused:
    """The walk from a step that a person names. An item that cannot be read goes where nothing is asked of it alone."""
    version, name = stood.version, stood.item.name
    done = frozenset(one.step for one in stood.visits if one.round == held.round)
    refused = _not_sent(tx, stood, held, step, done, by)
    if refused is not None:
        return refused
    if isinstance(says, Says):
        return enter(version.workflow, step, facts_at(says.body, None), done=done)
    if isinstance(version.workflow.steps[step], End | Join):
        return enter(version.workflow, step, {}, done=done)
    why = f"What {name!r} says cannot be read, so that no step but an ending can take it."
    return Refused(code="item_unreadable", why=why, remedy="Send it to an ending, or restore a backup first.")


def _not_sent(tx: Tx, stood: Stood, held: Item, step: StepName, done: frozenset[StepName], by: PersonId) -> Refused | None:
    """Why an item may not be sent to a step: there is none, it was there, it would jump into a branch, or past somebody's second eyes."""
    version, name = stood.version, stood.item.name
    ways = ways_on(version.workflow, branch=held.branch, done=done)
    if step not in version.workflow.steps:
        names = ", ".join(version.workflow.steps)
        return Refused(code="not_there", why=f"{step!r} is no step of version {version.number}.", remedy=f"There are: {names}.")
    if step in done:
        return Refused(code="already_done", why=f"{name!r} was at {step!r}; no step is done twice.", remedy="Name a step further on.")
    if step not in ways:
        why = f"{name!r} cannot go to {step!r} by itself: a branch begins at its split, and a join takes branches."
        return Refused(code="not_there", why=why, remedy=f"There are: {', '.join(ways)}.")
    answered, decided = _hands(tx, stood.visits, by)
    past = cut_out(version.workflow, at=held.step, to=step, answered=answered, decided=decided)
    if past is None:
        return None
    why = f"You answered a step of {name!r} from which {past!r} is kept apart, and would send it past {past!r}."
    return Refused(code="kept_apart", why=why, remedy=f"Send it to {past!r}, or to a step before that; or let another owner do it.")


def _hands(tx: Tx, visits: tuple[Visit, ...], by: PersonId) -> tuple[frozenset[StepName], frozenset[StepName]]:
    """The steps that somebody answered, and those that any person decided."""
    cases = {one.case: one.step for one in visits if one.case is not None}
    mine = apart.answered(tx, list(cases), by)
    given = {step: workflows.decision_of(tx, case) for case, step in cases.items()}
    decided = (step for step, said in given.items() if isinstance(said, Given) and said.answer is not None and not said.alone)
    return frozenset(cases[case] for case in mine), frozenset(decided)


def list_items(office: Office, *, name: str, limit: int = 100) -> tuple[Mapping[str, int], list[Stood]]:
    """How many items stand where, by state; and those on their way: held ones first, then the late, then the longest."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        return workflow_counts.count(tx, use_case), [stood_at(tx, one) for one in workflow_counts.running(tx, use_case, limit=limit)]


def show_item(office: Office, *, name: str, item: str) -> Stood | Refused:
    """An item by the name that the outside has for it: where it stands, and every step it was at."""
    with office.book.read() as tx:
        found = workflows.named(tx, use_cases.require(tx, name), item)
        return _not_there(name, item) if found is None else stood_at(tx, found)


def list_versions(office: Office, *, name: str) -> list[Version]:
    """The versions of a use case's workflow, the oldest first."""
    with office.book.read() as tx:
        return workflows.versions(tx, use_cases.require(tx, name))


def _not_there(name: str, item: str) -> Refused:
    return Refused(code="no_such_item", why=f"{item!r} is no item of {name!r}.", remedy=f"See them: licet workflow list {name}")


def case_of(item: Item, visit: Visit) -> str | None:
    """What the case of a visited step is called in its use case; None where the step decides nothing."""
    return None if visit.case is None else case_name(item.root, visit.step, visit.round)


def nobody_left(one: Stood) -> bool:
    """Whether nobody is left who may decide it where it stands, or where one of its branches does."""
    return any(part.reason == NOBODY_LEFT for part in (one.item, *one.branches))


def stood_at(tx: Tx, item: Item) -> Stood:
    """An item as it stands, inside a transaction."""
    version, visits = workflows.version_by_id(tx, item.version), workflows.visits(tx, item)
    return Stood(item=item, version=version, visits=tuple(visits), branches=tuple(workflows.branches(tx, item)))


# --- time and decisions ------------------------------------------------------------------------------------------------


def walk_on(office: Office) -> int:
    """Moves every item whose step was decided or whose time has come, and tells of those that are late.

    Returns:
        On how many something had to be done.
    """
    done = 0
    for _ in range(ROUNDS):
        with office.book.read() as tx:
            idle = not workflow_moves.anything_to_move(tx, office.clock.now())
        if idle:
            break
        done += _ask_rules(office) + _one_round(office)
    return done


def _ask_rules(office: Office) -> int:
    """Asks coded rules of the items that stand at them, outside any transaction, and moves those of which nothing changed meanwhile."""
    with office.book.read() as tx:
        items = workflow_moves.to_rule(tx, limit=AT_ONCE)
        asked = [(one, use_cases.by_id(tx, one.use_case_id).slug, _question(tx, one)) for one in items]
    said = [(one, _asked(office, slug, question)) for one, slug, question in asked]
    if not said:
        return 0
    with office.book.write() as tx:
        now = office.clock.now()
        for item, ruling in said:
            if workflows.by_id(tx, item.id) == item:
                _leave(office, tx, item, now, ruling)
    return len(said)


def _question(tx: Tx, item: Item) -> Question | Unruled:
    workflow, says = workflows.version_by_id(tx, item.version).workflow, workflows.read_says(tx, item)
    step = workflow.steps[item.step]
    if not isinstance(step, Coded) or not isinstance(says, Says):
        return Unruled(reason="says_unreadable")
    return Question(code=workflow.code or "", function=step.function, facts=facts_at(says.body, None))


def _asked(office: Office, slug: UseCaseSlug, question: Question | Unruled) -> Ruling:
    return question if isinstance(question, Unruled) else office.rules.ask(slug, question)


def _one_round(office: Office) -> int:
    with office.book.write() as tx:
        now = office.clock.now()
        items = workflow_moves.to_move(tx, now, limit=AT_ONCE)
        for item in items:
            _leave(office, tx, item, now)
        late = workflow_moves.newly_late(tx, now, limit=AT_ONCE)
        for item in late:
            _tell_late(tx, item, now)
        return len(items) + len(late) + look_who_is_left(office, tx, now, limit=AT_ONCE)


def _leave(office: Office, tx: Tx, item: Item, now: datetime, ruling: Ruling | None = None) -> None:
    version, says = workflows.version_by_id(tx, item.version), workflows.read_says(tx, item)
    assert says is not None  # noqa: S101 - an item that is not at its end says something
    here = Here(use_case=use_cases.by_id(tx, item.use_case_id), version=version, item=item, says=says, now=now)
    given = _given(tx, here, ruling)
    if isinstance(says, Unreadable) or isinstance(given, Held):
        came_to = given if isinstance(given, Held) else Held(step=item.step, reason="says_unreadable")
        go(office, tx, here, Walk(entered=(), came_to=came_to))
        return
    done = workflows.done_in_round(tx, item)
    go(office, tx, here, leave(version.workflow, item.step, says.body, given, done=done))


def _given(tx: Tx, here: Here, ruling: Ruling | None) -> Given | Joined | Ruling | Held | None:
    """What an item leaves its step by: what was decided, in its branches too, or a rule said; or why that cannot be read."""
    item = here.item
    if item.state == PARALLEL:
        return _joined(tx, here)
    given = ruling if item.case is None else workflows.decision_of(tx, item.case)
    return Held(step=item.step, reason="answer_unreadable") if isinstance(given, Unreadable) else given


def _joined(tx: Tx, here: Here) -> Joined | Held:
    """What was decided last in each branch; the branches end with that."""
    item, workflow = here.item, here.version.workflow
    split, answers = workflow.steps[item.step], dict[StepName, Answer]()
    visits = [one for one in workflows.visits(tx, item) if one.case is not None and one.round >= item.round]
    workflows.join(tx, item)
    for way in split.ways if isinstance(split, Split) else ():
        last = [one.case for one in visits if one.step in branch_steps(workflow, way) and one.case is not None][-1:]
        given = workflows.decision_of(tx, last[0]) if last else None
        if isinstance(given, Unreadable) or (given is not None and given.answer is None):
            return Held(step=item.step, reason="answer_unreadable" if isinstance(given, Unreadable) else "answer_erased")
        if given is not None and given.answer is not None:
            answers[way] = given.answer
    return Joined(answers=answers)


def _tell_late(tx: Tx, item: Item, now: datetime) -> None:
    use_case, version = use_cases.by_id(tx, item.use_case_id), workflows.version_by_id(tx, item.version)
    workflow_moves.told_late(tx, item, now)
    if item.parent is not None:
        workflows.show_branches(tx, item.parent, at=now)
    facts: dict[str, Json] = {"item": item.root, "step": item.step, **branch_facts(item)}
    tx.record(entry("workflow.late", by=LICET, now=now, use_case=use_case, **facts))
    tell(tx, use_case, version, "an item is late", f"An item stands at {item.step!r} since {item.since:%Y-%m-%d %H:%M} UTC.", now)
