"""Commands on offers: a team's changes go back to whoever publishes the template, who accepts them or says why not."""

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.published import Offer
    from licet.core.template_files import FileChange
    from licet.flows.offer_template import Held


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@click.option("--why", required=True, metavar="TEXT", help="What is better, in one line.")
@usual
def offer(slug: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Offer what the team changed back to whoever publishes the template."""
    from licet.edge.template_folder import checked, collect
    from licet.flows.offer_template import offer_changes
    from licet.flows.office import who

    found = checked(collect(folder_of(home, slug)), slug)
    with at_work(home) as office:
        made = granted(offer_changes(office, who(office, acting), found, name=slug, why=why))
    data = {"offer": made.id, "template": made.name, "base": made.base, "digest": made.digest, "left_out": dict(found.left_out)}
    lines = [f"Offered to {made.name} as {made.id}: {made.digest}", "Whoever publishes it is told. No folder changes by it."]
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("wanted", metavar="[OFFER]", required=False)
@home_option
@json_option
def offers(wanted: str | None, home: str | None, *, as_json: bool) -> None:
    """List the offers that were made from here or to here; of one, show line by line what it would change of the newest version."""
    from licet.flows.offer_template import list_offers, see_offer

    with at_work(home) as office:
        if wanted is None:
            found = list_offers(office)
            data = {"offers": [_json(one) for one in found]}
            said(data, [_line(one) for one in found] or ["No offer."], as_json=as_json)
            return
        held = granted(see_offer(office, offer=wanted))
    one = {**_json(held.offer), "newest": held.newest.version, "changed": changed_json(held.changed), "lines": dict(_texts(held))}
    lines = [_line(held.offer), f"Against version {held.newest.version}, the newest:"]
    for change in held.changed:
        lines += [change_line(change), *[f"    {plain(text)}" for text in _texts(held)[change.path]]]
    said(one, lines, as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("wanted", metavar="OFFER")
@click.option("--over", type=int, metavar="VERSION", help="The newest version, where it is not the one that the team began from.")
@usual
def accept(wanted: str, over: int | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Publish an offer as the next version of your template; no team's folder changes by it."""
    from licet.flows.offer_template import accept_offer
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(accept_offer(office, who(office, acting), offer=wanted, over=over))
    data = {"offer": wanted, "template": made.name, "version": made.version, "digest": made.digest}
    said(cast("dict[str, Json]", data), [f"Published {made.name}, version {made.version}: {made.digest}"], as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.argument("wanted", metavar="OFFER")
@click.option("--why", required=True, metavar="TEXT", help="The reason, in one line; the team that offered is told.")
@usual
def decline(wanted: str, why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Decline an offer, with a reason."""
    from licet.flows.offer_template import decline_offer
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(decline_offer(office, who(office, acting), offer=wanted, why=why))
    said({"offer": made.id, "template": made.name}, [f"Declined {made.id}; the team that offered is told why."], as_json=as_json)


def change_line(one: "FileChange") -> str:
    """What became of a file, in one line for people."""
    word = "added" if one.before is None else "taken out" if one.after is None else "changed"
    ends = " → ".join(end[:12] for end in (one.before, one.after) if end is not None)
    return f"  {word}  {plain(one.path)}  [dim]{ends}[/]"


def changed_json(changed: "Sequence[FileChange]") -> list[Json]:
    """What became of files, for programs; null before: added, null after: taken out."""
    return [{"path": one.path, "before": one.before, "after": one.after} for one in changed]


def _texts(held: "Held") -> Mapping[str, list[str]]:
    """By path, the lines taken out and put in, as `diff -u` writes them."""
    return {
        one.path: list(difflib.unified_diff(_lines(held.before, one.path), _lines(held.after, one.path), "newest", "offered", lineterm=""))
        for one in held.changed
    }


def _lines(files: Mapping[str, bytes], path: str) -> list[str]:
    return files.get(path, b"").decode("utf-8", "replace").splitlines()


def _state(one: "Offer") -> tuple[str, Mapping[str, Json]]:
    from licet.core.published import AcceptedOffer, DeclinedOffer

    match one:
        case AcceptedOffer():
            return "accepted", {"version": one.version}
        case DeclinedOffer():
            return "declined", {"reason": one.reason}
        case _:
            return "open", {}


def _json(one: "Offer") -> Mapping[str, Json]:
    made, (state, more) = one.offered, _state(one)
    return {
        "offer": made.id,
        "template": made.name,
        "state": state,
        "from": {"team": made.origin.team, "use_case": made.origin.use_case},
        "base": made.base,
        "digest": made.digest,
        "why": made.why,
        "at": made.at.isoformat(),
        **more,
    }


def _line(one: "Offer") -> str:
    made, (state, more) = one.offered, _state(one)
    told = "".join(f" ({word} {plain(value)})" for word, value in more.items())
    where = f"{plain(made.origin.use_case)} of team {plain(made.origin.team)}"
    return f"[bold]{made.id}[/]  {state}{told}  {made.name}, from {where}: {plain(made.why)}"
