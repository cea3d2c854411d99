"""The word list of `tiny` and the byte-pair merges that make each of its words one token.

open_clip's own tokenizer reads the merges, so the embedded model is loaded like any other.
`python -m discoscript_training.vocabulary` writes both files.
"""

from __future__ import annotations

import gzip
from collections import Counter
from itertools import pairwise
from pathlib import Path

from .captions import known_words
from .training import WEIGHTS

Pieces = tuple[str, ...]


def learn_merges(words: list[str]) -> list[tuple[str, str]]:
    """Byte-pair encoding (Sennrich et al., 2016): join the commonest pair until every word is one
    piece.
    """
    spelled: dict[str, Pieces] = {word: (*word[:-1], word[-1] + "</w>") for word in words}
    merges: list[tuple[str, str]] = []
    while True:
        pairs = Counter(pair for pieces in spelled.values() for pair in pairwise(pieces))
        if not pairs:
            return merges
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        spelled = {word: _join(pieces, best) for word, pieces in spelled.items()}


def _join(pieces: Pieces, pair: tuple[str, str]) -> Pieces:
    joined: list[str] = []
    for piece in pieces:
        if joined and (joined[-1], piece) == pair:
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def write_vocabulary(folder: Path = WEIGHTS) -> int:
    """Write `vocabulary.txt` (one word a line) and `merges.txt.gz`; return the number of tokens."""
    words = known_words()
    merges = learn_merges(words)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocabulary.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    lines = ["#version: discoscript-tiny", *(" ".join(pair) for pair in merges)]
    with (
        (folder / "merges.txt.gz").open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
    ):
        packed.write("\n".join(lines).encode("utf-8"))
    return 512 + len(merges) + 2


if __name__ == "__main__":
    print(write_vocabulary(), "tokens")
