"""Commands to practise on past cases, and to say what people must show on them."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import click

from licet.cli.cases import typed
from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, plain, said, usual
from licet.cli.practice_rounds import round_
from licet.core.canonical import Json
from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.core.refusal import Unknown

WORKS = ("review", "adjudicate", "approve")
"""The kinds of work that a rule can be about, as `core.qualification.Work` has them; said here so that --help loads no statistics."""

if TYPE_CHECKING:
    from licet.core.qualification import Qualification
    from licet.flows.list_qualified import Standing


@click.group(cls=Commands, context_settings=CONTEXT)
def practise() -> None:
    """Practise on past cases: answer one, and see at once what the record says. It decides nothing."""


practise.add_command(round_)


@practise.command("start", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the case's picture, if it is one.")
@usual
def start(slug: str, picture: Path | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Draw a past case to practise on; the one you were given before, as long as you did not answer it."""
    from licet.flows.office import who
    from licet.flows.practise import next_practice

    with at_work(home) as office:
        case = granted(next_practice(office, who(office, acting), name=slug))
    shown = content_of(case.body, picture)
    data: dict[str, Json] = {"use_case": slug, "practice": case.token, "content": shown}
    said(data, [plain(shown), f"Next: licet practise answer {slug} {case.token} ANSWER"], as_json=as_json)


def content_of(body: CaseBody, picture: Path | None) -> str:
    """What a past case says, as text; a picture is written into a file where one is named."""
    match body.content:
        case TextContent(text=text):
            return text
        case TableContent(cells=cells):
            return "\n".join(f"{name}: {cell}" for name, cell in cells.items())
        case ImageContent(data=data):
            if picture is None:
                return "A picture. The same command with --picture FILE writes it into a file."
            picture.write_bytes(data)
            return f"A picture, written to {picture}."
        case _:
            assert_never(body.content)


@practise.command("answer", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("token", metavar="PRACTICE")
@click.argument("answer", metavar="ANSWER")
@usual
def answer(slug: str, token: str, answer: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Answer a practice case, and see what the record says. ANSWER of kind fields is a JSON object."""
    from licet.core.answer import answer_label, answer_to_json
    from licet.edge.folder import load_use_case
    from licet.flows.office import who
    from licet.flows.practise import answer_practice

    wanted = typed(answer, load_use_case(folder_of(home, slug)))
    with at_work(home) as office:
        told = granted(answer_practice(office, who(office, acting), name=slug, token=token, answer=wanted))
    data: dict[str, Json] = {"use_case": slug, "right": told.right, "truth": answer_to_json(told.truth), "basis": told.basis.value}
    line = f"{'Right' if told.right else 'Not what is known'}: [bold]{plain(answer_label(told.truth))}[/] ({told.basis.value})."
    said(data, [line, f"Next: licet practise start {slug}"], as_json=as_json)


@practise.command("show", context_settings=CONTEXT)
@click.argument("slug")
@usual
def show(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say what your own practice shows, and what you are qualified for."""
    from licet.core.qualification import rule_to_json
    from licet.flows.office import who
    from licet.flows.practise import own_practice

    with at_work(home) as office:
        own = granted(own_practice(office, who(office, acting), name=slug))
    data: dict[str, Json] = {
        "use_case": slug,
        "answered": own.answered,
        "right": own.right,
        "between": None if isinstance(own.between, Unknown) else list(own.between),
        "rule": None if own.rule is None else rule_to_json(own.rule),
        "qualification": _held(own.qualification),
    }
    between = f"unknown ({own.between.why})" if isinstance(own.between, Unknown) else f"{own.between[0]:.1%} to {own.between[1]:.1%}"
    lines = [f"{own.right:,} right of {own.answered:,} practice cases", f"95 % interval: {between}"]
    said(data, [*lines, f"Qualification: {_held(own.qualification)}"], as_json=as_json)


def _held(found: "Qualification | None") -> str:
    from licet.core.qualification import Expired, NotYet, Qualified

    match found:
        case None:
            return "none is asked for"
        case Qualified(until=until, at_least=at_least):
            return f"qualified until {until:%Y-%m-%d}, right in at least {at_least:.1%}"
        case Expired(since=since):
            return f"ended on {since:%Y-%m-%d}"
        case NotYet(needs=needs):
            return f"not yet: {needs} more cases, at best"
        case _:
            assert_never(found)


@click.group(cls=Commands, context_settings=CONTEXT)
def qualification() -> None:
    """What people must show on past cases before they are handed cases of a use case."""


@qualification.command("rule", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--cases", type=int, required=True, help="Past cases in one sitting, such as 60.")
@click.option("--agreement", type=float, required=True, help="What the exact 95 % bound on right answers must reach, such as 0.9.")
@click.option("--days", type=int, default=180, show_default=True, help="How long a qualification is valid.")
@click.option("--work", "works", type=click.Choice(WORKS), multiple=True, help="What nobody does unqualified; may be given more than once.")
@usual
def rule(  # noqa: PLR0913, PLR0917 - a command's options
    slug: str, cases: int, agreement: float, days: int, works: tuple[str, ...], acting: str | None, home: str | None, *, as_json: bool
) -> None:
    """Set the rule, as the owner. Without --work it asks it of whoever reviews or adjudicates; approvers only with `--work approve`."""
    from licet.core.qualification import ASKED_OF, QualificationRule, Work, rule_to_json
    from licet.flows.office import who
    from licet.flows.qualify import set_qualification_rule

    work = frozenset(map(Work, works)) or ASKED_OF
    asked = QualificationRule(cases=cases, agreement=agreement, lasts=timedelta(days=days), work=work)
    with at_work(home) as office:
        made = granted(set_qualification_rule(office, who(office, acting), name=slug, asked=asked))
    lines = [f"Rule {made.version} of {plain(slug)}: {made.cases} cases, at most {made.most_errors} wrong; valid for {days} days."]
    lines.append(f"Asked of whoever is to: {', '.join(sorted(made.work))}.")
    said({"use_case": slug, "rule": rule_to_json(made), "digest": made.digest, "most_errors": made.most_errors}, lines, as_json=as_json)


@qualification.command("show", context_settings=CONTEXT)
@click.argument("slug")
@usual
def team(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show who of the people who may review is ready, and what it takes where not; risk sees who is, without how much is missing."""
    from licet.core.qualification import rule_to_json
    from licet.flows.list_qualified import team_readiness
    from licet.flows.office import who

    with at_work(home) as office:
        found = granted(team_readiness(office, who(office, acting), name=slug))
    data: dict[str, Json] = {
        "use_case": slug,
        "rule": None if found.rule is None else rule_to_json(found.rule),
        "ready": found.ready,
        "people": [{"person": one.person.id, "ready": one.ready, "holds": _stands(one)} for one in found.people],
    }
    asked = "No qualification is asked for." if found.rule is None else f"Asked of whoever is to: {', '.join(sorted(found.rule.work))}."
    lines = [f"{plain(one.person.name)}: {_stands(one)}" for one in found.people]
    said(data, [f"{found.ready:,} of {len(found.people):,} people are ready. {asked}", *lines], as_json=as_json)


def _stands(one: "Standing") -> str:
    from licet.core.qualification import Qualified

    if one.holds is None:
        return "ready" if one.ready else "not ready"
    return f"qualified until {one.holds.until:%Y-%m-%d}" if isinstance(one.holds, Qualified) else _held(one.holds)
