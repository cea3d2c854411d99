"""`discoscript explain`: what a code means, or what a word of the language does."""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence

from discoscript.commands._answer import Answer, Json, document
from discoscript.errors import UsageFailure
from discoscript.explain.example import told
from discoscript.explain.pages import cure, introduction, read_page, whole
from discoscript.reference import words
from discoscript.reference.checks import code_list
from discoscript.terminal import wants_color
from discoscript.text.codes import CODES, Code, code_of
from discoscript.text.suggest import did_you_mean

EXAMPLES = """  discoscript explain              every code, by group
  discoscript explain D301         why two ranges must not overlap, and what to write
  discoscript explain curves       the curves that may follow `ease`, each with its shape
  discoscript explain wave         a function; also a setting, a group, a statement, a curve
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("word", metavar="WORD", nargs="?", help="a code, or a word of the language")


def run(options: argparse.Namespace) -> Answer:
    """The page of a code, the entries of a word, or the list of all codes."""
    if options.word is None:
        return Answer(lambda: _listed(CODES), code_list)
    if code := code_of(options.word):
        return Answer(lambda: _listed([code], pages=[_page(code)]), lambda: _code_shown(code))
    entries = words.entries(options.word)
    if not entries:
        raise UsageFailure(f"nothing is called `{options.word}`", _near(options.word))
    return Answer(
        lambda: document("explanation", codes=[], pages=entries),
        lambda: [_laid_out("\n\n".join(entries))],
    )


def _listed(codes: Sequence[Code], pages: Sequence[str] = ()) -> Json:
    """Codes, and what is told of them as Markdown."""
    rows = [
        {"code": c.code, "slug": c.slug, "severity": str(c.severity), "title": c.title}
        for c in codes
    ]
    return document("explanation", codes=rows, pages=list(pages))


def _page(code: Code) -> str:
    """What is told of a code, as Markdown."""
    page = read_page(code)
    if page is None:
        return f"# {code.code}: {code.title}\n\n*{code.severity}* · `{code.slug}`\n"
    return whole(page, told(page))


def _code_shown(code: Code) -> Iterator[str]:
    """The same, with the message of its example as a terminal has it."""
    page = read_page(code)
    if page is None or not sys.stdout.isatty():
        yield _laid_out(_page(code).rstrip("\n"))
        return
    yield _laid_out(introduction(page))
    yield f"\n{told(page, wants_color(sys.stdout))}"
    yield _laid_out(cure(page))


def _laid_out(markdown: str) -> str:
    """Markdown, laid out where the output is a terminal."""
    if not sys.stdout.isatty():
        return markdown
    from rich.console import Console
    from rich.markdown import Markdown

    laid_out = io.StringIO()
    console = Console(file=laid_out, force_terminal=True, no_color=not wants_color(sys.stdout))
    console.print(Markdown(markdown, code_theme="ansi_dark", justify="left"))
    return laid_out.getvalue().rstrip("\n")


def _near(word: str) -> str:
    codes = (name for code in CODES for name in (code.code, code.slug))
    near = did_you_mean(word, words.all_words()) or did_you_mean(word, codes)
    return near or "`discoscript explain` alone lists the codes"
