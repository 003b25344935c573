"""An evaluation, to be read: met, not met or undecided, by which bounds, and what more cases decided alone would cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.label_next import LabelNext
from licet.core.mandate import ActiveMandate
from licet.core.opened import Miss
from licet.core.outside_evidence import REASONS
from licet.core.run import RunState
from licet.flows.import_evidence import list_evidence
from licet.flows.look_at_errors import list_looks, look_at_errors
from licet.flows.look_closely import Sight
from licet.flows.office import Office
from licet.flows.open_sealed import Figures, figures
from licet.flows.see_comparisons import see_comparisons
from licet.flows.see_label_next import see_label_next
from licet.flows.see_run import RunSeen, newest_run
from licet.flows.tell_evaluation import newest_evaluation
from licet.ports import Pictures
from licet.web.charts import percent, risk_coverage
from licet.web.content import CaseShown, case_shown
from licet.web.desk import desk_of
from licet.web.pages.page import WITH_PICTURES, page_routes, show, viewer_of
from licet.web.pages.run_shown import RunShown, run_shown
from licet.web.pages.use_case import AT, seen_of, sight_of
from licet.web.pages.viewer import Viewer
from licet.web.problems import ProblemError, problem
from licet.web.report import CurveFacts, Headline, ReportFacts, VerdictFacts, headline
from licet.web.told import curve_facts, verdict_facts

FILES = {"xml": "application/xml", "json": "application/json", "csv": "text/csv"}
"""What a verdict may be downloaded as: JUnit, JSON, a table."""
WORST = 8
"""Errors that are shown with their cases."""

routes = page_routes()


@routes.get(AT + "/evaluation")
async def evaluation(request: Request) -> Response:
    """The newest verdict of a use case."""
    viewer, sight = viewer_of(request), await sight_of(request)
    verdict, curve, shown = await viewer.run(lambda: _told(viewer.office, sight))
    misses = () if shown is None else shown.found.misses[:WORST]
    pictures = desk_of(request).service.pictures
    errors = await viewer.run(lambda: _errors(viewer, sight, misses, pictures))
    beside = await viewer.run(lambda: _beside(viewer, sight.use_case.slug))
    drawn = curve is not None and bool(curve.points)
    chart = risk_coverage(curve.points, target=curve.target, coverage=curve.coverage) if curve is not None and drawn else None
    page = show(
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
        shown=None if shown is None else shown.found,
        next_labels=await viewer.run(lambda: _next(viewer, sight, shown)),
        errors=errors,
        files=FILES if desk_of(request).service.write_evaluation is not None else {},
        **beside,
    )
    page.headers["Content-Security-Policy"] = WITH_PICTURES
    return page


def _beside(viewer: Viewer, name: str) -> dict[str, Any]:
    """What stands beside a verdict: a run that goes on, every look, how versions compare, and what other tools measured."""
    return {
        "run": _going(newest_run(viewer.office, name=name)),
        "looks": list_looks(viewer.office, name=name),
        "comparisons": see_comparisons(viewer.office, viewer.by, name=name),
        "outside": list_evidence(viewer.office, name=name),
        "reasons": REASONS,
    }


def _next(viewer: Viewer, sight: Sight, shown: Figures | None) -> LabelNext | None:
    more = None if shown is None else shown.more
    return see_label_next(viewer.office, viewer.by, name=sight.use_case.slug, more=more)


def _told(office: Office, sight: Sight) -> tuple[VerdictFacts | None, CurveFacts | None, Figures | None]:
    """The verdict, and the curve and figures where the sealed cases were opened."""
    if sight.look is None:
        return None, None, None
    shown = figures(office, name=sight.use_case.slug, look=sight.look.look.id)
    seen = replace(seen_of(sight), shown=shown)
    with office.book.read() as tx:
        return verdict_facts(tx, seen), curve_facts(seen), shown


@routes.get(AT + "/evaluation/run")
async def run(request: Request) -> Response:
    """How far the system was asked, fetched again and again while it is."""
    viewer, sight = viewer_of(request), await sight_of(request)
    found = await viewer.run(lambda: newest_run(viewer.office, name=sight.use_case.slug))
    if found is None:
        raise ProblemError(problem("no_such_address", "No system was asked here."))
    return show(request, "evaluation_run.html.j2", use=sight.use_case, run=run_shown(found, request.query_params))


@routes.get(AT + "/evaluation/file/{form}")
async def file(request: Request) -> Response:
    """The newest verdict as a file, with no more in it than the page shows whoever asks."""
    viewer, sight, write = viewer_of(request), await sight_of(request), desk_of(request).service.write_evaluation
    form, slug = str(request.path_params["form"]), sight.use_case.slug
    told = await viewer.run(lambda: newest_evaluation(viewer.office, viewer.by, name=slug))
    if told is None or write is None or form not in FILES:
        why = f"There is no verdict of {slug!r} in the form {form[:20]!r}. Forms are: {', '.join(FILES)}."
        raise ProblemError(problem("no_such_address", why))
    data, at = told
    text = await viewer.run(lambda: write(f".{form}", data, at=at))
    named = {"Content-Disposition": f'attachment; filename="{slug}-evaluation.{form}"'}
    return Response(text, media_type=FILES[form], headers=named)


def _going(found: RunSeen | None) -> RunShown | None:
    """A run that has not ended; what ended is in the verdict."""
    return None if found is None or found.state is RunState.ENDED else run_shown(found, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShown:
    """An error with the case as a page shows it; None where it was erased."""

    miss: Miss
    case: CaseShown | None


def _errors(viewer: Viewer, sight: Sight, misses: Sequence[Miss], pictures: Pictures) -> list[ErrorShown]:
    """The worst errors with what their cases say, for whoever may evaluate."""
    found = look_at_errors(viewer.office, viewer.by, name=sight.use_case.slug, misses=misses) if misses else ()
    return [ErrorShown(miss=one.miss, case=None if one.body is None else case_shown(one.body, pictures)) for one in found]


def _says(sight: Sight, verdict: VerdictFacts) -> Headline:
    """The verdict in one sentence, as the report has it; what AI decides alone, the mandate says."""
    if verdict.word == "met" and isinstance(sight.standing.mandate, ActiveMandate):
        covered = "" if verdict.coverage is None else f"AI may be trusted with {percent(verdict.coverage)} of the cases."
        return Headline(tone="good", first="The standard is met.", rest=covered)
    bare = ReportFacts(
        title=sight.use_case.title, slug=sight.use_case.slug, made_at=sight.at, labels=(), warnings=(), limits=(), verdict=verdict
    )
    return headline(bare)
