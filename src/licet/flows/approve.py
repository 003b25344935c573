"""Approving: a person says yes to exactly what has a digest; the yes that completes the quorum passes the request, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.approval import AnyRequest, Approval, LiveRequest, OpenRequest, PassedRequest, Subject, Yes
from licet.core.canonical import Json
from licet.core.consent import not_open, say_yes, take
from licet.core.ids import Digest
from licet.core.incident import Message
from licet.core.people import Act, Actor
from licet.core.qualification import Work
from licet.core.refusal import Refused
from licet.core.use_case import UseCase, in_use
from licet.flows.chase import end_if_over
from licet.flows.cover import hands_in, void_if_changed
from licet.flows.givers import able
from licet.flows.office import Office, entry, permitted
from licet.flows.qualify import entitled
from licet.store import approvals, notices, use_cases
from licet.store.book import Tx

ACTS: Mapping[Subject, Act] = {Subject.MANDATE: Act.APPROVE, Subject.ENVELOPE: Act.PRE_APPROVE}
"""What it is to say yes to what is asked for."""


def approve_gate(office: Office, by: Actor, *, name: str, digest: Digest) -> Approval | Refused:
    """Gives a person's yes to the request that has exactly this digest now.

    Whoever cannot is told so from a view of one moment, without waiting for a turn to write: where many say yes at once, each is answered.
    """
    with office.book.read() as tx:
        early = _consider(office, tx, by, use_cases.require(tx, name), digest, office.clock.now())
    if isinstance(early, Refused):
        return early
    with office.book.write() as tx:
        now, use_case = office.clock.now(), use_cases.require(tx, name)
        void_if_changed(office, tx, use_case, now)
        end_if_over(tx, use_case, now)
        said = _consider(office, tx, by, use_case, digest, now)
        if isinstance(said, Refused):
            return said
        _write(tx, use_case, said)
        return Approval(digest=digest, by=said.yes.by, at=said.yes.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A yes that may be given, and the request before and after it."""

    was: LiveRequest
    after: LiveRequest
    yes: Yes
    policy: Digest


def _consider(office: Office, tx: Tx, by: Actor, use_case: UseCase, digest: Digest, now: datetime) -> _Said | Refused:
    """What a yes would do; nothing is written."""
    here = in_use(use_case)
    if isinstance(here, Refused):
        return here
    found = _asked(tx, use_case, digest)
    act = Act.APPROVE if found is None else ACTS[found.request.subject]
    permission = permitted(office, tx, by, act, use_case)
    if isinstance(permission, Refused):
        return permission
    unqualified = entitled(tx, use_case, permission.person(act), now, work=Work.APPROVE)
    if unqualified is not None:
        return unqualified
    hands = hands_in(tx, use_case)
    yes = say_yes(found, digest, permission.person(act), hands, now=now)
    if isinstance(yes, Refused):
        return yes
    if not isinstance(found, OpenRequest | PassedRequest):
        return not_open(found) if found is not None else Refused(code="no_mandate", why="Nothing is proposed.")
    after = take(found, yes, able(tx, use_case, found), hands)
    return after if isinstance(after, Refused) else _Said(was=found, after=after, yes=yes, policy=permission.policy)


def _asked(tx: Tx, use_case: UseCase, digest: Digest) -> AnyRequest | None:
    """The newest request for a mandate, or the one for an envelope where that has the digest."""
    mandate, envelope = (approvals.newest(tx, use_case, subject) for subject in (Subject.MANDATE, Subject.ENVELOPE))
    return envelope if envelope is not None and (mandate is None or envelope.request.digest == digest) else mandate


def _write(tx: Tx, use_case: UseCase, said: _Said) -> None:
    after, yes, was = said.after, said.yes, said.was
    approvals.add_yes(tx, after, yes)
    request = after.request
    given: dict[str, Json] = {"request": request.id, "digest": request.digest, "of_risk": yes.of_risk, "subject": request.subject.value}
    tx.record(entry("approval.given", by=yes.by, now=yes.at, use_case=use_case, **given, policy=said.policy))
    if isinstance(after, PassedRequest) and isinstance(was, OpenRequest):
        facts: dict[str, Json] = {"request": request.id, "digest": request.digest, "people": len(request.given)}
        tx.record(entry("approval.passed", by=yes.by, now=yes.at, use_case=use_case, **facts))
        body = f"Enough people said yes to {request.id}. Next: licet mandate grant {use_case.slug}"
        for person in sorted({request.asked_by, use_case.owner} - {None, yes.by}, key=str):
            notices.tell(tx, Message(to=str(person), subject=f"{use_case.title}: approved", body=body), at=yes.at)
