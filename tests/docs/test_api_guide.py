"""The guide's script does what it says: it posts a thousand real digits and reads their routes."""

import json
import os
import re
import subprocess
import sys
import threading
from ast import literal_eval
from pathlib import Path

import pytest
from sklearn.datasets import load_digits

from licet.core.answer import Choice
from licet.core.case import CaseBody, TableContent
from licet.core.history import PastCase, Shares
from licet.testing import World
from licet.web.api.plain import read_plain
from licet.web.desk import Service
from licet.web.problems import Problem
from tests.web.serving import Served, started, work

GUIDE = Path(__file__).resolve().parents[2] / "docs/api.md"


def script() -> str:
    """The script of the guide."""
    (found,) = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return str(found)


def digits(world: World) -> None:
    """A use case whose built-in system learned from the first 797 digits, and has a mandate."""
    data = load_digits()
    pairs = list(zip(data.data.astype(int).tolist(), data.target.tolist(), strict=True))[:797]
    rows = [
        PastCase(
            line=k + 2,
            body=CaseBody(content=TableContent(cells={f"p{place:02}": str(ink) for place, ink in enumerate(image)})),
            answer=Choice(value=str(target)),
            external_id=f"past-{k}",
        )
        for k, (image, target) in enumerate(pairs)
    ]
    world.use_case("digits")
    world.import_cases("digits", rows, card=None, shares=Shares(build=40, calibration=20, sealed=40))
    world.sign("digits")
    world.evaluate("digits")
    world.earn("digits")


@pytest.mark.slow
def test_the_script_posts_a_thousand_digits_and_reads_their_routes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        digits(world)
        woken = threading.Event()
        with started(Service(office=world.office, read_case=read_plain, wake=woken.set)) as address:
            served = Served(world, address)
            worker = threading.Thread(target=work_all, args=[world, woken])
            worker.start()
            settings = os.environ | {"LICET_URL": address, "LICET_TOKEN": served.token()}
            ran = subprocess.run([sys.executable, "-c", script()], env=settings, capture_output=True, text=True, timeout=120, check=False)
            worker.join()
            served.close()
    assert ran.returncode == 0, ran.stderr
    routes = literal_eval(ran.stdout)
    assert sum(routes.values()) == 1000
    assert routes["alone"] > 100


def work_all(world: World, woken: threading.Event) -> None:
    """Works from the first case on until nothing waits."""
    woken.wait(60)
    while work(world):
        pass


def test_the_script_is_short() -> None:
    assert len([line for line in script().splitlines() if line.strip()]) <= 20


def test_the_guides_example_of_a_problem_is_one() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```", GUIDE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert Problem.model_validate(json.loads(example)).status == 403
