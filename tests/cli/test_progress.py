"""Progress of a simulation in words: how many cases were played, of how many at most, and what is left at the pace so far."""

from licet.cli.progress import play_in_words


def test_the_time_left_follows_the_pace_so_far() -> None:
    assert play_in_words(30_000, 120_000, 20.0) == "played 30,000 of at most 120,000 cases, at most 0:01:00 left"


def test_at_the_end_nothing_is_left_and_before_the_start_nothing_is_divided_by_nothing() -> None:
    assert play_in_words(120_000, 120_000, 20.0).endswith("at most 0:00:00 left")
    assert play_in_words(130_000, 120_000, 20.0) == "played 130,000 of at most 130,000 cases, at most 0:00:00 left"
    assert play_in_words(0, 0, 0.0).startswith("played 0 of at most 0")
