"""The report: one page that says what AI may do, on which evidence, and what it did since; it opens from disk, alone."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from licet.core.confidence import confidence_in_words
from licet.core.opened import Point
from licet.flows.audit import WatchPoint
from licet.web.charts import Chart, Stretch, error_watch, evidence_watch, percent, risk_coverage
from licet.web.visible import coded, plain

SAFE_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFacts:
    """A measure and what became of it; `errors` and the interval are None while the cases are sealed."""

    name: str
    target: float
    confidence: float
    verdict: str
    bound: float | None
    n: int | None
    needed: int
    errors: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardFacts:
    """What good means: its version and digest, and its rules beside the measures, in sentences."""

    version: int
    digest: str
    state: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionFacts:
    """A region of the standard: how many sealed cases it has, and what is certified of it; None where nothing is."""

    name: str
    verdict: str
    sealed: int
    threshold: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFacts:
    """The newest verdict; coverage, threshold and cases are of the certified region, None where nothing is certified.

    `ceiling`: how far people agree with each other, to stand beside it.
    """

    word: str
    why: str
    digest: str
    look: int
    labelled: int
    sealed: int
    system: str
    fingerprint: str
    opened: bool
    measures: tuple[MeasureFacts, ...]
    coverage: float | None = None
    threshold: float | None = None
    cases: int | None = None
    ceiling: str = ""
    regions: tuple[RegionFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFacts:
    """The risk-coverage curve of opened cases, strict to lenient."""

    points: tuple[Point, ...]
    target: float
    confidence: float
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """A mandate: what it lets AI do, and how it stands. `why` says why it ended; `expires_at` is None while it is only proposed.

    `exposure` is its plan in words, empty where it has none; `narrowed` says that a part of what was granted was taken back.
    """

    id: str
    state: str
    scope: str
    digest: str
    system: str
    target: float
    confidence: float
    audit_rate: float
    planned_audits: int
    daily_cap: int
    expires_at: datetime | None
    why: str = ""
    exposure: str = ""
    narrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """Audits of the mandate's newest round: counts, and the watch after each audit it counted. `waiting` None is not told."""

    points: tuple[WatchPoint, ...]
    simulated: tuple[Stretch, ...]
    drawn: int
    waiting: int | None
    overdue: int
    tripped: bool
    target: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why people decide: a code, its sentence, and how often."""

    code: str
    says: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cases that were made up, how, and how many of them AI decided alone."""

    says: str
    cases: int
    alone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A correction: the answer that counted before it, and the one that counts since."""

    case: int
    number: int
    decided_by: str
    before: str
    answer: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesFacts:
    """What came in, and who decided."""

    alone: int
    to_person: int
    waiting: int
    reasons: tuple[Reason, ...]
    batches: tuple[Batch, ...] = ()
    corrected: int = 0
    corrections: tuple[Mended, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A case's picture, as the bytes of its file."""

    data: bytes
    media_type: str

    @property
    def uri(self) -> str:
        """The picture inside the page itself; empty for what no browser shows."""
        if self.media_type not in SAFE_PICTURES:
            return ""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An error of the AI: what it said and what people say; from a case that everybody may see by now.

    Attributes:
        found: where it came to light: a sealed case that was opened, or an answered audit.
        text: what the case says, where it is not a picture; untrusted.
        simulated: how the case was made up; empty for a real one.
    """

    case: int
    found: str
    said: str
    truth: str
    confidence: float | None
    alone: bool
    picture: Picture | None = None
    text: str = ""
    simulated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Somebody's act: what, who, when, and the digest it is bound to."""

    what: str
    who: str
    at: datetime
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """What went wrong, in words."""

    at: datetime
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything a report shows. What is None or empty is not there yet, and the report says so.

    `about` says which evidence pack the report is in, and `contents` is the digest of everything else in it; empty: none.
    """

    title: str
    slug: str
    made_at: datetime
    labels: tuple[str, ...]
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    standard: StandardFacts | None = None
    verdict: VerdictFacts | None = None
    curve: CurveFacts | None = None
    mandate: MandateFacts | None = None
    audits: AuditFacts | None = None
    cases: CasesFacts | None = None
    signatures: tuple[Signature, ...] = ()
    examples: tuple[Example, ...] = ()
    examples_left_out: bool = False
    incidents: tuple[IncidentFacts, ...] = field(default_factory=tuple)
    about: str = ""
    contents: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first sentence: how it stands, and the rest of it. Tone is good, bad or open."""

    tone: str
    first: str
    rest: str


def render_report(facts: ReportFacts) -> str:
    """Writes the report as one HTML page without scripts and without anything to fetch."""
    charts = _charts(facts)
    return _PAGES.get_template("report.html.j2").render(facts=facts, headline=headline(facts), **charts)


def _charts(facts: ReportFacts) -> dict[str, Chart | None]:
    curve, audits = facts.curve, facts.audits
    risk = None if curve is None or not curve.points else risk_coverage(curve.points, target=curve.target, coverage=curve.coverage)
    if audits is None or not audits.points:
        return {"risk": risk, "error": None, "evidence": None}
    return {
        "risk": risk,
        "error": error_watch(audits.points, target=audits.target, simulated=audits.simulated),
        "evidence": evidence_watch(audits.points, tripped=audits.tripped, simulated=audits.simulated),
    }


def headline(facts: ReportFacts) -> Headline:
    """The report in one sentence."""
    if facts.mandate is not None and facts.mandate.state != "proposed":
        return _by_mandate(facts.mandate)
    verdict = facts.verdict
    if verdict is None:
        return Headline(tone="open", first="Not judged yet.", rest="People decide every case.")
    match verdict.word:
        case "met":
            covered = "" if verdict.coverage is None else f"AI may be trusted with {percent(verdict.coverage)} of the cases. "
            return Headline(tone="good", first="The standard is met.", rest=f"{covered}No mandate is in force: people decide every case.")
        case "not_met":
            return Headline(tone="bad", first="The standard is not met.", rest="People decide every case.")
        case _:
            return Headline(tone="open", first="Undecided: no mandate.", rest=f"{_short_of(verdict)} People decide every case.")


def _short_of(verdict: VerdictFacts) -> str:
    """What an undecided verdict is short of: labels, where no answer could have been enough, else what the verdict itself says."""
    for m in verdict.measures:
        if m.n is not None and m.n < m.needed:
            promise = f"{percent(m.target)} at {confidence_in_words(m.confidence)} confidence"
            some = verdict.labelled < verdict.sealed
            there = f"{m.n:,} labelled ones count so far" if some else f"at most {m.n:,} sealed ones may be decided alone"
            return f"It takes {m.needed:,} cases without a single error to show {promise}; {there}."
    return verdict.why


def _by_mandate(mandate: MandateFacts) -> Headline:
    promise = f"at most {percent(mandate.target)} errors at {confidence_in_words(mandate.confidence)} confidence"
    match mandate.state:
        case "active":
            until = "" if mandate.expires_at is None else f" until {moment(mandate.expires_at)}"
            return Headline(
                tone="good", first="AI decides alone inside its mandate", rest=f"{until.strip()}, with {promise}. People decide the rest."
            )
        case "suspended":
            return Headline(tone="bad", first="The mandate is suspended.", rest=f"{mandate.why} People decide every case.")
        case state:
            return Headline(tone="open", first=f"The mandate is {state}.", rest=f"{mandate.why} People decide every case.".strip())


def moment(at: datetime) -> str:
    """A moment as people write it, in UTC."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _pixels(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _whole(value: int) -> str:
    return f"{value:,}"


def _short(digest: str) -> str:
    return digest[:12]


def _join(words: Sequence[str]) -> str:
    return ", ".join(words)


def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("licet.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"percent": percent, "sure": confidence_in_words, "moment": moment, "px": _pixels}
    pages.filters |= {"whole": _whole, "short": _short, "listed": _join, "coded": coded}
    return pages


_PAGES = _pages()
