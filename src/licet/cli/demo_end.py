"""The demo's last act: the sealed cases are opened, the report is written, and the evidence pack is verified, whole and tampered."""

from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli.demo_acts import SLIPS, Set
from licet.cli.facts import report_of
from licet.cli.frame import granted, plain
from licet.cli.packs import export_pack
from licet.core.canonical import Json
from licet.flows.evaluate import Evaluated
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.settle import settle
from licet.verify import Verification, verify_pack
from licet.web.report import render_report

if TYPE_CHECKING:
    from licet.cli.demo_tale import Teller

EXAMPLES = 16
PACK, TAMPERED, REPORT = "payment-slips.pack.zip", "tampered.pack.zip", "report.html"
ALTERED = b'"verdict":"met"'
"""What is looked for in the pack, to alter one byte of it."""


def open_and_prove(teller: "Teller", scene: Set, judged: Evaluated) -> dict[str, Json]:
    """Opens the sealed cases, writes the report, exports the pack, verifies it, and verifies a tampered copy."""
    teller.act("Nobody has to believe it: evidence that a stranger verifies offline")
    opened = granted(open_sealed(scene.office, scene.cast.owner, name=SLIPS))
    settle(scene.office)
    shown = figures(scene.office, name=SLIPS, look=judged.stored.look.id)
    seen = None if shown is None else shown.found.measures[0]
    errors = "" if seen is None else f" {seen.errors:,} errors in {seen.n:,} decided alone, {seen.low:.2%} to {seen.high:.2%}."
    teller.say(
        f"Olga opens the {opened:,} sealed cases:{errors}",
        "[dim]That is their price: they are history now, and a changed system, scope or standard needs fresh ones.[/]",
    )
    report = scene.home.root / REPORT
    report.write_text(render_report(report_of(scene.office, SLIPS, examples=EXAMPLES)), encoding="utf-8")
    return {
        "opened": {"cases": opened, "errors": None if seen is None else seen.errors, "n": None if seen is None else seen.n},
        "report": str(report),
        "pack": _prove(teller, scene, report),
    }


def _prove(teller: "Teller", scene: Set, report: Path) -> Json:
    pack, copy = scene.home.root / PACK, scene.home.root / TAMPERED
    size = granted(export_pack(scene.office, scene.cast.risk, name=SLIPS, out=pack))
    vkey, outside = scene.office.seal.vkey, scene.home.checkpoints
    found = verify_pack(pack, key=vkey, checkpoint=outside)
    at = tamper(pack, copy)
    broken = verify_pack(copy, key=vkey, checkpoint=outside)
    teller.say(
        f"The pack of {size:,} bytes holds {found.entries:,} of the ledger's {found.size or 0:,} entries, with proofs: {_says(found)}.",
        f"A copy in which one byte, number {at:,}, was changed: {_says(broken)}.",
        *[f"  [dim]{plain(problem)}[/]" for problem in broken.problems[:2]],
    )
    teller.by_hand(
        f"sealed open {SLIPS} --as olga@example.org",
        f"evidence export {SLIPS} -o {PACK} --as rita@example.org",
        f"evidence verify {PACK} --key {vkey} --checkpoint .licet/checkpoints.txt",
    )
    teller.say(f"[bold]Open {plain(report)} in a browser[/]: the curve, the watch, and the AI's errors with their pictures.")
    return {
        "file": str(pack),
        "bytes": size,
        "vkey": vkey,
        "status": found.result,
        "problems": list(found.problems),
        "entries": found.entries,
        "tampered": {"byte": at, "status": broken.result, "problems": list(broken.problems)},
    }


def _says(found: Verification) -> str:
    return f"[{'bold red' if found.problems else 'bold green'}]{plain(found.result)}[/]"


def tamper(pack: Path, copy: Path) -> int:
    """Writes a copy of a pack in which one byte is another: the verdict's word where the pack has it, else the middle one.

    Returns:
        The byte's place, counted from 0.
    """
    raw = bytearray(pack.read_bytes())
    found = raw.find(ALTERED)
    at = found + len(ALTERED) - 2 if found >= 0 else len(raw) // 2
    raw[at] ^= 1
    copy.write_bytes(raw)
    return at
