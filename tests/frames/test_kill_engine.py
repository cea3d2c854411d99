"""The real engine, killed: the same command again gives the pictures of an unbroken run."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import environment

from discoscript.frames.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

SCRIPT = """disco 1

scene "Kill":
    frames 4
    seed 5
    size 48x32

prompt "a lighthouse by the sea"

diffusion: steps 6
camera: zoom 1.05
"""


def start(folder: Path, store: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "discoscript", "render", "kill.disco", "--store", store],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pictures(folder: Path, store: str) -> list[str]:
    """Finish the render; the digests of its pictures, as its PNGs name their keys."""
    process = start(folder, store)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    from discoscript.frames import png

    kept = Store(folder / store)
    found = []
    for path in sorted((folder / "out" / "kill" / "frames").glob("*.png")):
        record = kept.lookup(png.metadata(path.read_bytes())["disco.key"])
        assert record is not None and kept.read(record.digest) is not None
        found.append(record.digest)
    return found


def test_killed_renders_of_the_engine_go_on_to_the_same_pictures(tmp_path: Path) -> None:
    (tmp_path / "kill.disco").write_text(SCRIPT)
    began = time.monotonic()
    unbroken = pictures(tmp_path, "unbroken")
    whole = time.monotonic() - began
    chance, kills = random.Random(3), 0
    for _ in range(4):
        process = start(tmp_path, "killed")
        time.sleep(chance.uniform(0.3, 1.0) * whole)
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert pictures(tmp_path, "killed") == unbroken and len(unbroken) == 4
    assert kills >= 1
    print(f"{kills} kills of the engine: 0 differing pictures")
