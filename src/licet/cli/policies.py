"""Commands on policy: who may do what, why not, and how that is changed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, OK, USAGE, Commands, RefusedError, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json
from licet.core.people import Act
from licet.core.refusal import Refused
from licet.settings import find_home

if TYPE_CHECKING:
    from licet.core.policy import Asked, PolicyAnswer
    from licet.core.rules import ProposedRules, RulesInForce
    from licet.edge.policy_corpus import Differs
    from licet.flows.change_rules import Rules

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class AnAct(click.ParamType[Act]):
    """An act by its words, with spaces or hyphens: `"lock a standard"`, `lock-a-standard`."""

    name = "act"

    def convert(self, value: str | Act, param: click.Parameter | None, ctx: click.Context | None) -> Act:
        """Reads an act."""
        named = {act.value: act for act in Act} | {act.value.replace(" ", "-"): act for act in Act}
        found = named.get(value.lower().strip())
        if found is None:
            self.fail(f"{value!r} is no act. There are: {', '.join(act.value for act in Act)}.", param, ctx)
        return found


@click.group(cls=Commands, context_settings=CONTEXT)
def policy() -> None:
    """Who may do what: ask why not, test the policies, and change them with a second person's yes."""


@policy.command("check", context_settings=CONTEXT)
@click.argument("folder", required=False, type=FOLDER)
@home_option
@json_option
def check(folder: Path | None, home: str | None, *, as_json: bool) -> None:
    """Check the policies of a folder (default: `policies/`) against the schema, and say which answers they would change."""
    from licet.core.rules import RuleKind, rules_digest
    from licet.edge.policy_corpus import changed_answers
    from licet.flows.change_rules import rules_of

    text = _text(folder, home)
    with at_work(home) as office:
        office.policies.check(text)
        stands = rules_of(office, kind=RuleKind.POLICY)
    held = "" if stands.in_force is None else stands.in_force.text
    changes = changed_answers(held, text)
    data = {
        "digest": rules_digest(RuleKind.POLICY, text),
        "in_force": held == text,
        "permits_more": [_question_json(one) for one in changes.permitted],
        "refuses_more": [_question_json(one) for one in changes.refused],
    }
    lines = [f"The policies fit the schema. Digest: [bold]{data['digest']}[/]"]
    lines += ["They are in force." if held == text else "They are not in force; propose them with `licet policy propose`."]
    lines += [f"[red]would be permitted[/]  {plain(_question(one))}" for one in changes.permitted]
    lines += [f"would be refused    {plain(_question(one))}" for one in changes.refused]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@policy.command("test", context_settings=CONTEXT)
@click.argument("folder", required=False, type=FOLDER)
@home_option
@json_option
def test(folder: Path | None, home: str | None, *, as_json: bool) -> int:
    """Hold the shipped policies against the corpus, and a folder's (default: `policies/`) against its own `tests/*.yaml`."""
    from licet.edge.policies import shipped, text_with
    from licet.edge.policy_corpus import corpus_of, failing, packaged
    from licet.edge.policy_files import case_files

    place = folder or find_home(None if home is None else Path(home)).policies
    text = text_with(_text(folder, home))
    ours, theirs = packaged(), corpus_of(case_files(place))
    wrong = [*failing(shipped("licet.cedar"), ours), *failing(text, theirs)]
    data = {"asked": len(ours) + len(theirs), "own": len(theirs), "wrong": [_differs_json(one) for one in wrong]}
    lines = [f"{len(ours):,} questions of Licet's corpus and {len(theirs):,} of your own; {len(wrong):,} answered wrongly."]
    lines += [f"[red]{plain(one.case.source)}[/]: {plain(_question(one.case.asked))}: {plain(_told(one))}" for one in wrong]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)
    return USAGE if wrong else OK


@policy.command("explain", context_settings=CONTEXT)
@click.argument("email")
@click.argument("act", type=AnAct())
@click.argument("slug", required=False)
@home_option
@json_option
def explain(email: str, act: Act, slug: str | None, home: str | None, *, as_json: bool) -> None:
    """Say whether somebody may do something in a use case, by which policies, or what is missing; without SLUG in the installation."""
    from licet.flows.ask_policy import explain as asking
    from licet.flows.ask_policy import somebody

    with at_work(home) as office:
        found = asking(office, somebody(office, email), act, name=slug)
    data = {**_answer_json(found.answer), "act": act.value, "use_case": slug, "roles": sorted(found.asked.roles)}
    data["refused"] = None if found.refused is None else {"code": found.refused.code, "why": found.refused.why}
    said(data, list(_explained(found.asked, found.answer, email)), as_json=as_json)


@policy.command("show", context_settings=CONTEXT)
@click.option("--text", "whole", is_flag=True, help="Print the organisation's policies in force, and those proposed, in full.")
@home_option
@json_option
def show(home: str | None, *, whole: bool, as_json: bool) -> None:
    """Show every rule in force in words, and which change of the rules waits for a yes."""
    from licet.core.rules import RuleKind
    from licet.edge.policies import book_with
    from licet.flows.change_rules import rules_of

    with at_work(home) as office:
        stands = rules_of(office, kind=RuleKind.POLICY)
    book = book_with("" if stands.in_force is None else stands.in_force.text)
    rules = [{"id": one.rule.id, "effect": "permit" if one.permits else "forbid", "says": one.rule.says} for one in book.policies]
    data = {"digest": book.digest, "rules": rules, **_stands_json(stands, whole=whole)}
    lines = [f"{one['effect']:6}  [bold]{plain(one['id'])}[/]  {plain(one['says'])}" for one in rules]
    said(data, [*lines, *_stands(stands, whole=whole)], as_json=as_json)


@policy.command("propose", context_settings=CONTEXT)
@click.argument("folder", required=False, type=FOLDER)
@usual
def propose(folder: Path | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Propose a folder's policies (default: `policies/`) in the place of those in force; takes a yes of risk, not the proposer's."""
    from licet.core.rules import RuleKind
    from licet.flows.change_rules import propose_rules
    from licet.flows.office import who

    text = _text(folder, home)
    with at_work(home) as office:
        made = propose_rules(office, who(office, acting), kind=RuleKind.POLICY, text=text)
    if isinstance(made, Refused):
        raise RefusedError(made)
    lines = (
        f"Proposed as version {made.version}. Nothing has changed yet.",
        f"To put it in force: licet policy approve {made.digest} --as RISK",
    )
    said({"version": made.version, "digest": made.digest}, lines, as_json=as_json)


@policy.command("approve", context_settings=CONTEXT)
@click.argument("digest")
@usual
def approve(digest: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Put the proposed policies of exactly this digest in force, in every process from its next question on; risk, not the proposer."""
    from licet.core.ids import Digest
    from licet.flows.change_rules import approve_rules
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(approve_rules(office, who(office, acting), digest=Digest(digest)))
    said(_in_force_json(made), (f"Version {made.version} is in force since {made.at:%Y-%m-%d %H:%M} UTC.",), as_json=as_json)


@policy.command("withdraw", context_settings=CONTEXT)
@usual
def withdraw(acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take back the policies that are proposed, before anybody approved them."""
    from licet.core.rules import RuleKind
    from licet.flows.change_rules import withdraw_rules
    from licet.flows.office import who

    with at_work(home) as office:
        was = granted(withdraw_rules(office, who(office, acting), kind=RuleKind.POLICY))
    said({"version": was.version, "digest": was.digest}, (f"Version {was.version} is withdrawn.",), as_json=as_json)


def _text(folder: Path | None, home: str | None) -> str:
    from licet.edge.policy_files import policy_text

    return policy_text(folder or find_home(None if home is None else Path(home)).policies)


def _question(asked: "Asked") -> str:
    """A question of the corpus in words."""
    from licet.edge.policy_corpus import where_of

    roles = " + ".join(sorted(asked.roles)) or asked.who.value
    return f"{roles}: {asked.act.value}, {where_of(asked)}"


def _question_json(asked: "Asked") -> dict[str, Json]:
    from licet.edge.policy_corpus import where_of

    return {"who": asked.who.value, "roles": sorted(asked.roles), "act": asked.act.value, "where": where_of(asked)}


def _told(one: "Differs") -> str:
    if one.found.errors:
        return "; ".join(one.found.errors)
    found = f"{'permitted' if one.found.allowed else 'refused'} by {', '.join(one.found.rules) or 'no policy'}"
    must = "any policy" if one.case.rules is None else ", ".join(sorted(one.case.rules)) or "no policy"
    return f"{found}; it must be {'permitted' if one.case.allow else 'refused'} by {must}"


def _differs_json(one: "Differs") -> dict[str, Json]:
    return {**_question_json(one.case.asked), "source": one.case.source, "allowed": one.found.allowed, "says": _told(one)}


def _answer_json(answer: "PolicyAnswer") -> dict[str, Json]:
    from licet.core.policy import Denied, Permitted

    match answer:
        case Permitted(by=by):
            return {"allowed": True, "policies": list(by), "policy": answer.policy, "forbidden": [], "missing": []}
        case Denied(forbidden=forbidden, lacks=lacks):
            missing: list[Json] = [
                {"policy": lack.rule.id, "roles": sorted(lack.roles), "conditions": list(lack.conditions)} for lack in lacks
            ]
            by_rules: list[Json] = [{"policy": rule.id, "says": rule.says} for rule in forbidden]
            return {"allowed": False, "policies": [], "policy": answer.policy, "forbidden": by_rules, "missing": missing}
        case _:
            return {"allowed": False, "policies": [], "policy": answer.policy, "forbidden": [], "missing": [], "error": answer.why}


def _explained(asked: "Asked", answer: "PolicyAnswer", email: str) -> Iterable[str]:
    from licet.core.policy import Denied, Permitted, names

    match answer:
        case Permitted(by=by):
            yield f"[bold]{plain(email)}[/] may {plain(asked.act.value)}, by {plain(', '.join(by))}."
        case Denied(forbidden=forbidden, lacks=lacks):
            yield f"[bold]{plain(email)}[/] may not {plain(asked.act.value)}; they have here: {plain(names(asked.roles))}."
            yield from (f"  forbidden by {plain(rule.id)}: {plain(rule.says)}" for rule in forbidden)
            for lack in lacks:
                needs = [*([f"a role of: {names(lack.roles)}"] if lack.roles else []), *lack.conditions]
                yield f"  {plain(lack.rule.id)} takes {plain(' and '.join(needs) or 'nothing else')}"
            if not lacks:
                yield "  no policy permits it to anybody"
        case _:
            yield f"The policies gave no answer, which counts as no: {plain(answer.why)}"


def _in_force_json(made: "RulesInForce") -> dict[str, Json]:
    return {"version": made.version, "digest": made.digest, "approved_by": made.approved_by, "at": made.at.isoformat()}


def _proposed_json(made: "ProposedRules") -> dict[str, Json]:
    return {"version": made.version, "digest": made.digest, "proposed_by": made.proposed_by, "at": made.proposed_at.isoformat()}


def _stands_json(stands: "Rules", *, whole: bool) -> dict[str, Json]:
    held, waiting = stands.in_force, stands.proposed
    data: dict[str, Json] = {
        "in_force": None if held is None else _in_force_json(held),
        "proposed": None if waiting is None else _proposed_json(waiting),
        "versions": [{**_proposed_json(one), "state": state} for one, state in stands.versions],
    }
    if whole:
        data["text"] = {"in_force": "" if held is None else held.text, "proposed": "" if waiting is None else waiting.text}
    return data


def _stands(stands: "Rules", *, whole: bool) -> Sequence[str]:
    held, waiting = stands.in_force, stands.proposed
    own = "Your organisation has no policies of its own in force." if held is None else f"Your own: version {held.version}, in force."
    lines = ["", own]
    if held is not None and whole:
        lines.append(plain(held.text).replace("\\n", "\n"))
    if waiting is not None:
        lines.append(f"Version {waiting.version} is proposed: licet policy approve {waiting.digest} --as RISK")
        lines += [plain(waiting.text).replace("\\n", "\n")] if whole else []
    return lines
