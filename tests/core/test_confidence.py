"""A confidence is never rounded up to a certainty."""

import pytest

from licet.core.confidence import confidence_in_words


@pytest.mark.parametrize(("confidence", "words"), [(0.9, "90%"), (0.95, "95%"), (0.99, "99%"), (0.995, "99.5%"), (0.9999, "99.99%")])
def test_a_confidence_keeps_the_digits_it_has(confidence: float, words: str) -> None:
    assert confidence_in_words(confidence) == words
