"""Commands that play a practice round: past cases, one's own answer first, then AI's advice, then the truth and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.cases import typed
from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, plain, said, usual
from licet.cli.known_answers import rate_json
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.practice_round import RoundFigures
    from licet.flows.after_round import AfterRound
    from licet.flows.play import CaseToPlay, Explained, RoundNow

SAYS = {
    "own": "right, alone",
    "after": "right, in the end",
    "over": "over-reliance",
    "under": "under-reliance",
    "rair": "put right by right advice",
    "rsr": "stayed right",
}
"""What figures are called; as on the page."""


@click.group("round", cls=Commands, context_settings=CONTEXT)
def round_() -> None:
    """Play rounds on past cases: your own answer first, then AI's advice, then the truth and why. It decides nothing."""


@round_.command("start", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--cases", type=int, default=10, show_default=True, help="How many cases the round has.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the case's picture, if it is one.")
@usual
def start(slug: str, cases: int, picture: Path | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Begin a round, or go on with the one that is open; show its next case."""
    from licet.flows.office import who
    from licet.flows.play import begin_round

    with at_work(home) as office:
        now = granted(begin_round(office, who(office, acting), name=slug, cases=cases))
    _tell_now(now, slug, picture, as_json=as_json)


@round_.command("next", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the case's picture, if it is one.")
@usual
def next_(slug: str, picture: Path | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show the next case of the round, or that it is over."""
    from licet.flows.office import who
    from licet.flows.play import round_now

    with at_work(home) as office:
        now = granted(round_now(office, who(office, acting), name=slug))
    _tell_now(now, slug, picture, as_json=as_json)


@round_.command("answer", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("token", metavar="PRACTICE")
@click.argument("answer", metavar="ANSWER")
@usual
def answer(slug: str, token: str, answer: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Give your own first answer, which stays; then AI's advice is shown, or without any the truth. Fields as a JSON object."""
    from licet.edge.folder import load_use_case
    from licet.flows.office import who
    from licet.flows.play import CaseToPlay, answer_in_round

    wanted = typed(answer, load_use_case(folder_of(home, slug)))
    with at_work(home) as office:
        found = answer_in_round(office, who(office, acting), name=slug, token=token, answer=wanted)
    if isinstance(found, CaseToPlay):
        _tell_advice(found, as_json=as_json)
    else:
        _tell_truth(granted(found), slug, as_json=as_json)


@round_.command("settle", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("token", metavar="PRACTICE")
@click.option("--answer", "answer", metavar="ANSWER", help="What you say after the advice. Left out: you keep your answer.")
@usual
def settle(slug: str, token: str, answer: str | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Keep your answer after the advice, or change it; then the truth and why."""
    from licet.edge.folder import load_use_case
    from licet.flows.office import who
    from licet.flows.play import settle_in_round

    wanted = None if answer is None else typed(answer, load_use_case(folder_of(home, slug)))
    with at_work(home) as office:
        found = granted(settle_in_round(office, who(office, acting), name=slug, token=token, answer=wanted))
    _tell_truth(found, slug, as_json=as_json)


@round_.command("show", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--round", "round_id", help="Of this round alone; left out: of all your rounds.")
@usual
def show(slug: str, round_id: str | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say how you did alone and with AI, and where AI is strong and weak for this work; nobody else is shown it."""
    from licet.flows.after_round import after_round
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(after_round(office, who(office, acting), name=slug, round_id=round_id))
    shown = found.every if found.this is None else found.this
    strong: list[Json] = [{"answer": one.label, "cases": one.n, "right": rate_json(one.right)} for one in found.strong_and_weak]
    data: dict[str, Json] = {"use_case": slug, "round": round_id, "figures": _figures_json(shown), "ai": rate_json(found.ai)}
    said({**data, "by_answer": strong}, list(_figure_lines(shown, found)), as_json=as_json)


# --- how it is told ------------------------------------------------------------------------------------------------------


def _tell_now(now: "RoundNow", slug: str, picture: Path | None, *, as_json: bool) -> None:
    from licet.cli.practising import content_of
    from licet.core.answer import answer_to_json

    data: dict[str, Json] = {"use_case": slug, "round": now.id, "cases": now.cases, "done": now.done, "advised": now.advised}
    case = now.case
    if case is None:
        lines = [f"The round is over: {now.done} of {now.cases}.", f"Next: licet practise round show {slug} --round {now.id}"]
        said({**data, "practice": None}, lines, as_json=as_json)
        return
    shown, first = content_of(case.body, picture), case.first
    choices = case.form.choices or case.form.known
    lines = [f"[dim]Case {case.place} of {now.cases}[/]", plain(shown)]
    lines += [f"Answers: {plain(', '.join(choices))}"] if choices else []
    lines += [f"Next: licet practise round answer {slug} {case.token} ANSWER"] if first is None else list(_advice_lines(case))
    said_first = None if first is None else answer_to_json(first)
    said({**data, "practice": case.token, "content": shown, "first": said_first}, lines, as_json=as_json)


def _tell_advice(case: "CaseToPlay", *, as_json: bool) -> None:
    from licet.core.answer import answer_to_json

    advice = case.advice
    told: Json = None if advice is None else {
        "answer": answer_to_json(advice.answer), "confidence": advice.confidence, "reason": advice.reason
    }  # fmt: skip
    said({"practice": case.token, "ended": False, "advice": told}, list(_advice_lines(case)), as_json=as_json)


def _advice_lines(case: "CaseToPlay") -> Iterator[str]:
    from licet.core.answer import answer_label

    if case.advice is not None:
        yield f"AI proposes [bold]{plain(answer_label(case.advice.answer))}[/] (confidence {case.advice.confidence:.1%}). It may be wrong."
        if case.advice.reason:
            yield f"Its reason, in its own words: {plain(case.advice.reason)}"
    yield f"Next: licet practise round settle {case.use_case.slug} {case.token}, with --answer to change yours"


def _tell_truth(found: "Explained", slug: str, *, as_json: bool) -> None:
    from licet.core.answer import answer_label, answer_to_json

    data: dict[str, Json] = {
        "practice": found.shown.token,
        "ended": True,
        "first_right": found.first_right,
        "right": found.final_right,
        "truth": answer_to_json(found.truth),
        "basis": found.basis.value,
        "advice_right": found.advice_right,
    }
    word = "[green]Right[/]" if found.final_right else "Not what is known"
    lines = [f"{word}: [bold]{plain(answer_label(found.truth))}[/] ({found.basis.value})."]
    if found.advice_right is not None:
        lines.append(f"AI was {'right' if found.advice_right else 'wrong'}; you were {'right' if found.first_right else 'wrong'} at first.")
    for one in found.similar:
        lines.append(f"[dim]A similar past case, by the record {plain(answer_label(one.truth))} (similarity {one.similarity:.2f})[/]")
    said(data, [*lines, f"Next: licet practise round next {slug}"], as_json=as_json)


def _figures_json(shown: "RoundFigures") -> Json:
    return {name: rate_json(getattr(shown, name)) for name in SAYS}


def _figure_lines(shown: "RoundFigures", found: "AfterRound") -> Iterator[str]:
    from licet.core.refusal import Unknown

    for name, says in SAYS.items():
        one = getattr(shown, name)
        if isinstance(one, Unknown):
            yield f"{says}: unknown ({one.why})"
        else:
            yield f"{says}: {one.hits:,} of {one.n:,}, {one.rate:.1%} ({one.low:.1%} to {one.high:.1%})"
    for each in found.strong_and_weak:
        right = each.right
        words = "too few to say" if isinstance(right, Unknown) else f"{right.rate:.1%} ({right.low:.1%} to {right.high:.1%})"
        yield f"[dim]AI where {plain(each.label)} is right: {words}, {each.n:,} cases[/]"
