"""A use case's guideline: `guideline.md` in its folder, shown beside each case that a person decides."""

from pathlib import Path

from licet.core.desk import Guideline
from licet.edge.bad_file import BadFolderError, Finding

GUIDELINE_FILE = "guideline.md"
LARGEST = 100_000
"""Bytes a guideline may have."""


def load_guideline(folder: Path) -> Guideline | None:
    """Reads `guideline.md`; None where there is none, or it is blank.

    Raises:
        BadFolderError: when it cannot be read, is too large or is not UTF-8.
    """
    file = folder / GUIDELINE_FILE
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _bad(file, f"it cannot be read: {error.strerror}.", "Make it a file that may be read.") from None
    except UnicodeDecodeError as error:
        raise _bad(file, f"byte {error.start} is not UTF-8.", "Save the file as UTF-8.") from None
    if len(raw) > LARGEST:
        raise _bad(file, f"it has more than {LARGEST:,} bytes.", "Shorten it: people read it beside each case.")
    return Guideline(text=text.strip()) if text.strip() else None


def _bad(file: Path, why: str, remedy: str) -> BadFolderError:
    return BadFolderError((Finding(file=str(file), line=None, why=why, remedy=remedy),))
