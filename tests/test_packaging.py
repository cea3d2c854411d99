"""The wheel holds what a user needs, and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import ROOT

from discoscript.explain.pages import all_pages

NEEDED = [
    "discoscript/grammar/disco.lark",
    "discoscript/parameters.py",
    "discoscript/std/camera.disco",
    *(f"discoscript/explain/{page.code.code}.md" for page in all_pages()),
    *(
        f"discoscript/live/page/{file.name}"
        for file in sorted((ROOT / "discoscript" / "live" / "page").iterdir())
    ),
    "discoscript_engine/engine.py",
    "discoscript_engine/memory_needs.json",
    *(
        f"discoscript_engine/weights/tiny/{name}"
        for name in (
            "clip.safetensors",
            "depth.safetensors",
            "diffusion.safetensors",
            "discoscript-tiny.json",
            "merges.txt.gz",
            "vocabulary.txt",
        )
    ),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_is_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert [name for name in NEEDED if name not in names] == []
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"discoscript", "discoscript_engine"}


def test_the_wheel_works_away_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    (tmp_path / "a.disco").write_text('disco 1\nprompt "a lighthouse"\n')
    check = subprocess.run(
        [sys.executable, "-m", "discoscript", "check", "a.disco"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert (check.returncode, check.stderr) == (0, "")
