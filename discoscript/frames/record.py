"""Record: what the store answers for a frame key, as a small JSON file that checks itself.

{"check": "5f1c…", "cost_s": 1.52, "created": "2026-11-24T21:00:00Z", "digest": "9b0e…",
 "key": "4a77…", "renderer": "engine 1", "size": 31415}
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass

from discoscript.plan.canonical import canonical

#: A record is never larger; a larger file is damage.
LARGEST = 4096

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Record:
    """`key` was rendered by `renderer` in `cost_s` seconds; the picture is the object `digest`,
    `size` bytes of PNG."""

    key: str
    digest: str
    size: int
    cost_s: float
    created: str
    renderer: str


def to_bytes(record: Record) -> bytes:
    """The file's content; equal records give equal bytes."""
    return json.dumps({**asdict(record), "check": _check(record)}, sort_keys=True).encode()


def from_bytes(data: bytes, key: str) -> Record | None:
    """The record of `key`; None if the bytes are not exactly what `to_bytes` wrote for it."""
    if len(data) > LARGEST:
        return None
    try:
        values = json.loads(data)
        check = values.pop("check")
        record = Record(**values)
        sound = check == _check(record) and record.key == key and to_bytes(record) == data
        return record if sound and _DIGEST.fullmatch(record.digest) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _check(record: Record) -> str:
    return hashlib.sha256(b"disco-record\0" + canonical(record)).hexdigest()
