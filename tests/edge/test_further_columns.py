"""Further columns of a log: counted where they are filled, in every format, and no value of them is kept."""

from pathlib import Path

from licet.core.further import FurtherColumns
from licet.core.packed_log import pack
from tests.edge.logs import csv_log, event, ocel, ocel_event, read, text, xes

NINE, TEN, NOON = (f"2026-03-02T{hour}:00:00+00:00" for hour in ("09", "10", "12"))
AMOUNT = "4711-of-nobody"


def filled(found: object, step: str) -> dict[str, tuple[int, int]]:
    """What was filled before a step, and by its end, in how many cases."""
    assert isinstance(found, FurtherColumns)
    return {one.name: (one.before, one.by) for one in found.steps[step].columns}


def test_a_table_tells_what_was_there_before_a_step_and_what_came_with_it(tmp_path: Path) -> None:
    header = ("case", "activity", "timestamp", "lifecycle", "resource", "amount", "verdict", "user name", "simulated")
    rows = [
        ("c1", "enter", NINE, "complete", "ann", AMOUNT, "", "ann", ""),
        ("c1", "decide", TEN, "start", "bob", "", "NULL", "bob", ""),
        ("c1", "decide", NOON, "complete", "bob", "", "yes", "bob", ""),
        ("c2", "enter", NINE, "complete", "ann", " ", "", "ann", ""),
        ("c2", "decide", NOON, "complete", "bob", "", "", "bob", ""),
    ]
    log = read(csv_log(tmp_path / "log.csv", header, rows)).brought.log
    assert isinstance(log.further, FurtherColumns)
    assert log.further.names == ("amount", "verdict")
    assert filled(log.further, "enter") == {"amount": (0, 1), "verdict": (0, 0)}
    assert filled(log.further, "decide") == {"amount": (1, 1), "verdict": (0, 1)}
    assert AMOUNT.encode() not in pack(log)
    assert AMOUNT not in repr(log.further)


def test_what_is_recorded_with_a_start_counts_for_its_completion(tmp_path: Path) -> None:
    header = ("case", "activity", "timestamp", "lifecycle", "resource", "amount")
    rows = [
        ("c1", "enter", NINE, "start", "ann", "5"),
        ("c1", "enter", TEN, "complete", "ann", ""),
        ("c1", "pay", NOON, "complete", "ann", ""),
    ]
    log = read(csv_log(tmp_path / "log.csv", header, rows)).brought.log
    assert filled(log.further, "enter") == {"amount": (0, 1)}
    assert filled(log.further, "pay") == {"amount": (1, 1)}


def test_what_a_trace_says_of_itself_is_there_from_its_first_step(tmp_path: Path) -> None:
    more = '<string key="verdict" value="yes"><string key="inner" value="x"/></string><string key="empty" value=""/>'
    traces = [
        '<trace><string value="c1" key="concept:name"/><float value="5" key="AMOUNT"/>'
        f"{event('enter', NINE)}{event('decide', TEN, more=more)}</trace>",
        f'<trace><string key="concept:name" value="c2"/>{event("enter", NINE)}{event("decide", TEN)}</trace>',
    ]
    found = read(text(tmp_path / "log.xes", xes('<global scope="trace"><string key="AMOUNT" value="x"/></global>', *traces))).brought.log
    assert filled(found.further, "enter") == {"AMOUNT": (1, 1), "verdict": (0, 0)}
    assert filled(found.further, "decide") == {"AMOUNT": (1, 1), "verdict": (0, 1)}


def test_what_an_object_says_counts_from_when_it_said_so(tmp_path: Path) -> None:
    events = [ocel_event("enter", NINE, ["c1"]), ocel_event("decide", NOON, ["c1"], verdict="yes")]
    said = [{"name": "amount", "time": TEN, "value": 5}, {"name": "kind", "time": "long ago", "value": "x"}]
    objects = [{"id": "c1", "type": "claim", "attributes": said}]
    found = read(text(tmp_path / "log.json", ocel(events, objects))).brought.log
    assert filled(found.further, "enter") == {"verdict": (0, 0), "amount": (0, 0), "kind": (0, 0)}
    assert filled(found.further, "decide") == {"verdict": (0, 1), "amount": (1, 1), "kind": (0, 0)}


def test_a_log_of_cases_steps_times_and_people_has_no_further_column(tmp_path: Path) -> None:
    found = read(csv_log(tmp_path / "log.csv")).brought.log.further
    assert isinstance(found, FurtherColumns)
    assert found.names == ()
