"""Times in event logs: each way of writing them is read as it is meant, and what can be read in two ways is refused."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.edge.bad_file import BadCellError
from licet.edge.fixed_times import NAIVE, read_alike
from licet.edge.log_times import AmbiguousTimesError, BadTimeError, TimeColumn, odd_times, order_of, parsed

NOON = "2026-03-04T12:30:05"


def utc(cell: str, *, day_first: bool | None = None, zone: str | None = None) -> str:
    """A time as it is read."""
    return str(TimeColumn(column="when", zone_name=zone, day_first=day_first).read([cell])[0])


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-03-04T12:30:05", "2026-03-04 12:30:05Z", "2026/03/04 12:30:05", "2026.03.04 12:30:05.000000", "2026-3-4 12:30:05"),
        *("04.03.2026 12:30:05", "4/3/2026 12:30:05 PM", "4-3-2026, 12:30:05 p.m.", " 2026-03-04 12:30:05 "),
        *("2026-03-04T14:30:05+02:00", "2026-03-04T07:30:05-0500", "04.03.2026 13:30:05 +01", "2026-03-04 12:30:05 UTC"),
        *("1772627405", "1772627405.000", "1772627405000", "1772627405000000"),
    ],
)
def test_a_moment_is_the_same_however_it_is_written(cell: str) -> None:
    assert utc(cell, day_first=True) == NOON + ".000000"


@pytest.mark.parametrize("cell", ["4/3/2026 12:00 AM", "2026-03-04", "4.3.2026"])
def test_midnight_and_a_day_alone_are_midnight(cell: str) -> None:
    assert utc(cell, day_first=True) == "2026-03-04T00:00:00.000000"


@pytest.mark.parametrize(
    "cell",
    [
        "x",
        "2026-13-01",
        "31.02.2026",
        "2026-03-04 25:00:00",
        "1/1/2026 13:00 PM",
        "1/1/2026 0:00 AM",
        "17726274",
        "9" * 400,
        "٤/٣/٢٠٢٦",
        "1e9",
    ],
)
def test_what_is_no_time_is_refused_with_its_place(cell: str) -> None:
    assert parsed(cell, day_first=True) is None
    with pytest.raises(BadTimeError) as bad:
        TimeColumn(column="when", day_first=True).read([NOON, "", cell])
    assert bad.value.place == 2
    assert "is not a time" in bad.value.why


def test_day_or_month_first_is_proved_by_the_file_or_asked_and_never_guessed() -> None:
    with pytest.raises(AmbiguousTimesError):
        parsed("3/4/2026", day_first=None)
    with pytest.raises(BadTimeError, match="--day-first or --month-first"):
        TimeColumn(column="when").read(["3/4/2026"])
    assert order_of(["3/4/2026", "", "31/4/2026"]) is True
    assert order_of(["3/4/2026", "4/31/2026 9:00"]) is False
    assert order_of(["3/4/2026", "12/12/2026", "2026-03-31"]) is None
    assert utc("3/4/2026", day_first=False)[:10] == "2026-03-04"


def test_clocks_of_a_zone_are_read_by_its_summer_and_winter() -> None:
    read = TimeColumn(column="when", zone_name="Europe/Amsterdam").read(["2026-01-01 12:00:00", "2026-07-01 12:00:00", ""])
    assert [str(one)[11:16] for one in read[:2]] == ["11:00", "10:00"]
    assert np.isnat(read[2])
    twice, never = (utc(f"2026-{day} 02:30:00", zone="Europe/Amsterdam") for day in ("10-25", "03-29"))
    assert (twice[8:16], never[8:16]) == ("25T00:30", "29T01:30"), "the first of two; where clocks skip it, as far after it"
    with pytest.raises(BadCellError, match="Europe/Amsterdam"):
        TimeColumn(column="when", zone_name="Europe/Amsterdm")


def test_what_is_odd_about_times_is_said_once_for_all_columns() -> None:
    plain = TimeColumn(column="end")
    plain.read(["2026-03-04", "2026-03-05", "2026-03-05 10:00:00"])
    assert {one.code: (one.count, one.of, one.zone) for one in odd_times([plain])} == {
        "midnight": (2, 3, ""),
        "zone_assumed": (3, 3, "UTC"),
    }
    told = TimeColumn(column="start", zone_name="Europe/Amsterdam")
    told.read(["2026-03-04T10:00:00+01:00", "2026-07-04T10:00:00+02:00"])
    assert odd_times([told]) == (), "summer time explains two offsets"
    told.read(["2026-07-04T10:00:00-05:00", "2026-07-04T10:00:00"])
    assert {one.code: (one.count, one.of, one.several) for one in odd_times([told])} == {
        "zone_told": (1, 4, 0),
        "zones_mixed": (3, 4, 4),
    }


FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.%f+05:30")
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - times without a zone are what is tried


@given(st.lists(moments, min_size=1, max_size=20), st.sampled_from(FORMS))
def test_times_that_are_all_written_alike_are_read_as_each_by_itself(given_: list[datetime], form: str) -> None:
    cells = [one.strftime(form).rjust(len(datetime(2000, 1, 1, tzinfo=UTC).strftime(form)), "0") for one in given_]
    alike = read_alike(cells)
    assert alike is not None
    assert [tuple(one) for one in alike.tolist()] == [parsed(cell, day_first=None) for cell in cells]


@given(st.text(alphabet="0123456789-/:. TZ+", min_size=8, max_size=33))
def test_one_time_that_is_none_is_never_read_with_others(text: str) -> None:
    alike = read_alike([text])
    if alike is not None:
        assert tuple(alike[0].tolist()) == parsed(text, day_first=None)


def test_what_is_not_written_alike_is_left_to_be_read_one_by_one() -> None:
    for cells in (
        [NOON, ""],
        [NOON, NOON + "Z"],
        ["2026-02-30"],
        ["2026-03-04T24:00:00"],
        ["2026-03-04T12:30:60"],
        ["2026-03-04T12-30-05"],
    ):
        assert read_alike(cells) is None, cells
    found = read_alike([NOON])
    assert found is not None
    assert found[0, 1] == NAIVE
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(found[0, 0])) == datetime(2026, 3, 4, 12, 30, 5, tzinfo=UTC)
