"""Whatever goes wrong meanwhile at the review page, nothing that somebody answered or typed is lost, and nothing counts twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from licet.core.account import IDLE
from licet.core.desk import LEASE_LASTS
from tests.browser.installation import Installation
from tests.browser.reviewing import DIGITS, SLIPS, answers, at_review, pass_time, reviewing


@pytest.fixture
def there(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A few digits and a few slips."""
    del browser
    with reviewing(tmp_path_factory.mktemp("lost"), DIGITS, SLIPS, cases=6) as made:
        yield made


def given(there: Installation, case: str) -> list[str]:
    """What was answered on a case."""
    return [answer for _, token, answer in answers(there) if token == case]


def test_an_answer_outlives_a_lost_network_and_counts_once(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, watch):
        watch.expect("ERR_INTERNET_DISCONNECTED")
        case = rene.open().case
        rene.page.wait_for_timeout(400)
        rene.page.context.set_offline(True)
        rene.press("4", "Enter").says("kept in this tab", "#banner")
        assert given(there, case) == []
        rene.page.context.set_offline(False)
        rene.sent()
        assert given(there, case) == ["4"]


def test_an_answer_whose_receipt_was_lost_is_sent_again_and_counts_once(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, watch):
        watch.expect("ERR_FAILED")
        lost: list[int] = []

        def deliver_and_lose(route: object) -> None:
            route.fetch()  # type: ignore[attr-defined] # playwright's Route
            lost.append(1)
            route.abort() if len(lost) < 3 else route.continue_()  # type: ignore[attr-defined] # as above

        rene.open().page.route("**/review/commit", deliver_and_lose)
        case = rene.answer("8")
        rene.sent()
        assert len(lost) == 3
        assert given(there, case) == ["8"]


def test_the_tab_may_be_loaded_again_while_an_answer_is_on_its_way(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, watch):
        watch.expect("ERR_FAILED")
        rene.open().page.route("**/review/commit", lambda route: route.abort())
        case = rene.answer("2")
        rene.page.unroute("**/review/commit")
        rene.page.reload()
        rene.ready().sent()
        assert given(there, case) == ["2"]


def test_a_case_under_work_and_what_was_typed_are_there_when_the_page_is_loaded_again(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _):
        case = rene.open(SLIPS).case
        rene.page.get_by_label("Payee").fill("Nord AG")
        rene.page.reload()
        assert rene.ready().case == case
        assert rene.page.get_by_label("Payee").input_value() == "Nord AG"


def test_the_back_button_answers_nothing_again(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _):
        first = rene.open().answer("1")
        second = rene.sent().case
        rene.page.goto("/")
        rene.page.go_back()
        assert rene.ready().case == second
        assert given(there, first) == ["1"]
        assert given(there, second) == []


def test_a_lease_that_ended_counts_on_while_nobody_else_took_the_case(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _):
        case = rene.open().case
        pass_time(there, LEASE_LASTS + timedelta(seconds=5))
        rene.page.wait_for_timeout(2500)  # the page fetches ahead meanwhile, and never the case that is on it
        rene.answer("6")
        rene.sent()
        assert given(there, case) == ["6"]


def test_a_case_that_somebody_else_took_is_said_so_and_what_was_typed_stays(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _), at_review(browser, there, "rosa") as (rosa, _):
        case = rene.open(SLIPS).case
        rene.page.get_by_label("Payee").fill("Nord AG")
        rene.page.get_by_label("Amount").fill("12.50")
        pass_time(there, LEASE_LASTS + timedelta(seconds=5))
        there_are = 50  # more than there are of them: a loop without an end would hold up every other test
        assert any(rosa.open(SLIPS).case == case for _ in range(there_are))
        rene.press("Enter").says("not taken", "#banner").says("Nord AG", "#banner")
        assert given(there, case) == []
        assert rosa.case == case


def test_a_session_that_ended_keeps_what_was_typed_and_goes_on_after_signing_in(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _):
        case = rene.open(SLIPS).case
        rene.page.get_by_label("Payee").fill("Nord AG")
        rene.page.get_by_label("Amount").fill("12.50")
        pass_time(there, IDLE + timedelta(minutes=1))
        rene.press("Enter").says("Your session ended.", "#banner")
        assert given(there, case) == []
        rene.page.get_by_role("link", name="Sign in and go on").click()
        rene.page.get_by_label("E-mail").fill("rene@example.org")
        rene.page.get_by_label("Password").fill(there.members["rene"].password)
        rene.press("Enter")
        rene.ready().sent()
        assert given(there, case) == ["amount=12.50; due_on=; payee=Nord AG; urgent="]


def test_the_last_cases_are_cleared_and_new_ones_come_by_themselves(browser: Browser, there: Installation) -> None:
    with at_review(browser, there) as (rene, _):
        rene.open()
        for _ in range(6):
            rene.answer("3")
        rene.says("Nothing waits for you")
        rene.sent()
        assert len(answers(there)) == 6, rene.text("body")
        assert pass_time(there, timedelta(seconds=9)) == 6


def test_the_page_works_without_any_script(browser: Browser, there: Installation) -> None:
    context = browser.new_context(base_url=there.address, java_script_enabled=False)
    try:
        page = context.new_page()
        page.context.add_cookies([{"name": "licet", "value": there.session_of(there.people["rene"]), "url": there.address}])
        page.goto(f"/review?use_case={SLIPS}")
        page.get_by_role("button", name="Commit").click()
        assert "This is required." in page.inner_text("#answer-form")
        page.get_by_label("Payee").fill("Nord AG")
        page.get_by_label("Amount").fill("7")
        page.get_by_role("button", name="Commit").click()
        assert "Your answer was taken" in page.inner_text("body")
        assert [answer for _, _, answer in answers(there)] == ["amount=7; due_on=; payee=Nord AG; urgent="]
        page.get_by_role("button", name="Withdraw it").click()
        assert "Your answer was withdrawn" in page.inner_text("body")
        assert answers(there) == []
        page.locator("#skip summary").click()
        page.get_by_role("button", name="Skip this case").click()
        assert "somebody else is asked" in page.inner_text("body")
    finally:
        context.close()
