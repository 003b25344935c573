"""Commands on evidence packs: write one, verify one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from licet.cli.frame import CONTEXT, OK, USAGE, Commands, OutFile, at_work, granted, json_option, plain, said, usual
from licet.cli.outside_evidence import outside
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.cli.packs import PackWish

DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
FIRST_DAY, LAST_DAY = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
READERS: Final = ("owner", "builder", "reviewer", "senior reviewer", "risk", "admin", "auditor")


@click.group(cls=Commands, context_settings=CONTEXT)
def evidence() -> None:
    """Evidence packs: one file that a stranger verifies offline."""


evidence.add_command(outside)


@evidence.command("export", context_settings=CONTEXT)
@click.argument("slug")
@click.option("-o", "--out", required=True, type=OutFile(), help="Write the pack here.")
@click.option("--case", metavar="ID", help="Only one case, by its id or number, and what its decision stood on.")
@click.option("--from", "since", type=DAY, metavar="DATE", help="Only what happened from this day on (UTC).")
@click.option("--to", "until", type=DAY, metavar="DATE", help="Only what happened up to the end of this day (UTC).")
@click.option("--for", "reader", type=click.Choice(READERS), help="For whom it is; default: for whoever exports. Never wider than that.")
@click.option("--since", "earlier", metavar="FILE|SIZE", help="Prove that nothing was rewritten since this checkpoint, pack or size.")
@usual
def export(slug: str, out: Path, acting: str | None, home: str | None, *, as_json: bool, **wish: Any) -> None:  # noqa: ANN401 - click's
    """Write an evidence pack of a use case, one case or a period: entries, proofs, documents, report.html, and the verifier."""
    from licet.cli.packs import export_pack
    from licet.flows.office import who

    wished = _wish(**wish)
    with at_work(home) as office:
        size = granted(export_pack(office, who(office, acting), name=slug, out=out, wish=wished))
        vkey = office.seal.vkey
    lines = (f"Wrote {plain(out)} ({size:,} bytes).", f"To verify: licet evidence verify {plain(out)} --key {plain(vkey)}")
    said({"use_case": slug, "file": str(out), "bytes": size, "vkey": vkey}, lines, as_json=as_json)


def _wish(case: str | None, since: datetime | None, until: datetime | None, reader: str | None, earlier: str | None) -> "PackWish":
    from licet.cli.packs import PackWish
    from licet.core.evidence import OnePeriod
    from licet.core.people import Role

    if case is not None and (since or until):
        raise click.UsageError("A pack is of one case or of a period. Leave out --case, or --from and --to.")
    if since is not None and until is not None and until < since:
        raise click.UsageError(f"--to {until:%Y-%m-%d} lies before --from {since:%Y-%m-%d}. Turn them round.")
    period = None
    if since is not None or until is not None:
        last = LAST_DAY if until is None else until
        period = OnePeriod(since=(since or FIRST_DAY).replace(tzinfo=UTC), until=last.replace(tzinfo=UTC) + timedelta(days=1))
    return PackWish(case=case, period=period, reader=None if reader is None else Role(reader), since=earlier_text(earlier))


def earlier_text(named: str | None) -> str | None:
    """A size as it is, or what stands in a file of checkpoints or in a pack's checkpoint.

    Raises:
        click.UsageError: when there is no such file.
    """
    if named is None or (named.isascii() and named.isdigit()):
        return named
    from licet.verify import checkpoint_of

    try:
        return checkpoint_of(Path(named).read_bytes())
    except (OSError, ValueError) as wrong:
        raise click.UsageError(f"{named!r} is neither a size nor a file with a checkpoint or a pack: {wrong}.") from wrong


@evidence.command("verify", context_settings=CONTEXT)
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--key", metavar="VKEY", help="The signer's public key; without it only: intact, signer not checked.")
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Signed checkpoints kept outside.")
@click.option("--earlier", type=click.Path(path_type=Path), metavar="FILE", help="An older pack or checkpoint that must hold still.")
@click.option("--witness", "witnesses", multiple=True, metavar="VKEY", help="Who must have co-signed; repeat for more.")
@json_option
def verify(pack: Path, key: str | None, checkpoint: Path | None, earlier: Path | None, witnesses: tuple[str, ...], *, as_json: bool) -> int:
    """Verify an evidence pack; needs no installation. Exit: 0 nothing wrong, 2 broken or no pack."""
    from licet.verify import UsageError, verify_pack

    try:
        found = verify_pack(pack, key=key, checkpoint=checkpoint, earlier=earlier, witnesses=witnesses)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    data: dict[str, Json] = {"file": str(pack), "status": found.result, "problems": list(found.problems), "notes": list(found.notes)}
    lines = [f"[bold]{plain(found.result)}[/]", *[f"  {plain(p)}" for p in found.problems], *[f"  [dim]{plain(n)}[/]" for n in found.notes]]
    said(data, lines, as_json=as_json)
    return USAGE if found.problems else OK
