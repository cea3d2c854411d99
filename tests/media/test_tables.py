"""Tables: which column, where its rows lie, and what is said about one that can not be read."""

from pathlib import Path

import numpy as np
import pytest

from discoscript.expressions.recordings import Recording, column
from discoscript.media.tables import parse, table
from discoscript.scene.files import Unreadable


def at(recording: Recording, frames: list[float], fps: float = 24) -> list[float]:
    return [round(float(v), 6) for v in column(recording, np.array(frames, dtype=float), fps)]


def read(text: str, name: str = "", raw: bool = True) -> Recording:
    return parse(text, "a.csv", name, raw)


def test_rows_are_frames() -> None:
    assert at(read("x\n5\n7\n9\n"), [0, 1, 1.5, 2, 40]) == [5, 7, 8, 9, 9]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " , "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    rows = [("frame", "x", "y"), ("0", "1", "-1"), ("10", "3", "-3")]
    text = end.join(delimiter.join(row) for row in rows)
    assert at(read(text, "x"), [0, 5, 10]) == [1, 2, 3]
    assert at(read(text, "y"), [0, 5, 10]) == [-1, -2, -3]


@pytest.mark.parametrize("word", ["seconds", "time"])
def test_rows_placed_in_seconds(word: str) -> None:
    recording = read(f"x,{word}\n0,1\n10,2\n20,4\n")
    assert at(recording, [0, 24, 36, 48, 72, 96, 999]) == [0, 0, 5, 10, 15, 20, 20]
    assert at(recording, [12], fps=12) == [0]


def test_values_are_scaled_from_the_smallest_to_the_largest() -> None:
    assert at(read("x\n-5\n0\n15\n", raw=False), [0, 1, 2]) == [0, 0.25, 1]
    assert at(read("x\n7\n7\n", raw=False), [0, 1]) == [0, 0]


def test_quotes_spaces_and_exponents() -> None:
    assert at(read('"x", "a, b"\n" 1e2 ",-0.5\n', "a, b"), [0]) == [-0.5]


def test_the_place_itself_can_be_the_column() -> None:
    assert at(read("frame,x\n0,1\n10,2\n", "frame"), [5]) == [5]


@pytest.mark.parametrize(
    ("text", "name", "code", "message", "help"),
    [
        ("", "", "D503", '"a.csv" has no rows', "the first line names"),
        ("x\n\n \n", "", "D503", '"a.csv" has no rows', ""),
        ("x,y\n1,2\n", "z", "D108", '"a.csv" has no column "z"', "use `x` or `y`"),
        ("x,y\n1,2\n", "X", "D108", '"a.csv" has no column "X"', 'did you mean "x"?'),
        ("x,y\n1,2\n", "", "D114", '"a.csv" has 2 columns of values', 'column="x"'),
        ("frame\n1\n", "", "D114", '"a.csv" has no columns of values', ""),
        ("x\n1\n\nb\n", "", "D503", '"a.csv", line 4, column `x`: `b` is no number', ""),
        ("x,y\n1\n", "y", "D503", '"a.csv", line 2, column `y`: there is no number', ""),
        ('x;y\n"1,5";2\n', "x", "D503", '"a.csv", line 2, column `x`: `1,5` is no number', "`1.5`"),
        ("x\nnan\n", "", "D503", '"a.csv", line 2, column `x`: `nan` is no number', ""),
        ("x\n1e999\n", "", "D503", '"a.csv", line 2, column `x`: `1e999` is no number', ""),
        ("time,x\n0,1\n0,2\n", "x", "D503", '"a.csv", line 3: `time` does not rise', "sort"),
        ("x\n" + "9" * 200_000, "", "D503", '"a.csv", line 2: field larger than', ""),
    ],
)  # fmt: skip
def test_what_is_wrong(text: str, name: str, code: str, message: str, help: str) -> None:
    with pytest.raises(Unreadable) as problem:
        read(text, name)
    assert problem.value.code == code
    assert str(problem.value).startswith(message) and help in problem.value.help


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\ufeffx\n1\n", encoding="utf-8")
    first = table(path, "a.csv", "x", True)
    assert table(path, "a.csv", "x", True) is first
    path.write_text("x\n22\n")
    assert at(table(path, "a.csv", "", True), [0]) == [22]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x\n\xff\n")
    with pytest.raises(Unreadable, match=r'"a\.csv" is not UTF-8 text'):
        table(tmp_path / "a.csv", "a.csv", "x", True)
    with pytest.raises(Unreadable, match=r'cannot read "b\.csv": no such file'):
        table(tmp_path / "b.csv", "b.csv", "x", True)
