"""An evaluation, to be read: met, not met or undecided, by which bounds, and what more cases decided alone would cost."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from licet.core.mandate import ActiveMandate
from licet.core.outside_evidence import REASONS
from licet.flows.import_evidence import list_evidence
from licet.flows.look_closely import Sight
from licet.flows.office import Office
from licet.flows.open_sealed import figures
from licet.web.charts import percent, risk_coverage
from licet.web.pages.page import page_routes, show, viewer_of
from licet.web.pages.use_case import AT, seen_of, sight_of
from licet.web.report import CurveFacts, Headline, ReportFacts, VerdictFacts, headline
from licet.web.told import curve_facts, verdict_facts

routes = page_routes()


@routes.get(AT + "/evaluation")
async def evaluation(request: Request) -> Response:
    """The newest verdict of a use case."""
    viewer, sight = viewer_of(request), await sight_of(request)
    verdict, curve = await viewer.run(lambda: _told(viewer.office, sight))
    outside = await viewer.run(lambda: list_evidence(viewer.office, name=sight.use_case.slug))
    drawn = curve is not None and bool(curve.points)
    chart = risk_coverage(curve.points, target=curve.target, coverage=curve.coverage) if curve is not None and drawn else None
    return show(
        request,
        "evaluation.html.j2",
        here="portfolio",
        use=sight.use_case,
        verdict=verdict,
        says=None if verdict is None else _says(sight, verdict),
        curve=curve,
        chart=chart,
        look=sight.look,
        names=sight.names,
        outside=outside,
        reasons=REASONS,
    )


def _told(office: Office, sight: Sight) -> tuple[VerdictFacts | None, CurveFacts | None]:
    """The verdict, and the curve where the sealed cases were opened."""
    if sight.look is None:
        return None, None
    shown = figures(office, name=sight.use_case.slug, look=sight.look.look.id)
    seen = replace(seen_of(sight), shown=shown)
    with office.book.read() as tx:
        return verdict_facts(tx, seen), curve_facts(seen)


def _says(sight: Sight, verdict: VerdictFacts) -> Headline:
    """The verdict in one sentence, as the report has it; what AI decides alone, the mandate says."""
    if verdict.word == "met" and isinstance(sight.standing.mandate, ActiveMandate):
        covered = "" if verdict.coverage is None else f"AI may be trusted with {percent(verdict.coverage)} of the cases."
        return Headline(tone="good", first="The standard is met.", rest=covered)
    bare = ReportFacts(
        title=sight.use_case.title, slug=sight.use_case.slug, made_at=sight.at, labels=(), warnings=(), limits=(), verdict=verdict
    )
    return headline(bare)
