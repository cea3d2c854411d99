"""The words that the embedded CLIP was trained on, and how many of them it reads. No torch here:
scripts are checked without the engine loaded.
"""

from __future__ import annotations

import gzip
import re
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

WEIGHTS = Path(__file__).parents[1] / "weights" / "tiny"

#: Tokens of a text with the two that mark its start and its end.
CONTEXT_LENGTH = 32

#: What a token is made from: a run of letters, one digit, or a run of other signs.
PIECE = re.compile(r"'(?:s|t|re|ve|m|ll|d)|[^\W\d_]+|\d|(?:[^\w\s]|_)+")


@cache
def known_words() -> frozenset[str]:
    """Every word of the training captions, in lower case."""
    return frozenset((WEIGHTS / "vocabulary.txt").read_text(encoding="utf-8").split())


def unknown_words(text: str) -> list[str]:
    """The words of a prompt that the embedded models have never seen, in order, each once."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return [word for word in dict.fromkeys(words) if word not in known_words()]


@lru_cache(maxsize=1 << 12)
def lost_words(text: str) -> tuple[int, str] | None:
    """(tokens of the text, the words beyond those that are read), or None if all are read."""
    pieces = [(found, len(tokens(found[0]))) for found in PIECE.finditer(text.lower())]
    room = CONTEXT_LENGTH - 2
    for found, count in pieces:
        room -= count
        if room < 0:
            return sum(count for _, count in pieces), text[found.start() :].strip()
    return None


@lru_cache(maxsize=1 << 14)
def tokens(piece: str) -> tuple[str, ...]:
    """A piece of text as byte pairs (Sennrich et al., 2016): a known word is one, another one is
    spelled out."""
    parts = list(piece.encode().decode("latin-1"))
    parts[-1] += "</w>"
    while len(parts) > 1:
        best = min(pairwise(parts), key=lambda pair: _ranks().get(pair, len(_ranks())))
        if best not in _ranks():
            break
        parts = _merged(parts, best)
    return tuple(parts)


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and (merged[-1], part) == pair:
            merged[-1] += part
        else:
            merged.append(part)
    return merged


@cache
def _ranks() -> dict[tuple[str, str], int]:
    """The pairs that are merged, and which comes first."""
    _, *lines = gzip.decompress((WEIGHTS / "merges.txt.gz").read_bytes()).decode().splitlines()
    pairs = [line.partition(" ") for line in lines if line]
    return {(left, right): rank for rank, (left, _, right) in enumerate(pairs)}
