"""The demo, live: a server on this machine, simulated drift that comes in slowly, and a watch whose meter one sees rise and trip."""

import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from licet.cli import demo_acts as acts
from licet.cli.demo_acts import PAST, SLIPS, Set
from licet.cli.demo_data import scans, write_scans
from licet.cli.frame import granted
from licet.cli.served import Audience, Wish, app_of
from licet.core.answer import AnswerKind
from licet.core.people import Operator, Role
from licet.edge.files import Columns, Reading, read_history
from licet.edge.told import NoTrace
from licet.flows.audit import AuditStatus, audit_status
from licet.flows.intake import Delivery, submit
from licet.flows.office import Office
from licet.flows.register import add_person
from licet.flows.settle import settle
from licet.settings import FOLDER, Home
from licet.web.metrics import Meter
from licet.web.server import running
from licet.wiring import opened, serving
from licet.wiring.work import at_work_in

HOST = "127.0.0.1"
QUEUE = 40
"""Real digits that wait for people."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How a live demo is shown: on which port, so many scans together at which pace in seconds, in a browser or not, and until what."""

    port: int
    pace: float
    browser: bool
    ended: threading.Event
    say: Say
    at_once: int = 10


def play_live(root: Path, seed: int, how: Showing) -> AuditStatus:
    """Earns a mandate, serves it, and feeds scans upside down until the watch trips or somebody ends it; then serves on until then.

    Returns:
        Where the audits stood when the feeding ended.
    """
    how.say("Earning a mandate on real digits first; half a minute at most.")
    with acts.on_set(root, seed) as scene:
        _earn(scene)
    with _served(scene.home, how) as (office, address):
        page = f"{address}/monitoring/{SLIPS}"
        how.say(f"Watch it here: {page}   (sign in as olga@example.org; nobody is asked for a password in this trial)")
        if how.browser:
            webbrowser.open(page)
        how.say(f"From now on scans are fed upside down: simulated drift, labelled so. {how.at_once} every {how.pace:g} s. Ctrl-C ends it.")
        status = feed(replace(scene, office=office), how)
        if status.tripped:
            how.say(f"The watch tripped at audit {status.watch.fed}. The mandate is suspended: the next scan already goes to a person.")
            how.say(f"What happened, and what stopped: {address}/incidents")
        how.ended.wait()
    return status


def _earn(scene: Set) -> None:
    acts.import_slips(scene)
    acts.assess(scene, SLIPS, acts.SLIP_RISK)
    acts.sign_standard(scene, SLIPS)
    acts.judge(scene, SLIPS)
    proposed = granted(acts.propose(scene, SLIPS))
    acts.drill(scene, SLIPS)
    acts.approve_and_grant(scene, SLIPS, acts.gate(scene, SLIPS).covers or proposed.digest)
    acts.send(scene, scene.data / "monday.csv")


def feed(scene: Set, how: Showing) -> AuditStatus:
    """Feeds scans upside down, a few at a time, each told as it comes in; ends with the trip, the scans, or the event."""
    file = acts.write_upside_down(scene)
    columns = Columns(content=("scan",), answer="digit", id="slip", attributes=("simulated",))
    rows = read_history(file, columns, Reading(), AnswerKind.CHOICE)
    status, fed = _status(scene.office), 0
    while not (status.tripped or how.ended.is_set()):
        some = list(islice(rows, how.at_once))
        if not some:
            break
        delivery = Delivery(name=SLIPS, rows=iter(some), source=f"live-{fed}", card=None, simulated=True)
        for tally in submit(scene.office, scene.cast.builder, delivery):
            granted(tally)
        settle(scene.office)
        fed += len(some)
        status = _status(scene.office)
        how.say(f"{fed:4} fed upside down (simulated), {status.errors:2} of {status.watch.fed} audits against AI, meter {_bar(status)}")
        how.ended.wait(0 if status.tripped else how.pace)
    return status


def _status(office: Office) -> AuditStatus:
    return granted(audit_status(office, name=SLIPS))


def _bar(status: AuditStatus) -> str:
    filled = round(status.meter * 30)
    return "█" * filled + "░" * (30 - filled) + f" {status.meter:.0%}"


def fill_queue(root: Path, seed: int) -> None:
    """Lets real digits wait for people in a demo that was played: its mandate is suspended, and AI may decide none of them."""
    with opened(_home(root)) as office:
        _fill(office, root, seed)


def open_queue(root: Path, how: Showing) -> None:
    """Serves a demo whose queue was filled, until somebody ends it."""
    with _served(_home(root), how) as (_, address):
        how.say(f"{QUEUE} real digits wait: {address}/review   (rene@example.org; digits answer, Enter commits). Ctrl-C ends it.")
        if how.browser:
            webbrowser.open(f"{address}/review")
        how.ended.wait()


def _home(root: Path) -> Home:
    return Home(root=root, key_file=root / FOLDER / "key")


def _fill(office: Office, root: Path, seed: int) -> None:
    """Lets digits come in that nobody has answered; the mandate is suspended, so that all of them go to people."""
    granted(add_person(office, Operator(), email="rene@example.org", name="Rene Reviewer", roles=frozenset({Role.REVIEWER})))
    file = write_scans(root / "data" / "queue.csv", scans(seed)[PAST : PAST + QUEUE], prefix="queue-")
    rows = read_history(file, Columns(content=("scan",), answer=None, id="slip"), Reading(), AnswerKind.CHOICE)
    delivery = Delivery(name=SLIPS, rows=rows, source="queue", card=None, simulated=False)
    for tally in submit(office, Operator(), delivery):
        granted(tally)
    settle(office)


@contextmanager
def _served(home: Home, how: Showing) -> Iterator[tuple[Office, str]]:
    """The installation, served on this machine alone, where people are taken at their word."""

    def quiet(signal: str, /, **facts: object) -> None:
        del signal, facts

    with serving(home) as office, at_work_in(home, office, quiet, NoTrace()) as worker:
        wish = Wish(host=HOST, port=how.port, asserted=True, worker=True)
        app = app_of(home, office, wish, Audience(journal=quiet, trace=NoTrace(), meter=Meter()), worker)
        with running(app, host=HOST, port=how.port) as ports:
            yield office, f"http://{HOST}:{ports[0]}"
