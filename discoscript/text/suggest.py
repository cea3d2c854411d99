"""Did you mean ...? Finds the word that was probably meant."""

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

#: Of more than twice as many words only the first and the last ones are compared: a script may
#: hold thousands of names, and thousands of mistakes.
MOST = 200


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to `word`, None if none is near.

    The same letters in another case or joined otherwise (`translateZ`) come first, then the fewest
    slips of the finger (at most a third of the letters; one in words of two or three, none in
    single letters), then the same parts in another order (`scale_tv` -> `tv_scale`).
    """
    words = tuple(candidates)
    if len(words) > 2 * MOST:
        words = (*words[:MOST], *words[-MOST:])
    known = _forms(words)
    same = known.get(_letters(word))
    return same or _fewest_slips(word, words) or known.get(_parts(word))


def did_you_mean(word: str, candidates: Iterable[str], quote: str = "`") -> str:
    """A question for the help of a message, empty if no candidate is near."""
    near = closest(word, candidates)
    return "" if near is None else f"did you mean {quote}{near}{quote}?"


def one_of(words: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def _fewest_slips(word: str, words: tuple[str, ...]) -> str | None:
    from rapidfuzz import process  # scripts without mistakes do without it
    from rapidfuzz.distance import DamerauLevenshtein

    limit = max(len(word), 3) // 3 if len(word) > 1 else 0
    slips = DamerauLevenshtein.distance
    near = process.extractOne(word, words, scorer=slips, score_cutoff=limit)
    return None if near is None else str(near[0])


@lru_cache(maxsize=16)
def _forms(words: tuple[str, ...]) -> Mapping[Hashable, str]:
    """The first word with the same letters, and the first with the same parts."""
    found: dict[Hashable, str] = {}
    for word in words:
        found.setdefault(_letters(word), word)
        found.setdefault(_parts(word), word)
    return found


def _letters(word: str) -> str:
    """A word without its case and the marks between its parts."""
    return word.casefold().replace("_", "").replace("-", "")


def _parts(word: str) -> tuple[str, ...]:
    """The parts of a name, whatever their order."""
    return tuple(sorted(word.split("_")))
