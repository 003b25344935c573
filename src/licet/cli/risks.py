"""Commands on risk: the questions, the answers, the tier that follows, and the obligations that come with it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.obligation import Obligation
    from licet.core.risk import Effect, Rule
    from licet.core.risk_questions import Question
    from licet.store.risks import StoredRisk


@click.group(cls=Commands, context_settings=CONTEXT)
def risk() -> None:
    """How much care a use case takes: questions in plain words, and the tier that follows from the answers."""


@risk.command("questions", context_settings=CONTEXT)
@click.option("--template", is_flag=True, help="Print a file to fill in, for `licet risk answer --file`.")
@json_option
def questions(*, template: bool, as_json: bool) -> None:
    """Show the risk questions, with the answers each takes, from the mildest to the harshest."""
    from licet.core.risk import NO_ANSWERS
    from licet.core.risk_questions import QUESTIONNAIRE, QUESTIONS
    from licet.edge.risk_file import risk_file

    data = {"questionnaire": QUESTIONNAIRE, "questions": [_question_json(one) for one in QUESTIONS]}
    lines = [plain(line) for line in risk_file(NO_ANSWERS).splitlines()] if template else [line for q in QUESTIONS for line in _asked(q)]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@risk.command("answer", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--file", "file", type=click.Path(path_type=Path), help="A YAML file of `question: answer` lines.")
@click.option("--set", "pairs", multiple=True, metavar="QUESTION=ANSWER", help="One answer; it counts before the file. Repeatable.")
@click.option("--afresh", is_flag=True, help="Forget earlier answers: what is not answered now is unknown.")
@usual
def answer(  # noqa: PLR0913 - one command, all its options
    slug: str, file: Path | None, pairs: Sequence[str], acting: str | None, home: str | None, *, afresh: bool, as_json: bool
) -> None:
    """Answer risk questions as owner, builder or risk; approvals are void, and a mandate that this makes too lenient is suspended."""
    from licet.edge.risk_file import read_risk_file
    from licet.flows.assess_risk import answer_risk
    from licet.flows.office import who

    given = {**({} if file is None else read_risk_file(file)), **dict(_pair(one) for one in pairs)}
    if not given:
        message = "Nothing was answered. Give --set QUESTION=ANSWER, or --file with what `licet risk questions --template` prints."
        raise click.UsageError(message)
    with at_work(home) as office:
        done = granted(answer_risk(office, who(office, acting), name=slug, answers=given, afresh=afresh))
    suspended = None if done.suspended is None else done.suspended.active.id
    data = {**_risk_json(slug, done.risk), "was": None if done.was is None else done.was.value, "suspended": suspended}
    lines = list(_shown(slug, done.risk))
    lines += [] if suspended is None else [f"[red]The mandate {plain(suspended)} is suspended:[/] it was granted at a milder tier."]
    said(data, lines, as_json=as_json)


@risk.command("affirm", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--digest", help="Of the answers as you read them (`licet risk show`); default: those that stand now.")
@usual
def affirm(slug: str, *, digest: str | None, acting: str | None, home: str | None, as_json: bool) -> None:
    """Say, as risk or as an owner of another use case, that the answers are right; the fast lane passes nothing without it."""
    from licet.core.ids import Digest
    from licet.flows.affirm_risk import affirm_risk
    from licet.flows.assess_risk import show_risk
    from licet.flows.office import who

    with at_work(home) as office:
        stands = show_risk(office, name=slug)
        read = digest or ("" if stands is None else stands.digest)
        done = granted(affirm_risk(office, who(office, acting), name=slug, digest=Digest(read)))
    given, passed = done.affirmation, None if done.passed is None else done.passed.request.id
    data: dict[str, Json] = {
        "use_case": slug, "version": given.version, "digest": given.digest, "by": given.by, "at": given.at.isoformat(), "passed": passed,
    }  # fmt: skip
    lines = [f"[bold]{plain(slug)}[/]: answers version {given.version} affirmed ({given.digest})."]
    lines += [] if passed is None else [f"Passed by the fast lane: {plain(passed)}. Next: licet mandate grant {plain(slug)} --as OWNER"]
    said(data, lines, as_json=as_json)


@risk.command("show", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def show(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show the tier, what each answer does to it, and what would lower it."""
    from licet.flows.affirm_risk import affirmations_of
    from licet.flows.assess_risk import show_risk

    with at_work(home) as office:
        found, affirmed = show_risk(office, name=slug), affirmations_of(office, name=slug)
    if found is None:
        lines = [f"[bold]{plain(slug)}[/]: nobody answered the risk questions yet.", f"Next: licet risk answer {plain(slug)} --as BUILDER"]
        said({"use_case": slug, "tier": None, "version": None}, lines, as_json=as_json)
        return
    data = {**_risk_json(slug, found), "affirmed": [{"by": one.by, "at": one.at.isoformat()} for one in affirmed]}
    outside = "also from outside the team" if affirmed or found.by_risk else "by the team alone: licet risk affirm SLUG --as RISK"
    said(data, [*_shown(slug, found), f"Judged {outside}."], as_json=as_json)


@risk.command("obligations", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--on", "on", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day that is asked about; default: today.")
@home_option
@json_option
def obligations(slug: str | None, on: datetime | None, home: str | None, *, as_json: bool) -> None:
    """List what laws and frameworks ask, from when on, and what Licet shows for it; no legal advice."""
    from licet.core.obligation import DISCLAIMER
    from licet.core.obligations import EDITION
    from licet.flows.list_obligations import list_obligations

    with at_work(home) as office:
        found = list_obligations(office, name=slug, on=None if on is None else on.date())
    data = {
        "use_case": slug,
        "on": found.on.isoformat(),
        "edition": EDITION,
        "disclaimer": DISCLAIMER,
        "obligations": [obligation_json(one, found.on) for one in found.obligations],
    }
    lines = [line for one in found.obligations for line in _listed(one, found.on)]
    said(cast("dict[str, Json]", data), [*lines, f"[dim]{DISCLAIMER} As of {EDITION}.[/]"], as_json=as_json)


def _pair(raw: str) -> tuple[str, str]:
    code, equals, value = raw.partition("=")
    if not equals:
        message = f"{raw!r} is not QUESTION=ANSWER, such as undo=day."
        raise click.BadParameter(message, param_hint="--set")
    return code.strip(), value.strip()


def _asked(question: "Question") -> Iterator[str]:
    yield f"[bold]{question.code}[/]: {question.asks}"
    if question.helps:
        yield f"  [dim]{question.helps}[/]"
    yield from (f"  {option.code:16} {option.says}" for option in question.options)


def _shown(slug: str, stored: "StoredRisk") -> Iterator[str]:
    from licet.core.risk import Tier, effects, holding

    yield f"[bold]{plain(slug)}[/]: {stored.tier.value} (answers version {stored.version}, {stored.digest[:12]})"
    if not stored.complete:
        yield "[red]Not everything is answered for today's questions; what is unknown counts as the harshest answer.[/]"
    for effect in effects(stored.answers):
        yield f"  {effect.question.code:18} {plain(effect.answer):16} {_effect(effect)}"
    held = holding(stored.answers)
    if held and stored.tier is not Tier.LOW:
        yield f"To be less than {stored.tier.value}, all of these must cease: {', '.join(_rule(rule) for rule in held)}."


def _effect(effect: "Effect") -> str:
    from licet.core.risk_questions import UNKNOWN

    if not effect.because:
        return "[dim]raises nothing[/]"
    first = effect.because[0]
    alone = "" if len(first.when) == 1 else f" (with {', '.join(code for code, _ in first.when if code != effect.question.code)})"
    because = "because nobody answered" if effect.answer == UNKNOWN else "because of this answer"
    return f"{because}{alone}: at least {effect.at_least.value}. {first.says}"


def _rule(rule: "Rule") -> str:
    return " and ".join(code for code, _ in rule.when)


def _listed(one: "Obligation", on: date) -> Iterator[str]:
    since = f"since {one.applies_from.isoformat()}" if one.applies(on) else f"not before {one.applies_from.isoformat()}"
    applies = since if one.source.law else "by choice"
    yield f"[bold]{one.source.value}, {one.place}[/] ({', '.join(one.concerns)}; {applies}): {one.says}"
    yield f"  evidence for it: {', '.join(one.evidence)}" + (f" [dim]To check: {one.check}[/]" if one.check else "")


def _question_json(question: "Question") -> Json:
    options = [{"code": option.code, "says": option.says} for option in question.options]
    return {"code": question.code, "asks": question.asks, "helps": question.helps, "options": cast("list[Json]", options)}


def _risk_json(slug: str, stored: "StoredRisk") -> dict[str, Json]:
    from licet.core.risk import effects, holding

    return {
        "use_case": slug,
        "tier": stored.tier.value,
        "version": stored.version,
        "digest": stored.digest,
        "questionnaire": stored.answers.questionnaire,
        "answered_by": stored.by,
        "answered_at": stored.at.isoformat(),
        "by_risk": stored.by_risk,
        "complete": stored.complete,
        "personal_data": stored.personal_data,
        "answers": [_effect_json(effect) for effect in effects(stored.answers)],
        "held_by": [_rule_json(rule) for rule in holding(stored.answers)],
    }


def _effect_json(effect: "Effect") -> Json:
    return {
        "question": effect.question.code,
        "answer": effect.answer,
        "at_least": effect.at_least.value,
        "because": [rule.code for rule in effect.because],
        "without": effect.without.value,
    }


def _rule_json(rule: "Rule") -> Json:
    return {"rule": rule.code, "when": dict(rule.when), "at_least": rule.at_least.value, "says": rule.says}


def obligation_json(one: "Obligation", on: date) -> Json:
    """An obligation as JSON."""
    return {
        "id": one.id,
        "source": one.source.value,
        "place": one.place,
        "says": one.says,
        "concerns": [party.value for party in one.concerns],
        "applies_from": one.applies_from.isoformat(),
        "applies": one.applies(on),
        "by_choice": not one.source.law,
        "evidence_for": [kind.value for kind in one.evidence],
        "to_check": one.check,
    }
