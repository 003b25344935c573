"""Statements as the database is sent them: put together once in a process, however often it opens a database of the same kind."""

from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

_AT_MOST: Final = 2000
"""Statements that are kept: more than there are in the store, so that none is put together twice."""

_KEPT: Final = LRUCache[object, object](_AT_MOST)
_KNOWN: Final[dict[tuple[object, ...], Dialect]] = {}


def sharing(engine: Engine) -> Engine:
    """The same engine, which takes from others of this process what they have put together and leaves its own to them.

    What an engine learns of its database when it first connects is shared with it; so only engines that speak to the same server as the
    same user share, and only with one that has connected.

    Args:
        engine: has not connected yet.
    """
    url, own = engine.url, engine.dialect
    kind = (url.drivername, url.host, url.port, url.username)
    known = _KNOWN.get(kind)
    if known is None:
        event.listen(engine, "connect", lambda *_: _KNOWN.setdefault(kind, own))
    else:
        engine.dialect = known
    engine.update_execution_options(compiled_cache=_KEPT)
    return engine
