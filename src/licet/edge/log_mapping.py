"""A mapping file: how an event log is read, written by the wizard and kept beside the use case, so that next month's log is read alike."""

from dataclasses import asdict, fields
from pathlib import Path

import yaml

from licet.core.log_reading import LogWish
from licet.edge.bad_file import BadFileError
from licet.edge.form import Flag, Form, filled
from licet.edge.whole import SHARED, written_whole
from licet.edge.yaml_tree import read_tree

_KEYS = frozenset(one.name for one in fields(LogWish))
_FLAGS = frozenset({"day_first", "keep_duplicates"})
_HEAD = """\
# How an event log of this process is read: `licet process import USE_CASE FILE --mapping THIS`. See docs/process.md.
# case, activity, start, end, lifecycle and resource are columns, or keys of attributes; "" says that there is none.
"""


class _MappingForm(Form):
    case: str | None = None
    activity: str | None = None
    start: str | None = None
    end: str | None = None
    lifecycle: str | None = None
    resource: str | None = None
    time_zone: str | None = None
    day_first: Flag | None = None
    delimiter: str | None = None
    encoding: str | None = None
    object_type: str | None = None
    keep_duplicates: Flag | None = None


def read_mapping(path: Path) -> LogWish:
    """Reads a mapping file, YAML or JSON.

    Raises:
        BadFolderError: with all that is wrong, each with its line.
    """
    form = filled(_MappingForm, read_tree(path, _KEYS - _FLAGS), lambda _: _KEYS)
    return LogWish(**form.model_dump())


def write_mapping(path: Path, wish: LogWish) -> None:
    """Writes how a log was read; it reads back equal.

    Raises:
        BadFileError: when it cannot be written.
    """
    said = {name: value for name, value in asdict(wish).items() if value is not None}
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000)
    try:
        with written_whole(path, SHARED) as stream:
            stream.write(_HEAD + text)
    except OSError as error:
        remedy = "Check that the folder exists, has space, and may be written to."
        raise BadFileError(path, why=f"it cannot be written: {error.strerror}.", remedy=remedy) from None
