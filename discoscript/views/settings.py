"""The parameter table for people: searched, and each row with what there is to know about it."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from discoscript.parameters import PARAMETERS, Axis, Kind, Mode, Parameter
from discoscript.schedule.document import plain
from discoscript.views.table import cut, table
from discoscript.views.words import shown, sized
from discoscript_engine.model_table import DEFAULT, by_name

Json = dict[str, Any]

#: A row that scores less than this for any of the words was not meant. 100 is a match.
ENOUGH = 72

#: Above this many rows a list is easier to read than pages.
PAGES = 6

#: Widest default in a list.
WIDEST = 16


def search(words: Sequence[str], group: str | None = None) -> tuple[Parameter, ...]:
    """The rows that all words fit, the best ones first; all rows, in order, without words."""
    rows = [row for row in PARAMETERS if group in (None, row.group)]
    if not words:
        return tuple(rows)
    words = [word for word in words if len(word) > 2] or words  # not the "of" of "field of view"
    scored = [(min(score(row, word) for word in words), row) for row in rows]
    best = max((points for points, _ in scored), default=0.0)
    chosen = [pair for pair in scored if pair[0] >= max(ENOUGH, best - 25)]
    return tuple(row for _, row in sorted(chosen, key=lambda pair: -pair[0]))


def score(row: Parameter, word: str) -> float:
    """How well a word fits a row, 0 to 100: the name counts most, then the old name, the group,
    the meaning."""
    from rapidfuzz.fuzz import ratio

    asked = word.lower().strip("`").replace("-", "_")
    names = (row.key, row.name)
    if asked in names:
        return 100
    if asked in row.disco or asked == row.group:
        return 97
    parts = [*row.name.split("_"), *(p for name in row.disco for p in name.lower().split("_"))]
    near = max(ratio(asked, name) for name in (*names, *(d.lower() for d in row.disco), *parts))
    inside = 92 if any(len(asked) > 2 and asked in name for name in (*names, *row.disco)) else 0
    told = [w.strip(".,;:`()").lower() for w in row.doc.split()]
    meant = 85 if len(asked) > 2 and any(w.startswith(asked) for w in told) else 0
    return max(near * 0.95, inside, meant)


# ───────────── text ─────────────


def setting_lines(rows: Sequence[Parameter], width: int) -> Iterator[str]:
    """A page for each row, or a list where there are many."""
    if len(rows) <= PAGES:
        for number, row in enumerate(rows):
            yield from ("",) if number else ()
            yield from page(row, width)
        return
    head = ("SETTING", "DEFAULT", "MEANING")
    yield from table(head, [(r.key, cut(default_word(r), WIDEST), r.meaning) for r in rows], width)


def page(row: Parameter, width: int) -> Iterator[str]:
    """All that there is to know about a row."""
    yield cut(row.key, width)
    wide = min(width, 88)
    yield from textwrap.wrap(row.meaning, wide, initial_indent="  ", subsequent_indent="  ")
    for name, text in _facts(row):
        lines = textwrap.wrap(text, min(width, 88) - 14) or [""]
        yield f"  {name:<10}  {lines[0]}"
        yield from (f"{'':14}{line}" for line in lines[1:])
    first, *more = example(row)
    yield f"  {'example':<10}  {first}"
    yield from (f"{'':14}{line}" for line in more)


def _facts(row: Parameter) -> Iterator[tuple[str, str]]:
    unit = f", in {row.unit}" if row.unit not in ("", "%") else ""
    yield "value", f"{row.kind}{unit}"
    if row.choices:
        yield "choices", ", ".join(row.choices)
    yield "default", default_word(row) or "follows from something else"
    own = by_name("diffusion", DEFAULT).defaults
    if row.key in own:
        yield f"with {DEFAULT}", _default(row, own[row.key])
    if row.typical:
        yield "typical", " to ".join(shown(float(side)) for side in row.typical)
    if row.hard:
        yield "limits", _limits(row)
    yield "changes", CHANGES[row.axis]
    if row.modes != frozenset(Mode):
        yield "modes", ", ".join(mode for mode in Mode if mode in row.modes)
    if row.disco:
        yield "also", f"{', '.join(row.disco)} (Disco Diffusion)"


#: Whether and over what a row changes, in words.
CHANGES = {
    Axis.FIXED: "no: one value for the whole render",
    Axis.FRAMES: "over the frames",
    Axis.SEGMENT: "where a segment starts: at frame 0 and at cuts",
    Axis.PROGRESS: "over diffusion progress, 0 to 1000",
}


def default_word(row: Parameter) -> str:
    """The default as a script would write it; empty where it follows from something else."""
    return _default(row, row.default)


def _default(row: Parameter, value: object) -> str:
    if row.axis is Axis.PROGRESS and isinstance(value, tuple):
        starts = [0, *(end for end, _ in value)]
        runs = zip(starts, value, strict=False)
        return ", ".join(f"{shown(number)} @ {a}..{b}" for a, (b, number) in runs)
    if value is None:
        return "none" if row.kind is Kind.PATH else ""
    return _shown(row, value)


def _shown(row: Parameter, value: object) -> str:
    """A value of a row, with its unit where a script writes one."""
    if row.kind is Kind.SIZE and isinstance(value, tuple):
        return sized(value)
    if row.kind is Kind.PERCENTS and isinstance(value, tuple):
        return f"[{', '.join(f'{part:g}%' for part in value)}]"
    return f"{shown(value)}%" if row.kind is Kind.PERCENT else shown(value)


def _limits(row: Parameter) -> str:
    low, high = row.hard or (None, None)
    above = "above" if row.open_low else "at least"
    least = "" if low is None else f"{above} {shown(float(low))}"
    most = "" if high is None else f"at most {shown(float(high))}"
    return ", ".join(filter(None, (least, most)))


# ───────────── examples ─────────────


def example(row: Parameter) -> tuple[str, ...]:
    """Lines to paste into a script that use the setting."""
    return tuple(f"{row.group}: {line}" for line in _uses(row))


def _uses(row: Parameter) -> Iterator[str]:
    value = _sample(row)
    match row.axis:
        case Axis.FRAMES if row.glides:
            start = shown(row.default) if isinstance(row.default, int | float) else value
            percent = "%" if row.kind is Kind.PERCENT else ""
            yield f"{row.name} {value}"
            yield f"{row.name} {start}{percent} -> {value} @ 0..2s ease in-out"
        case Axis.FRAMES:
            yield f"{row.name} {value} @ 0..2s"
        case Axis.PROGRESS:
            yield f"{row.name} {value} @ 0..1000"
        case _:
            yield f"{row.name} {value}"


def _sample(row: Parameter) -> str:
    """A value that shows what one looks like: usual, and not the default where there are more."""
    match row.kind:
        case Kind.NUMBER | Kind.WHOLE | Kind.PERCENT | Kind.STEPS_OR_PERCENT | Kind.STEPS_OR_LIST:
            return _number(row)
        case Kind.TRUTH:
            return "off" if row.default is True else "on"
        case Kind.CHOICE | Kind.CHOICES:
            return _choice(row)
    return SAMPLES.get(row.key) or SAMPLES[row.kind]


#: Values of kinds, and of rows that need one of their own.
SAMPLES = {
    Kind.SIZE: "1280x768",
    Kind.TIME: "2s",
    Kind.PERCENTS: "[9%, 18%]",
    Kind.SEED: "42",
    Kind.TEXT: '"The lighthouse"',
    Kind.PATH: '"refs/wave.png"',
    "video.source": '"dance.mp4"',
    "scene.model_file": '"my_model.safetensors"',
    "output.audio": '"song.wav"',
}


def _number(row: Parameter) -> str:
    """A usual number that is not the default."""
    if row.typical is None and isinstance(row.default, float) and row.default > 1:
        return shown(row.default * 1.5)
    low, high = row.typical or row.hard or (None, None)
    low = 1.0 if low is None else float(low)
    high = low * 4 + 4 if high is None else float(high)
    middle = low + (high - low) * 0.6
    whole = row.kind in (Kind.WHOLE, Kind.STEPS_OR_PERCENT, Kind.STEPS_OR_LIST) or middle > 10
    text = shown(float(round(middle) if whole else middle))
    return f"{text}%" if row.kind is Kind.PERCENT else text


def _choice(row: Parameter) -> str:
    others = [word for word in row.choices if word != row.default] or list(row.choices)
    if row.kind is Kind.CHOICES:
        return f"[{', '.join(others[:2])}]" if others else "[ViTB32, RN50]"
    return others[0] if others else shown(row.default)


# ───────────── JSON ─────────────


def settings_json(rows: Sequence[Parameter]) -> Json:
    """The rows with all their columns."""
    kind = {"format": "discoscript-parameters", "version": 1}
    return {**kind, "parameters": [_row_json(row) for row in rows]}


def _row_json(row: Parameter) -> Json:
    return {
        "group": row.group,
        "name": row.name,
        "kind": str(row.kind),
        "unit": row.unit,
        "default": plain(row.default),
        "video_default": plain(row.video_default),
        "typical": plain(row.typical),
        "limits": plain(row.hard),
        "choices": list(row.choices),
        "changes_over": str(row.axis),
        "modes": [str(mode) for mode in Mode if mode in row.modes],
        "disco": list(row.disco),
        "doc": row.meaning,
        "example": list(example(row)),
    }
