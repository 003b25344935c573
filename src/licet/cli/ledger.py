"""Commands on the ledger: find entries, show one with its proof, recompute the whole."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from licet.cli.evidence import DAY
from licet.cli.frame import CONTEXT, ENVIRONMENT, OK, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.ledger import Event
    from licet.flows.read_ledger import Read, Sought

MOST = 1_000


@click.group(cls=Commands, context_settings=CONTEXT)
def ledger() -> None:
    """The append-only log of everything that happened."""


@ledger.command("list", context_settings=CONTEXT)
@click.option("--use-case", metavar="SLUG", help="Of one use case, under each name it had.")
@click.option("--what", metavar="WORD", help="A word of the ledger, or how some begin: case.decided, mandate.")
@click.option("--by", metavar="PERSON", help="Who acted: an e-mail address, or an id as the ledger has it.")
@click.option("--case", metavar="ID", help="Of one case: its number, or its id together with --use-case.")
@click.option("--from", "since", type=DAY, metavar="DATE", help="From this day on (UTC).")
@click.option("--to", "until", type=DAY, metavar="DATE", help="Up to the end of this day (UTC).")
@click.option("--after", type=click.IntRange(min=-1), default=-1, metavar="INDEX", help="Entries after this number: the next page.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, help="Entries that are listed.")
@usual
def list_(acting: str | None, home: str | None, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click's
    """List entries of the ledger in its order, page by page."""
    from licet.flows.office import who
    from licet.flows.read_ledger import list_entries, reading_view

    with at_work(home) as office:
        view = granted(reading_view(office, who(office, acting)))
        found = granted(list_entries(office, view, _asked(**asked)))
    data: dict[str, Json] = {"entries": [_json(one) for one in found.entries], "after": found.after}
    more = [] if found.after is None else [f"[dim]More: --after {found.after}[/]"]
    said(data, [*(_line(one) for one in found.entries), *more] or ["No such entry."], as_json=as_json)


def _asked(*, since: datetime | None, until: datetime | None, **rest: Any) -> "Sought":  # noqa: ANN401 - click's
    from licet.flows.read_ledger import Sought

    first = None if since is None else since.replace(tzinfo=UTC)
    last = None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1)
    return Sought(since=first, until=last, **rest)


def _json(one: "Read") -> Mapping[str, Json]:
    if one.event is None:
        return {"index": one.index, "left_out": one.why}
    return {"index": one.index, **event_json(one.event)}


def event_json(event: "Event") -> Mapping[str, Json]:
    """What an entry says, as JSON."""
    return {"what": event.what, "at": event.at.isoformat(), "by": event.by, "use_case": event.use_case, "facts": dict(event.facts)}


def _line(one: "Read") -> str:
    if one.event is None:
        return f"[dim]{one.index:>9,}  {plain(one.why)}[/]"
    event = one.event
    facts = " ".join(f"{key}={value}" for key, value in event.facts.items() if isinstance(value, str | int | float | bool))
    return (
        f"{one.index:>9,}  {event.at:%Y-%m-%d %H:%M:%S}  {plain(event.what):<22} {plain(event.use_case or '-')}  "
        f"{plain(event.by)}  [dim]{plain(facts[:200])}[/]"
    )


@ledger.command("show", context_settings=CONTEXT)
@click.argument("index", type=click.IntRange(min=0))
@usual
def show(index: int, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Show one entry, with the proof that it is in the signed tree."""
    import base64

    from licet.core.ledger import read_event
    from licet.flows.office import who
    from licet.flows.read_ledger import reading_view, show_entry

    with at_work(home) as office:
        view = granted(reading_view(office, who(office, acting)))
        shown = granted(show_entry(office, view, index))
    text = shown.entry.entry.decode()
    proof = [base64.b64encode(part).decode() for part in shown.entry.proof]
    data: dict[str, Json] = {"index": index, "entry": text, "proof": list(proof), "checkpoint": shown.checkpoint}
    data |= event_json(read_event(shown.entry.entry))
    lines = [plain(text), "", *(f"proof {part}" for part in proof), "", *(plain(line) for line in shown.checkpoint.splitlines())]
    said(data, lines, as_json=as_json)


@ledger.command("verify", context_settings=CONTEXT)
@home_option
@json_option
def verify_ledger(home: str | None, *, as_json: bool) -> int:
    """Recompute the whole tree from the entries' bytes and hold it against signed checkpoints, inside and outside the database."""
    from licet.wiring import check_ledger

    with at_work(home, rolled_back=True) as office:
        found = check_ledger(office)
    data: dict[str, Json] = {
        "entries": found.entries,
        "root": found.root.hex(),
        "problems": list(found.problems),
        "checkpoint_outside": found.outside,
    }
    lines = [f"{found.entries:,} entries, root {found.root.hex()}"]
    lines += [f"[red]{plain(problem)}[/]" for problem in found.problems] or [
        "[green]Intact[/], and the same as the last checkpoint outside the database."
    ]
    said(data, lines, as_json=as_json)
    return ENVIRONMENT if found.problems else OK
