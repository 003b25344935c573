"""Commands on workflows: register a use case's steps, begin items, see where they stand, and take them over to a newer version."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.bpmn_export import export_workflow
from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, plain, said, usual
from licet.cli.history import reading_options
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.flows.walk import Stood
    from licet.store.workflows import Item, Visit

SHOWN = 100
"""Items that are listed at once."""


@click.group(cls=Commands, context_settings=CONTEXT)
def workflow() -> None:
    """Use cases with several steps: each decided by its own standard and mandate, joined by rules."""


@workflow.command("register", context_settings=CONTEXT)
@click.argument("slug")
@usual
def register(slug: str, *, acting: str | None, home: str | None, as_json: bool) -> None:
    """Register the steps in workflow.yaml as a version, as the owner; items begin in it, and those on their way stay in theirs."""
    from licet.edge.workflow_file import load_workflow
    from licet.flows.office import who
    from licet.flows.set_steps import register_workflow

    steps = load_workflow(folder_of(home, slug))
    with at_work(home) as office:
        done = granted(register_workflow(office, who(office, acting), name=slug, workflow=steps))
    version = done.version
    data: dict[str, Json] = {"use_case": slug, "version": version.number, "digest": version.digest, "again": done.again}
    was = "is registered already" if done.again else "is registered; items begin in it from now on"
    said(
        data,
        [f"Version {version.number} of {plain(slug)} {was}: {len(version.workflow.steps)} steps, {version.digest[:12]}."],
        as_json=as_json,
    )


@workflow.command("start", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@usual
def start(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool, **given: str | int | None) -> None:
    """Begin an item for each row of a file; a name that came in before begins nothing. A worker moves them."""
    from licet.cli.deliveries import ready_file
    from licet.flows.office import who
    from licet.flows.walk import start_item

    begun = repeated = differing = 0
    with at_work(home) as office:
        by, delivery = who(office, acting), ready_file(folder_of(home, slug), file, {**given, "answer": None}).delivery
        for row in delivery.rows:
            named = replace(row, external_id=row.external_id or f"{delivery.source}:{row.line}")
            one = granted(start_item(office, by, name=slug, row=named))
            begun, repeated, differing = begun + (not one.repeated), repeated + one.repeated, differing + one.differs
    data: dict[str, Json] = {"use_case": slug, "begun": begun, "repeated": repeated, "differing": differing}
    lines = [f"{begun:,} items began. See them: licet workflow list {plain(slug)}"]
    lines += [f"{repeated:,} had begun before; nothing began twice."] if repeated else []
    lines += [f"[yellow]{differing:,} of those said something else then; what they said first counts.[/]"] if differing else []
    said(data, lines, as_json=as_json)


@workflow.command("list", context_settings=CONTEXT)
@click.argument("slug")
@usual
def list_(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """List the versions, and the items on their way: held ones first, then the late, then the longest."""
    from licet.flows.office import who
    from licet.flows.see_workflow import see_items
    from licet.flows.walk import list_versions

    with at_work(home) as office:
        known, (counts, found) = list_versions(office, name=slug), see_items(office, who(office, acting), name=slug, limit=SHOWN)
    versions: list[Json] = [{"number": one.number, "digest": one.digest, "registered_at": one.registered_at.isoformat()} for one in known]
    data: dict[str, Json] = {"use_case": slug, "versions": versions, "counts": dict(counts), "items": [item_json(one) for one in found]}
    lines = [f"Version {one.number}  {one.digest[:12]}  {one.registered_at:%Y-%m-%d %H:%M} UTC" for one in known]
    lines = lines or [f"No workflow is registered. Write workflow.yaml; then: licet workflow register {plain(slug)}"]
    lines += [_line(one) for one in found]
    lines += [" · ".join(f"{many:,} {state}" for state, many in sorted(counts.items()))] if counts else []
    said(data, lines, as_json=as_json)


@workflow.command("show", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("item")
@usual
def show(slug: str, item: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show where an item stands, every step it was at, and the name of its case at each."""
    from licet.flows.office import who
    from licet.flows.see_workflow import see_item

    with at_work(home) as office:
        found = granted(see_item(office, who(office, acting), name=slug, item=item))
    said({"use_case": slug, **item_json(found)}, item_lines(found), as_json=as_json)


@workflow.command("migrate", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--from", "number", type=click.IntRange(min=1), required=True, help="Number of the earlier version.")
@usual
def migrate(slug: str, number: int, *, acting: str | None, home: str | None, as_json: bool) -> None:
    """Take items of an earlier version over to the newest, as the owner, by the rules under `moves:` of its workflow.yaml."""
    from licet.flows.office import who
    from licet.flows.set_steps import migrate_items

    with at_work(home) as office:
        done = granted(migrate_items(office, who(office, acting), name=slug, number=number))
    data: dict[str, Json] = {"use_case": slug, "from": number, "to": done.to.number, "moved": done.moved, "stayed": list(done.stayed)}
    lines = [f"{done.moved:,} items went over from version {number} to {done.to.number}."]
    lines += [f"{len(done.stayed):,} stay and end in version {number}: {plain(', '.join(done.stayed[:10]))}"] if done.stayed else []
    said(data, lines, as_json=as_json)


@workflow.command("send", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("item")
@click.option("--to", "step", metavar="STEP", required=True, help="A step of its version at which it was not yet.")
@click.option("--branch", metavar="STEP", help="Of several branches that are held, the one that begins with this step.")
@usual
def send(slug: str, item: str, step: str, *, acting: str | None, home: str | None, as_json: bool, **which: str | None) -> None:
    """Send a held item on to a step, as the owner; the ledger says who did."""
    from licet.flows.office import who
    from licet.flows.see_workflow import see_item
    from licet.flows.walk import send_on

    with at_work(home) as office:
        by = who(office, acting)
        granted(send_on(office, by, name=slug, item=item, to=step, branch=which["branch"]))
        found = granted(see_item(office, by, name=slug, item=item))
    said({"use_case": slug, **item_json(found)}, item_lines(found), as_json=as_json)


def item_json(one: "Stood") -> Mapping[str, Json]:
    """An item as JSON; what does not apply is null."""
    item = one.item
    due = [moment for moment in (item.due_at, item.whole_due_at) if moment is not None]
    return {
        "id": item.id,
        "name": item.name,
        "version": one.version.number,
        "round": item.round,
        **_stands_json(item),
        "due_at": min(due).isoformat() if due else None,
        "late": item.late or item.late_whole,
        "started_at": item.started_at.isoformat(),
        "branches": [{"branch": part.branch, "round": part.round, **_stands_json(part), "late": part.late} for part in one.branches],
        "steps": [_visit_json(item, visit) for visit in one.visits],
    }


def _visit_json(item: "Item", visit: "Visit") -> Mapping[str, Json]:
    from licet.flows.walk import case_of

    at, case = visit.at.isoformat(), case_of(item, visit)
    return {"step": visit.step, "round": visit.round, "at": at, "case": case, "sent_back": visit.sent_back}


def _stands_json(item: "Item") -> Mapping[str, Json]:
    return {
        "state": item.state,
        "step": item.step or None,
        "reason": item.reason,
        "detail": item.detail,
        "since": item.since.isoformat() if item.step else None,
    }


def item_lines(one: "Stood") -> list[str]:
    """An item for people: where it stands and why, then the steps it was at."""
    why = [*_why(one.item), *(line for part in one.branches for line in (_branch_line(part), *(f"  {said}" for said in _why(part))))]
    return [_line(one), *why, *(_visit_line(one.item, visit) for visit in one.visits)]


def _why(item: "Item") -> list[str]:
    """Why it is held, or may wait for ever."""
    from licet.core.workflow import HELD, NOBODY, NOBODY_LEFT

    said = {**HELD, NOBODY_LEFT: NOBODY}.get(item.reason or "")
    return [line for line in (said, plain(item.detail or "")) if line]


def _branch_line(item: "Item") -> str:
    late = "  [red]late[/]" if item.late else ""
    return f"  branch {plain(item.branch or '')}: {item.state} at {plain(item.step)} since {item.since:%Y-%m-%d %H:%M} UTC{late}"


def _visit_line(item: "Item", visit: "Visit") -> str:
    from licet.flows.walk import case_of

    case = case_of(item, visit)
    more = [case] if case is not None else []
    more += [f"round {visit.round}"] if visit.round > 1 else []
    more += ["sent it back"] if visit.sent_back else []
    return "  ".join([f"  {visit.at:%Y-%m-%d %H:%M}", plain(visit.step), *more])


def _line(one: "Stood") -> str:
    from licet.flows.walk import nobody_left

    item = one.item
    late = "  [red]late[/]" if item.late or item.late_whole else ""
    if not item.step:
        kept = "where is not told: it says what AI answered, and one of its cases is or may be asked about blind"
        return f"{plain(item.name)}  {item.state}, {kept}  version {one.version.number}{late}"
    left = "  [red]nobody left[/]" if nobody_left(one) else ""
    since = f"since {item.since:%Y-%m-%d %H:%M} UTC"
    return f"{plain(item.name)}  {item.state} at {plain(item.step)} {since}  version {one.version.number}{late}{left}"


workflow.add_command(export_workflow)
