"""The fast lane: risk opens it with a budget and an end, closes it, and pulls out what it passed before that is granted."""

from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.approval import DeclinedRequest, FastLaneId, Subject
from licet.core.canonical import Json
from licet.core.fast_lane import Budget, FastLane, budget_to_json, check_fast_lane
from licet.core.ids import LICET, PersonId
from licet.core.incident import Message
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.discuss import decline_request
from licet.flows.office import Office, allowed_person, entry, whole_installation
from licet.flows.rules_in_force import gates_in_force, policy_in_force
from licet.store import approvals, fast_lanes, notices, use_cases
from licet.store.book import Tx


def open_fast_lane(office: Office, by: Actor, *, budget: Budget, until: datetime) -> FastLane | Refused:
    """Gives risk's standing approval, bound to policy and gates as they are now. One is open at a time; another replaces it.

    Raises:
        NotAFastLaneError: when a number or the end is out of range.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        person = whole_installation(tx) or allowed_person(office, tx, by, Act.OPEN_FAST_LANE, None)
        if isinstance(person, Refused):
            return person
        check_fast_lane(budget, until=until, now=now)
        _close(tx, person.id, now)
        made = FastLane(
            id=FastLaneId(office.draw.token("f_")),
            budget=budget,
            policy=policy_in_force(office, tx),
            gates=gates_in_force(office, tx),
            opened_by=person.id,
            opened_at=now,
            until=until,
        )
        fast_lanes.add(tx, made)
        facts: dict[str, Json] = {"fast_lane": made.id, "budget": budget_to_json(budget), "until": until.isoformat()}
        bound: dict[str, Json] = {"policy": made.policy, "gates": made.gates}
        tx.record(entry("fast_lane.opened", by=person.id, now=now, use_case=None, **facts, **bound))
        return made


def close_fast_lane(office: Office, by: Actor) -> FastLane | Refused:
    """Takes the standing approval back, with what it passed and nobody granted yet; what was granted stays as it is."""
    with office.book.write() as tx:
        now = office.clock.now()
        person = whole_installation(tx) or allowed_person(office, tx, by, Act.OPEN_FAST_LANE, None)
        if isinstance(person, Refused):
            return person
        closed = _close(tx, person.id, now)
        if closed is not None:
            _pull_out(tx, closed, person.id, now)
        return closed or Refused(code="not_there", why="No fast lane is open.", remedy="Open one: `licet fast-lane open`.")


def _close(tx: Tx, by: PersonId, now: datetime) -> FastLane | None:
    lane = fast_lanes.not_closed(tx)
    if lane is None:
        return None
    closed = replace(lane, closed_at=now, closed_by=by)
    fast_lanes.close(tx, closed)
    tx.record(entry("fast_lane.closed", by=by, now=now, use_case=None, fast_lane=lane.id))
    return closed


def _pull_out(tx: Tx, closed: FastLane, by: PersonId, now: datetime) -> None:
    """Declines, as risk, every request that a standing approval passed and on which nothing was granted yet."""
    why = "Risk took back the standing approval that passed this."
    for use_case in (use_cases.by_id(tx, row) for row in approvals.with_live(tx)):
        for request in (one.request for one in approvals.live(tx, use_case) if one.request.fast_lane == closed.id):
            approvals.end(tx, DeclinedRequest(request=request, at=now, by=by, why=why))
            facts: dict[str, Json] = {"request": request.id, "digest": request.digest, "fast_lane": closed.id}
            tx.record(entry("approval.declined", by=by, now=now, use_case=use_case, **facts))
            subject, body = f"{use_case.title}: declined", f"{why} To ask anew: licet approval ask {use_case.slug}"
            notices.tell(tx, Message(to=request.asked_by, subject=subject, body=body), at=now)


def end_fast_lane_if_changed(office: Office, tx: Tx, now: datetime) -> FastLane | None:
    """Ends the standing approval in the transaction that changed policy or gates; it was bound to what they said."""
    lane = fast_lanes.not_closed(tx)
    if lane is None or (lane.policy, lane.gates) == (policy_in_force(office, tx), gates_in_force(office, tx)):
        return None
    return _close(tx, LICET, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneShown:
    """A standing approval, and whether it passes anything now."""

    lane: FastLane
    holds: bool


def fast_lanes_of(office: Office) -> list[LaneShown]:
    """Every standing approval there was, oldest first."""
    with office.book.read() as tx:
        now, bound = office.clock.now(), (policy_in_force(office, tx), gates_in_force(office, tx))
        return [LaneShown(lane=lane, holds=lane.is_open(now) and (lane.policy, lane.gates) == bound) for lane in fast_lanes.every(tx)]


def veto_fast(office: Office, by: Actor, *, name: str, why: str) -> DeclinedRequest | Refused:
    """Pulls out, as risk, what the fast lane passed in a use case, before it is granted.

    Raises:
        NotAReasonError: when no reason is given, or too long a one.
    """
    with office.book.read() as tx:
        found = approvals.newest(tx, use_cases.require(tx, name), Subject.MANDATE)
    if found is None or found.request.fast_lane is None:
        return Refused(code="no_mandate", why=f"The fast lane passed nothing of {name!r} that waits.", remedy="See `licet approval list`.")
    return decline_request(office, by, request=found.request.id, why=why)
