"""Metrics: how an installation stands, for Prometheus; read from the database when somebody asks, and counted in this process.

The page is for a token with the scope `metrics` and for nobody else, not even on loopback: behind a reverse proxy every request
comes from loopback. Labels are use cases, reasons and the like, never a case: their number is bounded.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from licet import __version__
from licet.core.signal import Fact, checked
from licet.flows.office import Office
from licet.store.gauges import Gauges, UseCaseGauges, read_gauges

PATH = "/metrics"
DAY_S: Final = 86_400.0
NO_STATE: Final = "none"
STATES: Final = ("active", "suspended", "expired", "revoked", NO_STATE)
REQUEST_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CHUNK_S: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)

GAUGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "licet_build_info": ("1, with the release of this server.", ("version",)),
    "licet_queue_cases": ("Cases that wait for a worker.", ("use_case",)),
    "licet_queue_oldest_seconds": ("How long the case that waits longest has waited for a worker.", ("use_case",)),
    "licet_queue_abandoned_cases": ("Cases whose worker let its lease end, and that nobody has taken over yet.", ("use_case",)),
    "licet_routed_cases_total": ("Cases routed so far, by reason; alone where AI decided.", ("use_case", "reason")),
    "licet_decided_cases_total": ("Decisions so far, by who made them: ai or person.", ("use_case", "by")),
    "licet_tasks_waiting": ("Cases that wait for a person's decision. Audits are not among them.", ("use_case",)),
    "licet_effects_waiting": ("Effects that have not arrived and are tried again.", ("use_case",)),
    "licet_effects_oldest_seconds": ("How long the effect that is due longest has been due.", ("use_case",)),
    "licet_effects_dead": ("Effects that were given up; people replay them.", ("use_case",)),
    "licet_mandate_state": ("1 for the state that the mandate is in.", ("use_case", "state")),
    "licet_mandate_days_left": ("Days until the active mandate expires.", ("use_case",)),
    "licet_watch_meter": ("How near the watch is to the trip line, from 0 to 1.", ("use_case",)),
    "licet_audits_overdue": ("Audits of the active mandate whose time is over.", ("use_case",)),
    "licet_stop_pressed": ("1 while the stop is pressed; the use case is empty for the installation's.", ("use_case",)),
    "licet_ledger_pending": ("Ledger entries without a number.", ()),
    "licet_ledger_pending_oldest_seconds": ("How long the first of them has waited for its number.", ()),
    "licet_ledger_entries": ("Numbered and signed ledger entries.", ()),
    "licet_workers": ("Workers that gave a sign of life within two minutes.", ("version",)),
    "licet_database_bytes": ("Size of the database.", ()),
}
"""What is read from the database at each scrape: meaning and labels."""

COUNTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "licet_requests_total": ("Requests answered by this process.", ("method", "route", "status")),
    "licet_request_seconds": ("How long requests took.", ("route",)),
    "licet_chunk_seconds": ("How long chunks of cases took in this process.", ("use_case",)),
    "licet_chunks_failed_total": ("Chunks that failed in this process and were claimed anew.", ("use_case",)),
    "licet_proposals_total": ("What systems said to this process: proposed, no_proposal or refused.", ("use_case", "outcome")),
    "licet_system_seconds": ("How long systems took for a list of cases.", ("use_case",)),
    "licet_effects_total": ("Attempts to deliver effects by this process: done, failed or dead.", ("way", "outcome")),
    "licet_errors_total": ("Errors that nobody expected, in this process.", ("kind",)),
}
"""What is counted in this process since it started."""

METRICS: Final[Mapping[str, str]] = {
    name: f"{says} ({', '.join(labels) or 'no label'})" for name, (says, labels) in {**GAUGES, **COUNTS}.items()
}
"""Every metric with its meaning, for the reference."""

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
OTHER: Final = "other"
MOST_WORDS: Final = 200
"""Different words a label may have in this process; the next ones are `other`."""

disable_created_metrics()  # type: ignore[no-untyped-call] # a second line for each of ours, that says when it was first counted

Samples = Iterator[tuple[str, tuple[str, ...], float]]


@dataclass(slots=True)
class Meter:
    """Counts what this process does (the port `Journal`), and gives the page.

    Attributes:
        registry: its own; nothing that a library registers globally is shown.
    """

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _totals: dict[str, Counter] = field(init=False, default_factory=dict)
    _times: dict[str, Histogram] = field(init=False, default_factory=dict)
    _words: dict[str, set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Registers what is counted."""
        for name, (says, labels) in COUNTS.items():
            if name.endswith("_total"):
                self._totals[name] = Counter(name, says, labels, registry=self.registry)
            else:
                buckets = REQUEST_S if name == "licet_request_seconds" else CHUNK_S
                self._times[name] = Histogram(name, says, labels, registry=self.registry, buckets=buckets)

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        """Counts what a signal says."""
        said = checked(signal, facts)
        match signal:
            case "request.done":
                route, method = self._word("route", said), str(said.get("method"))
                method = method if method in METHODS else OTHER
                self._totals["licet_requests_total"].labels(method, route, str(said.get("status"))).inc()
                self._times["licet_request_seconds"].labels(route).observe(_seconds(said))
            case "chunk.done":
                self._times["licet_chunk_seconds"].labels(self._word("use_case", said)).observe(_seconds(said))
            case "chunk.failed":
                self._totals["licet_chunks_failed_total"].labels(self._word("use_case", said)).inc()
            case "system.asked":
                self._asked(said)
            case "effect.done" | "effect.failed" | "effect.dead":
                self._totals["licet_effects_total"].labels(self._word("way", said), signal.partition(".")[2]).inc()
            case "error.unexpected":
                self._totals["licet_errors_total"].labels(self._word("kind", said)).inc()
            case _:
                pass

    def _asked(self, said: Mapping[str, Fact]) -> None:
        use_case = self._word("use_case", said)
        for outcome in ("proposed", "no_proposal", "refused"):
            self._totals["licet_proposals_total"].labels(use_case, outcome).inc(_number(said.get(outcome)))
        self._times["licet_system_seconds"].labels(use_case).observe(_seconds(said))

    def _word(self, label: str, said: Mapping[str, Fact]) -> str:
        """A label's word, as long as there are not too many of them: whoever sends nonsense fills no memory."""
        word, known = str(said.get(label, "")), self._words.setdefault(label, set())
        if word not in known and len(known) >= MOST_WORDS:
            return OTHER
        known.add(word)
        return word

    def page(self, gauges: Gauges, now: datetime) -> bytes:
        """The page: what was counted here, and how the installation stands."""
        standing = CollectorRegistry()
        standing.register(_Standing(gauges, now))
        return generate_latest(standing) + generate_latest(self.registry)


class _Standing(Collector):
    def __init__(self, gauges: Gauges, now: datetime) -> None:
        self._gauges, self._now = gauges, now

    def collect(self) -> Iterable[Metric]:
        families = {name: _family(name, says, labels) for name, (says, labels) in GAUGES.items()}
        for name, labels, value in _samples(self._gauges, self._now):
            families[name].add_metric(labels, value)
        return families.values()


def _family(name: str, says: str, labels: tuple[str, ...]) -> CounterMetricFamily | GaugeMetricFamily:
    """What only grows is a counter, so that rates can be asked of it."""
    return CounterMetricFamily(name, says, labels=labels) if name.endswith("_total") else GaugeMetricFamily(name, says, labels=labels)


def _samples(gauges: Gauges, now: datetime) -> Samples:
    yield "licet_build_info", (__version__,), 1.0
    yield "licet_ledger_pending", (), gauges.pending
    yield "licet_ledger_pending_oldest_seconds", (), _age(gauges.pending_since, now)
    yield "licet_ledger_entries", (), gauges.entries
    yield "licet_database_bytes", (), gauges.database_bytes
    yield "licet_stop_pressed", ("",), float(gauges.stopped_at is not None)
    versions = [one.version for one in gauges.alive(now)]
    for version in sorted({__version__, *versions}):
        yield "licet_workers", (version,), versions.count(version)
    for one in gauges.use_cases:
        yield from _of_use_case(one, now)


def _of_use_case(one: UseCaseGauges, now: datetime) -> Samples:
    name = (one.slug,)
    yield "licet_queue_cases", name, one.queue.cases
    yield "licet_queue_oldest_seconds", name, _age(one.queue.oldest, now)
    yield "licet_queue_abandoned_cases", name, one.queue.abandoned
    for reason, count in one.tally.routed.items():
        yield "licet_routed_cases_total", (one.slug, reason or "alone"), count
    for who, count in one.tally.decided.items():
        yield "licet_decided_cases_total", (one.slug, who), count
    yield "licet_tasks_waiting", name, sum(one.tally.tasks.values())
    yield "licet_effects_waiting", name, one.effects.waiting
    yield "licet_effects_oldest_seconds", name, _age(one.effects.due_since, now)
    yield "licet_effects_dead", name, one.effects.dead
    yield "licet_stop_pressed", name, float(one.stopped_at is not None)
    state = NO_STATE if one.mandate is None else one.mandate.state
    for known in STATES:
        yield "licet_mandate_state", (one.slug, known), float(known == state)
    if one.mandate is None:
        return
    yield "licet_audits_overdue", name, one.mandate.audits_overdue
    if one.mandate.expires_at is not None:
        yield "licet_mandate_days_left", name, (one.mandate.expires_at - now).total_seconds() / DAY_S
    if one.mandate.meter is not None:
        yield "licet_watch_meter", name, one.mandate.meter


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _seconds(said: Mapping[str, Fact]) -> float:
    return _number(said.get("ms")) / 1000.0


def _number(fact: Fact) -> float:
    return float(fact) if isinstance(fact, int | float) else 0.0


def metrics_routes(meter: Meter, office: Office, let_in: Callable[[Request], Awaitable[None]]) -> APIRouter:
    """The address of the page.

    Args:
        meter: what this process counted.
        office: the installation.
        let_in: raises where a request shows no token with the scope `metrics`.
    """
    routes = APIRouter()

    def read() -> bytes:
        now = office.clock.now()
        with office.book.read() as tx:
            gauges = read_gauges(tx, now)
        return meter.page(gauges, now)

    @routes.get(PATH, include_in_schema=False)
    async def metrics(request: Request) -> Response:
        await let_in(request)
        return Response(await run_in_threadpool(read), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})

    return routes
