"""The log: one line a signal, in closed words, and nothing else however hard somebody tries."""

import ast
import io
import json
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from licet.core.signal import HIDDEN, SIGNALS, UnknownSignalError
from licet.edge.draw import SystemDraw
from licet.edge.log import LineLog, Several, open_log, say_error, take_over_others
from licet.pretend import SetClock
from licet.settings import BadSettingError, Telling, telling
from licet.testing import World, past_cases
from licet.web.desk import silent

CANARY = "canary-7f3a"
SOURCE = Path(__file__).resolve().parents[2] / "src" / "licet"
PASSED_ON = {"signal": (), "_word(outcome)": ("effect.done", "effect.failed", "effect.dead")}
"""How a word is called where it stands under another name."""


def opened(level: str = "debug", form: str | None = "json") -> tuple[LineLog, io.StringIO]:
    """A log into memory."""
    out = io.StringIO()
    return open_log(Telling(level=level, form=form), SetClock(), out), out


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def others() -> Iterator[None]:
    """Gives libraries back their loggers after a test."""
    root = logging.getLogger()
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "py.warnings")
    before, hook = list(root.handlers), threading.excepthook
    filters = {name: list(logging.getLogger(name).filters) for name in names}
    yield
    root.handlers[:] = before
    threading.excepthook = hook
    logging.captureWarnings(capture=False)
    for name in names:
        logging.getLogger(name).filters[:] = filters[name]


def test_a_signal_is_one_line_of_json_with_its_time_first() -> None:
    log, out = opened()
    log("chunk.done", use_case="mails", cases=500, alone=300, to_person=200, ms=812)
    assert lines(out) == [
        {
            "at": "2030-01-07T09:00:01.000000Z",
            "level": "info",
            "event": "chunk.done",
            "use_case": "mails",
            "cases": 500,
            "alone": 300,
            "to_person": 200,
            "ms": 812,
        }
    ]
    assert next(iter(lines(out)[0])) == "at"


def test_text_is_for_people_and_has_no_colours_where_there_is_no_terminal() -> None:
    log, out = opened(form="text")
    log("server.started", version="0.1.0")
    assert "server.started" in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert not out.getvalue().startswith("{")
    assert opened(form=None)[0] is not None


@pytest.mark.parametrize(("level", "shown"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_what_weighs_too_little_is_left_out(level: str, shown: int) -> None:
    log, out = opened(level)
    log("request.done", method="GET", route="/", status=200, ms=1)
    log("server.started", port=80)
    log("system.failed", use_case="mails", failure="TimeoutError", cases=3)
    assert len(lines(out)) == shown


@pytest.mark.parametrize(
    "text",
    ["two words", "ann@example.org", "a" * 81, "line\nend", '{"event": "x"}', "Müller", "\u202eabc", "", " ", "a=b", "50%"],
)
def test_what_is_no_plain_word_is_hidden(text: str) -> None:
    log, out = opened()
    log("system.failed", use_case=text, failure="x", cases=1)
    assert lines(out)[0]["use_case"] == HIDDEN


def test_a_word_or_fact_nobody_declared_is_refused_by_every_log() -> None:
    log, out = opened()
    for one in (log, silent, Several(journals=(log,))):
        with pytest.raises(UnknownSignalError, match=r"the signal 'case\.read'"):
            one("case.read", text="x")
        with pytest.raises(UnknownSignalError, match="answer in the signal"):
            one("chunk.done", answer="yes")
    assert out.getvalue() == ""
    assert all(signal.says.endswith(".") and signal.facts for signal in SIGNALS.values())


def test_an_unexpected_error_is_logged_by_type_and_place_with_an_id_and_without_its_words() -> None:
    log, out = opened()
    try:
        World(Path("/dev/null/nowhere"))
    except OSError as error:
        told = say_error(log, SystemDraw(), error)
    line = lines(out)[0]
    assert line["id"] == told
    assert line["kind"] == "NotADirectoryError"
    assert line["where"].startswith("licet/testing.py:")
    assert "nowhere" not in out.getvalue()


def fails(_: object = None) -> NoReturn:
    """Fails with words that nobody may read."""
    raise RuntimeError(CANARY)


@pytest.mark.usefixtures("others")
def test_libraries_are_brought_into_the_same_form_without_their_words() -> None:
    log, out = opened()
    take_over_others(log, SystemDraw())
    for name in ("uvicorn.access", "some.library"):
        logging.getLogger(name).warning("failed for %s", CANARY)
        logging.getLogger(name).info("said %s", CANARY)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn_explicit(CANARY, RuntimeWarning, "x.py", 1)
    assert CANARY not in out.getvalue()
    assert [(line["event"], line["library"]) for line in lines(out)] == [("library.said", "some.library"), ("library.said", "py.warnings")]


@pytest.mark.usefixtures("others")
def test_dbos_and_uvicorn_say_nothing_through_handlers_of_their_own() -> None:
    log, out = opened()
    take_over_others(log, SystemDraw())
    for name in ("uvicorn.error", "dbos"):
        logger = logging.getLogger(name)
        logger.addHandler(own := logging.StreamHandler(out))
        try:
            fails()
        except RuntimeError:
            logger.exception("about %s", CANARY)
        logger.removeHandler(own)
    assert [(line["library"], line["kind"]) for line in lines(out)] == [("uvicorn.error", "RuntimeError"), ("dbos", "RuntimeError")]
    assert CANARY not in out.getvalue()


@pytest.mark.usefixtures("others")
def test_what_fails_in_a_thread_is_logged_by_type_and_place() -> None:
    log, out = opened()
    take_over_others(log, SystemDraw())

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert lines(out)[0]["kind"] == "RuntimeError"
    assert CANARY not in out.getvalue()


def told_in_source() -> Iterator[tuple[str, ast.keyword]]:
    """Each fact of each signal that our source says; a `**` stands for facts that are told elsewhere."""
    for file in SOURCE.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("journal") and call.args:
                first = ast.unparse(call.args[0])
                words = PASSED_ON[first] if first in PASSED_ON else (str(ast.literal_eval(first)),)
                yield from ((word, fact) for word in words for fact in call.keywords)


def test_what_is_declared_is_said_and_what_is_said_is_declared() -> None:
    told = list(told_in_source())
    facts = {word: {fact.arg for said, fact in told if said == word} for word, _ in told}
    assert set(facts) == set(SIGNALS)
    assert not {word: found for word, said in facts.items() if (found := said - {None} - set(SIGNALS[word].facts))}
    assert not {word: left for word, said in facts.items() if None not in said and (left := set(SIGNALS[word].facts) - said)}


def test_flows_and_rules_never_log() -> None:
    for folder in ("core", "flows", "store", "stats"):
        for file in (SOURCE / folder).rglob("*.py"):
            assert not re.search(r"import [^\n]*\bJournal\b", file.read_text("utf-8")), file


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LICET_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("LICET_LOG_FORM", "xml", "json, text"),
        ("LICET_OTEL_ENDPOINT", "127.0.0.1:4318", "http://"),
    ],
)
def test_a_setting_that_cannot_be_names_what_may_be_written(name: str, value: str, says: str) -> None:
    with pytest.raises(BadSettingError, match=f"{name} is '{value}'.*{says}"):
        telling({name: value})


def test_settings_left_out_or_empty_take_their_defaults() -> None:
    assert telling({}) == telling({"LICET_LOG_LEVEL": "", "LICET_LOG_FORM": "", "LICET_OTEL_ENDPOINT": ""}) == Telling()
    assert telling({"LICET_LOG_LEVEL": "DEBUG", "LICET_LOG_FORM": "json"}) == Telling(level="debug", form="json")


def test_a_world_of_cases_leaves_no_trace_in_the_log_of_its_failure(tmp_path: Path) -> None:
    log, out = opened()
    with World(tmp_path) as world:
        world.journey("mails", scripted=True)
        world.systems.there["mails"].says = fails
        try:
            world.submit("mails", past_cases(3, name=CANARY), card=None)
        except RuntimeError as error:
            say_error(log, SystemDraw(), error)
    assert CANARY not in out.getvalue()
