"""Traces: spans reach a collector on this machine, hold no word of a case, and cost nothing where nobody wants them."""

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from licet.edge.told import NoTrace, traced
from licet.edge.traces import NoTraces, TracesMissingError, open_traces
from licet.settings import Telling

CANARY = "canary-9c1e of Ann"


class Collector:
    """Takes what is sent by OTLP/HTTP."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.bodies: list[bytes] = []

    def spans(self) -> list[Span]:
        """The spans that came."""
        found: list[Span] = []
        for body in self.bodies:
            sent = ExportTraceServiceRequest.FromString(body)
            found.extend(span for one in sent.resource_spans for scope in one.scope_spans for span in scope.spans)
        return found


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """A collector on a free port of this machine, and its address."""
    collector = Collector()

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.bodies.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_steps_of_a_chunk_reach_the_collector_one_inside_the_other() -> None:
    with collecting() as (collector, address):
        traces = open_traces(Telling(traces=address))

        def parts() -> Iterator[int]:
            for part in range(2):
                with traces.span("propose", use_case="mails", cases=25):
                    pass
                yield part

        with traces.span("chunk", use_case="mails"):
            assert list(traced(traces, parts(), use_case="mails")) == [0, 1]
        traces.close()
    spans = collector.spans()
    by_id = {span.span_id: span for span in spans}
    assert sorted(span.name for span in spans) == ["chunk", "decide", "decide", "decide", "propose", "propose"]
    assert {by_id[span.parent_span_id].name for span in spans if span.name == "propose"} == {"decide"}
    assert {by_id[span.parent_span_id].name for span in spans if span.name == "decide"} == {"chunk"}
    assert {a.key for span in spans for a in span.attributes} == {"licet.use_case", "licet.cases"}


def test_no_word_of_a_case_or_an_error_is_sent() -> None:
    with collecting() as (collector, address):
        traces = open_traces(Telling(traces=address))
        with pytest.raises(RuntimeError), traces.span("effect", use_case=CANARY):
            raise RuntimeError(CANARY)
        traces.close()
    (span,) = collector.spans()
    assert CANARY.encode() not in b"".join(collector.bodies)
    assert {a.key: a.value.string_value for a in span.attributes}["licet.error_kind"] == "RuntimeError"
    assert span.status.code == 2


def test_a_step_nobody_declared_is_refused() -> None:
    with collecting() as (_, address):
        traces = open_traces(Telling(traces=address))
        with pytest.raises(ValueError, match="no step that is measured"), traces.span("read"):
            pass
        traces.close()


def test_a_collector_that_is_not_there_holds_nobody_up() -> None:
    traces = open_traces(Telling(traces="http://127.0.0.1:9"))
    with traces.span("request", route="/"):
        pass
    assert traces is not None


def test_nobody_pays_who_wants_no_traces() -> None:
    assert isinstance(open_traces(Telling()), NoTraces)
    with NoTrace().span("chunk"):
        pass
    open_traces(Telling()).close()


def test_traces_that_are_wanted_without_the_extra_name_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry.exporter")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    with pytest.raises(TracesMissingError, match=r"pip install 'licet\[otel\]'"):
        open_traces(Telling(traces="http://127.0.0.1:4318"))
