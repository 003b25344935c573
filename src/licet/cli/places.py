"""Commands that set up: the installation, people, use cases, and what keeps them healthy."""

from functools import partial
from pathlib import Path
from typing import Any, cast

import click

from licet.cli.frame import (
    CONTEXT,
    ENVIRONMENT,
    OK,
    USAGE,
    Commands,
    at_work,
    folder_of,
    granted,
    home_option,
    json_option,
    plain,
    said,
    usual,
)
from licet.core.canonical import Json
from licet.settings import find_home, home_at


@click.command(context_settings=CONTEXT)
@click.argument("directory", default=".", metavar="[DIR]")
@json_option
def init(directory: str, *, as_json: bool) -> None:
    """Make an installation in a folder: database, payload key, signing key; prints the public key."""
    from licet.cli.founding import create

    root = Path(directory)
    root.mkdir(parents=True, exist_ok=True)
    vkey = create(home_at(root))
    lines = (
        f"Made an installation in [bold]{plain(root.resolve())}[/].",
        f"Public key (give it to whoever will verify): [bold]{plain(vkey)}[/]",
        "Next: licet person add, licet use-case new",
    )
    said({"home": str(root.resolve()), "vkey": vkey}, lines, as_json=as_json)


@click.group(cls=Commands, context_settings=CONTEXT)
def person() -> None:
    """People and their roles."""


@person.command("add", context_settings=CONTEXT)
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["owner", "builder", "reviewer", "risk", "admin"]),
    help="What the person stands for in the whole installation; repeat for more. For less than that: `licet role give`.",
)
@usual
def add(email: str, name: str, roles: tuple[str, ...], acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Add a person, or give somebody more roles."""
    from licet.core.people import Role
    from licet.flows.office import who
    from licet.flows.register import add_person

    with at_work(home) as office:
        made = granted(add_person(office, who(office, acting), email=email, name=name, roles=frozenset(map(Role, roles))))
    data = {"person": made.id, "email": made.email, "name": made.name, "roles": sorted(made.roles)}
    said(cast("dict[str, Json]", data), (f"{plain(made.name)} <{plain(made.email)}>: {', '.join(sorted(made.roles))}",), as_json=as_json)


@click.group("use-case", cls=Commands, context_settings=CONTEXT)
def use_case() -> None:
    """Use cases."""


@use_case.command("new", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--title", help="What is decided, in words; default: the name.")
@click.option("--answer", type=click.Choice(["choice", "fields", "number", "text"]), help="Kind of answer; default: choice.")
@click.option("--target", type=float, default=0.05, help="Highest share of errors among cases decided alone, such as 0.05.")
@click.option("--confidence", type=float, default=0.95, help="Confidence of that promise, such as 0.95.")
@click.option("--field", "fields", multiple=True, metavar="NAME", help="Of answers in fields: a field that counts; repeat for more.")
@click.option("--team", "whose", metavar="NAME", help="The team it belongs to; default: that of LICET_TEAM, or main.")
@usual
def new(  # noqa: PLR0913 - a command's options
    slug: str,
    *,
    title: str | None,
    answer: str | None,
    whose: str | None,
    acting: str | None,
    home: str | None,
    as_json: bool,
    **promise: Any,  # noqa: ANN401 - click's
) -> None:
    """Create a use case with a folder and a standard that can be locked as it is; a folder that is there is taken as it is."""
    from licet.cli.folders import folder_for
    from licet.core.team import team
    from licet.core.template import template
    from licet.flows.office import who
    from licet.flows.register import new_use_case

    place = find_home(None if home is None else Path(home)).use_cases
    given = None if whose is None else team(whose)
    with at_work(home) as office:
        actor = who(office, acting)
        with folder_for(place, slug, title=title, answer=answer, standard=partial(template, **promise)) as (folder, told):
            made = granted(new_use_case(office, actor, name=told.slug, title=told.title, kind=told.answer, team=given))
    said_of = {"target": promise["target"], "confidence": promise["confidence"]}
    data = {"use_case": made.slug, "folder": str(folder), "answer": made.answer_kind.value, **said_of}
    lines = (
        f"Made use case [bold]{made.slug}[/] in {plain(folder)}.",
        f"Next: licet import {made.slug} FILE.csv --content COL --answer COL",
    )
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@use_case.command("move", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--team", "whose", metavar="NAME", required=True, help="The team it shall belong to.")
@usual
def move(slug: str, whose: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Give a use case to another team, as an admin; the team it leaves finds it no more."""
    from licet.core.team import team
    from licet.flows.office import who
    from licet.flows.register import move_use_case

    given = team(whose)
    with at_work(home) as office:
        made = granted(move_use_case(office, who(office, acting), name=slug, team=given))
    said({"use_case": made.slug, "team": given}, (f"{made.slug} belongs to team [bold]{given}[/] now.",), as_json=as_json)


@use_case.command("rename", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("new_slug")
@usual
def rename(slug: str, new_slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Give a use case a new name; what was signed keeps the old one."""
    from licet.cli.folders import free_name
    from licet.flows.office import who
    from licet.flows.register import rename_use_case

    old = folder_of(home, slug)
    renamed = free_name(old, new_slug)
    with at_work(home) as office:
        made = granted(rename_use_case(office, who(office, acting), name=slug, new_name=new_slug))
    old.rename(renamed)
    said({"use_case": made.slug, "was": slug}, (f"{slug} is {made.slug} now.",), as_json=as_json)


@use_case.command("stage", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--to", type=click.Choice(["idea", "sandbox", "shadow", "assisted", "delegated"]), required=True, help="The stage.")
@click.option("--why", default="", help="In words; the way back takes a reason.")
@usual
def stage(slug: str, to: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> int:
    """Enter a stage as owner: forward through every gate on the way, back with a reason; delegated is entered by granting."""
    from licet.cli.gates import closed_gate
    from licet.core.gate import ClosedGate
    from licet.core.use_case import Stage
    from licet.flows.enter_stage import enter_stage
    from licet.flows.office import who

    with at_work(home) as office:
        moved = enter_stage(office, who(office, acting), name=slug, to=Stage(to), why=why)
    if isinstance(moved, ClosedGate):
        return closed_gate(slug, moved, as_json=as_json)
    made = granted(moved)
    said({"use_case": slug, "stage": to, "was": made.was.value}, (f"{slug}: {made.was.value} → {to}.",), as_json=as_json)
    return OK


@use_case.command("retire", context_settings=CONTEXT)
@click.argument("slug")
@usual
def retire(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Retire a use case: it takes no more acts. Its ledger stays."""
    from licet.flows.office import who
    from licet.flows.register import retire_use_case

    with at_work(home) as office:
        made = granted(retire_use_case(office, who(office, acting), name=slug))
    said({"use_case": made.slug, "stage": made.stage.value}, (f"{made.slug} is retired.",), as_json=as_json)


@click.command(context_settings=CONTEXT)
@home_option
@json_option
def check(home: str | None, *, as_json: bool) -> int:
    """Check every use case's files; names file, line and remedy of all that is wrong."""
    from licet.edge.folder import check_folder

    place = find_home(None if home is None else Path(home))
    found = [finding for folder in sorted(place.use_cases.iterdir()) if folder.is_dir() for finding in check_folder(folder)]
    data = {"findings": [{"file": f.file, "line": f.line, "why": f.why, "remedy": f.remedy} for f in found]}
    lines = [plain(finding) for finding in found] or ["Everything is in order."]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)
    return USAGE if found else 0


@click.command(context_settings=CONTEXT)
@home_option
@json_option
def doctor(home: str | None, *, as_json: bool) -> int:
    """Find what is wrong with the installation: files, keys, database, ledger, clock, workers, use cases; ends with 4 on an error."""
    from licet.cli.doctor import examine

    found = examine(find_home(None if home is None else Path(home)))
    data = {"checks": [{"name": c.name, "ok": c.ok, "severity": c.found.severity.value, "says": c.found.says} for c in found]}
    lines = [f"{SEVERITIES[c.found.severity.value]}  {plain(c.name)}: {plain(c.found.says)}" for c in found]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)
    return 0 if all(c.ok for c in found) else ENVIRONMENT


SEVERITIES = {"ok": "[green]ok[/]     ", "note": "[cyan]note[/]   ", "warning": "[yellow]warning[/]", "error": "[red]no[/]     "}


@click.group(cls=Commands, context_settings=CONTEXT)
def db() -> None:
    """The database's schema."""


@db.command("upgrade", context_settings=CONTEXT)
@click.option("--post", is_flag=True, help="Also take away what only the release before used; refused while one of its workers runs.")
@home_option
@json_option
def upgrade(home: str | None, *, post: bool, as_json: bool) -> None:
    """Bring an older database to the schema this Licet writes; workers of the release before run on meanwhile."""
    from licet.cli.founding import upgrade_database

    before, after = upgrade_database(find_home(None if home is None else Path(home)), post=post)
    said({"before": before, "after": after}, (f"Schema {before or 'none'} → {after}.",), as_json=as_json)


@db.command("check", context_settings=CONTEXT)
@home_option
@json_option
def check_schema(home: str | None, *, as_json: bool) -> None:
    """Say whether this Licet runs on the database's schema, and what `licet db upgrade --post` would do; ends with 4 where not."""
    from licet.cli.founding import check_database

    schema, left = check_database(find_home(None if home is None else Path(home)))
    lines = [f"Schema {schema}, on which this Licet runs."]
    if left:
        lines.append(f"Waiting for `licet db upgrade --post`, when no older worker runs: {', '.join(left)}.")
    said({"schema": schema, "waiting": list(left)}, lines, as_json=as_json)


@db.command("accept-rollback", context_settings=CONTEXT)
@home_option
@json_option
def accept(home: str | None, *, as_json: bool) -> None:
    """After pg_restore of an older copy: write into the ledger what is lost, so that work can go on."""
    from licet.cli.backups import accept_rollback

    found = accept_rollback(find_home(None if home is None else Path(home)))
    line = f"{found.entries:,} entries are there, {found.rolled_back:,} are lost; the ledger says so from now on."
    said({"entries": found.entries, "known_outside": found.known, "rolled_back": found.rolled_back}, (line,), as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("file")
@home_option
@json_option
def backup(file: str, home: str | None, *, as_json: bool) -> None:
    """Write a consistent copy of database, keys and checkpoints into one file, while everything runs."""
    from licet.cli.backups import back_up

    size = back_up(find_home(None if home is None else Path(home)), Path(file))
    line = f"Wrote {plain(file)} ({size:,} bytes). It holds the keys: keep it as safe as the installation."
    said({"file": file, "bytes": size}, (line,), as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("file")
@click.option("--checkpoint", metavar="FILE", help="Checkpoints kept outside; a backup older than they are is reported.")
@home_option
@json_option
def restore(file: str, checkpoint: str | None, home: str | None, *, as_json: bool) -> None:
    """Put a backup in the place of the installation's database and keys; reports what it rolls back."""
    from licet.cli.backups import bring_back

    place = home_at(Path(home)) if home is not None else find_home(None)
    found = bring_back(place, Path(file), None if checkpoint is None else Path(checkpoint))
    lines = [f"Restored {found.entries:,} ledger entries."]
    if found.rolled_back:
        lines.append(
            f"[red]Rolled back:[/] an outside checkpoint has {found.known:,} entries; {found.rolled_back:,} are lost. The ledger says so."
        )
    data = {"entries": found.entries, "known_outside": found.known, "rolled_back": found.rolled_back}
    said(cast("dict[str, Json]", data), lines, as_json=as_json)
