"""Commands that run for long: a worker that decides what waits."""

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from licet.cli.frame import CONTEXT, home_option


@click.command("worker", context_settings=CONTEXT)
@home_option
def worker(home: str | None) -> None:
    """Work off the cases that wait, until it is ended; on PostgreSQL any number of workers run beside each other."""
    from licet.edge.slots import take_slot
    from licet.settings import find_home
    from licet.wiring import serving, worker_of

    found = find_home(None if home is None else Path(home))
    with serving(found) as office, until_ended() as ended:
        slot = take_slot(found.inner, several=found.database_url is not None)
        one = worker_of(found, office, slot, note)
        one.start()
        ended.wait()
        one.stop()
        slot.free()


@contextmanager
def until_ended() -> Iterator[threading.Event]:
    """An event that is set when somebody ends this process: by Ctrl-C or SIGTERM; a second time ends it at once."""
    ended = threading.Event()

    def end(number: int, frame: object) -> None:
        del frame
        if ended.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def note(what: str, **facts: object) -> None:
    """Writes one thing that a server did to stderr, as a line of JSON."""
    sys.stderr.write(json.dumps({"what": what, **facts}, default=str) + "\n")
