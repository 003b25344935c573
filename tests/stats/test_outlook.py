"""The outlook of a promise: estimates that hold against simulated certificates, and lower limits that no certificate beats."""

import numpy as np
import pytest

from licet.stats.bounds import certifies
from licet.stats.clustered import clustered_sequence
from licet.stats.outlook import Likely, MoreLabels, Seen, TooFewLabels, Unseen, fewest_labels, outlook
from licet.stats.planning import OutOfReach
from licet.stats.promises import AlonePromise, Labelled


def seen(losses: tuple[float, ...], n: tuple[int, ...], *, target: float = 0.05, never: bool = False) -> Seen:
    return Seen(target=target, delta=0.05, losses=losses, n=n, allows_none=never)


def test_so_many_labels_as_are_called_likely_certify_in_four_of_five_draws() -> None:
    """Breaks when labels over all cases are taken for labels inside the region."""
    found = outlook(seen=[seen((6.0, 60.0), (600, 1000))], coverage=(0.6, 1.0), cases=1000, labels=500)
    assert isinstance(found, Likely)
    assert found.coverage == 0.6
    rng = np.random.default_rng(1)
    inside = rng.binomial(found.labels, 0.6, size=2000)
    passed = [certifies(errors=int(rng.binomial(n, 6.5 / 601)), n=int(n), target=0.05, delta=0.05) for n in inside]
    assert 0.72 < np.mean(passed) < 0.95


@pytest.mark.parametrize("size", [1, 5])
def test_no_certificate_of_clusters_takes_fewer_than_the_fewest_labels(size: int) -> None:
    promise = AlonePromise(target=0.05, delta=0.05)
    for n in range(60, fewest_labels(target=0.05, delta=0.05, largest=5), 15):
        clean = Labelled(confidence=np.ones(n), loss=np.zeros(n), eligible=np.ones(n, dtype=np.bool_))
        ids = [k // size for k in range(n)]
        assert clustered_sequence(labelled=clean, promises=[promise], thresholds=(0.5,), clusters=ids, largest=5) is None
    assert fewest_labels(target=0.05, delta=0.05) == 59


def test_what_is_missing_is_named() -> None:
    wide, narrow = seen((1.0, 8.0), (200, 400)), seen((0.0, 0.0), (5, 10))
    few = outlook(seen=[wide, narrow], coverage=(0.5, 1.0), cases=400, labels=2000)
    assert few == TooFewLabels(at=1, needed=59 * 40)
    assert isinstance(outlook(seen=[wide], coverage=(0.5, 1.0), cases=400, labels=80), MoreLabels)
    assert isinstance(outlook(seen=[seen((50.0, 90.0), (200, 400))], coverage=(0.5, 1.0), cases=400, labels=900), OutOfReach)
    assert outlook(seen=[wide, seen((0.0, 0.0), (0, 0))], coverage=(0.5, 1.0), cases=400, labels=900) == Unseen(at=1)


def test_an_error_that_must_never_be_made_is_out_of_reach_once_it_was_seen() -> None:
    clean = outlook(seen=[seen((0.0, 1.0), (200, 400), never=True)], coverage=(0.5, 1.0), cases=400, labels=900)
    assert isinstance(clean, Likely)
    assert clean.coverage == 0.5
    assert isinstance(outlook(seen=[seen((1.0, 1.0), (200, 400), never=True)], coverage=(0.5, 1.0), cases=400, labels=900), OutOfReach)
