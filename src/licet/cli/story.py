"""The demo: the whole journey on real data, told in nine acts; everything in it can be repeated by hand."""

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
@click.option("--live", is_flag=True, help="Serve it, and watch simulated drift trip the watch in a browser; Ctrl-C ends it.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8420, help="Port of --live; 0: any that is free. Default 8420.")
@click.option("--pace", type=click.FloatRange(0.0, 60.0), default=1.0, help="Seconds between what --live feeds. Default 1.")
@click.option("--open", "browser", is_flag=True, help="With --live: open the browser.")
@click.option("--json", "as_json", is_flag=True, help="Tell nothing; print one JSON object with the numbers.")
def demo(  # noqa: PLR0913 - a command's options
    directory: Path, seed: int, *, yes: bool, live: bool, port: int, pace: float, browser: bool, as_json: bool
) -> None:
    """Earn, use, lose and prove a mandate on real data, in well under a minute.

    Uses no network and no installation of yours: it makes one in --dir, replaces it when it is run again, and refuses a
    folder that holds something else.
    """
    from licet.cli.demo_live import QUEUE, fill_queue
    from licet.cli.demo_tale import Teller, tell

    claim(directory, seed)
    if live:
        _live(directory, seed, port=port, pace=pace, browser=browser)
        return
    waits = sys.stdin.isatty() and sys.stdout.isatty() and not yes and not as_json
    numbers = tell(Teller(quiet=as_json, waits=waits), directory, seed)
    fill_queue(directory, seed)
    if as_json:
        said(numbers, (), as_json=True)
        return
    click.echo(f"\n{QUEUE} real digits wait that AI may not decide. To read them: licet serve --asserted --home {directory}")
    if waits and click.confirm("Open a browser on them now?", default=False):
        _queue(directory, port=port)


def _live(directory: Path, seed: int, *, port: int, pace: float, browser: bool) -> None:
    """Shows the drift live until somebody ends it."""
    from licet.cli.demo_live import Showing, play_live
    from licet.cli.serving import until_ended

    with until_ended() as ended:
        play_live(directory, seed, Showing(port=port, pace=pace, browser=browser, ended=ended, say=click.echo))
    click.echo("Ended. Nothing runs any more.")


def _queue(directory: Path, *, port: int) -> None:
    """Serves the queue until somebody ends it."""
    from licet.cli.demo_live import Showing, open_queue
    from licet.cli.serving import until_ended

    with until_ended() as ended:
        open_queue(directory, Showing(port=port, pace=0.0, browser=True, ended=ended, say=click.echo))
    click.echo("Ended. Nothing runs any more.")


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
