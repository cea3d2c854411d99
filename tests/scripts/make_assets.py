"""Writes the sounds, pictures and tables that the scripts of this folder use: a few KB in all.

    python tests/scripts/make_assets.py

`dance.mp4` is the one of `tests/samples`.
"""

import wave
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent

RATE = 4000  #: samples per second of the song
BEAT_S, BEATS = 0.5, 8  #: eight beats at 120 bpm


def song() -> None:
    """A drum of 60 Hz on every beat, gone after a fifth of a second."""
    since = np.arange(int(RATE * BEAT_S * BEATS)) / RATE % BEAT_S
    drum = 0.6 * np.sin(2 * np.pi * 60 * since) * np.exp(-since / 0.04)
    with wave.open(str(HERE / "song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(np.round(drum * 127 + 128).astype(np.uint8).tobytes())


def table() -> None:
    """A path through the landscape: one row for every 1000 frames, up and down."""
    rows = [f"{frame},{(frame // 1000) % 2},{frame / 100:g}" for frame in range(0, 20001, 1000)]
    (HERE / "path.csv").write_text("\n".join(["frame,sway,height", *rows]) + "\n")


def pictures() -> None:
    """Four small pictures to start from: two colours each, one above the other."""
    folder = HERE / "refs"
    folder.mkdir(exist_ok=True)
    colours = {
        "harbour": ((120, 160, 200), (30, 60, 90)),
        "market": ((230, 200, 140), (150, 60, 40)),
        "school": ((200, 200, 190), (90, 110, 70)),
        "chair": ((235, 235, 235), (140, 90, 50)),
    }
    for name, (above, below) in colours.items():
        picture = Image.new("RGB", (32, 24), above)
        picture.paste(below, (0, 14, 32, 24))
        picture.save(folder / f"{name}.png")


if __name__ == "__main__":
    song()
    table()
    pictures()
