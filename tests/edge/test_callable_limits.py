"""Code that is slow or hangs costs its own case an answer, and neither the others, nor the process, nor what a command prints."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.case import TextContent
from licet.core.circuit import CircuitRules
from licet.core.system import Cause, NoProposal, Proposal
from licet.edge.breaker import Breaker
from licet.edge.callable_room import MOST_HANGING, CallableRoom
from licet.edge.callables import CallableSystem, load_callable
from licet.edge.system_blocks import CallableBlock

LIMIT = 0.3
CASES = [TextContent(text=str(k)) for k in range(24)]
RELEASES: list[threading.Event] = []

HEAD = "import asyncio, threading, time\nfree = threading.Event()\n"
SAYS = 'return {{"answer": content["text"], "confidence": 0.9}}\n'
SYNC = HEAD + "def propose(content):\n    {does}\n    " + SAYS
LATER = HEAD + "async def propose(content):\n    {does}\n    " + SAYS


def system(folder: Path, code: str, **block: object) -> CallableSystem:
    (folder / "system.py").write_text(code, "utf-8")
    limits = CallableBlock.model_validate({"timeout_seconds": LIMIT, **block})
    found = load_callable(folder, AnswerKind.CHOICE, lambda _: CallableRoom(limits))
    free = getattr(found.one or found.many, "__globals__", {}).get("free")
    RELEASES.extend([free] if isinstance(free, threading.Event) else [])
    return found


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    """Lets go of what hangs when a test is over."""
    yield
    for free in RELEASES:
        free.set()
    RELEASES.clear()
    ends = time.monotonic() + 5.0
    while any(thread.name == "licet-system" for thread in threading.enumerate()) and time.monotonic() < ends:
        time.sleep(0.01)


def failed(found: list[Proposal | NoProposal]) -> list[int]:
    return [place for place, one in enumerate(found) if isinstance(one, NoProposal)]


def test_plain_functions_run_several_at_once_and_never_more_than_allowed(tmp_path: Path) -> None:
    code = HEAD + (
        "lock = threading.Lock()\nnow = most = 0\n"
        "def propose(content):\n    global now, most\n    with lock:\n        now += 1\n        most = max(most, now)\n"
        "    time.sleep(0.02)\n    with lock:\n        now -= 1\n    "
    )
    slow = system(tmp_path, code + 'return {"answer": str(most), "confidence": 0.9}\n', concurrency=6)
    found: list[Proposal | NoProposal] = []
    threads = [threading.Thread(target=lambda: found.extend(slow.propose(CASES))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = {int(one.answer.value) for one in found if isinstance(one, Proposal) and not isinstance(one.answer.value, float)}  # type: ignore[union-attr] # choices only
    assert len(found) == 72
    assert max(said) == 6


@pytest.mark.parametrize(
    "code",
    [
        SYNC.format(does='free.wait(60) if content["text"] == "3" else None'),
        LATER.format(does='await asyncio.sleep(60 if content["text"] == "3" else 0)'),
    ],
)
def test_a_case_that_takes_too_long_is_a_failure_for_itself_alone(tmp_path: Path, code: str) -> None:
    found = system(tmp_path, code).propose(CASES)
    assert failed(found) == [3]
    assert found[3] == NoProposal(why="system.py took longer than 0.3 s.", cause=Cause.UNAVAILABLE)


def test_a_list_that_takes_too_long_is_a_failure_for_the_list(tmp_path: Path) -> None:
    code = HEAD + "def propose_many(contents):\n    free.wait(60)\n    return []\n"
    began = time.monotonic()
    found = system(tmp_path, code).propose(CASES)
    assert {one.cause for one in found if isinstance(one, NoProposal)} == {Cause.UNAVAILABLE}
    assert time.monotonic() - began < 10 * LIMIT


def test_code_that_hangs_is_called_no_more_until_it_ends(tmp_path: Path) -> None:
    hangs = system(tmp_path, SYNC.format(does="free.wait(60)"), concurrency=4)
    hangs.room.breaker = Breaker(CircuitRules(in_a_row=1_000, window=1_000, most=1_000))
    found = hangs.propose(CASES)
    causes = [one.cause for one in found if isinstance(one, NoProposal)]
    assert len(causes) == len(CASES)
    assert MOST_HANGING <= causes.count(Cause.UNAVAILABLE) < MOST_HANGING + 4
    assert set(causes) == {Cause.UNAVAILABLE, Cause.NOT_ASKED}
    began = time.monotonic()
    assert failed(hangs.propose(CASES)) == list(range(len(CASES)))
    assert time.monotonic() - began < LIMIT
    RELEASES[0].set()
    time.sleep(0.2)
    assert not failed(hangs.propose(CASES))


@pytest.mark.parametrize("code", [SYNC.format(does="free.wait(60)"), LATER.format(does="await asyncio.sleep(60)")])
def test_code_that_keeps_being_late_opens_its_circuit(tmp_path: Path, code: str) -> None:
    late = system(tmp_path, code, concurrency=1)
    late.room.breaker = Breaker(CircuitRules(in_a_row=2, cool_down_s=60.0, longest_s=60.0))
    causes = [one.cause for one in late.propose(CASES) if isinstance(one, NoProposal)]
    assert causes == [Cause.UNAVAILABLE] * 2 + [Cause.NOT_ASKED] * 22


def test_async_code_that_blocks_is_left_and_the_next_cases_get_a_loop_of_their_own(tmp_path: Path) -> None:
    code = LATER.format(does='free.wait(60) if content["text"] == "3" else None')
    blocked = system(tmp_path, code)
    first = blocked.propose(CASES)
    assert 3 in failed(first)
    assert blocked.room.strays == 1
    assert not failed(blocked.propose(CASES[4:]))
    RELEASES[0].set()
    time.sleep(0.2)
    assert blocked.room.strays == 0


def test_async_code_that_does_not_let_itself_be_cancelled_is_counted_until_it_ends(tmp_path: Path) -> None:
    stubborn = (
        "for _ in range(2):\n        try:\n            await asyncio.sleep(0.5)\n        except asyncio.CancelledError:\n            pass\n"
    )
    late = system(tmp_path, LATER.format(does=stubborn))
    assert failed(late.propose(CASES[:2])) == [0, 1]
    assert late.room.strays == 2
    time.sleep(0.9)
    assert late.room.strays == 0


def test_async_cases_behind_some_that_hang_are_asked_all_the_same(tmp_path: Path) -> None:
    """Breaks when nobody takes the place of a task that is let go of."""
    found = system(tmp_path, LATER.format(does='await asyncio.sleep(60) if content["text"] in {"0", "1", "5"} else None'), concurrency=2)
    assert failed(found.propose(CASES)) == [0, 1, 5]
    time.sleep(0.1)
    assert found.room.strays == 0


def test_callers_of_async_code_share_its_limit(tmp_path: Path) -> None:
    """Breaks when each list of cases has tasks and turns of its own."""
    code = LATER.format(does="now.append(1); most.append(len(now)); await asyncio.sleep(0.005); now.pop()") + "\n\nnow, most = [], []\n"
    busy = system(tmp_path, code, concurrency=3)
    threads = [threading.Thread(target=busy.propose, args=(CASES,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    most = getattr(busy.one, "__globals__", {})["most"]
    assert (len(most), max(most)) == (4 * len(CASES), 3)


def test_one_long_list_does_not_keep_other_callers_waiting(tmp_path: Path) -> None:
    slow = system(tmp_path, SYNC.format(does="time.sleep(0.01)"), concurrency=2)
    long = threading.Thread(target=lambda: slow.propose([TextContent(text=str(k)) for k in range(400)]))
    long.start()
    time.sleep(0.1)
    began = time.monotonic()
    assert not failed(slow.propose(CASES[:2]))
    assert time.monotonic() - began < 0.5
    assert long.is_alive()
    long.join()


def test_what_threads_print_at_the_same_time_never_reaches_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    chatty = system(tmp_path, SYNC.format(does='print(content["text"]); time.sleep(0.005)'))
    threads = [threading.Thread(target=chatty.propose, args=(CASES,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is before
    print("mine")  # noqa: T201 - what is under test
    said = capsys.readouterr()
    assert said.out == "mine\n"
    assert len(said.err.split()) == 4 * len(CASES)


def test_what_hanging_code_prints_later_does_not_reach_stdout_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hangs = system(tmp_path, SYNC.format(does='free.wait(60); print("late")'))
    hangs.propose(CASES[:1])
    print("mine")  # noqa: T201 - what is under test
    RELEASES[0].set()
    time.sleep(0.2)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("mine\n", "late\n")


@pytest.mark.parametrize("code", [SYNC.format(does="time.sleep(600)"), LATER.format(does="time.sleep(600)")])
def test_a_process_ends_although_code_hangs(tmp_path: Path, code: str) -> None:
    (tmp_path / "system.py").write_text(code, "utf-8")
    start = (
        "import sys; from pathlib import Path\n"
        "from licet.core.answer import AnswerKind\nfrom licet.core.case import TextContent\n"
        "from licet.edge.callable_room import CallableRoom\nfrom licet.edge.callables import load_callable\n"
        "from licet.edge.system_blocks import CallableBlock\n"
        "room = CallableRoom(CallableBlock(timeout_seconds=0.2))\n"
        "found = load_callable(Path(sys.argv[1]), AnswerKind.CHOICE, lambda _: room).propose([TextContent(text='a')])\n"
        "print(found[0].cause)\n"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-W", "error", "-c", start, str(tmp_path)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "unavailable\n", "")
