"""Commands that write a process or a workflow as a file in BPMN 2.0, for whatever tool people draw processes with."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.frame import CONTEXT, OutFile, Share, at_work, folder_of, granted, home_option, json_option, plain, said

if TYPE_CHECKING:
    from licet.core.bpmn import Diagram
    from licet.core.canonical import Json
    from licet.core.refusal import Refused, Unknown
    from licet.core.stated_process import StatedProcess

STATED, TO_BE, AS_IS = "stated", "to-be", "as-is"
USUAL_SHARE = 0.8
SAYS = {
    STATED: "As process.yaml states it.",
    TO_BE: "As redesign.yaml plans it; nothing in it was measured.",
    AS_IS: "Main paths of the event log: what directly followed what. It is no model to be executed.",
}


@click.command("export", context_settings=CONTEXT)
@click.argument("slug", metavar="USE_CASE")
@click.argument("file", type=OutFile())
@click.option("--what", type=click.Choice((STATED, TO_BE, AS_IS)), default=STATED, show_default=True, help="Which process is written.")
@click.option("--share", type=Share(), default=USUAL_SHARE, show_default=True, help="Of what passes, so much is drawn at least (as-is).")
@home_option
@json_option
def export_process(slug: str, file: Path, what: str, share: float, home: str | None, *, as_json: bool) -> None:
    """Write the process in BPMN 2.0: as process.yaml states it, as redesign.yaml plans it, or the main paths of its event log."""
    from licet.edge.process_file import load_process

    if what == AS_IS:
        _write(_main_paths(slug, home, share), slug, file, {"what": what}, SAYS[what], as_json=as_json)
        return
    folder = folder_of(home, slug)
    found = _of_folder(slug, folder, load_process(folder).process, planned=what == TO_BE)
    _write(found, slug, file, {"what": what}, SAYS[what], as_json=as_json)


@click.command("export", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=OutFile())
@click.option("--version", "number", type=click.IntRange(min=1), help="Number of a registered version; default: the newest.")
@home_option
@json_option
def export_workflow(slug: str, file: Path, number: int | None, home: str | None, *, as_json: bool) -> None:
    """Write a registered version of the workflow in BPMN 2.0: every step, and every way between them."""
    from licet.core.bpmn_workflow import workflow_diagram
    from licet.flows.see_workflow import registered

    with at_work(home) as office:
        found = granted(registered(office, name=slug, number=number))
    told = f"version {found.number}, {found.digest[:12]}"
    diagram = workflow_diagram(found.workflow, name=slug, version=told)
    _write(diagram, slug, file, {"version": found.number, "digest": found.digest}, f"Workflow {told}.", as_json=as_json)


def _main_paths(slug: str, home: str | None, share: float) -> "Diagram":
    from licet.core.bpmn_as_is import as_is_diagram
    from licet.flows.study_process import Memory, study_process

    with at_work(home) as office:
        studied = granted(study_process(office, name=slug, memory=Memory()))
    return as_is_diagram(studied.as_is, name=slug, share=share, simulated=studied.log.simulated)


def _of_folder(slug: str, folder: Path, stated: "StatedProcess | Unknown", *, planned: bool) -> "Diagram | Refused":
    """What the owner states, as it is or with the redesign carried over onto it."""
    from licet.core.bpmn_process import redesigned_diagram, stated_diagram
    from licet.core.refusal import Refused, Unknown
    from licet.edge.redesign_form import load_redesign

    if isinstance(stated, Unknown):
        remedy = "State the steps in process.yaml; docs/process.md shows how. Or write main paths of the log: --what as-is."
        return Refused(code="bpmn_cannot_say", why=f"No process is stated of {slug!r}. {stated.why}", remedy=remedy)
    return redesigned_diagram(stated, load_redesign(folder), name=slug) if planned else stated_diagram(stated, name=slug)


def _write(found: "Diagram | Refused", slug: str, file: Path, more: dict[str, "Json"], says: str, *, as_json: bool) -> None:
    from licet.core.bpmn import readable
    from licet.core.refusal import Refused
    from licet.edge.bpmn_file import bpmn_bytes
    from licet.edge.pack import write_pack

    diagram = granted(found if isinstance(found, Refused) else readable(found))
    written = bpmn_bytes(diagram)
    write_pack(file, written)
    digest = hashlib.sha256(written).hexdigest()
    whole: dict[str, Json] = {"file": str(file), "bytes": len(written), "sha256": digest, "boxes": len(diagram.nodes)}
    told = f"Wrote {plain(file)} ({len(diagram.nodes)} boxes, {len(diagram.flows)} arrows). {says}"
    said({"use_case": slug, **more, **whole}, [told], as_json=as_json)
