"""The real engine, killed: the same command again gives the pictures of an unbroken run."""

import shutil
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
    frames 5
    seed 5
    size 48x32

prompt "a lighthouse by the sea"

diffusion: steps 6
camera: translate_z 8
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


def kill_after_a_frame(folder: Path, store: str, delay: float) -> None:
    """Start a render; when it has told of a finished frame, wait `delay` seconds and kill it."""
    process = start(folder, store)
    assert process.stderr is not None
    assert any(line.startswith("frame ") for line in process.stderr)
    time.sleep(delay)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_killed_renders_of_the_engine_go_on_to_the_same_pictures(tmp_path: Path) -> None:
    (tmp_path / "kill.disco").write_text(SCRIPT)
    unbroken = pictures(tmp_path, "unbroken")
    shutil.rmtree(tmp_path / "out")  # what lies there finished is not rendered again
    kept = 0
    for delay in (0.0, 0.03, 0.1):
        kill_after_a_frame(tmp_path, "killed", delay)
        records = len(list((tmp_path / "killed" / "rec").rglob("*")))
        assert records > kept, "what was finished before the kill is kept"
        kept = records
    assert pictures(tmp_path, "killed") == unbroken and len(unbroken) == 5
    print("3 kills of the engine: 0 differing pictures")
