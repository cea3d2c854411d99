"""Nothing outside the project folder is opened for a script, whatever its paths say."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy
import pytest
from commands import ROOT, environment

SAMPLES = ROOT / "tests" / "samples"

#: Checks scripts one after the other and prints every path that Python was asked to open or list.
PROBE = """
import json, os, sys
from discoscript.cli import main
watched = {"open": 0, "os.listdir": 0, "os.scandir": 0, "os.chdir": 0, "subprocess.Popen": 0,
           "os.remove": 0, "os.rename": 1, "os.mkdir": 0, "shutil.copyfile": 0, "socket.connect": 1}
seen = []
def watch(event, arguments):
    if event in watched:
        seen.append((event, str(arguments[watched[event]])))
sys.addaudithook(watch)
main(["check", *sys.argv[1:]])
print("SEEN" + json.dumps(seen))
"""

HOSTILE = """disco 1
scene: mode 3d, duration 2s
prompt "a lighthouse"
init: image "{path}"
"""

PATHS = (
    "/etc/passwd", "/etc/hostname.png", "../outside.png", "a/../../outside.png", "~/outside.png",
    "file:///etc/passwd", "https://example.org/a.png", "link.png", "links/outside.png", "/dev/zero",
    "/dev/zero.png", "dev.png", "NUL", "C:/outside.png", "\\\\\\\\host\\\\share\\\\a.png",
    "//host/share/a.png", "inside.png/../../outside.png", "loop.png", "./././../outside.png", ".",
)  # fmt: skip

IMPORTS = ("../outside.disco", "/etc/passwd", "link.disco", "links/outside.disco", "loop.disco")


def seen(project: Path, cache: Path, *scripts: Path) -> list[tuple[str, str]]:
    """What was opened and listed while scripts were checked."""
    cache.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *map(str, scripts)],
        cwd=project,
        env=environment(XDG_CACHE_HOME=str(cache), TMPDIR=str(cache)),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("SEEN")]
    assert len(lines) == 1, done.stderr
    return [tuple(entry) for entry in json.loads(lines[0][4:])]


def outside(events: list[tuple[str, str]], project: Path, cache: Path) -> list[tuple[str, str]]:
    """What concerns neither the project nor the program's own files; only the cache is changed."""
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {str(Path(numpy.__file__).parents[1]), str(ROOT / "discoscript")}
    places |= {str(ROOT / "engine"), str(ROOT / "grammar")}
    allowed = [Path(place).resolve() for place in places]
    allowed += [project.resolve(), cache.resolve()]
    wrong = []
    for event, path in events:
        if (event, path) == ("open", os.devnull):  # nothing, for ffmpeg's input
            continue
        real = Path(os.path.realpath(project / path))
        looks = event in ("open", "os.listdir", "os.scandir", "subprocess.Popen")
        if not any(real.is_relative_to(p) for p in (allowed if looks else [cache.resolve()])):
            wrong.append((event, path))
    return wrong


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with links that lead out of it."""
    (tmp_path / "outside.png").write_bytes(b"secret")
    (tmp_path / "outside.disco").write_text('let secret = "secret"')
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "link.disco").symlink_to(tmp_path / "outside.disco")
    (folder / "links").symlink_to(tmp_path)
    (folder / "dev.png").symlink_to("/dev/zero")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "loop.disco").symlink_to("loop.disco")
    return folder


def test_samples_open_nothing_outside(project: Path) -> None:
    scripts = sorted(SAMPLES.glob("*.disco"))
    cache = project.parent / "cache"
    events = seen(SAMPLES, cache, *scripts)
    opened = [path for event, path in events if event == "open"]
    assert {str(script) for script in scripts} <= set(opened)
    assert outside(events, SAMPLES, cache) == []


def test_hostile_paths_open_nothing_outside(project: Path) -> None:
    scripts = []
    for number, path in enumerate(PATHS):
        scripts.append(project / f"{number}.disco")
        scripts[-1].write_text(HOSTILE.format(path=path), encoding="utf-8")
    for number, path in enumerate(IMPORTS, len(PATHS)):
        scripts.append(project / f"{number}.disco")
        scripts[-1].write_text(f'disco 1\nimport "{path}" as m\n', encoding="utf-8")
    cache = project.parent / "cache"
    events = seen(project, cache, *scripts)
    assert len([path for event, path in events if path.endswith(".disco")]) >= len(scripts)
    assert outside(events, project, cache) == []


def test_the_watch_sees(project: Path) -> None:
    """The test above can fail: a file outside is noticed."""
    events = seen(project, project.parent / "cache", project.parent / "outside.disco")
    assert outside(events, project, project.parent / "cache")
