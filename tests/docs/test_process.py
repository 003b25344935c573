"""What the documentation says of event logs is what the code does."""

import re
from pathlib import Path

from licet.core.log_quality import SENTENCES
from licet.edge import gunzip, log_columns, log_xes, outside_json, tables
from licet.edge.event_log_files import MEDIA_TYPES
from licet.web.api import event_logs

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_finding_is_explained_and_none_that_is_not() -> None:
    odd = (DOCS / "process.md").read_text("utf-8").partition("## What is odd")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in odd.splitlines() if line.startswith("| `")]
    assert {code for row in rows for code in re.findall(r"`(\w+)`", row)} == set(SENTENCES)


def test_the_limits_are_those_of_the_readers() -> None:
    text = " ".join((DOCS / "process.md").read_text("utf-8").split())
    said = (
        f"{gunzip.UNPACKED_LIMIT // 2**30} GiB",
        f"{log_xes.TAG_LIMIT // 2**20} MiB",
        f"more than {log_xes.DEPTH_LIMIT} deep",
        f"{tables.COLUMN_LIMIT:,} columns",
        f"more than {outside_json.WHOLE_LIMIT // 2**20} MiB",
        f"{log_columns.MOST_ROWS:,} rows or {log_columns.MOST_ACTIVITIES:,} activities",
    )
    assert not [one for one in said if one not in text]


def test_the_media_types_are_those_that_are_read() -> None:
    assert set(event_logs.MEDIA_TYPES) <= set(MEDIA_TYPES)
    assert all(one in (DOCS / "api.md").read_text("utf-8") for one in event_logs.MEDIA_TYPES)
