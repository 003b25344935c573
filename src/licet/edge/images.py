"""Pictures in a table of cases: files beside the table, named by relative paths."""

from pathlib import Path, PurePosixPath

from licet.core.case import ImageContent
from licet.edge.bad_file import BadCellError, shown

IMAGE_LIMIT = 5_000_000
"""Bytes a picture may have."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".pgm", ".pdf")
WEBP_TAG = slice(8, 12)


def names_image(cell: object) -> bool:
    """Whether a cell is a path that ends as pictures do."""
    return isinstance(cell, str) and cell.strip().lower().endswith(SUFFIXES)


def read_image(column: str, folder: Path, cell: str) -> ImageContent:
    """Reads the picture that a cell names.

    Args:
        column: the column's name, for messages.
        folder: the table's folder; the picture must lie in it or below, also after symbolic links.
        cell: a relative path with forward slashes.

    Returns:
        The bytes of the file and the media type its first bytes show, whatever its suffix says.

    Raises:
        BadCellError: for an absolute path, one that leaves the folder, a missing file, more than `IMAGE_LIMIT` bytes, or
            bytes that are no picture.
    """
    file = _inside(column, folder, cell.strip())
    try:
        with file.open("rb") as stream:
            data = stream.read(IMAGE_LIMIT + 1)
    except OSError as error:
        why = f"picture {shown(cell)} cannot be read: {error.strerror}."
        raise BadCellError(column, why=why, remedy="Allow reading it.") from None
    if len(data) > IMAGE_LIMIT:
        why = f"picture {shown(cell)} has more than {IMAGE_LIMIT:,} bytes."
        raise BadCellError(column, why=why, remedy="Give a smaller picture.")
    media_type = media_type_of(data)
    if media_type is None:
        why = f"{shown(cell)} is not a picture: its first bytes are {data[:8]!r}."
        raise BadCellError(column, why=why, remedy="Give PNG, JPEG, GIF, BMP, WebP, PGM or PDF.")
    return ImageContent(data=data, media_type=media_type)


def _inside(column: str, folder: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        why = f"{shown(name)} is not a path below the table's folder."
        raise BadCellError(column, why=why, remedy="Put the pictures beside the table and write relative paths such as scans/0001.png.")
    try:
        root = folder.resolve()
        file = (root / path).resolve()
        there = file.is_file()
    except (OSError, RuntimeError):  # too long a name, or links in a circle
        there = False
    if not there:
        why = f"there is no picture {shown(name)} below {str(folder)!r}."
        raise BadCellError(column, why=why, remedy="Correct the path or add the file.")
    if not file.is_relative_to(root):
        why = f"{shown(name)} is a link that leaves the table's folder."
        raise BadCellError(column, why=why, remedy="Put the picture itself beside the table.")
    return file


def media_type_of(data: bytes) -> str | None:
    """The media type by a file's first bytes: PNG (RFC 2083), JPEG, GIF, BMP, WebP, Netpbm's grey maps, and PDF; None: no picture."""
    if data.startswith(b"RIFF") and data[WEBP_TAG] == b"WEBP":
        return "image/webp"
    starts = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"BM": "image/bmp",
        b"P2": "image/x-portable-graymap",
        b"P5": "image/x-portable-graymap",
        b"%PDF-": "application/pdf",
    }
    return next((media_type for start, media_type in starts.items() if data.startswith(start)), None)
