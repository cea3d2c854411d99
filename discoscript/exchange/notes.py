"""What happened to the settings of a file: changed, left out, worth a look; each with its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What became of a setting; the value is the heading in the report."""

    CHANGED = "carried over, but not as it stood"
    UNUSUAL = "carried over, but far from the usual"
    LEFT_OUT = "left out"
    MODE = "left out, because another mode uses it"


@dataclass(frozen=True)
class Note:
    """One remark; `line` counts from 1, 0 where it is about no single line."""

    fate: Fate
    line: int
    name: str
    text: str


@dataclass
class Notes:
    """Collects the remarks of one import or export."""

    found: list[Note] = field(default_factory=list)

    def add(self, fate: Fate, line: int, name: str, text: str) -> None:
        """One more remark."""
        self.found.append(Note(fate, line, name, text))

    def changed(self, line: int, name: str, text: str) -> None:
        """Something is in the script in another form."""
        self.add(Fate.CHANGED, line, name, text)

    def left_out(self, line: int, name: str, text: str) -> None:
        """Something is not in the script, and why."""
        self.add(Fate.LEFT_OUT, line, name, text)


def notes_json(notes: Notes) -> list[dict[str, object]]:
    """Every remark for other programs, in the order of the file."""
    found = sorted(notes.found, key=lambda note: note.line)
    return [
        {**vars(note), "fate": note.fate.name.lower(), "line": note.line or None} for note in found
    ]


def lines_of(notes: Notes, path: str) -> Iterator[str]:
    """The report, line by line: a heading for each fate, the remarks in the order of the file.

    Settings with the same fate for the same reason stand together at the first one's line.
    """
    for fate in Fate:
        together: dict[str, list[Note]] = {}
        for note in sorted((n for n in notes.found if n.fate is fate), key=lambda n: n.line):
            together.setdefault(note.text, []).append(note)
        if not together:
            continue
        yield ""
        yield f"{fate}:"
        for text, same in together.items():
            yield from (f"  {line}" for line in _remark(path, text, same))


def _remark(path: str, text: str, same: list[Note]) -> Iterator[str]:
    place = f"{path}:{same[0].line}: " if same[0].line else ""
    names = list(dict.fromkeys(note.name for note in same if note.name))
    if len(names) < 2:
        yield f"{place}{names[0]}: {text}" if names else f"{place}{text}"
        return
    yield f"{place}{len(names)} settings: {text}"
    row = ""
    for name in names:
        if row and len(row) + len(name) > 84:
            yield f"    {row},"
            row = ""
        row = f"{row}, {name}" if row else name
    yield f"    {row}"
