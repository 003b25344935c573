"""Commands on proof: evidence packs, and the ledger itself."""

from pathlib import Path

import click

from licet.cli.frame import (
    CONTEXT,
    ENVIRONMENT,
    OK,
    USAGE,
    Commands,
    OutFile,
    at_work,
    granted,
    home_option,
    json_option,
    plain,
    said,
    usual,
)
from licet.core.canonical import Json


@click.group(cls=Commands, context_settings=CONTEXT)
def evidence() -> None:
    """Evidence packs: one file that a stranger verifies offline."""


@evidence.command("export", context_settings=CONTEXT)
@click.argument("slug")
@click.option("-o", "--out", required=True, type=OutFile(), help="Write the pack here.")
@usual
def export(slug: str, out: Path, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Write an evidence pack: entries, proofs, checkpoint, documents, report.html, and the verifier."""
    from licet.cli.packs import export_pack
    from licet.flows.office import who

    with at_work(home) as office:
        size = granted(export_pack(office, who(office, acting), name=slug, out=out))
        vkey = office.seal.vkey
    lines = (f"Wrote {plain(out)} ({size:,} bytes).", f"To verify: licet evidence verify {plain(out)} --key {plain(vkey)}")
    said({"use_case": slug, "file": str(out), "bytes": size, "vkey": vkey}, lines, as_json=as_json)


@evidence.command("verify", context_settings=CONTEXT)
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--key", metavar="VKEY", help="The signer's public key; without it only: intact, signer not checked.")
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Signed checkpoints kept outside.")
@json_option
def verify(pack: Path, key: str | None, checkpoint: Path | None, *, as_json: bool) -> int:
    """Verify an evidence pack; needs no installation. Exit: 0 nothing wrong, 2 broken or no pack."""
    from licet.verify import UsageError, verify_pack

    try:
        found = verify_pack(pack, key=key, checkpoint=checkpoint)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    data: dict[str, Json] = {"file": str(pack), "status": found.result, "problems": list(found.problems), "notes": list(found.notes)}
    lines = [f"[bold]{plain(found.result)}[/]", *[f"  {plain(p)}" for p in found.problems], *[f"  [dim]{plain(n)}[/]" for n in found.notes]]
    said(data, lines, as_json=as_json)
    return USAGE if found.problems else OK


@click.group(cls=Commands, context_settings=CONTEXT)
def ledger() -> None:
    """The append-only log of everything that happened."""


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
