"""Commands on approvals: see what waits, say yes, ask, answer, decline, take back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, RefusedError, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.approval import AnyRequest, Question

SAYS = "In words; the ledger does not hold it."


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@click.argument("digest")
@usual
def approve(slug: str, digest: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say yes to exactly what has this digest (from `licet gate show`)."""
    from licet.core.approval import state_word
    from licet.core.ids import Digest
    from licet.flows.approve import approve_gate
    from licet.flows.list_approvals import request_of
    from licet.flows.office import who

    with at_work(home) as office:
        given = granted(approve_gate(office, who(office, acting), name=slug, digest=Digest(digest)))
        found = request_of(office, name=slug, digest=Digest(digest))
    state = "open" if found is None else state_word(found)
    data = {"use_case": slug, "digest": given.digest, "by": given.by, "state": state}
    following = f"Next: licet mandate grant {slug} --as OWNER" if state == "passed" else "It takes more people: licet approval list"
    said(cast("dict[str, Json]", data), (f"Approved {given.digest}.", following), as_json=as_json)


@click.group(cls=Commands, context_settings=CONTEXT)
def approval() -> None:
    """Requests for approval: what waits for whose yes, and what became of each."""


@approval.command("list", context_settings=CONTEXT)
@click.argument("slug", required=False)
@click.option("--all", "every", is_flag=True, help="Also those that ended.")
@home_option
@json_option
def list_(slug: str | None, home: str | None, *, every: bool, as_json: bool) -> None:
    """List the requests that wait or have passed and were not used, in one use case or everywhere."""
    from licet.flows.list_approvals import list_requests

    with at_work(home) as office:
        found = list_requests(office, name=slug, every=every)
    lines = [line for one in found for line in request_lines(one)] or ["No request for approval waits."]
    said({"requests": [request_json(one) for one in found]}, lines, as_json=as_json)


@approval.command("show", context_settings=CONTEXT)
@click.argument("request")
@home_option
@json_option
def show(request: str, home: str | None, *, as_json: bool) -> None:
    """Show a request: what it covers, who said what, and who has the ball."""
    from licet.core.refusal import Refused
    from licet.flows.list_approvals import show_request

    with at_work(home) as office:
        found = show_request(office, request=request)
    if isinstance(found, Refused):
        raise RefusedError(found)
    covers = [f"  {part.value}: [dim]{plain(value or 'none')}[/]" for part, value in found.request.covered.parts]
    said(request_json(found), [*request_lines(found), *covers], as_json=as_json)


@approval.command("ask", context_settings=CONTEXT)
@click.argument("slug")
@usual
def ask(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Ask anew for approval of the mandate that is proposed; `licet mandate propose` asks the first time."""
    from licet.core.refusal import Refused
    from licet.flows.ask import ask_approval
    from licet.flows.office import who

    with at_work(home) as office:
        made = ask_approval(office, who(office, acting), name=slug)
    if isinstance(made, Refused):
        raise RefusedError(made)
    said(request_json(made), request_lines(made), as_json=as_json)


@approval.command("decline", context_settings=CONTEXT)
@click.argument("request")
@click.option("--why", required=True, help="The reason, which the proposer reads. " + SAYS)
@usual
def decline(request: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say no with a reason; the request ends, and another must be asked for."""
    from licet.flows.discuss import decline_request
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(decline_request(office, who(office, acting), request=request, why=why))
    said(request_json(made), request_lines(made), as_json=as_json)


@approval.command("withdraw", context_settings=CONTEXT)
@click.argument("request")
@usual
def withdraw(request: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take back a request that you asked for."""
    from licet.flows.discuss import withdraw_request
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(withdraw_request(office, who(office, acting), request=request))
    said(request_json(made), request_lines(made), as_json=as_json)


@approval.command("question", context_settings=CONTEXT)
@click.argument("request")
@click.option("--says", required=True, help="The question. " + SAYS)
@usual
def question(request: str, says: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Ask whoever proposed; the request stays open, and they have the ball until they answer."""
    from licet.flows.discuss import question_request
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(question_request(office, who(office, acting), request=request, says=says))
    said(question_json(made), (f"Asked. They answer with: licet approval answer {request} --says ...",), as_json=as_json)


@approval.command("answer", context_settings=CONTEXT)
@click.argument("request")
@click.option("--says", required=True, help="The answer. " + SAYS)
@usual
def answer(request: str, says: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Answer the first question that waits, as whoever asked for approval or owns the use case."""
    from licet.flows.discuss import answer_question
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(answer_question(office, who(office, acting), request=request, says=says))
    said(question_json(made), ("Answered.",), as_json=as_json)


def question_json(one: "Question") -> Mapping[str, Json]:
    """A question as JSON; `answer` is null until it is answered."""
    return {
        "number": one.number,
        "by": one.by,
        "at": one.at.isoformat(),
        "says": one.says,
        "answered_by": one.answered_by,
        "answered_at": None if one.answered_at is None else one.answered_at.isoformat(),
        "answer": one.answer,
    }


def request_json(found: "AnyRequest") -> Mapping[str, Json]:
    """A request as JSON, with what became of it."""
    from licet.core.approval import OpenRequest, covered_to_json, state_word

    request = found.request
    yeses = [{"by": yes.by, "at": yes.at.isoformat(), "identity": yes.identity, "fast_lane": yes.fast_lane} for yes in request.given]
    return {
        "request": request.id,
        "use_case": request.use_case,
        "subject": request.subject.value,
        "names": request.names,
        "digest": request.digest,
        "state": state_word(found),
        "ball": found.ball if isinstance(found, OpenRequest) else None,
        "tier": None if request.tier is None else request.tier.value,
        "quorum": {"people": request.quorum.people, "of_risk": request.quorum.of_risk},
        "asked_by": request.asked_by,
        "asked_at": request.asked_at.isoformat(),
        "expires_at": request.expires_at.isoformat(),
        "covers": covered_to_json(request.covered),
        "fast_lane": request.fast_lane,
        "given": cast("list[Json]", yeses),
        "questions": [question_json(one) for one in request.questions],
        **_ended_json(found),
    }


def _ended_json(found: "AnyRequest") -> Mapping[str, Json]:
    """How a request ended, where it did."""
    from licet.core.approval import DeclinedRequest, OpenRequest, VoidRequest, WithdrawnRequest

    at: Mapping[str, Json] = {} if isinstance(found, OpenRequest) else {"state_at": found.at.isoformat()}
    match found:
        case VoidRequest(changed=changed):
            return {**at, "changed": [part.value for part in changed]}
        case DeclinedRequest(by=by, why=why):
            return {**at, "ended_by": by, "why": why}
        case WithdrawnRequest(by=by):
            return {**at, "ended_by": by}
        case _:
            return at


def request_lines(found: "AnyRequest") -> list[str]:
    """A request for people."""
    from licet.core.approval import DeclinedRequest, OpenRequest, VoidRequest, state_word

    request = found.request
    about = f"{plain(request.use_case)}, {request.subject.value}"
    lines = [f"[bold]{request.id}[/] {about}: [bold]{state_word(found)}[/] [dim]{request.digest}[/]"]
    given = f"{len(request.given)} said yes; it takes {request.quorum}"
    given = f"passed by the fast lane {request.fast_lane}" if request.fast_lane else given
    lines.append(f"  {given} · asked {request.asked_at:%Y-%m-%d}, expires {request.expires_at:%Y-%m-%d}")
    match found:
        case OpenRequest():
            lines.append(f"  {found.ball} has the ball: licet approve {plain(request.use_case)} {request.digest}")
        case VoidRequest(changed=changed):
            lines.append(f"  changed: {', '.join(part.value for part in changed)}")
        case DeclinedRequest(why=why):
            lines.append(f"  {plain(why)}")
        case _:
            pass
    lines += [f"  ? {plain(one.says)} [dim]{plain(one.answer or 'not answered yet')}[/]" for one in request.questions]
    return lines
