"""Commands on permission: approvals, and the mandate."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from licet.cli.audit_options import plan_from, plan_options
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
    said,
    usual,
)
from licet.cli.gates import closed_gate
from licet.cli.mandates_told import (
    exposure_json,
    exposure_lines,
    mandate_json,
    mandate_lines,
    narrowing_json,
    narrowing_lines,
)

if TYPE_CHECKING:
    from licet.core.approval import Request
    from licet.core.mandate import ProposedMandate


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
@click.option("--exposure", help="Steps: low, medium, high, or such as 0,0.1:60:7,1:60:7 (SHARE:ANSWERS:DAYS); default: those of the tier.")
@plan_options
@usual
def propose(  # noqa: PLR0913 - a command's options
    slug: str,
    *,
    audit_rate: float,
    daily_cap: int,
    days: int,
    planned_audits: int | None,
    exposure: str | None,
    acting: str | None,
    home: str | None,
    as_json: bool,
    **audited: Any,  # noqa: ANN401 - the options of a plan, read by `plan_from`
) -> None:
    """Propose a mandate on the newest met verdict."""
    from licet.core.exposure import read_plan
    from licet.flows.grant import Wishes, propose_mandate
    from licet.flows.list_approvals import newest_request
    from licet.flows.office import who

    plan = None if exposure is None else read_plan(exposure)
    lasts = timedelta(days=days)
    audits, at_slice = plan_from(audited, rate=audit_rate)
    wishes = Wishes(
        audit_rate=audit_rate, daily_cap=daily_cap, lasts=lasts, planned_audits=planned_audits, exposure=plan,
        audits=audits, at_slice_trip=at_slice,
    )  # fmt: skip
    with at_work(home) as office:
        made = granted(propose_mandate(office, who(office, acting), name=slug, wishes=wishes))
        asked = newest_request(office, name=slug)
    _proposed(slug, made, None if asked is None else asked.request, as_json=as_json)


def _proposed(slug: str, made: "ProposedMandate", waits: "Request | None", *, as_json: bool) -> None:
    """Says what was proposed, and whose yes it waits for."""
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
    """Show the mandate as it stands: scope in words, exposure and what its next step needs, narrowings, and whether a stop holds it up."""
    from licet.core.mandate import proposed_of
    from licet.core.refusal import Refused
    from licet.flows.audit import standing
    from licet.flows.expose import exposure_now
    from licet.flows.follow import narrowings_of
    from licet.flows.stop import stop_status

    with at_work(home) as office:
        found = standing(office, name=slug)
        stopped = bool(stop_status(office, name=slug).pressed)
        if isinstance(found, Refused):
            raise RefusedError(found)
        seen = exposure_now(office, name=slug)
        narrowed = narrowings_of(office, proposed_of(found).id)
    exposed = None if isinstance(seen, Refused) or seen.mandate.id != proposed_of(found).id else seen
    held = ["  [yellow]The stop is pressed: nothing is decided alone.[/] `licet stop status` says by whom."] if stopped else []
    history = {"exposure": None if exposed is None else exposure_json(exposed), "narrowings": [narrowing_json(one) for one in narrowed]}
    data = {**mandate_json(slug, found), "stopped": stopped, **history}
    told = [*mandate_lines(found), *([] if exposed is None else exposure_lines(exposed)), *narrowing_lines(narrowed), *held]
    said(data, told, as_json=as_json)


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
@click.option("--why", required=True, help="The reason, in words, for whoever asks later.")
@usual
def reinstate(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Put a suspended mandate in force again, as risk, with a reason and on a met verdict on fresh sealed cases."""
    from licet.flows.grant import reinstate_mandate
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(reinstate_mandate(office, who(office, acting), name=slug, why=why))
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
