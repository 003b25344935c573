"""A run on the evaluation page: it moves by itself while a system is asked, says what stopped it, and never how good the system is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from licet.core.cost import Cost
from licet.core.ids import CaseNumber, Fingerprint
from licet.store import runs, use_cases
from licet.store.queue import Lease
from tests.browser.installation import REFUNDS, Installation, installed
from tests.browser.seeing import audit_each_way, looking, signed_in

AT = f"/use-cases/{REFUNDS}/evaluation"


@pytest.fixture(scope="module")
def asked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which somebody asks a system about four cases, one by one; one lease lasts for an hour."""
    del browser
    with installed(tmp_path_factory.mktemp("run")) as there:
        office = there.world.office
        with office.book.write() as tx:
            now, use_case = office.clock.now(), use_cases.require(tx, REFUNDS)
            run = runs.begin(tx, use_case, Fingerprint("f" * 64), by=there.people["bo"].id, at=now)
            blocks = [[CaseNumber(number)] for number in range(1, 5)]
            runs.go_on(tx, run, blocks, runs.Terms(budget=800_000_000), at=now)
            runs.claim(tx, run.id, Lease(claim="r_1", holder="here", until=now + timedelta(hours=1)), now=now)
        yield there


def keeps(there: Installation, after: timedelta) -> None:
    """One more case is kept, and cost fifty cents."""
    office = there.world.office
    there.world.clock.pass_time(after)
    with office.book.write() as tx:
        run = runs.newest(tx, use_cases.require(tx, REFUNDS))
        assert run is not None
        runs.count_on(tx, run.id, 1, cost=Cost(millionths=50_000_000, currency="EUR"), at=office.clock.now())


def test_it_moves_by_itself_and_says_the_time_that_is_left_and_what_it_cost(browser: Browser, asked: Installation) -> None:
    """Breaks when the page stands still, or a pace is told before any was seen."""
    with looking(browser, asked) as (page, _):
        signed_in(page, asked, asked.people["bo"])
        page.goto(AT)
        run = page.locator("#run")
        expect(run).to_contain_text("0 of 4 cases")
        expect(run).to_contain_text("not known yet")
        expect(run).to_contain_text("the system names none")
        audit_each_way(page)
        keeps(asked, timedelta(minutes=2))
        expect(run).to_contain_text("1 of 4 cases", timeout=10_000)
        expect(run).to_contain_text("6 min")
        expect(run).to_contain_text("0.50 EUR")
        expect(run).to_contain_text("of at most 8.00 EUR")
        assert not [word for word in ("right", "wrong", "error") if word in run.inner_text().lower()]
        audit_each_way(page)


def test_what_rests_says_why_and_an_old_or_foolish_question_changes_nothing(browser: Browser, asked: Installation) -> None:
    office = asked.world.office
    with office.book.write() as tx:
        run = runs.newest(tx, use_cases.require(tx, REFUNDS))
        assert run is not None
        runs.release(tx, "r_1")
        runs.stop(tx, run.id, "Its budget is spent.", at=office.clock.now())
    with looking(browser, asked) as (page, watch):
        watch.expect("status of 404")  # a part of a page names no icon
        signed_in(page, asked, asked.people["bo"])
        page.goto(AT)
        expect(page.locator("#run")).to_contain_text("It rests: Its budget is spent. What was said is kept")
        assert "Time left" not in page.inner_text("#run")
        for question in ("", "?run=x&done=-1&at=9", f"?run={run.id}&done=99&at=1", f"?run={run.id}&done={'9' * 400}&at=1"):
            answer = page.goto(f"{AT}/run{question}")
            assert answer is not None
            assert answer.status == 200
            assert "resting" in page.content()
