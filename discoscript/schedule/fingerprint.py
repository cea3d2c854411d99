"""The fingerprint of a schedule: equal fingerprints, equal frames, without making a single job.

A plan of ten thousand frames takes a second to make and to hash; their columns are hashed in
milliseconds. Where a line stands in the script is left out, so spacing and comments change nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from itertools import groupby

import numpy as np

from discoscript.schedule.schedule import Schedule
from discoscript.text.source import Span

#: Fields that say where values come from; they change no frame.
ORIGINS = frozenset({"origins", "sources"})


def fingerprint(*values: object) -> str:
    """64 hexadecimal digits of schedules and of plain values: texts, numbers, lists, mappings and
    dataclasses of them."""
    found = hashlib.sha256(b"disco-fingerprint\0")
    for part in _parts(values):
        found.update(part)
    return found.hexdigest()


def _parts(value: object) -> Iterator[bytes]:
    """The value in pieces, each with its type and length, so that no two values share them."""
    match value:
        case np.ndarray():
            yield from _column(value)
        case Schedule():
            told = (f.name for f in fields(value) if f.name not in ORIGINS)
            yield from _parts({name: getattr(value, name) for name in told})
        case Span():
            yield b"span;"
        case Enum():
            yield from _parts(str(value.value))
        case None | bool() | int() | float() | str() | Fraction() | np.generic():
            data = f"{type(value).__name__} {value!r}".encode(errors="surrogatepass")
            yield b"%d:" % len(data) + data
        case Mapping():
            yield b"mapping %d;" % len(value)
            for name in sorted(value, key=str):
                yield from _parts(str(name))
                yield from _parts(value[name])
        case tuple() | list():
            yield b"list %d;" % len(value)
            for part in value:
                yield from _parts(part)
        case _ if is_dataclass(value):
            yield from _parts(type(value).__name__)
            yield from _parts({f.name: getattr(value, f.name) for f in fields(value)})
        case _:
            raise TypeError(f"a {type(value).__name__} has no fingerprint")


def _column(values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> Iterator[bytes]:
    """Numbers as their bytes, other values as runs of equal ones."""
    yield b"column %s %d;" % (values.dtype.str.encode(), len(values))
    if values.dtype.kind in "biuf":
        yield values.tobytes()
        return
    for value, run in groupby(values.tolist()):
        yield b"%d times " % len(list(run))
        yield from _parts(value)
