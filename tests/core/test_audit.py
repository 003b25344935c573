"""Audits: drawn with the recorded probability, predictable to nobody without the secret, checkable by everybody with it."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, kstest

from licet.core.audit import (
    WAITS_WITHIN,
    Agreed,
    Disagreed,
    Overdue,
    check_commitment,
    commitment,
    is_drawn,
    outcome_loss,
    overdue_reference,
    place,
    waits_from,
)
from licet.core.ids import CaseNumber
from licet.stats.watch import start, update

SECRET = hashlib.sha256(b"a secret").digest()
N = 20_000
PLACES = [place(SECRET, CaseNumber(k)) for k in range(1, N + 1)]


def test_places_are_spread_evenly_between_0_and_1() -> None:
    assert kstest(PLACES, "uniform").pvalue > 0.001
    assert all(0.0 <= found < 1.0 for found in PLACES)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 1.0])
def test_the_share_of_drawn_cases_is_the_rate(rate: float) -> None:
    drawn = sum(is_drawn(SECRET, CaseNumber(k), rate) for k in range(1, N + 1))
    assert binomtest(drawn, N, rate).pvalue > 0.001


@given(secret=st.binary(min_size=32, max_size=32), case=st.integers(1, 10**12), rate=st.floats(0.001, 1.0))
def test_whoever_has_the_revealed_secret_can_repeat_each_draw(secret: bytes, case: int, rate: float) -> None:
    number = int.from_bytes(hmac.new(secret, str(case).encode(), "sha256").digest()[:8], "big") >> 11
    assert is_drawn(secret, CaseNumber(case), rate) == (number / 2**53 < rate)


def test_another_secret_draws_other_cases() -> None:
    other = [place(hashlib.sha256(SECRET).digest(), CaseNumber(k)) for k in range(1, N + 1)]
    both = sum(one < 0.1 and two < 0.1 for one, two in zip(PLACES, other, strict=True))
    assert binomtest(both, N, 0.01).pvalue > 0.001


def test_the_commitment_fits_its_secret_alone() -> None:
    assert commitment(SECRET) == hashlib.sha256(SECRET).hexdigest()
    assert commitment(SECRET) != commitment(SECRET[::-1])


def test_silence_counts_as_an_error() -> None:
    assert [outcome_loss(one) for one in (Agreed(), Disagreed(), Overdue())] == [0.0, 1.0, 1.0]


@given(losses=st.lists(st.booleans(), max_size=60), place=st.integers(0, 59))
def test_one_more_error_never_saves_a_mandate(losses: list[bool], place: int) -> None:
    worse = [lost or at == place for at, lost in enumerate(losses)]
    one = other = start(target=0.05, delta=0.05, planned=60)
    for lost, lost_too in zip(losses, worse, strict=True):
        one, other = update(one, loss=float(lost)), update(other, loss=float(lost_too))
    assert other.has_tripped or not one.has_tripped


@given(st.binary(min_size=32, max_size=32), st.integers(min_value=1, max_value=10**9), st.integers(min_value=-60, max_value=10**5))
def test_a_drawn_case_comes_to_the_desk_well_before_it_is_due(secret: bytes, number: int, minutes: int) -> None:
    drawn_at, case = datetime(2030, 1, 1, tzinfo=UTC), CaseNumber(number)
    due_at = drawn_at + timedelta(minutes=minutes)
    found = waits_from(secret, case, drawn_at=drawn_at, due_at=due_at)
    assert drawn_at <= found <= drawn_at + WAITS_WITHIN
    assert found <= max(drawn_at, drawn_at + (due_at - drawn_at) / 2)
    assert found == waits_from(secret, case, drawn_at=drawn_at, due_at=due_at)
    names = {overdue_reference(secret, case), check_commitment(secret, case, drawn=True), check_commitment(secret, case, drawn=False)}
    assert len(names) == 3
    assert len({overdue_reference(secret, case), overdue_reference(secret, CaseNumber(number + 1))}) == 2
