"""Health: whether the server lives, and whether it can work. Anybody may ask; nothing of the installation is said."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from licet.flows.readiness import Ready, check_readiness
from licet.web.desk import desk_of
from licet.web.problems import ProblemError, problem

routes = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The server answers."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["live", "ready"]


@routes.get("/live")
async def live() -> Live:
    """Whether the server answers at all; it asks nobody else."""
    return Live(status="live")


@routes.get("/ready")
async def ready(request: Request) -> Live:
    """Whether the database can be reached and has the right schema, and a worker was seen lately where one is expected."""
    desk = desk_of(request)
    found = await desk.run(lambda: check_readiness(desk.office, worker_within=desk.service.worker_within))
    if not isinstance(found, Ready):
        raise ProblemError(problem("not_ready", found.why))
    return Live(status="ready")
