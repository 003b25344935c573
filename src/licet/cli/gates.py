"""Commands on gates: what is met, what is missing, who has the ball and how long; and the rules behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import (
    CONTEXT,
    NOT_MET,
    OK,
    REFUSED,
    UNDECIDED,
    Commands,
    at_work,
    granted,
    home_option,
    json_option,
    plain,
    said,
    usual,
)
from licet.core.canonical import Json
from licet.core.ids import PersonId

if TYPE_CHECKING:
    from licet.core.gate import ClosedGate, OpenedGate, Requirement
    from licet.core.gate_rules import GateRules
    from licet.core.refusal import Unknown
    from licet.core.turns import GateTime, Medians
    from licet.flows.hold_gate import GateShown
    from licet.flows.time_gates import GateTimes

STAGES = click.Choice(["sandbox", "shadow", "assisted", "delegated"])


@click.group(cls=Commands, context_settings=CONTEXT)
def gate() -> None:
    """The evidence a use case must show before it may move on."""


def gate_json(slug: str, found: "OpenedGate | ClosedGate") -> Mapping[str, Json]:
    """A gate as JSON; `digest` is what to approve, null before a mandate is proposed and at earlier stages."""
    from licet.core.gate import OpenedGate
    from licet.core.use_case import Stage

    rows = [
        {
            "code": r.code.value,
            "says": r.says,
            "met": r.met,
            "shows": r.shows,
            "pattern": r.pattern.value,
            "ball": None if r.met else r.ball.value,
            "people": [] if r.met else list(r.people),
            "since": r.since.isoformat(),
            "closes": None if r.met else r.closes,
        }
        for r in found.requirements
    ]
    digest = found.covers if found.to is Stage.DELEGATED else None
    data = {"use_case": slug, "to": found.to.value, "open": isinstance(found, OpenedGate), "digest": digest, "requirements": rows}
    return cast("dict[str, Json]", data)


def gate_lines(found: "OpenedGate | ClosedGate", names: Mapping[PersonId, str] | None = None, now: datetime | None = None) -> list[str]:
    """A gate for people: each requirement, what is there, and who has the ball.

    Args:
        found: the gate.
        names: people's names by id, where they are to be shown.
        now: when it was asked; where it is given, what is open says how long it has been.
    """
    from licet.core.use_case import Stage

    lines = [f"Gate to [bold]{found.to.value}[/]: {sum(r.met for r in found.requirements)} of {len(found.requirements)} met"]
    for r in found.requirements:
        mark = "[green]✓[/]" if r.met else "[yellow]○[/]"
        lines.append(f"  {mark} {r.says} [dim]{plain(r.shows)}[/]{'' if r.met else _waits(r, names or {}, now)}")
    return [*lines, f"To approve: [bold]{found.covers}[/]"] if found.covers and found.to is Stage.DELEGATED else lines


def closed_gate(slug: str, found: "ClosedGate", *, as_json: bool) -> int:
    """Says that a gate is closed and what is missing; gives the exit code of a refusal."""
    why = f"The gate to {found.to.value} is closed; missing: {', '.join(r.code for r in found.missing)}."
    if as_json:
        refused = {"code": "gate_closed", "why": why, "remedy": found.missing[0].closes, "gate": gate_json(slug, found)}
        said(cast("dict[str, Json]", {"refused": refused}), (), as_json=True)
    else:
        said({}, [f"[red]Refused (gate_closed):[/] {why}", *gate_lines(found)], as_json=False, failed=True)
    return REFUSED


def _waits(line: "Requirement", names: Mapping[PersonId, str], now: datetime | None) -> str:
    known = ", ".join(names[person] for person in line.people[:3] if person in names)
    who = f"{line.ball.value} ({plain(known)})" if known else line.ball.value
    long = "" if now is None else f", for {how_long(now - line.since)}"
    return f"\n      [dim]{who} has the ball{long}: {plain(line.closes)}[/]"


def how_long(span: timedelta) -> str:
    """A span of time as people say it: its largest unit, rounded down."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= length:
            count = span // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


@gate.command("show", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--to", type=STAGES, default="delegated", help="Which stage's gate.")
@home_option
@json_option
def show(slug: str, to: str, home: str | None, *, as_json: bool) -> None:
    """Show a gate: what is met, what is missing, who has the ball and how long, what closes it, and the digest to approve."""
    found = _gate(slug, to, home)
    said(gate_json(slug, found.gate), gate_lines(found.gate, found.names, found.at), as_json=as_json)


@gate.command("check", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--to", type=STAGES, default="delegated", help="Which stage's gate.")
@click.option(
    "--only", "codes", multiple=True, metavar="CODE", help="Answer for this requirement alone, such as verdict_met; repeat for more."
)
@home_option
@json_option
def check(slug: str, to: str, codes: tuple[str, ...], home: str | None, *, as_json: bool) -> int:
    """As show, for scripts. Exit: 0 open, 1 closed, 3 closed and the verdict is undecided."""
    found = _gate(slug, to, home)
    there = {r.code.value for r in found.gate.requirements}
    stray = next((code for code in codes if code not in there), None)
    if stray is not None:
        raise click.UsageError(f"{stray!r} is no requirement of the gate to {to}. There are: {', '.join(sorted(there))}.")
    missing = [r for r in found.gate.requirements if not r.met and (not codes or r.code.value in codes)]
    undecided = any(r.code == "verdict_met" and r.shows == "undecided" for r in missing)
    result = "met" if not missing else "undecided" if undecided else "not_met"
    data = {**gate_json(slug, found.gate), "only": list(codes), "result": result}
    said(data, gate_lines(found.gate, found.names, found.at), as_json=as_json)
    return CHECKED[result]


CHECKED: Mapping[str, int] = {"met": OK, "not_met": NOT_MET, "undecided": UNDECIDED}
"""Exit codes of `licet gate check`: undecided is no failure, and no pass."""


def _gate(slug: str, to: str, home: str | None) -> "GateShown":
    from licet.core.use_case import Stage
    from licet.flows.hold_gate import gate_with_names

    with at_work(home) as office:
        return gate_with_names(office, name=slug, to=Stage(to))


@gate.command("time", context_settings=CONTEXT)
@click.argument("slug", required=False)
@home_option
@json_option
def time(slug: str | None, home: str | None, *, as_json: bool) -> None:
    """Show the time to yes: medians with builder, owner and risk for each stage, and who has had the ball longest."""
    from licet.flows.time_gates import time_gates

    with at_work(home) as office:
        found = time_gates(office, name=slug)
    lines = [line for one in found.medians for line in _median_lines(one)]
    lines += [_wait_line(one, found.at) for one in found.waits[:MOST_WAITS]]
    lines += [] if slug is None else [line for one in found.gates for line in _time_lines(one)]
    said(cast("dict[str, Json]", times_json(found)), lines, as_json=as_json)


MOST_WAITS = 20
"""Waits that are listed; the JSON has them all."""


def times_json(found: "GateTimes") -> Mapping[str, Json]:
    """The time to yes as JSON: spans in seconds, null where nobody knows."""
    return {
        "at": found.at.isoformat(),
        "gates": [_time_json(one) for one in found.gates],
        "medians": [
            {
                "to": one.to.value,
                "passed": one.passed,
                "each": {role.value: _seconds(span) for role, span in one.each.items()},
                "whole": _seconds(one.whole),
            }
            for one in found.medians
        ],
        "waits": [_time_json(one) for one in found.waits],
    }


def _time_json(one: "GateTime") -> Json:
    return {
        "use_case": one.use_case,
        "to": one.to.value,
        "began": one.began.isoformat(),
        "passed": None if one.passed is None else one.passed.isoformat(),
        "spent": {role.value: _seconds(span) for role, span in one.spent.items()},
        "ball": None if one.ball is None else one.ball.value,
        "since": None if one.since is None else one.since.isoformat(),
    }


def _seconds(span: "timedelta | Unknown") -> float | None:
    return span.total_seconds() if isinstance(span, timedelta) else None


def _median_lines(one: "Medians") -> list[str]:
    if not isinstance(one.whole, timedelta):
        return [f"[bold]{one.to.value}[/]: [dim]{one.whole.why}[/]"]
    each = ", ".join(f"{role.value} {how_long(span)}" for role, span in one.each.items() if isinstance(span, timedelta))
    return [f"[bold]{one.to.value}[/]: {how_long(one.whole)} in the middle of {one.passed:,} ({each})"]


def _wait_line(one: "GateTime", now: datetime) -> str:
    long = how_long(now - (one.since or now))
    return f"  {plain(one.use_case)} to {one.to.value}: {'' if one.ball is None else one.ball.value} has the ball, for {long}"


def _time_lines(one: "GateTime") -> list[str]:
    spent = ", ".join(f"{role.value} {how_long(span)}" for role, span in one.spent.items()) or "no time at all"
    end = "on its way" if one.passed is None else f"entered {one.passed:%Y-%m-%d %H:%M} UTC"
    return [f"  to {one.to.value}: {spent}; {end if one.ball is not None or one.passed is not None else 'given up'}"]


@gate.group("rules", cls=Commands, context_settings=CONTEXT)
def rules() -> None:
    """What gates ask for, by stage and tier; an organisation may tighten it, and loosens it with risk's approval."""


@rules.command("show", context_settings=CONTEXT)
@home_option
@json_option
def show_rules(home: str | None, *, as_json: bool) -> None:
    """Show what gates ask for at each stage and tier, as a file to start from, and what is proposed."""
    from licet.core.gate_rules import rules_to_json
    from licet.flows.change_gates import show_gate_rules

    with at_work(home) as office:
        found = show_gate_rules(office)
    asked, loosens = found.waits, list(found.loosens)
    waits = None if asked is None else {"digest": asked.digest, "proposed_by": asked.proposed_by, "loosens": loosens}
    data = {"digest": found.digest, "own": found.own, "rules": rules_to_json(found.rules), "proposed": waits}
    whose = "The organisation's own rules" if found.own else "The rules this release ships"
    lines = [f"# {whose}, {found.digest}", *_as_yaml(found.rules)]
    lines += [] if asked is None else [f"# Proposed: {asked.digest}", *(f"#   less: {plain(line)}" for line in loosens)]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@rules.command("propose", context_settings=CONTEXT)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--shipped", is_flag=True, help="Go back to the rules this release ships.")
@usual
def propose_rules(file: Path | None, acting: str | None, home: str | None, *, shipped: bool, as_json: bool) -> None:
    """Ask for other rules, as a file such as `licet gate rules show` prints; what only tightens holds at once, the rest waits for risk."""
    from licet.core.rules import RulesInForce
    from licet.edge.gate_file import read_gates
    from licet.flows.change_gates import propose_gate_rules
    from licet.flows.office import who

    if (file is None) != shipped:
        message = "Name a file, or give --shipped; one of the two."
        raise click.UsageError(message)
    wanted = None if file is None else read_gates(file)
    with at_work(home) as office:
        done = granted(propose_gate_rules(office, who(office, acting), wanted=wanted))
    held = isinstance(done.made, RulesInForce)
    data = {"digest": done.made.digest, "version": done.made.version, "in_force": held, "loosens": list(done.loosens)}
    said(cast("dict[str, Json]", data), _proposed(done.made.digest, done.loosens, held=held), as_json=as_json)


def _proposed(digest: str, loosens: Sequence[str], *, held: bool) -> list[str]:
    if held:
        return [f"In force: it asks for as much as before, or more. [dim]{digest}[/]"]
    less = [f"  less than before: {plain(line)}" for line in loosens]
    return [f"Proposed: [bold]{digest}[/]", *less, f"Next: licet gate rules approve {digest} --as RISK"]


@rules.command("approve", context_settings=CONTEXT)
@click.argument("digest")
@usual
def approve_gate_rules(digest: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Put the proposed rules of exactly this digest in force, as risk and not as who proposed them."""
    from licet.core.ids import Digest
    from licet.flows.change_rules import approve_rules
    from licet.flows.office import who

    with at_work(home) as office:
        held = granted(approve_rules(office, who(office, acting), digest=Digest(digest)))
    data = {"digest": held.digest, "version": held.version, "approved_by": held.approved_by}
    said(cast("dict[str, Json]", data), (f"In force: version {held.version}, {held.digest}.",), as_json=as_json)


def _as_yaml(found: "GateRules") -> list[str]:
    from licet.core.gate_rules import LIMITS, RULED, STAGES, VERSION

    lines = [f"version: {VERSION}", "stages:"]
    for stage in STAGES:
        lines.append(f"  {stage.value}:")
        for tier in RULED:
            lines.append(f"    {tier.value}:")
            asked = found.of(stage, tier)
            lines += [f"      {code.value}: " + ("{}" if n is None else f"{{{LIMITS[code].name}: {n}}}") for code, n in asked.items()]
    return lines
