"""Did you mean ...? Finds the word that was probably meant."""

from collections.abc import Iterable


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to `word`, None if none is near.

    The same letters in another case come first, then the fewest slips of the finger (at most a
    third of the letters; one in words of two or three, none in single letters), then the same
    parts in another order (`scale_tv` -> `tv_scale`).
    """
    words = tuple(candidates)
    same = (c for c in words if c.casefold() == word.casefold())
    return next(same, None) or _fewest_slips(word, words) or _same_parts(word, words)


def did_you_mean(word: str, candidates: Iterable[str], quote: str = "`") -> str:
    """A question for the help of a message, empty if no candidate is near."""
    near = closest(word, candidates)
    return "" if near is None else f"did you mean {quote}{near}{quote}?"


def one_of(words: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def _fewest_slips(word: str, words: tuple[str, ...]) -> str | None:
    from rapidfuzz.distance import DamerauLevenshtein  # scripts without mistakes do without it

    limit = max(len(word), 3) // 3 if len(word) > 1 else 0
    slips = [(DamerauLevenshtein.distance(word, c, score_cutoff=limit), c) for c in words]
    near = min((pair for pair in slips if pair[0] <= limit), key=lambda pair: pair[0], default=None)
    return None if near is None else near[1]


def _same_parts(word: str, words: tuple[str, ...]) -> str | None:
    parts = sorted(word.split("_"))
    return next((c for c in words if sorted(c.split("_")) == parts), None)
