"""A mandate, its exposure and its narrowings, as JSON and as lines for people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from licet.cli.frame import plain
from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words

if TYPE_CHECKING:
    from licet.core.mandate import Mandate
    from licet.core.narrowing import Narrowing
    from licet.flows.expose import Exposed


def mandate_json(slug: str, found: "Mandate") -> Mapping[str, Json]:
    """A mandate as JSON."""
    from licet.core.mandate import ActiveMandate, ProposedMandate, SuspendedMandate, proposed_of, state_of
    from licet.core.scope import in_words
    from licet.core.terms import terms_to_json

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
        "reinstated_why": (active.reinstated_why or None) if isinstance(found, ActiveMandate) and active is not None else None,
        "scope": in_words(proposed.terms.scope if active is None else active.scope),
        "daily_cap": proposed.terms.daily_cap if active is None else active.daily_cap,
        "audit_rate": proposed.terms.audit_rate if active is None else active.audit_rate,
    }
    if isinstance(found, SuspendedMandate):
        data |= {"suspended_by": found.suspended_by, "suspended_at": found.suspended_at.isoformat(), "why": found.why}
    return data


def mandate_lines(found: "Mandate") -> list[str]:
    """A mandate for people, its scope in words."""
    from licet.core.audit_plan import plan_in_words
    from licet.core.exposure import plan_in_words as steps_in_words
    from licet.core.mandate import ActiveMandate, ProposedMandate, RevokedMandate, SuspendedMandate, proposed_of, state_of
    from licet.core.scope import in_words

    terms = proposed_of(found).terms
    active = None if isinstance(found, ProposedMandate) else found if isinstance(found, ActiveMandate) else found.active
    now = terms if active is None else active
    lines = [f"Mandate [bold]{proposed_of(found).id}[/]: [bold]{state_of(found)}[/] [dim]{proposed_of(found).digest}[/]"]
    lines.append(f"  {plain(terms.system)} [dim]{terms.fingerprint[:12]}[/] may decide alone: {plain(in_words(now.scope))}")
    lines.append(
        f"  at most {terms.target:.1%} errors at {confidence_in_words(terms.confidence)} · 1 in {1 / now.audit_rate:.3g} audited blind · "
        f"{now.daily_cap:,} a day at most"
    )
    if terms.audits is not None:
        lines.append(f"  {plain(plan_in_words(terms.audits, rate=now.audit_rate))}")
    if terms.exposure:
        lines.append(f"  exposed by steps: {steps_in_words(terms.exposure)}")
    if active is None:
        lines.append(f"  would last {terms.lasts.days} days")
    else:
        lines.append(f"  granted {active.granted_at:%Y-%m-%d %H:%M} UTC, expires {active.expires_at:%Y-%m-%d %H:%M} UTC")
    if isinstance(found, ActiveMandate) and found.reinstated_why:
        lines.append(f"  reinstated: {plain(found.reinstated_why)}")
    if isinstance(found, SuspendedMandate | RevokedMandate):
        lines.append(f"  {plain(found.why)}")
    return lines


def exposure_json(seen: "Exposed") -> Mapping[str, Json]:
    """Where a mandate stands in its plan, as JSON."""
    from licet.flows.expose import evidence_to_json

    return {
        "step": seen.where.step,
        "of": len(seen.mandate.terms.exposure),
        "share": seen.share,
        "since": seen.where.since.isoformat(),
        "held_by": seen.where.held_by,
        "evidence": evidence_to_json(seen.evidence),
        "missing": list(seen.missing),
    }


def exposure_lines(seen: "Exposed") -> list[str]:
    """Where a mandate stands in its plan, for people."""
    from licet.core.exposure import has_next

    plan, found = seen.mandate.terms.exposure, seen.evidence
    step = f"step {seen.where.step + 1} of {len(plan)} since {seen.where.since:%Y-%m-%d %H:%M} UTC"
    lines = [f"  {step}: {seen.share:.4g} of the eligible cases"]
    lines.append(
        f"  so far {found.audits:,} audits ({found.errors:,} against) and {found.answered:,} cases answered by people "
        f"that AI would have decided ({found.disagreed:,} against)"
    )
    if seen.where.held_by is not None:
        lines.append(f"  [yellow]held by {plain(seen.where.held_by)}[/]; to let it go on: licet mandate exposure SLUG --on")
    elif has_next(plan, seen.where):
        lines.append(f"  next step: {'; '.join(seen.missing) or 'due now'}")
    return lines


def narrowing_json(one: "Narrowing") -> Mapping[str, Json]:
    """A narrowing as JSON."""
    data = {"number": one.number, "changed": one.changed, "certified": one.certified}
    data |= {"by": one.by, "at": one.at.isoformat(), "why": one.why}
    return cast("dict[str, Json]", data)


def narrowing_lines(narrowed: "Sequence[Narrowing]") -> list[str]:
    """The narrowings of a mandate for people, and what its verdict says of the scope that is left."""
    lines = []
    for one in narrowed:
        what = ", ".join(sorted(one.changed))
        lines.append(f"  narrowed {one.at:%Y-%m-%d %H:%M} UTC by {plain(one.by)}: {plain(what)}: {plain(one.why)}")
    if narrowed and not narrowed[-1].certified:
        lines.append("  [yellow]The verdict speaks of the scope that was granted; of what is left only the watch speaks.[/]")
    return lines
