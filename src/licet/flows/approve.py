"""Approving: a person says yes to exactly what has a digest; the yes that completes the quorum passes the request, once."""

from collections.abc import Mapping
from datetime import datetime

from licet.core.approval import AnyRequest, LiveRequest, OpenRequest, PassedRequest, Subject, Yes, not_open, say_yes, take
from licet.core.canonical import Json
from licet.core.gate import Approval
from licet.core.ids import Digest
from licet.core.incident import Message
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.chase import end_if_over
from licet.flows.cover import hands_in, void_if_changed
from licet.flows.givers import able
from licet.flows.office import Office, allowed_person, entry, working
from licet.store import approvals, notices
from licet.store.book import Tx

ACTS: Mapping[Subject, Act] = {Subject.MANDATE: Act.APPROVE, Subject.ENVELOPE: Act.PRE_APPROVE}
"""What it is to say yes to what is asked for."""


def approve_gate(office: Office, by: Actor, *, name: str, digest: Digest) -> Approval | Refused:
    """Gives a person's yes to the request that has exactly this digest now."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        found = _asked(office, tx, use_case, digest, now)
        person = allowed_person(office, tx, by, Act.APPROVE if found is None else ACTS[found.request.subject], use_case)
        if isinstance(person, Refused):
            return person
        hands = hands_in(tx, use_case)
        yes = say_yes(found, digest, person, hands, now=now)
        if isinstance(yes, Refused):
            return yes
        if not isinstance(found, OpenRequest | PassedRequest):
            return not_open(found) if found is not None else Refused(code="no_mandate", why="Nothing is proposed.")
        after = take(found, yes, able(tx, found), hands)
        if isinstance(after, Refused):
            return after
        _write(tx, use_case, after, yes, was=found)
        return Approval(digest=digest, by=yes.by, at=yes.at)


def _asked(office: Office, tx: Tx, use_case: UseCase, digest: Digest, now: datetime) -> AnyRequest | None:
    """The newest request for a mandate, or the one for an envelope where that has the digest; as it stands after time and changes."""
    void_if_changed(office, tx, use_case, now)
    end_if_over(tx, use_case, now)
    mandate, envelope = (approvals.newest(tx, use_case, subject) for subject in (Subject.MANDATE, Subject.ENVELOPE))
    return envelope if envelope is not None and (mandate is None or envelope.request.digest == digest) else mandate


def _write(tx: Tx, use_case: UseCase, after: LiveRequest, yes: Yes, *, was: LiveRequest) -> None:
    approvals.add_yes(tx, after, yes)
    request = after.request
    given: dict[str, Json] = {"request": request.id, "digest": request.digest, "of_risk": yes.of_risk, "to": request.subject.value}
    tx.record(entry("approval.given", by=yes.by, now=yes.at, use_case=use_case, **given))
    if isinstance(after, PassedRequest) and isinstance(was, OpenRequest):
        facts: dict[str, Json] = {"request": request.id, "digest": request.digest, "people": len(request.given)}
        tx.record(entry("approval.passed", by=yes.by, now=yes.at, use_case=use_case, **facts))
        body = f"Enough people said yes to {request.id}. Next: licet mandate grant {use_case.slug}"
        for person in sorted({request.asked_by, use_case.owner} - {None, yes.by}, key=str):
            notices.tell(tx, Message(to=str(person), subject=f"{use_case.title}: approved", body=body), at=yes.at)
