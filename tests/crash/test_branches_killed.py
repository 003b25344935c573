"""Whoever splits items, joins them or sends them back is killed before and after each commit: every one moves on once, and none is lost."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from licet.core.answer import Choice
from licet.flows.answer import answer_case
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.office import who
from licet.flows.speakers import Speakers
from licet.settings import home_at
from licet.store.engines import open_engine
from licet.wiring import opened
from tests.cli.conftest import founded_home, made
from tests.cli.desk import OWNER, PEOPLE, REVIEWER, typed
from tests.cluster import Cluster
from tests.crash.ground import Ground

__all__ = ["founded_home"]

COUNT = 3
"""One item more than a mover here takes in a transaction: it is killed where some have moved on and others have not."""
SECOND = "second@example.org"
"""Reviews what the first one may not."""
STEPS = """\
begin: rest
steps:
  rest: {wait: 1 second, next: checks}
  checks: {parallel: [look, again]}
  look: {person: mails, next: met}
  again: {person: mails, not_by: [look], next: met}
  met: {join: checks, next: over}
  over: {person: mails, next: [{when: [{fact: answer, one_of: [redo]}], back: checks, at_most: 1}, {to: done}]}
  done: end
"""
MOST = 10
"""Transactions that one decision brings about at most."""
LASTS = (
    "select id, state, step, round, reason, case_number from workflow_item order by id",
    "select item_id, step, round, sent_back, case_number from workflow_visit order by item_id, step, round",
    "select count(*), max(number) from case_item",
    "select count(*) from outbox",
)
MOVERS = """
import gc, os, signal, sys, traceback
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from licet.flows import walk
from licet.settings import home_at
from licet.store.over_book import OverBook
from licet.wiring import opened

class Dying(OverBook):
    @contextmanager
    def write(self):
        with self._whole.write() as tx:
            yield tx
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def _seen(self, transaction):
        return transaction

gc.disable()
walk.AT_ONCE = 2
for when in map(str.strip, sys.stdin):
    mover = os.fork()
    if mover == 0:
        try:
            with opened(home_at(Path(sys.argv[1]))) as office:
                walk.walk_on(replace(office, book=Dying(office.book)))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(mover, 0)[1]), flush=True)
"""
"""Starts, for each line that it reads, a process that moves items, killed before or after its first commit, and says how that ended.

It opens no database itself, and every mover opens its own: to start Python for each would take most of the test's time.
"""
SPLIT = ((None, "parallel", "checks"), ("look", "away", "look"), ("again", "away", "again"))
JOINED = (("look", "joined", "met"), ("again", "joined", "met"), (None, "away", "over"))
ONCE = (*SPLIT, *JOINED)
WAY = (*((branch, in_round, state, step) for in_round in (1, 2) for branch, state, step in ONCE), (None, 2, "held", "over"))
"""Where an item, or which of its branches, comes to stand, in which round: each of these once, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation with items that will split, who moves them, and its database behind Licet's back."""

    home: Path
    move: Callable[[str], int]
    asked: Callable[[str], list[tuple[Any, ...]]]

    def stands(self) -> Counter[tuple[Any, ...]]:
        """How many items, and branches that run, stand alike: branch, round, state and step."""
        return Counter(self.asked("select branch, round, state, step from workflow_item where parent_id is null or state <> 'ended'"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, founded_home: Path) -> Iterator[Place]:
    """Items that wait for a moment before they split, on each database."""
    if request.param == "sqlite":
        made(tmp_path, founded_home)
        ground = Ground(home=tmp_path / "home", url=None)
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        ground = founded_on(cluster.new_database(), tmp_path)
    with ground.here() as desk:
        begin(ground)
        home = home_at(desk.home)
        engine = open_engine(home.database, url=home.database_url)

        def asked(query: str) -> list[tuple[Any, ...]]:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.exec_driver_sql(query)]

        with moving(ground) as move:
            yield Place(home=desk.home, move=move, asked=asked)
        engine.dispose()


def founded_on(url: str, root: Path) -> Ground:
    """An installation with people and one use case, on a server."""
    ground = Ground(home=made(root).home, url=url)
    with ground.here() as desk:
        assert typed("init", str(desk.home)).code == 0
        for email, role in PEOPLE.items():
            desk("person", "add", email, "--name", email.partition("@")[0].title(), "--role", role)
        desk("use-case", "new", "mails", "--title", "Mails to the bank")
    return ground


def begin(ground: Ground) -> None:
    """Begins the items; a moment later all of them may move."""
    desk = ground.desk
    (desk.home / "use_cases" / "mails" / "workflow.yaml").write_text(STEPS, "utf-8")
    desk("person", "add", SECOND, "--name", "Second", "--role", "reviewer")
    desk("workflow", "register", "mails", "--as", OWNER)
    rows = desk.home.parent / "slips.csv"
    rows.write_text("id,text\n" + "".join(f"s{k},slip {k}\n" for k in range(COUNT)), "utf-8")
    desk("workflow", "start", "mails", rows, "--content", "text", "--id", "id")
    time.sleep(1.1)


@contextmanager
def moving(ground: Ground) -> Iterator[Callable[[str], int]]:
    """Sends movers, each to be killed `before` or `after` the first commit it comes to; what one gives back is how it ended."""
    command = [sys.executable, "-c", MOVERS, str(ground.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ground.environment) as movers:
        assert movers.stdin is not None
        assert movers.stdout is not None
        sends, says = movers.stdin, movers.stdout

        def move(when: str) -> int:
            print(when, file=sends, flush=True)
            return int(says.readline())

        yield move


def killed_on_the_way(place: Place) -> list[Counter[tuple[Any, ...]]]:
    """Moves all that can be moved, by movers none of which lives: every commit is lost once, and every one that lasts is its mover's last.

    Returns:
        How items stood after each of them.
    """
    stood = list[Counter[tuple[Any, ...]]]()
    for _ in range(MOST):
        before = [place.asked(query) for query in LASTS]
        ended = place.move("before")
        assert [place.asked(query) for query in LASTS] == before, "what was not committed did not happen"
        if ended == 0:
            return stood
        assert (ended, place.move("after")) == (-signal.SIGKILL, -signal.SIGKILL)
        stood.append(place.stands())
    pytest.fail(f"Items still move after {MOST} transactions: {stood[-1]}")


def answered(place: Place, step: str, by: str, says: str) -> None:
    """The cases that came to a step are routed, and somebody answers each that is open."""
    with opened(home_at(place.home)) as office:
        for use_case in waiting_use_cases(office):
            claim = claim_cases(office, use_case, holder="one", limit=500)
            assert claim is not None
            list(work_off(office, Speakers(), use_case_id=claim.use_case_id, claim=claim.claim))
        open_now = place.asked(
            "select c.external_id from workflow_visit v join case_item c on c.number = v.case_number "  # noqa: S608 - our own steps
            f"where v.step = '{step}' and not exists (select 1 from decision d where d.case_number = c.number) order by c.number"
        )
        assert len(open_now) == COUNT
        for (case,) in open_now:
            assert answer_case(office, who(office, by), name="mails", case=case, answer=Choice(value=says)) is None


@pytest.mark.slow
def test_every_item_splits_joins_and_goes_back_once_whoever_is_killed(place: Place) -> None:
    """Breaks when a split begins half of its branches, an item leaves its join twice, or a way back is taken and not counted."""
    stood = killed_on_the_way(place)
    for _ in range(2):
        for step, by, says in (("look", REVIEWER, "yes"), ("again", SECOND, "yes"), ("over", REVIEWER, "redo")):
            answered(place, step, by, says)
            stood += killed_on_the_way(place)
    for there in WAY:
        assert next(one[there] for one in stood if one[there]) == COUNT - 1, f"killed when only some had come to {there}"
    assert stood[-1] == {WAY[-1]: COUNT}
    assert_each_moved_once(place)


def assert_each_moved_once(place: Place) -> None:
    """Every item went its whole way and is there; each branch and round has one case, decided once; and nobody was told twice."""
    items = [
        name
        for (name,) in place.asked("select id from workflow_item where parent_id is null and reason = 'rounds_over' and body is not null")
    ]
    with opened(home_at(place.home)):
        """Numbers what killed movers left in the ledger."""
    bodies = [json.loads(bytes(body)) for (body,) in place.asked('select body from ledger_entry order by "index"')]
    moved = [one["facts"] for one in bodies if one["what"] == "workflow.moved" and one["facts"]["step"] != "rest"]
    for item in items:
        assert tuple((one.get("branch"), one.get("round", 1), one["stands"], one["step"]) for one in moved if one["item"] == item) == WAY
    assert (len(items), len(moved)) == (COUNT, COUNT * len(WAY))
    named = sorted(f"{item}.{step}{in_round}" for item in items for step in ("look", "again", "over") for in_round in ("", ".2"))
    assert sorted(name for (name,) in place.asked("select external_id from case_item")) == named
    assert place.asked("select count(*), count(distinct case_number) from decision") == [(len(named), len(named))]
    assert place.asked("select count(*) from workflow_apart") == [(2 * 2 * 2 * COUNT,)], "each of two rounds from each, both ways"
    assert {many for (many,) in place.asked('select count(*) from outbox group by "to"')} == {COUNT}
