"""Answering: a person gives their own first answer on one case, blind."""

from licet.core.answer import Answer
from licet.core.ids import CaseNumber
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.review import TO_DECIDE
from licet.flows.conclude import Voice
from licet.flows.exclude import is_kept_apart
from licet.flows.office import Office
from licet.flows.qualify import qualified_at_work_on
from licet.flows.review import give, theirs_among
from licet.flows.rules_in_force import policy_in_force
from licet.store import decisions, desks, live, seconds
from licet.store.book import Tx


def answer_case(office: Office, by: Actor, *, name: str, case: str, answer: Answer) -> Refused | None:
    """Takes a person's blind answer on one case, by its outside name or its number.

    On a case that AI decided alone nothing is refused: whether it had been drawn for an audit is not to be found out by trying.

    Returns:
        None where it was taken or may not be told from one that was; else `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = qualified_at_work_on(office, tx, by, Act.REVIEW, name=name, now=now)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = live.find(tx, use_case, case)
        if found is None:
            return Refused(code="not_there", why=f"{use_case.slug!r} has no case {case!r}.", remedy="Give its id or its number.")
        refused = _not_theirs(tx, found.number, person, case)
        if refused is not None:
            return refused
        every = decisions.tasks_of(tx, [found.number])
        theirs = theirs_among(tx, use_case, [task for task, _ in every], person, now)
        waiting = [one for one in every if one[0].token in theirs]
        in_use = desks.in_use(tx, [task.token for task, _ in waiting], now)
        if any(task.token in in_use and task.kind in TO_DECIDE for task, _ in waiting):
            why = f"Somebody at the desk has the case {case!r} in hand, or has just answered it."
            return Refused(code="at_the_desk", why=why, remedy="Answer it at the desk, or again when it was given back.")
        tasks = [one for one in waiting if one[0].token not in in_use]
        voice = Voice(by=person.id, policy=policy_in_force(office, tx))
        give(office, tx, use_case, [(task, salt, answer) for task, salt in tasks], voice, now=now)
        if tasks or (found.routed is not None and found.routed.route == decisions.ALONE):
            return None
        return Refused(code="not_waiting", why=f"The case {case!r} waits for no answer.", remedy="The first answer stays.")


def _not_theirs(tx: Tx, number: CaseNumber, person: Person, case: str) -> Refused | None:
    """Why a case is not theirs to answer, whether or not it waits; nothing of this tells of an audit."""
    if seconds.requested_by(tx, [number], person.email):
        why = f"You asked for the case {case!r} yourself."
    elif is_kept_apart(tx, number, person):
        why = f"You answered another step of the item of {case!r}, from which this one is kept apart."
    else:
        return None
    return Refused(code="reviewer_excluded", why=why, remedy="Let somebody else answer it.")
