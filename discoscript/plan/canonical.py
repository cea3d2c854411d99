"""A value -> bytes, the same on every machine and for ever: what frame keys are hashed from.

Each value is a tag, the length of its body and the body, so no two values share an encoding and
none is the beginning of another:

    N0:            nothing
    B1:1           on
    I2:-7          a whole number
    F20:0x1.8000000000000p+0          the float 1.5
    S5:storm       text, NFC, UTF-8
    Y3:abc         bytes
    L8:I1:1I1:2    a list
    D8:S1:aI1:1    a mapping: key, value, by rising key
    O..:S6:Prompt  a dataclass: its name, then field, value, by rising name; a field that holds
                   its default is left out, so that a new one leaves what does not use it as it is;
                   so is one that is not compared

Floats are written as `float.hex` with -0.0 as 0.0; NaN and infinity are refused.
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache


def canonical(value: object) -> bytes:
    """The encoding of plain values: None, bool, int, float, str, bytes, lists, mappings and
    dataclasses of them. Anything else is a TypeError: nothing is hashed by accident."""
    if value is None:
        return _tagged(b"N", b"")
    if isinstance(value, bool):
        return _tagged(b"B", b"1" if value else b"0")
    if isinstance(value, int):
        return _tagged(b"I", b"%d" % value)
    if isinstance(value, float):
        return _tagged(b"F", _float(value))
    if isinstance(value, str):
        return _tagged(b"S", unicodedata.normalize("NFC", value).encode())
    if isinstance(value, bytes):
        return _tagged(b"Y", value)
    return _compound(value)


def _compound(value: object) -> bytes:
    if is_dataclass(value) and not isinstance(value, type):
        name, layout = _layout(type(value))
        values = ((label, getattr(value, field), default) for field, label, default in layout)
        told = [label + canonical(v) for label, v, default in values if v != default]
        return _tagged(b"O", name + b"".join(told))
    if isinstance(value, Mapping):
        return _tagged(b"D", _pairs({str(k): v for k, v in value.items()}))
    if isinstance(value, Sequence):
        return _tagged(b"L", b"".join(map(canonical, value)))
    raise TypeError(f"a {type(value).__name__} has no canonical form")


@cache
def _layout(kind: type) -> tuple[bytes, tuple[tuple[str, bytes, object], ...]]:
    """The encoded name of a dataclass, and its compared fields by rising name: the name, the same
    encoded, and the default, or what nothing is equal to."""
    named = sorted((f for f in fields(kind) if f.compare), key=lambda field: field.name)
    rows = tuple((field.name, canonical(field.name), field.default) for field in named)
    return canonical(kind.__name__), rows


def _pairs(mapping: Mapping[str, object]) -> bytes:
    return b"".join(canonical(name) + canonical(mapping[name]) for name in sorted(mapping))


def _float(value: float) -> bytes:
    if not math.isfinite(value):
        raise ValueError(f"{value} has no canonical form")
    return (value + 0.0).hex().encode()  # -0.0 + 0.0 is 0.0


def _tagged(tag: bytes, body: bytes) -> bytes:
    return b"%b%d:%b" % (tag, len(body), body)
