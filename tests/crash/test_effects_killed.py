"""Whoever delivers is killed at any moment: a receiver that remembers keys acts once on each decision, and in the order of each case."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import founded_home, imported_home, made, met_home, signed_home
from tests.cli.desk import POSTED, Desk, cases
from tests.edge.test_webhook import sample
from tests.receiver import Receiver, Request, receiving

__all__ = ["founded_home", "imported_home", "met_home", "signed_home"]

SECRET = "a-secret-of-the-crash-tests"  # noqa: S105
RUN = """
from licet.cli import main
main(sys.argv[1:])
"""
DIES_AFTER_THE_DELIVERY = """
import os, signal
from licet.store import effects
effects.settle = lambda *words: os.kill(os.getpid(), signal.SIGKILL)
"""
DIES_BEFORE_THE_COMMIT = """
import os, signal
from licet.store.book import Tx
record = Tx.record
def dying(tx, *events):
    record(tx, *events)
    if any(event.what == "effect.delivered" for event in events):
        os.kill(os.getpid(), signal.SIGKILL)
Tx.record = dying
"""
SOON = """
from datetime import timedelta
from licet.flows import deliver
deliver.LEASE, deliver.LONGEST_TIMEOUT = timedelta(seconds=4), timedelta(seconds=1)
"""
"""Whoever is killed within two seconds holds what it took for four: still longer than it lives, and nobody waits longer for it."""
COUNT = 80


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver."""
    with receiving() as made_one:
        yield made_one


@pytest.fixture
def at_work(tmp_path: Path, met_home: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk where decisions are told to a webhook, with cases that were decided alone."""
    monkeypatch.setenv("LICET_SECRET_CRASH", SECRET)
    monkeypatch.setenv("LICET_WEBHOOK_ALLOW", "127.0.0.1")
    desk = made(tmp_path / "desk", met_home)
    desk.grant(rate="0.05")
    file = desk.home / "use_cases" / "mails" / "use_case.yaml"
    hook = f"\neffect:\n  webhook:\n    url: {receiver.url}\n    secret: LICET_SECRET_CRASH\n"
    file.write_text(file.read_text("utf-8") + hook, "utf-8")
    rows = [row for row in cases(4 * COUNT, seed=6, first=10_000) if float(str(row["sure"])) > 0.9][:COUNT]
    desk("cases", "submit", "mails", desk.table("new.csv", rows), *POSTED)
    return desk


def waiting(desk: Desk) -> int:
    """How many effects wait."""
    return int(desk("effects", "list", "mails").data["waiting"])


def delivering(desk: Desk, *, dies: str = "") -> subprocess.Popen[bytes]:
    """A process that delivers; it dies as told."""
    words = ("effects", "deliver", "mails", "--home", str(desk.home), "--json")
    code = f"import sys\n{dies}{RUN}"
    return subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def delivered_in_full(desk: Desk, within_s: float) -> None:
    """Delivers until nothing waits; leases of killed processes end meanwhile."""
    until = time.monotonic() + within_s
    while waiting(desk) and time.monotonic() < until:
        desk("effects", "deliver", "mails")
        time.sleep(0.5)
    assert waiting(desk) == 0


def acted_on(requests: list[Request]) -> dict[str, int]:
    """What a receiver does that checks the signature and remembers keys: case by key, each once."""
    check, acts = sample(), dict[str, int]()
    for request in requests:
        at = float(request.headers["licet-signature"].split(",")[0].removeprefix("t="))
        assert check(request.headers["licet-signature"], request.body, SECRET, at)
        message = json.loads(request.body)
        assert message["key"] == request.headers["idempotency-key"]
        acts.setdefault(message["key"], message["case_number"])
    return acts


@pytest.mark.slow
@pytest.mark.parametrize("dies", [DIES_AFTER_THE_DELIVERY, SOON + DIES_BEFORE_THE_COMMIT], ids=["before it is written", "before commit"])
def test_who_is_killed_between_delivery_and_commit_is_followed_by_the_same_keys(at_work: Desk, receiver: Receiver, dies: str) -> None:
    decided = waiting(at_work)
    assert decided > 30
    process = delivering(at_work, dies=dies)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    told, began = len(receiver.requests), time.monotonic()
    assert told >= 1
    assert waiting(at_work) == decided
    delivered_in_full(at_work, within_s=40)
    assert time.monotonic() - began < 30
    assert len(receiver.requests) == decided + told
    acts = acted_on(receiver.requests)
    assert len(acts) == len(set(acts.values())) == decided
    assert at_work("ledger", "verify").data["problems"] == []


@pytest.mark.slow
def test_processes_that_are_killed_at_any_moment_tell_a_receiver_of_each_decision_once(at_work: Desk, receiver: Receiver) -> None:
    decided = waiting(at_work)
    slowly(receiver)
    chance = random.Random(7)  # noqa: S311 - moments to kill at
    kills = 0
    for _ in range(6):
        some = [delivering(at_work, dies=SOON) for _ in range(2)]
        time.sleep(chance.uniform(0.8, 1.6))
        for process in some:
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.communicate()
    delivered_in_full(at_work, within_s=60)
    acts = acted_on(receiver.requests)
    assert kills >= 4
    assert len(acts) == len(set(acts.values())) == decided
    said = Counter(json.loads(request.body)["key"] for request in receiver.requests)
    assert max(said.values()) <= kills + 1
    assert at_work("ledger", "verify").data["problems"] == []


def slowly(receiver: Receiver) -> None:
    """Lets the receiver take its time."""
    answers: Callable[..., None] = receiver.answers

    def slow(request: Request, handler: object) -> None:
        time.sleep(0.05)
        answers(request, handler)

    receiver.answers = slow
