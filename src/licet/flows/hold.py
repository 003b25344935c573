"""Holding: an answer from the desk is kept for some seconds in which it can be withdrawn, and takes effect after, once."""

from dataclasses import replace
from datetime import datetime

from licet.core.answer import Answer, AnswerKind, answer_to_json
from licet.core.desk import HELD_FOR, REVEALED_FOR, Commit, Given, Held, HeldState, Revealed
from licet.core.held_answer import is_shown_proposal, may_say_more, may_withdraw, sent_again
from licet.core.ids import PersonId
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.review import Reconsidered
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.conclude import Voice
from licet.flows.desk import AtHand, at_hand, desk_rules
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person, entry
from licet.flows.plant import advice, take
from licet.flows.qualify import entitled, work_at
from licet.flows.review import give
from licet.flows.rules_in_force import policy_in_force
from licet.store import decisions, desks, held, people, systems, use_cases
from licet.store.book import Tx
from licet.store.payloads import commit_to, salts_of

AT_ONCE = 200
"""Answers that one round lets take effect."""

Taken = Held | Revealed


def commit(office: Office, by: Actor, said: Commit) -> Taken | Refused:
    """Takes a person's own first answer on a case they have in hand; it is held, and takes effect later.

    Where the use case is at the stage *assisted*, and to whoever says which of two people is right, what AI proposes is shown now, once;
    the first answer stays what statistics use.

    Returns:
        What was taken, the same for the same key; or why not. Then nothing was taken, and what they wrote is theirs to keep.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        before = _before(tx, by, said)
        if before is not None:
            return before
        there = at_hand(office, tx, by, token=said.token, lease=said.lease, now=now)
        if isinstance(there, Refused):
            return there
        wrong = desk_rules(office, there.use_case).takes(there.use_case.answer_kind, said.answer)
        return wrong or _barred(tx, there, now) or _keep(office, tx, there, said, now)


def _before(tx: Tx, by: Actor, said: Commit) -> Taken | Refused | None:
    """What this key brought before; None: nothing."""
    place = held.place_of_key(tx, by.id, said.key)
    use_case = None if place is None else use_cases.find_by_id(tx, place)
    kept = None if use_case is None else held.by_key(tx, use_case, by.id, said.key)
    if place is None:
        return None
    if kept is None or kept.given.token != said.token or kept.given.first != said.answer:
        why = "This key came with another answer before."
        return Refused(code="idempotency_conflict", why=why, remedy="Send a key of its own with each answer.")
    return sent_again(kept.state) or _told(kept)


def _told(kept: held.Kept) -> Taken:
    shown = kept.shown
    return shown if kept.state is HeldState.REVEALED and shown is not None else Held(id=kept.id, effect_at=kept.effect_at)


def kind_asked(office: Office, by: Actor, *, token: str | None = None, held_id: str | None = None) -> AnswerKind | Refused:
    """The kind of answer that a case on the desk takes which somebody has or answered, by its token or by their answer's name."""
    with office.book.read() as tx:
        item = None if token is None else desks.find(tx, token)
        place = held.place_among(tx, PersonId(by.id), token=token, name=held_id) if item is None else item.use_case_id
        use_case = None if place is None else use_cases.find_by_id(tx, place)
    if use_case is None:
        why = "The case waits for no answer of yours any more: somebody else's came first, or it never was in your hands."
        return Refused(code="not_waiting", why=why, remedy="Nothing of yours was taken; keep what you wrote, and take the next case.")
    return use_case.answer_kind


def _barred(tx: Tx, there: AtHand, now: datetime) -> Refused | None:
    """Why this person's answer is not to count: what held when the case was handed out may hold no more."""
    if excluded(tx, there.use_case, there.item, there.person, now):
        why = "You may not answer this case: you had a hand in it, or answered it before."
        return Refused(code="reviewer_excluded", why=why, remedy="Release it, and take the next case.")
    return entitled(tx, there.use_case, there.person, now, work=work_at(there.item))


def _keep(office: Office, tx: Tx, there: AtHand, said: Commit, now: datetime) -> Taken | Refused:
    item, person = there.item, there.person
    salt = salts_of(tx, [item.case]).get(item.case)
    if salt is None:
        desks.clear(tx, [item.token])
        return Refused(code="case_erased", why="The case was erased meanwhile.", remedy="Take the next case.")
    is_shown = is_shown_proposal(there.use_case.stage, senior=item.home == desks.SECOND_LOOK)
    shown = _proposal(tx, there) if is_shown else None
    kept = held.Kept(
        id=office.draw.token("h_"),
        key=said.key,
        use_case_id=there.use_case.id,
        case=item.case,
        identity=person.identity,
        policy=policy_in_force(office, tx),
        lane=item.lane,
        state=HeldState.HELD if shown is None else HeldState.REVEALED,
        given=_given(there, said, None if shown is None else shown[0], now),
        confidence=None if shown is None else shown[1],
        effect_at=now + (HELD_FOR if shown is None else REVEALED_FOR),
    )
    guideline = desk_rules(office, there.use_case).guideline
    held.keep(tx, kept, salt, note=said.note.strip(), guideline=None if guideline is None else guideline.version)
    desks.move(tx, item, desks.HELD)
    if shown is not None:
        first = commit_to(tx, salt, "first answer", {"answer": answer_to_json(said.answer)})
        tx.record(entry("proposal.revealed", by=person.id, now=now, use_case=there.use_case, task=item.token, commitment=first))
    return _told(kept)


def _given(there: AtHand, said: Commit, revealed: Answer | None, now: datetime) -> Given:
    return Given(
        token=there.item.token,
        by=there.person.id,
        first=said.answer,
        final=None,
        revealed=revealed,
        handed_at=there.item.handed_at,
        given_at=now,
    )


def _proposal(tx: Tx, there: AtHand) -> tuple[Answer, float] | None:
    """What is shown after the first answer; None where no system proposed anything."""
    planted = advice(tx, there.use_case, there.item.token)
    if planted is not None:
        return planted
    routed = decisions.routed(tx, there.item.case)
    said = {} if routed is None else systems.proposals_for(tx, there.use_case, routed.fingerprint, [there.item.case])
    found = said.get(there.item.case)
    return (found.answer, found.confidence) if isinstance(found, Proposal) else None


def _own(office: Office, tx: Tx, by: Actor, name: str) -> tuple[UseCase, Person, held.Kept] | Refused:
    """An answer that somebody gave themselves, by its name."""
    place = held.place_of(tx, name)
    use_case = None if place is None else use_cases.find_by_id(tx, place)
    kept = None if use_case is None else held.by_id(tx, use_case, name)
    if use_case is None or kept is None or kept.given.by != by.id:
        return Refused(code="not_on_the_desk", why=f"You gave no answer {name!r}.", remedy="Give the `id` that came back with the answer.")
    person = allowed_person(office, tx, by, Act.REVIEW, use_case)
    return person if isinstance(person, Refused) else (use_case, person, kept)


def keep_or_change(office: Office, by: Actor, *, held_id: str, answer: Answer | None) -> Held | Refused:
    """Takes what somebody says after they saw what AI proposes: another answer, or None to keep the first. A second record.

    Said again it is taken once.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = _own(office, tx, by, held_id)
        if isinstance(there, Refused):
            return there
        use_case, person, kept = there
        final = kept.given.first if answer is None else answer
        wrong = desk_rules(office, use_case).takes(use_case.answer_kind, final)
        if wrong is not None:
            return wrong
        if kept.state is not HeldState.REVEALED:
            return _again(kept, final)
        salt = salts_of(tx, [kept.case])[kept.case]
        held.reconsider(tx, kept, final, salt, effect_at=now + HELD_FOR)
        committed = commit_to(tx, salt, "final answer", {"answer": answer_to_json(final)})
        facts = {"task": kept.given.token, "commitment": committed}
        tx.record(entry("answer.reconsidered", by=person.id, now=now, use_case=use_case, **facts))
        return Held(id=kept.id, effect_at=now + HELD_FOR)


def _again(kept: held.Kept, final: Answer) -> Held | Refused:
    same = kept.given.revealed is not None and kept.given.final == final
    return may_say_more(same_again=same) or Held(id=kept.id, effect_at=kept.effect_at)


def withdraw(office: Office, by: Actor, *, held_id: str) -> Refused | None:
    """Takes an answer back before it takes effect; that it was is recorded, and the case is in their hands no more.

    After AI's proposal was shown the first answer stays: then what was said after it is taken back, to be said anew.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = _own(office, tx, by, held_id)
        if isinstance(there, Refused):
            return there
        use_case, person, kept = there
        if kept.state is HeldState.WITHDRAWN:
            return None
        too_late = may_withdraw(kept.state, kept.effect_at, now)
        if too_late is not None:
            return too_late
        _take_back(tx, kept, now)
        tx.record(entry("answer.withdrawn", by=person.id, now=now, use_case=use_case, task=kept.given.token))
        return None


def _take_back(tx: Tx, kept: held.Kept, now: datetime) -> None:
    if kept.given.revealed is not None:
        held.unsay(tx, kept, effect_at=now + REVEALED_FOR)
        return
    held.end(tx, kept.id, HeldState.WITHDRAWN, at=now)
    item = desks.find(tx, kept.given.token)
    if item is not None:
        desks.move(tx, item, kept.lane)


def take_effect(office: Office) -> int:
    """Lets every answer take effect whose time has come, each in a transaction of its own, so that a crash loses and doubles none.

    Returns:
        How many did.
    """
    with office.book.read() as tx:
        due = held.due(tx, office.clock.now(), limit=AT_ONCE)
        givers = {name: people.by_id(tx, person) for name, person, _ in due}
    count, failed = 0, []
    for name, giver, identity in due:
        person = givers[name] or Person(id=giver, email="", name="", roles=frozenset())
        try:
            count += _effect_of(office, replace(person, identity=identity), name)
        except Exception as error:  # noqa: BLE001 - raised below: one answer that cannot take effect holds up no other
            failed.append(error)
    if failed:
        raise failed[0]
    return count


def _effect_of(office: Office, giver: Person, name: str) -> bool:
    """One answer takes effect in the office of whoever gave it, if they still may answer; the case waits for others if not."""
    theirs = office.for_person(giver)
    with theirs.book.write() as tx:
        now = theirs.clock.now()
        place = held.place_of(tx, name)
        use_case = None if place is None else use_cases.find_by_id(tx, place)
        kept = None if use_case is None else held.by_id(tx, use_case, name)
        if use_case is None or kept is None or isinstance(allowed_person(theirs, tx, giver, Act.REVIEW, use_case), Refused):
            if held.end(tx, name, HeldState.LATE, at=now):  # else another server did, and somebody else may have the case by now
                desks.give_back(tx, held.tokens_of(tx, name))
            return False
        return _effect(theirs, tx, use_case, kept, now)


def _effect(office: Office, tx: Tx, use_case: UseCase, kept: held.Kept, now: datetime) -> bool:
    """As the task's answer, or as one on a planted case; False where it does not count any more."""
    if kept.effect_at > now or kept.state.value not in held.WAITING:
        return False
    counted = _count(office, tx, use_case, kept, now)
    held.end(tx, kept.id, HeldState.DONE if counted else HeldState.LATE, at=now)
    return counted


def _count(office: Office, tx: Tx, use_case: UseCase, kept: held.Kept, now: datetime) -> bool:
    given = kept.given
    task = decisions.tasks_named(tx, use_case, [given.token]).get(given.token)
    if task is not None:
        said = given.first if given.final is None else Reconsidered(first=given.first, final=given.final)
        give(office, tx, use_case, [(*task, said)], Voice(by=given.by, policy=kept.policy), now=now)
        return not decisions.tasks_named(tx, use_case, [given.token])  # it waits on where they may not answer this very case
    if take(office, tx, use_case, given, now):
        desks.clear(tx, [given.token])
        return True
    return False
