"""The report says what is so, opens alone, and shows untrusted text as nothing but text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.opened import Point
from licet.flows.audit import WatchPoint
from licet.stats.bounds import confidence_sequence, upper_bound
from licet.web.charts import Chart, Frame, Note, Stretch, error_watch, evidence_watch, percent, risk_coverage, spread
from licet.web.report import (
    AuditFacts,
    Batch,
    CasesFacts,
    CurveFacts,
    Example,
    IncidentFacts,
    MandateFacts,
    MeasureFacts,
    Picture,
    Reason,
    RegionFacts,
    ReportFacts,
    Signature,
    StandardFacts,
    VerdictFacts,
    render_report,
)
from licet.web.visible import visible

NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=https://x.example/a>{{ 7*7 }}\u202egnp.exe\u200b&amp;"
VOID = {"meta", "img", "br", "rect", "line", "path", "circle"}


def curve(n: int = 200) -> tuple[Point, ...]:
    points = []
    for k in range(10, n + 1, 10):
        errors = max(0, k - 150) // 10
        points.append(
            Point(threshold=1 - k / 1000, coverage=k / 220, n=k, errors=errors, upper=upper_bound(errors=errors, n=k, delta=0.05))
        )
    return tuple(points)


def watched(losses: str, *, line: float = 6000.0) -> tuple[WatchPoint, ...]:
    points, errors, evidence = [], 0, 1.0
    for at, loss in enumerate(losses, start=1):
        errors += int(loss)
        evidence = (evidence + 1) * (9.0 if loss == "1" else 0.85)
        low, high = confidence_sequence(errors=errors, n=at, delta=0.05)
        points.append(WatchPoint(audits=at, errors=errors, evidence=evidence, line=line, low=low, high=high))
    return tuple(points)


def judged(text: str) -> VerdictFacts:
    measure = MeasureFacts(
        name=text, target=0.02, confidence=0.95, verdict="met", bound=0.02, n=190, needed=149, errors=3, low=0.004, high=0.04
    )
    return VerdictFacts(
        word="met",
        why="",
        digest="cd" * 32,
        look=1,
        labelled=220,
        sealed=220,
        system=text,
        fingerprint="ef" * 32,
        opened=True,
        measures=(measure,),
        coverage=0.86,
        threshold=0.91,
        cases=190,
        regions=(
            RegionFacts(name=text, verdict="met", sealed=200, threshold=0.91, coverage=0.86),
            RegionFacts(name="other", verdict="undecided", sealed=20, threshold=None, coverage=None),
        ),
    )


def permission(text: str, state: str) -> MandateFacts:
    return MandateFacts(
        id="m_1",
        state=state,
        scope=text,
        digest="12" * 32,
        system=text,
        target=0.02,
        confidence=0.95,
        audit_rate=0.25,
        planned_audits=300,
        daily_cap=1000,
        expires_at=NOW,
        why=text,
    )


def audited(text: str) -> AuditFacts:
    return AuditFacts(
        points=watched("0000000001111"),
        simulated=(Stretch(first=8, last=13, says=text),),
        drawn=15,
        waiting=2,
        overdue=0,
        tripped=True,
        target=0.02,
        confidence=0.95,
    )


def shown(text: str) -> tuple[Example, Example]:
    picture = Picture(data=b"x", media_type="image/png")
    audit = Example(case=1, found="audit 13", said=text, truth=text, confidence=0.99, alone=True, picture=picture)
    sealed = Example(case=2, found="sealed case", said="6", truth="9", confidence=None, alone=False, text=text, simulated=text)
    return audit, sealed


def flowed(text: str) -> CasesFacts:
    reasons = (Reason(code="below_threshold", says=text, cases=70),)
    return CasesFacts(alone=30, to_person=70, waiting=2, reasons=reasons, batches=(Batch(says=text, cases=20, alone=5),))


def facts(*, text: str = "Payment slips", state: str = "suspended") -> ReportFacts:
    return ReportFacts(
        title=text,
        slug="payment-slips",
        made_at=NOW,
        labels=("identity: asserted", text),
        warnings=(text,),
        limits=("Exchangeability: only cases like these.",),
        standard=StandardFacts(version=1, digest="ab" * 32, state="countersigned", rules=(text,)),
        verdict=judged(text),
        curve=CurveFacts(points=curve(), target=0.02, confidence=0.95, coverage=0.86),
        mandate=permission(text, state),
        audits=audited(text),
        cases=flowed(text),
        signatures=(Signature(what=text, who=text, at=NOW, digest="34" * 32),),
        examples=shown(text),
        incidents=(IncidentFacts(at=NOW, kind=text, says=text),),
    )


BARE = ReportFacts(title="Mails", slug="mails", made_at=NOW, labels=(), warnings=(), limits=("None of it is proven.",))


class Page(HTMLParser):
    """Reads a page and complains about what is not closed, not named, or fetched from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.seen.append((tag, named))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def tags(self, wanted: str) -> Iterator[dict[str, str | None]]:
        return (named for tag, named in self.seen if tag == wanted)


EVERY = {
    "everything": facts(),
    "active": facts(state="active"),
    "proposed": replace(facts(state="proposed"), audits=None, cases=None, examples=()),
    "sealed": replace(facts(state="active"), curve=None, examples=(), examples_left_out=True),
    "hostile": facts(text=HOSTILE),
    "nothing yet": BARE,
}


@pytest.mark.parametrize("which", EVERY)
def test_a_report_is_whole_and_opens_alone(which: str) -> None:
    raw = render_report(EVERY[which])
    page = Page(raw)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.seen}
    fetched = [
        value for _, named in page.seen for name, value in named.items() if name in {"src", "href", "action", "xlink:href", "srcset"}
    ]
    assert all(value and value.startswith("data:image/") for value in fetched)
    assert not [name for _, named in page.seen for name in named if name.startswith("on") or name == "style"]
    assert not re.search(r"url\((?!#)|@import", raw)
    policy = next(named["content"] for named in page.tags("meta") if named.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("which", EVERY)
def test_whoever_does_not_see_the_page_can_read_it_too(which: str) -> None:
    page = Page(render_report(EVERY[which]))
    assert [tag for tag, _ in page.seen if tag == "h1"] == ["h1"]
    for svg in page.tags("svg"):
        named = str(svg.get("aria-labelledby") or "").split()
        assert svg.get("aria-hidden") == "true" or (named and set(named) <= set(page.ids))
    assert len(list(page.tags("table"))) == len(list(page.tags("caption")))
    assert all(named.get("alt") for named in page.tags("img"))
    assert all(named.get("scope") for named in page.tags("th"))


def test_untrusted_text_is_shown_as_nothing_but_text() -> None:
    raw = render_report(facts(text=HOSTILE))
    assert "<script" not in raw
    assert "https://x.example/a>" not in raw
    assert "{{ 7*7 }}" in raw
    assert "\u202e" not in raw
    assert "\u200b" not in raw
    assert "[U+202E]gnp.exe[U+200B]" in raw


@given(st.text())
def test_no_hidden_character_is_left_in_what_is_shown(text: str) -> None:
    shown = visible(text)
    assert all(char in "\n\t" or char.isprintable() for char in shown)
    assert visible(shown) == shown


def test_a_picture_no_browser_shows_safely_is_left_out() -> None:
    assert Picture(data=b"<svg onload=x>", media_type="image/svg+xml").uri == ""
    assert Picture(data=b"x", media_type='image/png"onload="x').uri == ""


def test_while_the_cases_are_sealed_no_error_of_theirs_is_shown() -> None:
    base = facts(state="active")
    assert base.verdict is not None
    closed = replace(base.verdict.measures[0], errors=None, low=None, high=None)
    sealed = replace(base, curve=None, verdict=replace(base.verdict, opened=False, measures=(closed,)), examples=())
    raw = render_report(sealed)
    assert "Errors stay sealed" in raw
    assert "seen 3 in 190" not in raw
    assert "seen 3 in 190" in render_report(base)


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        (facts(state="suspended"), "The mandate is suspended."),
        (facts(state="active"), "AI decides alone inside its mandate"),
        (facts(state="expired"), "The mandate is expired."),
        (replace(facts(), mandate=None), "The standard is met."),
        (facts(state="proposed"), "The standard is met."),
        (BARE, "Not judged yet."),
    ],
)
def test_the_first_sentence_says_how_it_stands(shown: ReportFacts, first: str) -> None:
    found = re.search(r'<p class="headline \w+"><strong>(.*?)</strong>', render_report(shown))
    assert found is not None
    assert found.group(1) == first


def test_an_honest_no_says_how_many_cases_it_would_take() -> None:
    base = facts().verdict
    assert base is not None
    short = replace(base.measures[0], verdict="undecided", n=89, needed=299, target=0.01, errors=None)
    raw = render_report(replace(BARE, verdict=replace(base, word="undecided", why="Neither is shown.", measures=(short,), coverage=None)))
    assert "It takes 299 cases without a single error to show 1.0% at 95% confidence; at most 89 sealed ones may be decided alone." in raw


def test_simulated_cases_are_marked_wherever_they_are_shown() -> None:
    raw = render_report(facts(text="fed upside down"))
    assert raw.count("simulated: fed upside down") == 3
    assert "Shaded audits are on simulated cases." in raw


def test_a_report_for_strangers_says_that_it_leaves_contents_out() -> None:
    raw = render_report(replace(facts(), examples=(), examples_left_out=True))
    assert "data:image" not in raw
    assert "left out of this report" in raw


# --- charts ------------------------------------------------------------------------------------------------------------


def places(path: str) -> list[tuple[float, float]]:
    numbers = [float(found) for found in re.findall(r"-?[0-9.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def inside(chart: Chart) -> bool:
    f = chart.frame
    values = [place for line in chart.lines if line.kind == "value" for place in places(line.path)]
    return all(f.left - 0.1 <= x <= f.x1 + 0.1 and f.top - 0.1 <= y <= f.y1 + 0.1 for x, y in values)


@given(st.text(alphabet="01", min_size=1, max_size=60), st.sampled_from([0.005, 0.02, 0.1, 0.3]), st.booleans())
def test_what_was_observed_always_lies_inside_its_chart(losses: str, target: float, tripped: bool) -> None:  # noqa: FBT001 - given
    points = watched(losses)
    error, evidence = error_watch(points, target=target, simulated=()), evidence_watch(points, tripped=tripped, simulated=())
    settled = len(points) <= 10 or "1" not in losses[:10]
    assert inside(evidence)
    assert inside(error) or not settled
    assert [len(places(line.path)) for line in evidence.lines] == [len(points)]
    assert bool(evidence.marks) == tripped


@given(st.lists(st.integers(0, 1), min_size=1, max_size=80), st.sampled_from([0.005, 0.02, 0.1]))
def test_a_curve_of_any_errors_lies_inside_its_chart(losses: list[int], target: float) -> None:
    points = []
    for n in range(1, len(losses) + 1):
        errors = sum(losses[:n])
        points.append(Point(threshold=1 - n / 100, coverage=n / 100, n=n, errors=errors, upper=upper_bound(errors=errors, n=n, delta=0.05)))
    chart = risk_coverage(points, target=target, coverage=None)
    assert inside(chart)
    assert chart.shades == ()
    assert "Nothing is certified." in chart.says


def test_the_certified_region_reaches_from_zero_to_its_coverage() -> None:
    chart = risk_coverage(curve(), target=0.02, coverage=0.5)
    (shade,) = chart.shades
    f = chart.frame
    assert shade.x == f.left
    assert shade.x + shade.width == pytest.approx((f.left + f.x1) / 2)


def test_the_trip_is_marked_on_the_far_side_of_its_line() -> None:
    points = watched("00000001111111")
    chart = evidence_watch(points, tripped=True, simulated=(Stretch(first=8, last=14, says="upside down"),))
    assert points[-1].evidence > points[-1].line
    assert chart.marks[0].y < chart.rules[0]
    assert chart.shades[0].says == "simulated: upside down"
    assert "It crossed the trip line of 6,000 at audit 14." in chart.says


@given(st.lists(st.floats(0, 300), min_size=1, max_size=6))
def test_notes_beside_a_chart_never_cover_each_other(heights: list[float]) -> None:
    frame = Frame(width=520, height=280)
    placed = spread([Note(y=y, says="x", kind="value") for y in heights], frame)
    gaps = [later.y - earlier.y for earlier, later in pairwise(placed)]
    assert all(gap >= 14.9 for gap in gaps)
    assert placed[-1].y <= max(frame.y1, frame.top + 15 * (len(placed) - 1)) + 0.1


@pytest.mark.parametrize(
    ("share", "says"),
    [(0.0, "0.0%"), (0.02, "2.0%"), (0.917307, "91.7%"), (0.00051, "0.051%"), (0.005, "0.5%"), (0.0025, "0.25%"), (1.0, "100.0%")],
)
def test_small_shares_keep_two_digits_that_count(share: float, says: str) -> None:
    assert percent(share) == says


# --- colours -----------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_has_the_contrast_that_people_need(theme: int) -> None:
    css = (files("licet.web") / "templates" / "report.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[theme]))
    pairs = [(text, ground) for text in ("text", "muted", "accent", "bound", "bad") for ground in ("bg", "card")]
    pairs += [("bad", "bad-soft"), ("good", "good-soft"), ("open", "open-soft"), ("open", "card")]
    for text, ground in pairs:
        light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
