"""The demo: the whole journey on real data, told in eight acts; everything in it can be repeated by hand."""

import json
import os
import shutil
import sys
from pathlib import Path

import click

from licet.cli.frame import CONTEXT, said

SEED = 7
"""The seed whose story the documents tell; any other will do."""

MARKER = ".licet-demo"
OURS = (".licet", ".licet.unfinished", "data", "use_cases", "report.html", "payment-slips.pack.zip", "tampered.pack.zip")
"""What a demo makes beside its marker; running it again replaces this and nothing else."""


@click.command(context_settings=CONTEXT)
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path("demo"), help="Where it plays; default: ./demo")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=SEED, help="Another seed, another story.")
@click.option("--yes", is_flag=True, help="Do not wait for Enter between acts.")
@click.option("--json", "as_json", is_flag=True, help="Tell nothing; print one JSON object with the numbers.")
def demo(directory: Path, seed: int, *, yes: bool, as_json: bool) -> None:
    """Earn, use, lose and prove a mandate on real data, in well under a minute.

    Uses no network and no installation of yours: it makes one in --dir, replaces it when it is run again, and refuses a
    folder that holds something else.
    """
    from licet.cli.demo_tale import Teller, tell

    claim(directory, seed)
    waits = sys.stdin.isatty() and sys.stdout.isatty() and not yes and not as_json
    numbers = tell(Teller(quiet=as_json, waits=waits), directory, seed)
    if as_json:
        said(numbers, (), as_json=True)


def claim(directory: Path, seed: int) -> None:
    """Takes a folder for the demo: a new or empty one, or one that an earlier demo made, whose files it removes.

    Raises:
        UsageError: when the folder holds something else; nothing is changed.
    """
    marker = directory / MARKER
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise click.UsageError(f"{str(directory)!r} is no folder of its own. Nothing was changed; name another with --dir.")
    if directory.is_dir() and any(directory.iterdir()) and not marker.is_file():
        message = f"{str(directory)!r} holds something that no demo made. Nothing was changed; name another folder with --dir."
        raise click.UsageError(message)
    directory.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps({"made_by": "licet demo", "seed": seed}) + "\n", encoding="utf-8")
    for name in OURS:
        _remove(directory / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        os.unlink(path)
