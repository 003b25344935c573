"""Real `licet worker` processes and a feeder on one installation; whoever is killed is started again, as a machine's supervisor does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.crash.feeder import ALLOWED
from tests.crash.ground import ROOT, Ground, command

Process = subprocess.Popen[bytes]


@dataclass(slots=True, kw_only=True)
class Place:
    """A worker's place: the process in it, or when the next one is started; `before` counts the workers that started in it earlier."""

    log: Path
    process: Process | None = None
    starts_at: float = 0.0
    before: int = 0

    @property
    def lives(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def starts(self) -> int:
        """How many workers said here that they started."""
        return sum(said["event"] == "worker.started" for said in told(self.log))

    @property
    def ready(self) -> bool:
        """Whether the process in it has said that it started; before that a SIGTERM finds nobody who heeds it."""
        return self.lives and self.starts > self.before

    @property
    def name(self) -> str | None:
        """What its worker calls itself; None before it says so."""
        started = [said for said in told(self.log) if said["event"] == "worker.started"]
        return str(started[-1]["worker"]) if started else None

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self.process is not None
        return self.process.pid


@dataclass(slots=True, kw_only=True)
class Fleet:
    """Workers and a feeder, all of them ended with it.

    Attributes:
        workers: how many; on SQLite one.
        rest: seconds after which a worker that ended is started again.
        crooked: whether the workers' clock is one that `set_clock` sets.
    """

    ground: Ground
    workers: int
    rest: float = 0.5
    crooked: bool = False
    places: list[Place] = field(default_factory=list, init=False)
    feeder: Process | None = field(default=None, init=False)
    ended: Counter[str] = field(default_factory=Counter, init=False)

    def __enter__(self) -> Self:
        """Starts the workers."""
        self.places = [Place(log=self.folder / f"worker-{number}.log") for number in range(self.workers)]
        self.set_clock(0.0)
        self.tend()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends everything that was started, each by its number."""
        mine = [self.feeder, *(place.process for place in self.places)]
        for process in filter(None, mine):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()

    def tend(self) -> None:
        """Starts again whoever ended and has rested."""
        now = time.monotonic()
        bootstrap = ("tests.crash.crooked", str(self.folder / "clock.txt")) if self.crooked else ()
        for place in self.places:
            if place.lives:
                continue
            if place.process is not None:
                self.ended[_end(place.process.returncode)] += 1
                place.process, place.starts_at = None, now + self.rest
            if now >= place.starts_at:
                place.before = place.starts
                place.process = self._started(command(self.ground, "worker", bootstrap=bootstrap), place.log)

    def feed(self, count: int, *, ahead: int, posted: bool = True) -> None:
        """Brings so many cases, of which `allow` says how many may come now; at most `ahead` of them wait unclaimed."""
        self.allow(0)
        words = [self.ground.home, count, ahead, self.folder, "POSTED" if posted else "ASKED"]
        self.feeder = self._started([sys.executable, "-m", "tests.crash.feeder", *map(str, words)], self.folder / "feeder.log")

    def allow(self, count: int) -> None:
        """Lets the feeder bring cases up to this number."""
        made = self.folder / "allowed.new"
        made.write_text(str(count), "ascii")
        made.replace(self.folder / ALLOWED)

    def set_clock(self, seconds: float) -> None:
        """Sets the clock of the workers' machine wrong by so much, where they were started on a crooked one."""
        made = self.folder / "clock.new"
        made.write_text(str(seconds), "ascii")
        made.replace(self.folder / "clock.txt")

    @property
    def folder(self) -> Path:
        """Where processes write what they say."""
        return self.ground.home.parent

    @property
    def fed(self) -> bool:
        """Whether all cases were brought."""
        code = None if self.feeder is None else self.feeder.poll()
        assert code in {None, 0}, "the feeder broke: see its log"
        return code == 0

    def alive(self) -> list[Place]:
        """Places whose worker runs and has said that it does."""
        return [place for place in self.places if place.lives and place.name is not None]

    def end(self) -> list[int | None]:
        """Ends the workers as a supervisor does, by SIGTERM; their exit codes (None: it had to be killed)."""
        running = [place.process for place in self.places if place.process is not None and place.lives]
        for process in running:
            process.terminate()
        return [_waited(process) for process in running]

    def _started(self, words: list[str], log: Path) -> Process:
        with log.open("ab") as said:
            return subprocess.Popen(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=self.ground.environment, cwd=ROOT)


def _waited(process: Process) -> int | None:
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return None


def _end(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def send(place: Place, what: signal.Signals) -> None:
    """Sends a signal to a worker."""
    if place.lives:
        os.kill(place.pid, what)


def told(log: Path) -> list[dict[str, object]]:
    """What a worker wrote down, thing by thing; what is no JSON is something that nobody meant to say."""
    found: list[dict[str, object]] = []
    for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
        try:
            found.append({"event": "unmeant", **json.loads(line)})
        except (ValueError, TypeError):
            found.append({"event": "unmeant", "says": line})
    return found


def failures(fleet: Fleet) -> dict[str, int]:
    """What failed in the workers, by what it was and how often."""
    count: Counter[str] = Counter()
    for place in fleet.places:
        for said in told(place.log):
            if said["event"] in {"worker.failed", "chunk.failed", "error.unexpected"}:
                count[" ".join(str(said[name]) for name in ("event", "round", "error") if name in said)] += 1
    return dict(count)


@dataclass(slots=True, kw_only=True)
class Crew:
    """Processes that share many workers among them, all of them ended with it: two on PostgreSQL, one on SQLite."""

    ground: Ground
    threads: int
    module: str
    processes: list[Process] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        """Starts them."""
        count = 1 if self.ground.url is None else 2
        words = [sys.executable, "-m", self.module, str(self.ground.home), str(self.threads // count)]
        for number in range(count):
            with (self.ground.home.parent / f"crew-{number}.log").open("ab") as said:
                self.processes.append(
                    subprocess.Popen(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=self.ground.environment, cwd=ROOT)
                )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends them."""
        for process in self.processes:
            process.terminate()
        ends = [_waited(process) for process in self.processes]
        assert error is not None or ends == [0] * len(ends), f"a crew ended with {ends}: see its log"
