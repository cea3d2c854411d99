"""The words that the embedded CLIP was trained on. No torch here: scripts are checked without the
engine loaded.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).parents[1] / "weights" / "tiny"


@cache
def known_words() -> frozenset[str]:
    """Every word of the training captions, in lower case."""
    return frozenset((WEIGHTS / "vocabulary.txt").read_text(encoding="utf-8").split())


def unknown_words(text: str) -> list[str]:
    """The words of a prompt that the embedded models have never seen, in order, each once."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return [word for word in dict.fromkeys(words) if word not in known_words()]
