"""What monitoring shows beside the watch over all cases: slices, rate, late audits and checked agreements, as JSON and as lines."""

from collections.abc import Mapping

from licet.cli.frame import plain
from licet.core.canonical import Json
from licet.flows.monitor import Monitored, SliceSeen


def monitored_json(seen: Monitored) -> Mapping[str, Json]:
    """As JSON."""
    unseen = seen.unseen
    return {
        "audit_rate": seen.rate,
        "held": seen.held,
        "doubling_found_by": None if seen.found_by is None else seen.found_by.isoformat(),
        "slices": [_slice_json(one) for one in seen.slices],
        "agreements": None if unseen is None else {"checked": unseen.checked, "contradicted": unseen.contradicted, "bound": unseen.bound},
    }


def _slice_json(one: SliceSeen) -> Mapping[str, Json]:
    return {
        "name": one.name,
        "target": one.target,
        "audits": one.audits,
        "errors": one.errors,
        "interval": [one.low, one.high],
        "meter": one.meter,
        "tripped": one.tripped,
        "at_trip": one.does.value,
    }


def monitored_lines(seen: Monitored) -> list[str]:
    """For people; nothing where the mandate has no audit plan."""
    if seen.unseen is None:
        return []
    target = seen.active.terms.target
    lines = [f"  audit rate now {seen.rate:.1%}" + (" [red]held: too many audits are late[/]" if seen.held else "")]
    for one in seen.slices:
        state = "[red]tripped[/]" if one.tripped else f"{one.meter:.0%} of the way"
        lines.append(f"  slice {plain(one.name)}: {one.errors:,} of {one.audits:,}, {one.low:.2%} to {one.high:.2%}, watch {state}")
    found = seen.unseen
    return [
        *lines,
        f"  {found.contradicted:,} of {found.checked:,} checked agreements contradicted: error \u2264 {target:.1%} + {found.bound:.1%}",
    ]
