"""The options of an audit plan, and what they say."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from licet.cli.frame import Share

if TYPE_CHECKING:
    from licet.core.audit_plan import AtTrip, AuditPlan, Stratum

F = TypeVar("F", bound=Callable[..., Any])

_TRIPS = ("suspend", "full-review")
_SLICE_TRIPS = ("narrow", *_TRIPS)
_RULE = re.compile(r"(?P<what>[^:]+):(?P<times>[0-9]+(?:\.[0-9]+)?)")
_BELOW = re.compile(r"confidence<(?P<below>0?\.[0-9]+|1(?:\.0+)?)")
OPTIONS = ("highest_audit_rate", "audit_more", "check_agreements", "at_trip", "at_slice_trip", "late_days", "most_late")
"""The names of the options, as click hands them over."""


def plan_options(command: F) -> F:
    """Adds the options of an audit plan to a command; none of them: every case is audited at one rate."""
    add = (
        click.option("--highest-audit-rate", type=Share(), help="What the audit rate rises to while evidence against the promise rises."),
        click.option("--audit-more", multiple=True, metavar="RULE:TIMES", help="Such as confidence<0.97:3 or channel=post,fax:2."),
        click.option("--check-agreements", type=Share(zero=True), help="Share of the audits that agree which a second person checks."),
        click.option("--at-trip", type=click.Choice(_TRIPS), help="What the watch over all cases does; default: suspend."),
        click.option("--at-slice-trip", type=click.Choice(_SLICE_TRIPS), help="What the watch over a slice does; default: narrow."),
        click.option("--late-days", type=click.IntRange(1, 5), help="Days after which an audit is late; default: 3."),
        click.option("--most-late", type=click.IntRange(0, 1_000_000), help="More late audits stop delegation; default: 10."),
    )
    for option in reversed(add):
        command = option(command)
    return command


def plan_from(given: Mapping[str, Any], *, rate: float) -> "tuple[AuditPlan | None, AtTrip]":
    """The audit plan that the options say, and what the trip of a slice does; None where no option of a plan was given.

    Raises:
        BadParameter: when a rule cannot be read.
    """
    from licet.core.audit_plan import AtTrip, AuditPlan

    at_slice = _trip(given["at_slice_trip"]) or AtTrip.NARROW
    if not any(given[name] not in {None, ()} for name in OPTIONS):
        return None, at_slice
    highest, checked = given["highest_audit_rate"], given["check_agreements"]
    plan = AuditPlan(highest=rate if highest is None else highest)
    late, most = given["late_days"], given["most_late"]
    return (
        AuditPlan(
            highest=plan.highest,
            strata=_strata(given["audit_more"]),
            agreements=plan.agreements if checked is None else checked,
            at_trip=_trip(given["at_trip"]) or plan.at_trip,
            late_after=plan.late_after if late is None else timedelta(days=late),
            most_late=plan.most_late if most is None else most,
        ),
        at_slice,
    )


def _trip(said: str | None) -> "AtTrip | None":
    from licet.core.audit_plan import AtTrip

    return None if said is None else AtTrip(said.replace("-", " "))


def _strata(rules: Sequence[str]) -> "tuple[Stratum, ...]":
    return tuple(_stratum(rule) for rule in rules)


def _stratum(rule: str) -> "Stratum":
    from licet.core.audit_plan import Stratum
    from licet.core.measure import Slice

    found = _RULE.fullmatch(rule.strip())
    what = "" if found is None else found["what"].strip()
    below = _BELOW.fullmatch(what)
    name, _, values = what.partition("=")
    if found is None or (below is None and not (name.strip() and values.strip())):
        message = f"{rule!r} is no rule; write confidence<0.97:3, or an attribute with its values: channel=post,fax:2."
        raise click.BadParameter(message, param_hint="--audit-more")
    times = float(found["times"])
    if below is not None:
        return Stratum(name=what, times=times, below=float(below["below"]))
    part = Slice(attribute=name.strip(), values=frozenset(value.strip() for value in values.split(",")))
    return Stratum(name=what, times=times, part=part)
