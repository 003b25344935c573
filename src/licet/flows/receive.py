"""Receiving: what a program sends is taken in once, however often it is sent."""

from dataclasses import dataclass, replace
from datetime import timedelta

from licet.core.history import PastCase
from licet.core.ids import BY_MANDATE
from licet.core.people import Caller
from licet.core.refusal import Refused
from licet.core.routing import Alone, Route, ToPerson
from licet.core.system import SystemCard
from licet.core.use_case import UseCase
from licet.flows.follow import Followed, follow_case, follow_new
from licet.flows.intake import BACKLOG, Accepted, Batch, Taken, accept, take_now
from licet.flows.office import Office
from licet.flows.speakers import Speakers
from licet.flows.stop import Stopped, press_stop
from licet.store import requests
from licet.store.decisions import ALONE, TO_PERSON
from licet.store.live import DecidedSo, LiveCase, RoutedSo

KEPT = timedelta(days=7)
"""How long the key of a request is kept."""

CONFLICTS_SHOWN = 20
"""How many ids of a batch that conflict are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A request of a program, as far as it matters whether it came before.

    Attributes:
        key: the program's own name for it; None where it has none.
        digest: of where it went and what it says (64 hex characters).
    """

    key: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A case that was taken in, and where it stands now."""

    repeated: bool
    followed: Followed
    reason: str | None = None


def know_again(office: Office, by: Caller, parcel: Parcel) -> Refused | None:
    """Refuses a request whose key came with another one before; remembers it otherwise. What repeats it does it once all the same."""
    if parcel.key is None:
        return None
    with office.book.claim() as tx:
        first = requests.remember(tx, token=by.token, key=parcel.key, digest=parcel.digest, at=office.clock.now())
    if first == parcel.digest:
        return None
    why = f"The idempotency key {parcel.key!r} came with another request before."
    return Refused(code="idempotency_conflict", why=why, remedy="Give each request a key of its own; repeat one only with the same body.")


def forget_requests(office: Office) -> int:
    """Deletes the keys of requests that are older than `KEPT`; says how many."""
    with office.book.claim() as tx:
        return requests.forget(tx, before=office.clock.now() - KEPT)


def receive_batch(office: Office, by: Caller, batch: Batch, parcel: Parcel, *, backlog: int = BACKLOG) -> list[Accepted] | Refused:
    """Takes cases in, to be routed by a worker; `batch.source` is given here."""
    refused = know_again(office, by, parcel)
    if refused is not None:
        return refused
    accepted = accept(office, by, replace(batch, source=_source(office, by, parcel)), backlog=backlog)
    return accepted if isinstance(accepted, Refused) else _same(accepted) or accepted


def receive_case(
    office: Office, by: Caller, use_case: UseCase, row: PastCase, parcel: Parcel, *, backlog: int = BACKLOG
) -> Received | Refused:
    """Takes one case in, to be routed by a worker."""
    batch = Batch(name=use_case.slug, rows=[row], card=None, source="")
    accepted = receive_batch(office, by, batch, parcel, backlog=backlog)
    return accepted if isinstance(accepted, Refused) else _received(office, use_case, accepted[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """A case that comes with an outside system's proposal, and the systems that are in charge."""

    row: PastCase
    card: SystemCard
    speakers: Speakers


def receive_proposed(office: Office, by: Caller, use_case: UseCase, given: Proposing, parcel: Parcel) -> Received | Refused:
    """Takes one case in with its proposal, and routes it at once."""
    refused = know_again(office, by, parcel)
    if refused is not None:
        return refused
    row = given.row if given.row.external_id else replace(given.row, external_id=f"{_source(office, by, parcel)}:{given.row.line}")
    taken = take_now(office, given.speakers, by, name=use_case.slug, row=row, card=given.card)
    if isinstance(taken, Refused):
        return taken
    refused = _same([taken.accepted])
    if refused is not None or taken.route is None:
        return refused or _received(office, use_case, taken.accepted)
    return Received(repeated=False, followed=_routed_now(taken, taken.route), reason=_reason(taken.route))


def press_stop_once(office: Office, by: Caller, parcel: Parcel, *, name: str, why: str) -> Stopped | Refused:
    """Presses a use case's stop, as `press_stop`, for a request that may be sent again.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    return know_again(office, by, parcel) or press_stop(office, by, name=name, why=why)


def _received(office: Office, use_case: UseCase, accepted: Accepted) -> Received | Refused:
    old = accepted.repeated
    followed = follow_case(office, use_case, name=accepted.name) if old else follow_new(office, use_case, number=accepted.number)
    if isinstance(followed, Refused):
        return followed
    return Received(repeated=accepted.repeated, followed=followed)


def _routed_now(taken: Taken, route: Route) -> Followed:
    """The case that was routed a moment ago, as reading it would tell: what was just written need not be asked for."""
    name, answer = None, None
    if isinstance(route, Alone):
        name, answer = route.mandate.id, route.proposal.answer
    routed = RoutedSo(route=TO_PERSON if name is None else ALONE, reason=_reason(route), mandate=name, at=taken.at)
    case = LiveCase(
        number=taken.accepted.number,
        name=taken.accepted.name,
        erased=False,
        received_at=taken.at,
        routed=routed,
        decided=None if name is None else DecidedSo(answer=answer, by=f"{BY_MANDATE}{name}", simulated=False, at=taken.at),
    )
    return Followed(case=case, answer=answer)


def _reason(route: Route) -> str | None:
    """Why a person decides: whoever sent the proposal may know."""
    return route.reason if isinstance(route, ToPerson) else None


def _source(office: Office, by: Caller, parcel: Parcel) -> str:
    """What cases without an id of their own are called after: the request, where it has a key."""
    return office.draw.token("r_") if parcel.key is None else f"{by.token}/{parcel.key}"


def _same(accepted: list[Accepted]) -> Refused | None:
    """Refuses what came in under an id that means another case."""
    other = [one.name for one in accepted if one.differs]
    if not other:
        return None
    named = ", ".join(repr(name) for name in other[:CONFLICTS_SHOWN])
    rest = f" and {len(other) - CONFLICTS_SHOWN:,} more" if len(other) > CONFLICTS_SHOWN else ""
    why = f"Another case came in before under the id {named}{rest}; what it said then is what counts."
    remedy = "Give each case an id of its own." + (" The other cases of this batch were taken in." if len(accepted) > len(other) else "")
    return Refused(code="case_conflict", why=why, remedy=remedy)
