"""The command line: in this process, or in one of its own as a user starts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from discoscript.cli import main

ROOT = Path(__file__).parents[1]


def environment(**extra: str) -> dict[str, str]:
    """The environment of a user: no colours forced, the checkout importable."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "engine")))
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "DISCOSCRIPT_STORE"}}
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **extra}


def discoscript(
    *arguments: str | Path, cwd: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run `discoscript ARGUMENTS`; text of both streams and the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "discoscript", *map(str, arguments)],
        cwd=cwd or ROOT,
        env=environment(**extra),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def ran(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and error output of a command in this process."""
    try:
        code = main([str(a) for a in arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err
