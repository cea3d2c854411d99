"""How fast scripts are checked and compiled: `make bench` measures, and writes docs/speed.md.

Each figure is processor time, and the best of several runs, because what else a machine does only
ever makes a run slower; the median is shown beside it. What must be cold is measured in a process
of its own.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "engine"), str(Path(__file__).parent)]

import generated  # noqa: E402

#: Compiles a script in a process of its own and prints the seconds, imports left out, and the
#: most memory that was used, in MiB.
COMPILE = """
import resource, sys, time
from discoscript.pipeline import compile_text
text = open(sys.argv[1], encoding="utf-8").read()
began = time.process_time()
compiled = compile_text(text)
seconds = time.process_time() - began
assert compiled.schedule is not None and not compiled.diagnostics, compiled.diagnostics[:3]
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@dataclass(frozen=True)
class Figure:
    """What is measured: `run` gives the seconds of one run; `most` is the target, in seconds."""

    name: str
    most: float
    run: Callable[[], float]
    times: int


def cold(text: str) -> Callable[[], float]:
    """Compiling a script in a fresh process."""

    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script.disco"
            script.write_text(text, encoding="utf-8")
            return float(python("-c", COMPILE, str(script)).split()[0])

    return run


def start(text: str) -> Callable[[], float]:
    """`discoscript check`, from the start of its process to the end."""

    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script.disco"
            script.write_text(text, encoding="utf-8")
            began = of_children()
            python("-m", "discoscript", "check", str(script))
            return of_children() - began

    return run


def nothing_to_do() -> float:
    """`discoscript render` of a finished script of 10,000 frames, test cards of the least size."""
    if not (FINISHED / "out").exists():
        FINISHED.mkdir(exist_ok=True)
        (FINISHED / "long.disco").write_text(MANY, encoding="utf-8")
        python(*RENDER, timeout=1200)
    began = of_children()
    done = python(*RENDER)
    assert done.endswith("long.mp4\n")
    return of_children() - began


def of_children() -> float:
    """Processor time of the processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def again(text: str) -> Callable[[], float]:
    """Compiling a script after a line in its middle has changed, the lines below it moved."""
    from discoscript.pipeline import compile_text

    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if n > len(lines) // 2 and "translate_z" in line)
    edits = iter(range(10**9))

    def run() -> float:
        edit = next(edits)
        value = f"{1 + edit / 7:.{5 + edit % 2}f}"  # the lines below move at each edit
        edited = "\n".join([*lines[:at], f"    translate_z {value}", *lines[at + 1 :]]) + "\n"
        began = time.process_time()
        compile_text(edited)
        return time.process_time() - began

    return run


def python(*arguments: str, timeout: int = 120) -> str:
    """What a Python process of this checkout prints."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "engine")])
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=timeout,
    )
    return done.stdout


def figures() -> Sequence[Figure]:
    """Everything that has a target."""
    return (
        Figure("process start: `discoscript check` of 10 lines", 0.35, start(TEN), 15),
        Figure(
            "process start: `discoscript render` of 10,000 finished frames", 0.6, nothing_to_do, 9
        ),
        Figure("first check of 100 lines, after imports", 0.050, cold(generated.short(100)), 15),
        Figure("check after an edit of one of 100 lines", 0.005, again(generated.short(100)), 200),
        Figure("first check of 1,000 lines, after imports", 0.3, cold(generated.short(1000)), 7),
        Figure(
            "100,000 frames: 20 settings, 10,000 keys, 1,000 prompts, after imports",
            0.3,
            cold(generated.long()),
            5,
        ),
    )


MANY = """disco 1

scene "Ten thousand frames":
    mode 3d
    frames 10000
    size 64x64
    seed 7

prompt "a lighthouse on a cliff"
camera:
    translate_z 2 -> 8 @ 0..10000 ease in-out
"""

FINISHED = Path(tempfile.gettempdir()) / f"discoscript-bench-{os.getpid()}"

RENDER = ("-m", "discoscript", "render", str(FINISHED / "long.disco"), "--renderer", "testcard",
          "--store", str(FINISHED / "store"), "--quiet")  # fmt: skip

TEN = """disco 1

scene "Ten lines":
    mode 3d
    duration 4s

prompt "a lighthouse on a cliff"
camera:
    translate_z 0 -> 8 @ 0..2s ease in-out
    rotate_y by 20 @ 1s for 2s
"""


def measured(figure: Figure) -> dict[str, Any]:
    """The figure's row: seconds."""
    figure.run()
    seconds = [figure.run() for _ in range(figure.times)]
    return {
        "what": figure.name,
        "best_s": round(min(seconds), 5),
        "median_s": round(statistics.median(seconds), 5),
        "target_s": figure.most,
        "runs": figure.times,
    }


# ───────────── keys against pandas ─────────────


def keys_against_pandas() -> dict[str, Any] | None:
    """Twenty settings of 100,000 frames from 10,000 keys; None where there is no pandas.

    Disco Diffusion puts its keys into a pandas Series and calls `interpolate`; so is it done here.
    """
    try:
        import numpy as np
        import pandas as pd
    except ImportError:
        return None
    from interpolating import as_disco_diffusion, as_discoscript, channels, checked

    tracks = channels(generated.CHANNELS)
    theirs = [as_disco_diffusion(keys, pd) for keys in tracks]
    paths = [checked(keys) for keys in tracks]
    ours = [as_discoscript(path) for path in paths]
    equal = sum(int(np.array_equal(a, b)) for a, b in zip(theirs, ours, strict=True))
    far = max(float(np.max(np.abs(a - b))) for a, b in zip(theirs, ours, strict=True))
    slow = min(timed(lambda: [as_disco_diffusion(keys, pd) for keys in tracks]) for _ in range(7))
    fast = min(timed(lambda: [as_discoscript(path) for path in paths]) for _ in range(7))
    return {
        "pandas": pd.__version__,
        "pandas_s": round(slow, 5),
        "schedule_s": round(fast, 5),
        "times_faster": round(slow / fast, 1),
        "settings": len(tracks),
        "settings_equal_to_the_bit": equal,
        "largest_difference": far,
    }


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.process_time()
    run()
    return time.process_time() - began


# ───────────── the page ─────────────


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    names = ("numpy", "lark")
    return {
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def cpu() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def shown(seconds: float) -> str:
    """`4.2 ms`, `0.31 s`."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def page(found: dict[str, Any]) -> str:
    """docs/speed.md."""
    rows = [
        f"| {named(row)} | {shown(row['best_s'])} | {shown(row['median_s'])} "
        f"| {shown(row['target_s'])} |"
        for row in found["figures"]
    ]
    facts = found["machine"]
    return "\n".join(
        [
            "# Speed",
            "",
            "Measured by `make bench` (`tests/benchmarks/speed.py`), which writes this page and",
            "`speed.json`. The scripts are made up by `tests/benchmarks/generated.py`. All figures",
            "are processor time, so that they can be taken on a machine that is shared; the best",
            "of several runs counts, because whatever else a machine does only slows a run down.",
            "A row in **bold** misses its target.",
            "",
            "| | best | median | target |",
            "|---|---|---|---|",
            *rows,
            "",
            *pandas_words(found["keys"]),
            f"On {facts['cores']} cores of {facts['cpu']}, {facts['system']}, "
            f"Python {facts['python']}, numpy {facts['numpy']}, Lark {facts['lark']}.",
            "",
        ]
    )


def named(row: dict[str, Any]) -> str:
    """What was measured, in bold where it misses its target."""
    missed = row["best_s"] > row["target_s"]
    return f"**{row['what']}**" if missed else str(row["what"])


def pandas_words(keys: dict[str, Any] | None) -> list[str]:
    """The paragraph about keys."""
    if keys is None:
        return []
    return [
        f"The values of {keys['settings']} settings at 100,000 frames from 10,000 keys take "
        f"{shown(keys['schedule_s'])};",
        f"pandas {keys['pandas']}, used as Disco Diffusion uses it, takes "
        f"{shown(keys['pandas_s'])}: {keys['times_faster']:g} times as long (target: 10).",
        f"{keys['settings_equal_to_the_bit']} of {keys['settings']} settings are equal to the bit;"
        f" the largest difference is {keys['largest_difference']:.1e}.",
        "",
    ]


def main() -> int:
    """Measure, show, write; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="measure how fast scripts are compiled")
    parser.add_argument("--write", action="store_true", help="write docs/speed.md and .json")
    parser.add_argument("--only", default="", help="only figures whose name holds this")
    options = parser.parse_args()
    rows = []
    for figure in figures():
        if options.only in figure.name:
            rows.append(measured(figure))
            row = rows[-1]
            print(
                f"{shown(row['best_s']):>9} {shown(row['median_s']):>9} "
                f"{shown(row['target_s']):>9}  {row['what']}",
                flush=True,
            )
    shutil.rmtree(FINISHED, ignore_errors=True)
    keys = None if options.only else keys_against_pandas()
    print(json.dumps(keys))
    if options.write:
        found = {"machine": machine(), "figures": rows, "keys": keys}
        (ROOT / "docs" / "speed.json").write_text(json.dumps(found, indent=2) + "\n")
        (ROOT / "docs" / "speed.md").write_text(page(found), encoding="utf-8")
    return int(any(row["best_s"] > row["target_s"] for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
