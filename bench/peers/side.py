"""A side of a comparison: a process of its own that does the work on an empty database and prints what it took."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PEERS: Final = ROOT / "build" / "bench-venv" / "bin" / "python"
TIME_LIMIT_S: Final = 400
NEEDED: Final = ("cases", "seconds", "cpu_seconds", "peak_memory_mb")

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Who does the work, and how it is started.

    `workers` is how many threads or coroutines it does best with, by database. `environment` holds variables of its own, in which
    {home} stands for a folder of this run and {async_address} for the database's address as asynchronous SQLAlchemy has it.
    After `limit_s` seconds it is given up.
    """

    name: str
    module: str
    cases: int
    workers: Mapping[str, int]
    ours: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    limit_s: float = TIME_LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A side that gave no figures, and why."""

    why: str


def ran(side: Side, kind: str, database: str, home: Path) -> Figures | Failed:
    """Runs a side once.

    Args:
        side: who.
        kind: the database's kind, SQLite or PostgreSQL.
        database: the path of a file that is not there yet, or the address of an empty database.
        home: an empty folder of its own.

    Returns:
        Cases in a second, milliseconds of processor time for a case, megabytes at the peak, and what else the side measured.
    """
    python = sys.executable if side.ours else str(PEERS)
    if not Path(python).exists():
        return Failed(why=f"{side.name} is not installed in build/bench-venv; run `make bench`")
    words = ["--database", database, "--cases", str(side.cases), "--workers", str(side.workers[kind])]
    own = {name: value.format(home=home, async_address=async_address(database)) for name, value in side.environment.items()}
    try:
        done = subprocess.run(
            [python, "-m", side.module, *words],
            cwd=ROOT,
            env=os.environ | own,
            capture_output=True,
            text=True,
            timeout=side.limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failed(why=f"{side.name} is not done after {side.limit_s:g} s")
    if done.returncode:
        return Failed(why=f"{side.name} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return read(side.name, done.stdout)


def async_address(database: str) -> str:
    """The address of a database as asynchronous SQLAlchemy has it."""
    scheme, apart, rest = database.partition("://")
    return f"{scheme}+asyncpg://{rest}" if apart else f"sqlite+aiosqlite:///{database}"


def read(name: str, output: str) -> Figures | Failed:
    """Reads the last line that a side printed."""
    try:
        line = json.loads(output.strip().splitlines()[-1])
        cases, seconds, cpu, memory = (float(line.pop(one)) for one in NEEDED)
        extra = {key: round(float(value), 3) for key, value in line.items()}
        return {
            "cases_per_s": round(cases / seconds, 2),
            "cpu_ms_a_case": round(1000 * cpu / cases, 3),
            "peak_memory_mb": round(memory, 1),
            **extra,
        }
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return Failed(why=f"{name} needs to print one line of JSON with {', '.join(NEEDED)}; it printed {output[-80:]!r}")
