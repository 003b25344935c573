"""Moments as text: they sort as the times do, also those of clocks that were never set."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from licet.store.moments import moment_text


def test_moments_sort_as_text_and_read_back_whatever_the_year() -> None:
    made = [datetime(year, 1, 2, 3, 4, 5, 6, tzinfo=UTC) for year in (1, 999, 1000, 2026, 9999)]
    texts = [moment_text(one) for one in made]
    assert texts == sorted(texts)
    assert texts[0] == "0001-01-02T03:04:05.000006Z"
    assert [datetime.fromisoformat(one) for one in texts] == made
    assert moment_text(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-01T00:00:00.000000Z"


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        moment_text(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing that is refused
