"""Commands on templates: publish a use case's files, begin another from them, and see what a team changed since."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, OutFile, at_work, folder_of, granted, home_option, json_option, plain, said, usual
from licet.cli.template_offers import accept, change_line, changed_json, decline, offer, offers
from licet.cli.template_withdraw import counted_json, version_lines, versions_json, withdraw, withdrawn_lines
from licet.core.canonical import Json
from licet.settings import find_home

if TYPE_CHECKING:
    from licet.core.published import Published
    from licet.core.template_files import Collected, Listing
    from licet.core.use_case import UseCase
    from licet.flows.publish_template import Counted, Whole
    from licet.flows.use_template import Since

SHARED = "Every team of this installation can now read it and begin from it. Of where it came from, they see team and name."


@click.group(cls=Commands, context_settings=CONTEXT)
def template() -> None:
    """Use cases to begin from: published by one team, pinned by digest, improved by offers."""


@template.command("publish", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--name", required=True, help="The template's name; published again, it is the next version.")
@click.option("--says", default="", metavar="TEXT", help="What it is for, in one line.")
@click.option("--dry-run", is_flag=True, help="Show what would be shared, and share nothing.")
@usual
def publish(slug: str, acting: str | None, home: str | None, *, dry_run: bool, as_json: bool, **words: str) -> None:
    """Publish a use case's files for every team: standard, code and guideline, never a case, a log or a secret."""
    from licet.core.published import Publication, template_name
    from licet.core.template_files import files_digest, listing
    from licet.edge.template_folder import checked, collect
    from licet.flows.office import who
    from licet.flows.publish_template import publish_template

    name = template_name(words["name"])
    found = checked(collect(folder_of(home, slug)), slug)
    wish = Publication(name=name, says=words["says"], files=found.files, left_out=len(found.left_out))
    made: Published | None = None
    if not dry_run:
        with at_work(home) as office:
            made = granted(publish_template(office, who(office, acting), wish, name=slug))
    held = listing(found.files)
    data = {
        "template": name,
        "published": made is not None,
        "version": None if made is None else made.version,
        "digest": files_digest(held),
        "files": list(held),
        "left_out": dict(found.left_out),
    }
    head = f"Would publish {name}: {files_digest(held)}" if made is None else f"Published {name}, version {made.version}: {made.digest}"
    lines = [head, *_holding(held), *_staying(found), "Nothing was shared." if made is None else SHARED]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@template.command("list", context_settings=CONTEXT)
@home_option
@json_option
def list_(home: str | None, *, as_json: bool) -> None:
    """List the templates of this installation, each in its newest version, and how often it was used."""
    from licet.flows.publish_template import list_templates

    with at_work(home) as office:
        found = list_templates(office)
    lines = [line for one in found for line in _head(one)]
    data = {"templates": [counted_json(one) for one in found]}
    said(data, lines or ["No template yet. Publish one: licet template publish SLUG --name NAME"], as_json=as_json)


@template.command("show", context_settings=CONTEXT)
@click.argument("wanted", metavar="NAME[@DIGEST]")
@home_option
@json_option
def show(wanted: str, home: str | None, *, as_json: bool) -> None:
    """Show what a template holds, its digest, and how often it was used, by how many teams."""
    from licet.core.published import reference
    from licet.flows.publish_template import show_template

    with at_work(home) as office:
        found = granted(show_template(office, reference(wanted)))
    lines = [*_head(found), *_holding(found.template.listing), *version_lines(found.versions)]
    said({**counted_json(found), "versions": versions_json(found.versions)}, lines, as_json=as_json)


@template.command("export", context_settings=CONTEXT)
@click.argument("wanted", metavar="NAME[@DIGEST]")
@click.argument("file", type=OutFile())
@home_option
@json_option
def export(wanted: str, file: Path, home: str | None, *, as_json: bool) -> None:
    """Write a template as one zip, for another installation or a repository."""
    from licet.core.published import reference
    from licet.core.withdrawal import withdrawal_to_json
    from licet.edge.pack import write_pack
    from licet.edge.template_zip import zip_of
    from licet.flows.publish_template import read_template

    with at_work(home) as office:
        found = granted(read_template(office, reference(wanted)))
    packed = zip_of(found)
    write_pack(file, packed)
    data = {"file": str(file), "digest": found.template.digest, "bytes": len(packed), "withdrawn": withdrawal_to_json(found.withdrawn)}
    lines = [f"Wrote {plain(file)} ({len(packed):,} bytes): {found.template.digest}"]
    said(cast("dict[str, Json]", data), [*lines, *withdrawn_lines(found.template, found.withdrawn)], as_json=as_json)


@template.command("import", context_settings=CONTEXT)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What it is called here; default: as the file says.")
@usual
def import_(file: Path, name: str | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take a template in that was exported elsewhere; where it says it came from, nobody checked."""
    from licet.core.published import template_name
    from licet.edge.template_zip import read_zip
    from licet.flows.office import who
    from licet.flows.publish_template import import_template

    brought = read_zip(file, None if name is None else template_name(name))
    with at_work(home) as office:
        made = granted(import_template(office, who(office, acting), brought))
    data = {"template": made.name, "version": made.version, "digest": made.digest, "files": list(made.listing)}
    lines = [f"Took in {made.name}, version {made.version}: {made.digest}", *_holding(made.listing), SHARED]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@template.command("use", context_settings=CONTEXT)
@click.argument("wanted", metavar="NAME[@DIGEST]")
@click.argument("slug", metavar="NEW_SLUG")
@click.option("--title", help="What is decided, in words; default: the new use case's name.")
@click.option("--team", "whose", metavar="NAME", help="The team it belongs to; default: that of LICET_TEAM, or main.")
@usual
def use(wanted: str, slug: str, acting: str | None, home: str | None, *, as_json: bool, **words: str | None) -> None:
    """Begin a use case from a template: a new folder, a draft of a standard that the team locks itself, and nothing signed."""
    from licet.core.published import Reference, reference
    from licet.core.team import team
    from licet.edge.folder import load_use_case
    from licet.edge.template_folder import laid_out
    from licet.flows.office import who
    from licet.flows.publish_template import read_template
    from licet.flows.register import NewUseCase
    from licet.flows.use_template import use_template

    meant, given = reference(wanted), None if words["whose"] is None else team(words["whose"])
    title = _title(words["title"], slug)
    place = find_home(None if home is None else Path(home)).use_cases
    with at_work(home) as office:
        actor = who(office, acting)
        found = granted(read_template(office, meant))
        one = found.template
        with laid_out(place, slug, found.files, one) as folder:
            told = load_use_case(folder)
            begun = NewUseCase(name=told.slug, title=title, kind=told.answer, team=given)
            made = granted(use_template(office, actor, begun, template=Reference(name=one.name, pin=one.digest)))
    _said_of_use(found, made, (folder, told.title), as_json=as_json)


def _title(asked: str | None, slug: str) -> str:
    """What people call the new use case: as they say it, else its name; never as that was called which the template came from."""
    from licet.edge.form import word
    from licet.edge.forms import TITLE_LIMIT

    if asked is None:
        return slug
    try:
        read = word(asked)
    except ValueError as wrong:
        raise click.UsageError(f"--title: {wrong}") from None
    if len(read) > TITLE_LIMIT:
        raise click.UsageError(f"--title has {len(read):,} characters; {TITLE_LIMIT} are the most. Shorten it.")
    return read


def _said_of_use(found: "Whole", made: "UseCase", laid: tuple[Path, str], *, as_json: bool) -> None:
    """Says exactly what was written, with digests, and what came without it: the team's own decisions."""
    from licet.core.template_files import LOCK_FILE, to_decide

    one, slug, (folder, titled) = found.template, made.slug, laid
    settle = list(to_decide(found.files, slug))
    if titled != made.title:
        settle.append(
            f"It is listed as {made.title!r}; use_case.yaml still has the title {titled!r} of where it came from: write your own."
        )
    data = {
        "use_case": slug,
        "folder": str(folder),
        "template": one.name,
        "version": one.version,
        "digest": one.digest,
        "files": {path: fact.sha256 for path, fact in one.listing.items()},
        "title": made.title,
        "to_decide": [*settle],
    }
    lines = [f"Made use case [bold]{slug}[/] in {plain(folder)}, from {one.name} version {one.version}: {one.digest}"]
    lines += [*_holding(one.listing), f"  {LOCK_FILE}  [dim]names the template and these digests[/]", "", "Yours to decide now:"]
    said(cast("dict[str, Json]", data), [*lines, *[f"  - {plain(line)}" for line in settle]], as_json=as_json)


@template.command("diff", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def diff(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show file by file what a team changed since it began from its template, and whether a newer version was published."""
    from licet.edge.template_folder import collect, read_lock
    from licet.flows.use_template import changed_since

    folder = folder_of(home, slug)
    found, locked = collect(folder), read_lock(folder)
    with at_work(home) as office:
        since = granted(changed_since(office, found, name=slug))
    agrees = locked == (since.use.name, since.use.digest)
    data = _diff_json(slug, since, agrees=agrees)
    lines = [f"[bold]{slug}[/] began from {since.use.name} version {since.use.version}: {since.use.digest}"]
    lines += withdrawn_lines(since.began, since.withdrawn)
    lines += [change_line(one) for one in since.changed] or ["  Nothing was changed since."]
    lines += _newer(since)
    if not agrees:
        lines.append("[yellow]note[/] template.lock is not as it was written; what counts is what the ledger recorded, as shown here.")
    said(data, lines, as_json=as_json)


def _diff_json(slug: str, since: "Since", *, agrees: bool) -> dict[str, Json]:
    from licet.core.withdrawal import withdrawal_to_json

    return {
        "use_case": slug,
        "template": since.use.name,
        "version": since.use.version,
        "digest": since.use.digest,
        "changed": changed_json(since.changed),
        "withdrawn": withdrawal_to_json(since.withdrawn),
        "newest": {
            "version": since.newest.version,
            "digest": since.newest.digest,
            "withdrawn": withdrawal_to_json(since.newest_withdrawn),
        },
        "newer": since.newest.version > since.use.version,
        "has_newest": since.has_newest,
        "lock_agrees": agrees,
    }


def _newer(since: "Since") -> list[str]:
    if since.newest.version == since.use.version:
        return ["No newer version was published."]
    same = " These files are exactly that." if since.has_newest else " Nobody changes this folder but its team."
    line = f"Version {since.newest.version} was published since: {since.newest.digest}.{same}"
    return [line, *withdrawn_lines(since.newest, since.newest_withdrawn)]


def _head(counted: "Counted") -> list[str]:
    one, reuse = counted.template, counted.reuse
    where = f"from {plain(one.origin.use_case)} of team {plain(one.origin.team)}"
    where += ", elsewhere, by its file's own word" if one.origin.elsewhere else ""
    used = f"use cases begun: {reuse.uses}, of teams: {reuse.teams}"
    lines = [f"[bold]{one.name}[/]  version {one.version}  {one.digest}", f"  [dim]{where} · {one.at:%Y-%m-%d} · {used}[/]"]
    lines += [f"  {plain(one.says)}"] if one.says else []
    return [*lines, *withdrawn_lines(one, counted.withdrawn)]


def _holding(held: "Listing") -> list[str]:
    return [f"  {plain(path)}  [dim]{fact.size:,} bytes  {fact.sha256}[/]" for path, fact in held.items()]


def _staying(found: "Collected") -> Sequence[str]:
    left: Mapping[str, str] = found.left_out
    return ["Stays at home:", *[f"  {plain(path)}: {why}" for path, why in left.items()]] if left else []


for _command in (offer, offers, accept, decline, withdraw):
    template.add_command(_command)
