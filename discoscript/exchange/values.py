"""One value of a settings file -> how it is written in a script, held against its row."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePosixPath

from discoscript.exchange.keyframes import number, percent
from discoscript.exchange.settings_file import Entry
from discoscript.parameters import Kind, Parameter, Resolved
from discoscript.scene.bounds import possible
from discoscript.scene.files import SUFFIXES, suffix_of
from discoscript_engine.model_table import Role, models


class NotCarried(ValueError):
    """A value that has no place in a script; the message says why, and what was found."""


@dataclass(frozen=True)
class Carried:
    """A value as a script writes it. `note` is not empty where it is not the value that stood."""

    text: str
    value: Resolved
    note: str = ""


def carried(row: Parameter, entry: Entry) -> Carried:
    """The value of a setting in the terms of its row; NotCarried if it has none."""
    match row.kind:
        case Kind.NUMBER | Kind.PERCENT:
            return _number(row, numeric(entry))
        case Kind.WHOLE | Kind.STEPS_OR_PERCENT | Kind.SEED:
            return _whole(row, numeric(entry))
        case Kind.TRUTH:
            on = truth(entry)
            return Carried("on" if on else "off", on)
        case Kind.PERCENTS:
            return _percents(row, entry)
        case Kind.CHOICE:
            return _choice(row, entry)
        case Kind.PATH:
            return _path(row, entry)
        case Kind.STEPS_OR_LIST if isinstance(entry.value, tuple):
            steps = [_whole(row, numeric(step)) for step in entry.value]
            return Carried(f"[{', '.join(s.text for s in steps)}]", tuple(s.text for s in steps))
        case Kind.STEPS_OR_LIST:
            return _whole(row, numeric(entry))
    return Carried(quoted(text_of(entry)), text_of(entry))


# ───────────── what the file has ─────────────


def numeric(entry: Entry) -> float:
    """A finite number, also as a text: `"3"`, `"60%"`."""
    value = entry.value
    if isinstance(value, str):
        try:
            value = float(value.strip().removesuffix("%"))
        except ValueError:
            raise NotCarried(f"expected a number, found {shown(entry)}") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise NotCarried(f"expected a number, found {shown(entry)}")
    return float(value)


_TRUTHS: Mapping[object, bool] = {"true": True, "false": False, 1: True, 0: False}


def truth(entry: Entry) -> bool:
    """True or false, also as a text or as 1 and 0."""
    value = entry.value.lower() if isinstance(entry.value, str) else entry.value
    if isinstance(value, str | int | float) and value in _TRUTHS:
        return _TRUTHS[value]
    raise NotCarried(f"expected true or false, found {shown(entry)}")


def text_of(entry: Entry) -> str:
    """A text without control characters, which no script holds."""
    if not isinstance(entry.value, str):
        raise NotCarried(f"expected a text, found {shown(entry)}")
    return clean(entry.value)


def clean(text: str) -> str:
    """The text on one line: control characters become spaces, runs of spaces one."""
    plain = "".join(" " if unicodedata.category(c) in _CONTROL else c for c in text)
    return re.sub(r"  +", " ", plain).strip()


_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})


def shown(entry: Entry) -> str:
    """A value for a message, short."""
    match entry.value:
        case None:
            return "nothing"
        case bool() as value:
            return str(value).lower()
        case dict():
            return "a group of settings"
        case tuple():
            return "a list"
        case str() as value:
            short = clean(value)
            return f'"{short if len(short) <= 40 else short[:40] + "…"}"'
        case value:
            return f"{value}"


def quoted(text: str) -> str:
    """The text as a script writes it, in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("{", "{{").replace("}", "}}") + '"'


# ───────────── what the row takes ─────────────


def checked(row: Parameter, value: float) -> float:
    """The value, if the row allows it."""
    if not possible(value, row):
        low, high = row.hard or (None, None)
        above = "above" if row.open_low else "from"
        bounds = [f"{above} {low:g}"] if low is not None else []
        bounds += [f"to {high:g}"] if high is not None else []
        raise NotCarried(f"{number(value)} is not possible: `{row.name}` goes {' '.join(bounds)}")
    return value


def unusual(row: Parameter, *values: float) -> str:
    """`usually 0 to 1`, if any of the values is not; else empty."""
    low, high = row.typical or (-float("inf"), float("inf"))
    return "" if all(low <= v <= high for v in values) else f"usually {low:g} to {high:g}"


def _number(row: Parameter, value: float) -> Carried:
    written = percent if row.kind is Kind.PERCENT else number
    return Carried(written(checked(row, value)), value)


def _whole(row: Parameter, value: float) -> Carried:
    whole = checked(row, round(value))
    note = "" if whole == value else f"{number(value)} is rounded"
    return Carried(number(whole), int(whole), note)


def _percents(row: Parameter, entry: Entry) -> Carried:
    """Disco Diffusion's shares of 1 -> percents."""
    if not isinstance(entry.value, tuple) or not entry.value:
        raise NotCarried(f"expected a list of shares, found {shown(entry)}")
    found = tuple(checked(row, round(100 * numeric(share), 9)) for share in entry.value)
    return Carried(f"[{', '.join(map(percent, found))}]", found)


def _choice(row: Parameter, entry: Entry) -> Carried:
    if not row.choices:
        return _model(row, entry)
    text = "none" if entry.value is None else text_of(entry)
    word = text.strip().lower().replace(" ", "_")
    if word not in row.choices:
        raise NotCarried(f'"{text[:40]}" is not known; there are {", ".join(row.choices)}')
    return Carried(word, word)


def _model(row: Parameter, entry: Entry) -> Carried:
    role: Role = "diffusion" if row.group == "scene" else "depth"
    names = {letters(m.name): m.name for m in models(role)}
    text = text_of(entry)
    name = names.get(letters(text))
    if name is None:
        raise NotCarried(f'there is no model "{text[:60]}" here; `discoscript models` lists them')
    return Carried(name_text(name), name)


def letters(name: str) -> str:
    """The letters and digits of a name: how a model is called, whatever its spelling."""
    return "".join(c for c in name.lower() if c.isalnum())


def name_text(name: str) -> str:
    """A model's name as a script writes it: a bare word where it is one."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else quoted(name)


def _path(row: Parameter, entry: Entry) -> Carried:
    if entry.value is None or entry.value == "" or entry.value == "None":
        return Carried("none", None)
    path, note = own_path(text_of(entry))
    if suffix_of(path) not in SUFFIXES[row.file]:
        raise NotCarried(f'"{path[:60]}" is no {row.file} that can be read')
    return Carried(quoted(path), path, note)


def own_path(path: str) -> tuple[str, str]:
    """The path inside the script's folder, and what the user has to do about it."""
    plain = path.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    away = plain.startswith(("/", "~")) or ".." in parts or ":" in plain
    if not away:
        return str(PurePosixPath(plain)), ""
    name = re.split(r"[/:]", plain.split("?")[0])[-1]
    todo = "download it" if "://" in plain else "copy it"
    return name, f'was "{path[:80]}": {todo} into the script\'s folder'
