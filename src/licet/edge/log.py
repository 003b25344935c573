"""The log: what a server says on stderr, one signal a line, for machines as JSON and for people as text."""

import logging
import sys
import threading
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

import structlog

from licet.core.signal import SIGNALS, Fact, Weight, checked, told_error
from licet.ports import Clock, Draw, Journal
from licet.settings import Telling

OTHERS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "py.warnings")
"""Loggers of libraries that bring handlers of their own: what they say is caught before those see it."""

SILENT: Final = frozenset({"uvicorn.access"})
"""What is left out whatever it says: requests are counted and logged by ourselves, without their addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Tells several journals (the port `Journal`): lines on stderr, and counts for `/metrics`."""

    journals: tuple[Journal, ...]

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        """Tells each."""
        for one in self.journals:
            one(signal, **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLog:
    """Writes one line for each signal (the port `Journal`). Make one with `open_log`."""

    _lines: Any = field(repr=False)

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        """Writes a line where the signal weighs enough."""
        said = checked(signal, facts)
        self._lines.log(SIGNALS[signal].weight, signal, **said)


def open_log(telling: Telling, clock: Clock, stream: TextIO | None = None) -> LineLog:
    """The log as settings want it. Nothing else configures structlog, and nothing global is changed.

    Args:
        telling: level and form.
        clock: gives each line its time.
        stream: where to; None: stderr.
    """
    out = stream or sys.stderr
    form = telling.form or ("text" if out.isatty() else "json")
    shown = (
        structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=20)
        if form == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=True)
    )

    def at(logger: object, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        del logger, name
        moment = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"at": moment, "level": line.pop("level"), "event": line.pop("event"), **line}

    lines = structlog.wrap_logger(
        structlog.WriteLogger(out),
        processors=[structlog.processors.add_log_level, at, shown],
        wrapper_class=structlog.make_filtering_bound_logger(Weight[telling.level.upper()]),
        cache_logger_on_first_use=True,
    )
    return LineLog(_lines=lines.bind())


@dataclass(slots=True)
class _Caught(logging.Filter):
    """Turns what a library logs into a signal, without its words: they may quote a case, an address or a secret."""

    journal: Journal

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING and record.name not in SILENT:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
            where = f"{record.module}:{record.lineno}"
            self.journal("library.said", library=record.name, weight=record.levelname.lower(), where=where, kind=kind)
        return False


class _Root(logging.Handler):
    """Catches every other library at the root."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._caught = _Caught(journal)

    def emit(self, record: logging.LogRecord) -> None:
        self._caught.filter(record)


def take_over_others(journal: Journal, draw: Draw) -> None:
    """Brings what libraries log, and what fails in a thread unseen, into the same form. Called once, when a server starts."""
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers[:] = [_Root(journal)]
    for name in OTHERS:
        logger = logging.getLogger(name)
        logger.filters[:] = [_Caught(journal)]

    def failed(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            say_error(journal, draw, told.exc_value)

    threading.excepthook = failed


def say_error(journal: Journal, draw: Draw, error: BaseException) -> str:
    """Logs an error that nobody expected, without its words.

    Returns:
        Its id, to be told to whoever met it.
    """
    name = draw.token("e_")
    journal("error.unexpected", id=name, **told_error(error))
    return name
