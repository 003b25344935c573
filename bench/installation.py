"""An installation for benchmarks: a use case whose system is sure of every other case, with a mandate in force."""

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Final

from licet.cli import cli
from licet.cli.frame import run
from licet.pretend import MILD_RISK

NAME: Final = "cards"
HISTORY: Final = 400

SYSTEM: Final = '''"""The stub of every side: it waits a millisecond and is sure of every other case."""

import asyncio

SYSTEM = {"name": "stub", "version": "1"}


async def propose(content):
    await asyncio.sleep(0.001)
    number = int(content["text"].rpartition(" ")[2])
    return {"answer": "card" if number % 4 == 0 else "loan", "confidence": 0.99 if number % 2 == 0 else 0.6}
'''

USE_CASE: Final = """
callable:
  concurrency: 16
"""

PEOPLE: Final = {"olga@example.org": "owner", "rita@example.org": "risk", "bo@example.org": "builder", "rene@example.org": "reviewer"}


def right(number: int) -> str:
    """What is right for a case."""
    return "card" if number % 4 == 0 else "loan"


def typed(home: Path, *words: str) -> dict[str, object]:
    """Types a command.

    Raises:
        RuntimeError: when it did not end well.
    """
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(cli, [*words, "--home", str(home), "--json"])
    if code:
        message = f"licet {' '.join(words)} ended with {code}: {out.getvalue()} {err.getvalue()}"
        raise RuntimeError(message)
    found = json.loads(out.getvalue())
    return found if isinstance(found, dict) else {}


def installed(folder: Path, database: str, *, posted: bool = False) -> Path:
    """Makes an installation on an empty database and brings its use case to a mandate.

    Args:
        folder: where the home is made, in a folder of its own.
        database: the path of a file, of which only the name is used, for the home; or the address of an empty database.
        posted: whether the mandate is for an outside system's proposals; otherwise it is for the function in the folder.

    Returns:
        Its home.
    """
    if database.startswith("postgresql://"):
        os.environ["LICET_DATABASE_URL"] = database
    home = folder / f"{Path(database).stem}-home"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if run(cli, ["init", str(home)]):
            message = f"licet init failed: {out.getvalue()}"
            raise RuntimeError(message)
    for email, role in PEOPLE.items():
        typed(home, "person", "add", email, "--name", email.partition("@")[0], "--role", role)
    mandated(home, folder, NAME, posted=posted)
    return home


def mandated(home: Path, folder: Path, name: str, *, posted: bool = False) -> None:
    """Creates a use case in an installation and brings it to a mandate; its table of past cases is written into the folder."""
    typed(home, "use-case", "new", name)
    _import(home, folder / f"{name}.csv", name, posted=posted)
    typed(home, "standard", "lock", name, "--as", "olga@example.org")
    typed(home, "standard", "countersign", name, "--as", "rita@example.org")
    typed(home, "evaluate", name)
    wishes = ("--audit-rate", "0.0001", "--planned-audits", "1000", "--daily-cap", "10000000", "--exposure", "1")
    typed(home, "mandate", "propose", name, *wishes, "--as", "bo@example.org")
    answers = [word for code, answer in MILD_RISK.items() for word in ("--set", f"{code}={answer}")]
    typed(home, "risk", "answer", name, *answers, "--as", "bo@example.org")
    typed(home, "stop", "drill", name, "--as", "olga@example.org")
    typed(home, "approval", "ask", name, "--as", "olga@example.org")
    typed(home, "approve", name, str(typed(home, "gate", "show", name)["digest"]), "--as", "rita@example.org")
    typed(home, "mandate", "grant", name, "--as", "olga@example.org")


def _import(home: Path, past: Path, name: str, *, posted: bool) -> None:
    """Imports past cases on which the system was never wrong."""
    rows = [f"past case of {name} {n},{right(n)},{right(n)},0.99" for n in range(0, 2 * HISTORY, 2)]
    past.write_text("\n".join(["text,label,said,sure", *rows]) + "\n", "utf-8")
    words = ("--content", "text", "--answer", "label", "--parts", "0:0:100")
    if posted:
        typed(home, "import", name, str(past), *words, "--proposal", "said", "--confidence", "sure", "--system", "vendor@1")
        return
    place = home / "use_cases" / name
    (place / "system.py").write_text(SYSTEM, "utf-8")
    with (place / "use_case.yaml").open("a", encoding="utf-8") as file:
        file.write(USE_CASE)
    typed(home, "import", name, str(past), *words)
