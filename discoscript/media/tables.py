"""A table (CSV) -> one of its columns over time."""

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.recordings import Recording
from discoscript.media.state import State, state_of, unreadable
from discoscript.scene.files import Unreadable
from discoscript.text import suggest

Values = NDArray[np.float64]
Row = tuple[int, Sequence[str]]  #: a line of the file, from 1, and its cells

#: Columns that give the place of a row, and whether it is in seconds.
PLACES = {"frame": False, "seconds": True, "time": True}

DELIMITERS = ",;\t"
SHOWN = 8  #: columns that a message names
LARGEST = 16 * 2**20  #: bytes of a file


def table(path: Path, name: str, column: str, raw: bool) -> Recording:
    """The column, scaled to 0..1 over its rows unless `raw`; "" is the only one there is.

    Rows are frames, unless a column `frame`, `seconds` or `time` gives their places. Unreadable,
    which calls the file `name`, if it holds no such column of numbers.
    """
    return _table(state_of(path, name, LARGEST), column, raw)


@lru_cache(maxsize=32)
def _table(state: State, column: str, raw: bool) -> Recording:
    """The same, read once for each state of a file."""
    try:
        with state.path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise Unreadable(f'"{state.name}" is not UTF-8 text', "save it as UTF-8") from error
    except OSError as error:
        raise unreadable(state.name, error) from error
    return parse(text, state.name, column, raw)


def parse(text: str, name: str, column: str, raw: bool) -> Recording:
    """The recording that the text of a table holds."""
    rows = _rows(text, name)
    if len(rows) < 2:
        raise Unreadable(f'"{name}" has no rows', "the first line names the columns: `frame,x`")
    titles = [title.strip() for title in rows[0][1]]
    place = next((titles.index(word) for word in PLACES if word in titles), None)
    number = _column(titles, column, name)
    times = np.arange(len(rows) - 1, dtype=np.float64)
    if place is not None:
        times = np.array([_number(row, place, titles, name) for row in rows[1:]])
        _check_rising(times, rows, titles[place], name)
    values = np.array([_number(row, number, titles, name) for row in rows[1:]])
    values = values if raw else _scaled(values)
    for array in (times, values):
        array.setflags(write=False)
    return Recording(times, values, place is not None and PLACES[titles[place]])


def _rows(text: str, name: str) -> list[Row]:
    """The rows that are not empty, each with its line in the file, from 1."""
    head = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Unreadable(f'"{name}", line {reader.line_num}: {error}') from error


def _column(titles: Sequence[str], column: str, name: str) -> int:
    """Which column is meant."""
    named = [title for title in titles if title and title not in PLACES]
    if column in titles:
        return titles.index(column)
    if column:
        close = suggest.did_you_mean(column, titles, quote='"')
        there = f"use {suggest.one_of(titles[:SHOWN])}"
        message = f'"{name}" has no column "{column}"'
        raise Unreadable(message, close or there, "D108", "column")
    if len(named) != 1:
        help = f'name one of its columns: `column="{named[0]}"`' if named else "give it one"
        count = len(named) or "no"
        raise Unreadable(f'"{name}" has {count} columns of values', help, "D114")
    return titles.index(named[0])


def _number(row: Row, column: int, titles: Sequence[str], name: str) -> float:
    line, cells = row
    cell = cells[column].strip() if column < len(cells) else ""
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if isfinite(value):
        return value
    found = f"`{cell[:40]}` is no number" if cell else "there is no number"
    help = f"write `{cell.replace(',', '.')}`" if _is_number(cell.replace(",", ".")) else ""
    where = f'"{name}", line {line}, column `{titles[column]}`'
    raise Unreadable(f"{where}: {found}", help)


def _is_number(cell: str) -> bool:
    try:
        return isfinite(float(cell))
    except ValueError:
        return False


def _check_rising(times: Values, rows: Sequence[Row], title: str, name: str) -> None:
    falls = np.flatnonzero(np.diff(times) <= 0)
    if len(falls):
        line = rows[int(falls[0]) + 2][0]
        help = "sort the rows, and keep one for each place"
        raise Unreadable(f'"{name}", line {line}: `{title}` does not rise', help)


def _scaled(values: Values) -> Values:
    """0 for the smallest, 1 for the largest; all 0 where they are equal."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros(len(values))
