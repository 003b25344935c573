"""Consent: how a request for approval is opened, said yes or no to, counted, taken back, and ended by time or change."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from licet.core.approval import (
    ESCALATES_AFTER,
    AnyRequest,
    Covered,
    DeclinedRequest,
    LiveRequest,
    OpenRequest,
    PassedRequest,
    Quorum,
    Request,
    Subject,
    VoidRequest,
    WithdrawnRequest,
    Yes,
    state_word,
)
from licet.core.ids import Digest, PersonId
from licet.core.people import Identity, Person, Role
from licet.core.refusal import Refused
from licet.core.risk import Tier


def open_request(request: Request, before: LiveRequest | None) -> OpenRequest | Refused:
    """Opens a request: one at a time for the same thing, and only where there is something to approve."""
    if before is not None and not request.covered.changed(before.request.covered):
        why = f"A request for exactly this is {state_word(before)} already: {before.request.digest}."
        return Refused(code="already_done", why=why, remedy="See it with `licet approval list`.")
    return OpenRequest(request=request)


def say_yes(found: AnyRequest | None, asked: Digest, by: Person, hands: frozenset[PersonId], *, now: datetime) -> Yes | Refused:
    """Gives a named person's yes to exactly the request that has this digest.

    Args:
        found: the newest request; None where nobody asked for approval.
        asked: the digest the person says yes to.
        by: who approves: risk, or an owner of another use case. There is no approving on somebody's behalf.
        hands: who may not: whoever wrote, built, proposed or owns it.
        now: when.

    Returns:
        The yes, or `Refused`.
    """
    if found is None:
        return Refused(code="no_mandate", why="Nothing is proposed.", remedy="Propose a mandate: `licet mandate propose`.")
    refused = not_independent(by, hands)
    if refused is not None:
        return refused
    if asked != found.request.digest:
        why = f"{asked!r} is not what is asked for now ({found.request.digest!r})."
        return Refused(code="digest_mismatch", why=why, remedy="Read `licet gate show` and approve the digest it prints.")
    said = Yes(by=by.id, at=now, of_risk=by.has(Role.RISK), identity=by.identity.value)
    return _not_live(found) or _said_before(found, by) or _not_confirmed(found, by) or said


def not_independent(by: Person, hands: frozenset[PersonId]) -> Refused | None:
    """Says no to a person who had a hand in what is to be approved; None where they had none."""
    if by.id not in hands and not by.has(Role.BUILDER):
        return None
    why = f"{by.email!r} wrote, built, proposed or owns this and may not approve it."
    return Refused(code="approver_is_author", why=why, remedy="Let risk, or an owner of another use case, approve.")


def _said_before(found: AnyRequest, by: Person) -> Refused | None:
    if any(yes.by == by.id for yes in found.request.given):
        return Refused(code="already_done", why="You approved exactly this before.", remedy="")
    return None


def _not_confirmed(found: AnyRequest, by: Person) -> Refused | None:
    """Where the tier is high, or nobody knows it, a yes takes somebody who has just shown once more who they are."""
    if found.request.tier in {Tier.LOW, Tier.MEDIUM} or by.identity is Identity.CONFIRMED:
        return None
    tier = found.request.tier or "unknown"
    why = f"The tier is {tier}: a yes takes somebody who has just confirmed who they are, and {by.email!r} is {by.identity.value}."
    return Refused(code="confirmation_needed", why=why, remedy="Confirm it first: `licet confirm`.")


def _not_live(found: AnyRequest) -> Refused | None:
    if isinstance(found, OpenRequest | PassedRequest):
        return None
    return not_open(found)


def not_open(found: AnyRequest) -> Refused:
    """Says that a request takes this act no more, and why."""
    state = state_word(found)
    changed = f": {', '.join(part.value for part in found.changed)} changed" if isinstance(found, VoidRequest) else ""
    remedy = "" if isinstance(found, OpenRequest | PassedRequest) else "Ask anew: `licet approval ask`, or `licet mandate propose`."
    return Refused(code="request_not_open", why=f"The request is {state}{changed}.", remedy=remedy)


def counting(request: Request, able: frozenset[PersonId], hands: frozenset[PersonId]) -> tuple[Yes, ...]:
    """The yeses that count: of people who are able now and had no hand in it since; one person counts once, whatever their roles."""
    first = {yes.by: yes for yes in reversed(request.given)}
    own = (yes for yes in request.given if first[yes.by] is yes)
    return tuple(yes for yes in own if yes.fast_lane is not None or (yes.by in able and yes.by not in hands))


def missing(quorum: Quorum, counted: Iterable[Yes]) -> int:
    """How many more people it takes. A standing approval of risk stands for the whole quorum; it is there for low tiers only."""
    said = tuple(counted)
    if any(yes.fast_lane is not None for yes in said):
        return 0
    of_risk = sum(yes.of_risk for yes in said)
    return max(quorum.people - len(said), quorum.of_risk - of_risk, 0)


def take(found: LiveRequest, yes: Yes, able: frozenset[PersonId], hands: frozenset[PersonId]) -> LiveRequest | Refused:
    """Adds a yes, and passes the request when with it enough people who count said so.

    A request that passed and lost a yes since (its giver took a hand in the use case) takes another; one that needs none takes none.
    """
    counted = counting(found.request, able, hands)
    if isinstance(found, PassedRequest):
        if missing(found.request.quorum, counted) == 0:
            return Refused(code="request_not_open", why="The request has passed already; it needs no further yes.", remedy="")
        return replace(found, request=_with(found.request, yes))
    request = _with(found.request, yes)
    if missing(request.quorum, counting(request, able | {yes.by}, hands)) == 0:
        return PassedRequest(request=request, at=yes.at)
    return OpenRequest(request=request)


def _with(request: Request, yes: Yes) -> Request:
    return replace(request, given=(*request.given, yes))


def void(found: LiveRequest, covered: Covered, *, now: datetime) -> VoidRequest | None:
    """Ends a request of which something that it covers changed; None where nothing did."""
    changed = covered.changed(found.request.covered)
    return VoidRequest(request=found.request, at=now, changed=changed) if changed else None


def decline(found: AnyRequest | None, by: Person, hands: frozenset[PersonId], why: str, *, now: datetime) -> DeclinedRequest | Refused:
    """Ends a request with a no and its reason. What a standing approval passed, risk may still pull out; what people passed stands."""
    if found is None:
        return Refused(code="no_mandate", why="Nothing is proposed.", remedy="")
    refused = not_independent(by, hands)
    if refused is not None:
        return refused
    pulled = isinstance(found, PassedRequest) and found.request.fast_lane is not None and by.has(Role.RISK)
    if not isinstance(found, OpenRequest) and not pulled:
        return not_open(found)
    return DeclinedRequest(request=found.request, at=now, by=by.id, why=why)


def withdraw(found: AnyRequest | None, by: Person, *, now: datetime) -> WithdrawnRequest | Refused:
    """Takes a request back; only whoever proposed it can."""
    if found is None:
        return Refused(code="no_mandate", why="Nothing is proposed.", remedy="")
    if not isinstance(found, OpenRequest | PassedRequest):
        return not_open(found)
    if found.request.asked_by != by.id:
        why = f"{by.email!r} did not ask for this."
        return Refused(code="not_permitted", why=why, remedy="Let whoever asked withdraw it, or decline it: `licet approval decline`.")
    return WithdrawnRequest(request=found.request, at=now, by=by.id)


def is_over(found: LiveRequest, now: datetime) -> bool:
    """Whether its time is over. An envelope that passed ends by its own date."""
    stays = isinstance(found, PassedRequest) and found.request.subject is Subject.ENVELOPE
    return now >= found.request.expires_at and not stays


def is_slow(found: LiveRequest, now: datetime) -> bool:
    """Whether a request waits for so long, without a question in the way, that everybody else who could approve is to be told."""
    request = found.request
    waits = isinstance(found, OpenRequest) and request.escalated_at is None and request.unanswered is None
    return waits and now >= request.asked_at + ESCALATES_AFTER
