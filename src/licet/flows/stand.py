"""Where the approval of a proposed mandate stands: on people's yes, on the fast lane, or on a change envelope whose window is over."""

from datetime import datetime

from licet.core.approval import Approval, LiveRequest, Subject
from licet.core.consent import counting, missing
from licet.core.envelope import WaitingUse
from licet.core.gate import GateRequest
from licet.core.ids import PersonId
from licet.core.mandate import ProposedMandate
from licet.core.use_case import UseCase
from licet.flows.cover import hands_in, stands, still_within
from licet.flows.givers import able
from licet.flows.office import Office
from licet.store import approvals, envelopes, fast_lanes, people
from licet.store.book import Tx

Standing = tuple[GateRequest | None, tuple[Approval, ...]]


def standing(office: Office, tx: Tx, use_case: UseCase, proposed: ProposedMandate | None, now: datetime) -> Standing:
    """The request for what is proposed, and the yeses to it that count; None and nothing where none stands.

    Everything the request covers is computed once more, so that a change nobody voided it for is caught here.
    """
    if proposed is None:
        return None, ()
    use = envelopes.use_of(tx, proposed.id)
    if isinstance(use, WaitingUse):
        return _by_envelope(office, tx, use_case, use, now), ()
    found = next((one for one in approvals.live(tx, use_case) if one.request.subject is Subject.MANDATE), None)
    if found is None or found.request.names != proposed.id or not stands(office, tx, use_case, found, now):
        return None, ()
    return _by_people(tx, use_case, found)


def _by_people(tx: Tx, use_case: UseCase, found: LiveRequest) -> Standing:
    request = found.request
    counted = counting(request, able(tx, use_case, found), hands_in(tx, use_case))
    given = tuple(Approval(digest=request.digest, by=yes.by, at=yes.at) for yes in counted if yes.fast_lane is None)
    lane = None if request.fast_lane is None else fast_lanes.by_id(tx, request.fast_lane)
    whose = "" if lane is None else f"standing approval of {_name(tx, lane.opened_by)} of {lane.opened_at:%Y-%m-%d}"
    by_rule = f"passed by the fast lane, {whose}" if whose else ""
    return GateRequest(digest=request.digest, more=missing(request.quorum, counted), by_rule=by_rule), given


def _by_envelope(office: Office, tx: Tx, use_case: UseCase, use: WaitingUse, now: datetime) -> GateRequest | None:
    if not still_within(office, tx, use_case, use, now):
        return None
    by_rule = f"inside change envelope {use.envelope}"
    return GateRequest(digest=use.covered, more=0, by_rule=by_rule, waits_until=use.window_ends if now < use.window_ends else None)


def _name(tx: Tx, person: PersonId) -> str:
    found = people.by_id(tx, person)
    return person if found is None else found.name
