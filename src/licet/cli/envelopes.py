"""Commands on change envelopes: bounds inside which a running system may be replaced without new approvals."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from licet.cli.approvals import SAYS, request_lines
from licet.cli.approvals import approve as approve_command
from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.cli.mandates_told import mandate_json, mandate_lines
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.envelope import Envelope, Use
    from licet.flows.bound_changes import EnvelopeShown

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.group(cls=Commands, context_settings=CONTEXT)
def envelope() -> None:
    """Bounds approved beforehand: inside them a new version gets its mandate without new approvals, after a window for a veto."""


@envelope.command("propose", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--versions", required=True, help="Allowed versions: one to the letter, or its beginning and *, such as '2.*'.")
@click.option("--may-change", multiple=True, metavar="PART", help="A part of the system's card that may change; repeat for more.")
@click.option("--lose-at-most", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="How much less it may decide alone.")
@click.option("--changes", type=click.IntRange(1, 100), default=1, help="Most changes.")
@click.option("--window-hours", type=click.IntRange(1, 720), default=24, help="How long owner and risk may veto a change.")
@click.option("--until", type=DATE, required=True, help="The day on which it ends, such as 2027-06-30.")
@usual
def propose(  # noqa: PLR0913 - a command's options
    slug: str,
    *,
    versions: str,
    may_change: tuple[str, ...],
    lose_at_most: float,
    changes: int,
    window_hours: int,
    until: datetime,
    acting: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Ask for bounds around the system that runs; its kind and name stay, and each part that is not named."""
    from licet.flows.bound_changes import WantedBounds, propose_envelope, show_envelope
    from licet.flows.office import who

    wanted = WantedBounds(
        versions=versions, may_change=frozenset(may_change), lose_at_most=lose_at_most, changes=changes,
        window=timedelta(hours=window_hours), until=until.replace(tzinfo=UTC),
    )  # fmt: skip
    with at_work(home) as office:
        granted(propose_envelope(office, who(office, acting), name=slug, wanted=wanted))
        found = show_envelope(office, name=slug)
    said(shown_json(slug, found), shown_lines(found), as_json=as_json)


envelope.add_command(approve_command, "approve")


@envelope.command("use", context_settings=CONTEXT)
@click.argument("slug")
@usual
def use(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Ask for a mandate for the system of the newest met verdict, inside the envelope; it waits out its window."""
    from licet.flows.bound_changes import use_envelope
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(use_envelope(office, who(office, acting), name=slug))
    said(mandate_json(slug, made), mandate_lines(made), as_json=as_json)


@envelope.command("show", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def show(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show a use case's envelope, whether it is in force, and each change under it."""
    from licet.flows.bound_changes import show_envelope

    with at_work(home) as office:
        found = show_envelope(office, name=slug)
    said(shown_json(slug, found), shown_lines(found), as_json=as_json)


@envelope.command("veto", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--why", required=True, help="The reason, which the owner reads. " + SAYS)
@usual
def veto(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Say no, as risk or owner, to the change that waits; the running mandate stays."""
    from licet.flows.bound_changes import veto_change
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(veto_change(office, who(office, acting), name=slug, why=why))
    said(use_json(made), (f"The change of {made.waiting.mandate} is vetoed; the running mandate stays.",), as_json=as_json)


@envelope.command("close", context_settings=CONTEXT)
@click.argument("slug")
@usual
def close(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """End a use case's envelope, as risk or owner; a change that waits under it never takes effect."""
    from licet.flows.bound_changes import close_envelope, show_envelope
    from licet.flows.office import who

    with at_work(home) as office:
        granted(close_envelope(office, who(office, acting), name=slug))
        found = show_envelope(office, name=slug)
    said(shown_json(slug, found), shown_lines(found), as_json=as_json)


def shown_json(slug: str, found: "EnvelopeShown") -> Mapping[str, Json]:
    """An envelope as JSON; `envelope` is null where there is none."""
    from licet.core.approval import state_word

    return {
        "use_case": slug,
        "envelope": None if found.envelope is None else _envelope_json(found.envelope),
        "in_force": found.in_force,
        "request": None if found.request is None else found.request.request.id,
        "digest": None if found.request is None else found.request.request.digest,
        "state": None if found.request is None else state_word(found.request),
        "uses": [use_json(one) for one in found.uses],
    }


def _envelope_json(one: "Envelope") -> Mapping[str, Json]:
    from licet.core.envelope import bounds_to_json

    closed = None if one.closed_at is None else one.closed_at.isoformat()
    return {"id": one.id, "bounds": bounds_to_json(one.bounds), "proposed_by": one.proposed_by, "closed_at": closed}


def use_json(one: "Use") -> Mapping[str, Json]:
    """A change under an envelope as JSON."""
    from licet.core.envelope import GrantedUse, VetoedUse, WaitingUse

    waiting = one if isinstance(one, WaitingUse) else one.waiting
    state = {WaitingUse: "waiting", GrantedUse: "granted", VetoedUse: "vetoed"}.get(type(one), "void")
    veto = {"vetoed_by": one.by, "why": one.why} if isinstance(one, VetoedUse) else {}
    about = {"mandate": waiting.mandate, "replaces": waiting.replaces, "envelope": waiting.envelope}
    return {**about, "state": state, "window_ends": waiting.window_ends.isoformat(), **veto}


def shown_lines(found: "EnvelopeShown") -> list[str]:
    """An envelope for people."""
    if found.envelope is None:
        return ["No change envelope was ever proposed here."]
    bounds = found.envelope.bounds
    parts = ", ".join(sorted(bounds.may_change)) or "no part"
    lines = [
        f"[bold]{found.envelope.id}[/]: [bold]{'in force' if found.in_force else 'not in force'}[/]",
        f"  {plain(bounds.name)} ({bounds.kind}), versions {plain(bounds.versions)}; may change: {plain(parts)}; "
        f"{bounds.changes} changes at most, until {bounds.until:%Y-%m-%d}",
        f"  a met verdict by the same standard, at most {bounds.lose_at_most:.1%} fewer cases alone; "
        f"a veto is possible for {bounds.window.total_seconds() / 3600:g} hours",
    ]
    lines += [] if found.request is None else request_lines(found.request)
    return lines + [f"  {one['mandate']}: {one['state']}, window until {one['window_ends']}" for one in map(use_json, found.uses)]
