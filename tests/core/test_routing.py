"""Routing: AI decides alone only under an active mandate, for this very system, in time, inside cap and scope."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice
from licet.core.ids import Fingerprint, UseCaseSlug
from licet.core.mandate import ActiveMandate, ExpiredMandate, Mandate, RevokedMandate, SuspendedMandate
from licet.core.refusal import Unknown
from licet.core.routing import REASONS, Alone, ToPerson, Traffic, guarded, outside_scope, route
from licet.core.scope import Scope
from licet.core.stop import Stop
from licet.core.system import NoProposal, NotAProbabilityError, Proposal, Proposed, high_stakes_probability
from tests.core.examples import NOW, OWNER, SLUG, active, proposed, terms

UNIT = st.floats(0, 1, allow_nan=False)
RIGHT = Traffic(fingerprint=Fingerprint("f" * 64), alone_today=0, stop=None, now=NOW)
SURE = Proposal(answer=Choice(value="yes"), confidence=0.99)

scopes = st.builds(
    Scope,
    threshold=UNIT,
    high_stakes=st.frozensets(st.sampled_from(["yes", "no"])),
    high_stakes_max=st.none() | UNIT,
    familiarity_min=st.none() | UNIT,
    never_alone_answers=st.frozensets(st.sampled_from(["yes", "no"])),
    never_alone_attributes=st.dictionaries(st.sampled_from(["kind", "land"]), st.frozensets(st.sampled_from(["a", "b"]))),
)
proposals = st.builds(
    Proposal,
    answer=st.builds(Choice, value=st.sampled_from(["yes", "no", "else"])),
    confidence=UNIT,
    probabilities=st.just({}) | st.fixed_dictionaries({"yes": UNIT, "no": UNIT}),
    familiarity=UNIT | st.builds(Unknown, why=st.just("no build part")),
)
attributes = st.dictionaries(st.sampled_from(["kind", "land"]), st.sampled_from(["a", "b", "c"]))


def states(mandate: ActiveMandate) -> list[Mandate | None]:
    """Every state a mandate can be in, and none."""
    return [
        None,
        mandate.proposed,
        mandate,
        SuspendedMandate(active=mandate, suspended_by=OWNER.id, suspended_at=NOW, why=""),
        ExpiredMandate(active=mandate, expired_at=NOW),
        RevokedMandate(active=mandate, revoked_by=OWNER.id, revoked_at=NOW, why=""),
    ]


def lies_inside(scope: Scope, seen: Mapping[str, str], proposal: Proposal) -> bool:
    """The scope again, in other words than the code's."""
    known = not isinstance(proposal.familiarity, Unknown)
    high = sum(p for answer, p in proposal.probabilities.items() if answer in scope.high_stakes)
    left_out = 1.0 - sum(proposal.probabilities.values())
    high += left_out if left_out > 1e-6 else 0.0
    answer = proposal.answer.value if isinstance(proposal.answer, Choice) else ""
    return (
        proposal.confidence >= scope.threshold
        and answer not in scope.never_alone_answers
        and all(name in seen and seen[name] not in values for name, values in scope.never_alone_attributes.items())
        and (scope.high_stakes_max is None or (bool(proposal.probabilities) and min(1.0, high) <= scope.high_stakes_max))
        and (scope.familiarity_min is None or (known and float(str(proposal.familiarity)) >= scope.familiarity_min))
    )


@given(
    scope=scopes,
    seen=attributes,
    said=proposals | st.just(NoProposal(why="failed")),
    state=st.integers(0, 5),
    same=st.booleans(),
    cap=st.integers(1, 5),
    today=st.integers(0, 6),
    days=st.integers(-1, 40),
)
def test_ai_decides_alone_exactly_inside_an_active_mandate(  # noqa: PLR0913 - all that counts
    *, scope: Scope, seen: dict[str, str], said: Proposed, state: int, same: bool, cap: int, today: int, days: int
) -> None:
    mandate = states(active(replace(terms(cap=cap), scope=scope)))[state]
    traffic = Traffic(fingerprint=Fingerprint(("f" if same else "e") * 64), alone_today=today, stop=None, now=NOW + timedelta(days=days))
    found = route(seen, said, mandate, traffic)
    may = state == 2 and same and today < cap and days < 30 and isinstance(said, Proposal) and lies_inside(scope, seen, said)
    assert isinstance(found, Alone) == may
    assert isinstance(found, Alone) or found.reason in REASONS


def test_leaving_an_attribute_out_is_no_way_around_a_never_alone_list() -> None:
    mandate = active(replace(terms(), scope=Scope(threshold=0.0, never_alone_attributes={"kind": frozenset({"vip"})})))
    assert isinstance(route({"kind": "plain"}, SURE, mandate, RIGHT), Alone)
    assert route({"kind": "vip"}, SURE, mandate, RIGHT) == ToPerson(reason="never_alone_attribute")
    assert route({"land": "x"}, SURE, mandate, RIGHT) == ToPerson(reason="guard_unknown")


@pytest.mark.parametrize(
    ("state", "reason"),
    [(0, "no_mandate"), (1, "no_mandate"), (3, "mandate_suspended"), (4, "mandate_expired"), (5, "mandate_revoked")],
)
def test_the_reason_names_the_mandates_state(state: int, reason: str) -> None:
    assert route({}, SURE, states(active())[state], RIGHT) == ToPerson(reason=reason)


def test_the_moment_of_expiry_is_already_too_late() -> None:
    ends = active().expires_at
    assert isinstance(route({}, SURE, active(), replace(RIGHT, now=ends - timedelta(microseconds=1))), Alone)
    assert route({}, SURE, active(), replace(RIGHT, now=ends)) == ToPerson(reason="mandate_expired")


def test_a_changed_system_and_a_full_day_go_to_people() -> None:
    assert route({}, SURE, active(), replace(RIGHT, fingerprint=Fingerprint("e" * 64))) == ToPerson(reason="fingerprint_changed")
    assert route({}, SURE, active(), replace(RIGHT, alone_today=1000)) == ToPerson(reason="cap_reached")
    assert route({}, NoProposal(why="raised"), active(), RIGHT) == ToPerson(reason="system_failed")


def test_a_confidence_at_the_threshold_is_inside_and_the_next_smaller_number_is_not() -> None:
    scope = Scope(threshold=0.9)
    assert outside_scope(scope, {}, replace(SURE, confidence=0.9)) is None
    assert outside_scope(scope, {}, replace(SURE, confidence=math.nextafter(0.9, 0.0))) == "below_threshold"


@given(scope=scopes, seen=attributes, said=proposals)
def test_the_guards_judge_the_same_cases_in_evaluation_and_in_routing(scope: Scope, seen: dict[str, str], said: Proposal) -> None:
    eligible = guarded(scope, seen, said) is None
    assert (outside_scope(scope, seen, said) is None) == (eligible and said.confidence >= scope.threshold)


def test_a_guard_that_cannot_be_computed_sends_the_case_to_a_person() -> None:
    assert guarded(Scope(threshold=0.0, familiarity_min=0.1), {}, SURE) == "guard_unknown"
    assert guarded(Scope(threshold=0.0, high_stakes=frozenset({"no"}), high_stakes_max=1.0), {}, SURE) == "guard_unknown"
    assert isinstance(high_stakes_probability(SURE, frozenset({"no"})), Unknown)


@pytest.mark.parametrize("told", [{"yes": 0.2}, {"yes": 0.85}, {"other": 0.0}])
def test_leaving_probabilities_out_is_no_way_around_the_high_stakes_guard(told: dict[str, float]) -> None:
    scope = Scope(threshold=0.0, high_stakes=frozenset({"no"}), high_stakes_max=0.1)
    assert guarded(scope, {}, replace(SURE, probabilities=told)) == "guard_high_stakes"
    assert guarded(scope, {}, replace(SURE, probabilities={"yes": 0.95, "no": 0.05})) is None


@pytest.mark.parametrize("value", [math.nan, -0.1, 1.1, math.inf])
def test_a_confidence_that_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(NotAProbabilityError, match="confidence"):
        Proposal(answer=Choice(value="yes"), confidence=value)


@pytest.mark.parametrize("use_case", [None, SLUG])
@given(scope=scopes, seen=attributes, said=proposals, state=st.integers(0, 5))
def test_nothing_is_decided_alone_while_the_stop_is_pressed(
    use_case: UseCaseSlug | None, scope: Scope, seen: dict[str, str], said: Proposal, state: int
) -> None:
    """Breaks when any state of the mandate, or any case, gets past the stop; the reason says stopped, whatever else would apply."""
    mandate = states(active(replace(terms(), scope=scope)))[state]
    stop = Stop(id=1, use_case=use_case, by=OWNER.id, at=NOW, why="a drill")
    assert route(seen, said, mandate, replace(RIGHT, stop=stop)) == ToPerson(reason="stopped")


def test_a_proposed_mandate_alone_permits_nothing() -> None:
    assert route({}, SURE, proposed(), RIGHT) == ToPerson(reason="no_mandate")
