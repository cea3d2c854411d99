"""What is tried with every script by chance, and how scripts come about by chance."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from discoscript.expressions.easing import EASINGS
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.parameters import GROUPS, PARAMETERS
from discoscript.pipeline import Compiled, compile_text
from discoscript.schedule.document import document
from discoscript.syntax.formatting import formatted
from discoscript.text.diagnostics import draw
from discoscript.text.source import Source

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "checks"))

from diagnose import Folder  # noqa: E402

CORPUS = HERE / "corpus"  #: scripts that once broke something, one file each

LARGEST = 64 * 1024  #: characters of a script by chance
SECONDS = 2.0  #: what such a script takes at most where nothing else runs
TOO_SLOW = 3 * SECONDS  #: on a slow machine with shared cores: only above this a test fails
MEBIBYTES = 256

MOST_WRITTEN = 5_000  #: frames of the longest schedule that is written as a document

#: What such a script may import and read. `itself.disco` is the script once more, as a library.
BESIDE = {
    path.relative_to(HERE.parent / "samples").as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("lib/*.disco", "data/*.csv")
    for path in sorted((HERE.parent / "samples").glob(pattern))
}
EMPTY = ("song.wav", "stems/drums.wav", "refs/wave.png", "footage/dance.mp4")

WORDS = tuple(
    sorted(
        {
            *("disco 1", 'import "itself.disco" as me', "me.", "previous", "vary", "in [1, 2]"),
            *("import", "let", "mark", "cut", "use", "prompt", "image", "frame", "shot"),
            *("move", "study", "morph", "ease", "fade", "for", "to", "in", "as", "start", "end"),
            *("->", "..", "@", "by", "+=", "*=", "**", "<=", "==", "!=", '"', '"""', "#", "%", "{"),
            *("}", "(", ")", "[", "]", ":", ",", ".", "=", "\n", "\n    ", "\n\t", "\r\n", "\\"),
            *("0", "1", "-1", "1e300", "1e-300", "0.1", "100000", "2s", "24b", "50%", "3/s", "1/b"),
            *("640x448", "2d", "3d", "00:00:01", "00:01:00:12", "none", "on", "off", "random"),
            *("# disco: ignore D806", "é", "\u200b", "\ufeff", "😀", "\0", "\u2028", "→", "½", "²"),
            *(row.name for row in PARAMETERS),
            *GROUPS,
            *EASINGS,
            *FUNCTIONS,
            *CLOCKS,
            *CONSTANTS,
        }
    )
)

MARKS = "\"'[](){}:;,.@#%=+-*/<>\\\t\r\n 0aZ_é²\ufeff"

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


def seeds() -> list[str]:
    """Scripts to begin with: samples, examples, and every block of the checks' cases."""
    tests = HERE.parent
    paths = [*tests.glob("samples/*.disco"), *tests.parent.glob("examples/*.disco")]
    paths += CORPUS.glob("*.disco")
    scripts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(paths)]
    fence = re.compile(r"^```disco .*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for path in sorted(tests.glob("checks/D*.md")):
        scripts += fence.findall(path.read_text(encoding="utf-8"))
    return scripts


def everything(text: str) -> Compiled:
    """Compile a script with files beside it, draw what is said about it, write it in canonical
    form and its schedule as a document: nothing may fail."""
    compiled = checked(text)
    schedule = compiled.schedule
    if schedule is not None and schedule.frames <= MOST_WRITTEN:
        document(schedule, compiled.source)
    canonical = formatted(Source("script.disco", text))
    assert formatted(Source("script.disco", canonical)) == canonical, "fmt changes its own output"
    return compiled


def checked(text: str) -> Compiled:
    """Compile a script with files beside it, and draw what is said about it."""
    files = Folder({**BESIDE, **dict.fromkeys(EMPTY, ""), "itself.disco": text})
    compiled = compile_text(text, "script.disco", files)
    draw(compiled.diagnostics, compiled.source)
    return compiled


def mutated(text: str, others: Sequence[str], random: Random) -> str:
    """The script with a few changes: of its lines, of its words, of single characters."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 5, 8))):
        change = random.choice((_lines, _lines, _words, _words, _words, _characters, _numbers))
        text = change(text, others, random)
    return text[:LARGEST]


def _lines(text: str, others: Sequence[str], random: Random) -> str:
    lines = text.split("\n")
    at = random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, random.choice(lines))
        case 2:
            lines.insert(at, random.choice(random.choice(others).split("\n")))
        case 3:
            lines[at] = random.choice(("    ", "\t", "  ", "")) + lines[at].lstrip()
        case 4:
            other = random.choice(others).split("\n")
            cut = random.randrange(len(other))
            lines = lines[:at] + other[cut:]
        case 5:
            lines[at : at + 1] = [lines[at]] * random.choice((2, 3, 10, 100))
    return "\n".join(lines)


def _words(text: str, others: Sequence[str], random: Random) -> str:
    pieces = _PIECE.findall(text) or [""]
    at = random.randrange(len(pieces))
    match random.randrange(5):
        case 0:
            del pieces[at]
        case 1:
            pieces.insert(at, random.choice(WORDS))
        case 2:
            pieces[at] = random.choice(WORDS)
        case 3:
            pieces.insert(at, random.choice(pieces))
        case 4:
            end = min(at + random.randint(1, 12), len(pieces))
            pieces[at:end] = pieces[at:end] * random.choice((2, 2, 5, 50, 500))
    return "".join(pieces)


def _characters(text: str, others: Sequence[str], random: Random) -> str:
    at = random.randrange(len(text) + 1)
    match random.randrange(3):
        case 0:
            return text[:at] + text[at + random.randint(1, 5) :]
        case 1:
            return text[:at] + random.choice(MARKS) + text[at:]
    return text[:at] + chr(random.randrange(0x20, 0x2FFF)) + text[at + 1 :]


_NUMBER = re.compile(r"\d+(\.\d+)?")


def _numbers(text: str, others: Sequence[str], random: Random) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    number = random.choice(found)
    write = random.choice(
        ("0", "1", "2", "3", "24", "0.5", "999", "100000", "1e9", "1e300", "9" * 50, "0" * 30 + "1")
    )
    return text[: number.start()] + write + text[number.end() :]


# ───────────── in a process of its own ─────────────

_MEASURED = """
import resource, sys, time
import fuzzing
text = sys.stdin.buffer.read().decode("utf-8", "replace")
fuzzing.checked("disco 1")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
compiled = fuzzing.checked(text)
seconds = time.process_time() - began
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print("MEASURED", seconds, used, *sorted({d.code for d in compiled.diagnostics}))
"""


def measured(text: str) -> tuple[float, float, frozenset[str]]:
    """Seconds of the processor and MiB on top of an idle process, and the codes that are said.

    A script that ends the process with an exception fails the test with its traceback.
    """
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED],
        input=text.encode("utf-8", "replace"),
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p), "HOME": str(Path.home())},
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    _, seconds, used, *codes = done.stdout.decode().split()
    return float(seconds), float(used), frozenset(codes)
