"""The live demo: on one's own machine alone, one watches simulated drift trip the watch, and real digits wait for people."""

import threading
from collections.abc import Callable
from pathlib import Path

import httpx

from licet.cli.demo_acts import SLIPS
from licet.cli.demo_live import QUEUE, Showing, fill_queue, open_queue, play_live
from licet.settings import FOLDER, Home
from licet.store import decisions, use_cases
from licet.wiring import opened


def until(word: str) -> tuple[list[str], Callable[[str], None], threading.Event]:
    """Lines said, what says them, and an event that is set once a line holds a word, after its server was asked for its sign-in page."""
    said, ended = list[str](), threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if word in line:
            address = next(part for part in line.split() if part.startswith("http://127.0.0.1:"))
            assert httpx.get(address.rsplit("/", 1)[0] + "/sign-in").status_code == 200
            ended.set()

    return said, say, ended


def test_drift_trips_before_ones_eyes_and_then_real_digits_wait(tmp_path: Path) -> None:
    said, say, ended = until("/incidents")
    status = play_live(tmp_path, 7, Showing(port=0, pace=0.0, browser=False, ended=ended, say=say, at_once=60))
    assert status.tripped
    told = [line for line in said if "fed upside down (simulated)" in line]
    assert len(told) > 2
    assert "100%" in told[-1]

    said, say, ended = until("/review")
    fill_queue(tmp_path, 7)
    open_queue(tmp_path, Showing(port=0, pace=0.0, browser=False, ended=ended, say=say))
    assert len(said) == 1
    with opened(Home(root=tmp_path, key_file=tmp_path / FOLDER / "key")) as office, office.book.read() as tx:
        assert decisions.unanswered(tx, use_cases.require(tx, SLIPS)) == QUEUE
