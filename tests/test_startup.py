"""What does not render starts at once: no torch, no needless imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, discoscript, environment

HEAVY = ("torch", "torchvision", "open_clip", "timm", "cv2", "einops", "uvicorn",
         "discoscript_engine.engine")  # fmt: skip

#: Runs the command line, then prints which of the heavy modules were imported.
PROBE = f"""
import sys
from discoscript.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("IMPORTED", *[m for m in {HEAVY!r} if m in sys.modules])
"""

LINES = "\n".join(
    [
        "disco 1",
        'scene "Long": frames 200',
        *(f'frame {2 * i}: prompt "a lighthouse on a cliff, number {i}"' for i in range(49)),
        "camera:",
        *(f"    zoom {1 + i / 1000} @ {2 * i}..{2 * i + 1}" for i in range(48)),
    ]
)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "long.disco"
    path.write_text(LINES)
    assert LINES.count("\n") + 1 == 100
    return path


@pytest.mark.parametrize(
    "arguments",
    [["check", "SCRIPT"], ["plan", "SCRIPT"], ["models"], ["explain", "D301"],
     ["explain", "zoom"], ["--help"], ["render", "--help"], ["watch", "--help"],
     ["render", "SCRIPT", "--renderer", "testcard", "-o", "OUT"]],
    ids=" ".join,
)  # fmt: skip
def test_torch_is_not_imported(script: Path, tmp_path: Path, arguments: list[str]) -> None:
    names = {"SCRIPT": str(script), "OUT": str(tmp_path / "out")}
    words = [names.get(a, a) for a in arguments]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        env=environment(DISCOSCRIPT_STORE=str(tmp_path / "store")),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.stdout.splitlines()[-1] == "IMPORTED", done.stderr


def test_right_scripts_do_without_lark(script: Path, tmp_path: Path) -> None:
    """Once the grammar's tables are kept, Lark is for lines that are wrong."""
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first, again = (
        subprocess.run(
            [sys.executable, "-c", PROBE.replace("torch", "lark"), "check", str(script)],
            env=environment(**cache),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=120,
        ).stdout.splitlines()[-1]
        for _ in range(2)
    )
    assert (first, again) == ("IMPORTED lark", "IMPORTED")


def fastest(*arguments: str | Path, times: int = 5) -> float:
    """Processor seconds of the fastest of several runs, process start included."""
    seconds = []
    for _ in range(times):
        began = spent()
        assert discoscript(*arguments).returncode == 0
        seconds.append(spent() - began)
    return min(seconds)


def spent() -> float:
    """Seconds that the processor gave to the processes that this one started."""
    times = os.times()
    return times.children_user + times.children_system


def test_check_is_fast(script: Path) -> None:
    """A third of a second of the processor; the bound leaves room for slower ones."""
    seconds = fastest("check", script)
    print(f"check of 100 lines, with process start: {seconds:.2f} s")
    assert seconds < 2.0


def test_help_is_fast() -> None:
    seconds = fastest("--help")
    print(f"--help, with process start: {seconds:.2f} s")
    assert seconds < 2.0
