"""The command that holds a judge against people: its agreement, what labels are worth beside it, and an estimate."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, plain, said, usual
from licet.cli.known_answers import ceiling_json
from licet.cli.runs import run_options, running
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.judged import Agreed, Drift, Weighed
    from licet.flows.judge_estimate import JudgeEstimate
    from licet.stats.agreement import Rate


@click.command("judge", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--system", "posted_as", metavar="KIND|NAME@VERSION", help="Which system: a kind such as llm, or a posted one.")
@run_options
@usual
def judge(slug: str, *, acting: str | None, home: str | None, as_json: bool, **wish: Any) -> None:  # noqa: ANN401 - click's
    """Hold the judge in judge.py against people, and estimate errors beside it; never a verdict."""
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.evaluate import Request
    from licet.flows.judge_estimate import judge_estimate
    from licet.flows.office import who
    from licet.flows.propose import SYSTEM_KINDS

    folder = folder_of(home, slug)
    told, standard = load_use_case(folder), load_standard(folder)
    kind, posted_as = (wish["posted_as"], None) if wish["posted_as"] in SYSTEM_KINDS else (told.system, wish["posted_as"])
    request = Request(name=slug, on_disk=standard, system=kind, posted_as=posted_as, schema=told.case)
    with at_work(home) as office, running(office, wish, as_json=as_json) as runner:
        found = granted(judge_estimate(office, who(office, acting), request, runner))
    said(_json(found), list(_lines(found)), as_json=as_json)


def _json(found: "JudgeEstimate") -> Mapping[str, Json]:
    from licet.core.refusal import Unknown

    weighed = found.weighed
    estimate, agreed, drift = weighed.estimate, weighed.agreed, weighed.drift
    return {
        "use_case": found.use_case.slug,
        "certificate": False,
        "judge": {"name": found.judge.name, "version": found.judge.version, "digest": found.judge.digest},
        "system": {"name": found.system.name, "version": found.system.version, "fingerprint": found.system.fingerprint},
        "answers": weighed.cases,
        "labelled": weighed.labelled,
        "failed": weighed.failed,
        "unanswered": found.unanswered,
        "agreement": None if isinstance(agreed, Unknown) else _agreed_json(agreed),
        "drift": None if isinstance(drift, Unknown) else _drift_json(drift),
        "strata": [{"answers": one.cases, "labelled": one.labelled, "errors": one.errors} for one in weighed.strata],
        "labels_alone": None if isinstance(weighed.alone, Unknown) else _rate(weighed.alone),
        "estimate": None
        if isinstance(estimate, Unknown)
        else {"rate": estimate.rate, "interval": [estimate.low, estimate.high], "worth": estimate.worth},
        "human_ceiling": ceiling_json(found.ceiling),
        "warnings": list(found.warnings),
    }


def _rate(one: "Rate | None") -> Json:
    return None if one is None else {"hits": one.hits, "n": one.n, "rate": one.rate, "interval": [one.low, one.high]}


def _agreed_json(agreed: "Agreed") -> Json:
    from licet.core.refusal import Unknown

    goes = agreed.correlation
    return {
        "same": _rate(agreed.same),
        "errors_found": _rate(agreed.found),
        "right": _rate(agreed.right),
        "correlation": None if isinstance(goes, Unknown) else {"value": goes.value, "interval": [goes.low, goes.high], "n": goes.n},
        "worth": agreed.worth,
    }


def _drift_json(drift: "Drift") -> Json:
    return {"older": _rate(drift.older), "newer": _rate(drift.newer), "p_value": drift.p_value, "differs": drift.differs}


def _lines(found: "JudgeEstimate") -> Iterator[str]:
    from licet.core.known import ceiling_in_words

    weighed = found.weighed
    yield f"[bold]An estimate, no certificate.[/] {plain(found.judge.name)}@{plain(found.judge.version)} judged {weighed.cases:,} answers "
    yield f"of {plain(found.system.name)}@{plain(found.system.version)}; people labelled {weighed.labelled:,} of these cases."
    yield from _agreed_lines(weighed)
    yield from _estimate_lines(weighed)
    yield f"[dim]{ceiling_in_words(found.ceiling)}[/]"
    if found.unanswered:
        yield f"[dim]{found.unanswered:,} cases have no answer of the system, and are in no number here.[/]"
    for warning in found.warnings:
        yield f"[yellow]note[/] {plain(warning)}"


def _agreed_lines(weighed: "Weighed") -> Iterator[str]:
    from licet.core.refusal import Unknown

    agreed = weighed.agreed
    if isinstance(agreed, Unknown):
        yield f"Its agreement with people is unknown: {agreed.why}."
        return
    yield f"It agrees with people in {_told(agreed.same)}; of the answers they call wrong it finds {_told(agreed.found)}."
    goes = agreed.correlation
    if isinstance(goes, Unknown):
        yield f"Correlation with people is unknown: {goes.why}."
        return
    yield f"Correlation {goes.value:.2f} ({goes.low:.2f} to {goes.high:.2f}): one label counts for {agreed.worth:.1f} at best beside it."


def _estimate_lines(weighed: "Weighed") -> Iterator[str]:
    from licet.core.refusal import Unknown

    estimate, alone = weighed.estimate, weighed.alone
    if isinstance(estimate, Unknown) or isinstance(alone, Unknown):
        yield "Errors are unknown: no case is labelled."
        return
    yield f"Wrong answers, estimated: {estimate.rate:.1%} ({estimate.low:.1%} to {estimate.high:.1%})."
    yield f"From people's labels alone: {_told(alone)}. In this estimate one label counted for {estimate.worth:.2f}."


def _told(one: "Rate | None") -> str:
    return "none, there being none" if one is None else f"{one.rate:.1%} ({one.low:.1%} to {one.high:.1%}, {one.hits:,} of {one.n:,})"
