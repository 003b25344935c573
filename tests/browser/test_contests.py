"""The contests page: somebody senior decides blind, by keyboard; the reviewer reads why; who may be asked the case reads no answers."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.core.answer import Choice, answer_label
from licet.core.case import TextContent
from licet.core.desk import HELD_FOR, Commit, Handed
from licet.core.history import PastCase, Shares
from licet.flows.contest import Verdict, contest, settle_contest
from licet.flows.desk import next_case
from licet.flows.figures import own_figures
from licet.flows.hold import commit, take_effect
from licet.flows.plant import set_share
from licet.testing import World, done, past_cases
from tests.browser.installation import Installation, installed
from tests.browser.seeing import audit_each_way, looking, signed_in

MAILS = "supplier-mails"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202e"
WRONG = {"yes": "no", "no": "yes"}


def _hostile(one: PastCase) -> PastCase:
    said = one.body.content
    assert isinstance(said, TextContent)
    return replace(one, body=replace(one.body, content=TextContent(text=f"{said.text} {HOSTILE}")))


@pytest.fixture(scope="module")
def contested(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which Rene contests two known answers, in hostile words."""
    del browser
    with installed(tmp_path_factory.mktemp("contests"), seeded=False) as there:
        world = there.world
        world.use_case(MAILS)
        rows = [_hostile(one) for one in past_cases(60, name="known")]
        world.import_cases(MAILS, rows, shares=Shares(build=100, calibration=0, sealed=0))
        world.sign(MAILS)
        done(set_share(world.office, world.owner, name=MAILS, share=0.2))
        for _ in world.deliver(MAILS, past_cases(60, name="new")):
            pass
        for _ in range(3):
            _answer_a_planted_one(world)
        for one in done(own_figures(world.office, world.reviewer, name=MAILS)).known:
            done(contest(world.office, world.reviewer, name=MAILS, token=one.token, why=f"The letter says so {HOSTILE}"))
        yield there


def _answer_a_planted_one(world: World) -> None:
    for _ in range(60):
        case = next_case(world.office, world.reviewer, name=MAILS)
        assert isinstance(case, Handed), case
        planted = "known" in str(case.body.content)
        truth = case.body.attributes["truth"]
        answer = Choice(value=WRONG[truth] if planted else truth)
        commit(world.office, world.reviewer, Commit(token=case.token, lease=case.lease.name, answer=answer, key=case.token))
        world.clock.pass_time(HELD_FOR)
        take_effect(world.office)
        if planted:
            return
    raise AssertionError("none was planted")


def seen_by(page: Page, there: Installation, name: str) -> Page:
    """The page of contests, as somebody sees it."""
    signed_in(page, there, there.people[name])
    page.goto("/contests")
    return page


def test_somebody_senior_decides_blind_and_by_keyboard(browser: Browser, contested: Installation) -> None:
    with looking(browser, contested) as (page, watch):
        seen_by(page, contested, "sven")
        expect(page.locator('.nav a[href="/contests"] .count')).to_contain_text("3")
        assert "The letter says so" not in page.content(), "why it is contested would tell the senior what to say"
        assert HOSTILE[:20] not in page.content(), "whoever only looks through the list must not know which case has a known answer"
        audit_each_way(page)
        page.get_by_role("link", name="Decide").first.press("Enter")
        page.wait_for_selector("#case")
        assert HOSTILE.rstrip("\u202e") in page.inner_text("main")
        assert "The letter says so" not in page.content()
        audit_each_way(page)
        watch.expect("status of 422")
        assert page.locator(".options .option span").all_inner_texts() == ["no", "yes", "Another answer"]
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        expect(page.locator("#fault-why")).to_be_visible()
        page.keyboard.press("n")
        page.keyboard.type("I see yes <b>here</b>")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url("**/settled")
        told = page.inner_text("main")
        assert "The letter says so" in told
        assert "I see yes <b>here</b>" in told
        assert "The contest is upheld." in told or "The known answer stands." in told
        audit_each_way(page)
        page.goto("/contests")
        assert page.get_by_role("link", name="Decide").count() == 2
        audit_each_way(page)


def test_the_reviewer_reads_why_a_contest_was_decided_so(browser: Browser, contested: Installation) -> None:
    one = done(own_figures(contested.world.office, contested.world.reviewer, name=MAILS)).known[0]
    said = Verdict(answer=one.truth, why="I see yes <b>here</b>")
    settle_contest(contested.world.office, contested.people["sven"], name=MAILS, token=one.token, said=said)
    with looking(browser, contested) as (page, _):
        signed_in(page, contested, contested.people["rene"])
        page.goto("/people/me")
        assert "Why it was decided so: I see yes <b>here</b>" in page.inner_text("main")
        audit_each_way(page)


def test_who_answers_cases_reads_no_open_contest_and_nobody_decides_their_own(browser: Browser, contested: Installation) -> None:
    (one, *_) = done(own_figures(contested.world.office, contested.world.reviewer, name=MAILS)).known
    address = f"/contests/{MAILS}/{one.token}"
    with looking(browser, contested) as (page, watch):
        for status in (403, 404, 422):
            watch.expect(f"status of {status}")
        seen_by(page, contested, "olga")
        assert "The letter says so" not in page.inner_text("main").replace("decided", ""), "an owner may be given this very case"
        assert page.get_by_role("link", name="Decide").count() == 0
        seen_by(page, contested, "rene")
        assert "Nothing is contested" in page.inner_text("main")
        for path in (address, f"{address}/settled"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status >= 400
            assert f"Known {answer_label(one.truth)}" not in page.inner_text("main")
        seen_by(page, contested, "rita")
        assert "The letter says so" in page.inner_text("main"), "risk answers no cases, and reads it at any time"
        audit_each_way(page)


def test_it_works_without_any_script(browser: Browser, contested: Installation) -> None:
    context = browser.new_context(base_url=contested.address, java_script_enabled=False)
    try:
        page = seen_by(context.new_page(), contested, "sven")
        page.get_by_role("link", name="Decide").first.click()
        page.check("input[name=known][value=no]")
        page.fill("#why-words", "As the guideline says.")
        page.click("#commit")
        assert "As the guideline says." in page.inner_text("main")
    finally:
        context.close()
