"""`discoscript models`: what is here, and getting, checking, adding and removing files."""

import argparse
import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import ROOT, environment, ran
from frames.renders import Counting
from models.servers import (
    DATA,
    OTHER,
    NoWait,
    Site,
    page,
    published,
    refuses,
    row,
    site,
    whole,
)

from discoscript.commands import models, render
from discoscript.commands._answer import write
from discoscript.commands._models import Setup
from discoscript.commands._rendering import jobs
from discoscript.errors import Exit, Failure
from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.models.library import Library
from discoscript.models.transfer import Patience
from discoscript.models.wire import Wire
from discoscript.terminal import show_failure
from discoscript_engine.model_row import Model, ModelFile
from discoscript_engine.model_table import MODELS
from discoscript_engine.weights import missing

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


@pytest.fixture
def rows(server: Site) -> tuple[Model, ...]:
    """A table of models: two share a file, one has no digest, one is embedded."""
    small = published(server.url("/small", whole()), name="small.pt")
    other = published(server.url("/other", whole(OTHER)), name="other.pt", data=OTHER, sized=False)
    return (
        row("tiny", ModelFile("tiny/clip.safetensors"), embedded=True),
        row("small", small),
        row("small/again", small),
        row("other", other),
        row("secret", ModelFile("secret.pt", "", ("https://example.org/secret.pt",))),
        row("custom"),
        row("later", published(name="later.pt", data=b"later"), built=False),
    )


@pytest.fixture
def setup(rows: tuple[Model, ...], tmp_path: Path) -> Setup:
    library = Library(tmp_path / "models")
    return Setup(rows, library, lambda: Wire(5.0), NoWait(), Patience(much=1000))  # type: ignore[arg-type]


@pytest.fixture
def run(setup: Setup, capsys: pytest.CaptureFixture[str]) -> Run:
    """`discoscript models ARGUMENTS` on that table: exit code, output, error output."""

    def command(*arguments: object) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        parser.set_defaults(json=False)
        models.arguments(parser)
        options = parser.parse_args([str(a) for a in arguments])
        try:
            answer = options.act(options, setup)
            write(answer, options.json)
            code = answer.exit
        except Failure as failure:
            show_failure(failure)
            code = failure.exit
        return (code, *capsys.readouterr())

    return command


def state(run: Run, name: str) -> str:
    """What the list says of a model."""
    line = next(line for line in run("list")[1].splitlines() if line.split()[1:2] == [name])
    return re.split(r"  +", line)[2]


# ───────────── list ─────────────


def test_the_list_says_what_is_here(run: Run, setup: Setup) -> None:
    assert state(run, "small") == "missing"
    assert state(run, "tiny") == "embedded"
    assert state(run, "later") == "not built yet"
    assert state(run, "secret") == "no digest"
    assert state(run, "custom") == "your own"
    small = setup.rows[1].files[0]
    setup.library.part_path(small).parent.mkdir(parents=True)
    setup.library.part_path(small).write_bytes(DATA[:100_000])
    assert state(run, "small") == "100 kB fetched"
    setup.library.path(small).write_bytes(DATA[:1000])
    assert state(run, "small") == "damaged"
    setup.library.path(small).write_bytes(DATA)
    assert state(run, "small") == state(run, "small/again") == "here"


def test_without_an_action_the_models_are_listed(run: Run) -> None:
    assert run() == run("list")


def test_the_list_for_other_programs(run: Run, setup: Setup) -> None:
    run("fetch", "small")
    listed = json.loads(run("list", "--json")[1])
    assert listed["folder"] == str(setup.library.folder)
    found = {one["name"]: one for one in listed["models"]}
    assert found["tiny"]["embedded"] and found["tiny"]["files"] == []
    (file,) = found["small"]["files"]
    assert file["state"] == "here" and file["size"] == len(DATA)
    assert Path(file["path"]).read_bytes() == DATA
    assert found["secret"]["files"][0]["sha256"] is None


def test_every_row_of_the_real_table_can_be_fetched_or_is_refused_with_a_reason() -> None:
    """A file has one digest whatever row it stands in, safe addresses, and a plain name."""
    files: dict[str, ModelFile] = {}
    for one in MODELS:
        for file in () if one.embedded else one.files:
            assert files.setdefault(file.name, file) == file
            assert re.fullmatch(r"[\w.-]+", file.name) and file.name not in ("parts", "quarantine")
            assert file.urls and all(url.startswith("https://") for url in file.urls)
            assert re.fullmatch(r"[0-9a-f]{64}|", file.sha256)
    digests = [file.sha256 for file in files.values() if file.sha256]
    assert len(set(digests)) == len(digests)


# ───────────── fetch ─────────────


def test_fetch_prints_where_the_files_are(run: Run, setup: Setup, server: Site) -> None:
    code, out, err = run("fetch", "small", "small/again", "other")
    paths = [setup.library.path(setup.rows[i].files[0]) for i in (1, 3)]
    assert code == Exit.OK and out.splitlines() == list(map(str, paths))
    assert [path.read_bytes() for path in paths] == [DATA, OTHER]
    assert "small.pt: 300 kB from 127.0.0.1" in err
    assert "small.pt: 300 kB, fetched in" in err and "SHA-256 as published" in err
    sent = server.sent
    code, again, err = run("fetch", "small", "other")
    assert (code, again) == (Exit.OK, out) and "small.pt: 300 kB, is here" in err
    assert server.sent == sent


def test_one_that_fails_does_not_stop_the_others(run: Run, server: Site) -> None:
    server.ways["/small"] = [page()]
    code, out, err = run("fetch", "small", "secret", "other")
    assert code == Exit.MODEL
    assert out.splitlines()[0].endswith("other.pt")
    assert "cannot fetch small.pt (300 kB): 127.0.0.1 sends a web page" in err
    assert "secret.pt is not fetched: its SHA-256 is not published" in err
    assert "2 of 3 files could not be fetched" in err


def test_names_that_do_not_exist(run: Run) -> None:
    code, _, err = run("fetch", "smal")
    assert code == Exit.USAGE
    assert "no model is called `smal`" in err and "did you mean `small`?" in err


def test_what_is_embedded_or_not_built_is_said(run: Run) -> None:
    code, _, err = run("fetch", "tiny")
    assert code == Exit.OK and "part of DiscoScript: nothing to fetch" in err
    code, _, err = run("fetch", "custom")
    assert code == Exit.OK and "a file of your own" in err
    assert "this version cannot render with it yet" in run("fetch", "later")[2]


def test_no_room_for_all_is_said_before_any_is_fetched(
    run: Run, setup: Setup, server: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.library.disk, "free", lambda folder: 100, raising=False)
    code, _, err = run("fetch", "small", "other")
    assert code == Exit.DISK and "1 file needs 300 kB" in err and not server.requests


# ───────────── verify ─────────────


def test_verify_names_what_is_damaged(run: Run, setup: Setup) -> None:
    assert run("verify")[1].startswith("there is nothing to verify in ")
    run("fetch", "small", "other")
    assert run("verify")[:2] == (Exit.OK, "whole    small.pt\nwhole    other.pt\n")
    path = setup.library.path(setup.rows[1].files[0])
    path.write_bytes(DATA[:-1] + b"x")
    code, out, err = run("verify")
    assert code == Exit.MODEL
    found = hashlib.sha256(DATA[:-1] + b"x").hexdigest()
    expected = setup.rows[1].files[0].sha256
    assert f"damaged  small.pt: SHA-256 {found}, expected {expected}" in out
    assert "whole    other.pt" in out
    assert "discoscript models fetch small" in err
    assert path.exists()  # nothing is changed without a flag
    code, out, _ = run("verify", "small", "--quarantine")
    (aside,) = (setup.library.folder / "quarantine").iterdir()
    assert code == Exit.MODEL and str(aside) in out and not path.exists()
    assert run("verify", "small") == (Exit.MODEL, "missing  small.pt\n", "")


# ───────────── add ─────────────


def test_add_knows_a_file_by_its_digest(run: Run, setup: Setup, tmp_path: Path) -> None:
    download = tmp_path / "download (1).bin"
    download.write_bytes(OTHER)
    code, out, err = run("add", download)
    assert code == Exit.OK and "download (1).bin is other (clip): added" in err
    assert Path(out.strip()).read_bytes() == OTHER and download.exists()
    assert state(run, "other") == "here"
    assert "is here already" in run("add", download, "--as", "other")[2]


def test_add_refuses_what_it_does_not_know(run: Run, setup: Setup, tmp_path: Path) -> None:
    mine = tmp_path / "mine.pt"
    mine.write_bytes(b"my own")
    code, out, err = run("add", mine)
    assert code == Exit.MODEL and not out
    assert hashlib.sha256(b"my own").hexdigest() in err and "model_file" in err
    mine.write_bytes(OTHER)
    code, _, err = run("add", mine, "--as", "small")
    assert code == Exit.MODEL
    assert hashlib.sha256(OTHER).hexdigest() in err and setup.rows[1].files[0].sha256 in err
    assert not setup.library.folder.exists()
    assert run("add", tmp_path / "none")[0] == run("add", tmp_path)[0] == Exit.USAGE


# ───────────── remove ─────────────


def test_remove_frees_the_space(run: Run, setup: Setup) -> None:
    run("fetch", "small", "other")
    code, _, err = run("remove", "small")
    assert code == Exit.USAGE and "--yes" in err  # nobody is there to be asked
    assert state(run, "small") == "here"
    code, _, err = run("remove", "small", "--yes")
    assert code == Exit.OK
    assert "also a file of small/again" in err and "300 kB are free now" in err
    assert state(run, "small") == "missing" and state(run, "other") == "here"
    assert "nothing to remove" in run("remove", "small", "--yes")[2]


def test_remove_drops_what_was_fetched(run: Run, setup: Setup, server: Site) -> None:
    server.ways["/small"] = [whole(cut=100_000), refuses(404)]
    assert run("fetch", "small")[0] == Exit.MODEL
    assert "100 kB are free now" in run("remove", "small", "--yes")[2]
    assert state(run, "small") == "missing"


def test_what_is_embedded_stays(run: Run) -> None:
    code, _, err = run("remove", "tiny", "--yes")
    assert code == Exit.USAGE and "part of DiscoScript" in err


@pytest.mark.parametrize(("answer", "expected"), [("y", "missing"), ("", "here"), ("no", "here")])
def test_remove_asks(run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, expected: str) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return f"{answer}\n"

    run("fetch", "small")
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert "remove 1 file? [y/N]" in run("remove", "small")[2]
    assert state(run, "small") == expected


# ───────────── a process of its own ─────────────

#: `discoscript models` with one row, which is fetched from the address that is given first.
PROGRAM = """
import sys
from frames.renders import Counting
from models.servers import published, row
from discoscript import cli
from discoscript.commands import models, render
from discoscript.commands._models import Setup
from discoscript.commands._rendering import jobs

rows = (row("small", published(sys.argv[1], name="small.pt")),)
models.run = lambda options: options.act(options, Setup(rows))
sys.exit(cli.main(["models", *sys.argv[2:]]))
"""


def program(url: str, folder: Path, *arguments: str, **streams: object) -> subprocess.Popen[str]:
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "engine", ROOT / "tests")))
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, *arguments],
        env={**environment(DISCOSCRIPT_MODELS=str(folder)), "PYTHONPATH": paths},
        text=True,
        # a job in the background of a shell ignores Ctrl-C, and so do the processes that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},  # type: ignore[call-overload]
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupted_it_says_how_to_go_on(server: Site, tmp_path: Path) -> None:
    url, part = server.url("/a", whole(pause_s=0.2), whole()), tmp_path / "parts" / "small.pt"
    process = program(url, tmp_path, "fetch", "small")
    while not (part.exists() and part.stat().st_size):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED and not out
    assert "of small.pt are kept, the same command goes on from there" in err
    assert "Traceback" not in err
    kept = part.stat().st_size
    again = program(url, tmp_path, "fetch", "small")
    out, err = again.communicate(timeout=60)
    assert again.returncode == Exit.OK and Path(out.strip()).read_bytes() == DATA
    assert server.requests[-1].sent == len(DATA) - kept


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
def test_progress_on_a_terminal(server: Site, tmp_path: Path) -> None:
    url = server.url("/a", whole(cut=100_000), whole(pause_s=0.05))
    master, slave = pty.openpty()
    process = program(url, tmp_path, "fetch", "small", stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 10_000):
            shown += piece
    except OSError:  # the other end is closed
        pass
    os.close(master)
    assert process.wait(timeout=60) == Exit.OK
    text = shown.decode()
    assert re.search(r"300\.0\s+kB|0\.3 MB|/300", text), text
    assert re.search(r"[kM]B/s", text), text
    assert "broke the connection" in text and "SHA-256 as published" in text


# ───────────── scripts ─────────────


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """It needs two models that are rendered with and are not here."""
    monkeypatch.setenv("DISCOSCRIPT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    path = tmp_path / "two words.disco"
    path.write_text(
        'disco 1\nscene:\n    frames 2\n    seed 1\nprompt "a lighthouse"\n'
        "depth: model midas_v21_small\ncamera: translate_z 10\n"
    )
    return path


def test_a_render_names_every_missing_model_and_the_command(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capsys, "render", script)
    assert code == Exit.RENDER
    assert "2 models of" in err and "are not on this machine: 1.03 GB to fetch" in err
    assert "midas_v21_small (depth)     86 MB" in err
    assert "adabins_nyu (metric depth)  941 MB" in err
    assert f"discoscript models fetch '{script}'" in err and "--draft" in err


def test_frames_that_are_kept_need_no_models(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A film can be put together anew on a machine without the models."""
    parser = argparse.ArgumentParser()
    render.arguments(parser)
    (job,) = jobs(parser.parse_args([str(script)]))
    assert missing(job.plan.models)
    painter = Counting()
    painter.identity = job.backend.identity  # type: ignore[method-assign]
    render_frames(job.plan, painter, job.store, Events(), job.assets.contents)
    code, out, _ = ran(capsys, "render", script)
    assert code == Exit.OK and Path(out.strip()).exists()


def test_a_plan_names_the_command(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "plan", script)
    assert code == Exit.OK
    assert "fetch what is missing: discoscript models fetch" in out


def test_a_script_stands_for_the_models_that_it_needs(script: Path) -> None:
    from discoscript.commands._missing import needed_by

    names = [(one.role, one.name) for one in needed_by(script)]
    assert names == [
        ("diffusion", "tiny"),
        ("clip", "tiny"),
        ("depth", "midas_v21_small"),
        ("metric depth", "adabins_nyu"),
    ]


def test_where_no_depth_is_mixed_adabins_is_not_needed(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from discoscript.commands._missing import needed_by

    text = script.read_text()
    script.write_text(text + "depth: midas_weight 1\n")
    assert [one.role for one in needed_by(script)] == ["diffusion", "clip", "depth"]
    code, _, err = ran(capsys, "render", script)
    assert code == Exit.RENDER and "midas_v21_small (depth)" in err and "adabins" not in err
    script.write_text(text + "depth: midas_weight 1 -> 0.5 @ 0..2\n")
    assert "metric depth" in [one.role for one in needed_by(script)]


def test_a_script_with_mistakes_fetches_nothing(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text("disco 1\ncamera: zom 2\n")
    code, _, err = ran(capsys, "models", "fetch", script)
    assert code == Exit.SCRIPT and "zom" in err
    code, _, err = ran(capsys, "models", "fetch", script.with_name("none.disco"))
    assert code == Exit.USAGE and "there is no file" in err
