"""A pattern is refused before it could make one case cost minutes."""

import time

import pytest

from licet.core.case_schema import LONGEST_PATTERNED
from licet.core.pattern import why_not_a_pattern


@pytest.mark.parametrize(
    "pattern", ["[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", r"[^@ ]+@[^@ ]+\.[a-z]+", "(GB|NL)[0-9]{9}", r"\(\+[0-9]+\)", "[](]x?"]
)
def test_what_a_form_usually_asks_for_is_a_pattern(pattern: str) -> None:
    assert why_not_a_pattern(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+", "repeats a group"),
        ("(a|a)*b", "repeats a group"),
        ("(ab){2,3}", "repeats a group"),
        ("a*a*a*a*b", "4 parts"),
        ("a?a?a?a?", "4 parts"),
        (r"(a)\1", "refers back"),
        ("(?=a)b", "looks around"),
        ("(?i)a", "sets flags"),
        ("(a", "no regular expression"),
        ("a" * 201, "201 characters"),
        ("|".join("abcdefghijkl"), "alternatives"),
        (r"(a.|.a)(a.|.a)(a.|.a)(a.|.a)\w*\w*\w*!", "3 alternatives"),
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str, why: str) -> None:
    assert why in why_not_a_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["a*a*a*b", ".*.*.*x", "[a-z]+[a-z]+[a-z]+0", "a{1,200}a{1,200}a{1,200}b", r"(a.|.a)" * 3 + r"\w*\w*\w*!"]
)
def test_the_worst_text_for_a_pattern_that_is_allowed_costs_milliseconds(pattern: str) -> None:
    import re  # noqa: PLC0415 - only this test runs a pattern bare

    assert why_not_a_pattern(pattern) == ""
    start = time.perf_counter()
    assert re.fullmatch(pattern, "a" * LONGEST_PATTERNED) is None
    assert time.perf_counter() - start < 1.0
