"""Results of promptfoo: its JSON, JSON Lines and CSV exports, result by result."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from licet.core.canonical import Json
from licet.core.outside_rows import Claim, Outcome, OutsideFile, Provenance, Row
from licet.edge.bad_file import BadFileError, shown
from licet.edge.outside_json import Object, items, moment, named, number, objects, part, texts
from licet.edge.tables import Reading, header_of, records_of, rows_of

JSON, LINES, CSV = "promptfoo", "promptfoo-lines", "promptfoo-csv"
TOOL = "promptfoo"
STATUS, SCORE, DESCRIPTION = "Status", "Score", "Description"
NONE, ASSERTION, ERROR = 0, 1, 2
"""What promptfoo's `failureReason` says: nothing failed, an assertion did, or the run of the case broke."""

BY_MODEL = (
    "llm-rubric",
    "model-graded",
    "factuality",
    "g-eval",
    "answer-relevance",
    "context-",
    "pi",
    "select-best",
    "moderation",
    "search-rubric",
)
"""How assertions begin in which a model has the say."""
BY_RULE = frozenset(
    {
        "equals", "contains", "icontains", "contains-all", "contains-any", "icontains-all", "icontains-any", "starts-with", "regex",
        "is-json", "contains-json", "is-xml", "contains-xml", "is-sql", "is-html", "levenshtein", "rouge-n", "bleu", "gleu", "meteor",
        "latency", "cost", "word-count", "finish-reason", "is-refusal",
    }
)  # fmt: skip
"""Assertions in which none has."""
OUTCOMES: Mapping[str, Outcome] = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED, "ERROR": Outcome.ERRORED}


def is_result(record: Object) -> bool:
    """Whether an object is one result of promptfoo."""
    return "gradingResult" in record and "testIdx" in record


def is_results(whole: Object) -> bool:
    """Whether an object is a file of results."""
    return isinstance(part(whole, "results", "results"), list)


def is_table(header: Iterable[str]) -> bool:
    """Whether a header line is that of promptfoo's CSV."""
    return {STATUS, SCORE, "Grader Reason"} <= set(header)


def read_results(whole: Object) -> OutsideFile:
    """Reads the JSON export, once it is parsed."""
    results = part(whole, "results")
    prompts = objects(part(results, "prompts"))
    told = part(whole, "metadata")
    systems = dict.fromkeys(name for one in prompts if (name := named(one.get("provider"))) is not None)
    return OutsideFile(
        provenance=Provenance(
            format=JSON,
            tool=TOOL,
            version=named(part(told, "promptfooVersion")),
            made_at=moment(part(told, "evaluationCreatedAt")) or moment(part(results, "timestamp")),
            system=named(", ".join(systems)),
            planned=len(items(part(whole, "config", "tests"))) or None,
        ),
        rows=lambda: _rows(objects(part(results, "results"))),
        claims=(*_claims(part(results, "stats"), _STATS, None), *_of_prompts(prompts)),
    )


def read_lines(path: Path, reading: Reading) -> OutsideFile:
    """Reads the JSON Lines export, one line at a time. It has no summary."""
    rows = lambda: _rows(record for _, record in records_of(path, reading))  # noqa: E731 - a name for what is passed on
    return OutsideFile(provenance=Provenance(format=LINES, tool=TOOL), rows=rows)


def read_csv(path: Path, reading: Reading) -> OutsideFile:
    """Reads the CSV export, one row at a time. It has no summary."""
    return OutsideFile(provenance=Provenance(format=CSV, tool=TOOL), rows=lambda: _table(path, reading))


def _rows(results: Iterable[Object]) -> Iterator[Row]:
    named_as: dict[str, Json] = {}
    for result in results:
        place = result.get("testIdx")
        told = named(part(result, "testCase", "description"))
        own = told is not None and named_as.setdefault(told, place) == place
        yield Row(
            case=told if own and told is not None else f"{told or 'test'} #{place}",
            measure=_measure(result.get("provider"), result.get("promptIdx")),
            outcome=_outcome(result),
            score=number(result.get("score")),
            contents=(*texts(result.get("vars")), *texts(part(result, "prompt", "raw"))),
            judged=_judged([one.get("type") for one in objects(part(result, "testCase", "assert"))]),
        )


def _measure(provider: Json, prompt: Json) -> str:
    name = named(part(provider, "label")) or named(part(provider, "id")) or named(provider) or "system"
    return f"[{name}] prompt {prompt + 1 if isinstance(prompt, int) else 1}"


def _outcome(result: Object) -> Outcome:
    if result.get("failureReason") == ERROR:
        return Outcome.ERRORED
    passed = result.get("success")
    if not isinstance(passed, bool):
        return Outcome.UNSCORED
    if not passed and result.get("gradingResult") is None and result.get("error"):
        return Outcome.ERRORED
    return Outcome.PASSED if passed else Outcome.FAILED


def _judged(types: list[Json]) -> bool | None:
    said = [str(one).removeprefix("not-") for one in types]
    if any(one.startswith(BY_MODEL) for one in said):
        return True
    return False if said and all(one in BY_RULE for one in said) else None


_STATS = {"successes": "passed", "failures": "failed", "errors": "errored"}
_METRICS = {"testPassCount": "passed", "testFailCount": "failed", "testErrorCount": "errored"}


def _claims(told: Json, words: Mapping[str, str], measure: str | None) -> Iterator[Claim]:
    for name, says in words.items():
        value = number(part(told, name))
        if value is not None:
            yield Claim(says=says, value=value, measure=measure)


def _of_prompts(prompts: Iterable[Object]) -> Iterator[Claim]:
    for place, one in enumerate(prompts):
        yield from _claims(one.get("metrics"), _METRICS, _measure(one.get("provider"), place))


def _table(path: Path, reading: Reading) -> Iterator[Row]:
    header = header_of(path, reading)
    outputs = [name for name in header if name.startswith("[")]
    if len(outputs) != 1:
        why = f"it has {len(outputs)} columns of outputs; one is read."
        raise BadFileError(path, line=1, why=why, remedy="Export JSON, in which each result names its prompt and provider.")
    variables = [name for name in header[: header.index(outputs[0])] if name and name != DESCRIPTION]
    wanted = [STATUS, SCORE, *((DESCRIPTION,) if DESCRIPTION in header else ()), *variables]
    provider = outputs[0][1:].partition("]")[0]
    for line, cells in rows_of(path, wanted, reading):
        status, score, *rest = (str(cell) for cell in cells)
        if status not in OUTCOMES:
            why = f"{shown(status)} is no status; {', '.join(OUTCOMES)} are."
            raise BadFileError(path, line=line, column=STATUS, why=why, remedy="Export it again.")
        told = rest[0] if DESCRIPTION in header else ""
        yield Row(
            case=named(told) or f"line {line}",
            measure=_measure(provider, 0),
            outcome=OUTCOMES[status],
            score=_score(score),
            contents=tuple(rest[1:] if DESCRIPTION in header else rest),
        )


def _score(cell: str) -> float | None:
    try:
        return number(float(cell))
    except ValueError:
        return None
