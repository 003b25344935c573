"""Commands that run for long: a server for programs, and a worker that decides what waits."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from licet import __version__
from licet.cli.frame import CONTEXT, home_option


@click.command("worker", context_settings=CONTEXT)
@home_option
def worker(home: str | None) -> None:
    """Work off the cases that wait, until it is ended; on PostgreSQL any number of workers run beside each other."""
    from licet.cli.telling import telling_outside
    from licet.settings import find_home
    from licet.wiring import serving
    from licet.wiring.work import at_work_in

    found = find_home(None if home is None else Path(home))
    with (
        serving(found) as office,
        telling_outside() as (journal, trace),
        until_ended() as ended,
        at_work_in(found, office, journal, trace),
    ):
        ended.wait()


@click.command("serve", context_settings=CONTEXT)
@click.option("--host", default="127.0.0.1", help="Address to listen on; default: this machine alone. Beyond it, behind a proxy with TLS.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8420, help="Port to listen on; 0: any that is free. Default 8420.")
@click.option("--no-worker", is_flag=True, help="Only take in and tell; `licet worker` processes decide what waits.")
@click.option("--asserted", is_flag=True, help="For trials: take people's word for who they are; on loopback, while nobody has an account.")
@home_option
def serve(host: str, port: int, home: str | None, *, no_worker: bool, asserted: bool) -> None:
    """Serve people and programs: pages, the API, health and metrics, with a worker in the same process."""
    from licet.cli.served import Audience, Wish, app_of
    from licet.cli.telling import telling_outside
    from licet.settings import find_home
    from licet.web.metrics import Meter
    from licet.web.server import running
    from licet.wiring import serving
    from licet.wiring.work import at_work_in

    found, meter = find_home(None if home is None else Path(home)), Meter()
    wish = Wish(host=host, port=port, asserted=asserted, worker=not no_worker)
    with serving(found) as office, telling_outside(meter) as (journal, trace), until_ended() as ended:
        audience = Audience(journal=journal, trace=trace, meter=meter)
        with at_work_in(found, office, journal, trace) if wish.worker else nullcontext() as one:
            app = app_of(found, office, wish, audience, one)
            with running(app, host=host, port=port) as ports:
                database = "sqlite" if found.database_url is None else "postgresql"
                journal("server.started", version=__version__, port=ports[0], database=database, worker=wish.worker)
                click.echo(f"Licet listens on http://{host}:{ports[0]}", err=True)
                ended.wait()
                journal("server.stopping", worker=wish.worker)
        journal("server.stopped", port=ports[0])


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
