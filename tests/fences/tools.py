"""Starts the project's own tools on code written to be wrong."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "pyproject.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a tool ended, and all it said."""

    code: int
    said: str


def run(*arguments: str, cwd: Path = ROOT, given: str | None = None, environment: Mapping[str, str] | None = None) -> Ran:
    """Runs `python` with arguments, for at most two minutes.

    Args:
        arguments: what follows `python` on the command line.
        cwd: the folder to run in.
        given: text for its standard input.
        environment: variables on top of those of this process.
    """
    command = [sys.executable, *arguments]
    around = os.environ | (environment or {})
    done = subprocess.run(command, cwd=cwd, env=around, input=given, capture_output=True, text=True, timeout=120, check=False)
    return Ran(code=done.returncode, said=done.stdout + done.stderr)
