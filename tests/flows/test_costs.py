"""Costs that promise nothing are refused when a standard is locked, and when it is countersigned after history came in."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.answer import answer_label
from licet.core.grading import Costs
from licet.core.history import Shares
from licet.core.standard import Method, NotAStandardError
from licet.flows.set_standard import countersign_standard, lock_standard
from licet.testing import World, done, past_cases, promise
from tests.flows.examples import MAILS

ANSWERS = sorted({answer_label(one.answer) for one in past_cases(200) if one.answer is not None})
CHEAP = {right: {given: 0.001 for given in ANSWERS if given != right} for right in ANSWERS}
HOLLOW = replace(promise(), method=Method.ANYTIME, grading=Costs(costs={**CHEAP, "nobody says this": {ANSWERS[0]: 1.0}}))
HALF = Shares(build=50, calibration=0, sealed=50)


def test_costs_that_every_real_error_keeps_are_not_locked(tmp_path: Path) -> None:
    """Breaks when an answer that nobody gives makes a hollow promise look like one."""
    with World(tmp_path) as world:
        world.use_case(MAILS, HOLLOW)
        world.import_cases(MAILS, past_cases(200), shares=HALF)
        with pytest.raises(NotAStandardError, match="wrong in every case"):
            lock_standard(world.office, world.owner, name=MAILS, draft=HOLLOW)


def test_history_that_comes_in_after_the_lock_still_counts(tmp_path: Path) -> None:
    """Breaks when locking before the import is the way round the check."""
    with World(tmp_path) as world:
        world.use_case(MAILS, HOLLOW)
        done(lock_standard(world.office, world.owner, name=MAILS, draft=HOLLOW))
        world.import_cases(MAILS, past_cases(200), shares=HALF)
        with pytest.raises(NotAStandardError, match="wrong in every case"):
            countersign_standard(world.office, world.risk, name=MAILS)
