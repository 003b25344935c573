"""Commands on the fast lane: risk's standing approval for mandates of low risk."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import click

from licet.cli.approvals import SAYS, request_json, request_lines
from licet.cli.frame import CONTEXT, Commands, Share, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.fast_lane import FastLane

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.group("fast-lane", cls=Commands, context_settings=CONTEXT)
def fast_lane() -> None:
    """Risk's standing approval: mandates of low tier, without personal data and inside its budget, pass at once."""


@fast_lane.command("open", context_settings=CONTEXT)
@click.option("--budget", "mandates", type=click.IntRange(1, 1000), required=True, help="Most mandates it passes in any 30 days.")
@click.option("--until", type=DATE, required=True, help="The day on which it ends, such as 2027-06-30.")
@click.option("--daily-cap", type=click.IntRange(1, 1_000_000_000), default=1000, help="Most cases a day of a mandate that it passes.")
@click.option("--least-audited", type=Share(), default=0.05, help="Least share of audits of a mandate that it passes.")
@click.option("--days", type=click.IntRange(1, 365), default=90, help="Longest mandate that it passes.")
@usual
def open_(  # noqa: PLR0913 - a command's options
    *,
    mandates: int,
    until: datetime,
    daily_cap: int,
    least_audited: float,
    days: int,
    acting: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Give a standing approval, as risk; it is bound to policy and gates as they are now, and replaces the one before."""
    from licet.core.fast_lane import Budget
    from licet.flows.fast_track import open_fast_lane
    from licet.flows.office import who

    budget = Budget(mandates=mandates, daily_cap=daily_cap, least_audited=least_audited, longest=timedelta(days=days))
    with at_work(home) as office:
        made = granted(open_fast_lane(office, who(office, acting), budget=budget, until=until.replace(tzinfo=UTC)))
    said(lane_json(made, holds=True), lane_lines(made, holds=True), as_json=as_json)


@fast_lane.command("close", context_settings=CONTEXT)
@usual
def close(acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take the standing approval back, as risk; what was granted on it stays as it is."""
    from licet.flows.fast_track import close_fast_lane
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(close_fast_lane(office, who(office, acting)))
    said(lane_json(made, holds=False), lane_lines(made, holds=False), as_json=as_json)


@fast_lane.command("show", context_settings=CONTEXT)
@home_option
@json_option
def show(home: str | None, *, as_json: bool) -> None:
    """Show every standing approval, its budget, what it passed, and whether it holds."""
    from licet.flows.fast_track import fast_lanes_of

    with at_work(home) as office:
        found = fast_lanes_of(office)
    lines = [line for one in found for line in lane_lines(one.lane, holds=one.holds)] or ["No fast lane was ever open."]
    said({"fast_lanes": [lane_json(one.lane, holds=one.holds) for one in found]}, lines, as_json=as_json)


@fast_lane.command("veto", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--why", required=True, help="The reason, which the proposer reads. " + SAYS)
@usual
def veto(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Pull out, as risk, what the fast lane passed, before it is granted; people approve it then, or nobody does."""
    from licet.flows.fast_track import veto_fast
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(veto_fast(office, who(office, acting), name=slug, why=why))
    said(request_json(made), request_lines(made), as_json=as_json)


def lane_json(lane: "FastLane", *, holds: bool) -> Mapping[str, Json]:
    """A standing approval as JSON."""
    from licet.core.fast_lane import budget_to_json

    data = {
        "fast_lane": lane.id,
        "holds": holds,
        "budget": budget_to_json(lane.budget),
        "policy": lane.policy,
        "gates": lane.gates,
        "opened_by": lane.opened_by,
        "opened_at": lane.opened_at.isoformat(),
        "until": lane.until.isoformat(),
        "closed_at": None if lane.closed_at is None else lane.closed_at.isoformat(),
        "closed_by": lane.closed_by,
        "passed": [at.isoformat() for at in lane.passed],
    }
    return cast("dict[str, Json]", data)


def lane_lines(lane: "FastLane", *, holds: bool) -> list[str]:
    """A standing approval for people."""
    budget = lane.budget
    state = "[green]holds[/]" if holds else "ended"
    return [
        f"[bold]{lane.id}[/] {state}: given {lane.opened_at:%Y-%m-%d} by {plain(lane.opened_by)}, until {lane.until:%Y-%m-%d}",
        f"  at most {budget.mandates} mandates in 30 days ({len(lane.passed)} passed so far), each {budget.daily_cap:,} cases a day, "
        f"audited at least {budget.least_audited:.1%}, {budget.longest.days} days; low tier, no personal data",
    ]
