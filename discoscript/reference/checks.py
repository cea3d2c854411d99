"""The diagnostic codes: an index, and one page for each."""

from collections.abc import Iterator

from discoscript.explain.example import told
from discoscript.explain.pages import all_pages, whole
from discoscript.reference.markdown import code, page, table
from discoscript.text.codes import CODES, Code, Severity

#: What the first two characters of a code stand for.
GROUPS = {
    "D0": "text and layout",
    "D1": "names",
    "D2": "values",
    "D3": "time",
    "D4": "modes and features",
    "D5": "files and safety",
    "D6": "prompts",
    "D7": "cost and limits",
    "D8": "advice",
}

INTRODUCTION = """Everything that DiscoScript may say about a script, by its code.

* An **error** means that the picture would certainly not be what was written: nothing is rendered.
* A **warning** means that something written has no effect.
* A **hint** means that it works but is unusual.

`discoscript explain D301` shows a page in the terminal. `# disco: ignore D801` at the end of a
line, or alone above it, silences a warning or a hint."""


def checks_page() -> str:
    """docs/reference/checks.md."""
    parts = (
        f"## {prefix}: {title}\n\n{table(('Code', 'Name', '', 'What is wrong'), _rows(prefix))}"
        for prefix, title in GROUPS.items()
    )
    return page("Messages", INTRODUCTION, *parts)


def code_pages() -> dict[str, str]:
    """Code -> its page with the message that its script gives now."""
    return {p.code.code: whole(p, told(p)) for p in all_pages()}


def code_list() -> Iterator[str]:
    """The lines of the list of all codes for a terminal."""
    width = max(len(row.slug) for row in CODES)
    for prefix, title in GROUPS.items():
        yield f"{prefix}: {title}"
        for row in CODES:
            if row.code.startswith(prefix):
                kind = "" if row.severity is Severity.ERROR else f" ({row.severity})"
                yield f"  {row.code}  {row.slug:{width}}  {row.title}{kind}"
        yield ""
    yield "`discoscript explain D301` shows the page of a code."


def _rows(prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for row in CODES:
        if row.code.startswith(prefix):
            yield _link(row), code(row.slug), str(row.severity), row.title


def _link(row: Code) -> str:
    return f"[{row.code}](checks/{row.code}.md)"
