"""The same numbers from other people's code: ville for sequences, MAPIE for Learn-then-Test."""

import math

import numpy as np
import pytest
from scipy.special import betainc

from licet.stats.bounds import confidence_sequence, exact_p_values, log_e_values
from licet.stats.threshold import Tally, fixed_sequence

pytestmark = pytest.mark.cross_check
ABSENT = "an optional package for cross-checks is not installed"


def test_the_anytime_interval_equals_villes() -> None:
    ville = pytest.importorskip("ville", reason=ABSENT)
    losses = (np.random.default_rng(1).random(400) < 0.07).astype(float)
    theirs = ville.BernoulliCS(alpha=0.05, prior=(0.5, 0.5), intersect=False)
    theirs.update(losses)
    lower, upper = np.asarray(theirs.lower_), np.asarray(theirs.upper_)
    for n in (1, 2, 17, 100, 400):
        ours = confidence_sequence(errors=float(losses[:n].sum()), n=n, delta=0.05)
        assert ours == pytest.approx((lower[n - 1], upper[n - 1]), abs=1e-6)


def test_the_evidence_equals_villes_mixture_cut_off_at_the_target() -> None:
    ville = pytest.importorskip("ville", reason=ABSENT)
    losses = (np.random.default_rng(3).random(500) < 0.02).astype(float)
    test = ville.BernoulliTest(p0=0.05, prior=(0.5, 25.0))
    test.update(losses)
    k, n = np.cumsum(losses), np.arange(1, 501)
    cut = np.log(betainc(0.5 + k, 25.0 + n - k, 0.05)) - math.log(betainc(0.5, 25.0, 0.05))
    ours = log_e_values(loss_sum=k, n=n, target=0.05)
    kept = np.isfinite(ours)
    assert kept.any()
    assert ours[kept] == pytest.approx((np.asarray(test.log_e_values_) + cut)[kept], abs=1e-8)


def test_the_p_values_and_the_fixed_sequence_equal_mapies() -> None:
    methods = pytest.importorskip("mapie.risk_control.methods", reason=ABSENT)
    fwer = pytest.importorskip("mapie.risk_control.fwer_control", reason=ABSENT)
    rng = np.random.default_rng(2)
    n = np.linspace(150, 600, 10).round().astype(int)
    for _ in range(20):
        errors = np.cumsum(rng.poisson([2, *[2] * 4, *[4] * 5]))
        ours = exact_p_values(errors=errors, n=n, target=0.05)
        # MAPIE rounds n * rate up, so the rate is given a hair below errors / n.
        theirs = methods.compute_hoeffding_bentkus_p_value((errors - 1e-9) / n, n.astype(float), np.array([0.05]), binary=True)[:, 0]
        assert ours == pytest.approx(theirs, rel=1e-6)
        rejected = fwer.FWERFixedSequenceTesting().run(theirs, delta=0.05)
        found = fixed_sequence([Tally(target=0.05, delta=0.05, errors=tuple(map(int, errors)), n=tuple(map(int, n)))])
        assert (-1 if found is None else found.index) == (max(rejected) if len(rejected) else -1)
        assert math.isfinite(float(ours.min()))
