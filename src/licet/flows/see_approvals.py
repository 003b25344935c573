"""Seeing requests for approval as somebody who may have to say yes: what each covers, and why they themselves may or may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licet.core.approval import AnyRequest, OpenRequest, PassedRequest, Subject
from licet.core.consent import not_independent
from licet.core.envelope import Envelope, WaitingUse
from licet.core.ids import PersonId
from licet.core.mandate import Mandate, ProposedMandate, proposed_of
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.approve import ACTS
from licet.flows.cover import hands_in
from licet.flows.office import Office, allowed_person
from licet.store import approvals, envelopes, mandates, people, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSeen:
    """A request as somebody sees it.

    Attributes:
        found: the request, and what became of it.
        title: of the use case.
        mandate: what is to be approved, where that is a mandate.
        envelope: the same, where it is a change envelope.
        names: of the people it speaks of, by id; who has left has none.
        said: whether this person said yes to it.
        why_not: why they may not say yes; None where they may, as far as roles and hands go.
    """

    found: AnyRequest
    title: str
    mandate: ProposedMandate | None
    envelope: Envelope | None
    names: Mapping[PersonId, str]
    said: bool
    why_not: Refused | None

    @property
    def waits_for_them(self) -> bool:
        """Whether this person's yes is what it waits for."""
        return isinstance(self.found, OpenRequest) and self.why_not is None and not self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeen:
    """A change inside an envelope that takes effect when its window ends, unless owner or risk say no."""

    slug: str
    title: str
    waiting: WaitingUse


def see_requests(office: Office, by: Person, *, every: bool = False) -> list[RequestSeen]:
    """The requests of every use case that is there: those that wait for this person first, then by age; with `every` also what ended."""
    with office.book.read() as tx:
        found = [one for use_case in use_cases.every(tx) for one in _of(office, tx, by, use_case, every=every)]
    return sorted(found, key=lambda one: (not one.waits_for_them, not isinstance(one.found, OpenRequest), one.found.request.asked_at))


def see_request(office: Office, by: Person, *, request: str) -> RequestSeen | Refused:
    """One request; another team's is not there."""
    with office.book.read() as tx:
        there = approvals.find(tx, request)
        if there is None:
            return Refused(code="not_there", why=f"There is no request {request!r}.", remedy="Look through all requests.")
        return _seen(office, tx, by, use_cases.by_id(tx, there[0]), there[1])


def waiting_for_yes(office: Office, by: Person) -> int:
    """How many requests wait for this person's yes."""
    with office.book.read() as tx:
        where = [use_cases.by_id(tx, one) for one in approvals.with_live(tx)]
        return sum(one.waits_for_them for use_case in where for one in _of(office, tx, by, use_case, every=False))


def see_changes(office: Office) -> list[ChangeSeen]:
    """Changes inside envelopes whose veto window is open, the first to end first."""
    with office.book.read() as tx:
        there = {one.id: one for one in use_cases.every(tx)}
        found = [ChangeSeen(slug=there[i].slug, title=there[i].title, waiting=use) for i, use in envelopes.waiting(tx) if i in there]
    return sorted(found, key=lambda one: one.waiting.window_ends)


def _of(office: Office, tx: Tx, by: Person, use_case: UseCase, *, every: bool) -> Sequence[RequestSeen]:
    found = [one for one in approvals.every(tx, use_case) if every or isinstance(one, OpenRequest | PassedRequest)]
    return [_seen(office, tx, by, use_case, one) for one in found]


def _seen(office: Office, tx: Tx, by: Person, use_case: UseCase, found: AnyRequest) -> RequestSeen:
    request = found.request
    permitted = allowed_person(office, tx, by, ACTS[request.subject], use_case)
    why_not = permitted if isinstance(permitted, Refused) else not_independent(permitted, hands_in(tx, use_case))
    named = {request.asked_by, *(yes.by for yes in request.given), *(one.by for one in request.questions)}
    known = {one: person.name for one in named if (person := people.by_id(tx, one)) is not None}
    envelope = envelopes.newest(tx, use_case) if request.subject is Subject.ENVELOPE else None
    return RequestSeen(
        found=found,
        title=use_case.title,
        mandate=_proposed(mandates.every(tx, use_case), request.names),
        envelope=envelope if envelope is not None and envelope.id == request.names else None,
        names=known,
        said=any(yes.by == by.id for yes in request.given),
        why_not=why_not,
    )


def _proposed(found: Sequence[Mandate], name: str) -> ProposedMandate | None:
    return next((proposed for one in found if (proposed := proposed_of(one)).id == name), None)
