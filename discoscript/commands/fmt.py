"""`discoscript fmt`: scripts in canonical form, and the fixes of their mistakes."""

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discoscript.commands._files import write_whole
from discoscript.commands._script import LARGEST, STDIN, decoded, has_errors, read_text, show
from discoscript.errors import Exit, UsageFailure
from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.syntax.formatting import formatted
from discoscript.syntax.parse import parse
from discoscript.terminal import BOLD, CYAN, GREEN, RED, counted, painted, printable, wants_color
from discoscript.text import fixes
from discoscript.text.diagnostics import Diagnostic, Severity, severity
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


def run(options: argparse.Namespace) -> int:
    """Format every script; Exit.SCRIPT if one has errors, or would change and must not."""
    if str(STDIN) in options.files:
        return _stdin(options)
    if options.stdin_path:
        raise UsageFailure("--stdin-path is for scripts from the input", "write `-` for FILE")
    paths = [path for name in options.files for path in _scripts(Path(name))]
    before = [(path, read_text(path)) for path in dict.fromkeys(paths)]
    results = [_result(path, text, options.fix) for path, text in before]
    passed = [_told(result, options) for result in results]
    changed = sum(result.changed for result in results)
    if not options.diff:
        print(_summary(changed, len(results) - changed, options.check))
    return Exit.OK if all(passed) else Exit.SCRIPT


def _stdin(options: argparse.Namespace) -> int:
    """Format what comes in; what is said about it goes to the error stream."""
    if len(options.files) > 1:
        raise UsageFailure("`-` is the input, and stands alone")
    path = options.stdin_path or STDIN
    text = decoded(STDIN, sys.stdin.buffer.read(LARGEST + 1))
    result = _result(path, text, options.fix)
    if options.check or options.diff:
        return Exit.OK if _told(result, options) else Exit.SCRIPT
    for line in result.fixed:
        print(line, file=sys.stderr)
    sys.stdout.flush()
    sys.stdout.buffer.write(result.after.encode())
    sys.stdout.buffer.flush()
    return Exit.OK if _mistakes_told(result, result.after, options.fix) else Exit.SCRIPT


def _scripts(path: Path) -> Iterator[Path]:
    """The script at a path, or those in a folder and its folders; hidden ones are passed over."""
    if not path.is_dir():
        yield path
        return
    found = sorted(p for p in path.rglob("*.disco") if p.is_file())
    shown = [p for p in found if not any(n.startswith(".") for n in p.relative_to(path).parts)]
    if not shown:
        raise UsageFailure(f"there are no scripts in {path}", "their names end in .disco")
    yield from shown


# ───────────── one script ─────────────


@dataclass(frozen=True)
class _Result:
    """A script before and after; `fixed` says what was fixed."""

    path: Path
    before: str
    after: str
    fixed: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything would be written."""
        return self.before != self.after


def _result(path: Path, text: str, fix: bool) -> _Result:
    """What becomes of a script."""
    fixed, said = _fixed(path, text) if fix else (text, ())
    return _Result(path, text, formatted(Source(str(path), fixed)), said)


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


# ───────────── what is said and written ─────────────


def _told(result: _Result, options: argparse.Namespace) -> bool:
    """Write a script, or say that it would change; whether it passes."""
    writes = not (options.check or options.diff)
    if result.changed and writes:
        write_whole(result.path, result.after.encode())
    if options.diff:
        _show_difference(result)
    else:
        _print_changes(result, "formatted" if writes else "would change")
    sound = _mistakes_told(result, result.after if writes else result.before, options.fix)
    return sound and (writes or not result.changed)


def _print_changes(result: _Result, verb: str) -> None:
    for line in result.fixed:
        print(line)
    if result.changed:
        print(f"{result.path}: {verb}")


def _mistakes_told(result: _Result, text: str, all_of_them: bool) -> bool:
    """Show the errors that are left, or only those that keep lines from being formatted."""
    source = Source(str(result.path), text)
    found = _diagnostics(result.path, text) if all_of_them else parse(source)[1]
    errors = [d for d in found if severity(d) is Severity.ERROR]
    show(errors, source)
    return not has_errors(errors)


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


def _show_difference(result: _Result) -> None:
    """Print a unified diff, in colours on a terminal."""
    lines = difflib.unified_diff(
        _LINE.findall(result.before),
        _LINE.findall(result.after),
        str(result.path),
        str(result.path),
    )
    for line in lines:
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        sys.stdout.write(_inked(whole) if wants_color(sys.stdout) else whole)


def _inked(lines: str) -> str:
    """Lines of a diff as a terminal shows them."""
    ink = next((ink for sign, ink in _INKS.items() if lines.startswith(sign)), "")
    shown = "\n".join(
        printable(line.expandtabs(4)) for line in lines.removesuffix("\n").split("\n")
    )
    return (painted(shown, ink, sys.stdout) if ink else shown) + "\n"
