"""Sounds: what is heard of a band, whatever the file is like, and that it is computed once."""

from pathlib import Path

import numpy as np
import pytest
from media.waves import BEAT_S, RATE, converted, kick, times, tone, write

from discoscript.media import decode, kept, sounds
from discoscript.scene.files import Unreadable

PER_BEAT = round(BEAT_S * sounds.RATE)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "user_cache_path", lambda *a, **k: tmp_path / "cache")
    return tmp_path / "cache" / "curves"


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were decoded."""
    done: list[str] = []

    def counted(path: Path, name: str):
        done.append(name)
        return decode.decode(path, name)

    monkeypatch.setattr(sounds, "decode", counted)
    return done


def heard(path: Path, low: float, high: float) -> np.ndarray:
    return sounds.loudness(path, path.name, low, high).values


def song(folder: Path, seconds: float = 4) -> Path:
    """The kick for all of it, the tone in its second half."""
    high = tone(seconds) * (times(seconds) >= seconds / 2)
    return write(folder / "song.wav", kick(seconds) + high)


def beats_of(values: np.ndarray) -> np.ndarray:
    """One row for each beat, without the first and the last."""
    return values[PER_BEAT : len(values) // PER_BEAT * PER_BEAT].reshape(-1, PER_BEAT)[:-1]


def assert_kicks(values: np.ndarray) -> None:
    for beat in beats_of(values):
        assert np.argmax(beat) <= 3 and beat.max() > 0.9, "loudest within 30 ms of the beat"
        assert beat[25:40].max() < 0.02, "and gone between the beats"


def test_the_low_band_hears_the_kicks_and_not_the_tone(tmp_path: Path) -> None:
    values = heard(song(tmp_path), 20, 150)
    assert len(values) in (400, 401) and values.max() == 1
    assert_kicks(values)


def test_the_high_band_hears_the_tone_and_not_the_kicks(tmp_path: Path) -> None:
    values = heard(song(tmp_path), 4000, 6000)
    assert values[:190].max() < 0.02
    np.testing.assert_allclose(values[210:390], 1, atol=0.01)


def test_the_whole_band_hears_both(tmp_path: Path) -> None:
    values = heard(song(tmp_path), 20, 20_000)
    assert_kicks(np.where(np.arange(len(values)) < 200, values, 0)[:200])
    assert values[210:390].min() > 0.2


def test_a_band_narrower_than_a_bin_hears_what_is_nearest(tmp_path: Path) -> None:
    swelling = np.sin(np.pi * times(1)) ** 2 * tone(1, 5000)  # to begin at once would be a click
    path = write(tmp_path / "a.wav", swelling)
    assert heard(path, 5000, 5001).max() == 1
    assert heard(path, 900, 901).max() == 0


def test_loudness_is_linear_and_the_loudest_moment_is_one(tmp_path: Path) -> None:
    steps = np.repeat([0.1, 0.2, 0.05, 0.4], RATE)
    values = heard(write(tmp_path / "a.wav", steps * tone(4, 440)), 20, 20_000)
    np.testing.assert_allclose(values[[50, 150, 250, 350]], [0.25, 0.5, 0.125, 1], atol=0.01)
    assert np.array_equal(values, np.round(values, 4))


def test_silence_is_zero_and_so_is_a_file_without_samples(tmp_path: Path) -> None:
    assert not heard(write(tmp_path / "a.wav", np.zeros(RATE)), 20, 20_000).any()
    assert not len(heard(write(tmp_path / "b.wav", np.zeros(0)), 20, 20_000))


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_samples_of_any_width(tmp_path: Path, bits: int) -> None:
    assert_kicks(heard(write(tmp_path / "a.wav", kick(3), bits=bits), 20, 150))


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 48_000, 96_000])
def test_any_rate(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "a.wav", kick(3, rate), rate=rate)
    values = heard(path, 20, 150)
    assert len(values) in (300, 301)
    assert_kicks(values)


def test_channels_are_mixed(tmp_path: Path) -> None:
    mono = heard(write(tmp_path / "mono.wav", kick(2)), 20, 150)
    both = heard(write(tmp_path / "both.wav", kick(2), kick(2)), 20, 150)
    left = heard(write(tmp_path / "left.wav", kick(2), np.zeros(2 * RATE)), 20, 150)
    np.testing.assert_allclose(both, mono, atol=0.001)
    np.testing.assert_allclose(left, mono, atol=0.001)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".m4a", ".opus", ".aiff", ".mkv"])
def test_kinds_of_files_sound_the_same(tmp_path: Path, suffix: str) -> None:
    path = song(tmp_path)
    options = ("-b:a", "192k") if suffix == ".mp3" else ()
    there, here = heard(path, 20, 150), heard(converted(path, suffix, *options), 20, 150)
    count = min(len(there), len(here)) - 5
    assert count > 390
    np.testing.assert_allclose(here[10:count], there[10:count], atol=0.06)


def test_the_sound_of_a_video(tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "color=s=32x32:d=4", "-map", "0:a", "-map", "1:v")
    assert_kicks(heard(converted(song(tmp_path), ".mp4", *picture), 20, 150))


# ───────────── computed once ─────────────


def forget() -> None:
    """As a new process begins."""
    sounds._loudness.cache_clear()


def test_a_sound_is_decoded_once(tmp_path: Path, decodes: list[str], cache: Path) -> None:
    path = song(tmp_path)
    first = heard(path, 20, 150)
    assert heard(path, 20, 150) is first, "in memory"
    forget()
    assert np.array_equal(heard(path, 20, 150), first)
    assert decodes == ["song.wav"] and len(list(cache.iterdir())) == 1


def test_another_band_and_another_content_are_computed(tmp_path: Path, decodes: list[str]) -> None:
    path = song(tmp_path)
    low = heard(path, 20, 150)
    heard(path, 4000, 6000)
    write(path, tone(4, 100))
    assert not np.array_equal(heard(path, 20, 150), low)
    assert len(decodes) == 3


def test_a_copy_is_known_by_its_content(tmp_path: Path, decodes: list[str]) -> None:
    path = song(tmp_path)
    first = heard(path, 20, 150)
    copy = path.with_name("copy.wav")
    copy.write_bytes(path.read_bytes())
    assert np.array_equal(heard(copy, 20, 150), first) and decodes == ["song.wav"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-40],
        lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
        lambda data: b"\x80\x04K\x01." + data,
    ],
    ids=["empty", "cut", "flipped", "pickle"],
)
def test_a_damaged_entry_is_computed_anew(
    tmp_path: Path, decodes: list[str], cache: Path, damage
) -> None:
    path = song(tmp_path)
    first = heard(path, 20, 150)
    (entry,) = cache.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    forget()
    assert np.array_equal(heard(path, 20, 150), first)
    assert len(decodes) == 2 and entry.read_bytes() == whole


def test_a_cache_folder_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept, "user_cache_path", lambda *a, **k: tmp_path / "file")
    assert_kicks(heard(song(tmp_path), 20, 150))


# ───────────── what is no sound ─────────────


def refused(path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as problem:
        heard(path, 20, 150)
    return problem.value


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"ID3" * 900])
def test_a_file_that_is_no_sound(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    problem = refused(tmp_path / "a.wav")
    assert problem.code == "D503" and str(problem) == '"a.wav" holds no sound that can be read'


def test_a_video_without_sound(tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "color=s=32x32:d=1", "-map", "1:v")
    problem = refused(converted(song(tmp_path), ".mp4", *picture))
    assert str(problem) == '"song.mp4" holds no sound that can be read'


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile secret.wav\n", "#EXTM3U\n#EXTINF:3,\nsecret.wav\n#EXT-X-ENDLIST\n",
     "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:secret.wav\n#EXT-X-ENDLIST\n"],
)  # fmt: skip
def test_a_play_list_under_another_name_opens_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path / "secret.wav", kick(1))
    (tmp_path / "song.mp3").write_text(text)
    refused(tmp_path / "song.mp3")


def test_a_name_is_a_name(tmp_path: Path) -> None:
    for name in ("http:a.wav", "-y.wav", "a|b.wav", "%d 100%.wav", "größe.wav"):
        assert_kicks(heard(write(tmp_path / name, kick(2)), 20, 150))


def test_a_sound_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decode, sounds):
        monkeypatch.setattr(module, "LONGEST_S", 2)
    problem = refused(song(tmp_path))
    assert problem.code == "D507" and str(problem).startswith('"song.wav" is longer than')


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "LARGEST", 2**20)
    problem = refused(song(tmp_path, 30))
    assert (problem.code, str(problem)) == ("D507", '"song.wav" has 3 MiB; the limit is 1')


def test_a_decoder_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = song(tmp_path)
    monkeypatch.setattr(decode, "TIME_OUT_S", 0.2)
    monkeypatch.setattr(decode, "_command", lambda *a: ["sleep", "60"])
    assert str(refused(path)) == '"song.wav" holds no sound that can be read'


def test_without_ffmpeg_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr(decode.imageio_ffmpeg, "get_ffmpeg_exe", none)
    assert "IMAGEIO_FFMPEG_EXE" in refused(song(tmp_path)).help
