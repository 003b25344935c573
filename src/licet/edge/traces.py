"""Traces: how long the steps of a request or a chunk take, sent to a collector of OpenTelemetry where one is named."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from licet import __version__
from licet.core.signal import Fact, plain_fact, told_error
from licet.edge.told import NoTrace
from licet.settings import Telling

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

SPANS = frozenset({"request", "chunk", "propose", "decide", "effect"})
"""Every step that is measured."""

END_WITHIN_MS = 5_000


class TracesMissingError(RuntimeError):
    """Traces are wanted, and what sends them is not installed."""


class Traces(Protocol):
    """Measures until it is closed."""

    def span(self, name: str, /, **facts: Fact) -> AbstractContextManager[None]:
        """Surrounds a step."""
        ...

    def close(self) -> None:
        """Sends what is left."""
        ...


@dataclass(frozen=True, slots=True)
class NoTraces(NoTrace):
    """Nobody wants traces."""

    def close(self) -> None:
        """Nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTraces:
    """Sends spans to a collector (the port `Trace`); what cannot be sent is dropped, and nothing waits for it."""

    _provider: "TracerProvider" = field(repr=False)
    _tracer: "Tracer" = field(repr=False)

    @contextmanager
    def span(self, name: str, /, **facts: Fact) -> Iterator[None]:
        """Surrounds a step; an error is told by its type and place, without its words."""
        from opentelemetry.trace import StatusCode

        said = {f"licet.{key}": value for key, fact in facts.items() if (value := plain_fact(fact)) is not None}
        begun = self._tracer.start_as_current_span(_known(name), attributes=said, record_exception=False, set_status_on_exception=False)
        with begun as span:
            try:
                yield
            except BaseException as error:
                span.set_attributes({f"licet.error_{key}": str(fact) for key, fact in told_error(error).items()})
                span.set_status(StatusCode.ERROR)
                raise

    def close(self) -> None:
        """Sends what is left, and ends."""
        self._provider.force_flush(END_WITHIN_MS)
        self._provider.shutdown()


def open_traces(telling: Telling) -> Traces:
    """Traces as settings want them; none where no collector is named.

    Raises:
        TracesMissingError: when they are wanted and the extra is not installed.
    """
    if telling.traces is None:
        return NoTraces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        message = "LICET_OTEL_ENDPOINT is set, and what sends traces is not installed. Run `pip install 'licet[otel]'`, or unset it."
        raise TracesMissingError(message) from missing
    provider = TracerProvider(resource=Resource({"service.name": "licet", "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{telling.traces.rstrip('/')}/v1/traces", timeout=5)))
    return SentTraces(_provider=provider, _tracer=provider.get_tracer("licet", __version__))


def _known(name: str) -> str:
    if name not in SPANS:
        message = f"{name!r} is no step that is measured; there are: {', '.join(sorted(SPANS))}."
        raise ValueError(message)
    return name
