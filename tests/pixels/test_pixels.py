"""Pictures that move only with the engine's epoch: every mode, rendered small with the embedded
models, against the digests beside this file.

A digest holds for one numeric class and one maker of processors; where none is recorded the test is
skipped, and the blocks in `tests/engine/test_frame.py` still hold. When pixels move on purpose,
raise EPOCH in `discoscript_engine/identity.py` and record the new ones for this machine:

    DISCOSCRIPT_ACCEPT=1 pytest tests/pixels
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import environment, ran
from machine import Here, numeric_machine
from media.clips import clip, moving
from PIL import Image

from discoscript.errors import Exit
from discoscript.frames import backend
from discoscript_engine.engine import Engine
from discoscript_engine.identity import EPOCH

RECORDED = Path(__file__).parent / "digests"

SCRIPT = """disco 1

scene:
    size 64x48
    seed 7
    {scene}

prompt "a lighthouse by the sea at sunset"
diffusion: steps 5
{rest}
"""

FLIGHT = "camera:\n    translate_z 12\n    rotate_y 2\n"
TURBO = FLIGHT + "turbo:\n    steps 2\n    preroll 1\n"

#: Each mode: what stands under `scene`, and what follows.
MODES = {
    "2d": ("frames 3", "camera:\n    angle 4\n    zoom 1.1\n    translate_x 2\n"),
    "3d": ("frames 3", FLIGHT),
    "turbo": ("frames 5", TURBO),
    "video": (
        "model tiny",
        'diffusion: skip_steps 2\nvideo:\n    source "dance.mkv"\n    every 1\n',
    ),
    "vr": ("vr on\n    frames 2", FLIGHT),
    "picture prompt": ("images 2", 'prompt image "red.png" 0.5\n'),
    "start picture": ("images 2", 'init:\n    image "red.png"\n    scale 500\n'),
    "symmetry": ("images 2", "symmetry:\n    horizontal on\n    vertical on\n    at [40%]\n"),
    "perlin": ("images 2", "init: perlin color\n"),
    "losses": ("images 1", "guidance:\n    tv_scale 50\n    sat_scale 80\n"),
    "plms": ("images 1", "diffusion: sampler plms\n"),
    "dpmpp_2m": ("images 1", "diffusion: sampler dpmpp_2m\n"),
    "unipc": ("images 1", "diffusion: sampler unipc\n"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a picture and a video."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(backend, "ChildRenderer", Here)
    y, x = np.mgrid[:48, :64]
    red = np.stack([200 + 0 * x, 2 * x, 3 * y], axis=-1).astype(np.uint8)
    Image.fromarray(red).save(tmp_path / "red.png")
    clip(tmp_path / "dance.mkv", moving(3))
    return tmp_path


def write(folder: Path, mode: str) -> Path:
    scene, rest = MODES[mode]
    path = folder / "short.disco"
    path.write_text(SCRIPT.format(scene=scene, rest=rest))
    return path


def digests(output: str) -> dict[str, str]:
    """SHA-256 of the pixels of every numbered picture; a PNG's own bytes depend on zlib."""
    return {
        path.name: hashlib.sha256(np.array(Image.open(path)).tobytes()).hexdigest()
        for path in sorted(Path(output, "frames").glob("*.png"))
    }


def render(capsys: pytest.CaptureFixture[str], name: str, *words: str) -> dict[str, str]:
    """The pictures of a render into a store and a folder of its own."""
    code, _, err = ran(capsys, *command(name), *words)
    assert code == Exit.OK, err
    return digests(name)


def command(name: str) -> list[str]:
    return ["render", "short.disco", "--store", f"{name}-store", "-o", name]


@pytest.mark.parametrize("mode", MODES)
def test_pixels_move_only_with_the_epoch(
    mode: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, mode)
    found = render(capsys, "whole")
    assert len(found) >= 1
    file = RECORDED / f"{mode.replace(' ', '_')}.json"
    recorded = json.loads(file.read_text()) if file.exists() else {"epoch": EPOCH, "machines": {}}
    if os.environ.get("DISCOSCRIPT_ACCEPT"):
        accept(file, recorded, found)
        return
    assert recorded["epoch"] == EPOCH, (
        f"the digests are of epoch {recorded['epoch']}, the engine's is {EPOCH}: "
        "DISCOSCRIPT_ACCEPT=1 pytest tests/pixels"
    )
    known = recorded["machines"].get(numeric_machine())
    if known is None:
        pytest.skip(f"no digests are recorded for {numeric_machine()}")
    assert found == known, (
        f"pictures of the mode `{mode}` moved. If that is meant, raise EPOCH in identity.py, then "
        "DISCOSCRIPT_ACCEPT=1 pytest tests/pixels"
    )


def accept(file: Path, recorded: dict, found: dict[str, str]) -> None:
    """Record digests; other ones only under another epoch, where those of other machines end."""
    machines = recorded["machines"] if recorded["epoch"] == EPOCH else {}
    known = machines.get(numeric_machine(), found)
    assert known == found, f"pictures of {file.stem} moved: raise EPOCH in identity.py first"
    new = {"epoch": EPOCH, "machines": {**machines, numeric_machine(): found}}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(new, indent=2, sort_keys=True) + "\n")


@pytest.fixture
def unbroken(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """A flight with turbo, in one go."""
    write(folder, "turbo")
    return render(capsys, "unbroken")


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_with_other_threads_gives_the_same_pictures(
    threads: str, unbroken: dict[str, str]
) -> None:
    subprocess.run(
        [sys.executable, "-m", "discoscript", *command(threads)],
        env=environment(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads),
        check=True,
        capture_output=True,
        timeout=240,
    )
    assert digests(threads) == unbroken


def test_a_stopped_render_goes_on_to_the_same_pictures(
    unbroken: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stopped in the middle of a picture, then rendered again."""
    steps, whole = iter(range(1000)), Engine.render

    def stopped(self, job, previous, assets, on_step):
        def step(*seen):
            on_step(*seen)
            if next(steps) == 7:
                raise KeyboardInterrupt

        return whole(self, job, previous, assets, step)

    with monkeypatch.context() as patched:
        patched.setattr(Engine, "render", stopped)
        code, _, err = ran(capsys, *command("stopped"))
    assert code == Exit.INTERRUPTED, err
    code, _, err = ran(capsys, *command("stopped"))
    assert code == Exit.OK
    assert re.search(r"^[1-4] of 5 frames? rendered", err, re.M), err
    assert digests("stopped") == unbroken


def test_a_part_has_the_pictures_of_the_whole(
    unbroken: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = render(capsys, "part", "--frames", "2..4")
    assert {"short_0002.png", "short_0003.png"} <= found.keys() < unbroken.keys()
    assert found.items() <= unbroken.items()
