"""`discoscript watch` as it is typed: in a process of its own, with keys and signals."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from commands import ROOT, discoscript, environment
from watch.watching import script

from discoscript.plan.lock import lock_path

TYPED = [sys.executable, "-m", "discoscript", "watch"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "beach.disco"
    file.write_text(script())
    return file


def once(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    store = str(path.parent / "store")
    typed = (path.name, "--renderer", "testcard", "--store", store, "--once", *options)
    typed = typed if "--port" in options else (*typed, "--no-preview")
    return discoscript("watch", *typed, cwd=path.parent)


def test_once_renders_as_render_does(path: Path) -> None:
    done = once(path)
    assert done.returncode == 0 and done.stdout == ""
    first, *rest = done.stderr.splitlines()
    assert first.endswith("beach.disco: 3 frames: 0 kept, 3 to render")
    assert rest[-1] == "3 frames ready: out/beach/beach.mp4"
    names = sorted(file.name for file in (path.parent / "out" / "beach" / "frames").iterdir())
    assert names == ["beach_0000.png", "beach_0001.png", "beach_0002.png"]
    again = discoscript(
        "render", path.name, "--renderer", "testcard", "--store", "store", cwd=path.parent
    )
    assert "3 kept, 0 to render" in again.stderr


def test_it_leaves_a_report_as_render_does(path: Path) -> None:
    once(path)
    folder = path.parent / "out" / "beach"
    (run,) = (json.loads(file.read_text()) for file in (folder / "runs").glob("*.json"))
    assert run["ended"] == "finished" and len(run["rendered"]) == 3
    assert run["result"].endswith("beach.mp4") and (folder / "report.html").is_file()
    once(path)
    assert len(list((folder / "runs").glob("*.json"))) == 1, "nothing was rendered"


def test_it_pins_as_render_does(path: Path) -> None:
    lock = lock_path(path)
    typed = ("watch", path.name, "--once", "--no-preview", "--store", "store")
    assert discoscript(*typed, "--draft", cwd=path.parent).returncode == 0
    assert not lock.exists(), "a draft is not pinned"
    assert discoscript(*typed, cwd=path.parent).returncode == 0
    pinned = json.loads(lock.read_text())
    assert {"engine", "numeric", "models", "assets"} <= pinned.keys()
    lock.write_text(json.dumps({**pinned, "engine": "engine 1"}))
    done = discoscript(*typed, cwd=path.parent)
    assert done.returncode == 0 and "engine: engine 1 locked" in done.stderr
    assert json.loads(lock.read_text())["engine"] == "engine 1"


def test_a_script_with_errors_is_not_rendered(path: Path) -> None:
    path.write_text(script().replace("frames", "framez"))
    done = once(path)
    assert done.returncode == 1 and "beach.disco:3:5" in done.stderr and "^^^^^^" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_lines(path: Path) -> None:
    events = [json.loads(line) for line in once(path, "--json", "--two-pass").stdout.splitlines()]
    assert [e["event"] for e in events] == ["saved", *["frame"] * 6, "done"]
    assert [e["draft"] for e in events[1:-1]] == [True] * 3 + [False] * 3
    assert events[0]["renders"] and events[-1]["video"] == "out/beach/beach.mp4"


def test_studies_are_left_out(path: Path) -> None:
    path.write_text(script(more='study "Seeds": scene.seed in [1, 2]\n'))
    done = once(path)
    assert done.returncode == 0 and "3 frames ready" in done.stderr
    assert "note: studies are left out here; `discoscript render` renders them" in done.stderr


def test_a_part_is_rendered(path: Path) -> None:
    done = once(path, "--frames", "1..2")
    assert done.returncode == 0 and "2 frames ready" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["nowhere.disco"], "there is no file nowhere.disco"),
        (["beach.disco", "--poll", "often"], "`often` is no time between 0.01 and 3600 seconds"),
        (["."], "is a folder, not a script"),
    ],
)
def test_what_cannot_be_watched(path: Path, options: list[str], said: str) -> None:
    done = discoscript("watch", *options, cwd=path.parent)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


#: The command with cards that take their time.
SLOW = """
import sys
from discoscript.frames import backend, testcard
cards = testcard.TestCards(0.02)
backend.BACKENDS["testcard"].__dict__["load"] = lambda note: cards
from discoscript.cli import main
sys.exit(main(sys.argv[1:]))
"""


def slow(
    path: Path, *options: str, preview: bool = False, **more: object
) -> "subprocess.Popen[str]":
    """Start the command."""
    path.write_text(script(steps=40))
    store = str(path.parent / "store")
    page = () if preview else ("--no-preview",)
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, "watch", path.name,
         "--renderer", "testcard", "--store", store, *page, *options],
        cwd=path.parent, env=environment(PYTHONUNBUFFERED="1"), text=True,
        **more,  # type: ignore[call-overload]
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_within_a_step(path: Path, kind: signal.Signals) -> None:
    running = slow(path, stderr=subprocess.PIPE)
    assert running.stderr is not None
    assert "3 to render" in running.stderr.readline()
    time.sleep(0.3)
    began = time.monotonic()
    running.send_signal(kind)
    said = running.stderr.read()
    assert running.wait(timeout=10) == 130 and time.monotonic() - began < 10
    assert said.endswith("finished frames are kept; the same command goes on from here\n")
    assert "Traceback" not in said
    assert once(path).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_the_screen(path: Path) -> None:
    """One screen on a terminal: what changed, how far it is, and mistakes with their lines."""
    ours, theirs = pty.openpty()
    running = slow(path, stderr=theirs, stdout=theirs, stdin=theirs)
    os.close(theirs)

    seen = ""

    def until(words: str, seconds: float = 30) -> None:
        nonlocal seen
        end = time.monotonic() + seconds
        while words not in seen:
            assert select.select([ours], [], [], max(0, end - time.monotonic()))[0], seen
            seen += os.read(ours, 4096).decode(errors="replace")
        seen = seen.partition(words)[2]  # one piece may hold what is awaited next, too

    until("3 frames: 0 kept, 3 to render")
    until("/40")  # a busy machine does not show every step
    path.write_text(script().replace("frames", "framez"))
    until("errors; nothing is rendered")
    until("beach.disco:3:5")
    path.write_text(script(steps=2))
    until("kept, ")
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=10) == 130
    os.close(ours)


def test_the_page_is_served_while_it_renders(path: Path) -> None:
    """Its address is printed; opened once with its token, it shows the script."""
    running = slow(path, "--json", stdout=subprocess.PIPE, preview=True)
    assert running.stdout is not None
    told = json.loads(running.stdout.readline())
    assert told["event"] == "preview" and told["url"].startswith("http://127.0.0.1:")
    jar = urllib.request.HTTPCookieProcessor()
    page = urllib.request.build_opener(jar).open(told["url"], timeout=10)
    assert page.status == 200 and b"<html" in page.read()
    events = []
    while "preview" not in events:  # the address has been used: there is another one
        events.append(json.loads(running.stdout.readline())["event"])
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=15) == 130
    running.stdout.close()


def test_it_says_what_it_is() -> None:
    said = discoscript("watch", "--help", cwd=ROOT).stdout
    assert "Render a script again at every save." in said and "--two-pass" in said


@pytest.mark.parametrize("options, opened", [((), 0), (("--open",), 1)])
def test_the_browser_is_opened_at_the_page(path: Path, options: tuple[str], opened: int) -> None:
    browser, seen = path.parent / "browser.py", path.parent / "seen"
    browser.write_text(f"import sys\nopen({str(seen)!r}, 'a').write(sys.argv[1])\n")
    typed = [path.name, "--once", "--renderer", "testcard", "--store", "store", "--port", "8731"]
    home = str(path.parent / "state")
    named = f"{sys.executable} {browser} %s"
    done = discoscript(
        "watch", *typed, *options, cwd=path.parent, BROWSER=named, XDG_STATE_HOME=home
    )
    assert done.returncode == 0, done.stderr
    found = seen.read_text() if seen.exists() else ""
    assert found.count("http://127.0.0.1:") == opened
