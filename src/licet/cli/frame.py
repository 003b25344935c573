"""The frame around every command: who acts, where the installation is, how results and failures are said, and exit codes."""

import gc
import io
import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from licet.core.canonical import Json
from licet.core.refusal import Refused
from licet.settings import find_home

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

LONGEST_SENTENCE = 200

P = ParamSpec("P")
R = TypeVar("R")

ENVIRONMENT_ERRORS = frozenset(
    {
        "NoHomeError",
        "DatabaseMissingError",
        "DatabaseAddressError",
        "DatabaseBusyError",
        "DatabaseUnreachableError",
        "OtherInstallationError",
        "SchemaError",
        "TracesMissingError",
        "ProviderMissingError",
        "BpmnMissingError",
        "OldWorkersError",
        "ClockOffError",
        "ClockWentBackError",
        "BrokenDatabaseError",
        "KeyFileError",
        "SessionFileError",
        "NotReadableError",
        "SealError",
        "HomeExistsError",
        "RolledBackError",
        "ServerUnreachableError",
        "TokenMissingError",
        "PortTakenError",
        "WorkerRunningError",
    }
)


class Commands(click.Group):
    """A group of commands whose help says each command's first sentence to its end."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(LONGEST_SENTENCE)) for name, one in sorted(self.commands.items())])


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


def said(data: Mapping[str, Json], lines: Sequence[str], *, as_json: bool, failed: bool = False) -> None:
    """Prints a result: one JSON object on stdout, or lines for people (on stderr when the command failed).

    A number that is none (NaN, infinity) is null in JSON.
    """
    if as_json:
        sys.stdout.write(json.dumps(_finite(data), allow_nan=False) + "\n")
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True, emoji=False, stderr=failed)
    for line in lines:
        console.print(line)


def _finite(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def visible(text: object) -> str:
    """Text from outside without what steers a terminal: control characters, direction marks and zero-width ones are written out."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in str(text))


def plain(text: object) -> str:
    """As `visible`, for a line that is printed with markup: what looks like markup is text, a line end is written out."""
    from rich.markup import escape

    return escape(visible(text).replace("\n", "\\n"))


def run(cli: click.Group, argv: Sequence[str]) -> int:
    """Runs a command line and gives its exit code; whatever goes wrong is said in words, or as one JSON object with --json."""
    as_json = "--json" in argv
    _write_anything()
    garbled = next((word for word in argv if not word.isprintable() and any("\ud800" <= c <= "\udfff" for c in word)), None)
    if garbled is not None:
        return _failed(
            "usage", f"{garbled!r} is not written in UTF-8. Type it again in a terminal that uses UTF-8.", USAGE, as_json=as_json
        )
    try:
        code = cli.main(args=list(argv), prog_name="licet", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # click ends the process where a pipe breaks
        return _nobody_listens()
    except (Exception, KeyboardInterrupt) as wrong:  # noqa: BLE001 - the entry point: everything else is said here, with its exit code
        return _went_wrong(wrong, as_json=as_json)
    return code if isinstance(code, int) else OK


def _went_wrong(wrong: BaseException, *, as_json: bool) -> int:
    match wrong:
        case click.exceptions.Exit(exit_code=code):
            return code
        case click.exceptions.NoArgsIsHelpError():
            return _failed("usage", wrong.format_message(), USAGE, as_json=as_json)
        case click.ClickException():
            return _usage(wrong, as_json=as_json)
        case click.exceptions.Abort() | KeyboardInterrupt():
            why = "Stopped. What was finished before is kept; repeat the command for the rest."
            return _failed("Stopped", why, ENVIRONMENT, as_json=as_json)
        case _ if isinstance(no := getattr(wrong, "refused", None), Refused):
            return _refused(no, as_json=as_json)
        case _:
            return _error(wrong, as_json=as_json)


def _write_anything() -> None:
    """Lets a terminal without Unicode show the rest, instead of failing on the first character it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nobody_listens() -> int:
    """Whoever read our output has gone (`licet ... | head`): no complaint, and nothing more to say at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _usage(wrong: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        return _failed("usage", wrong.format_message(), USAGE, as_json=True)
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    usage = "" if context is None else f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n"
    return _failed("usage", f"{usage}Error: {wrong.format_message()}", USAGE, as_json=False)


def _refused(refused: Refused, *, as_json: bool) -> int:
    if as_json:
        said({"refused": {"code": refused.code, "why": refused.why, "remedy": refused.remedy}}, (), as_json=True)
    else:
        remedy = f"  {visible(refused.remedy)}\n" if refused.remedy else ""
        sys.stderr.write(f"Refused ({refused.code}): {visible(refused.why)}\n{remedy}")
    return REFUSED


def _error(wrong: BaseException, *, as_json: bool) -> int:
    name = type(wrong).__name__
    ours = type(wrong).__module__.startswith("licet.")
    if name in ENVIRONMENT_ERRORS:
        return _failed(name, str(wrong), ENVIRONMENT, as_json=as_json)
    if isinstance(wrong, OSError) and not ours:
        return _failed(name, _outside(wrong), ENVIRONMENT, as_json=as_json)
    if ours and isinstance(wrong, ValueError | LookupError):
        return _failed(name, str(wrong), USAGE, as_json=as_json)
    sys.stderr.write(visible(traceback.format_exc()))
    return _failed("bug", f"This is a bug in Licet: {name}: {wrong}. Nothing half-done was kept.", BUG, as_json=as_json)


def _outside(wrong: OSError) -> str:
    """What the operating system said, with the file and what to do."""
    what = str(wrong) if wrong.strerror is None else wrong.strerror
    where = "" if wrong.filename is None else f"{str(wrong.filename)!r}: "
    return f"{where}{what}. Check that it exists, may be read and written, and that the disk has space; then repeat."


def _failed(code: str, why: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        said({"error": {"code": code, "why": why}}, (), as_json=True)
    else:
        sys.stderr.write(f"{visible(why)}\n")
    return exit_code


@contextmanager
def at_work(home: str | None, *, rolled_back: bool = False, signed_in: bool = True) -> Iterator["Office"]:
    """Opens the installation for one command, for whoever signed in here, as the team of LICET_TEAM sees it.

    `rolled_back`: also one that is older than the checkpoints outside say. `signed_in`: False for commands that sign in and out.
    """
    from licet.cli.acting import as_signed_in
    from licet.core.team import team
    from licet.wiring import opened

    gc.freeze()
    gc.enable()
    place = find_home(None if home is None else Path(home))
    whose = None if place.team is None else team(place.team)
    with opened(place, rolled_back=rolled_back) as whole:
        office = as_signed_in(whole, place) if signed_in and not rolled_back else whole
        yield office if whose is None else office.for_team(whose)


class MissingFolderError(LookupError):
    """A use case has no folder in this installation."""


def folder_of(home: str | None, name: str) -> Path:
    """A use case's folder.

    Raises:
        NoHomeError: when there is no installation.
        NotASlugError: when the name cannot be a use case's, such as one that leaves the folder of use cases.
        MissingFolderError: when the use case has no folder.
    """
    from licet.core.use_case import slug

    folder = find_home(None if home is None else Path(home)).use_cases / slug(name)
    if not folder.is_dir():
        message = f"There is no folder {str(folder)!r}. Make the use case with `licet use-case new {name}`, or restore its folder."
        raise MissingFolderError(message)
    return folder


class Share(click.ParamType[float]):
    """A share above 0 and up to 1, or 0 too where that means none; NaN is none."""

    name = "share"

    def __init__(self, *, zero: bool = False) -> None:
        """With `zero`, 0 is a share too."""
        self._zero = zero

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Reads a share."""
        try:
            share = float(value)
        except ValueError:
            share = math.nan
        if not (0.0 < share <= 1.0 or (self._zero and share == 0.0)):
            least = "from 0" if self._zero else "above 0"
            self.fail(f"{value!r} is not a share {least} and up to 1, such as 0.1.", param, ctx)
        return share


class OutFile(click.ParamType[Path]):
    """A file to be written: not a folder, not nothing."""

    name = "file"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads the path of a file to write."""
        path = Path(value)
        if not path.name or path.is_dir():
            self.fail(f"{str(value)!r} is a folder. Name a file.", param, ctx)
        return path


def home_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --home."""
    return click.option("--home", metavar="DIR", help="Folder of the installation; default: LICET_HOME, or the nearest upwards.")(function)


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")(function)


def as_option(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --as."""
    help_text = (
        "Who acts, taken at their word and shown so while nobody has an account; from the first one on refused but for whoever signed in. "
        "Default: whoever signed in with `licet login`, or else the operator, who may only set up and look."
    )
    return click.option("--as", "acting", metavar="E-MAIL", help=help_text)(function)


def usual(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --as, --home and --json."""
    return as_option(home_option(json_option(function)))


def sheet_options(function: click.decorators.FC) -> click.decorators.FC:
    """Adds --export and --import, and how a filled worksheet is read."""
    for option in (
        click.option("--delimiter", help="Of the filled worksheet: one character, or `tab`; default: found in the header line."),
        click.option("--encoding", default="utf-8", help="Encoding of the filled worksheet."),
        click.option("--import", "back", type=click.Path(path_type=Path), help="Read the filled worksheet from here."),
        click.option("--export", "out", type=OutFile(), help="Write the blind worksheet here."),
    ):
        function = option(function)
    return function
