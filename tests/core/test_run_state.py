"""What goes on with a run, and amounts as people read them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licet.core.cost import MILLION, amount_in_words
from licet.core.ids import Fingerprint
from licet.core.run import Run, RunId, RunState, run_state

NOW = datetime(2030, 1, 7, tzinfo=UTC)
QUIET = timedelta(seconds=15)
RUN = Run(
    id=RunId(1),
    fingerprint=Fingerprint("f"),
    cases=10,
    done=5,
    spent=None,
    budget=None,
    began_at=NOW,
    seen_at=NOW,
    ended_at=None,
    stopped=None,
)


@pytest.mark.parametrize(
    ("run", "holders", "later", "state"),
    [
        (RUN, 1, timedelta(hours=1), RunState.ASKING),
        (RUN, 0, timedelta(seconds=14), RunState.ASKING),
        (RUN, 0, QUIET, RunState.LEFT),
        (replace(RUN, stopped="x"), 0, timedelta(0), RunState.RESTING),
        (replace(RUN, stopped="x"), 1, timedelta(0), RunState.ASKING),
        (replace(RUN, ended_at=NOW), 0, timedelta(hours=1), RunState.ENDED),
    ],
)
def test_nobody_is_taken_for_gone_before_their_time_and_what_was_stopped_says_why(
    run: Run, holders: int, later: timedelta, state: RunState
) -> None:
    assert run_state(run, holders=holders, now=NOW + later, quiet_for=QUIET) is state


@pytest.mark.parametrize(
    ("millionths", "currency", "words"),
    [
        (0, "EUR", "0.00 EUR"),
        (1_234_56 * MILLION, "EUR", "1,234.56 EUR"),
        (1_500_000, "USD", "0.0150 USD"),
        (9_999, "USD", "under 0.0001 USD"),
        (500 * MILLION, "JPY", "500 JPY"),
        (1_500 * MILLION, "KWD", "1.500 KWD"),
    ],
)
def test_an_amount_is_read_in_units_of_its_currency_and_never_rounded_to_nothing(millionths: int, currency: str, words: str) -> None:
    assert amount_in_words(millionths, currency) == words
