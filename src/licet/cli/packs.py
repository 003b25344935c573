"""Making a pack: gather, fix the documents, record the export, prove everything, write one file."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli.facts import report_of
from licet.core.canonical import Json
from licet.core.evidence import OneCase, OnePeriod, Part, WholeUseCase, scope_to_json
from licet.core.people import Actor, Role
from licet.core.refusal import Refused
from licet.edge.pack import REPORT, contents_digest, draft_pack, pack_bytes, write_pack
from licet.flows.prove import prove, size_since
from licet.flows.report import Gathered, gather, record_export
from licet.flows.settle import settle
from licet.web.report import render_report

if TYPE_CHECKING:
    from licet.flows.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class PackWish:
    """What a pack is to be about.

    Attributes:
        case: one case by its id or number; None: no single one.
        period: what happened then; None: all.
        reader: for whom it is; None: for whoever exports.
        since: an earlier checkpoint, its size or its text, from which it must be shown that nothing was rewritten.
    """

    case: str | None = None
    period: OnePeriod | None = None
    reader: Role | None = None
    since: str | None = None


WHOLE = PackWish()


def export_pack(office: "Office", by: Actor, *, name: str, out: Path, wish: PackWish = WHOLE) -> int | Refused:
    """Exports an evidence pack; the export itself is its last ledger entry.

    Returns:
        The pack's size in bytes, or `Refused`.

    Raises:
        MalformedNoteError: when what it is to be shown since is no checkpoint of this ledger.
    """
    settle(office)
    since = None if wish.since is None else size_since(office, wish.since)
    if isinstance(since, Refused):
        return since
    gathered = gather(office, by, name=name, case=wish.case, period=wish.period, reader=wish.reader)
    if isinstance(gathered, Refused):
        return gathered
    contents = contents_digest(gathered.documents, gathered.entries)
    about: dict[str, Json] = {"scope": scope_to_json(gathered.scope), "view": gathered.left_out, "contents": contents}
    draft = draft_pack({**gathered.documents, REPORT: _report(office, gathered, contents)}, gathered.entries, **about)
    record_export(office, by, gathered.use_case, draft.facts(office.seal.vkey))
    settle(office)
    proven = prove(office, gathered.use_case, [number for number, _ in gathered.entries], since=since)
    packed = pack_bytes(draft, entries=proven.entries, checkpoint=proven.checkpoint, earlier=proven.earlier)
    write_pack(out, packed)
    return len(packed)


def _report(office: "Office", gathered: Gathered, contents: str) -> bytes:
    """The readable page of a pack; what is left out of the pack is left out of it too."""
    facts = report_of(office, gathered.use_case.slug, narrow=not gathered.view.has(Part.ALONE_ANSWERS), about=about_words(gathered))
    return render_report(replace(facts, contents=contents)).encode("utf-8")


def about_words(gathered: Gathered) -> str:
    """What a pack is about, in words."""
    match gathered.scope:
        case WholeUseCase():
            return f"made for {gathered.view.role}"
        case OneCase(number=number):
            return f"pack of case {number} only, made for {gathered.view.role}"
        case OnePeriod(since=since, until=until):
            return f"pack of {since:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M} UTC, made for {gathered.view.role}"
