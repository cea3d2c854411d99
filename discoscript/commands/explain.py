"""`discoscript explain`: what a code means, or what a word of the language does."""

import argparse
import sys

from discoscript.errors import Exit, UsageFailure
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


def run(options: argparse.Namespace) -> int:
    """Print the page of a code, the entries of a word, or the list of all codes."""
    if options.word is None:
        print("\n".join(code_list()))
    elif code := code_of(options.word):
        _show_code(code)
    else:
        entries = words.entries(options.word)
        if not entries:
            raise UsageFailure(f"nothing is called `{options.word}`", _near(options.word))
        _show("\n\n".join(entries))
    return Exit.OK


def _show_code(code: Code) -> None:
    page = read_page(code)
    if page is None:
        _show(f"# {code.code}: {code.title}\n\n*{code.severity}* · `{code.slug}`")
    elif sys.stdout.isatty():
        _show(introduction(page))
        print(f"\n{told(page, wants_color(sys.stdout))}")
        _show(cure(page))
    else:
        print(whole(page, told(page)), end="")


def _show(markdown: str) -> None:
    """Print Markdown: laid out on a terminal, as it is in a pipe."""
    if not sys.stdout.isatty():
        print(markdown)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(no_color=not wants_color(sys.stdout))
    console.print(Markdown(markdown, code_theme="ansi_dark", justify="left"))


def _near(word: str) -> str:
    known = [code.code for code in CODES] + [code.slug for code in CODES] + words.all_words()
    return did_you_mean(word, known) or "`discoscript explain` alone lists the codes"
