"""Saying that one cannot tell: somebody senior is asked instead, and what they cannot tell either counts against AI where it judges AI."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from licet.core.audit import CannotTell
from licet.core.cannot_tell import Next, next_of
from licet.core.canonical import Json
from licet.core.people import Act, Actor, Identity, Person, Role
from licet.core.refusal import Refused
from licet.core.review import ReviewKind
from licet.flows.audit import advance
from licet.flows.desk import AtHand, at_hand
from licet.flows.exclude import excluded
from licet.flows.office import Office, allowed_person, entry
from licet.flows.qualify import entitled
from licet.flows.roles import everybody_here
from licet.store import audits, decisions, desks, watches
from licet.store.book import Tx
from licet.store.payloads import salts_of, write_json

NOTHING_SAID = "cannot tell"


def cannot_tell(office: Office, by: Actor, *, token: str, lease: str, why: str = "") -> Refused | None:
    """Takes *cannot tell* as somebody's answer on a case they have in hand.

    A senior reviewer who may answer it is asked next. Where a senior reviewer says so, or none can be asked: an audit, a dispute of one,
    or a checked agreement counts against AI at once, as silence would, since hard cases must not leave the sample; a case that people
    decide waits on for others; a planted one is asked of this person no more, and counts for nothing.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = at_hand(office, tx, by, token=token, lease=lease, now=now)
        if isinstance(there, Refused):
            return there
        item, person = there.item, there.person
        salt = salts_of(tx, [item.case])[item.case]
        desks.skip(tx, item, person.id, write_json(tx, salt, why.strip() or NOTHING_SAID), at=now, cannot_tell=True)
        tx.record(entry("task.skipped", by=person.id, now=now, use_case=there.use_case, task=token, cannot_tell=True))
        task = decisions.tasks_named(tx, there.use_case, [token]).get(token)
        kind = None if task is None else task[0].kind
        match next_of(kind, senior=_senior_to_ask(office, tx, there, now)):
            case Next.SENIOR:
                desks.move(tx, item, desks.SENIORS)
            case Next.AGAINST_AI:
                _against_ai(tx, there, kind, now)
            case Next.OTHERS:
                desks.move(tx, item, item.home)
            case Next.NOBODY:
                desks.clear(tx, [token])
            case other:
                assert_never(other)
        return None


def _senior_to_ask(office: Office, tx: Tx, there: AtHand, now: datetime) -> bool:
    """Whether a senior reviewer is here who may answer this very case and did not say before that they cannot tell."""
    if there.person.has(Role.SENIOR_REVIEWER):
        return False
    asked = desks.who_cannot_tell(tx, there.item.token)
    seniors = [one for one in everybody_here(tx, there.use_case) if one.has(Role.SENIOR_REVIEWER) and one.id not in asked]
    return any(_may_answer(office, tx, there, one, now) for one in seniors)


def _may_answer(office: Office, tx: Tx, there: AtHand, senior: Person, now: datetime) -> bool:
    use_case = there.use_case
    permitted = allowed_person(office, tx, replace(senior, identity=Identity.CONFIRMED), Act.REVIEW, use_case)
    barred = isinstance(permitted, Refused) or entitled(tx, use_case, permitted, now) is not None
    return not barred and not excluded(tx, use_case, there.item, senior, now)


def _against_ai(tx: Tx, there: AtHand, kind: ReviewKind | None, now: datetime) -> None:
    """Ends an audit or a check of one as an error; one that was late already counts as that."""
    use_case, case = there.use_case, there.item.case
    decisions.close_tasks(tx, [there.item.token], at=now)
    facts: dict[str, Json] = {"case_number": case, "agreed": False, "cannot_tell": True}
    if kind is ReviewKind.AGREEMENT:
        check = watches.check_of(tx, case)
        if check is not None and check.agreed is None and now < check.due_at:
            watches.answer_check(tx, case, agreed=False, at=now)
            tx.record(entry("agreement.checked", by=there.person.id, now=now, use_case=use_case, mandate=check.mandate, **facts))
        return
    row = audits.of_case(tx, case)
    if row is not None and row.outcome is None and now < row.drawn.due_at:
        audits.answer(tx, case, CannotTell(), at=now)
        tx.record(entry("audit.answered", by=there.person.id, now=now, use_case=use_case, mandate=row.drawn.mandate, **facts))
    advance(tx, use_case, now)
