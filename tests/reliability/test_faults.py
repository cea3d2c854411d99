"""What ends a render from outside, on real files and real processes: a disk that is full, Ctrl-C
once and twice, a store that cannot be written. One clear message, a documented exit code, and the
same command goes on from there."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import environment

from discoscript.errors import Exit
from discoscript.frames.store import Store

pytestmark = [pytest.mark.reliability, pytest.mark.slow]

BEACH = """disco 1

scene "Beach":
    frames 24
    fps 12
    seed 7
    size 128x128

frame 0: prompt "a beach at dawn"

camera: zoom 1.02
"""

RENDER = [sys.executable, "-m", "discoscript", "render", "beach.disco", "--renderer", "testcard"]


def verified(store: Path) -> int:
    """How many pictures a store holds; every one of them, and every record, is sound."""
    opened = Store(store)
    pictures = [path for path in (store / "obj").rglob("*") if path.is_file()]
    assert all(opened.read(path.name) is not None for path in pictures)
    records = [path for path in (store / "rec").rglob("*") if path.is_file()]
    assert all(opened.lookup(path.name) is not None for path in records)
    assert opened.quarantined == 0
    return len(pictures)


# ───────────── a full disk ─────────────

#: A disk of SIZE for the store or for the output; it is full, is made larger, and has room.
FULL = """
set -u
mkdir -p small && mount -t tmpfs -o size={size} tmpfs small || exit 99
{render} {places} > first.txt 2>&1; echo "code $?"
find small -path '*tmp/*' -type f | wc -l
find small -name '.disco-*' -o -name '.*.partial' | wc -l
mount -o remount,size=64m small || exit 99
{render} {places} > second.txt 2>&1; echo "code $?"
cp -r small kept
"""


def separate() -> list[str]:
    """What lets a command mount disks of its own; the test is skipped where nothing does."""
    for words in (["unshare", "-Urm"], ["unshare", "-m"]):
        trial = [*words, "sh", "-c", "mkdir -p /tmp/.disco-t && mount -t tmpfs tmpfs /tmp/.disco-t"]
        if shutil.which("unshare") and subprocess.run(trial, capture_output=True).returncode == 0:
            return words
    pytest.skip("this machine lets nobody mount a small disk")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
@pytest.mark.parametrize("size", ["100k", "200k"])
@pytest.mark.parametrize("what", ["store", "output"])
def test_a_full_disk(tmp_path: Path, size: str, what: str) -> None:
    """It is said what to do, nothing half written is left, and with more room the same command
    goes on."""
    words = separate()
    (tmp_path / "beach.disco").write_text(BEACH)
    places = "--store small/store -o out" if what == "store" else "--store store -o small/out"
    command = FULL.format(size=size, render=" ".join(RENDER), places=places)
    done = subprocess.run(
        [*words, "sh", "-c", command],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    first, second = ((tmp_path / f"{n}.txt").read_text() for n in ("first", "second"))
    assert done.stdout.split("\n")[:4] == [
        f"code {int(Exit.DISK)}", "0", "0", "code 0",
    ], f"{done.stdout}\n{done.stderr}\n{first}\n{second}"  # fmt: skip
    assert "no space left on device" in first.lower() and "Traceback" not in first + second
    if what == "store":
        assert "make room and give the same command again" in first
        assert verified(tmp_path / "kept" / "store") == 24
    print(f"{what} on a disk of {size}: {first.strip().splitlines()[-2:]}")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    """Another file is in its place, which no permission of root's can help."""
    (tmp_path / "beach.disco").write_text(BEACH)
    (tmp_path / "store").write_text("a file")
    done = subprocess.run(
        [*RENDER, "--store", "store"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == Exit.DISK and "Traceback" not in done.stderr
    assert "store" in done.stderr and done.stderr.startswith(("renders", "error"))


# ───────────── Ctrl-C ─────────────

#: The command with cards that take their time.
SLOW = """
import sys
from discoscript.cli import main
from discoscript.frames import testcard
testcard.TestCards.__init__.__defaults__ = (0.01,)
sys.exit(main(sys.argv[1:]))
"""


def begun(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a command and wait until it has rendered a frame."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *words, "--renderer", "testcard", "--store", "store"],
        cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # a job in the background of a shell ignores Ctrl-C, and so do the processes that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("frame 0"):
            return process
    raise AssertionError("the render ended early")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("command", ["render", "watch"])
def test_ctrl_c(tmp_path: Path, command: str, times: int) -> None:
    """Once, or again while it ends: no traceback, the code of an interrupt, a sound store."""
    (tmp_path / "beach.disco").write_text(BEACH)
    chance, tries = random.Random(times), 6
    words = [command, "beach.disco", *(["--no-preview"] if command == "watch" else [])]
    for _ in range(tries):
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        process = begun(tmp_path, *words)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(chance.choice((0.0, 0.002, 0.01, 0.05)))
        _, err = process.communicate(timeout=60)
        # Python itself may be on its way out: a shell calls both of them 130
        assert process.returncode in (Exit.INTERRUPTED, -signal.SIGINT), err
        assert "Traceback" not in err
        assert verified(tmp_path / "store") >= 1
    print(f"{command}: {tries} times {times} Ctrl-C: no traceback, every store sound")
