"""The server: the API's addresses behind their guard and frame, and nothing that is not asked for."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from licet import __version__
from licet.web.api import (
    answers,
    approvals,
    cases,
    comparisons,
    decisions,
    desk,
    desk_of,
    effects,
    event_logs,
    gate,
    health,
    incidents,
    known,
    ledger,
    mandate,
    outside,
    practice,
    process,
    redesign_plays,
    redesigns,
    reviewers,
    risk,
    runs,
    second_looks,
    session,
    session_outside,
    simulations,
    stop,
    templates,
    values,
    watch,
    workflow_items,
)
from licet.web.desk import Desk, Service
from licet.web.frame import CODE, Frame
from licet.web.guard import BASE, SCHEMES
from licet.web.pages.every import PAGES
from licet.web.pages.page import say_no, wants_page
from licet.web.pages.static_files import has_htmx
from licet.web.problems import MEDIA_TYPE, Fault, Problem, ProblemError, problem, render, with_message

App = FastAPI
"""A server's app, for whoever passes it on."""

OPENAPI = "/api/v1/openapi.json"
NAMES = {400: "bad_request", 404: "no_such_address", 405: "method_not_allowed", 413: "body_too_large"}
MOST_FAULTS = 20
"""How many things that are wrong with one request are named."""

ABOUT = """Bring cases in, follow them, read the mandate and the watch, press the stop. Every refusal is `application/problem+json`."""
SLUG: dict[str, Any] = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}, "description": "The use case."}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": says, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, says in (("4XX", "Refused, or not a request that can be done."), ("5XX", "Failed, or not ready."))
}


def make_app(service: Service, *extra: APIRouter) -> FastAPI:
    """Makes a server's app.

    Args:
        service: the installation and how it is served.
        extra: further addresses, such as metrics.
    """
    app = addresses()
    app.state.desk = Desk(service)
    for routes in extra:
        app.include_router(routes)
    for page in PAGES:
        app.include_router(page)
    if not has_htmx():
        service.journal("pages.plain", version=__version__)
    app.add_middleware(Frame, limits=service.limits, journal=service.journal, trace=service.trace)
    return app


OF_A_USE_CASE = (
    desk_of,
    cases,
    mandate,
    watch,
    stop,
    effects,
    answers,
    risk,
    gate,
    reviewers,
    known,
    practice,
    incidents,
    comparisons,
    outside,
    runs,
    event_logs,
    process,
    redesigns,
    redesign_plays,
    simulations,
    values,
    workflow_items,
)
"""Addresses below a use case's own."""


def addresses() -> FastAPI:
    """The API's addresses without anything behind them: enough to say what they take."""
    app = FastAPI(
        title="Licet", version=__version__, description=ABOUT, openapi_url=OPENAPI, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    for noun in OF_A_USE_CASE:
        app.include_router(noun.routes, prefix=BASE, responses=REFUSALS)
    app.include_router(risk.catalogue, prefix="/api/v1", responses=REFUSALS)
    app.include_router(gate.times, prefix="/api/v1", responses=REFUSALS)
    app.include_router(templates.routes, prefix="/api/v1", responses=REFUSALS)
    app.include_router(ledger.routes, responses=REFUSALS)
    app.include_router(decisions.routes, responses=REFUSALS)
    app.include_router(session.routes, responses=REFUSALS)
    app.include_router(session_outside.routes, responses=REFUSALS)
    app.include_router(desk.routes, responses=REFUSALS)
    app.include_router(second_looks.routes, responses=REFUSALS)
    app.include_router(known.own, responses=REFUSALS)
    app.include_router(approvals.routes, responses=REFUSALS)
    app.include_router(health.routes, responses=REFUSALS)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _said_no)
    app.openapi = lambda: described(app)  # type: ignore[method-assign] # the way FastAPI's documentation has it
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """What the app takes and gives, in OpenAPI 3.1."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                for status in ("4XX", "5XX"):
                    operation["responses"].get(status, {}).get("content", {}).pop("application/json", None)
                if "{slug}" in path:
                    operation["parameters"] = [SLUG, *operation.get("parameters", [])]
        schema["components"]["securitySchemes"] = dict(SCHEMES)
        app.openapi_schema = schema
    return app.openapi_schema


async def _not_valid(request: Request, error: Exception) -> Response:
    """Says what is wrong with a request, field by field, without repeating what was sent."""
    request.scope[CODE] = "invalid"
    found = error.errors() if isinstance(error, RequestValidationError) else []
    faults = [Fault(where=_where(one["loc"]), says=_says(one)) for one in found[:MOST_FAULTS]]
    first = f"{faults[0].where}: {faults[0].says}" if faults else "It does not say what this address takes."
    detail = first if len(found) <= 1 else f"{first} (and {len(found) - 1:,} more)"
    return render(_told(request, problem("invalid", detail, "See the schema at " + OPENAPI, errors=faults)))


def _told(request: Request, found: Problem) -> Problem:
    """A problem in the words that whoever asks reads."""
    return with_message(found) if request.url.path.startswith("/v1/") else found


def _where(place: Sequence[str | int]) -> str:
    source, *rest = place or ("body",)
    return "".join(f"/{step}" for step in rest) or "/" if source == "body" else str(rest[-1] if rest else source)


def _says(one: dict[str, Any]) -> str:
    return str(one["msg"]).removeprefix("Value error, ")


async def _said_no(request: Request, error: Exception) -> Response:
    """A refusal of ours, or of the framework, in the same form."""
    if isinstance(error, ProblemError):
        request.scope[CODE] = error.problem.code
        return say_no(request, error.problem) if wants_page(request) else render(_told(request, error.problem))
    status = error.status_code if isinstance(error, HTTPException) else 400
    headers = error.headers if isinstance(error, HTTPException) else None
    code = request.scope[CODE] = NAMES.get(status, "bad_request")
    found = problem(code, problem(code, "").title)
    if wants_page(request):
        return say_no(request, found)
    return render(_told(request, found), {name: value for name, value in (headers or {}).items() if name.lower() == "allow"})
