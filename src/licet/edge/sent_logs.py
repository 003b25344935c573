"""Reading event logs that are sent to the server: as files, out of a folder that is gone when they are read."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from licet.core.log_reading import LogWish, ReadLog
from licet.core.refusal import Refused
from licet.edge.bad_file import BadFileError
from licet.edge.event_log_files import MEDIA_TYPES, read_event_log


def read_sent_log(raw: bytes, media_type: str, wish: LogWish, *, now: datetime) -> ReadLog | Refused:
    """Reads a log as it was sent.

    Args:
        raw: the body of the request.
        media_type: what it was sent as; one of `MEDIA_TYPES`.
        wish: what was said of it.
        now: events more than a day after it cannot have happened.
    """
    form = MEDIA_TYPES.get(media_type)
    if form is None:
        why = f"{media_type!r} is no media type of an event log."
        return Refused(code="not_an_event_log", why=why, remedy=f"Send one of {', '.join(MEDIA_TYPES)}.")
    with TemporaryDirectory(prefix="licet-log-") as folder:
        file = Path(folder) / "log"
        file.write_bytes(raw)
        try:
            return read_event_log(file, wish, now=now, form=form)
        except BadFileError as bad:
            where = "" if bad.line is None else f"line {bad.line:,}: "
            column = "" if bad.column is None else f"column {bad.column!r}: "
            return Refused(code="not_an_event_log", why=f"{where}{column}{bad.why}", remedy=bad.remedy)
