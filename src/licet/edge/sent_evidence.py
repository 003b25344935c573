"""Evidence that a request brings: its file is laid down for as long as it is read, and read as `licet import-evidence` reads one."""

import tempfile
from pathlib import Path, PurePosixPath

from licet.core.outside_rows import TooMuchError
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.edge.bad_file import BadFileError, shown
from licet.edge.outside_files import FORMATS, OutsideColumns, Reading, read_outside
from licet.flows.import_evidence import SentEvidence, Weighed, import_evidence, may_bring
from licet.flows.office import Office

LONGEST_ENDING = 8


def take_evidence(office: Office, by: Actor, sent: SentEvidence, *, name: str) -> Weighed | Refused:
    """Takes in what another tool measured.

    Args:
        office: the office.
        by: who brings it.
        sent: the file.
        name: of the use case.

    Returns:
        What it is worth; or `Refused`, also where the file cannot be read as what it was said to be: then nothing of it is taken in.
    """
    refused = may_bring(office, by, name=name)
    if refused is not None:
        return refused
    if sent.form not in FORMATS:
        return Refused(code="file_not_read", why=f"{sent.form!r} is no format.", remedy=f"There are: {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory(prefix="licet-") as folder:
        path = Path(folder) / f"sent{_ending(sent.name)}"
        path.write_bytes(sent.data)
        try:
            read = read_outside(path, sent.form, OutsideColumns(**sent.columns), Reading(delimiter=sent.delimiter, decimal=sent.decimal))
            return import_evidence(office, by, read, name=name)
        except BadFileError as wrong:
            return _not_read(sent, str(wrong).replace(str(path), shown(sent.name)))
        except TooMuchError as wrong:
            return _not_read(sent, f"{wrong} Split it, or leave out what is not about this system.")


def _ending(name: str) -> str:
    """The ending of a file's name, which says something of its form; nothing where it could be anything else."""
    ending = PurePosixPath(name).suffix.lower()
    return ending if len(ending) <= LONGEST_ENDING and ending[1:].isascii() and ending[1:].isalnum() else ""


def _not_read(sent: SentEvidence, why: str) -> Refused:
    return Refused(code="file_not_read", why=why, remedy=f"Nothing of {shown(sent.name)} was taken in.")
