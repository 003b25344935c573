"""Approval: quorums by tier, counting by person, and states that are told apart by type."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.approval import (
    LASTS,
    STATES,
    AnyRequest,
    Covered,
    FastLaneId,
    OpenRequest,
    Part,
    PassedRequest,
    Quorum,
    Request,
    RequestId,
    Subject,
    Yes,
    covered_from_json,
    covered_to_json,
    covers_digest,
    quorum_for,
)
from licet.core.consent import counting, missing, take, void
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.refusal import Refused
from licet.core.risk import Tier
from tests.core.examples import NOW

COVERED = Covered(parts=tuple((part, f"{part.value} stands") for part in Part))
NOBODY: frozenset[PersonId] = frozenset()


def request(quorum: Quorum, *given: Yes) -> Request:
    """A request that so many said yes to."""
    return Request(
        id=RequestId("r_1"), use_case=UseCaseSlug("mails"), subject=Subject.MANDATE, names="m_1", covered=COVERED, quorum=quorum,
        tier=Tier.LOW, asked_by=PersonId("p_bo"), asked_at=NOW, expires_at=NOW + LASTS, given=given,
    )  # fmt: skip


def yes(who: int, *, of_risk: bool = False) -> Yes:
    """A person's yes."""
    return Yes(by=PersonId(f"p_{who}"), at=NOW + timedelta(seconds=who), of_risk=of_risk, identity="confirmed")


def test_what_is_high_or_unknown_takes_two_one_of_risk_and_gates_never_lower_it() -> None:
    for tier in (Tier.HIGH, Tier.PROHIBITED, None):
        assert quorum_for(tier, people=1) == Quorum(people=2, of_risk=1)
    for tier in (Tier.LOW, Tier.MEDIUM):
        assert quorum_for(tier, people=0) == Quorum(people=1, of_risk=0)
        assert quorum_for(tier, people=3) == Quorum(people=3, of_risk=0)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12), st.integers(1, 4), st.integers(0, 2))
def test_a_request_passes_once_and_exactly_when_enough_people_said_so(said: list[tuple[int, bool]], people: int, risk: int) -> None:
    found: OpenRequest | PassedRequest = OpenRequest(request=request(Quorum(people=people, of_risk=risk)))
    passed, able, given_by = 0, frozenset(PersonId(f"p_{who}") for who in range(5)), dict[int, bool]()
    for who, of_risk in said:
        if who in given_by:
            continue
        after = take(found, yes(who, of_risk=of_risk), able, NOBODY)
        enough = len(given_by) >= people and sum(given_by.values()) >= risk
        assert isinstance(after, Refused) == enough
        if isinstance(after, Refused):
            continue
        given_by[who] = of_risk
        passed += isinstance(after, PassedRequest) and isinstance(found, OpenRequest)
        found = after
    assert passed == (len(given_by) >= people and sum(given_by.values()) >= risk)


def test_one_person_counts_once_and_nobody_with_a_hand_or_without_leave() -> None:
    both = request(Quorum(people=2, of_risk=0), yes(1), yes(1, of_risk=True), yes(2), yes(3))
    able = frozenset(PersonId(f"p_{who}") for who in (1, 2))
    assert [one.by for one in counting(both, able, NOBODY)] == ["p_1", "p_2"]
    assert [one.by for one in counting(both, able, frozenset({PersonId("p_2")}))] == ["p_1"]


def test_a_standing_approval_stands_for_the_quorum() -> None:
    standing = Yes(by=PersonId("f_1"), at=NOW, of_risk=True, identity="standing approval", fast_lane=FastLaneId("f_1"))
    assert missing(Quorum(people=3, of_risk=1), (standing,)) == 0


@pytest.mark.parametrize("part", Part)
def test_whatever_part_changes_gives_another_digest_and_is_named(part: Part) -> None:
    changed = Covered(parts=tuple((name, "else" if name is part else value) for name, value in COVERED.parts))
    assert covers_digest(RequestId("r_1"), changed) != covers_digest(RequestId("r_1"), COVERED)
    ended = void(OpenRequest(request=request(Quorum(people=1, of_risk=0))), changed, now=NOW)
    assert ended is not None
    assert ended.changed == (part,)
    assert void(OpenRequest(request=request(Quorum(people=1, of_risk=0))), COVERED, now=NOW) is None


def test_a_yes_to_one_request_is_none_to_another_that_looks_the_same() -> None:
    assert covers_digest(RequestId("r_1"), COVERED) != covers_digest(RequestId("r_2"), COVERED)


def test_what_is_covered_reads_back_as_it_was_written() -> None:
    assert covered_from_json(covered_to_json(COVERED)) == COVERED


def test_every_state_has_a_word() -> None:
    assert set(STATES) == set(get_args(AnyRequest))
