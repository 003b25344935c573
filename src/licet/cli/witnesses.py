"""Commands on witnesses: make a witness's key, co-sign a checkpoint, take a co-signature in, tell a witness elsewhere."""

import sys
from pathlib import Path

import click

from licet.cli.evidence import earlier_text
from licet.cli.frame import CONTEXT, Commands, OutFile, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json


@click.group(cls=Commands, context_settings=CONTEXT)
def witness() -> None:
    """Witnesses: a second key co-signs checkpoints, so that nobody here can show two histories."""


@witness.command("key", context_settings=CONTEXT)
@click.argument("name")
@click.option("-o", "--out", required=True, type=OutFile(), help="Write the private key here; what the witness remembers lies beside it.")
@json_option
def key(name: str, out: Path, *, as_json: bool) -> None:
    """Make a witness's key, such as audit.example.org/w1; for the machine of the witness, without an installation."""
    from licet.edge.cosigner import create_cosigner

    made = create_cosigner(out, name=name)
    lines = (f"Wrote {plain(out)}; keep it to yourself.", f"Public key (for whoever verifies): [bold]{plain(made.vkey)}[/]")
    said({"file": str(out), "name": made.name, "vkey": made.vkey}, lines, as_json=as_json)


@witness.command("note", context_settings=CONTEXT)
@click.option("--since", metavar="FILE|SIZE", help="With the proof that it grew out of this checkpoint or size.")
@click.option("-o", "--out", type=OutFile(), help="Write the note here; default: on stdout.")
@home_option
@json_option
def note(since: str | None, out: Path | None, home: str | None, *, as_json: bool) -> None:
    """Write the newest checkpoint for a witness to co-sign."""
    import base64

    from licet.core.checkpoint import parse_note
    from licet.flows.settle import settle
    from licet.flows.witness import note_for_witness

    with at_work(home) as office:
        settle(office)
        found = granted(note_for_witness(office, earlier_text(since)))
    text = found.note + "".join(f"proof {base64.b64encode(part).decode()}\n" for part in found.proof)
    _written(text, out, {"size": parse_note(found.note).checkpoint().size}, as_json=as_json)


def _written(text: str, out: Path | None, data: dict[str, Json], *, as_json: bool) -> None:
    if out is not None:
        out.write_text(text, "utf-8")
    if as_json or out is not None:
        said({**data, "file": None if out is None else str(out), "note": text}, (f"Wrote {plain(out)}.",), as_json=as_json)
    else:
        sys.stdout.write(text)


@witness.command("sign", context_settings=CONTEXT)
@click.argument("note_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The witness's private key.")
@click.option("--log", metavar="VKEY", help="The ledger's public key; needed the first time, and remembered.")
@click.option("-o", "--out", type=OutFile(), help="Write the co-signed note here; default: on stdout.")
@json_option
def sign(note_file: Path, key_file: Path, log: str | None, out: Path | None, *, as_json: bool) -> None:
    """Co-sign a checkpoint that grew out of the last one signed; refuses a smaller or another tree. Needs no installation."""
    from licet.core.checkpoint import parse_note
    from licet.edge.clock import SystemClock
    from licet.edge.cosigner import open_cosigner, read_shown

    witness_key = open_cosigner(key_file)
    shown = read_shown(note_file.read_text("utf-8"))
    signed = granted(witness_key.sign(shown, log, SystemClock().now()))
    _written(signed, out, {"size": parse_note(signed).checkpoint().size, "witness": witness_key.name}, as_json=as_json)


@witness.command("add", context_settings=CONTEXT)
@click.argument("note_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "vkey", metavar="VKEY", help="The witness's public key; needed the first time.")
@usual
def add(note_file: Path, vkey: str | None, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take a co-signed checkpoint in; packs carry it from then on."""
    from licet.edge.cosigner import verify_cosignature
    from licet.flows.office import who
    from licet.flows.witness import take_cosignature

    text = note_file.read_text("utf-8")
    with at_work(home) as office:
        taken = granted(take_cosignature(office, who(office, acting), note=text, vkey=vkey, read=verify_cosignature))
    line = f"{plain(taken.witness)} saw the first {taken.size:,} entries at {taken.at:%Y-%m-%d %H:%M:%S} UTC."
    said({"witness": taken.witness, "size": taken.size, "signed_at": taken.at.isoformat(), "new": taken.fresh}, (line,), as_json=as_json)


@witness.command("list", context_settings=CONTEXT)
@home_option
@json_option
def list_(home: str | None, *, as_json: bool) -> None:
    """List the witnesses that are known, and what each saw last."""
    from licet.flows.witness import far_state, list_witnesses

    with at_work(home) as office:
        found, far = list_witnesses(office), far_state(office)
    data: dict[str, Json] = {
        "witnesses": [
            {"name": one.name, "vkey": one.vkey, "size": one.size, "signed_at": one.signed_at.isoformat() if one.signed_at else None}
            for one in found
        ],
        "elsewhere": None if far is None else {"size": far.size, "failed": far.failed, "why": far.last_error},
    }
    lines = [f"{plain(one.vkey)}: saw {one.size or 0:,} entries" for one in found] or ["No witness is known."]
    lines += [] if far is None else [f"The witness elsewhere took {far.size:,} entries. {plain(far.last_error or '')}".rstrip()]
    said(data, lines, as_json=as_json)


@witness.command("tell", context_settings=CONTEXT)
@home_option
@json_option
def tell(home: str | None, *, as_json: bool) -> None:
    """Tell the witness of LICET_WITNESS_URL of the newest checkpoint now; a worker does so by itself."""
    from licet.core.effect import Delivered, Failed, Undeliverable
    from licet.flows.settle import settle
    from licet.flows.witness import far_state, tell_far_witness

    with at_work(home) as office:
        settle(office)
        outcome, state = tell_far_witness(office), far_state(office)
    match outcome:
        case None:
            says = "There was nothing to tell." if state is not None else "There is no witness elsewhere; set LICET_WITNESS_URL."
        case Delivered():
            says = "Told."
        case Failed(why=why) | Undeliverable(why=why):
            says = f"Not told. {why} It is tried again later."
    said({"told": isinstance(outcome, Delivered), "says": says}, (plain(says),), as_json=as_json)
