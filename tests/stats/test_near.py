"""Near repetitions are found as an exact search would find them, without comparing everything with everything."""

import numpy as np
import pytest

from licet.stats.near import LEAST, jaccard, near_repeats

RNG = np.random.default_rng(5)


def drawn(size: int) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.unique(RNG.integers(0, 1 << 32, size, dtype=np.uint32))


def changed(one: "np.ndarray[tuple[int], np.dtype[np.uint32]]", share: float) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    """The same set with so large a share of its features exchanged for others."""
    gone = round(share * one.size)
    return np.unique(np.concatenate([one[gone:], drawn(gone)]))


def test_sets_above_the_limit_are_found_and_no_set_below_it_is() -> None:
    """Breaks when a band is compared with another band, or when candidates are taken for repetitions."""
    others = [drawn(60) for _ in range(400)]
    near, far = [changed(one, 0.09) for one in others[:200]], [changed(one, 0.25) for one in others[:200]]
    assert min(jaccard(one, other) for one, other in zip(near, others, strict=False)) >= LEAST
    assert max(jaccard(one, other) for one, other in zip(far, others, strict=False)) < LEAST
    assert near_repeats(near, others).mean() >= 0.99
    assert not near_repeats(far, others).any()


def test_nothing_repeats_an_empty_set_and_an_empty_set_repeats_nothing() -> None:
    none = np.empty(0, dtype=np.uint32)
    some = drawn(30)
    assert near_repeats([none, some], [none]).tolist() == [False, False]
    assert near_repeats([none, some], [none, some]).tolist() == [False, True]
    assert near_repeats([], [some]).tolist() == []


@pytest.mark.parametrize("copies", [1, 5_000])
def test_a_form_that_thousands_share_costs_no_more_than_its_first_ones(copies: int) -> None:
    form = drawn(50)
    others = [form] * copies
    assert near_repeats([changed(form, 0.04)] * 50, others).all()
