"""A canary that is put into everything a server may not tell is found in nothing that it logs."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase
from licet.core.people import Operator
from licet.flows.intake import Batch, accept
from licet.settings import home_at
from licet.store.gauges import read_gauges
from licet.testing import done
from licet.wiring import opened
from tests.cli.conftest import made
from tests.cli.desk import COMMAND, Desk, typed

pytestmark = pytest.mark.filterwarnings(f"ignore:{(CANARY := 'canary7f3a9c1e')}")
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


def worked(desk: Desk) -> str:
    """Lets a worker work off what waits, in a process of its own, and gives all that it wrote."""
    told = {"LICET_LOG_LEVEL": "debug", "LICET_LOG_FORM": "json", SECRET: f"{CANARY}-secret", "LICET_WEBHOOK_ALLOW": "127.0.0.1"}
    command = [*COMMAND[:1], "-c", COMMAND[-1], "worker", "--home", str(desk.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **told}) as process:
        try:
            until = time.monotonic() + 40
            while (stand(desk)[0] or not stand(desk)[1]) and time.monotonic() < until:
                assert process.poll() is None, process.communicate()
                time.sleep(0.2)
            time.sleep(1.0)  # an attempt at an effect
        finally:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out + err


def test_a_worker_logs_each_step_and_no_canary(desk: Desk) -> None:
    send(desk)
    written = worked(desk)
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    assert stand(desk)[0] == 0
    assert CANARY not in written
    events = {line["event"] for line in lines}
    assert {"worker.started", "chunk.done", "system.asked", "system.failed", "effect.failed", "library.said", "worker.stopped"} <= events
    assert sum(line["cases"] for line in lines if line["event"] == "chunk.done") == 40
    assert {line["library"] for line in lines if line["event"] == "library.said"} == {"theirs", "py.warnings"}
