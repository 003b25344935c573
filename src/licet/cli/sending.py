"""Sending a file of cases to a server instead of taking it in here."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.frame import granted, plain, said

if TYPE_CHECKING:
    from licet.edge.folder import UseCaseFile
    from licet.edge.sender import Server


def send_file(slug: str, file: Path, given: "Mapping[str, str | int | None]", *, home: str | None, as_json: bool) -> None:
    """Sends the cases of a file to the server that was named, and says what it took in.

    Raises:
        UsageError: when people were to be simulated, or the system's version is missing.
    """
    from licet.cli.deliveries import file_and_system
    from licet.cli.progress import Progress
    from licet.core.system import UNVERSIONED
    from licet.edge.case_files import read_cases
    from licet.edge.sender import SentTally, json_of, send

    if given["answer"] is not None:
        raise click.UsageError("--answer simulates people, which a server does not take. Leave it out, or submit without --server.")
    told = _told(slug, home)
    cases, card = file_and_system(file, given, told)
    if card is not None and card.version == UNVERSIONED:
        raise click.UsageError("A server takes proposals of a system with a version only: --system NAME@VERSION.")
    server = _server(given)
    done = SentTally()
    with Progress(file, hidden=as_json) as bar:
        for so_far in send(server, slug, read_cases(cases, bar.advance), card, source=cases.digest):
            done = granted(so_far)
    lines = [f"{done.rows:,} cases: the server took in {done.accepted:,}; {done.repeated:,} were there already."]
    said({"use_case": slug, "server": server.url, **json_of(done)}, [*lines, f"Follow them: {plain(server.url)}"], as_json=as_json)


def _told(slug: str, home: str | None) -> "UseCaseFile":
    """What the use case's folder says where it is here; else that its answers are choices."""
    from licet.cli.frame import MissingFolderError, folder_of
    from licet.core.answer import AnswerKind
    from licet.core.use_case import slug as checked
    from licet.edge.folder import UseCaseFile, load_use_case
    from licet.settings import NoHomeError

    try:
        return load_use_case(folder_of(home, slug))
    except (NoHomeError, MissingFolderError):
        return UseCaseFile(slug=checked(slug), title=slug, answer=AnswerKind.CHOICE)


def _server(given: "Mapping[str, str | int | None]") -> "Server":
    from licet.edge.sender import Server, check_server
    from licet.settings import token_from

    file = given["token_file"]
    return Server(url=check_server(str(given["server"])), token=token_from(None if file is None else Path(str(file))))
