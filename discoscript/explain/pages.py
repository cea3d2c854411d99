"""The pages beside this file: prose, a script that gives the code, and the same script cured.

A page is Markdown. Its first line is `# D301: ` and the title of the table of codes. Its prose is
followed by one block ` ```disco wrong ` and one ` ```disco right `; files that the scripts need
stand before them in blocks ` ```file NAME ` (no lines: an empty file; `121 megapixels`: a picture
of that size; `48 frames at 24 fps`: a video, in the tests only).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from discoscript.text.codes import CODES, Code
from discoscript.text.diagnostics import Diagnostic, Source, draw

_FENCE = re.compile(r"^```(disco|file) (.*?)\s*$\n(.*?)^```\s*$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """One page. `prose` is everything between the title and the blocks."""

    code: Code
    heading: str
    prose: str
    wrong: str
    right: str
    files: Mapping[str, str]


def read_page(code: Code) -> Page | None:
    """The page of a code, None if it has none."""
    path = files("discoscript.explain") / f"{code.code}.md"
    return parse_page(code, path.read_text(encoding="utf-8")) if path.is_file() else None


def all_pages() -> list[Page]:
    """The pages of all codes that have one, in the table's order."""
    return [page for code in CODES if (page := read_page(code))]


def parse_page(code: Code, text: str) -> Page:
    """The parts of a page; KeyError where a script is missing."""
    heading, _, rest = text.partition("\n")
    blocks = _FENCE.findall(rest)
    scripts = {words: body for kind, words, body in blocks if kind == "disco"}
    beside = {name: body for kind, name, body in blocks if kind == "file"}
    prose = _FENCE.sub("", rest).strip()
    return Page(code, heading, prose, scripts["wrong"], scripts["right"], beside)


def heading(code: Code) -> str:
    """The first line that the page of a code must have."""
    return f"# {code.code}: {code.title}"


def introduction(page: Page) -> str:
    """Markdown: the page up to its wrong script, included."""
    code = page.code
    facts = f"*{code.severity}* · `{code.slug}`"
    parts = [page.heading, facts, page.prose, *_beside(page.files)]
    return "\n\n".join([*parts, "Wrong:", _fenced("disco", page.wrong)])


def cure(page: Page) -> str:
    """Markdown: the rest of the page, from below the message on."""
    return "\n\n".join(["Right:", _fenced("disco", page.right)])


def message(source: Source, found: Iterable[Diagnostic], code: Code, color: bool = False) -> str:
    """What a script is told about one code, as `discoscript check` draws it; "" if nothing."""
    return draw([d for d in found if d.code == code.code], source, color=color)


def whole(page: Page, told: str) -> str:
    """Markdown: the whole page with the message of its wrong script."""
    said = ["What DiscoScript says:", _fenced("text", told)] if told else []
    return "\n\n".join([introduction(page), *said, cure(page)]) + "\n"


def _beside(names: Mapping[str, str]) -> list[str]:
    listed = ", ".join(f"`{name}`" for name in names)
    return [f"Beside the script: {listed}"] if names else []


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
