"""Routing: whether AI decides a case alone, or a person does, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from licet.core.answer import answer_label
from licet.core.case_rules import SCHEMA, ruled
from licet.core.ids import Fingerprint
from licet.core.mandate import ActiveMandate, ExpiredMandate, Mandate, ProposedMandate, RevokedMandate, SuspendedMandate
from licet.core.refusal import Unknown
from licet.core.region import place, rules_of
from licet.core.scope import Scope
from licet.core.stop import Stop
from licet.core.system import NoProposal, Proposal, Proposed, high_stakes_probability

REASONS: Mapping[str, str] = {
    "stopped": "The stop is pressed.",
    "no_mandate": "Nobody has granted a mandate.",
    "mandate_suspended": "The mandate is suspended.",
    "mandate_expired": "The mandate has expired.",
    "mandate_revoked": "The mandate was revoked.",
    "fingerprint_changed": "The system is not the one the mandate was granted to.",
    "system_failed": "The system gave no usable answer.",
    "below_threshold": "The system is less sure than the mandate asks for.",
    "guard_high_stakes": "It might be a high-stakes case.",
    "guard_unfamiliar": "It resembles no past case closely enough.",
    "guard_unknown": "A guard could not be computed.",
    "never_alone_answer": "This answer is never given alone.",
    "region_not_certified": "In its region AI decides nothing alone: no certificate, or it was taken back.",
    "never_alone_attribute": "Cases with this attribute are never decided alone.",
    "schema_changed": "It was not taken in by the schema the mandate was granted for.",
    "never_alone_rule": "A rule of the schema says that a person decides such cases.",
    "high_stakes_case": "A rule of the schema says that it is a high-stakes case.",
    "cap_reached": "The mandate's cap for today is reached.",
    "audits_late": "Too many audits are late; people have to catch up first.",
    "not_exposed": "It might be decided alone; the mandate is exposed to a share of such cases only, and chance left this one out.",
}
"""Every reason why a person decides. Shown in exports and logs, never to a reviewer before the first answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """AI decides this case under a mandate."""

    mandate: ActiveMandate
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPerson:
    """A person decides this case. `reason` is one of `REASONS`."""

    reason: str


Route = Alone | ToPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What routing must know of the moment.

    Attributes:
        fingerprint: of the system that proposes.
        alone_today: how many cases were decided alone today.
        stop: the stop that is pressed; None where none is.
        now: the time.
        exposed: whether chance gives this case to AI, at the share the mandate is exposed to.
        held: whether delegation is held because too many audits are late.
    """

    fingerprint: Fingerprint
    alone_today: int
    stop: Stop | None
    now: datetime
    exposed: bool = True
    held: bool = False


def route(attributes: Mapping[str, str], proposed: Proposed, mandate: Mandate | None, traffic: Traffic) -> Route:
    """Decides who decides. Whatever is missing, late, unknown or failing goes to a person.

    Args:
        attributes: the case's attributes and what else is known of it, as `case_rules.facts_of` finds them.
        proposed: the system's proposal, or why there is none.
        mandate: the use case's mandate as it stands in the deciding transaction.
        traffic: fingerprint of the proposing system, today's count, the stop, and the time.

    Returns:
        `Alone`, or `ToPerson` with the first reason that applies.
    """
    active = ToPerson(reason="stopped") if traffic.stop is not None else _authority(mandate, traffic)
    if isinstance(active, ToPerson):
        return active
    match proposed:
        case NoProposal():
            return ToPerson(reason="system_failed")
        case Proposal():
            refused = outside_scope(active.scope, attributes, proposed) or (None if traffic.exposed else "not_exposed")
            return Alone(mandate=active, proposal=proposed) if refused is None else ToPerson(reason=refused)
        case _:
            assert_never(proposed)


def _authority(mandate: Mandate | None, traffic: Traffic) -> ActiveMandate | ToPerson:
    match mandate:
        case None | ProposedMandate():
            return ToPerson(reason="no_mandate")
        case SuspendedMandate():
            return ToPerson(reason="mandate_suspended")
        case ExpiredMandate():
            return ToPerson(reason="mandate_expired")
        case RevokedMandate():
            return ToPerson(reason="mandate_revoked")
        case ActiveMandate():
            return _inside_authority(mandate, traffic)
        case _:
            assert_never(mandate)


def _inside_authority(mandate: ActiveMandate, traffic: Traffic) -> ActiveMandate | ToPerson:
    if traffic.now >= mandate.expires_at:
        return ToPerson(reason="mandate_expired")
    if traffic.fingerprint != mandate.terms.fingerprint:
        return ToPerson(reason="fingerprint_changed")
    if traffic.held:
        return ToPerson(reason="audits_late")
    if traffic.alone_today >= mandate.daily_cap:
        return ToPerson(reason="cap_reached")
    return mandate


def outside_scope(scope: Scope, attributes: Mapping[str, str], proposal: Proposal) -> str | None:
    """Says why a case lies outside a scope, threshold included.

    Args:
        scope: threshold, guards, never-alone lists and rules.
        attributes: as `route` takes them.
        proposal: the system's proposal.

    Returns:
        A reason code of `REASONS`, or None when the case lies inside.
    """
    refused = guarded(scope, attributes, proposal)
    if refused is not None:
        return refused
    if not scope.regions:
        return "below_threshold" if proposal.confidence < scope.threshold else None
    region = place(scope.regions, attributes)
    if region is None or region.threshold is None:
        return "region_not_certified"
    return "below_threshold" if proposal.confidence < region.threshold else None


def guarded(scope: Scope, attributes: Mapping[str, str], proposal: Proposal) -> str | None:
    """As `outside_scope`, without the threshold: what the guards and never-alone lists alone say.

    The same function fixes which sealed cases an evaluation judges and which live cases are decided alone, so that the
    number under a mandate is about the cases the mandate covers. An attribute that a list or a region asks about and the case
    does not carry is a guard that could not be computed: leaving a column out must not be a way around it. A case that was not
    taken in by the very schema of the scope lies outside: what that schema lets in, and what its rules say, was judged; what
    another one does was not.
    """
    if attributes.get(SCHEMA, "") != scope.schema:
        return "schema_changed"
    if answer_label(proposal.answer) in scope.never_alone_answers:
        return "never_alone_answer"
    if any(attributes.get(name) in values for name, values in scope.never_alone_attributes.items()):
        return "never_alone_attribute"
    if not {*scope.never_alone_attributes, *(rule.attribute for rule in rules_of(scope.regions))} <= attributes.keys():
        return "guard_unknown"
    return ruled(scope.rules, attributes) or _high_stakes(scope, proposal) or _unfamiliar(scope, proposal)


def _high_stakes(scope: Scope, proposal: Proposal) -> str | None:
    if scope.high_stakes_max is None:
        return None
    match high_stakes_probability(proposal, scope.high_stakes):
        case Unknown():
            return "guard_unknown"
        case probability:
            return "guard_high_stakes" if probability > scope.high_stakes_max else None


def _unfamiliar(scope: Scope, proposal: Proposal) -> str | None:
    if scope.familiarity_min is None:
        return None
    match proposal.familiarity:
        case Unknown():
            return "guard_unknown"
        case familiarity:
            return "guard_unfamiliar" if familiarity < scope.familiarity_min else None
