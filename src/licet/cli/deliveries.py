"""A file of cases as a delivery: looked through, held against the use case's schema, and handed to intake."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from licet.cli.history import card_of, columns_and_reading
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.core.system import SystemCard
from licet.edge.case_files import CaseFile, Listener, case_file, look_through, read_cases
from licet.edge.folder import UseCaseFile, load_use_case
from licet.flows.intake import Delivery, Tally, submit
from licet.flows.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyFile:
    """A file that is ready to be taken in.

    Attributes:
        file: the file, and how it is read.
        delivery: what intake is given.
    """

    file: CaseFile
    delivery: Delivery


def ready_file(
    folder: Path, path: Path, given: Mapping[str, str | int | None], *, whole: bool = False, on_bytes: Listener | None = None
) -> ReadyFile:
    """Makes a file ready to be taken in.

    Args:
        folder: the use case's.
        path: the file.
        given: what was typed: columns, reading, the system.
        whole: whether to look through all of it first, also where the use case has no schema.
        on_bytes: told how many bytes were taken in since it was told last.

    Raises:
        BadFileError: for what is wrong with the file; nothing of it was taken in.
        BadFolderError: for what is wrong with the use case's folder.
        UsageError: when a system is named whose proposals are nowhere.
    """
    told = load_use_case(folder)
    file, card = file_and_system(path, given, told, whole=whole)
    delivery = Delivery(
        name=told.slug,
        rows=read_cases(file, on_bytes),
        source=file.digest[:12],
        card=card,
        simulated=file.columns.answer is not None,
    )
    return ReadyFile(file=file, delivery=delivery)


def file_and_system(
    path: Path, given: Mapping[str, str | int | None], told: UseCaseFile, *, whole: bool = False
) -> tuple[CaseFile, SystemCard | None]:
    """A file of cases, looked through where a schema or its form asks for it, and the system whose proposals it carries.

    Raises:
        BadFileError: for what is wrong with the file.
        UsageError: when a system is named whose proposals are nowhere.
    """
    columns, reading = columns_and_reading(dict(given), told)
    file = case_file(path, columns, reading, told)
    named = look_through(file) if whole or file.sent or told.case is not None else None
    return file, named or card_of(cast("str | None", given["system"]), posted=file.brings_proposals)


def taken_in(office: Office, by: Actor, ready: ReadyFile) -> Tally | Refused:
    """Hands a file to intake.

    Returns:
        The tally when all of it is in, or `Refused`.
    """
    last: Tally | Refused = Tally()
    for last in progress(office, by, ready):
        if isinstance(last, Refused):
            return last
    return last


def progress(office: Office, by: Actor, ready: ReadyFile) -> Iterator[Tally | Refused]:
    """As `taken_in`, chunk by chunk."""
    return submit(office, by, ready.delivery)
