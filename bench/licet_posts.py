"""Licet's side of the latency comparison: a program posts one case with its proposal at a time, and has the route in the answer.

The case is accepted, routed, decided and written into the ledger in one transaction; the answer comes over HTTP on loopback.
`p50_ms` and `p99_ms` are of the whole request, `flow_p50_ms` and `flow_p99_ms` of the same cases without HTTP.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from bench.installation import NAME, installed, right, typed
from bench.peers.work import Given, given, measured, proved, report
from licet.cli.frame import granted
from licet.cli.served import Audience, Wish, app_of
from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase, PostedProposal
from licet.core.system import SystemCard, SystemKind
from licet.edge.told import NoTrace
from licet.flows.intake import take_now
from licet.flows.office import Office, who
from licet.flows.speakers import Speakers
from licet.settings import Home, home_at
from licet.store import decisions, use_cases
from licet.web.desk import silent
from licet.web.metrics import Meter
from licet.web.server import running
from licet.wiring import serving

CARD: Final = SystemCard(kind=SystemKind.POSTED, name="vendor", version="1")
WARM: Final = 20
ADMIN: Final = "ada@example.org"


def main() -> None:
    """Does the work and reports it."""
    told = given(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if told.on_postgresql else Path(told.database).parent
        home = home_at(installed(folder, told.database, posted=True), os.environ)
        typed(home.root, "person", "add", ADMIN, "--name", "Ada", "--role", "admin")
        token = str(typed(home.root, "token", "new", "bench", "--scope", "cases:write", "--as", ADMIN)["token"])
        with serving(home) as office:
            before = _decided(office)
            with measured() as meter:
                flow = timed(told, by_flow(office))
                http = by_http(home, office, told, token)
            proved(_decided(office) - before, 2 * (told.cases + WARM))
        meter.extra |= {"p50_ms": _middle(http), "p99_ms": _last(http), "flow_p50_ms": _middle(flow), "flow_p99_ms": _last(flow)}
        report(told.cases, meter)


def _decided(office: Office) -> int:
    with office.book.read() as tx:
        return decisions.counts(tx, use_cases.require(tx, NAME))["decided"]


def _middle(times: list[float]) -> float:
    return statistics.median(times)


def _last(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def timed(told: Given, post: Callable[[int], None]) -> list[float]:
    """Milliseconds of each case, without the first ones, which load what is loaded once."""
    times: list[float] = []
    for number in range(told.cases + WARM):
        began = time.perf_counter()
        post(2 * number)
        times.append(1000 * (time.perf_counter() - began))
    return times[WARM:]


def by_flow(office: Office) -> Callable[[int], None]:
    """Takes a case in as the server does, without the server."""
    speakers, by = Speakers(), who(office, None)

    def post(number: int) -> None:
        posted = PostedProposal(answer=Choice(value=right(number)), confidence=0.99)
        body = CaseBody(content=TextContent(text=f"flow case {number}"))
        row = PastCase(line=1, body=body, answer=None, external_id=f"flow-{number}", posted=posted)
        granted(take_now(office, speakers, by, name=NAME, row=row, card=CARD))

    return post


def by_http(home: Home, office: Office, told: Given, token: str) -> list[float]:
    """Posts cases to a server of this process, one after the other over one connection."""
    wish = Wish(host="127.0.0.1", port=0, asserted=False, worker=False)
    app = app_of(home, office, wish, Audience(journal=silent, trace=NoTrace(), meter=Meter()), None)
    with running(app, host=wish.host, port=wish.port) as ports, httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        address = f"http://127.0.0.1:{ports[0]}/api/v1/use-cases/{NAME}/cases"

        def post(number: int) -> None:
            proposal = {"answer": right(number), "confidence": 0.99, "system": CARD.name, "system_version": CARD.version}
            case = {"id": f"http-{number}", "content": {"text": f"http case {number}"}, "proposal": proposal}
            client.post(address, json=case).raise_for_status()

        return timed(told, post)


if __name__ == "__main__":
    main()
