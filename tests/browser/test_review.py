"""The review page by keyboard alone: cases are cleared, withdrawn, skipped and noted, and each kind of answer can be given."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from licet.core.desk import LEASE_LASTS
from licet.core.ids import PersonId
from licet.store.desks import who_cannot_tell
from tests.browser.installation import Installation
from tests.browser.reviewing import (
    DIGITS,
    INTENTS,
    LOADS,
    MAILS,
    OUTCOMES,
    REFUNDS,
    REPLIES,
    SLIPS,
    Reviewer,
    answers,
    at_review,
    reviewing,
)
from tests.browser.seeing import audit_each_way


@pytest.fixture(scope="module")
def there(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Cases of every kind; each test answers some of them."""
    del browser
    with reviewing(tmp_path_factory.mktemp("reviewing"), DIGITS, INTENTS, SLIPS, LOADS, REPLIES, REFUNDS, MAILS, cases=40) as made:
        yield made


@pytest.fixture
def rene(browser: Browser, there: Installation) -> Iterator[Reviewer]:
    """A reviewer at the page; what others left open is nobody's any more."""
    there.world.clock.pass_time(2 * LEASE_LASTS)
    with at_review(browser, there) as (reviewer, _):
        yield reviewer


def given(there: Installation, case: str) -> list[str]:
    """What was answered on a case."""
    return [answer for _, token, answer in answers(there) if token == case]


def test_ten_digits_are_cleared_by_keyboard_alone(there: Installation, rene: Reviewer) -> None:
    rene.open()
    done = [rene.answer(str(k)) for k in range(10)]
    rene.sent()
    assert len(set(done)) == 10
    assert [given(there, case) for case in done] == [[str(k)] for k in range(10)]
    assert "10 today" in rene.text("#counts")


def test_the_next_case_stands_there_before_the_server_has_the_answer(rene: Reviewer) -> None:
    rene.open()
    rene.page.wait_for_timeout(300)
    rene.page.route("**/review/commit", lambda route: None)
    case = rene.case
    rene.press("3", "Enter").moved_from(case)
    assert rene.text(".answer legend") == "Which digit is it?"
    rene.page.unroute("**/review/commit")


def test_enter_without_an_answer_takes_nothing(rene: Reviewer) -> None:
    rene.open()
    case = rene.case
    rene.press("Enter").says("Pick an answer.", "#fault-answer")
    assert rene.case == case


def test_an_answer_is_withdrawn_and_the_case_comes_back_with_it(there: Installation, rene: Reviewer) -> None:
    rene.open()
    case = rene.answer("4")
    rene.sent().says("Withdraw", ".toast").press("z")
    rene.page.wait_for_function("name => document.getElementById('case').dataset.token === name", arg=case)
    assert rene.page.locator(".option input:checked").get_attribute("data-digit") == "4"
    assert given(there, case) == []
    rene.answer("5")
    rene.sent()
    assert given(there, case) == ["5"]


def test_how_long_an_answer_can_be_withdrawn_is_counted_down(rene: Reviewer) -> None:
    rene.open().answer("1")
    rene.says("8 s", ".toast .left").says("7 s", ".toast .left")


def test_a_note_goes_with_the_answer_and_its_letters_are_no_shortcuts(there: Installation, rene: Reviewer) -> None:
    rene.open().press("n")
    rene.page.keyboard.type("smudged, zigzag?")
    assert rene.page.locator("#note-words").input_value() == "smudged, zigzag?"
    case = rene.case
    rene.press("Escape", "7", "Enter").moved_from(case).sent()
    assert given(there, case) == ["7"]


def test_a_case_is_skipped_with_a_reason_and_somebody_else_is_asked(browser: Browser, there: Installation, rene: Reviewer) -> None:
    rene.open()
    case = rene.case
    rene.press("s")
    assert rene.page.locator("#skip input:checked").get_attribute("value") == "This is not my subject"
    rene.press("Enter").moved_from(case)
    assert given(there, case) == []
    with at_review(browser, there, "rosa") as (rosa, _):
        assert rosa.open().case == case


def test_without_a_list_past_answers_are_offered_and_another_one_is_said_on_purpose(there: Installation, rene: Reviewer) -> None:
    rene.open(MAILS)
    assert rene.page.locator(".options .option span").all_inner_texts() == ["no", "yes", "Another answer"]
    case = rene.answer("2")
    second = rene.case
    rene.press("1", "+")
    rene.page.keyboard.type("perhaps")
    assert not rene.page.locator('input[value="no"]').is_checked(), "one answer, not two"
    audit_each_way(rene.page)
    rene.press("Enter").moved_from(second).sent()
    assert (given(there, case), given(there, second)) == (["yes"], ["perhaps"])


def test_who_cannot_tell_says_so_in_two_keys_and_what_was_missing(there: Installation, rene: Reviewer) -> None:
    rene.open()
    case = rene.case
    rene.press("x")
    rene.page.keyboard.type("the last page <b>")
    rene.press("Enter").moved_from(case)
    assert given(there, case) == []
    with there.world.office.book.read() as tx:
        assert there.people["rene"].id in who_cannot_tell(tx, case)


def test_a_case_is_not_skipped_without_a_reason(rene: Reviewer) -> None:
    rene.open().press("s")
    case = rene.case
    rene.page.locator('#skip input[value=""]').check()
    rene.press("Enter")
    rene.page.wait_for_function("() => document.activeElement.id === 'skip-words'")
    assert rene.case == case


def test_the_guideline_opens_and_closes_by_a_key_beside_the_case(rene: Reviewer) -> None:
    rene.open(REFUNDS)
    assert "Change of mind" in rene.text("#guideline")
    rene.press("g")
    assert rene.page.locator("#guideline").get_attribute("open") is None
    assert "version" in rene.text("#guideline")


def test_keys_can_be_changed_and_stay_so(rene: Reviewer) -> None:
    rene.open().press("?")
    rene.page.locator("#key-note").fill("m")
    rene.press("Enter")
    rene.page.wait_for_function("() => !document.getElementById('help').open")
    rene.open().press("m")
    assert rene.page.evaluate("document.activeElement.id") == "note-words"
    rene.press("Escape", "?")
    rene.page.locator("#key-note").fill("g")
    rene.press("Enter").says("taken twice", "#keys-wrong")
    rene.page.locator("#key-note").fill("n")
    rene.press("Enter")
    rene.page.wait_for_function("() => !document.getElementById('help').open")


def test_single_keys_can_be_switched_off_and_digits_answer_all_the_same(there: Installation, rene: Reviewer) -> None:
    rene.open().press("?")
    rene.page.locator("#keys-form [name=on]").uncheck()
    rene.press("Enter")
    rene.page.wait_for_function("() => !document.getElementById('help').open")
    rene.press("n", "s", "x")
    assert rene.page.locator("#note[open], #skip[open]").count() == 0
    case = rene.answer("6")
    rene.sent()
    assert given(there, case) == ["6"]
    rene.page.locator(".help-opener").click()
    rene.page.locator("#keys-form [name=on]").check()
    rene.press("Enter")
    rene.page.wait_for_function("() => !document.getElementById('help').open")


def test_one_of_77_answers_is_found_by_typing_a_part_of_it(there: Installation, rene: Reviewer) -> None:
    rene.open(INTENTS)
    rene.page.keyboard.type("refund 7")
    shown = rene.page.locator("#found li").all_inner_texts()
    assert all("refund" in one and "7" in one for one in shown)
    rene.press("ArrowDown", "Enter")
    assert rene.page.locator("#search-words").input_value() == shown[1]
    case = rene.case
    rene.press("Enter").moved_from(case).sent()
    assert given(there, case) == [shown[1]]
    rene.page.keyboard.type("nothing like it")
    rene.says("No answer fits", "#found")


def test_a_form_of_fields_says_field_by_field_what_is_wrong(there: Installation, rene: Reviewer) -> None:
    rene.open(SLIPS)
    rene.page.get_by_label("Amount").fill("twelve")
    case = rene.case
    rene.press("Enter").says("This is required.", "[data-fault='field.payee']").says("It is no number.", "[data-fault='field.amount']")
    assert rene.page.evaluate("document.activeElement.name") == "field.payee"
    rene.page.keyboard.type("Nord AG")
    rene.page.get_by_label("Amount").fill("120.50")
    rene.press("Enter").moved_from(case).sent()
    assert given(there, case) == ["amount=120.50; due_on=; payee=Nord AG; urgent="]


def test_a_number_has_a_unit_a_range_and_a_step(there: Installation, rene: Reviewer) -> None:
    rene.open(LOADS)
    case = rene.case
    assert "kg" in rene.text(".measured")
    faults = {"50000": "The highest that may be answered is 40000 kg.", "0.3": "Answer in steps of 0.5 kg.", "x": "That is no number."}
    for wrong, says in faults.items():
        rene.page.locator("#answer-field").fill(wrong)
        rene.press("Enter").says(says, "#fault-answer")
    rene.page.locator("#answer-field").fill("4920")
    rene.press("Enter").moved_from(case).sent()
    assert given(there, case) == ["4920"]


def test_a_text_is_taken_only_with_every_line_of_its_rubric(there: Installation, rene: Reviewer) -> None:
    rene.open(REPLIES)
    case = rene.case
    rene.page.keyboard.type("From 9 to 5.")
    rene.press("Enter")
    rene.page.keyboard.type("Every day.")
    rene.press("Control+Enter").says("Make the text do this")
    for box in rene.page.locator(".rubric input").all():
        box.check()
    rene.page.locator("#answer-field").focus()
    rene.press("Control+Enter").moved_from(case).sent()
    assert given(there, case) == ["From 9 to 5.\nEvery day."]


def test_what_ai_proposes_is_shown_only_after_ones_own_answer_which_stays(there: Installation, rene: Reviewer) -> None:
    rene.open(REFUNDS)
    case = rene.case
    assert rene.page.locator(".compare, .badge:has-text('AI')").count() == 0
    assert "62" not in rene.text("#case")
    rene.press("2", "Enter").says("AI proposes", ".compare")
    assert rene.page.locator(".compare dd").all_inner_texts() == [OUTCOMES[1], OUTCOMES[0]]
    rene.press("Enter").moved_from(case).sent()
    assert given(there, case) == [OUTCOMES[1]]


@pytest.mark.parametrize(("keys", "becomes"), [(("c",), OUTCOMES[0]), (("k",), OUTCOMES[2]), (("5", "Enter"), OUTCOMES[4])])
def test_beside_ais_answer_ones_own_is_kept_or_changed(there: Installation, rene: Reviewer, keys: tuple[str, ...], becomes: str) -> None:
    rene.open(REFUNDS)
    case = rene.case
    rene.press("3", "Enter").says("AI proposes", ".compare")
    rene.press(*keys).moved_from(case).sent()
    assert given(there, case) == [becomes]


def test_the_comparison_is_still_there_when_the_page_is_loaded_again(there: Installation, rene: Reviewer) -> None:
    rene.open(REFUNDS)
    case = rene.case
    rene.press("2", "Enter").says("AI proposes", ".compare")
    rene.page.reload()
    rene.ready().says("AI proposes", ".compare").press("k").moved_from(case).sent()
    assert given(there, case) == [OUTCOMES[1]]


def test_a_second_answer_is_withdrawn_and_the_first_one_stays(there: Installation, rene: Reviewer) -> None:
    rene.open(REFUNDS)
    case = rene.case
    rene.press("2", "Enter").says("AI proposes", ".compare")
    rene.press("c").moved_from(case).sent().says("Withdraw", ".toast").press("z").says("AI proposes", ".compare")
    assert rene.page.locator(".compare dd").all_inner_texts()[0] == OUTCOMES[1]
    rene.press("k").moved_from(case).sent()
    assert given(there, case) == [OUTCOMES[1]]


def test_two_reviewers_and_two_tabs_never_have_the_same_case(browser: Browser, there: Installation, rene: Reviewer) -> None:
    rene.open()
    tab = Reviewer(rene.page.context.new_page(), there).open()
    with at_review(browser, there, "rosa") as (rosa, _):
        rosa.open()
        seen = [one.answer("1") for one in (rene, tab, rosa, rene, tab, rosa)]
        for one in (rene, tab, rosa):
            one.sent()
    assert len(set(seen)) == len(seen)
    assert {by for by, token, _ in answers(there) if token in seen} == {PersonId(there.people[name].id) for name in ("rene", "rosa")}
    assert all(len(given(there, case)) == 1 for case in seen)
