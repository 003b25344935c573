"""Logs of Inspect: `.eval` (a zip file, also of a run that crashed) and `.json`, sample by sample."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from licet.core.canonical import Json
from licet.core.outside_rows import Claim, Outcome, OutsideFile, Provenance, Row, count, graded
from licet.edge.outside_json import Object, items, moment, named, number, objects, parsed, part, texts, whole
from licet.edge.zip_entries import Zip

EVAL, JSON = "inspect", "inspect-json"
TOOL = "Inspect"
HEADER, START, SUMMARIES = "header.json", "_journal/start.json", "summaries.json"
_SAMPLE = re.compile(r"samples/.+\.json")
_JOURNAL = re.compile(r"_journal/summaries/\d+\.json")

VALUES: Mapping[str, tuple[Outcome, float]] = {
    "C": (Outcome.PASSED, 1.0),
    "I": (Outcome.FAILED, 0.0),
    "P": (Outcome.GRADED, 0.5),
    "N": (Outcome.FAILED, 0.0),
    "yes": (Outcome.PASSED, 1.0),
    "true": (Outcome.PASSED, 1.0),
    "no": (Outcome.FAILED, 0.0),
    "false": (Outcome.FAILED, 0.0),
}
"""Words that a score may be: correct, incorrect, partial, no answer, and yes or no."""
BY_RULE = frozenset({"match", "includes", "pattern", "answer", "exact", "f1", "choice", "math"})
"""Inspect's own scorers in which no model has a say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What a log says of its run: `scorers` are the names that samples have scores by, `epochs` how often each case was asked."""

    provenance: Provenance
    scorers: tuple[str, ...]
    epochs: int
    results: Json

    def rows(self, sample: Object) -> Iterator[Row]:
        """The rows of one sample: one for each score; a sample that broke has none that counts."""
        case, contents = named(sample.get("id")) or "", _contents(sample)
        scores = sample.get("scores")
        found = dict(_scores(scores)) if isinstance(scores, Mapping) else {}
        broke = sample.get("error") is not None
        for measure in found or dict.fromkeys(self.scorers or ("score",)):
            outcome, score = (Outcome.ERRORED, None) if broke else found.get(measure, (Outcome.UNSCORED, None))
            yield Row(case=case, measure=measure, outcome=outcome, score=score, contents=contents, judged=_judged(measure))

    def claims(self) -> Iterator[Claim]:
        """What the log's results say; only where each case was asked once, since Inspect reduces epochs before it counts."""
        for one in objects(part(self.results, "scores")) if self.epochs == 1 else ():
            scorer, name = named(one.get("scorer")) or "", named(one.get("name")) or ""
            measure = name if name == scorer else f"{scorer}.{name}"
            said = {
                "scored": one.get("scored_samples"),
                "unscored": one.get("unscored_samples"),
                "mean": part(one, "metrics", "accuracy" if part(one, "metrics", "accuracy") else "mean", "value"),
            }
            for says, raw in said.items():
                value = number(raw)
                if value is not None:
                    yield Claim(says=says, value=value, measure=measure)


def read_eval(path: Path) -> OutsideFile:
    """Reads a log in Inspect's zip form.

    Samples are read one at a time. A run that crashed has no `header.json`; what its journal says of it is taken in that place.

    Raises:
        BadFileError: when the file is damaged, hostile, or no log.
    """
    opened = Zip.at(path)
    there = set(opened.names)
    head = next((name for name in (HEADER, START) if name in there), None)
    crashed = HEADER not in there
    run = _run(None if head is None else parsed(path, opened.read(head), entry=head), EVAL, crashed=crashed)
    samples = [name for name in opened.names if _SAMPLE.fullmatch(name)]
    kept = [SUMMARIES] if SUMMARIES in there else [name for name in opened.names if _JOURNAL.fullmatch(name)]
    summaries = (one for name in kept for one in objects(parsed(path, opened.read(name), entry=name)))
    findings = ("It has no header.json: the run broke off, and these are the samples that were written before.",) if crashed else ()
    return OutsideFile(
        provenance=run.provenance,
        rows=lambda: _rows(run, (parsed(path, opened.read(name), entry=name) for name in samples)),
        claims=(*run.claims(), *(_of_summaries(run, summaries) if kept else ())),
        findings=findings,
    )


def read_json_log(log: Object) -> OutsideFile:
    """Reads a log in Inspect's JSON form, once it is parsed."""
    run = _run(log, JSON, crashed=False)
    return OutsideFile(provenance=run.provenance, rows=lambda: _rows(run, items(log.get("samples"))), claims=tuple(run.claims()))


def is_json_log(log: Object) -> bool:
    """Whether an object is a log of Inspect."""
    return isinstance(log.get("eval"), Mapping) and "status" in log


def _rows(run: _Run, samples: Iterable[Json]) -> Iterator[Row]:
    return (row for sample in samples if isinstance(sample, Mapping) for row in run.rows(sample))


def _of_summaries(run: _Run, summaries: Iterable[Object]) -> Iterator[Claim]:
    """What the summaries of samples come to, as a claim: samples themselves are what counts."""
    for tally in count(_rows(run, summaries), lambda _: None).tallies:
        for says in ("passed", "failed", "unscored", "errored"):
            yield Claim(says=says, value=getattr(tally, says), measure=tally.name)


def _run(head: Json, form: str, *, crashed: bool) -> _Run:
    told = part(head, "eval")
    ids = items(part(told, "dataset", "sample_ids"))
    planned = len(ids) or whole(part(told, "dataset", "samples"))
    epochs = whole(part(told, "config", "epochs")) or 1
    scorers = tuple(name for one in objects(part(told, "scorers")) if (name := named(one.get("name"))) is not None)
    return _Run(
        provenance=Provenance(
            format=form,
            tool=TOOL,
            version=named(part(told, "packages", "inspect_ai")),
            made_at=moment(part(told, "created")),
            system=named(part(told, "model")),
            planned=planned,
            finished=not crashed and part(head, "status") == "success",
        ),
        scorers=scorers,
        epochs=epochs,
        results=part(head, "results"),
    )


def _scores(scores: Object) -> Iterator[tuple[str, tuple[Outcome, float | None]]]:
    for key, score in scores.items():
        scorer, value = named(key) or "score", part(score, "value")
        if isinstance(value, Mapping):
            yield from ((f"{scorer}.{named(name)}", _value(one)) for name, one in value.items())
        else:
            yield scorer, _value(value)


def _value(value: Json) -> tuple[Outcome, float | None]:
    if isinstance(value, str):
        return VALUES.get(value) or VALUES.get(value.lower()) or (Outcome.UNSCORED, None)
    return graded(value)


def _contents(sample: Object) -> tuple[str, ...]:
    given = sample.get("input")
    if isinstance(given, str):
        return (given,)
    said: Sequence[Json] = [one.get("content") for one in objects(given) if one.get("role") == "user"]
    return tuple(text for one in said for text in texts(one))


def _judged(measure: str) -> bool | None:
    scorer = measure.rpartition("/")[2].partition(".")[0]
    return True if "model_graded" in scorer else False if scorer in BY_RULE else None
