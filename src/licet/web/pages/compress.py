"""Compression of pages: only where no page of another site asked for one, so that what is measured from outside tells nothing (BREACH)."""

import gzip
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

LEAST_BYTES: Final = 1000
LEVEL: Final = 6
OWN: Final = frozenset({None, "same-origin", "none"})
"""From where a request may come whose answer is compressed, as the browser says it: our own page, a typed address, or no browser."""


def compressed(request: Request, response: Response) -> Response:
    """Compresses a page's body in place, where it is worth it and the browser takes it.

    A page of another site can send a browser here again and again, with words of its choice in the address, and whoever watches
    the line sees how long each answer is. What such a page asks for is never compressed, and the one secret in a page, the token
    that each change carries, is said in another way each time (`core.account.masked`).
    """
    response.headers["Vary"] = "Accept-Encoding, Sec-Fetch-Site"
    body = bytes(response.body)
    takes = "gzip" in request.headers.get("accept-encoding", "")
    if not takes or len(body) < LEAST_BYTES or request.headers.get("sec-fetch-site") not in OWN:
        return response
    response.body = gzip.compress(body, LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    return response
