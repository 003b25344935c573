"""An incident in the browser: what happened, and what people write and do about it until it is closed."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from licet.core.inquiry import ClosedInquiry
from licet.flows.investigate import show_incident
from licet.flows.respond import suspend_mandate
from licet.flows.settle import settle
from licet.testing import done
from tests.browser.installation import REFUNDS, Installation, installed
from tests.browser.seeing import audit_each_way, looking, signed_in

CAUSE = "The feeder was turned.<img src=http://evil.example/x onerror=alert(1)>\u202e"


def opened(page: Page, there: Installation, who: str) -> None:
    signed_in(page, there, there.people[who])
    page.goto("/incidents")
    page.get_by_role("link", name="Marketplace refund decisions").click()
    page.wait_for_url("**/incidents/1")


def written(page: Page, title: str, words: str) -> None:
    page.locator("h3", has_text=title).locator("xpath=..").locator("summary").click()
    page.get_by_label(title, exact=True).fill(words)
    page.get_by_role("button", name="Write down").locator("visible=true").click()
    page.get_by_text("Written down.").wait_for()


def looked_at_again(page: Page, there: Installation) -> None:
    page.get_by_role("button", name="Have people look again").click()
    page.get_by_text("on the desk again").wait_for()
    there.world.answer(REFUNDS)
    page.reload()


def test_an_incident_is_found_out_acted_on_looked_at_again_and_closed(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path) as there:
        done(suspend_mandate(there.world.office, there.world.owner, name=REFUNDS, why="Refunds went out twice."))
        settle(there.world.office)
        with looking(browser, there) as (page, watch):
            watch.expect("status of 4")
            opened(page, there, "olga")
            assert "Refunds went out twice." in page.inner_text("main")
            assert "estimated from the audits" in page.inner_text("main")
            assert "mandate.suspended" in page.inner_text("main")
            audit_each_way(page)
            page.get_by_role("button", name="Close the incident").click()
            page.get_by_role("alert").wait_for()
            looked_at_again(page, there)
            written(page, "Cause", CAUSE)
            assert CAUSE[:30] in page.inner_text("main")
            written(page, "What was learned", "A test slip each morning.")
            page.get_by_text("Plan an action").click()
            page.get_by_label("What is to be done").fill("Check the feeder.")
            page.get_by_label("Who").select_option(label="Rene")
            page.get_by_label("Until").fill("2030-03-01")
            page.get_by_role("button", name="Plan it").click()
            page.get_by_text("Planned.").wait_for()
            page.get_by_role("button", name="Done").click()
            page.get_by_text("Taken down.").wait_for()
            audit_each_way(page)
            page.get_by_role("button", name="Close the incident").click()
            page.get_by_text("Closed.").wait_for()
        found = done(show_incident(there.world.office, number=1))
        assert isinstance(found.found, ClosedInquiry)


def test_who_may_not_investigate_reads_and_is_told_why(browser: Browser, tmp_path: Path) -> None:
    with installed(tmp_path) as there:
        done(suspend_mandate(there.world.office, there.world.owner, name=REFUNDS, why="Refunds went out twice."))
        with looking(browser, there) as (page, _):
            opened(page, there, "rene")
            assert page.get_by_role("button", name="Close the incident").count() == 0
            assert page.get_by_role("button", name="Have people look again").count() == 0
            assert "may not investigate an incident" in page.inner_text("main")
