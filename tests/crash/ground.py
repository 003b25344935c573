"""An installation to break: on SQLite or PostgreSQL, with a mandate in force and room for very many cases."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.desk import BUILDER, COMMAND, OWNER, PEOPLE, POSTED, RISK, Desk, cases, only, typed
from tests.cluster import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
SLUG = "mails"
ADDRESS = "LICET_DATABASE_URL"
TEXT = ("--content", "text", "--answer", "label", "--id", "id")

SYSTEM = '''"""Sorts mails by their words, and fails as providers do where a mail says so."""

import json
import time

WORDS = {"refund": ("refund", "money", "return"), "card": ("card", "stolen", "atm"), "loan": ("loan", "mortgage", "interest")}


def propose(content):
    text = content["text"]
    if "!timeout" in text:
        time.sleep(0.25)
        raise TimeoutError("no answer in time")
    if "!429" in text:
        raise RuntimeError("429 Too Many Requests: " + text)
    if "!503" in text:
        raise RuntimeError("503 Service Unavailable: " + text)
    if "!truncated" in text:
        return json.loads('{"answer": "refund", "confiden')
    if "!huge" in text:
        return {"answer": "x" * 10_000_000, "confidence": 0.1, "reason": "y" * 10_000_000}
    if "!schema" in text:
        return {"answer": ["refund"], "confidence": "very"}
    for answer, words in WORDS.items():
        if any(word in text for word in words):
            return {"answer": answer, "confidence": 0.97}
    return None
'''
EFFECT = '''"""Notes what takes effect, line by line, as a receiver of messages does."""

import os
from pathlib import Path

ACTS = Path(__file__).parent / "acts.txt"


def effect(decision):
    file = os.open(ACTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, f"{decision['case_number']} {decision['key']}\\n".encode())
    os.close(file)
'''
WRONGS = ("timeout", "429", "503", "truncated", "huge", "schema")
"""How a provider fails, each in one case of a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An installation, its database, and what processes on it are told."""

    home: Path
    url: str | None

    @property
    def environment(self) -> dict[str, str]:
        """For the processes on it."""
        told = {name: value for name, value in os.environ.items() if name != ADDRESS}
        told["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        return told if self.url is None else {**told, ADDRESS: self.url}

    def acts(self) -> list[tuple[int, str]]:
        """What took effect in the world: the numbers of cases, each with the key under which it was told."""
        file = self.home / "use_cases" / SLUG / "acts.txt"
        lines = file.read_text("ascii").splitlines() if file.exists() else []
        return [(int(number), key) for number, _, key in (line.partition(" ") for line in lines)]

    @property
    def desk(self) -> Desk:
        """At which commands are typed; only inside `here`."""
        return Desk(home=self.home, files=self.home.parent)

    def run(self, *words: str | Path) -> Mapping[str, Any]:
        """A command on it, as a process of its own; what it said, as JSON."""
        return self.run_bare(*words, "--home", self.home)

    def run_bare(self, *words: str | Path) -> Mapping[str, Any]:
        """A command as a process of its own, which is told no installation."""
        command = [*COMMAND, *map(str, words), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment, cwd=ROOT, timeout=600)
        assert done.stdout, f"licet {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}"
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    @contextmanager
    def here(self) -> Iterator[Desk]:
        """This process works on it meanwhile."""
        before = os.environ.pop(ADDRESS, None)
        if self.url is not None:
            os.environ[ADDRESS] = self.url
        try:
            yield self.desk
        finally:
            os.environ.pop(ADDRESS, None)
            if before is not None:
                os.environ[ADDRESS] = before


def made_ground(folder: Path, cluster: Cluster | None, *, calls: bool = False) -> Ground:
    """Makes an installation with a mandate for a vendor's proposals, or for a function in its folder, which `calls` out.

    Without a cluster it is on SQLite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ground = Ground(home=folder / "home", url=None if cluster is None else cluster.new_database())
    with ground.here() as desk:
        assert typed("init", str(desk.home)).code == 0
        for email, role in PEOPLE.items():
            desk("person", "add", email, "--name", email.partition("@")[0].title(), "--role", role)
        desk("use-case", "new", SLUG, "--title", "Mails")
        _past(desk, calls=calls)
        desk("standard", "lock", SLUG, "--as", OWNER)
        desk("standard", "countersign", SLUG, "--as", RISK)
        desk("evaluate", SLUG)
        grant(desk)
    return ground


def _past(desk: Desk, *, calls: bool) -> None:
    past, folder = cases(900), desk.home / "use_cases" / SLUG
    (folder / "effect.py").write_text(EFFECT, "utf-8")
    with (folder / "use_case.yaml").open("a", encoding="utf-8") as file:
        file.write("\neffect: callable\n")
    if not calls:
        desk("import", SLUG, desk.table("past.csv", past), *POSTED)
        return
    (folder / "system.py").write_text(SYSTEM, "utf-8")
    desk("import", SLUG, desk.table("past.csv", only(past, "id", "text", "label")), *TEXT)


def grant(desk: Desk) -> None:
    """Puts a mandate in force that neither its cap nor its audits end."""
    wishes = ("--audit-rate", "0.02", "--daily-cap", "1000000", "--planned-audits", "100000")
    desk.ready(SLUG)
    desk("mandate", "propose", SLUG, *wishes, "--as", BUILDER)
    desk("approve", SLUG, desk("gate", "show", SLUG).data["digest"], "--as", RISK)
    desk("mandate", "grant", SLUG, "--as", OWNER)


def copied(ground: Ground, folder: Path, cluster: Cluster | None) -> Ground:
    """The same installation once more, in another folder and another database."""
    shutil.copytree(ground.home, folder / "home")
    if cluster is None or ground.url is None:
        return Ground(home=folder / "home", url=None)
    return Ground(home=folder / "home", url=cluster.new_database(like=ground.url.rpartition("/")[2]))


def command(ground: Ground, *words: str, bootstrap: tuple[str, ...] = ()) -> list[str]:
    """A command that runs for long, as a process is started with it; `bootstrap` names a module that starts it otherwise."""
    start = [sys.executable, "-m", *bootstrap] if bootstrap else COMMAND
    return [*start, *words, "--home", str(ground.home)]
