"""Asking: a request for approval is opened for what is proposed, everybody who may say yes is told, and the fast lane is tried at once."""

from datetime import datetime

from licet.core.affirmation import seen_from_outside
from licet.core.approval import LASTS, FastLaneId, LiveRequest, OpenRequest, Part, PassedRequest, Request, RequestId, Subject, Yes
from licet.core.canonical import Json
from licet.core.consent import open_request, take
from licet.core.fast_lane import FastLane, KnownRisk, Load, passes
from licet.core.ids import LICET, PersonId
from licet.core.incident import Message
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.cover import covered_now, hands_in, proposal_now, quorum_now, void_if_changed
from licet.flows.givers import disabled, may_count
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.roles import everybody_here, person_here
from licet.store import affirmations, approvals, fast_lanes, notices, people, risks
from licet.store.book import Tx

BY_RULE = "standing approval"
"""How it is known who said the fast lane's yes: nobody said one now."""


def ask_approval(office: Office, by: Actor, *, name: str) -> LiveRequest | Refused:
    """Asks for approval of the mandate that is proposed, after an earlier request ended."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.ASK_APPROVAL, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        void_if_changed(office, tx, use_case, now)
        proposed = proposal_now(tx, use_case)
        if proposed is None:
            why = f"No mandate on the newest verdict of {use_case.slug!r} is proposed."
            return Refused(code="no_mandate", why=why, remedy="Propose one: `licet mandate propose`.")
        return ask_for(office, tx, use_case, Subject.MANDATE, proposed.id, by=person.id, now=now)


def ask_for(  # noqa: PLR0913 - one act, all its circumstances
    office: Office, tx: Tx, use_case: UseCase, subject: Subject, names: str, *, by: PersonId, now: datetime
) -> LiveRequest | Refused:
    """Opens a request in the caller's transaction, tells who may say yes, and lets the fast lane pass it where it does."""
    risk = risks.newest(tx, use_case)
    asked = Request(
        id=RequestId(office.draw.token("r_")),
        use_case=use_case.slug,
        subject=subject,
        names=names,
        covered=covered_now(office, tx, use_case, subject),
        quorum=quorum_now(office, tx, use_case),
        tier=None if risk is None else risk.tier,
        asked_by=by,
        asked_at=now,
        expires_at=now + LASTS,
    )
    before = next((found for found in approvals.live(tx, use_case) if found.request.subject is subject), None)
    opened = open_request(asked, before)
    if isinstance(opened, Refused):
        return opened
    approvals.open_(tx, use_case, opened)
    facts: dict[str, Json] = {part.value.replace(" ", "_"): value for part, value in asked.covered.parts if part is not Part.TEAM}
    named = {"request": asked.id, "subject": subject.value, "names": names, "digest": asked.digest}
    tx.record(entry("approval.asked", by=by, now=now, use_case=use_case, **named, covers=facts))
    passed = _fast(tx, use_case, opened, now)
    if passed is not None:
        return passed
    tell_approvers(tx, use_case, opened, "approval is asked for", now)
    return opened


def tell_approvers(tx: Tx, use_case: UseCase, found: OpenRequest, what: str, now: datetime, *, all_of_them: bool = False) -> None:
    """Tells those of risk who may say yes, or with `all_of_them` also the owners of other use cases."""
    request = found.request
    body = f"It takes {request.quorum}. Read it: licet approval show {request.id}. Say yes: licet approve {use_case.slug} {request.digest}"
    said = {yes.by for yes in request.given}
    for person in approvers(tx, use_case):
        if person.id not in said and (all_of_them or person.has(Role.RISK)):
            notices.tell(tx, Message(to=person.id, subject=f"{use_case.title}: {what}", body=body), at=now)


def approvers(tx: Tx, use_case: UseCase) -> list[Person]:
    """Everybody who may say yes here: risk and owners, without a hand in the use case."""
    hands = hands_in(tx, use_case)
    return [person for person in everybody_here(tx, use_case) if may_count(person) and person.id not in hands and not disabled(tx, person)]


def _fast(tx: Tx, use_case: UseCase, opened: OpenRequest, now: datetime) -> PassedRequest | None:
    """Lets the standing approval of risk pass a request, where there is one and it does."""
    lane = fast_lanes.not_closed(tx)
    load = _load(tx, use_case, opened)
    giver = None if lane is None else people.by_id(tx, lane.opened_by)
    if lane is None or load is None or giver is None or not _of_risk(tx, use_case, giver):
        return None
    if passes(lane, opened.request.covered, load, risk=_known(tx, use_case), hands=hands_in(tx, use_case), now=now) is not None:
        return None
    return _write_fast(tx, use_case, opened, lane, now)


def pass_fast(tx: Tx, use_case: UseCase, now: datetime) -> PassedRequest | None:
    """Tries the fast lane once more on the mandate's request that waits, because what it lacked came since; None where it does not pass."""
    found = next((one for one in approvals.live(tx, use_case) if one.request.subject is Subject.MANDATE), None)
    waits = isinstance(found, OpenRequest) and now < found.request.expires_at
    return _fast(tx, use_case, found, now) if isinstance(found, OpenRequest) and waits else None


def _known(tx: Tx, use_case: UseCase) -> KnownRisk:
    """What the risk answers say beside the tier; of none, the worst."""
    risk = risks.newest(tx, use_case)
    if risk is None:
        return KnownRisk(personal_data=True, seen_from_outside=False)
    outside = frozenset(person.id for person in approvers(tx, use_case))
    given = affirmations.of_version(tx, use_case, risk.version)
    seen = seen_from_outside(risk.by, given, outside, by_risk=risk.by_risk)
    return KnownRisk(personal_data=risk.personal_data, seen_from_outside=seen)


def _of_risk(tx: Tx, use_case: UseCase, giver: Person) -> bool:
    """Whether a standing approval is still that of somebody of risk, whose own yes would count."""
    return giver.has(Role.RISK) and may_count(person_here(tx, giver, use_case))


def _load(tx: Tx, use_case: UseCase, opened: OpenRequest) -> Load | None:
    """What the proposed mandate asks of the fast lane; None for anything but a mandate."""
    proposed = proposal_now(tx, use_case) if opened.request.subject is Subject.MANDATE else None
    if proposed is None:
        return None
    return Load(daily_cap=proposed.terms.daily_cap, audit_rate=proposed.terms.audit_rate, lasts=proposed.terms.lasts)


def _write_fast(tx: Tx, use_case: UseCase, opened: OpenRequest, lane: FastLane, now: datetime) -> PassedRequest | None:
    yes = Yes(by=PersonId(lane.id), at=now, of_risk=True, identity=BY_RULE, fast_lane=FastLaneId(lane.id))
    passed = take(opened, yes, frozenset(), frozenset())
    if not isinstance(passed, PassedRequest):
        return None
    approvals.add_yes(tx, passed, yes)
    request = passed.request
    standing = {"fast_lane": lane.id, "standing_approval_of": lane.opened_by, "given_at": lane.opened_at.isoformat()}
    named: dict[str, Json] = {"request": request.id, "digest": request.digest}
    tx.record(
        entry("approval.given", by=LICET, now=now, use_case=use_case, **named, **standing),
        entry("approval.passed", by=LICET, now=now, use_case=use_case, **named, people=0, fast_lane=lane.id),
    )
    subject = f"{use_case.title}: a mandate was passed by the fast lane"
    body = f"Your standing approval {lane.id} passed {request.id}. To pull it out: licet fast-lane veto {use_case.slug} --why ..."
    notices.tell(tx, Message(to=lane.opened_by, subject=subject, body=body), at=now)
    return passed
