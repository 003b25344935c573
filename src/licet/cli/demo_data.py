"""What the demo works on: real data that scikit-learn brings along, written as the CSV files and pictures anybody could have."""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits

from licet.edge.files import write_csv

SIMULATED = "simulated"
"""The attribute that says how a case was made up; reports mark such cases by it."""

MEANS = 10
"""The first ten columns of the biopsies are the means of the ten cell measurements."""

_DARKEST = 16.0
_WHITE = 255
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_TOKEN_LENGTH = 16
_GREY_8_BIT = bytes((8, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One handwritten digit: its number in the data set, 8 by 8 greys (0 black, 255 white), and what it is."""

    number: int
    grey: NDArray[np.uint8]
    digit: str


def scans(seed: int) -> list[Scan]:
    """The 1,797 scanned digits (UCI, optical recognition of handwritten digits), in an order that depends on the seed alone."""
    data = load_digits()
    ink = np.asarray(data.images, dtype=np.float64)
    grey = np.rint(_WHITE - ink * (_WHITE / _DARKEST)).astype(np.uint8)
    found = [Scan(number=k + 1, grey=grey[k], digit=str(int(label))) for k, label in enumerate(data.target)]
    return sorted(found, key=lambda scan: _mixed(seed, scan.number))


def _mixed(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"order {seed} {number}".encode()).digest()


def turned(scan: Scan) -> Scan:
    """The same scan, fed upside down: turned by 180 degrees."""
    return Scan(number=scan.number, grey=scan.grey[::-1, ::-1], digit=scan.digit)


def write_scans(file: Path, found: Sequence[Scan], *, prefix: str, simulated: str = "") -> Path:
    """Writes scans as a CSV with one PNG file each in a folder beside it.

    Args:
        file: the CSV; columns are slip, scan (the picture's relative path), digit, and simulated where that says something.
        found: the scans.
        prefix: what their names begin with.
        simulated: how these cases were made up; empty for real ones.

    Returns:
        The CSV.
    """
    folder = file.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for scan in found:
        name = f"{prefix}{scan.number:04d}"
        (folder / f"{name}.png").write_bytes(png(scan.grey))
        rows.append([name, f"{folder.name}/{name}.png", scan.digit, *([simulated] if simulated else [])])
    write_csv(file, ["slip", "scan", "digit", *([SIMULATED] if simulated else [])], rows)
    return file


def write_biopsies(file: Path) -> Path:
    """Writes the 569 biopsies (UCI, breast cancer Wisconsin): the means of ten cell measurements, and what they turned out to be.

    Returns:
        The CSV; columns are biopsy, the ten measurements, and diagnosis.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    data = load_breast_cancer()
    rows = [
        [f"b{k + 1:03d}", *(repr(float(value)) for value in row[:MEANS]), str(data.target_names[label])]
        for k, (row, label) in enumerate(zip(data.data, data.target, strict=True))
    ]
    write_csv(file, ["biopsy", *biopsy_columns(), "diagnosis"], rows)
    return file


def biopsy_columns() -> tuple[str, ...]:
    """The names of the ten cell measurements, in one word each."""
    return tuple(str(name).removeprefix("mean ").replace(" ", "_") for name in load_breast_cancer().feature_names[:MEANS])


def png(grey: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a PNG file (RFC 2083: 8 bits of grey, one scan line after the other, no filter).

    Args:
        grey: shape (height, width), 0 black to 255 white.
    """
    height, width = grey.shape
    lines = b"".join(b"\x00" + np.ascontiguousarray(row).tobytes() for row in grey)
    header = struct.pack(">II", width, height) + _GREY_8_BIT
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, body) for kind, body in parts)


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


class ToldDraw:
    """Chance that the seed tells (the port `Draw`), so that the same seed tells the same story. For the demo and nothing else."""

    def __init__(self, seed: int) -> None:
        """Begins anew for a seed."""
        self._key = hashlib.sha256(f"draw {seed}".encode()).digest()
        self._drawn = 0

    def secret(self) -> bytes:
        """The next 32 bytes."""
        self._drawn += 1
        return hmac.digest(self._key, str(self._drawn).encode(), "sha256")

    def token(self, prefix: str) -> str:
        """The prefix and 16 letters and digits."""
        return prefix + "".join(_LETTERS[byte % len(_LETTERS)] for byte in self.secret()[:_TOKEN_LENGTH])


def key_text(seed: int) -> str:
    """The payload key of a demo, as its key file says it; anybody can make it from the seed, which only a demo may allow."""
    return hashlib.sha256(f"key {seed}".encode()).hexdigest() + "\n"
