"""Drawing cases, and splitting them into parts."""

import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.stats.ranges import OutOfRangeError
from licet.stats.sampling import inclusion_probabilities, is_drawn, part_of, spread, uniform, weights


def digest(number: int, key: bytes = b"secret") -> bytes:
    return hmac.new(key, str(number).encode(), hashlib.sha256).digest()


def test_the_first_53_bits_become_a_number_below_one() -> None:
    assert uniform(b"\x00" * 8) == 0.0
    assert uniform(b"\xff" * 32) == 1.0 - 2.0**-53
    assert uniform(b"\x80" + b"\x00" * 7) == 0.5
    assert uniform(b"\x00" * 6 + b"\x08\x00") == 2.0**-53


def test_the_bits_after_the_53rd_do_not_matter() -> None:
    assert uniform(b"\x12\x34\x56\x78\x9a\xbc\xd8\x00") == uniform(b"\x12\x34\x56\x78\x9a\xbc\xdf\xff")


def test_keyed_digests_are_spread_evenly() -> None:
    drawn = np.array([uniform(digest(number)) for number in range(5000)])
    assert abs(drawn.mean() - 0.5) < 0.02
    assert np.histogram(drawn, bins=10, range=(0, 1))[0].min() > 400


def test_a_case_is_drawn_with_its_probability_and_always_the_same_way() -> None:
    drawn = [is_drawn(digest(number), probability=0.2) for number in range(5000)]
    assert 900 < sum(drawn) < 1100
    assert drawn == [is_drawn(digest(number), probability=0.2) for number in range(5000)]
    assert not is_drawn(b"\x00" * 8, probability=0.0)
    assert is_drawn(b"\xff" * 8, probability=1.0)


def test_parts_have_the_sizes_asked_for_whatever_the_scale() -> None:
    parts = np.bincount([part_of(digest(number), shares=(50, 20, 30)) for number in range(5000)]) / 5000
    assert np.abs(parts - (0.5, 0.2, 0.3)).max() < 0.03
    assert all(part_of(digest(n), shares=(50, 20, 30)) == part_of(digest(n), shares=(0.5, 0.2, 0.3)) for n in range(200))


def test_a_part_of_size_zero_gets_no_case() -> None:
    for edge in (b"\x00" * 8, b"\xff" * 8):
        assert part_of(edge, shares=(0, 0, 100)) == 2
        assert part_of(edge, shares=(0, 100, 0)) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=5, max_size=80), st.floats(0.05, 1.0))
def test_inclusion_probabilities_add_up_and_never_fall_below_the_least(risk: list[float], part: float) -> None:
    chances = inclusion_probabilities(risk=risk, expected=part * len(risk), least=0.01)
    assert chances.sum() == pytest.approx(part * len(risk), rel=1e-6)
    assert chances.min() >= 0.01
    assert chances.max() <= 1.0
    assert (np.diff(chances[np.argsort(risk, kind="stable")]) >= -1e-12).all()


def test_weights_make_a_weighted_mean_of_drawn_cases_honest() -> None:
    inclusion = np.array([0.1, 0.1, 0.4, 0.4])
    loss = np.array([0.0, 1.0, 1.0, 1.0])
    weight = weights(inclusion=inclusion)
    assert (inclusion * weight * loss).sum() / inclusion.sum() == pytest.approx(loss.mean())


def test_the_fixed_table_is_even_and_always_the_same() -> None:
    table = spread(seed=1, rows=300, columns=100)
    assert table.shape == (300, 100)
    assert abs(table.mean() - 0.5) < 0.01
    assert (table == spread(seed=1, rows=300, columns=100)).all()
    assert spread(seed=1, rows=0, columns=5).shape == (0, 5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: uniform(b"short"),
        lambda: is_drawn(b"\x00" * 8, probability=1.1),
        lambda: part_of(b"\x00" * 8, shares=()),
        lambda: part_of(b"\x00" * 8, shares=(0, 0)),
        lambda: part_of(b"\x00" * 8, shares=(1, -1)),
        lambda: inclusion_probabilities(risk=[0.1], expected=2, least=0.1),
        lambda: inclusion_probabilities(risk=[0.1] * 10, expected=0.5, least=0.1),
        lambda: weights(inclusion=[0.5, 0.0]),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError):
        call()
