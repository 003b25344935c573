"""The map of a process: few lines point up, no box or word covers another one, and the same process gives the same picture."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.as_is import study
from licet.core.main_paths import MOST_WAYS, kept_edges
from licet.core.process import AsIs, StatedForProcess
from licet.stats.layers import Link, Sizes, lay_out, rising
from licet.web.charts_process import MOST_BOXES, SIZES, Measure, process_map
from licet.web.charts_week import week_chart
from tests.core.logs import claims, log_of

graphs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 50)), max_size=24, unique_by=lambda one: one[:2])
ROOM = Sizes(width=100.0, height=40.0, gap=20.0, rise=30.0, lane=10.0)


@pytest.fixture(scope="module")
def process() -> AsIs:
    """An invented process of twelve steps."""
    return study(claims(120), StatedForProcess())


@settings(deadline=None)
@given(graphs)
def test_boxes_never_cover_each_other_and_lines_go_from_layer_to_layer(graph: list[tuple[int, int, int]]) -> None:
    links = [Link(source=source, target=target, weight=float(weight)) for source, target, weight in graph]
    found = lay_out(8, links, ROOM, first=0)
    for (x0, y0), (x1, y1) in combinations(found.places, 2):
        assert abs(x0 - x1) >= ROOM.width - 1e-6 or abs(y0 - y1) >= ROOM.height - 1e-6
    for link, way, upward in zip(links, found.ways, found.upward, strict=True):
        heights = [found.places[link.source][1], *(y for _, y in way), found.places[link.target][1]]
        if link.source != link.target:
            assert all((one > other) is upward for one, other in pairwise(heights))
            assert all(abs(abs(one - other) - ROOM.height - ROOM.rise) < 1e-6 for one, other in pairwise(heights))


def test_a_chain_stands_straight_from_top_to_bottom() -> None:
    found = lay_out(4, [Link(source=at, target=at + 1, weight=1.0) for at in range(3)], ROOM, first=0)
    assert len({round(x, 6) for x, _ in found.places}) == 1
    assert [y for _, y in found.places] == sorted(y for _, y in found.places)
    assert not any(found.upward)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.5, 9)), min_size=1, max_size=12))
def test_the_nearest_rising_numbers_rise_and_keep_the_weighted_mean(pairs: list[tuple[float, float]]) -> None:
    wanted, weights = [one for one, _ in pairs], [one for _, one in pairs]
    found = rising(wanted, weights)
    assert found == sorted(found)
    assert sum(a * w for a, w in zip(found, weights, strict=True)) == pytest.approx(
        sum(a * w for a, w in zip(wanted, weights, strict=True)), abs=1e-6
    )


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_every_step_can_be_reached_and_left_however_few_lines_are_drawn(process: AsIs, share: float) -> None:
    edges = kept_edges(process, share)
    into, out_of = (
        {edge.target for edge in edges if edge.source != edge.target},
        {edge.source for edge in edges if edge.source != edge.target},
    )
    every = set(range(len(process.steps)))
    assert every - into <= set(process.begins)
    assert every - out_of <= set(process.ends)
    assert share < 1.0 or len(edges) == len(process.edges)


def test_a_map_of_hundreds_of_steps_shows_those_done_most_often_and_says_so() -> None:
    begun = {(case, at): 1.77e9 + case * 400.0 + at * 3000.0 for case in range(300) for at in range(12)}
    rows = ((case, f"s{(case * 7 + at * at) % 150}", "p", start, start + 60.0) for (case, at), start in begun.items())
    wide = study(log_of(rows), StatedForProcess())
    drawn = process_map(wide, share=1.0, measure=Measure.FREQUENCY)
    assert [box.step for box in drawn.boxes if box.step is not None] == list(range(MOST_BOXES))
    assert len(drawn.edges) <= MOST_WAYS + 2 * MOST_BOXES
    assert drawn.says.startswith(f"{MOST_BOXES} of 150 steps and {len(drawn.edges):,} of {len(wide.edges):,} ways")


@pytest.mark.parametrize("measure", list(Measure))
def test_words_on_lines_cover_no_box_and_no_other_words(process: AsIs, measure: Measure) -> None:
    drawn = process_map(process, share=1.0, measure=measure)
    words = [way.word for way in drawn.ways if way.word is not None]
    assert len(words) > len(drawn.ways) / 2
    for one, other in combinations(words, 2):
        assert abs(one.y - other.y) >= 14 or abs(one.x - other.x) >= 10
    for word in words:
        assert not any(abs(word.x - box.x) < SIZES.width / 2 and abs(word.y - box.y) < SIZES.height / 2 for box in drawn.boxes)


def test_the_same_process_gives_the_same_picture_and_names_its_bottleneck_once(process: AsIs) -> None:
    one, other = (process_map(process, share=0.8, measure=Measure.FREQUENCY) for _ in range(2))
    assert one == other
    assert [box.lines for box in one.boxes if box.kind == "bottleneck"] == [("Assess claim",)]
    assert {box.kind for box in one.boxes if box.step is None} == {"begin", "end"}


def test_a_week_says_when_most_is_completed() -> None:
    week = [[0] * 24 for _ in range(7)]
    week[1][9], week[6][9] = 30, 10
    assert week_chart(week).says == "Most is completed on Tuesdays and from 9 to 10 o'clock UTC; 25% at weekends."
