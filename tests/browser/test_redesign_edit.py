"""Writing a redesign in a browser: AI is chosen for a step, simulated and seen; faults stand beside fields; hostile names are text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from licet.core.event_log import EventLog
from licet.core.redesign import Doer, Merge, Redesign, StepPlan
from licet.edge.redesign_form import REDESIGN_FILE, REDESIGN_TEXT, redesign_from
from licet.edge.yaml_tree import tree_of
from licet.flows.see_redesign import newest_redesign
from licet.flows.simulate_redesign import simulate_redesign
from licet.stats.simulated_process import Plan
from licet.testing import done
from tests.browser.installation import CONTRACTS, FORECAST, REFUNDS, REPLIES, WARRANTY, Installation, installed
from tests.browser.seeing import audit, audit_each_way, looking, signed_in
from tests.flows.redesigning import WHOLE, office_log, with_log

LONG = "\u00e9" * 300
HOSTILE = ("<script>alert(1)</script>", "check\u202etxt.exe", LONG)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of these tests alone, which change it; one use case has a log whose steps have hostile names."""
    with installed(tmp_path_factory.mktemp("edited")) as found:
        with_log(found.world, FORECAST, renamed(office_log(80), HOSTILE))
        with_log(found.world, WARRANTY, office_log(70))
        yield found


def renamed(log: EventLog, steps: tuple[str, ...]) -> EventLog:
    return replace(log, activities=steps)


def at(slug: str) -> str:
    return f"/use-cases/{slug}/redesign/edit"


def test_ai_is_chosen_for_a_step_by_keyboard_simulated_and_seen(browser: Browser, mine: Installation) -> None:
    with looking(browser, mine) as (page, watch):
        signed_in(page, mine, mine.people["olga"]).goto(f"/use-cases/{WARRANTY}/redesign")
        page.get_by_role("link", name="Write a redesign").click()
        expect(page.get_by_text("It begins with the process as it is.")).to_be_visible()
        row = page.get_by_role("row", name="check")
        expect(row).to_contain_text("70 times")
        page.get_by_label("What people call it").fill("AI checks")
        chosen = page.get_by_label("What becomes of it: check")
        chosen.focus()
        page.keyboard.type("AI decides")
        expect(row.get_by_label("Share of the cases that AI decides alone")).to_be_visible()
        expect(chosen).to_be_focused()
        audit_each_way(page)
        watch.expect("status of 422")
        page.get_by_role("button", name="Simulate").click()
        expect(page.get_by_role("alert")).to_contain_text("to put right")
        wrong = row.get_by_label("Share of the cases that AI decides alone")
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("What people call it")).to_have_value("AI checks")
        audit_each_way(page)
        wrong.fill("0.5")
        row.get_by_label("Seconds that AI takes for a case").fill("2")
        page.get_by_label("Share audited of what AI decides alone").fill("0.1")
        page.get_by_role("button", name="Simulate").click()
        page.wait_for_url(f"**/use-cases/{WARRANTY}/redesign")
        result_is_seen(page)
    made = newest_redesign(mine.world.office, name=WARRANTY).simulated
    assert made is not None
    assert made.by == mine.people["olga"].id


def result_is_seen(page: Page) -> None:
    """Waits until what came out is there; the page asks by itself."""
    expect(page.get_by_role("heading", name="Who does which step")).to_be_visible(timeout=90_000)
    expect(page.locator("#steps").locator("..")).to_contain_text("check: AI decides alone")
    expect(page.locator("#run")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_visible()
    assert page.inner_text("main").count("Nobody said how soon") == 1


def test_a_redesign_that_a_file_said_comes_back_from_the_page_unchanged(browser: Browser, mine: Installation) -> None:
    assumed = replace(WHOLE.steps["check"].assumed, time_saved=0.25)
    whole = replace(
        WHOLE,
        title="All of it \u202e",
        decides="Both",
        steps={"Both": StepPlan(by=Doer.AI_PROPOSES, assumed=assumed)},
        merged=(Merge(steps=("register", "check"), into="Both", time=0.8),),
        reviewers=replace(WHOLE.reviewers, from_hour=7.5, days=("sat", "mon"), skilled_for=("Both",)),
    )
    done(simulate_redesign(mine.world.office, mine.world.owner, whole, name=REFUNDS, plan=Plan(replications=2)))
    with looking(browser, mine) as (page, _):
        signed_in(page, mine, mine.people["bo"]).goto(at(REFUNDS))
        assert downloaded(page) == whole
        page.get_by_label("Share of the time that stays").first.fill("0.5")
        assert downloaded(page) == replace(whole, merged=(replace(whole.merged[0], time=0.5),))


def downloaded(page: Page) -> Redesign:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download redesign.yaml").click()
    assert waiting.value.suggested_filename == "redesign.yaml"
    return redesign_from(tree_of(REDESIGN_FILE, waiting.value.path().read_text("utf-8"), REDESIGN_TEXT))


def test_faults_are_named_beside_their_fields_in_the_words_of_the_rules(browser: Browser, mine: Installation) -> None:
    with looking(browser, mine) as (page, watch):
        signed_in(page, mine, mine.people["olga"]).goto(at(REPLIES))
        watch.expect("status of 422")
        page.get_by_label("What people call it").fill("Odd")
        page.get_by_label("Reviewers", exact=True).fill("many")
        page.get_by_label("Cases are to be done within, hours").fill("0")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#hint-people")).to_contain_text("'many' is not a whole number.")
        page.get_by_label("Reviewers", exact=True).fill("0")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#hint-people")).to_contain_text("0 is not from 1 to 10,000.")
        expect(page.locator("#hint-hours")).to_contain_text("0.0 is not in (0, 87,600].")
        page.get_by_role("alert").get_by_role("link", name="Reviewers").click()
        assert page.url.endswith("#field-people")
        page.get_by_label("Reviewers", exact=True).fill("")
        page.get_by_label("Cases are to be done within, hours").fill("")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("It can be simulated.")).to_be_visible()
        audit(page)


def test_without_script_each_choice_works_by_sending_the_form(browser: Browser, mine: Installation) -> None:
    context = browser.new_context(base_url=mine.address, java_script_enabled=False)
    page = context.new_page()
    signed_in(page, mine, mine.people["olga"]).goto(at(REPLIES))
    page.get_by_label("What people call it").fill("One beside the other")
    first, second = (one.get_attribute("name") or "" for one in page.locator("td.becomes select").all()[:2])
    for name in (first, second):
        page.locator(f"[name={name}]").select_option("beside")
    page.get_by_role("button", name="Show the fields that the choices need").click()
    for name in (first, second):
        page.locator(f"[name={name.removesuffix('becomes')}beside]").select_option("A")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_label("What people call it")).to_have_value("One beside the other")
    expect(page.get_by_text("It can be simulated.")).to_be_visible()
    page.get_by_role("button", name="Simulate").click()
    page.wait_for_url(f"**/use-cases/{REPLIES}/redesign")
    for _ in range(60):
        if page.get_by_role("link", name="Look again").count() == 0:
            break
        page.wait_for_timeout(1000)
        page.get_by_role("link", name="Look again").first.click()
    expect(page.get_by_text("side by side")).to_be_visible()
    context.close()


def test_hostile_names_of_steps_are_plain_text_and_come_back_as_they_were(browser: Browser, mine: Installation) -> None:
    with looking(browser, mine) as (page, _):
        signed_in(page, mine, mine.people["olga"]).goto(at(FORECAST))
        rows = page.locator("table th[scope=row]").all_inner_texts()
        assert {HOSTILE[0], "check[U+202E]txt.exe", LONG} <= set(rows)
        assert "\u202e" not in page.content()
        page.get_by_label("What people call it").fill("Hostile")
        page.get_by_label("What becomes of it: check[U+202E]txt.exe").select_option("removed")
        page.get_by_label(f"What becomes of it: {HOSTILE[0]}").select_option("moved")
        row = page.get_by_role("row", name=HOSTILE[0])
        row.get_by_label("Done right after").select_option(label=LONG)
        audit_each_way(page)
        found = downloaded(page)
        assert found.removed == (HOSTILE[1],)
        assert [(move.step, move.after) for move in found.moved] == [(HOSTILE[0], LONG)]


def test_a_play_is_stopped_and_a_step_that_the_newest_log_does_not_know_can_be_let_go(browser: Browser, mine: Installation) -> None:
    with looking(browser, mine) as (page, watch):
        signed_in(page, mine, mine.people["olga"]).goto(f"/use-cases/{CONTRACTS}/redesign")
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("It was stopped before its end.")).to_be_visible()
        mine.world.clock.pass_time(timedelta(hours=1))
        with_log(mine.world, CONTRACTS, renamed(office_log(90), ("register", "look", "close")))
        signed_in(page, mine, mine.people["olga"]).goto(at(CONTRACTS))
        row = page.get_by_role("row", name="check")
        expect(row).to_contain_text("the newest event log does not know it")
        watch.expect("status of 422")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("alert")).to_contain_text("'check' is no step of the event log.")
        row.get_by_label("What becomes of it: check").select_option("stays")
        page.get_by_label("The step that this use case decides").select_option("")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("It can be simulated.")).to_be_visible()


def test_who_may_not_simulate_reads_and_is_told_so_in_words(browser: Browser, mine: Installation) -> None:
    with looking(browser, mine) as (page, watch):
        watch.expect("status of 403")
        signed_in(page, mine, mine.people["rita"]).goto(f"/use-cases/{REFUNDS}/redesign")
        expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
        answer = page.goto(at(REFUNDS))
        assert answer is not None
        assert answer.status == 403
        assert "owner" in page.inner_text("main").lower()
