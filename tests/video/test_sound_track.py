"""The sound track of a video: there, as long as the video, and the part that belongs to it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.waves import RATE, kick, tone, write

from discoscript.cli import main
from discoscript.frames.renderer import Picture
from discoscript.video.video import CODECS, SoundTrack, VideoFailure, encode

FPS = Fraction(12)


def pictures(count: int) -> Iterator[Picture]:
    for number in range(count):
        yield np.full((32, 64, 3), number * 8 % 256, np.uint8)


def sound_of(path: Path) -> tuple[float, np.ndarray]:
    """Seconds of the video's sound, and its samples at 44100 Hz, mixed to one channel."""
    with av.open(path) as file:
        resampler = av.AudioResampler("fltp", "mono", RATE)
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return len(samples) / RATE, samples


def seconds_of_video(path: Path) -> float:
    with av.open(path) as file:
        return sum(1 for _ in file.decode(video=0)) / float(FPS)


def pitch(samples: np.ndarray) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A second of 300 Hz, then two of 900 Hz."""
    return write(tmp_path / "song.wav", np.concatenate([tone(1, 300), tone(2, 900)]))


@pytest.mark.parametrize("codec", [name for name, row in CODECS.items() if row.sound])
def test_the_sound_is_cut_where_the_video_ends(tmp_path: Path, song: Path, codec: str) -> None:
    path = tmp_path / f"out{CODECS[codec].suffix}"
    encode(pictures(18), path, FPS, codec, preset="ultrafast", sound=SoundTrack(song, 0, 1.5))
    seconds, samples = sound_of(path)
    assert seconds == pytest.approx(1.5, abs=0.06)
    assert pitch(samples[4000:40_000]) == pytest.approx(300, abs=5)
    assert pitch(samples[48_000:62_000]) == pytest.approx(900, abs=5)
    assert seconds_of_video(path) == 1.5


def test_a_video_that_begins_later_is_heard_from_there(tmp_path: Path, song: Path) -> None:
    path = tmp_path / "out.mp4"
    encode(pictures(12), path, FPS, preset="ultrafast", sound=SoundTrack(song, 0.75, 1.0))
    _, samples = sound_of(path)
    assert pitch(samples[1000:10_000]) == pytest.approx(300, abs=8)
    assert pitch(samples[13_000:40_000]) == pytest.approx(900, abs=5)


def test_a_sound_that_is_shorter_does_not_cut_the_video(tmp_path: Path) -> None:
    song, path = write(tmp_path / "a.wav", tone(1)), tmp_path / "out.mp4"
    encode(pictures(36), path, FPS, preset="ultrafast", sound=SoundTrack(song, 0, 3.0))
    assert seconds_of_video(path) == 3
    assert sound_of(path)[0] == pytest.approx(1, abs=0.06)


def test_the_same_frames_and_sound_give_the_same_file(tmp_path: Path, song: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        encode(pictures(6), tmp_path / name, FPS, sound=SoundTrack(song, 0, 0.5))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_gif_has_no_sound(tmp_path: Path, song: Path) -> None:
    encode(pictures(6), tmp_path / "a.gif", FPS, "gif", sound=SoundTrack(song, 0, 0.5))
    with av.open(tmp_path / "a.gif") as file:
        assert not file.streams.audio


def test_a_play_list_is_no_sound_track(tmp_path: Path, song: Path) -> None:
    fake = tmp_path / "fake.wav"
    fake.write_text("ffconcat version 1.0\nfile song.wav\n")
    with pytest.raises(VideoFailure, match="ffmpeg could not write the video"):
        encode(pictures(6), tmp_path / "a.mp4", FPS, sound=SoundTrack(fake, 0, 0.5))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fake.wav", "song.wav"]


# ───────────── from a script ─────────────

SCRIPT = """disco 1

scene:
    duration 2s
    fps 12
    mode 3d
    size 64x64
    seed 1

prompt "a beach"
camera: translate_z 4 + 4 * audio("song.wav", low=20, high=150)
output:
    audio "song.wav"
    first_frame 0.5s
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "project" / "song.disco"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    write(path.parent / "song.wav", kick(3))
    return path


def rendered(script: Path) -> int:
    return main(["render", str(script), "--renderer", "testcard", "-o", str(script.parent / "out")])


def test_a_rendered_script_is_heard(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(script) == 0, capsys.readouterr().err
    video = script.parent / "out" / "song.mp4"
    assert seconds_of_video(video) == 1.5 == pytest.approx(sound_of(video)[0], abs=0.06)
    before = video.stat().st_mtime_ns
    assert rendered(script) == 0
    assert video.stat().st_mtime_ns == before, "nothing changed"
    write(script.parent / "song.wav", kick(3) + tone(3))
    assert rendered(script) == 0
    assert video.stat().st_mtime_ns != before, "another sound, another video"


def test_a_broken_sound_is_told_before_anything_is_rendered(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(SCRIPT.replace("4 + 4 * audio", "4 #"))
    (script.parent / "song.wav").write_text("no sound")
    assert rendered(script) == 2
    err = capsys.readouterr().err
    assert '"song.wav" holds no sound that can be read' in err and "rendered in" not in err
    assert not list((script.parent / "out").rglob("*.png"))
