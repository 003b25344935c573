"""What reads the clock, makes chance or reads the environment is banned outside its one home."""

import pytest

from tests.fences.tools import run

CLOCK, DRAW, SETTINGS = "src/licet/edge/clock.py", "src/licet/edge/draw.py", "src/licet/settings.py"

# what somebody might write, and the one file where it belongs
BANNED = [
    ("from datetime import UTC, datetime\n\nnow = datetime.now(UTC)\n", CLOCK),
    ("import datetime\n\nnow = datetime.datetime.now(datetime.UTC)\n", CLOCK),
    ("import time\n\nnow = time.time()\n", CLOCK),
    ("from time import time\n\nnow = time()\n", CLOCK),
    ("import random\n\nseed = random.seed\n", DRAW),
    ("from random import Random\n\nchance = Random\n", DRAW),
    ("import numpy as np\n\nchance = np.random.default_rng(1)\n", DRAW),
    ("from uuid import uuid4\n\nid_ = uuid4()\n", DRAW),
    ("import uuid\n\nid_ = uuid.uuid4()\n", DRAW),
    ('import os\n\nhome = os.environ["HOME"]\n', SETTINGS),
    ('from os import environ\n\nhome = environ["HOME"]\n', SETTINGS),
    ('import os\n\nhome = os.getenv("HOME")\n', SETTINGS),
]


def complaints(code: str, path: str) -> str:
    """What ruff, with this project's rules on banned names, says of a module."""
    return run("-m", "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename", path, "-", given=code).said


@pytest.mark.parametrize(("code", "home"), BANNED, ids=[code.splitlines()[-1] + str(i) for i, (code, _) in enumerate(BANNED)])
def test_a_banned_name_is_refused_in_the_rules_and_allowed_in_its_home(code: str, home: str) -> None:
    assert "TID251" in complaints(code, "src/licet/core/mutant.py")
    assert "TID251" in complaints(code, "src/licet/flows/mutant.py")
    assert "TID251" not in complaints(code, home)


@pytest.mark.parametrize("module", ["scipy.stats", "scipy.optimize"])
def test_slow_parts_of_scipy_are_refused_in_the_package(module: str) -> None:
    assert "TID251" in complaints(f"import {module}\n\nx = {module}\n", "src/licet/stats/mutant.py")


MISTAKES = {
    "FBT001": "def go(fast: bool) -> None: ...",
    "DTZ001": "from datetime import datetime\n\nx = datetime(2026, 1, 1)",
    "BLE001": "try:\n    x = 1\nexcept Exception:\n    x = 2",
    "PLR0913": "def go(a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> None: ...",
    "C901": "def go(a: int) -> None:\n" + "".join(f"    if a == {i}:\n        return\n" for i in range(8)),
    "PGH003": "x: int = 1  # type: ignore",
    "T201": 'print("hello")',
    "D103": "def go() -> None:\n    return None",
    "ANN001": "def go(a) -> None: ...",
    "PLC0415": "def go() -> None:\n    import json\n\n    json.dumps(1)",
    "TID252": "from .. import core",
    "E501": "x = " + "1 + " * 40 + "1",
}


@pytest.mark.parametrize("rule", MISTAKES)
def test_each_family_of_rules_bites(rule: str) -> None:
    said = run("-m", "ruff", "check", "--no-cache", "--stdin-filename", "src/licet/core/mutant.py", "-", given=MISTAKES[rule] + "\n").said
    assert rule in said


def test_a_command_may_import_late_and_a_rule_may_not() -> None:
    late = MISTAKES["PLC0415"] + "\n"
    assert "PLC0415" not in run("-m", "ruff", "check", "--no-cache", "--stdin-filename", "src/licet/cli/mutant.py", "-", given=late).said
