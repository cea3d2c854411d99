"""Small videos for tests, made of given pictures without loss, or by ffmpeg's own sources."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


def ffmpeg(*words: str, data: bytes | None = None) -> None:
    """Run ffmpeg; `data` is its input stream."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *words]
    subprocess.run(command, check=True, timeout=60, input=data or b"")


def moving(count: int, width: int = 64, height: int = 48) -> Frames:
    """Blocks of colour that move one pixel to the right with every frame."""
    coarse = np.random.default_rng(5).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    picture = coarse.repeat(8, axis=0).repeat(8, axis=1)
    return np.stack([np.roll(picture, shift, axis=1) for shift in range(count)])


def clip(path: Path, frames: Frames, fps: str = "24") -> Path:
    """The frames as a video without loss (FFV1), each of them coded alone."""
    _, height, width, _ = frames.shape
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", fps, "-i", "-")
    ffmpeg(*raw, "-c:v", "ffv1", "-g", "1", str(path), data=frames.tobytes())
    return path
