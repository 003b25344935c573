"""A reason: some words, and nothing that is none."""

import pytest

from licet.core.reason import LIMIT, NotAReasonError, reason


def test_a_reason_keeps_its_words_and_loses_the_space_around_them() -> None:
    assert reason("  The vendor changed its model.\nAll of it. \n") == "The vendor changed its model.\nAll of it."


@pytest.mark.parametrize("raw", ["", " \n\t ", "x" * (LIMIT + 1), "a\x00b", "a\x1b[2Jb"])
def test_what_says_nothing_or_too_much_is_no_reason(raw: str) -> None:
    with pytest.raises(NotAReasonError):
        reason(raw)
