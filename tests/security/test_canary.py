"""A canary that is put into everything a server may not tell is found in nothing that it logs."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase
from licet.core.people import Operator
from licet.flows.intake import Batch, accept
from licet.pretend import MILD_RISK
from licet.settings import home_at
from licet.store.gauges import read_gauges
from licet.testing import done
from licet.wiring import opened
from tests.cli.conftest import made
from tests.cli.desk import COMMAND, Desk, typed

pytestmark = pytest.mark.filterwarnings(f"ignore:{(CANARY := 'canary7f3a9c1e')}")
BANNER = "Licet listens on"
SECRET = "LICET_SECRET_HOOK"  # noqa: S105 - its name

SYSTEM = f'''"""A system that says more than it should."""
import logging
import warnings


def propose(content):
    if content["text"].startswith("bad"):
        raise RuntimeError("{CANARY} " + content["text"])
    logging.getLogger("theirs").warning("{CANARY} %s", content["text"])
    logging.getLogger("httpx").info("GET https://{CANARY}")
    warnings.warn("{CANARY}", stacklevel=1)
    return {{"answer": "{CANARY}-" + content["text"].split()[0], "confidence": 0.99, "reason": "{CANARY}"}}
'''

USE_CASE = f"""
effect:
  webhook:
    url: http://127.0.0.1:9/{CANARY}
    secret: {SECRET}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An installation with canaries for people, answers and cases, and a mandate for the system above."""
    here = made(tmp_path / "desk")
    assert typed("init", str(here.home)).code == 0
    emails = {role: f"{role}.{CANARY}@example.org" for role in ("owner", "risk", "builder", "reviewer")}
    for role, email in emails.items():
        here("person", "add", email, "--name", f"{role} {CANARY}", "--role", role)
    here("use-case", "new", "mails", "--title", f"Mails {CANARY}")
    folder = here.home / "use_cases" / "mails"
    (folder / "system.py").write_text(SYSTEM, "utf-8")
    with (folder / "use_case.yaml").open("a", encoding="utf-8") as file:
        file.write(USE_CASE)
    rows = [{"text": f"{word} {n} {CANARY}", "label": f"{CANARY}-{word}"} for n in range(300) for word in ("one", "two")]
    table = here.table("past.csv", rows)
    here("import", "mails", table, "--content", "text", "--answer", "label", "--parts", "0:0:100")
    here("standard", "lock", "mails", "--as", emails["owner"])
    here("standard", "countersign", "mails", "--as", emails["risk"])
    here("evaluate", "mails")
    answers = [word for code, answer in MILD_RISK.items() for word in ("--set", f"{code}={answer}")]
    here("risk", "answer", "mails", *answers, "--as", emails["builder"])
    here("stop", "drill", "mails", "--as", emails["owner"])
    here("mandate", "propose", "mails", "--audit-rate", "0.2", "--as", emails["builder"])
    here("approve", "mails", here("gate", "show", "mails").data["digest"], "--as", emails["risk"])
    here("mandate", "grant", "mails", "--as", emails["owner"])
    return here


def send(desk: Desk) -> None:
    """Puts cases into the queue, some of which the system fails on."""
    texts = [f"{word} live {n} {CANARY}" for n in range(20) for word in ("one", "bad")]
    bodies = [CaseBody(content=TextContent(text=text)) for text in texts]
    rows = [PastCase(line=n, body=body, answer=None, external_id=f"{CANARY}-{n}") for n, body in enumerate(bodies)]
    with opened(home_at(desk.home)) as office:
        done(accept(office, Operator(), Batch(name="mails", rows=rows, card=None, source=CANARY)))


def stand(desk: Desk) -> tuple[int, int]:
    """How many cases wait, and how many effects."""
    with opened(home_at(desk.home)) as office, office.book.read() as tx:
        one = read_gauges(tx, office.clock.now()).use_cases[0]
    return one.queue.cases, one.effects.waiting


def ask(address: str, token: str) -> httpx.Response:
    """Sends requests that are taken, refused and not understood, and reads the metrics."""
    shown = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=shown, timeout=30) as client:
        cases = f"/api/v1/use-cases/mails/cases?{CANARY}={CANARY}"
        assert client.post(cases, json={"id": f"{CANARY}-api", "content": {"text": f"one {CANARY}"}}).status_code < 300
        assert client.post(cases, json={"id": f"{CANARY}-no", "content": {CANARY: CANARY}}).status_code >= 400
        assert client.get(f"/{CANARY}").status_code == 404
        assert client.get("/metrics", headers={"Authorization": f"Bearer licet_{CANARY}"}).status_code == 401
        return client.get("/metrics")


def served(desk: Desk, token: str) -> tuple[str, str]:
    """Lets a server work off what waits, in a process of its own, and gives all that it wrote, and its metrics."""
    told = {"LICET_LOG_LEVEL": "debug", "LICET_LOG_FORM": "json", SECRET: f"{CANARY}-secret", "LICET_WEBHOOK_ALLOW": "127.0.0.1"}
    command = [*COMMAND[:1], "-c", COMMAND[-1], "serve", "--port", "0", "--home", str(desk.home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **told}) as process:
        assert process.stderr is not None
        written: list[str] = []
        reading = threading.Thread(target=written.extend, args=(process.stderr,))
        reading.start()
        try:
            within(lambda: any(BANNER in line for line in written))
            metrics = ask(next(line for line in written if BANNER in line).split()[-1], token)
            within(lambda: stand(desk)[0] == 0 and any("effect.failed" in line for line in written))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            reading.join()
    assert process.returncode == 0, written
    return "".join(written), metrics.text


def within(holds: Callable[[], bool], *, seconds: float = 120) -> None:
    """Waits until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.2)


def test_a_server_logs_each_step_and_shows_metrics_and_no_canary(desk: Desk) -> None:
    desk("person", "add", "ada@example.org", "--name", "Ada", "--role", "admin")
    scopes = ("--scope", "cases:write", "--scope", "metrics")
    token = desk("token", "new", CANARY, *scopes, "--as", "ada@example.org").data["token"]
    send(desk)
    written, metrics = served(desk, token)
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines() if BANNER not in line]
    assert stand(desk)[0] == 0
    for secret in (CANARY, token, token.removeprefix("licet_")):
        assert secret not in written
        assert secret not in metrics
    assert {line["event"] for line in lines} >= {
        *("server.started", "server.stopping", "server.stopped", "worker.started", "worker.stopped", "request.done", "request.refused"),
        *("chunk.done", "system.asked", "system.failed", "effect.failed", "library.said"),
    }
    assert {line["library"] for line in lines if line["event"] == "library.said"} == {"theirs", "py.warnings"}
    assert "licet_queue_cases{" in metrics
