"""Small files of the shapes in which other tools write their results."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import zstandard

MADE = "2026-03-01T09:00:00+00:00"
LOCAL = "<4sHHHHHIIIHH"
CENTRAL = "<4sHHHHHHIIIHHHHHII"
END = "<4sHHHHIIH"


def zipped(entries: Sequence[tuple[str, bytes]], *, method: int = 93, size: int | None = None) -> bytes:
    """A zip file as Inspect makes it; Python of today cannot write zstd entries. `size` lies about what entries unpack to."""
    body, directory = b"", b""
    for name, plain in entries:
        packed = zstandard.compress(plain) if method == 93 else plain
        told = (method, 0, 0, zlib.crc32(plain), len(packed), len(plain) if size is None else size, len(name.encode()))
        directory += struct.pack(CENTRAL, b"PK\x01\x02", 20, 20, 0, *told, 0, 0, 0, 0, 0, len(body)) + name.encode()
        body += struct.pack(LOCAL, b"PK\x03\x04", 20, 0, *told, 0) + name.encode() + packed
    count = len(entries)
    return body + directory + struct.pack(END, b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)


def as_bytes(value: object) -> bytes:
    """A value as JSON, in which NaN is written as Python and JavaScript write it."""
    return json.dumps(value).encode()


def header(cases: int, *, status: str = "success", accuracy: float = 0.5, scorer: str = "exact") -> dict[str, object]:
    """What an Inspect log says of its run."""
    return {
        "version": 2,
        "status": status,
        "eval": {
            "created": MADE,
            "model": "mock/model",
            "packages": {"inspect_ai": "0.3.285"},
            "dataset": {"samples": cases, "sample_ids": [f"c{k}" for k in range(cases)]},
            "config": {"epochs": 1},
            "scorers": [{"name": scorer}],
        },
        "results": {"scores": [{"name": scorer, "scorer": scorer, "scored_samples": cases, "metrics": {"accuracy": {"value": accuracy}}}]},
    }


def sample(k: int, value: object, *, scorer: str = "exact", **more: object) -> dict[str, object]:
    """One sample of an Inspect log."""
    return {"id": f"c{k}", "epoch": 1, "input": f"case {k}", "scores": {scorer: {"value": value}}, **more}


def inspect_eval(path: Path, samples: Sequence[Mapping[str, object]], *, crashed: bool = False, planned: int | None = None) -> Path:
    """An Inspect log in its zip form; a crashed one has a journal and no header."""
    head = header(len(samples) if planned is None else planned)
    start = {name: head[name] for name in ("version", "eval")}
    entries = [("_journal/start.json", as_bytes(start))]
    entries += [(f"samples/{one['id']}_epoch_1.json", as_bytes(one)) for one in samples]
    summaries = as_bytes([{name: one[name] for name in one if name != "input"} for one in samples])
    entries.append(("_journal/summaries/1.json", summaries))
    if not crashed:
        entries += [("summaries.json", summaries), ("header.json", as_bytes(head))]
    path.write_bytes(zipped(entries))
    return path


def promptfoo_result(k: int, reason: int, *, kind: str = "equals") -> dict[str, object]:
    """One result of promptfoo; `reason` is 0 none, 1 assertion, 2 error."""
    return {
        "testIdx": k,
        "promptIdx": 0,
        "provider": {"id": "sut", "label": ""},
        "success": reason == 0,
        "score": float(reason == 0),
        "failureReason": reason,
        "gradingResult": None if reason == 2 else {"pass": reason == 0},
        "testCase": {"description": f"c{k}", "assert": [{"type": kind}]},
        "vars": {"input": f"case {k}"},
    }


def promptfoo(path: Path, reasons: Sequence[int], *, claimed: tuple[int, int, int], kind: str = "equals") -> Path:
    """A file of promptfoo with totals of its own, which need not be those of its rows."""
    stats = dict(zip(("successes", "failures", "errors"), claimed, strict=True))
    results = [promptfoo_result(k, reason, kind=kind) for k, reason in enumerate(reasons)]
    whole = {
        "results": {"version": 3, "timestamp": MADE, "prompts": [{"provider": "sut"}], "results": results, "stats": stats},
        "config": {"tests": [{} for _ in reasons]},
        "metadata": {"promptfooVersion": "0.123.1", "evaluationCreatedAt": MADE},
    }
    path.write_bytes(as_bytes(whole))
    return path
