"""Static files: style sheet, scripts and nothing else, at addresses that hold the digest of what is there, to be kept for good."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from licet.web.frame import ROUTE
from licet.web.problems import ProblemError, problem

AT = "/static"
HTMX = "htmx-4.min.js"
EDITABLE = "licet-static"
"""Where an editable install keeps what the build hook copied: beside the package, in a folder nobody can import from."""

TYPES: Mapping[str, str] = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
NOT_MODIFIED = 304
KEPT = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file as it is sent; `small` is the same, compressed."""

    name: str
    media_type: str
    digest: str
    data: bytes = field(repr=False)
    small: bytes = field(repr=False)

    @property
    def address(self) -> str:
        """Where it is, as long as it says this."""
        return f"{AT}/{self.digest}/{self.name}"


def load() -> dict[str, StaticFile]:
    """Reads every static file once. `htmx-4.min.js` is missing where Licet was not installed; pages work without it, as plain forms."""
    found = {one.name: one.read_bytes() for one in files("licet.web").joinpath("static").iterdir() if Path(one.name).suffix in TYPES}
    htmx = _installed(HTMX) if HTMX not in found else None
    if htmx is not None:
        found[HTMX] = htmx
    return {name: _file(name, data) for name, data in sorted(found.items())}


def _installed(name: str) -> bytes | None:
    try:
        place = Path(str(distribution("licet").locate_file(f"{EDITABLE}/{name}")))
    except PackageNotFoundError:
        return None
    return place.read_bytes() if place.is_file() else None


def _file(name: str, data: bytes) -> StaticFile:
    digest = hashlib.sha256(data).hexdigest()[:20]
    return StaticFile(name=name, media_type=TYPES[Path(name).suffix], digest=digest, data=data, small=gzip.compress(data, 9, mtime=0))


FILES = load()
routes = APIRouter(include_in_schema=False)


def address_of_file(name: str) -> str:
    """Where a static file is; for templates, which get no page done with a name that is none."""
    return FILES[name].address


def has_htmx() -> bool:
    """Whether pages can be live; else they are plain forms."""
    return HTMX in FILES


@routes.get(AT + "/{digest}/{name}")
async def read(digest: str, name: str, request: Request) -> Response:
    """A static file, to whoever knows its digest; there is nothing secret in it."""
    request.scope[ROUTE] = AT
    found = FILES.get(name)
    if found is None or found.digest != digest:
        raise ProblemError(problem("no_such_address", "There is no such file, or it says something else by now."))
    tag = f'"{found.digest}"'
    headers = {"Cache-Control": KEPT, "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.small, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.data, media_type=found.media_type, headers=headers)
