"""Event logs by the API: people send files as they are, the answer says what was taken for what, and programs see counts alone."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.core.token import TokenScope
from licet.edge.sent_logs import read_sent_log
from licet.web.limits import Limits
from tests.edge.logs import csv_log, ocel_log, xes_log
from tests.web.serving import AT, Served, code, problem, serving

BUILDER, REVIEWER = {"Licet-As": "bo@example.org"}, {"Licet-As": "rene@example.org"}
LOGS = f"{AT}/event-logs"
MOST = 4_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world that reads event logs, where people are taken at their word."""
    with serving(tmp_path_factory.mktemp("logs"), asserted=True, read_log=read_sent_log, limits=Limits(body_bytes=MOST)) as found:
        yield found


def test_a_log_is_sent_tried_kept_found_again_and_listed_by_counts(served: Served, tmp_path: Path) -> None:
    builder, raw = served.program(None, **BUILDER), csv_log(tmp_path / "x.csv").read_bytes()
    sent = {"content": raw, "headers": {"Content-Type": "text/csv; charset=utf-8"}}
    tried = builder.post(LOGS, params={"dry_run": "true"}, **sent)  # type: ignore[arg-type] # of httpx
    assert (tried.status_code, tried.json()["log"]) == (200, None)
    assert served.client.get(LOGS).json() == {"logs": []}
    kept = builder.post(LOGS, **sent)  # type: ignore[arg-type] # of httpx
    assert kept.status_code == 201, kept.text
    found = kept.json()
    assert (found["events"], found["cases"], found["log"]["resources"]) == (4, 2, 2)
    assert found["activities"] == ["register", "check", "close"]
    assert {one["role"]: one["column"] for one in found["guesses"]}["case"] == "Case ID"
    again = builder.post(LOGS, **sent)  # type: ignore[arg-type] # of httpx
    assert (again.status_code, again.json()["again"], again.json()["log"]["id"]) == (200, True, found["log"]["id"])
    listed = served.client.get(LOGS).text
    assert [one["id"] for one in json.loads(listed)["logs"]] == [found["log"]["id"]]
    assert not [word for word in ("register", "ann", "c1") if f'"{word}"' in listed]


def test_every_format_is_read_by_its_media_type(served: Served, tmp_path: Path) -> None:
    builder, digests = served.program(None, **BUILDER), set()
    bodies = {
        "application/xml": xes_log(tmp_path / "a").read_bytes(),
        "application/gzip": gzip.compress(xes_log(tmp_path / "a").read_bytes()),
        "application/json": ocel_log(tmp_path / "b").read_bytes(),
    }
    for media_type, raw in bodies.items():
        found = builder.post(LOGS, content=raw, headers={"Content-Type": media_type})
        assert found.status_code in {200, 201}, found.text
        digests.add(found.json()["log"]["digest"])
    assert len(digests) == 1, "the same process is the same log"


def test_what_cannot_be_read_is_refused_and_so_is_who_may_not(served: Served, tmp_path: Path) -> None:
    builder, reviewer = served.program(None, **BUILDER), served.program(None, **REVIEWER)
    csv = {"Content-Type": "text/csv"}
    bad = builder.post(LOGS, content=b"case,activity,time\nc,a,1/2/2026\n", headers=csv)
    assert code(bad) == (422, "not_an_event_log")
    assert "--day-first" in problem(bad)["remedy"]
    assert code(builder.post(LOGS, content=b"x", headers={"Content-Type": "image/png"})) == (422, "not_an_event_log")
    assert code(builder.post(LOGS, content=b"a" * (MOST + 1), headers=csv)) == (413, "body_too_large")
    assert code(builder.post(LOGS, content=b"x", headers=csv, params={"delimeter": ";"})) == (422, "invalid")
    assert code(reviewer.post(LOGS, content=csv_log(tmp_path / "x").read_bytes(), headers=csv)) == (403, "not_permitted")
    assert code(served.client.post(LOGS, content=b"x", headers=csv)) == (403, "person_needed")
    assert code(served.program(served.token(TokenScope.CASES_READ)).get(LOGS)) == (403, "scope_missing")
