"""A report of an incident: what a regulator or a board asks for, as far as Licet has evidence for it, without anybody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import CaseNumber
from licet.core.incident import KINDS
from licet.core.inquiry import Action, AnyInquiry, Beginning, ClosedInquiry, DoneAction, Finding, PendingAction, whole

FORMAT = "licet.incident/1"
SAYS = (
    "This is evidence for a report. What has to be reported, to whom and until when, the law says and not Licet. People are named by id; "
    "words that people wrote stand here as they wrote them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An entry of the ledger: `index` finds it, and proves it with an evidence pack. `meaning` says its word in words."""

    index: int
    at: datetime
    what: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How many cases may be wrong.

    Attributes:
        since, until: between these moments AI decided alone while errors may have been more than allowed.
        basis: what `since` stands on.
        alone: decided alone in between.
        unseen: of them, those nobody has looked at since.
        audited, disagreed: audits that were counted, and those that spoke against AI.
        numbers: the cases by their numbers, as the ledger names them; at most `LONGEST_LIST`.
    """

    since: datetime
    until: datetime
    basis: Beginning
    alone: int
    unseen: int
    audited: int
    disagreed: int
    numbers: Sequence[CaseNumber]


LONGEST_LIST = 100_000
"""Numbers of cases that a report holds."""


def report_to_json(found: AnyInquiry, mandate_now: str, scale: Scale | None, steps: Sequence[Step]) -> dict[str, Json]:
    """The report for programs; times in UTC, fields only ever added."""
    inquiry = whole(found)
    incident = inquiry.incident
    return {
        "format": FORMAT,
        "says": SAYS,
        "incident": inquiry.number,
        "use_case": incident.use_case,
        "kind": incident.kind,
        "meaning": KINDS.get(incident.kind, incident.kind),
        "what": incident.says,
        "opened_at": incident.at.isoformat(),
        "mandate": incident.mandate,
        "mandate_now": mandate_now,
        "cases": None if scale is None else _scale(scale),
        "rechecked": {"asked": inquiry.rechecked.asked, "answered": inquiry.rechecked.answered, "changed": inquiry.rechecked.changed},
        "not_rechecked": _not_rechecked(found, scale),
        **{finding.value: _newest(found, finding) for finding in Finding},
        "actions": [_action(one) for one in inquiry.actions],
        "closed_at": found.at.isoformat() if isinstance(found, ClosedInquiry) else None,
        "timeline": [{"entry": one.index, "at": one.at.isoformat(), "what": one.what, "meaning": one.meaning} for one in steps],
    }


def _not_rechecked(found: AnyInquiry, scale: Scale | None) -> dict[str, Json]:
    """How many cases that may be wrong nobody looked at again: now, or when the incident was closed, and why that was enough."""
    if not isinstance(found, ClosedInquiry):
        return {"cases": 0 if scale is None else scale.unseen, "why": None}
    return {"cases": found.unseen, "why": None if found.left_out is None else found.left_out.why}


def _newest(found: AnyInquiry, finding: Finding) -> Json:
    newest = whole(found).newest(finding)
    return None if newest is None else {"says": newest.says, "by": newest.by, "at": newest.at.isoformat()}


def _scale(scale: Scale) -> dict[str, Json]:
    return {
        "since": scale.since.isoformat(),
        "since_basis": scale.basis.value,
        "until": scale.until.isoformat(),
        "decided_alone": scale.alone,
        "not_looked_at_since": scale.unseen,
        "audits_counted": scale.audited,
        "audits_against": scale.disagreed,
        "numbers": list(scale.numbers),
    }


def _action(one: Action) -> Mapping[str, Json]:
    pending = one if isinstance(one, PendingAction) else one.action
    state = "to do" if isinstance(one, PendingAction) else "done" if isinstance(one, DoneAction) else "dropped"
    ended = None if isinstance(one, PendingAction) else one.at.isoformat()
    told: dict[str, Json] = {"number": pending.number, "says": pending.says, "who": pending.who, "until": pending.until.isoformat()}
    return {**told, "state": state, "ended_at": ended}


def report_to_markdown(report: Mapping[str, Json]) -> str:
    """The same report for people, in Markdown; everything that people wrote is indented, so that it is text and nothing else."""
    lines = [f"# Incident {report['incident']}: {report['meaning']}", "", str(report["says"]), ""]
    lines += [f"- Use case: `{report['use_case']}`", f"- Opened: {report['opened_at']}", f"- Closed: {report['closed_at'] or 'not yet'}"]
    lines += [f"- Mandate: `{report['mandate']}`, now {report['mandate_now']}", "", "## What happened", "", *_quoted(report["what"])]
    lines += ["## Which cases", "", *_cases(report["cases"], report["rechecked"]), *_left(report["not_rechecked"])]
    for title, name in (("Cause", "cause"), ("What was learned", "lesson")):
        written = report[name]
        lines += [f"## {title}", "", *_quoted(written["says"] if isinstance(written, Mapping) else "Not written down yet.")]
    lines += ["## What is done about it", "", *_actions(report["actions"]), ""]
    lines += ["## What the ledger says", "", "| entry | when | what |", "|---|---|---|", *_steps(report["timeline"])]
    return "\n".join(lines) + "\n"


def _quoted(text: Json) -> list[str]:
    return [*(f"    {line}" for line in str(text).splitlines()), ""]


def _cases(cases: Json, rechecked: Json) -> list[str]:
    if not isinstance(cases, Mapping) or not isinstance(rechecked, Mapping):
        return ["AI decided no case alone under this mandate.", ""]
    since = f"{cases['since']} ({cases['since_basis']})"
    return [
        f"- AI decided {cases['decided_alone']} cases alone from {since} to {cases['until']}.",
        f"- {cases['audits_counted']} audits were counted; {cases['audits_against']} spoke against AI.",
        f"- Looked at again: {rechecked['answered']} of {rechecked['asked']} asked; {rechecked['changed']} decisions were changed.",
        f"- Not looked at since: {cases['not_looked_at_since']}.",
        "",
    ]


def _left(left: Json) -> list[str]:
    if not isinstance(left, Mapping) or not left["cases"]:
        return []
    told = f"{left['cases']} cases that may be wrong were looked at again by nobody."
    return [told, ""] if left["why"] is None else [f"{told} Risk closed the incident so, because:", "", *_quoted(left["why"])]


def _actions(actions: Json) -> list[str]:
    rows = [one for one in actions if isinstance(one, Mapping)] if isinstance(actions, list) else []
    told = [[f"- Action {one['number']}, by {one['until']}, {one['state']}:", "", *_quoted(one["says"])] for one in rows]
    return [line for one in told for line in one] or ["Nothing is planned."]


def _steps(steps: Json) -> list[str]:
    rows = [one for one in steps if isinstance(one, Mapping)] if isinstance(steps, list) else []
    return [f"| {one['entry']} | {one['at']} | {one['meaning']} |" for one in rows]
