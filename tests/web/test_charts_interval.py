"""Small interval bars: on one scale that holds 0, with no bar where nobody knows an interval."""

import pytest

from licet.web.charts_interval import EDGE, WIDTH, Shown, interval_bars


def test_two_figures_stand_on_one_scale_with_0() -> None:
    drawn = interval_bars(
        [Shown(kind="before", value=10.0, low=8.0, high=12.0), Shown(kind="now", value=4.0, low=None, high=None)], "before and now"
    )
    before, now = drawn.bars
    assert drawn.zero == EDGE
    assert before.x2 == WIDTH - EDGE
    assert before.x - drawn.zero == pytest.approx(2.5 * (now.x - drawn.zero))
    assert (before.x1 < before.x < before.x2, now.x1 == now.x == now.x2) == (True, True)
    assert before.y < now.y < drawn.height


def test_an_interval_without_an_end_goes_on_beyond_the_picture() -> None:
    (bar,) = interval_bars([Shown(kind="now", value=2.0, low=1.0, high=None)], "").bars
    assert (bar.endless, bar.x2) == (True, WIDTH)
    (bar,) = interval_bars([Shown(kind="now", value=2.0, low=None, high=3.0)], "").bars
    assert (bar.endless, bar.x1) == (False, EDGE)


def test_pictures_below_each_other_share_a_scale_where_one_is_given() -> None:
    small = Shown(kind="now", value=-1.0, low=-1.0, high=-1.0)
    alone, among = (interval_bars([small], "", span=span).bars[0] for span in ((0.0, 0.0), (-10.0, 0.0)))
    assert alone.x == EDGE
    assert among.x > WIDTH / 2


def test_nothing_but_0_can_be_drawn() -> None:
    drawn = interval_bars([Shown(kind="now", value=0.0, low=0.0, high=0.0)], "")
    assert drawn.bars[0].x == drawn.zero
