"""Packs that mean harm: each is refused with a reason, at once, and nothing is written."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import environment, ran
from sharing.zips import SCRIPT, Member, archive, holding, listed

PNG = b"\x89PNG not really"
ONE = Member(b"a.disco", SCRIPT)
SAFE = {"a.disco": SCRIPT}


def named(name: str | bytes) -> bytes:
    """A pack with a second file of that name."""
    return holding(Member(name.encode() if isinstance(name, str) else name, PNG))


#: What is in the pack, and a few words of the refusal.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    # names that lead elsewhere
    "above": (lambda: named("../evil.png"), "leads out of the folder"),
    "above, in the middle": (lambda: named("a/../../evil.png"), "leads out of the folder"),
    "absolute": (lambda: named("/tmp/evil.png"), "absolute path"),
    "two slashes": (lambda: named("//host/evil.png"), "absolute path"),
    "backslash": (lambda: named("..\\evil.png"), "characters"),
    "a drive": (lambda: named("C:evil.png"), "characters"),
    "a stream": (lambda: named("a.png:evil.png"), "characters"),
    "a NUL": (lambda: named("evil.png\0.png"), "characters"),
    "a line break": (lambda: named("a\nb.png"), "characters"),
    "an escape": (lambda: named("\x1b[2Ja.png"), "characters"),
    "right to left": (lambda: named("a\u202egnp.png"), "characters"),
    "a dot": (lambda: named("./evil.png"), "not a plain path"),
    "nothing between slashes": (lambda: named("a//evil.png"), "not a plain path"),
    "a device": (lambda: named("con.png"), "device"),
    "a device in a folder": (lambda: named("aux/a.png"), "device"),
    "a space at the end": (lambda: named("a /b.png"), "space or a dot"),
    "a dot at the end": (lambda: named("a./b.png"), "space or a dot"),
    "very long": (lambda: named("a" * 300 + ".png"), "too long"),
    "very deep": (lambda: named("a/" * 40 + "a.png"), "too long"),
    "no name": (lambda: named(""), "absolute path"),
    # files that scripts do not use
    "a shell's": (lambda: named(".bashrc"), "hidden"),
    "a hook": (lambda: named(".git/hooks/post-checkout"), "hidden"),
    "a program": (lambda: named("run.py"), "no kind of file"),
    "a pickle": (lambda: named("model.pt"), "no kind of file"),
    "a Makefile": (lambda: named("Makefile"), "no kind of file"),
    # names that clash
    "twice": (lambda: archive([listed(SAFE), ONE, ONE]), "in it twice"),
    "in other letters": (lambda: holding(Member(b"A.DISCO", SCRIPT)), "in it twice"),
    "in other marks": (
        lambda: holding(Member("\u00e9.png".encode(), PNG), Member("e\u0301.png".encode(), PNG)),
        "in it twice",
    ),
    "a file as a folder": (
        lambda: holding(Member(b"b.png", PNG), Member(b"b.png/c.png", PNG)),
        "in it twice",
    ),
    "two lists": (lambda: archive([listed(SAFE), listed(SAFE), ONE]), "in it twice"),
    # what is no file
    "a link": (lambda: holding(Member(b"b.png", b"/etc/passwd", mode=0o120777)), "a link"),
    "a folder": (lambda: archive([listed(SAFE), ONE, Member(b"b/", b"")]), "not a plain path"),
    "a pipe": (lambda: holding(Member(b"b.png", PNG, mode=0o010644)), "a link"),
    # sizes
    "a bomb": (lambda: holding(Member(b"b.png", bytes(2**24), deflate=True)), "grows more than"),
    "a bomb that lies": (
        lambda: archive(
            [
                listed({**SAFE, "b.png": b"0" * 64}),
                ONE,
                Member(b"b.png", bytes(2**24), size=64, deflate=True),
            ]
        ),
        "longer than it says|damaged",
    ),
    "huge, it says": (lambda: holding(Member(b"b.png", PNG, size=2**31)), "too large"),
    "files in one another": (
        lambda: archive(
            [
                listed({**SAFE, "b.png": SCRIPT, "c.png": SCRIPT}),
                ONE,
                *(Member(n, SCRIPT, place=0) for n in (b"b.png", b"c.png")),
            ]
        ),
        "lies over another",
    ),
    "very many": (
        lambda: archive([listed(SAFE), ONE, *(Member(b"%d.png" % n, b"") for n in range(5000))]),
        "more than 4096 files",
    ),
    "a large list": (
        lambda: archive([Member(b"pack.json", b"[" * 2**21), ONE]),
        "too large",
    ),
    "a deep list": (lambda: archive([Member(b"pack.json", b"[" * 2**19), ONE]), "list of contents"),
    # the zip file itself
    "not a zip file": (lambda: b"GIF89a" + bytes(100), "no zip file"),
    "empty": (lambda: b"", "no zip file"),
    "a comment": (lambda: archive([listed(SAFE), ONE], comment=b"x"), "comment"),
    "two ends": (
        lambda: archive([listed(SAFE), ONE], comment=archive([listed(SAFE), ONE])),
        "in between",
    ),
    "something before": (lambda: archive([listed(SAFE), ONE], before=b"#!/bin/sh\n"), ""),
    "something between": (lambda: archive([listed(SAFE), ONE], between=b"xxxx"), "in between"),
    "several parts": (lambda: archive([listed(SAFE), ONE], disk=1), "several parts"),
    "too few, it says": (lambda: archive([listed(SAFE), ONE], count=1), "damaged|twice|contents"),
    "encrypted": (lambda: holding(Member(b"b.png", PNG, flags=0x801)), "encrypted"),
    "another compression": (lambda: holding(Member(b"b.png", PNG, method=14)), "unusual way"),
    "another name inside": (
        lambda: holding(Member(b"b.png", PNG, local_name=b"../b.png")),
        "damaged",
    ),
    "a wrong checksum": (lambda: holding(Member(b"b.png", PNG, crc=1)), "damaged"),
    "a broken name": (lambda: named(b"\xff\xfe.png"), "damaged"),
    # the list of contents
    "no list": (lambda: archive([ONE]), "twice, or not at all"),
    "another format": (lambda: holding(format="zip"), "no list of contents"),
    "another version": (lambda: holding(version=9), "another version"),
    "no script": (lambda: holding(script="b.disco"), "names no script"),
    "a script elsewhere": (lambda: holding(script="../a.disco"), "names no script"),
    "a file too many": (lambda: archive([listed({}, files={}), ONE]), "names no script"),
    "a file too few": (
        lambda: archive([listed({**SAFE, "b.png": PNG}), ONE]),
        "not those of its list",
    ),
    "another content": (
        lambda: archive([listed({"a.disco": SCRIPT.replace(b"light", b"night")}), ONE]),
        "not what its list",
    ),
    "broken sizes": (
        lambda: holding(files={"a.disco": {"bytes": "31", "sha256": "0" * 64}}),
        "broken",
    ),
}

#: Odd, but what they hold is what they say.
HARMLESS = ("something before", "too few, it says")

#: Those that would take much memory or time if they were believed.
HEAVY = (
    "a bomb", "a bomb that lies", "huge, it says", "very many", "a large list", "a deep list",
    "files in one another",
)  # fmt: skip

#: Seconds of the processor. No pack needs one; a slow machine with shared cores may take longer.
TOO_SLOW = 6

MEASURED = """
import resource, sys, time
from discoscript.cli import main
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
code = main(["unpack", sys.argv[1], sys.argv[2]])
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print("MEASURED", code, time.process_time() - began, used)
"""


def evil(case: str, folder: Path) -> Path:
    """The pack of a case, in a folder of its own."""
    pack = folder / "here" / "evil.discopack"
    pack.parent.mkdir()
    pack.write_bytes(HOSTILE[case][0]())
    return pack


def check_refusal(case: str, code: int, said: str, folder: Path) -> None:
    """A reason, no steering of the terminal, and nothing written."""
    assert code == 2 and "Traceback" not in said
    assert any(word in said for word in HOSTILE[case][1].split("|")), said
    assert "\x1b" not in said and "\n\n" not in said
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert left - {"here/out"} == {"here", "here/evil.discopack"}


@pytest.mark.parametrize("case", [case for case in HOSTILE if case not in HARMLESS])
def test_a_hostile_pack_is_refused(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = evil(case, tmp_path)
    began = time.process_time()
    code, _, err = ran(capsys, "unpack", pack, tmp_path / "here" / "out" / "film")
    assert time.process_time() - began <= TOO_SLOW
    check_refusal(case, code, err, tmp_path)


@pytest.mark.parametrize("case", HEAVY)
def test_a_hostile_pack_takes_no_memory(case: str, tmp_path: Path) -> None:
    pack = evil(case, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(pack), "out/film"],
        cwd=pack.parent, env=environment(), capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    _, code, seconds, mebibytes = done.stdout.splitlines()[-1].split()
    assert float(seconds) <= TOO_SLOW and float(mebibytes) <= 256
    check_refusal(case, int(code), done.stderr, tmp_path)


@pytest.mark.parametrize("case", HARMLESS)
def test_an_odd_pack(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "unpack", evil(case, tmp_path), tmp_path / "film")[0] == 0
    assert [path.name for path in (tmp_path / "film").iterdir()] == ["a.disco"]


def test_there_are_enough() -> None:
    assert len(HOSTILE) >= 40


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "a.discopack"
    path.write_bytes(
        holding(Member(b"refs/b.png", PNG), Member(b"c.csv", b"1,2\n" * 9, deflate=True))
    )
    return path


def test_a_pack_of_another_hand_is_unpacked(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capsys, "unpack", pack, tmp_path / "film")
    assert (code, err) == (0, "")
    files = {p.relative_to(tmp_path / "film").as_posix() for p in (tmp_path / "film").rglob("*.*")}
    assert files == {"a.disco", "refs/b.png", "c.csv"}
    assert (tmp_path / "film" / "a.disco").stat().st_mode & 0o111 == 0


def test_no_truncation_and_no_flipped_byte_gets_through(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever happens to a pack, what it is unpacked to is what was packed, or nothing."""
    data = pack.read_bytes()
    contents = {"a.disco": SCRIPT, "refs/b.png": PNG, "c.csv": b"1,2\n" * 9}
    damaged = [data[:length] for length in range(0, len(data), 3)]
    damaged += [data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :] for at in range(len(data))]
    refused = 0
    for number, broken in enumerate(damaged):
        pack.write_bytes(broken)
        code = ran(capsys, "unpack", pack, tmp_path / str(number))[0]
        refused += code == 2
        assert code in (0, 2)
        if code == 0:
            for name, content in contents.items():
                assert (tmp_path / str(number) / name).read_bytes() == content
    assert refused > len(damaged) * 0.8


def test_json_of_the_contents(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(ran(capsys, "inspect", pack, "--json")[1])
    assert found["script"] == "a.disco" and sorted(found["files"]) == [
        "a.disco",
        "c.csv",
        "refs/b.png",
    ]
