"""Commands on incidents: see them, write down causes and lessons, plan and end actions, have cases looked at again, report, close."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, RefusedError, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.inquiry import Action
    from licet.flows.investigate import Investigated, Touched

DAY = click.DateTime(formats=["%Y-%m-%d"])
WORDS = "In words; the ledger does not hold them."


@click.group(cls=Commands, context_settings=CONTEXT)
def incident() -> None:
    """What went wrong with a mandate, and what people find out and do about it."""


@incident.command("list", context_settings=CONTEXT)
@click.argument("slug", required=False)
@home_option
@json_option
def list_(slug: str | None, home: str | None, *, as_json: bool) -> None:
    """List incidents, the newest first, in one use case or everywhere."""
    from licet.flows.investigate import list_incidents

    with at_work(home) as office:
        found = list_incidents(office, name=slug)
    said({"incidents": [incident_json(one) for one in found]}, [head(one) for one in found] or ["No incident."], as_json=as_json)


@incident.command("show", context_settings=CONTEXT)
@click.argument("number", type=int)
@home_option
@json_option
def show(number: int, home: str | None, *, as_json: bool) -> None:
    """Show an incident: which cases may be wrong, what people wrote down, and what is still to be done."""
    from licet.core.refusal import Refused
    from licet.flows.investigate import show_incident

    with at_work(home) as office:
        found = show_incident(office, number=number)
    if isinstance(found, Refused):
        raise RefusedError(found)
    said(incident_json(found), incident_lines(found), as_json=as_json)


@incident.command("explain", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.option("--cause", help="Why it happened. " + WORDS)
@click.option("--lesson", help="What was learned. " + WORDS)
@usual
def explain(number: int, cause: str | None, lesson: str | None, *, acting: str | None, home: str | None, as_json: bool) -> None:
    """Write down the cause, what was learned, or both; what was written before stays."""
    from licet.core.inquiry import Finding
    from licet.flows.investigate import find_out
    from licet.flows.office import who

    given = {Finding.CAUSE: cause, Finding.LESSON: lesson}
    if not any(given.values()):
        message = "Give --cause, --lesson, or both."
        raise click.UsageError(message)
    with at_work(home) as office:
        by = who(office, acting)
        for finding, words in given.items():
            if words is not None:
                granted(find_out(office, by, number=number, finding=finding, says=words))
    said({"incident": number}, ("Written down.",), as_json=as_json)


@incident.command("act", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.option("--what", required=True, help="What is to be done. " + WORDS)
@click.option("--who", "doer", required=True, help="E-mail address of whoever does it.")
@click.option("--until", type=DAY, required=True, help="The last day for it, such as 2030-05-31.")
@usual
def act(  # noqa: PLR0913 - an option each
    number: int, *, what: str, doer: str, until: datetime, acting: str | None, home: str | None, as_json: bool
) -> None:
    """Plan an action: what, by whom, until when."""
    from licet.core.inquiry import NewAction
    from licet.flows.investigate import add_action
    from licet.flows.list_people import people_here
    from licet.flows.office import UnknownPersonError, who

    with at_work(home) as office:
        there = {one.email: one.id for one in people_here(office)}
        if doer not in there:
            raise UnknownPersonError(doer, list(there))
        last = until.replace(tzinfo=UTC) + timedelta(hours=23, minutes=59)
        made = granted(add_action(office, who(office, acting), number=number, plan=NewAction(says=what, who=there[doer], until=last)))
    said({"incident": number, "action": made.number}, (f"Action {made.number} is planned.",), as_json=as_json)


@incident.command("end", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.argument("action", type=int)
@click.option("--drop", help="The action was given up, for this reason. " + WORDS)
@usual
def end(number: int, action: int, drop: str | None, *, acting: str | None, home: str | None, as_json: bool) -> None:
    """Say that an action was taken; or with --drop that it was given up."""
    from licet.core.refusal import Refused
    from licet.flows.investigate import finish_action
    from licet.flows.office import who

    with at_work(home) as office:
        ended = finish_action(office, who(office, acting), number=number, action=action, dropped=drop)
    if isinstance(ended, Refused):
        raise RefusedError(ended)
    told = action_json(ended)
    said(told, (f"Action {action} is {told['state']}.",), as_json=as_json)


@incident.command("recheck", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.option("--since", type=DAY, help="From this day on, in UTC; without it, as estimated from the audits, or the grant.")
@click.option("--most", type=click.IntRange(1, 5000), default=5000, show_default=True, help="So many at most, the likeliest wrong first.")
@usual
def recheck(number: int, *, since: datetime | None, most: int, acting: str | None, home: str | None, as_json: bool) -> None:
    """Have people look again, blind, at what AI decided alone meanwhile; a changed answer corrects the decision."""
    from licet.flows.office import who
    from licet.flows.recheck import ask_rechecks

    beginning = None if since is None else since.replace(tzinfo=UTC)
    with at_work(home) as office:
        asked = granted(ask_rechecks(office, who(office, acting), number=number, since=beginning, most=most))
    lines = (f"{asked.asked:,} cases are on the desk, among those that wait, the likeliest wrong first (estimated).",)
    data: dict[str, Json] = {"incident": number, "asked": asked.asked, "since": asked.touched.since.isoformat()}
    said(data, lines, as_json=as_json)


@incident.command("export", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@usual
def export(number: int, file: Path, *, acting: str | None, home: str | None, as_json: bool) -> None:
    """Write a report for outside: JSON, or Markdown where FILE ends with .md; it names people by id only."""
    from licet.core.canonical import canonical_bytes
    from licet.core.incident_report import report_to_markdown
    from licet.flows.office import who
    from licet.flows.report_incident import report_incident

    with at_work(home) as office:
        made = granted(report_incident(office, who(office, acting), number=number))
    text = report_to_markdown(made) if file.suffix == ".md" else canonical_bytes(made).decode() + "\n"
    file.write_text(text, "utf-8")
    said({"incident": number, "file": str(file)}, (f"Written to {plain(file)}.",), as_json=as_json)


@incident.command("close", context_settings=CONTEXT)
@click.argument("number", type=int)
@click.option("--left-out", "why", help="Why cases that may be wrong need no second look; risk alone may say so. " + WORDS)
@usual
def close(number: int, *, why: str | None, acting: str | None, home: str | None, as_json: bool) -> None:
    """Close an incident: with its cause, what was learned, and nothing left to do. It gives AI nothing back."""
    from licet.flows.investigate import close_incident
    from licet.flows.office import who

    with at_work(home) as office:
        closed = granted(close_incident(office, who(office, acting), number=number, why=why))
    data: dict[str, Json] = {"incident": number, "closed_at": closed.at.isoformat(), "left_out": closed.unseen}
    left = [f"{closed.unseen:,} cases that may be wrong were looked at again by nobody."] if closed.unseen else []
    said(data, [f"Incident {number} is closed.", *left], as_json=as_json)


def head(seen: "Investigated") -> str:
    """An incident in one line."""
    from licet.core.inquiry import Inquiry, whole

    inquiry = whole(seen.found)
    state = "open" if isinstance(seen.found, Inquiry) else "closed"
    happened = inquiry.incident
    return f"[bold]{inquiry.number}[/] {plain(happened.use_case)}, {happened.at:%Y-%m-%d}: [bold]{state}[/]. {plain(happened.says)}"


def incident_lines(seen: "Investigated") -> list[str]:
    """An incident for people."""
    from licet.core.inquiry import Finding, Inquiry, whole
    from licet.core.refusal import Unknown

    inquiry, touched = whole(seen.found), seen.touched
    lines = [head(seen), f"  The mandate is now {seen.mandate}."]
    if not isinstance(touched, Unknown):
        lines.append(f"  AI decided {touched.alone:,} cases alone since {touched.since:%Y-%m-%d %H:%M} UTC ({touched.basis.value}).")
        lines.append(f"  {touched.disagreed:,} of {touched.audited:,} audits spoke against it.")
        lines.append(f"  Nobody has looked at {touched.unseen:,} of them since.")
    again = inquiry.rechecked
    lines += [f"  Looked at again: {again.answered:,} of {again.asked:,}, {again.changed:,} changed."] if again.asked else []
    for finding in Finding:
        newest = inquiry.newest(finding)
        lines.append(f"  {finding.value.capitalize()}: {'not written down yet' if newest is None else plain(newest.says)}")
    lines += [f"  Action {one['number']}: {plain(one['says'])} [dim]{one['state']}[/]" for one in map(action_json, inquiry.actions)]
    if isinstance(seen.found, Inquiry):
        lines.append(f"  To have people look again: licet incident recheck {inquiry.number} --as OWNER")
    return lines


def incident_json(seen: "Investigated") -> Mapping[str, Json]:
    """An incident as JSON."""
    from licet.core.inquiry import Inquiry, whole
    from licet.core.refusal import Unknown

    inquiry, touched = whole(seen.found), seen.touched
    again = inquiry.rechecked
    found = [{"finding": one.finding.value, "says": one.says, "by": one.by, "at": one.at.isoformat()} for one in inquiry.found]
    return {
        "incident": inquiry.number,
        "use_case": inquiry.incident.use_case,
        "kind": inquiry.incident.kind,
        "says": inquiry.incident.says,
        "opened_at": inquiry.incident.at.isoformat(),
        "mandate": inquiry.incident.mandate,
        "mandate_now": seen.mandate,
        "cases": None if isinstance(touched, Unknown) else _touched(touched),
        "rechecked": {"asked": again.asked, "answered": again.answered, "changed": again.changed},
        "found": cast("list[Json]", found),
        "actions": [action_json(one) for one in inquiry.actions],
        "closed_at": None if isinstance(seen.found, Inquiry) else seen.found.at.isoformat(),
    }


def _touched(touched: "Touched") -> Mapping[str, Json]:
    return {
        "since": touched.since.isoformat(),
        "since_basis": touched.basis.value,
        "until": touched.until.isoformat(),
        "decided_alone": touched.alone,
        "not_looked_at_since": touched.unseen,
        "audits_counted": touched.audited,
        "audits_against": touched.disagreed,
    }


def action_json(one: "Action") -> Mapping[str, Json]:
    """An action as JSON, with what became of it."""
    from licet.core.inquiry import DoneAction, DroppedAction, PendingAction

    pending = one if isinstance(one, PendingAction) else one.action
    state = "to do" if isinstance(one, PendingAction) else "done" if isinstance(one, DoneAction) else "dropped"
    why = one.why if isinstance(one, DroppedAction) else None
    told: dict[str, Json] = {"number": pending.number, "says": pending.says, "who": pending.who, "until": pending.until.isoformat()}
    return {**told, "state": state, "why": why}
