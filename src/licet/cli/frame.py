"""The frame around every command: who acts, where the installation is, how results and failures are said, and exit codes."""

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click
from rich.console import Console

from licet.core.canonical import Json
from licet.core.refusal import Refused
from licet.settings import NoHomeError, find_home

if TYPE_CHECKING:
    from licet.flows.office import Office

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}

OK = 0
NOT_MET = 1
USAGE = 2
UNDECIDED = 3
ENVIRONMENT = 4
REFUSED = 5
BUG = 70

P = ParamSpec("P")
R = TypeVar("R")

ENVIRONMENT_ERRORS = frozenset(
    {
        "NoHomeError",
        "DatabaseMissingError",
        "DatabaseBusyError",
        "SchemaError",
        "ClockWentBackError",
        "BrokenDatabaseError",
        "KeyFileError",
        "NotReadableError",
        "SealError",
        "HomeExistsError",
    }
)


class RefusedError(Exception):
    """Carries a refusal to the exit code."""

    def __init__(self, refused: Refused) -> None:
        """Takes the refusal."""
        super().__init__(refused.why)
        self.refused = refused


def granted(result: R | Refused) -> R:
    """Passes a result on; a refusal ends the command with exit code 5."""
    if isinstance(result, Refused):
        raise RefusedError(result)
    return result


def said(data: Mapping[str, Json], lines: Sequence[str], *, as_json: bool) -> None:
    """Prints a result: one JSON object on stdout, or lines for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line)


def plain(text: object) -> str:
    """Text from outside, made harmless for a terminal: no markup, no control characters, direction marks made visible."""
    shown = "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in str(text))
    return shown.replace("[", "\\[")


def run(cli: click.Group, argv: Sequence[str]) -> int:
    """Runs a command line and gives its exit code; whatever goes wrong is said in words, or as one JSON object with --json."""
    as_json = "--json" in argv
    try:
        code = cli.main(args=list(argv), prog_name="licet", standalone_mode=False)
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as wrong:
        return _usage(wrong, as_json=as_json)
    except click.exceptions.Abort:
        return _failed("stopped", "Stopped.", USAGE, as_json=as_json)
    except RefusedError as no:
        return _refused(no.refused, as_json=as_json)
    except Exception as wrong:  # noqa: BLE001 - the entry point: everything else is said here, with its exit code
        return _error(wrong, as_json=as_json)
    return code if isinstance(code, int) else OK


def _usage(wrong: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        return _failed("usage", wrong.format_message(), USAGE, as_json=True)
    wrong.show()
    return USAGE


def _refused(refused: Refused, *, as_json: bool) -> int:
    if as_json:
        said({"refused": {"code": refused.code, "why": refused.why, "remedy": refused.remedy}}, (), as_json=True)
    else:
        sys.stderr.write(f"Refused ({refused.code}): {refused.why}\n" + (f"  {refused.remedy}\n" if refused.remedy else ""))
    return REFUSED


def _error(wrong: Exception, *, as_json: bool) -> int:
    name = type(wrong).__name__
    ours = type(wrong).__module__.startswith("licet.")
    if name in ENVIRONMENT_ERRORS or (isinstance(wrong, OSError) and not ours):
        return _failed(name, str(wrong), ENVIRONMENT, as_json=as_json)
    if ours and isinstance(wrong, ValueError | LookupError):
        return _failed(name, str(wrong), USAGE, as_json=as_json)
    sys.stderr.write(traceback.format_exc())
    return _failed("bug", f"This is a bug in Licet: {name}: {wrong}. Nothing half-done was kept.", BUG, as_json=as_json)


def _failed(code: str, why: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        said({"error": {"code": code, "why": why}}, (), as_json=True)
    else:
        sys.stderr.write(f"{why}\n")
    return exit_code


@contextmanager
def at_work(home: str | None) -> Iterator["Office"]:
    """Opens the installation for one command."""
    from licet.wiring import opened

    with opened(find_home(None if home is None else Path(home))) as office:
        yield office


def folder_of(home: str | None, name: str) -> Path:
    """A use case's folder.

    Raises:
        NoHomeError: when there is no installation, or the use case has no folder in it.
    """
    folder = find_home(None if home is None else Path(home)).use_cases / name
    if not folder.is_dir():
        message = f"There is no folder {str(folder)!r}. Make the use case with `licet use-case new {name}`, or restore its folder."
        raise NoHomeError(message)
    return folder


def home_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --home."""
    return click.option("--home", metavar="DIR", help="Folder of the installation; default: LICET_HOME, or the nearest upwards.")(function)


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")(function)


def as_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --as."""
    help_text = "Who acts. Until sign-in exists this is asserted, and shown so. Default: operator, who may only set up and look."
    return click.option("--as", "acting", metavar="E-MAIL", help=help_text)(function)


def usual(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --as, --home and --json."""
    return as_option(home_option(json_option(function)))
