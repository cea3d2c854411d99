"""Sounds for tests: a kick drum on every beat of 120 bpm, and a tone high above it."""

import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 44_100
BEAT_S = 0.5


def times(seconds: float, rate: int = RATE) -> Samples:
    return np.arange(round(seconds * rate)) / rate


def kick(seconds: float, rate: int = RATE) -> Samples:
    """60 Hz, struck every half second and gone after a fifth of one."""
    since = times(seconds, rate) % BEAT_S
    return 0.6 * np.sin(2 * np.pi * 60 * since) * np.exp(-since / 0.04)


def tone(seconds: float, frequency: float = 5000, rate: int = RATE) -> Samples:
    return 0.2 * np.sin(2 * np.pi * frequency * times(seconds, rate))


def write(path: Path, *channels: Samples, rate: int = RATE, bits: int = 16) -> Path:
    """A WAV file of whole numbers; 8 bits are unsigned, as the format wants it."""
    samples = np.stack(channels, axis=1).clip(-1, 1)
    if bits == 8:
        data = np.round(samples * 127 + 128).astype(np.uint8).tobytes()
    else:
        whole = np.round(samples * (2 ** (bits - 1) - 1)).astype("<i4")
        data = whole.view(np.uint8).reshape(*whole.shape, 4)[..., : bits // 8].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(data)
    return path


def converted(path: Path, suffix: str, *options: str) -> Path:
    """The same sound as another kind of file."""
    target = path.with_suffix(suffix)
    words = ("-loglevel", "error", "-y", "-i", str(path), *options, str(target))
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *words], check=True, timeout=60)
    return target
