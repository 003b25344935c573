"""Commands on the standard: show, compare, lock, countersign, revise."""

import re
from typing import cast

import click

from licet.cli.drafting import draft
from licet.cli.frame import CONTEXT, Commands, at_work, folder_of, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words

VERSION = re.compile(r"[1-9][0-9]{0,5}")


@click.group(cls=Commands, context_settings=CONTEXT)
def standard() -> None:
    """What good means: standard.yaml, locked by two people before any result."""


@standard.command("show", context_settings=CONTEXT)
@click.argument("slug")
@home_option
@json_option
def show(slug: str, home: str | None, *, as_json: bool) -> None:
    """Show the standard as it stands: draft, locked, countersigned, or edited since."""
    from licet.core.standard import CountersignedStandard, LockedStandard, standard_to_json
    from licet.edge.folder import load_standard
    from licet.flows.set_standard import show_standard

    on_disk = load_standard(folder_of(home, slug))
    with at_work(home) as office:
        shown = show_standard(office, name=slug, on_disk=on_disk)
    signed = shown.signed
    state = "countersigned" if isinstance(signed, CountersignedStandard) else "locked" if isinstance(signed, LockedStandard) else "draft"
    digest = signed.digest if isinstance(signed, LockedStandard | CountersignedStandard) else None
    data = {"use_case": slug, "state": state, "digest": digest, "edited": shown.edited, "standard": standard_to_json(on_disk)}
    lines = [f"[bold]{slug}[/]: {state}" + (f", {digest}" if digest else "")]
    lines += [f"  {plain(m.name)}: at most {m.target:.2%} at {confidence_in_words(m.confidence)}" for m in on_disk.measures]
    lines += ["[red]standard.yaml was edited after it was locked.[/]"] if shown.edited else []
    said(data, lines, as_json=as_json)


class Version(click.ParamType[int]):
    """A version's number, or with `file` what standard.yaml says now."""

    name = "version"

    def __init__(self, *, file: bool = False) -> None:
        """With `file`, the file may be named too; it is read as 0."""
        self._file = file

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads a version."""
        if self._file and value == "file":
            return 0
        if not VERSION.fullmatch(str(value)):
            self.fail(f"{value!r} is not a version such as 1{', nor `file`' if self._file else ''}.", param, ctx)
        return int(value)


@standard.command("diff", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--from", "before", type=Version(), help="The older version; default: the newest, or the one before --to.")
@click.option("--to", "after", type=Version(file=True), default="file", help="The newer version, or `file`: standard.yaml as it is now.")
@home_option
@json_option
def diff(slug: str, before: int | None, after: int, home: str | None, *, as_json: bool) -> None:
    """Say line by line what changed between two versions, or since a version in the file, and whether it asks for more."""
    from licet.core.standard_diff import difference_in_words
    from licet.edge.folder import load_standard
    from licet.flows.compare_standards import compare_standards

    on_disk = load_standard(folder_of(home, slug))
    with at_work(home) as office:
        found = granted(compare_standards(office, name=slug, on_disk=on_disk, before=before, after=after or None))
    lines: list[Json] = [
        {"path": list(one.path), "before": one.before, "after": one.after, "direction": one.direction.value} for one in found.found
    ]
    data = {"use_case": slug, "versions": list(found.versions), "from": found.before, "to": found.after or "file", "differences": lines}
    other = "standard.yaml" if found.after is None else f"version {found.after}"
    heading = f"[bold]{slug}[/]: version {found.before} → {other}" + ("" if found.found else ": nothing differs.")
    said(cast("dict[str, Json]", data), [heading, *(f"  {plain(difference_in_words(one))}" for one in found.found)], as_json=as_json)


standard.add_command(draft)


@standard.command("lock", context_settings=CONTEXT)
@click.argument("slug")
@usual
def lock(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Lock standard.yaml as it is; the first owner to lock becomes the owner of the use case."""
    from licet.edge.folder import load_standard
    from licet.flows.office import who
    from licet.flows.set_standard import lock_standard

    draft = load_standard(folder_of(home, slug))
    with at_work(home) as office:
        locked = granted(lock_standard(office, who(office, acting), name=slug, draft=draft))
    data = {"use_case": slug, "version": locked.version, "digest": locked.digest, "locked_by": locked.locked_by}
    lines = (f"Locked version {locked.version}: {locked.digest}", f"Next: licet standard countersign {slug} --as RISK")
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@standard.command("countersign", context_settings=CONTEXT)
@click.argument("slug")
@usual
def countersign(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Countersign the locked standard, as risk."""
    from licet.flows.office import who
    from licet.flows.set_standard import countersign_standard

    with at_work(home) as office:
        signed = granted(countersign_standard(office, who(office, acting), name=slug))
    data = {"use_case": slug, "digest": signed.digest, "countersigned_by": signed.countersigned_by}
    said(cast("dict[str, Json]", data), (f"Countersigned: {signed.digest}", f"Next: licet evaluate {slug}"), as_json=as_json)


@standard.command("revise", context_settings=CONTEXT)
@click.argument("slug")
@usual
def revise(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Open the standard for a next version."""
    from licet.flows.office import who
    from licet.flows.set_standard import revise_standard

    with at_work(home) as office:
        version = granted(revise_standard(office, who(office, acting), name=slug))
    said(
        {"use_case": slug, "next_version": version}, (f"standard.yaml may be edited; locking it makes version {version}.",), as_json=as_json
    )
