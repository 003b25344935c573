"""Benchmark: the review page in a browser: from Enter to the next case painted, against a plain form post of the same page in the same run.

Also with what AI proposes shown after each answer (one round trip to the server), the bytes of the page on the wire, and how long a
page takes while `--cases` cases are in the database of which 10,000 wait; those beyond the waiting ones are copied by SQL.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import text

from bench.installation import NAME, PEOPLE, typed
from bench.licet_waiting import AT_ONCE, COPIES
from licet.cli import cli
from licet.cli.frame import granted, run
from licet.cli.served import Audience, Wish, app_of
from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase, PostedProposal
from licet.core.people import Person
from licet.core.system import SystemCard, SystemKind
from licet.edge.told import NoTrace
from licet.flows.desk import in_hand, release
from licet.flows.drain import claim_cases, work_off
from licet.flows.intake import Batch, accept
from licet.flows.office import Office, who
from licet.flows.speakers import Speakers
from licet.settings import Home, home_at
from licet.store import use_cases
from licet.web.desk import silent
from licet.web.metrics import Meter
from licet.web.server import running
from licet.wiring import serving

ANSWERED: Final = 40
BETWEEN_S: Final = 0.35
"""A person reads for longer than this before they answer."""

WAITING: Final = 10_000
ASKED: Final = 100
MILLION: Final = 1_000_000
REVIEWER: Final = "rene@example.org"
CHROMIUM: Final = Path("/usr/bin/chromium")
NEXT_MS, PAGE_MS, MOST_BYTES = 50.0, 150.0, 30 * 1024

Row = dict[str, Any]

PAINTED: Final = """(() => {
  const list = () => JSON.parse(sessionStorage.getItem('painted') ?? '[]');
  const now = () => performance.timeOrigin + performance.now();
  const done = () => requestAnimationFrame(() => setTimeout(() => {
    const began = sessionStorage.getItem('began');
    if (!began) return;
    sessionStorage.removeItem('began');
    sessionStorage.setItem('painted', JSON.stringify([...list(), now() - Number(began)]));
  }, 0));
  const what = () => (document.querySelector('.compare') ? 'compare ' : '') + (document.getElementById('case')?.dataset.token ?? '');
  addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    sessionStorage.setItem('began', String(now()));
    const before = what();
    const eye = new MutationObserver(() => { if (what() !== before) { eye.disconnect(); done(); } });
    eye.observe(document.getElementById('stage'), { childList: true, subtree: true });
  }, true);
  addEventListener('DOMContentLoaded', done);
})()"""
"""Measures in the page itself, from the key's press until the next frame after the new case is there is painted."""


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else as lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=MILLION)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        rows = measured(Path(name), given.cases)
    print(json.dumps(rows) if given.json else "\n".join(f"{key}: {row}" for key, row in rows.items()))
    return 0


def measured(folder: Path, cases: int) -> Mapping[str, Row]:
    """Makes an installation whose cases wait, and measures in turn."""
    with serving(installed(folder)) as office:
        wait(office, 0, 500)
        with served(folder, office) as address, browser() as chromium:
            quick, size = answered(chromium, address, script=True)
            plain, _ = answered(chromium, address, script=False)
            stage(office, "assisted")
            shown, _ = answered(chromium, address, script=True, reveal=True)
            stage(office, "delegated")
            wait(office, 500, WAITING)
            filled(office, cases)
            pages = asked(office, address)
    return rows_of(quick, plain, shown, size, pages, cases)


def installed(folder: Path) -> Home:
    """A home with one use case and no mandate: a person decides every case."""
    home = home_at(folder / "home", os.environ)
    with contextlib.redirect_stdout(io.StringIO()):
        run(cli, ["init", str(home.root)])
    for email, role in PEOPLE.items():
        typed(home.root, "person", "add", email, "--name", email.partition("@")[0], "--role", role)
    typed(home.root, "use-case", "new", NAME)
    file = home.use_cases / NAME / "use_case.yaml"
    file.write_text(file.read_text("utf-8").replace("answers: []", "answers: [card, loan]"), "utf-8")
    return home


def wait(office: Office, start: int, end: int) -> None:
    """Lets cases come in with proposals of a system that has no mandate, and routes them: each waits for a person."""
    by, card = who(office, None), SystemCard(kind=SystemKind.POSTED, name="vendor", version="1")
    with office.book.read() as tx:
        use_case = use_cases.require(tx, NAME)
    for first in range(start, end, AT_ONCE):
        rows = [_case(number) for number in range(first, min(end, first + AT_ONCE))]
        granted(accept(office, by, Batch(name=NAME, rows=rows, card=card, source="bench")))
        claimed = claim_cases(office, (use_case.id, use_case.slug), holder="bench", limit=AT_ONCE)
        if claimed is not None:
            list(work_off(office, Speakers(), use_case_id=use_case.id, claim=claimed.claim, limit=AT_ONCE))


def _case(number: int) -> PastCase:
    body = CaseBody(content=TextContent(text=f"waiting case {number}"))
    posted = PostedProposal(answer=Choice(value="loan"), confidence=0.6)
    return PastCase(line=number + 1, body=body, answer=None, external_id=f"wait-{number}", posted=posted)


@contextmanager
def served(folder: Path, office: Office) -> Iterator[str]:
    """The server's address; people are taken at their word."""
    wish = Wish(host="127.0.0.1", port=0, asserted=True, worker=False)
    app = app_of(home_at(folder / "home", os.environ), office, wish, Audience(journal=silent, trace=NoTrace(), meter=Meter()), None)
    with running(app, host=wish.host, port=wish.port) as ports:
        yield f"http://127.0.0.1:{ports[0]}"


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser; Debian's chromium where it is installed, else playwright's own."""
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def stage(office: Office, name: str) -> None:
    """Puts the use case at a stage, past its gate: what is measured is the page."""
    with office.book.write() as tx:
        tx.conn.execute(text("update use_case set stage = :stage where slug = :slug"), {"stage": name, "slug": NAME})


def answered(chromium: Browser, address: str, *, script: bool, reveal: bool = False) -> tuple[list[float], int]:
    """Answers cases by keyboard; gives milliseconds to the next paint, and the bytes of the first page with all it needs."""
    context = chromium.new_context(base_url=address)
    context.add_init_script(PAINTED)
    page = context.new_page()
    if not script:
        page.route("**/review.js", lambda route: route.abort())
    page.goto("/sign-in")
    page.locator("form", has=page.locator(f"input[value='{REVIEWER}']")).locator("button").click()
    sizes: list[int] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))
    page.goto(f"/review?use_case={NAME}")
    page.wait_for_timeout(200)
    first = sum(sizes)
    for _ in range(ANSWERED):
        one_answer(page, reveal=reveal)
    painted = page.evaluate("() => JSON.parse(sessionStorage.getItem('painted') ?? '[]')")
    context.close()
    return [float(one) for one in (painted[::2] if reveal else painted)], first


def one_answer(page: Page, *, reveal: bool) -> None:
    """Picks the first answer and commits it; where AI's is shown after it, one's own is kept."""
    for _ in range(2 if reveal else 1):
        if page.locator(".compare").count() == 0:
            page.locator(".option input").first.focus()
            page.keyboard.press("Space")
        time.sleep(BETWEEN_S)
        page.keyboard.press("Enter")
        page.wait_for_function("() => !sessionStorage.getItem('began')")


def filled(office: Office, cases: int) -> None:
    """Copies decided cases by SQL, in the store's own form, until there are so many; none of the copies waits."""
    with office.book.read() as tx:
        first, last = tx.conn.execute(text("select min(case_number), max(case_number) from routing")).one()
        there = int(tx.conn.execute(text("select count(*) from case_item")).scalar_one())
    step = int(last) - int(first) + 1
    for turn in range(1, max(0, -(-(cases - there) // step)) + 1):
        with office.book.write() as tx:
            for statement in COPIES[:3]:
                tx.conn.execute(text(statement), {"shift": turn * step, "mark": f"-{turn}", "first": first, "last": last})
    with office.book.write() as tx:
        tx.conn.execute(text("update counter set value = (select max(number) from case_item) where name = 'case'"))
        tx.conn.execute(text("analyze"))


def asked(office: Office, address: str) -> list[float]:
    """How long the page takes: the next case is taken, sent to, and drawn, as when somebody opens it."""
    person = who(office, REVIEWER)
    if not isinstance(person, Person):
        message = f"{REVIEWER} is not there"
        raise TypeError(message)
    took = []
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        origin = {"Origin": address}
        client.post("/sign-in/asserted", data={"email": REVIEWER, "next": "/ledger"}, headers=origin)
        for _ in range(ASKED):
            began = time.perf_counter()
            client.get(f"/review?use_case={NAME}").raise_for_status()
            took.append(1000 * (time.perf_counter() - began))
            mine = in_hand(office, person)
            for one in mine if isinstance(mine, list) else ():
                release(office, person, token=one.token, lease=one.lease.name)
    return took


def rows_of(quick: list[float], plain: list[float], shown: list[float], size: int, pages: list[float], cases: int) -> dict[str, Row]:
    """The rows, goal by goal."""
    ratio = statistics.median(quick) / statistics.median(plain)
    return {
        "review_next_case": _row(
            statistics.median(quick), f"ms p50 from Enter to the next case painted ({p95(quick):.1f} p95)", NEXT_MS,
            against=f"a plain form post of the same page ({statistics.median(plain):.1f} ms p50, {p95(plain):.1f} p95)", ratio=ratio,
        ),
        "review_reveal": _row(
            statistics.median(shown), f"ms p50 from Enter to AI's answer painted ({p95(shown):.1f} p95), one round trip", PAGE_MS,
        ),
        "review_bytes": _row(size, "bytes on the wire, the page with all it needs", MOST_BYTES),
        "review_page_p95": _row(p95(pages), f"ms p95 of the page, {cases:,} cases of which {WAITING:,} wait", PAGE_MS),
    }  # fmt: skip


def p95(took: list[float]) -> float:
    """The slowest twentieth."""
    return sorted(took)[int(0.95 * len(took))]


def _row(value: float, unit: str, most: float, *, against: str | None = None, ratio: float | None = None) -> Row:
    met = value <= most
    why = None if met else f"{value:.1f} is above {most:g}"
    shown = None if ratio is None else round(ratio, 3)
    return {"value": round(value, 1), "unit": unit, "against": against, "ratio": shown, "goal": f"at most {most:g}", "met": met, "why": why}


if __name__ == "__main__":
    sys.exit(main())
