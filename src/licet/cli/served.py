"""Served: an installation behind its server, with a worker in the same process where it is to have one."""

from dataclasses import dataclass
from datetime import timedelta

from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.edge.case_reader import FolderReader
from licet.edge.drawing import Easel
from licet.edge.evaluation_files import evaluation_text
from licet.edge.played_apart import played_apart
from licet.edge.redesign_form import sent_redesign
from licet.edge.redesign_text import redesign_file
from licet.edge.sent_evidence import take_evidence
from licet.edge.sent_logs import read_sent_log
from licet.edge.worker import Worker
from licet.flows.accounts import asserted_here
from licet.flows.office import Office, SignInNeededError
from licet.flows.speakers import Speakers
from licet.ports import Journal, Trace
from licet.settings import Home, body_limit, proxies
from licet.web.app import App, make_app
from licet.web.desk import Service
from licet.web.guard import everywhere
from licet.web.limits import Limits
from licet.web.metrics import Meter, metrics_routes
from licet.wiring.provider import outside_of
from licet.wiring.work import watched

WORKER_SEEN_WITHIN = timedelta(seconds=30)
"""A server without a worker of its own is ready while some worker was seen so lately."""


NOBODYS_WORD = Refused(
    code="sign_in_needed",
    why="People have accounts here, and nobody is taken at their word any more.",
    remedy="Leave --asserted out: people sign in with `POST /api/v1/session`.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a server is wanted: where it listens, whether people's word is taken for who they are, and whether it has a worker."""

    host: str
    port: int
    asserted: bool
    worker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told what a server does: its log, its traces, and the counts of its metrics."""

    journal: Journal
    trace: Trace
    meter: Meter


def app_of(home: Home, office: Office, wish: Wish, audience: Audience, worker: Worker | None) -> App:
    """The server's app; it wakes the worker of this process, if there is one, when cases come in."""
    if wish.asserted and not asserted_here(office):
        raise SignInNeededError(NOBODYS_WORD)
    limit = body_limit()
    service = Service(
        office=watched(office, audience.journal, audience.trace),
        read_case=FolderReader(root=home.use_cases),
        read_log=read_sent_log,
        limits=Limits() if limit is None else Limits(body_bytes=limit),
        speakers=Speakers() if worker is None else worker.speakers,
        host=wish.host,
        asserted=wish.asserted,
        proxies=proxies(),
        outside=outside_of(home, office),
        worker_within=WORKER_SEEN_WITHIN,
        wake=_nobody if worker is None else worker.wake,
        journal=audience.journal,
        trace=audience.trace,
        pictures=Easel(),
        take_evidence=take_evidence,
        write_evaluation=evaluation_text,
        read_redesign=sent_redesign,
        write_redesign=redesign_file,
        play=played_apart,
    )
    return make_app(service, metrics_routes(audience.meter, office, everywhere(TokenScope.METRICS)))


def _nobody() -> None:
    """Wakes nobody: the workers are other processes, and look by themselves."""
