"""Listing approvals: what waits for whose yes, and what became of each request."""

from licet.core.approval import AnyRequest, OpenRequest, PassedRequest, Subject
from licet.core.ids import Digest
from licet.core.refusal import Refused
from licet.flows.office import Office
from licet.store import approvals, use_cases


def list_requests(office: Office, *, name: str | None, every: bool = False) -> list[AnyRequest]:
    """The requests of a use case, or with None of all that are there, oldest first: those that wait or passed, with `every` all."""
    with office.book.read() as tx:
        where = use_cases.every(tx) if name is None else [use_cases.require(tx, name)]
        found = [one for use_case in where for one in approvals.every(tx, use_case)]
    return [one for one in found if every or isinstance(one, OpenRequest | PassedRequest)]


def show_request(office: Office, *, request: str) -> AnyRequest | Refused:
    """A request by its id; another team's is not there."""
    with office.book.read() as tx:
        found = approvals.find(tx, request)
    if found is None:
        return Refused(code="not_there", why=f"There is no request {request!r}.", remedy="See `licet approval list --all`.")
    return found[1]


def request_of(office: Office, *, name: str, digest: Digest) -> AnyRequest | None:
    """The request of a use case that has a digest; None where none has."""
    with office.book.read() as tx:
        return next((one for one in approvals.every(tx, use_cases.require(tx, name)) if one.request.digest == digest), None)


def newest_request(office: Office, *, name: str) -> AnyRequest | None:
    """The newest request for a mandate of a use case; None where nobody asked."""
    with office.book.read() as tx:
        return approvals.newest(tx, use_cases.require(tx, name), Subject.MANDATE)
