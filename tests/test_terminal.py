"""What a user sees: times, colours, progress."""

import io

import pytest

from discoscript.frames.record import Record
from discoscript.terminal import Lines, Pace, duration, printable

RECORD = Record("ab" * 32, "cd" * 32, 1, 1.0, "2026-11-24T21:00:00Z", "engine 1")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0 s"), (0.043, "0.043 s"), (0.94, "0.94 s"), (1.52, "1.5 s"), (34.4, "34 s"),
     (59.7, "1 min 00 s"), (125, "2 min 05 s"), (4320, "1 h 12 min")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_printable_text_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[2Jb\u202ec\u0007\n\u009bd") == "a [2Jb c   d"
    assert printable("été 海 🌊") == "été 海 🌊"


def test_the_time_left_is_measured() -> None:
    pace = Pace({0: 10, 1: 5, 2: 5, 3: 0})
    assert pace.text() == ""
    pace.finished(0, RECORD, 20.0)
    assert pace.text() == "20 s a frame, about 20 s left"
    pace.kept(1, RECORD)
    assert pace.text() == "20 s a frame, about 10 s left"
    pace.finished(2, RECORD, 10.0)
    assert pace.text() == "15 s a frame"


def test_an_eye_is_not_a_frame_but_takes_time() -> None:
    pace = Pace({0: 10, 1: 10})
    pace.finished(0, RECORD, 20.0)
    pace.eyes(0, RECORD, 4.0)
    assert pace.ready == 1 and pace.text() == "24 s a frame, about 24 s left"
    pace.eyes(1, RECORD, None)
    assert pace.text() == "24 s a frame, about 24 s left"


def test_eyes_have_lines_of_their_own_in_a_log() -> None:
    stream = io.StringIO()
    lines = Lines(Pace({0: 0, 1: 0}), stream)
    for index, seconds in ((0, 0.5), (1, None)):
        lines.kept(index, RECORD)
        lines.eyes(index, RECORD, seconds)
    lines.close()
    assert stream.getvalue().splitlines() == [
        "frame 0: left and right eye 0.5 s",
        "2 frames kept",
    ]


def test_lines_are_for_logs() -> None:
    stream = io.StringIO()
    pace = Pace({0: 0, 1: 0, 2: 5})
    lines = Lines(pace, stream)
    for index in (0, 1):
        pace.kept(index, RECORD)
        lines.kept(index, RECORD)
    lines.started(2)
    pace.finished(2, RECORD, 2.0)
    lines.finished(2, RECORD, 2.0)
    lines.note("by the way")
    lines.close()
    assert stream.getvalue().splitlines() == [
        "2 frames kept",
        "frame 2: 2.0 s; 3 of 3 ready; 2.0 s a frame",
        "note: by the way",
    ]
