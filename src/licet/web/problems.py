"""Problems: how the server says no, always in the one form of RFC 9457, with a name that programs can rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.core.refusal import CODES, Refused

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:licet:problem:"

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "The request is not one that can be read."),
    "not_json": (400, "The body is not one JSON document in UTF-8."),
    "no_such_address": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address does not take this method."),
    "too_slow": (408, "The body took too long to arrive."),
    "body_too_large": (413, "The body is larger than the server takes."),
    "address_too_long": (414, "The address is longer than the server takes."),
    "unsupported_media_type": (415, "The body must be application/json, in UTF-8 and not compressed."),
    "invalid": (422, "The request is JSON, but does not say what this address takes."),
    "headers_too_large": (431, "The headers are larger than the server takes."),
    "bug": (500, "The server failed. The id names the entry in its log."),
    "database_busy": (503, "The database is busy or cannot be reached; nothing was done."),
    "not_ready": (503, "The server is not ready to work."),
}
"""What goes wrong without a rule saying no: name to status and meaning. The reference in the docs is tested against it."""

STATUS: Mapping[str, int] = {
    "token_not_valid": 401,
    "session_ended": 401,
    "sign_in_failed": 401,
    "scope_missing": 403,
    "account_disabled": 403,
    "confirmation_needed": 403,
    "identity_refused": 403,
    "identity_unavailable": 503,
    "no_identity_provider": 404,
    "no_event_log": 404,
    "no_such_item": 404,
    "no_such_step": 404,
    "not_an_event_log": 422,
    "not_from_here": 403,
    "file_not_read": 422,
    "nothing_measured": 422,
    "sign_in_needed": 403,
    "too_many_guesses": 429,
    "person_needed": 403,
    "not_permitted": 403,
    "not_the_owner": 403,
    "same_person": 403,
    "not_there": 404,
    "no_such_action": 404,
    "no_such_known_answer": 404,
    "no_such_person": 404,
    "no_mandate": 404,
    "backlog_full": 429,
}
"""The status of refusals; all others are 409: what was asked for does not fit how things stand."""

CONFLICT = 409
RETRY_AFTER: Mapping[str, int] = {"too_many_guesses": 60, "backlog_full": 5, "database_busy": 2, "not_ready": 2}
"""After how many seconds it is worth trying again."""


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field(description="Where, as a JSON pointer into the body, or the name of a header or parameter.")
    says: str = Field(description="What is wrong there. What was sent is not repeated.")


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="A stable name of the problem: `urn:licet:problem:` and its code.")
    title: str = Field(description="What the code means.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="The code, for programs.")
    detail: str = Field(description="What happened here, in a sentence.")
    remedy: str = Field(default="", description="What to do next; empty where there is nothing to do.")
    errors: list[Fault] = Field(default_factory=list, description="All that is wrong with the request, where there is more to say.")
    message: str | None = Field(default=None, description="`detail` and `remedy` again, below `/v1/`: what clients of OpenAI's APIs show.")
    id: str | None = Field(default=None, description="Names the entry in the server's log, where the server failed.")


class ProblemError(HTTPException):
    """Carries a problem out of a request."""

    def __init__(self, problem: Problem) -> None:
        """Takes the problem."""
        super().__init__(problem.status, problem.detail, headers=headers_of(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    status: int
    title: str


def _named(code: str) -> _Named:
    if code in PROBLEMS:
        status, title = PROBLEMS[code]
        return _Named(status=status, title=title)
    return _Named(status=STATUS.get(code, CONFLICT), title=CODES[code])


def problem(code: str, detail: str, remedy: str = "", *, errors: Sequence[Fault] = (), log_id: str | None = None) -> Problem:
    """A problem by its code, which is one of `PROBLEMS` or a refusal's."""
    named = _named(code)
    return Problem(
        type=TYPE + code,
        title=named.title,
        status=named.status,
        code=code,
        detail=detail,
        remedy=remedy,
        errors=list(errors),
        id=log_id,
    )


def refusal(refused: Refused) -> ProblemError:
    """A refusal as the server says it."""
    return ProblemError(problem(refused.code, refused.why, refused.remedy))


def invalid(where: str, says: str) -> ProblemError:
    """A request of which one thing is wrong."""
    return ProblemError(problem("invalid", f"{where}: {says}", errors=[Fault(where=where, says=says)]))


def with_message(found: Problem) -> Problem:
    """A problem as clients of the decision protocols show it, too."""
    return found.model_copy(update={"message": f"{found.detail} {found.remedy}".strip()})


def headers_of(found: Problem) -> dict[str, str]:
    """The headers a problem comes with."""
    headers: dict[str, str] = {}
    if found.code in RETRY_AFTER:
        headers["Retry-After"] = str(RETRY_AFTER[found.code])
    if found.code == "token_not_valid":
        headers["WWW-Authenticate"] = "Bearer"
    if found.code in {"body_too_large", "too_slow", "headers_too_large", "address_too_long"}:
        headers["Connection"] = "close"
    return headers


def render(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that says a problem."""
    return Response(
        found.model_dump_json(exclude_none=True),
        status_code=found.status,
        media_type=MEDIA_TYPE,
        headers={**headers_of(found), **(headers or {})},
    )
