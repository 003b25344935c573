"""Commands on known answers: one's own figures, contesting a known answer, deciding a contest, and how many are planted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.known import Ceiling, Figures, Rates
    from licet.core.refusal import Unknown
    from licet.flows.figures import Own, Reviewers
    from licet.stats.agreement import Rate


@click.command("show", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--own", "mine", is_flag=True, help="Your own figures, with each known answer they stand on.")
@usual
def show(slug: str, acting: str | None, home: str | None, *, mine: bool, as_json: bool) -> None:
    """Show reviewers' figures as far as you may see them, and how far people agree; with --own your own."""
    from licet.flows.figures import own_figures, reviewers
    from licet.flows.office import who

    with at_work(home) as office:
        by = who(office, acting)
        if mine:
            own = granted(own_figures(office, by, name=slug))
            said(_own_json(own), list(_own_lines(own)), as_json=as_json)
            return
        found = granted(reviewers(office, by, name=slug))
    said(_all_json(found), list(_all_lines(found)), as_json=as_json)


@click.command("contest", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("token")
@click.option("--why", required=True, help="Why the known answer is wrong.")
@usual
def contest(slug: str, token: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say that a known answer is wrong; it counts for nothing until a senior reviewer decided."""
    from licet.flows.contest import contest as say_wrong
    from licet.flows.office import who

    with at_work(home) as office:
        granted(say_wrong(office, who(office, acting), name=slug, token=token, why=why))
    said({"token": token, "contest": "open"}, ["Contested. It counts for nothing until a senior reviewer decided."], as_json=as_json)


@click.command("contested", context_settings=CONTEXT)
@click.argument("slug")
@usual
def contested(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """List contested cases that you may decide as a senior reviewer; with neither answer."""
    from licet.core.case import body_to_json
    from licet.flows.contest import contested as open_contests
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(open_contests(office, who(office, acting), name=slug))
    cases: list[Json] = [{"token": one.token, "case": body_to_json(one.body)} for one in found]
    lines = [f"{one.token}: {plain(str(one.body.content))}" for one in found]
    said({"cases": cases}, lines or ["Nothing is contested that you may decide."], as_json=as_json)


@click.command("settle", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("token")
@click.option("--answer", "answer", required=True, help="Your own answer on the case; fields as JSON.")
@click.option("--why", default="", help="Why; whoever contests the known answer reads it.")
@usual
def settle(  # noqa: PLR0913 - a command's options
    slug: str, token: str, answer: str, why: str, acting: str | None, home: str | None, *, as_json: bool
) -> None:
    """Decide a contest by answering the case yourself; where you do not give the known answer, it counts for nobody any more."""
    from licet.core.answer import answer_from_json
    from licet.core.canonical import read_json
    from licet.edge.folder import load_use_case
    from licet.flows.contest import Verdict, settle_contest
    from licet.flows.office import who

    kind = load_use_case(folder_of(home, slug)).answer
    try:
        given = answer_from_json(kind, read_json(answer.strip().encode()) if kind.value == "fields" else answer)
    except ValueError as wrong:
        raise click.UsageError(f"{answer!r} is no answer of kind {kind.value}: {wrong}") from wrong
    with at_work(home) as office:
        upheld = granted(settle_contest(office, who(office, acting), name=slug, token=token, said=Verdict(answer=given, why=why)))
    words = "Upheld: it is planted no more, and counts for nobody." if upheld else "The known answer stands."
    said({"token": token, "upheld": upheld}, [words], as_json=as_json)


@click.command("plant", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--share", type=float, required=True, help="Of what the desk hands out: 0.02 for two in a hundred; 0: none.")
@click.option("--errors", type=float, default=0.5, show_default=True, help="Of these, how many are known errors of AI in assisted work.")
@usual
def plant(slug: str, share: float, errors: float, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Set how many known answers are planted among the cases that wait, as the owner."""
    from licet.flows.office import who
    from licet.flows.plant import set_share

    with at_work(home) as office:
        rule = granted(set_share(office, who(office, acting), name=slug, share=share, errors=errors))
    words = f"{rule.share:.1%} of what the desk hands out has a known answer."
    said({"share": rule.share, "errors": rule.errors}, [words], as_json=as_json)


COMMANDS = (show, contest, contested, settle, plant)

# --- how it is told ------------------------------------------------------------------------------------------------------

SAYS = {"caught": "known answers given", "overrides": "AI errors overridden", "rair": "put right by right advice", "rsr": "stayed right"}


def _figures_json(one: "Figures") -> dict[str, Json]:
    rates = _rates_json(one)
    contested: dict[str, Json] = {"contested": one.contested, "with_contested": _rates_json(one.with_contested)}
    facts: dict[str, Json] = {"person": one.person, "name": one.name, "use_case": one.use_case, "answered": one.answered}
    span: dict[str, Json] = {"since": one.since.isoformat(), "until": one.until.isoformat(), "from_record": one.from_record}
    return {**facts, **span, **rates, **contested, "seconds": _number(one.seconds), "estimate": _estimate_json(one)}


def _rates_json(one: "Rates") -> dict[str, Json]:
    return {name: rate_json(getattr(one, name)) for name in (*SAYS, "over")}


def rate_json(found: "Rate | Unknown") -> Json:
    """A share with its interval as JSON; null while it is unknown."""
    from licet.core.refusal import Unknown

    if isinstance(found, Unknown):
        return None
    return {"hits": found.hits, "n": found.n, "rate": found.rate, "low": found.low, "high": found.high}


def _estimate_json(one: "Figures") -> Json:
    from licet.core.refusal import Unknown

    found = one.estimated
    if isinstance(found, Unknown):
        return None
    return {"estimated": True, "right": found.right, "low": found.low, "high": found.high, "n": found.n}


def _number(value: "float | Unknown") -> float | None:
    from licet.core.refusal import Unknown

    return None if isinstance(value, Unknown) else value


def _own_json(own: "Own") -> dict[str, Json]:
    from licet.core.answer import answer_to_json

    known: list[Json] = [
        {
            "token": one.token,
            "said": answer_to_json(one.said),
            "truth": answer_to_json(one.truth),
            "basis": one.basis.value,
            "contest": one.contest.value,
            "counts": one.counts,
        }
        for one in own.known
    ]
    return {"figures": _figures_json(own.figures), "known": known}


def _all_json(found: "Reviewers") -> dict[str, Json]:
    return {"figures": [_figures_json(one) for one in found.figures], "hidden": found.hidden, "ceiling": ceiling_json(found.ceiling)}


def ceiling_json(found: "Ceiling | Unknown") -> Json:
    """The human ceiling as JSON; null while it is unknown."""
    from licet.core.refusal import Unknown

    if isinstance(found, Unknown):
        return None
    return {"same": found.same, "low": found.low, "high": found.high, "cases": found.cases}


def _own_lines(own: "Own") -> Iterator[str]:
    from licet.core.answer import answer_label

    yield from _lines(own.figures)
    for one in own.known:
        right = "[green]right[/]" if one.first_right else f"known: {plain(answer_label(one.truth))}"
        state = "" if one.counts else f", {one.contest.value}, does not count"
        yield f"{one.token}: you said {plain(answer_label(one.said))}, {right} ({one.basis.value}){state}"


def _lines(one: "Figures") -> Iterator[str]:
    from licet.core.refusal import Unknown

    took = "" if isinstance(one.seconds, Unknown) else f", {one.seconds:.3g} s each at the median"
    yield f"[bold]{plain(one.name)}[/]: {one.answered:,} answers{took}"
    yield from _rate_lines(one)
    if one.contested:
        yield f"  [dim]{one.contested:,} known answers are contested and not decided on; with them as they stand:[/]"
        yield from _rate_lines(one.with_contested)
    if not isinstance(one.estimated, Unknown):
        each = one.estimated
        yield f"  right, estimated: {each.right:.1%} ({each.low:.1%} to {each.high:.1%}, {each.n:,} answers)"
    if one.from_record:
        yield f"  [dim]{one.from_record:,} of the known answers stand on the record alone.[/]"


def _rate_lines(one: "Rates") -> Iterator[str]:
    from licet.core.refusal import Unknown

    for name, says in SAYS.items():
        found = getattr(one, name)
        if isinstance(found, Unknown):
            yield f"  {says}: unknown ({found.why})"
        else:
            yield f"  {says}: {found.hits:,} of {found.n:,}, {found.rate:.1%} ({found.low:.1%} to {found.high:.1%})"


def _all_lines(found: "Reviewers") -> Iterator[str]:
    from licet.core.known import ceiling_in_words

    for one in found.figures:
        yield from _lines(one)
    if found.hidden:
        yield f"[dim]{found.hidden:,} people's figures are not yours to see.[/]"
    yield ceiling_in_words(found.ceiling)
