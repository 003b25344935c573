"""A bundle: a trained system as bytes that can be stored and read back without running any code in them."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json, canonical_bytes, read_json

_HEADER = "header"
Arrays = Mapping[str, NDArray[Any]]


class NotABundleError(ValueError):
    """Bytes are not what Licet wrote when it stored a trained system."""

    def __init__(self, why: str) -> None:
        """Says what is wrong and how to get a bundle that is right."""
        super().__init__(f"These bytes are not a stored system: {why}. Train it again from its build part.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """Plain values and arrays of numbers."""

    header: Mapping[str, Json]
    arrays: Arrays


def pack(bundle: Bundle) -> bytes:
    """Writes a bundle as a zip of NumPy's plain array files and one of JSON; equal bundles give equal bytes."""
    header = np.frombuffer(canonical_bytes(dict(bundle.header)), dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **{_HEADER: header}, **dict(bundle.arrays))
    return out.getvalue()


def unpack(raw: bytes) -> Bundle:
    """Reads bytes that `pack` wrote.

    Raises:
        NotABundleError: when they are damaged, are something else, or hold Python objects.
    """
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = read_json(arrays.pop(_HEADER).tobytes())
    except (AttributeError, EOFError, KeyError, OSError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise NotABundleError(str(error) or type(error).__name__) from error
    if not isinstance(header, Mapping):
        raise NotABundleError("its header is not an object")
    return Bundle(header=header, arrays=arrays)
