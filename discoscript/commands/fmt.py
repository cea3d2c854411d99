"""`discoscript fmt`: scripts in canonical form, and the fixes of their mistakes."""

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._files import write_whole
from discoscript.commands._script import LARGEST, STDIN, decoded, read_text, scripts_in, show
from discoscript.errors import Exit, UsageFailure
from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.syntax.formatting import formatted
from discoscript.syntax.parse import parse
from discoscript.terminal import BOLD, CYAN, GREEN, RED, counted, painted, printable, wants_color
from discoscript.text import fixes
from discoscript.text.diagnostics import Diagnostic, Severity, severity
from discoscript.text.formats import diagnostic_json
from discoscript.text.source import Source

EXAMPLES = """  discoscript fmt beach.disco           rewrite a script in canonical form
  discoscript fmt clips/                every script in a folder
  discoscript fmt --check clips/        only say what would change; exit code 1 if anything would
  discoscript fmt --diff beach.disco    show what would change
  discoscript fmt --fix beach.disco     make the safe fixes of its mistakes, too
  discoscript fmt - < beach.disco       from the input to the output, for editors
"""

#: A fix may show the next mistake; after so many rounds what is left stays.
ROUNDS = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="scripts, folders of scripts, or - for the input"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, name what would change"
    )
    parser.add_argument("--diff", action="store_true", help="write nothing, show what would change")
    parser.add_argument("--fix", action="store_true", help="make the safe fixes of mistakes, too")
    parser.add_argument(
        "--stdin-path", metavar="NAME", type=Path, help="the name that messages show for -"
    )


def run(options: argparse.Namespace) -> Answer:
    """Format every script; Exit.SCRIPT if one has errors, or would change and must not."""
    piped, writes = str(STDIN) in options.files, not (options.check or options.diff)
    results = [_piped(options)] if piped else list(_named(options))
    for result in results if writes and not piped else ():
        if result.changed:
            write_whole(result.path, result.after.encode())
    passed = all(not result.errors and (writes or not result.changed) for result in results)
    return Answer(
        lambda: _as_json(results, written=writes and not piped),
        lambda: _filtered(results[0]) if piped and writes else _shown(results, options),
        Exit.OK if passed else Exit.SCRIPT,
    )


def _piped(options: argparse.Namespace) -> "_Result":
    """What becomes of what comes in."""
    if len(options.files) > 1:
        raise UsageFailure("`-` is the input, and stands alone")
    text = decoded(STDIN, sys.stdin.buffer.read(LARGEST + 1))
    return _result(options.stdin_path or STDIN, text, options)


def _named(options: argparse.Namespace) -> Iterator["_Result"]:
    """What becomes of the scripts that are named; all are read before any is written."""
    if options.stdin_path:
        raise UsageFailure("--stdin-path is for scripts from the input", "write `-` for FILE")
    paths = [path for name in options.files for path in scripts_in(Path(name))]
    texts = {path: read_text(path) for path in paths}
    return (_result(path, text, options) for path, text in texts.items())


# ───────────── one script ─────────────


@dataclass(frozen=True)
class _Result:
    """A script before and after; `fixed` says what was fixed, `errors` are those that are left in
    the text `seen`, or only those that keep lines from being formatted."""

    path: Path
    before: str
    after: str
    fixed: tuple[str, ...]
    errors: tuple[Diagnostic, ...]
    seen: Source

    @property
    def changed(self) -> bool:
        """Whether anything would be written."""
        return self.before != self.after


def _result(path: Path, text: str, options: argparse.Namespace) -> _Result:
    """What becomes of a script."""
    fixed, said = _fixed(path, text) if options.fix else (text, ())
    after = formatted(Source(str(path), fixed))
    seen = Source(str(path), text if options.check or options.diff else after)
    found = _diagnostics(path, seen.text) if options.fix else parse(seen)[1]
    errors = tuple(d for d in found if severity(d) is Severity.ERROR)
    return _Result(path, text, after, said, errors, seen)


def _fixed(path: Path, text: str) -> tuple[str, tuple[str, ...]]:
    """A text after its safe fixes, and a line for each of them."""
    said: list[str] = []
    for _ in range(ROUNDS):
        found = [d for d in _diagnostics(path, text) if d.fix and d.fix.span.end <= len(text)]
        taken = fixes.apart(d.fix for d in found if d.fix)
        if not taken:
            break
        source = Source(str(path), text)
        said += [_said(d, source) for d in found if d.fix in taken]
        text = fixes.apply(text, taken)
    return text, tuple(said)


def _said(mistake: Diagnostic, source: Source) -> str:
    line, column = source.position(mistake.span.start)
    return f"{source.path}:{line}:{column}: fixed {mistake.code}: {printable(mistake.message)}"


def _diagnostics(path: Path, text: str) -> Sequence[Diagnostic]:
    return compile_text(text, str(path), Project(path.parent)).diagnostics


# ───────────── what is said ─────────────


def _as_json(results: Sequence[_Result], written: bool) -> Json:
    """Every script, with its text where that is not written to its file; the errors of all."""
    files = [
        {
            "file": str(result.path),
            "changed": result.changed,
            "fixed": list(result.fixed),
            "text": None if written else result.after,
        }
        for result in results
    ]
    errors = [diagnostic_json(d, result.seen) for result in results for d in result.errors]
    return document("formatted", files=files, diagnostics=errors)


def _filtered(result: _Result) -> bytes:
    """The text; what is said about it goes to the error stream."""
    for line in result.fixed:
        print(line, file=sys.stderr)
    show(result.errors, result.seen)
    return result.after.encode()


def _shown(results: Sequence[_Result], options: argparse.Namespace) -> Iterator[str]:
    """What changes in which scripts; the errors go to the error stream."""
    for result in results:
        if options.diff:
            yield from _difference(result)
        else:
            yield from result.fixed
            if result.changed:
                yield f"{result.path}: {'would change' if options.check else 'formatted'}"
        show(result.errors, result.seen)
    if not options.diff and str(STDIN) not in options.files:
        changed = sum(result.changed for result in results)
        yield _summary(changed, len(results) - changed, options.check)


def _summary(changed: int, same: int, check: bool) -> str:
    """`2 scripts formatted, 1 left as it was`."""
    left = f"left as {'it was' if same == 1 else 'they were'}"
    if not changed:
        return f"{counted(same, 'script')} {left}"
    done = f"{counted(changed, 'script')} {'would change' if check else 'formatted'}"
    return f"{done}, {same} {left}" if same else done


# ───────────── differences ─────────────

_INKS = {"---": BOLD, "+++": BOLD, "@@ ": CYAN, "-": RED, "+": GREEN}
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_UNENDED = "\\ No newline at end of file"


def _difference(result: _Result) -> Iterator[str]:
    """A unified diff, in colours on a terminal."""
    lines = difflib.unified_diff(
        _LINE.findall(result.before),
        _LINE.findall(result.after),
        str(result.path),
        str(result.path),
    )
    for line in lines:
        whole = line.removesuffix("\n") if line.endswith("\n") else f"{line}\n{_UNENDED}"
        yield _inked(whole) if wants_color(sys.stdout) else whole


def _inked(lines: str) -> str:
    """Lines of a diff as a terminal shows them."""
    ink = next((ink for sign, ink in _INKS.items() if lines.startswith(sign)), "")
    shown = "\n".join(printable(line.expandtabs(4)) for line in lines.split("\n"))
    return painted(shown, ink, sys.stdout) if ink else shown
