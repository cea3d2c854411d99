"""The standard library: scripts that come with the package, `import "std:camera"`.

They are moves written in the language; a file in `discoscript/std` is all that one more needs.
"""

from functools import cache
from importlib.resources import files

from discoscript.text import suggest
from discoscript.text.report import Report
from discoscript.text.source import Span

SCHEME = "std:"


def is_standard(path: str) -> bool:
    """Whether an import asks for a library of the package, there or not."""
    return path.startswith(SCHEME)


@cache
def standard_libraries() -> tuple[str, ...]:
    """Their names in imports: `std:camera`."""
    names = (entry.name for entry in (files("discoscript") / "std").iterdir())
    return tuple(sorted(SCHEME + n.removesuffix(".disco") for n in names if n.endswith(".disco")))


@cache
def standard_text(path: str) -> str:
    """The text of one of them."""
    folder = files("discoscript") / "std"
    return (folder / f"{path.removeprefix(SCHEME)}.disco").read_text(encoding="utf-8")


def standard_path(path: str, span: Span, report: Report) -> str | None:
    """The name, or None after reporting that there is no such library (D501)."""
    known = standard_libraries()
    if path in known:
        return path
    close = suggest.did_you_mean(path, known, quote='"')
    help = close or f"there is {', '.join(known)}"
    report.add("D501", f'there is no library "{path}"', span, help=help)
    return None
