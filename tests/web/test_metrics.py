"""Metrics: Prometheus reads what the database and the process say, in a bounded number of lines, and nobody else reads it."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import FastAPI, HTTPException
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from licet.core.signal import UnknownSignalError
from licet.flows.intake import Batch, accept
from licet.store.gauges import read_gauges
from licet.testing import POSTED, World, done, past_cases
from licet.web.metrics import COUNTS, GAUGES, MOST_WORDS, Meter, metrics_routes

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation where cases were decided, and more wait."""
    with World(tmp_path) as made:
        made.journey("mails")
        made.submit("mails", past_cases(60, name="live", unsure=20))
        done(accept(made.office, made.operator, Batch(name="mails", rows=past_cases(7, name="more"), card=POSTED, source="test")))
        yield made


def page(world: World, meter: Meter | None = None) -> str:
    """The page."""
    now = world.clock.now()
    with world.office.book.read() as tx:
        return (meter or Meter()).page(read_gauges(tx, now), now).decode()


def samples(text: str) -> Samples:
    """What a page says, as Prometheus reads it."""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in text_string_to_metric_families(text) for s in family.samples}


def busy() -> Meter:
    """A meter that has counted one of everything."""
    meter = Meter()
    meter("request.done", method="POST", route="/api/v1/use-cases/{slug}/cases", status=202, ms=7)
    meter("chunk.done", use_case="mails", cases=500, alone=300, to_person=200, ms=812)
    meter("chunk.failed", use_case="mails", kind="ValueError", where="x.py:1")
    meter("system.asked", use_case="mails", proposed=20, no_proposal=4, refused=1, ms=90)
    meter("effect.dead", use_case="mails", way="webhook", ms=3)
    meter("error.unexpected", id="e_1", kind="ValueError", where="x.py:1")
    return meter


def test_the_page_says_what_the_database_says(world: World) -> None:
    found = samples(page(world))
    name = (("use_case", "mails"),)
    assert found["licet_queue_cases", name] == 7
    assert found["licet_queue_oldest_seconds", name] > 0
    assert found["licet_routed_cases_total", (("reason", "alone"), *name)] > 0
    assert found["licet_decided_cases_total", (("by", "ai"), *name)] == found["licet_routed_cases_total", (("reason", "alone"), *name)]
    assert found["licet_tasks_waiting", name] >= 20
    assert found["licet_mandate_state", (("state", "active"), *name)] == 1
    assert found["licet_mandate_state", (("state", "expired"), *name)] == 0
    assert 0 < found["licet_mandate_days_left", name] <= 365
    assert found["licet_watch_meter", name] == 0
    assert found["licet_stop_pressed", (("use_case", ""),)] == 0
    assert found["licet_database_bytes", ()] > 0


def test_the_page_says_what_this_process_did(world: World) -> None:
    found = samples(page(world, busy()))
    route = ("route", "/api/v1/use-cases/{slug}/cases")
    assert found["licet_requests_total", (("method", "POST"), route, ("status", "202"))] == 1
    assert found["licet_request_seconds_sum", (route,)] == pytest.approx(0.007)
    assert found["licet_proposals_total", (("outcome", "no_proposal"), ("use_case", "mails"))] == 4
    assert found["licet_chunk_seconds_count", (("use_case", "mails"),)] == 1
    assert found["licet_effects_total", (("outcome", "dead"), ("way", "webhook"))] == 1
    assert found["licet_errors_total", (("kind", "ValueError"),)] == 1


def test_every_metric_that_is_declared_is_on_the_page_and_no_other(world: World) -> None:
    families = {family.name for family in text_string_to_metric_families(page(world, busy()))}
    assert families == {name.removesuffix("_total") for name in (*GAUGES, *COUNTS)}


def test_no_label_names_a_case_or_a_person(world: World) -> None:
    labels = {name for _, labels in samples(page(world, busy())) for name, _ in labels}
    assert labels <= {"use_case", "reason", "by", "state", "version", "method", "route", "status", "outcome", "way", "kind", "le"}


def test_an_audit_that_is_drawn_changes_nothing_on_the_page(world: World) -> None:
    """Whoever sends a case and reads the page may not learn that it was drawn."""
    before = samples(page(world))["licet_tasks_waiting", (("use_case", "mails"),)]
    world.submit("mails", past_cases(200, name="sure"))
    with world.office.book.read() as tx:
        drawn = tx.conn.exec_driver_sql("select count(*) from task where kind = 'audit'").scalar_one()
    assert drawn > 0
    assert samples(page(world))["licet_tasks_waiting", (("use_case", "mails"),)] == before


def test_nonsense_fills_no_memory(world: World) -> None:
    meter = Meter()
    for number in range(MOST_WORDS + 50):
        meter("request.done", method=f"M{number}", route=f"/{number}", status=404, ms=1)
    found = [key for key in samples(page(world, meter)) if key[0] == "licet_requests_total"]
    assert len(found) == MOST_WORDS + 1
    assert {dict(labels)["method"] for _, labels in found} == {"other"}
    with pytest.raises(UnknownSignalError):
        meter("request.done", case="17")


def test_nobody_reads_the_page_who_is_not_let_in(world: World) -> None:
    async def let_in(request: Request) -> None:
        if request.headers.get("authorization") != "Bearer right":
            raise HTTPException(401)

    app = FastAPI()
    app.include_router(metrics_routes(busy(), world.office, let_in))

    async def ask(**headers: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://licet") as client:
            return await client.get("/metrics", headers=headers)

    assert anyio.run(ask).status_code == 401
    answer = anyio.run(lambda: ask(authorization="Bearer right"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert samples(answer.text)
