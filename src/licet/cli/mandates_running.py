"""Commands on a running mandate: take a part of it back, hold or step its exposure."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import CONTEXT, Share, at_work, granted, said, usual
from licet.cli.mandates import mandate
from licet.cli.mandates_told import (
    exposure_json,
    exposure_lines,
    mandate_json,
    mandate_lines,
    narrowing_json,
    narrowing_lines,
)

if TYPE_CHECKING:
    from licet.flows.narrow import TakeBack
    from licet.flows.take_back import Narrowed

PAIR = "NAME=VALUE"


@mandate.command("narrow", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--threshold", type=float, help="A higher lowest confidence.")
@click.option("--region", "regions", multiple=True, metavar="NAME=NUMBER", help="The same in one region; may be repeated.")
@click.option("--without-region", "without", multiple=True, metavar="NAME", help="A region people decide from now on; may be repeated.")
@click.option("--never-alone-answer", "answers", multiple=True, help="An answer that AI is not to give alone any more; may be repeated.")
@click.option("--never-alone", "attributes", multiple=True, metavar=PAIR, help="Such cases go to people; may be repeated.")
@click.option("--value-limit", "limits", multiple=True, metavar="FIELD=NUMBER", help="Above this number a person decides; may be repeated.")
@click.option("--daily-cap", type=click.IntRange(1, 1_000_000_000), help="A lower cap.")
@click.option("--audit-rate", type=Share(), help="A higher share audited; the plan of audits is used up sooner.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="An earlier end, in UTC.")
@click.option("--why", required=True, help="In words, for whoever asks later.")
@usual
def narrow(slug: str, *, why: str, acting: str | None, home: str | None, as_json: bool, **wished: Any) -> None:  # noqa: ANN401 - click's
    """Take a part of the running mandate back, from the next decision on; it never widens, and undoing it takes a new mandate."""
    from licet.flows.narrow import narrow_mandate
    from licet.flows.office import who

    asked = _asked(**wished)
    with at_work(home) as office:
        made = granted(narrow_mandate(office, who(office, acting), name=slug, asked=asked, why=why))
    _said(slug, made, as_json=as_json)


def _asked(  # noqa: PLR0913 - a command's options
    *,
    threshold: float | None,
    regions: tuple[str, ...],
    without: tuple[str, ...],
    answers: tuple[str, ...],
    attributes: tuple[str, ...],
    limits: tuple[str, ...],
    daily_cap: int | None,
    audit_rate: float | None,
    until: datetime | None,
) -> "TakeBack":
    from licet.flows.narrow import TakeBack

    return TakeBack(
        threshold=threshold,
        regions={name: float(_number(value)) for name, value in map(_pair, regions)},
        without=frozenset(without),
        answers=frozenset(answers),
        attributes=_classes(attributes),
        value_limits={name: _number(value) for name, value in map(_pair, limits)},
        daily_cap=daily_cap,
        audit_rate=audit_rate,
        expires_at=None if until is None else until.replace(tzinfo=UTC),
    )


def _said(slug: str, made: "Narrowed", *, as_json: bool) -> None:
    lines = [*mandate_lines(made.mandate), *narrowing_lines([made.narrowing])]
    said({**mandate_json(slug, made.mandate), "narrowing": narrowing_json(made.narrowing)}, lines, as_json=as_json)


def _classes(attributes: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, value in map(_pair, attributes):
        found[name] = found.get(name, frozenset()) | {value}
    return found


def _pair(raw: str) -> tuple[str, str]:
    name, equals, value = raw.partition("=")
    if not (name and equals and value):
        message = f"{raw!r} is not {PAIR}; write for example region=north."
        raise click.UsageError(message)
    return name, value


def _number(raw: str) -> Decimal:
    from licet.core.case_rules import number_in

    found = number_in(raw)
    if found is None:
        message = f"{raw!r} is no number; write it with a point and without grouping, in the unit of the field."
        raise click.UsageError(message)
    return found


@mandate.command("exposure", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--hold", "turn", flag_value="hold", help="Stay at this step until somebody lets it go on.")
@click.option("--back", "turn", flag_value="back", help="Go one step back, and stay there.")
@click.option("--on", "turn", flag_value="on", help="Let it go on; never earlier than by its rule.")
@usual
def exposure(slug: str, *, turn: str | None, acting: str | None, home: str | None, as_json: bool) -> None:
    """Show where the mandate stands in its plan of exposure, or hold it, step it back, or let it go on."""
    from licet.flows.expose import Turn, exposure_now, turn_exposure
    from licet.flows.office import who

    with at_work(home) as office:
        if turn is None:
            seen = granted(exposure_now(office, name=slug))
        else:
            seen = granted(turn_exposure(office, who(office, acting), name=slug, turn=Turn(turn)))
    said({"use_case": slug, "mandate": seen.mandate.id, **exposure_json(seen)}, exposure_lines(seen), as_json=as_json)
