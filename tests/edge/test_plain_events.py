"""Events written plainly are read past expat: whatever a file holds, the log, or the refusal and its line, are those of expat alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.core.log_reading import LogWish
from licet.edge.bad_file import BadFileError
from licet.edge.log_xes import STRETCH, read_xes
from licet.edge.plain_events import plain_events
from tests.edge.logs import event, text, xes

KEYS = tuple(key.encode() for key in ("concept:name", "time:timestamp", "lifecycle:transition", "org:resource", "id"))
WHEN = "2026-03-01T09:00:00.000+01:00"
PLAIN = (
    '<string key="concept:name" value="check"/>',
    '<string key="concept:name" value="Prüfung 😀" />',
    '<string key="concept:name" value="R&amp;D &lt;&quot;x&quot;&gt; &amp;lt; d&apos;or"/>',
    '<string key="org:resource" value="ann"/>',
    '<string key="lifecycle:transition" value="start"/>',
    f'<date key="time:timestamp" value="{WHEN}"/>',
    '<date key="time:timestamp" value="2026-03-02 10:00"/>',
    '<int key="concept:names" value="7"/>',
    '<float key="concept:namf" value="7.5"/>',
    '<boolean key="x" value="true"/>',
    '<id key="id" value=""/>',
    '<string key="amount" value="7"/>',
    '<string key="a&amp;b" value=" n/a "/>',
    "\r\n\t words &amp; more\r",
)
ODD = (
    '<string key="concept:name" value="a\nb"/>',
    "<string key='concept:name' value='single'/>",
    '<string value="turned" key="concept:name"/>',
    '<string key="concept:name"  value="two blanks"/>',
    '<string  key="concept:name" value="two blanks"/>',
    '<string key="concept:name" value="a > b"/>',
    '<string key="concept:&#110;ame" value="&#65;"/>',
    '<string key="concept:name" value="deep"><string key="concept:name" value="never"/></string>',
    '<string key="concept:name" value="long"></string>',
    '<string key="concept:name" value="more" other="1"/>',
    '<strong key="concept:name" value="other tag"/>',
    '<string key="concept:name" valued="x"/>',
    f"<!-- {event('commented', WHEN)}<event>-->",
    f"<![CDATA[{event('marked', WHEN)}]]>",
    "<?said <event></event>?>",
    "<list/>",
    '<string key="two\nlines" value="7"/>',
)
BROKEN = (
    '<string key="concept:name" value="a<b"/>',
    '<string key="concept:name" value="a & b"/>',
    '<string key="concept:name" value="&unknown;"/>',
    '<string key="concept:name" value="cut off/>',
    '<string key="concept:name" value="twice" value="x"/>',
    '<string key="concept:name" value="open">',
    '<string key="concept:name" value="bell \x07"/>',
    '<string key="concept:name" value="\ufffe"/>',
    "</trace>",
    "<event>",
    "</event></event>",
    "</log>",
    "words ]]> words",
    "&",
    '"',
)
TWO = f"<trace>{event('first', WHEN)}{event('second', WHEN)}</trace>\n"
pieces = st.lists(st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(PLAIN + ODD)), max_size=4).map("".join)
events = pieces.map(lambda inside: f'<event>\n<date key="time:timestamp" value="{WHEN}"/>{inside}</event>')
traces = st.lists(st.one_of(events, events, pieces), max_size=6).map(lambda inside: f"<trace>\n{''.join(inside)}</trace>")
logs = st.lists(st.one_of(traces, traces, traces, pieces, events), min_size=1, max_size=4).map(lambda found: xes(TWO, *found))


def told(path: Path, content: str | bytes, wish: LogWish | None = None) -> object:
    """What is read of a file, or why it is refused."""
    try:
        found, settled, guesses = read_xes(text(path, content), wish or LogWish())
    except BadFileError as bad:
        return str(bad)
    columns = (found.case, found.activity, found.resource, found.time.astype(np.int64), found.transition)
    further = None if found.further is None else (found.further.names, found.further.masks.tolist())
    return found.activities, found.findings, settled, guesses, further, [column.tolist() for column in columns]


def by_expat(content: str) -> str:
    """The same file, in which no event is written plainly."""
    return content.replace("<event>", "<event >")


@given(content=logs)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_of_plain_and_odd_events_is_read_as_expat_reads_it(tmp_path: Path, content: str) -> None:
    assert told(tmp_path / "x.xes", content) == told(tmp_path / "x.xes", by_expat(content))


@given(content=logs, broken=st.sampled_from(BROKEN), share=st.floats(0.0, 1.0))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_broken_is_refused_in_the_same_words_with_the_same_line(tmp_path: Path, content: str, broken: str, share: float) -> None:
    place = content.find(">", round(share * (len(content) - 1))) + 1
    content = content[:place] + broken + content[place:]
    assert told(tmp_path / "x.xes", content) == told(tmp_path / "x.xes", by_expat(content))


@pytest.mark.parametrize("between", ["", *PLAIN, *ODD, *BROKEN])
def test_one_odd_thing_far_down_a_long_log_changes_nothing_else(tmp_path: Path, between: str) -> None:
    many = "\n".join(f"<trace>\n{event(f's{number % 7}', WHEN, resource=f'p{number % 5}') * 9}\n</trace>" for number in range(600))
    content = xes(many, f"<trace>{event('a', WHEN)}{between}{event('b', WHEN)}</trace>", many)
    assert len(content) > 2 * STRETCH
    assert told(tmp_path / "x.xes", content) == told(tmp_path / "x.xes", by_expat(content))


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "iso-8859-1", "us-ascii", "utf-16"])
def test_a_log_is_read_by_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    name = "check" if encoding == "us-ascii" else "PrÃ¼fung"  # whose bytes in ISO 8859-1 are another name in UTF-8
    content = xes(f"<trace>{event('a', WHEN)}{event(name, WHEN)}</trace>").replace("1.0", f'1.0" encoding="{encoding}')
    found, _, _ = read_xes(text(tmp_path / "x.xes", content.encode(encoding)), LogWish())
    assert found.activities == ("a", name)


def test_bytes_that_are_no_text_are_refused_where_they_stand(tmp_path: Path) -> None:
    whole = xes(f"<trace>{event('a', WHEN)}\n\n{event('b@', WHEN)}</trace>").encode()
    for bad in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbf"):
        content = whole.replace(b"@", bad)
        said = told(tmp_path / "x.xes", content)
        assert said == told(tmp_path / "x.xes", content.replace(b"<event>", b"<event >"))
        assert "x.xes:3: it is not XML" in str(said)


def test_events_outside_a_trace_are_expats_alone(tmp_path: Path) -> None:
    content = xes(f"<bundle>{event('a', WHEN)}{event('b', WHEN)}</bundle>{TWO}<bundle>{event('c', WHEN) * 2}</bundle>{TWO}")
    assert told(tmp_path / "x.xes", content) == told(tmp_path / "x.xes", by_expat(content))
    content = xes(f"<bundle>{event('a', WHEN)}{event('b', WHEN)}\n</trace>\n", TWO)
    assert "x.xes:2: it is not XML: mismatched tag" in str(told(tmp_path / "x.xes", content))


@pytest.mark.parametrize(("before", "after"), [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?said ", "?>")])
def test_events_that_are_only_words_are_none(tmp_path: Path, before: str, after: str) -> None:
    words, one = f"{before}{event('never', WHEN) * 3}{after}", event("a", WHEN)
    found, _, _ = read_xes(text(tmp_path / "x.xes", xes(f"<trace>{words}{one * 2}{words}{one}</trace>")), LogWish())
    assert (found.activities, found.rows) == (("a",), 3)
    assert "no event inside a trace" in str(told(tmp_path / "x.xes", xes(f"<trace>{words}</trace>")))


@pytest.mark.parametrize("key", ["concept:name", "my key", "a&b", "schlüssel", "id", "x"])
def test_any_attribute_can_be_the_step(tmp_path: Path, key: str) -> None:
    one = f'<event><string key="{key.replace("&", "&amp;")}" value="s"/><date key="time:timestamp" value="{WHEN}"/></event>'
    content = xes(f"<trace>{one * 3}</trace>", f"<trace>{one.replace('my key', 'my&#32;key')}</trace>")
    found, _, _ = read_xes(text(tmp_path / "x.xes", content), LogWish(activity=key))
    assert found.activities == ("s",)
    assert found.activity.tolist() == [0] * 4


@pytest.mark.parametrize("odd", [*ODD, *BROKEN])
def test_nothing_odd_is_taken_for_plain(odd: str) -> None:
    piece = f"<event>{odd}</event>".encode()
    assert plain_events(piece, KEYS) is None
    assert plain_events(event("a", WHEN).encode() + piece, KEYS) is None


@given(inside=st.lists(st.sampled_from(PLAIN), max_size=5), more=st.lists(st.sampled_from(PLAIN), max_size=5))
def test_everything_plain_is_read_with_its_trace(inside: Sequence[str], more: Sequence[str]) -> None:
    piece = f"<event>{''.join(inside)}</event>\n</trace>{''.join(more)}<trace>{''.join(more)}<event>{''.join(more)}</event>"
    found = plain_events(piece.encode(), KEYS)
    assert found is not None
    assert (found.trace.tolist(), found.ended) == ([0, 1], 1)
    assert [len(column) for column in found.columns] == [2] * len(KEYS)
