"""Making a pack: gather, fix the documents, record the export, prove everything, write one file."""

from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli.facts import report_of
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.edge.pack import draft_pack, pack_bytes, write_pack
from licet.flows.report import gather, prove, record_export
from licet.flows.settle import settle
from licet.web.report import render_report

if TYPE_CHECKING:
    from licet.flows.office import Office


def export_pack(office: "Office", by: Actor, *, name: str, out: Path) -> int | Refused:
    """Exports a use case's evidence pack; the export itself is its last ledger entry.

    Returns:
        The pack's size in bytes, or `Refused`.
    """
    settle(office)
    gathered = gather(office, by, name=name)
    if isinstance(gathered, Refused):
        return gathered
    report = render_report(report_of(office, name)).encode("utf-8")
    draft = draft_pack({**gathered.documents, "report.html": report}, gathered.entries)
    record_export(office, by, gathered.use_case, draft.facts(office.seal.vkey))
    settle(office)
    proven = prove(office, gathered.use_case, [number for number, _ in gathered.entries])
    packed = pack_bytes(draft, entries=proven.entries, checkpoint=proven.checkpoint, earlier=proven.earlier)
    write_pack(out, packed)
    return len(packed)
