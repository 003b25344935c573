"""Commands on permission: approvals, and the mandate."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from licet.cli.frame import (
    CONTEXT,
    OK,
    Commands,
    RefusedError,
    Share,
    at_work,
    granted,
    home_option,
    json_option,
    plain,
    said,
    usual,
)
from licet.cli.gates import closed_gate
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.mandate import Mandate

@click.group(cls=Commands, context_settings=CONTEXT)
def mandate() -> None:
    """The authority for exactly one system to decide cases in a scope alone."""


@mandate.command("propose", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--audit-rate", type=Share(), default=0.1, help="Share of the cases decided alone that is audited blind.")
@click.option("--daily-cap", type=click.IntRange(1, 1_000_000_000), default=1000, help="Most cases decided alone on one UTC day.")
@click.option("--days", type=click.IntRange(1, 3650), default=30, help="Days from grant to expiry.")
@click.option(
    "--planned-audits",
    type=click.IntRange(1, 1_000_000_000),
    help="Audits until expiry that feed the watch; default: rate times cap times days.",
)
@usual
def propose(  # noqa: PLR0913 - a command's options
    slug: str,
    *,
    audit_rate: float,
    daily_cap: int,
    days: int,
    planned_audits: int | None,
    acting: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Propose a mandate on the newest met verdict."""
    from licet.flows.grant import Wishes, propose_mandate
    from licet.flows.list_approvals import newest_request
    from licet.flows.office import who

    wishes = Wishes(audit_rate=audit_rate, daily_cap=daily_cap, lasts=timedelta(days=days), planned_audits=planned_audits)
    with at_work(home) as office:
        made = granted(propose_mandate(office, who(office, acting), name=slug, wishes=wishes))
        asked = newest_request(office, name=slug)
    waits = None if asked is None else asked.request
    approve = [] if waits is None else [f"Next: licet approve {slug} {waits.digest} --as RISK"]
    if waits is not None and waits.fast_lane is not None:
        approve = [f"Passed by the fast lane {waits.fast_lane}. Next: licet mandate grant {slug} --as OWNER"]
    data = {"covers": None if waits is None else waits.digest, "fast_lane": None if waits is None else waits.fast_lane}
    said({**mandate_json(slug, made), **data}, (*mandate_lines(made), *approve), as_json=as_json)


@mandate.command("grant", context_settings=CONTEXT)
@click.argument("slug")
@usual
def grant(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> int:
    """Put the proposed mandate in force, through its gate."""
    from licet.core.gate import ClosedGate
    from licet.core.refusal import Refused
    from licet.flows.grant import grant_mandate
    from licet.flows.office import who

    with at_work(home) as office:
        made = grant_mandate(office, who(office, acting), name=slug)
    if isinstance(made, Refused):
        raise RefusedError(made)
    if isinstance(made, ClosedGate):
        return closed_gate(slug, made, as_json=as_json)
    said(mandate_json(slug, made), mandate_lines(made), as_json=as_json)
    return OK


@mandate.command("show", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def show_mandate(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show the mandate as it stands, with its scope in words, and whether a stop holds it up."""
    from licet.core.refusal import Refused
    from licet.flows.audit import standing
    from licet.flows.stop import stop_status

    with at_work(home) as office:
        found = standing(office, name=slug)
        stopped = bool(stop_status(office, name=slug).pressed)
    if isinstance(found, Refused):
        raise RefusedError(found)
    held = ["  [yellow]The stop is pressed: nothing is decided alone.[/] `licet stop status` says by whom."] if stopped else []
    said({**mandate_json(slug, found), "stopped": stopped}, [*mandate_lines(found), *held], as_json=as_json)


@mandate.command("suspend", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--why", default="Stopped by a person.", help="In words, for the owner.")
@usual
def suspend(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take the mandate out of force: from the next case on, people decide; to reinstate it takes a fresh verdict."""
    from licet.flows.office import who
    from licet.flows.respond import suspend_mandate

    with at_work(home) as office:
        made = granted(suspend_mandate(office, who(office, acting), name=slug, why=why))
    said(mandate_json(slug, made), mandate_lines(made), as_json=as_json)


@mandate.command("reinstate", context_settings=CONTEXT)
@click.argument("slug")
@usual
def reinstate(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Put a suspended mandate in force again, as risk, on a met verdict on fresh sealed cases."""
    from licet.flows.grant import reinstate_mandate
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(reinstate_mandate(office, who(office, acting), name=slug))
    said(mandate_json(slug, made), mandate_lines(made), as_json=as_json)


@mandate.command("revoke", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--why", default="Revoked by a person.", help="In words.")
@usual
def revoke(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take the mandate back for good; reveals the secret that drew its audits."""
    from licet.flows.grant import revoke_mandate
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(revoke_mandate(office, who(office, acting), name=slug, why=why))
    said(mandate_json(slug, made), mandate_lines(made), as_json=as_json)


def mandate_json(slug: str, found: "Mandate") -> Mapping[str, Json]:
    """A mandate as JSON."""
    from licet.core.mandate import ActiveMandate, ProposedMandate, SuspendedMandate, proposed_of, state_of, terms_to_json

    proposed = proposed_of(found)
    active = None if isinstance(found, ProposedMandate) else found if isinstance(found, ActiveMandate) else found.active
    data: dict[str, Json] = {
        "use_case": slug,
        "mandate": proposed.id,
        "state": state_of(found),
        "digest": proposed.digest,
        "terms": terms_to_json(proposed.terms),
        "granted_by": None if active is None else active.granted_by,
        "granted_at": None if active is None else active.granted_at.isoformat(),
        "expires_at": None if active is None else active.expires_at.isoformat(),
        "round": None if active is None else active.round,
        "reinstated_by": None if active is None else active.reinstated_by,
    }
    if isinstance(found, SuspendedMandate):
        data |= {"suspended_by": found.suspended_by, "suspended_at": found.suspended_at.isoformat(), "why": found.why}
    return data


def mandate_lines(found: "Mandate") -> list[str]:
    """A mandate for people, its scope in words."""
    from licet.core.mandate import ActiveMandate, ProposedMandate, RevokedMandate, SuspendedMandate, proposed_of, state_of
    from licet.core.scope import in_words

    terms = proposed_of(found).terms
    lines = [f"Mandate [bold]{proposed_of(found).id}[/]: [bold]{state_of(found)}[/] [dim]{proposed_of(found).digest}[/]"]
    lines.append(f"  {plain(terms.system)} [dim]{terms.fingerprint[:12]}[/] may decide alone: {plain(in_words(terms.scope))}")
    lines.append(
        f"  at most {terms.target:.1%} errors at {terms.confidence:.0%} · 1 in {1 / terms.audit_rate:.3g} audited blind · "
        f"{terms.daily_cap:,} a day at most"
    )
    active = None if isinstance(found, ProposedMandate) else found if isinstance(found, ActiveMandate) else found.active
    if active is None:
        lines.append(f"  would last {terms.lasts.days} days")
    else:
        lines.append(f"  granted {active.granted_at:%Y-%m-%d %H:%M} UTC, expires {active.expires_at:%Y-%m-%d %H:%M} UTC")
    if isinstance(found, SuspendedMandate | RevokedMandate):
        lines.append(f"  {plain(found.why)}")
    return lines
