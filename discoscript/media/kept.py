"""Numbers that took a while to compute, kept in the user's cache folder as small .npy files.

A file is the array and then the SHA-256 of its bytes: whatever is damaged is computed anew.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

NumberT = TypeVar("NumberT", bound=np.generic)

DIGEST = 32  #: bytes of a SHA-256


def kept(identity: str, make: Callable[[], NDArray[NumberT]]) -> NDArray[NumberT]:
    """The array that was kept under `identity`, else what `make` gives, which is kept then."""
    folder = user_cache_path("discoscript", appauthor=False) / "curves"
    if not folder.is_absolute():  # a user without a home
        return make()
    path = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.npy"
    values = _load(path)
    if values is None:
        values = make()
        _keep(values, path)
    return values


def _load(path: Path) -> NDArray[Any] | None:
    """The array at `path`; None when there is none or it is damaged."""
    with suppress(OSError, ValueError, EOFError):
        data = path.read_bytes()
        if hashlib.sha256(data[:-DIGEST]).digest() == data[-DIGEST:]:
            loaded: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
            return loaded
    return None


def _keep(values: NDArray[Any], path: Path) -> None:
    """Write the array, whole or not at all; a folder may refuse."""
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    data = buffer.getvalue()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(data + hashlib.sha256(data).digest())
        os.replace(draft, path)
