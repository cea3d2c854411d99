"""The long scripts of `tests/scripts` and the examples, compiled in their folders."""

from functools import cache
from pathlib import Path

from discoscript.pipeline import Compiled, compile_text
from discoscript.project import Project

ROOT = Path(__file__).parents[2]

LONG = sorted((ROOT / "tests" / "scripts").glob("*.disco"))
EXAMPLES = sorted((ROOT / "examples").glob("*.disco"))
SAMPLES = sorted((ROOT / "tests" / "samples").glob("*.disco"))

#: What they import.
LIBRARIES = sorted(
    path
    for folder in ("tests/scripts/lib", "tests/samples/lib", "examples/lib", "discoscript/std")
    for path in (ROOT / folder).glob("*.disco")
)


def compile_file(path: Path, text: str | None = None) -> Compiled:
    """A script, or another text in its place."""
    text = path.read_text(encoding="utf-8") if text is None else text
    return compile_text(text, path.name, Project(path.parent))


@cache
def compiled(path: Path) -> Compiled:
    """A script as it is."""
    return compile_file(path)


def name(path: Path) -> str:
    """How it is called in tests."""
    return f"{path.parent.name}/{path.stem}"
