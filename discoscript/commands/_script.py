"""A script on the command line: read, compiled, its mistakes shown."""

import argparse
import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discoscript.errors import Exit, Failure, UsageFailure
from discoscript.parameters import Resolved
from discoscript.pipeline import Compiled, compile_text
from discoscript.project import Project
from discoscript.scene.studies import MAX_RENDERS
from discoscript.schedule.schedule import Schedule
from discoscript.syntax.syntax import Block, TitledHead
from discoscript.terminal import counted, wants_color
from discoscript.text.diagnostics import Diagnostic, Severity, Source, draw, severity
from discoscript.text.formats import diagnostic_json

LARGEST = 2**20  #: bytes of a script

SUFFIX = ".disco"

#: What a command says that looks at a script as it is without its studies.
STUDIES = "studies are left out here; `discoscript render` renders them"

STDIN = Path("-")  #: the input stream in place of a file


class ScriptErrors(Failure):
    """The script has errors."""

    exit = Exit.SCRIPT

    def __init__(self, found: Sequence[Diagnostic], source: Source) -> None:
        count = sum(severity(d) is Severity.ERROR for d in found)
        super().__init__(f"{source.path} has {counted(count, 'error')}")
        self.drawn = drawn(found, source)
        self.details = {"diagnostics": [diagnostic_json(d, source) for d in found]}


@dataclass(frozen=True)
class Script:
    """A script file and what it means."""

    path: Path
    project: Project
    compiled: Compiled

    @property
    def name(self) -> str:
        """`beach` for `clips/beach.disco`."""
        return self.path.name.removesuffix(SUFFIX)

    @property
    def title(self) -> str:
        """`The lighthouse` for `scene "The lighthouse":`, else the name."""
        heads = (b.head for b in self.compiled.syntax.body if isinstance(b, Block))
        titles = (h.title for h in heads if isinstance(h, TitledHead))
        return next((title.value for title in titles), self.name)


def script_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that compiles one script."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a script, NAME.disco")
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="give a `let` of the script another value",
    )
    studies_argument(parser)


def studies_argument(parser: argparse.ArgumentParser) -> None:
    """How many renders studies may make."""
    parser.add_argument(
        "--max-renders",
        metavar="N",
        type=int,
        default=MAX_RENDERS,
        help=f"how many renders the studies may make together (default: {MAX_RENDERS})",
    )


def compiled_script(
    path: Path,
    lets: Sequence[str] = (),
    overrides: Mapping[str, Resolved] | None = None,
    stdin_path: Path | None = None,
    max_renders: int = MAX_RENDERS,
    project: Project | None = None,
) -> Script:
    """The script at `path`, whatever mistakes it has. `lets` are `NAME=VALUE`.

    `-` is what comes in on the input stream, taken for the file `stdin_path`. `project` reads what
    the script names; without one it is the folder of the script.
    """
    if path == STDIN:
        text, path = decoded(STDIN, sys.stdin.buffer.read(LARGEST + 1)), stdin_path or STDIN
    else:
        text = read_text(path)
    project = project or Project(path.parent)
    compiled = compile_text(text, str(path), project, let_values(lets), overrides, max_renders)
    return Script(path, project, compiled)


def sound_script(
    path: Path,
    lets: Sequence[str],
    overrides: Mapping[str, Resolved],
    max_renders: int = MAX_RENDERS,
) -> tuple[Script, Schedule]:
    """The script and its schedule; ScriptErrors where it has errors.

    Warnings are shown too; hints are left to `discoscript check`.
    """
    script = compiled_script(path, lets, overrides, max_renders=max_renders)
    return script, sound(script)


def sound(script: Script) -> Schedule:
    """The schedule of a script, its warnings shown; ScriptErrors where it has errors."""
    found = [d for d in script.compiled.diagnostics if severity(d) is not Severity.HINT]
    if has_errors(found) or script.compiled.schedule is None:
        raise ScriptErrors(found, script.compiled.source)
    show(found, script.compiled.source)
    return script.compiled.schedule


def left_out(*scripts: Script) -> Iterator[str]:
    """One line if any of the scripts has studies, for a command that leaves them out."""
    if any(script.compiled.renders for script in scripts):
        yield STUDIES


def show(diagnostics: Sequence[Diagnostic], source: Source) -> None:
    """Draw diagnostics on the error stream."""
    sys.stdout.flush()
    print(drawn(diagnostics, source), end="", file=sys.stderr)


def drawn(diagnostics: Sequence[Diagnostic], source: Source) -> str:
    """Diagnostics as the error stream has them; a terminal is told once where there is more."""
    text = draw(diagnostics, source, color=wants_color(sys.stderr))
    loud = [d for d in diagnostics if severity(d) is not Severity.HINT]
    if loud and sys.stderr.isatty():
        first = min(loud, key=lambda d: (severity(d) is not Severity.ERROR, d.span))
        text += f"for more: discoscript explain {first.code}\n"
    return text


def scripts_in(path: Path) -> Iterator[Path]:
    """The script at a path, or those in a folder and its folders; hidden ones are passed over."""
    if not path.is_dir():
        yield path
        return
    found = sorted(p for p in path.rglob(f"*{SUFFIX}") if p.is_file())
    shown = [p for p in found if not any(n.startswith(".") for n in p.relative_to(path).parts)]
    if not shown:
        raise UsageFailure(f"there are no scripts in {path}", f"their names end in {SUFFIX}")
    yield from shown


def has_errors(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(severity(d) is Severity.ERROR for d in diagnostics)


def read_text(path: Path) -> str:
    """The text of a script; a UsageFailure says why it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise UsageFailure(f"there is no file {path}", _near(path)) from error
    except IsADirectoryError as error:
        raise UsageFailure(f"{path} is a folder, not a script") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageFailure(f"cannot read {path}: {reason.lower()}") from error
    return decoded(path, data)


def decoded(path: Path, data: bytes) -> str:
    """The text of a script's bytes; a UsageFailure says why they are none."""
    if len(data) > LARGEST:
        raise UsageFailure(f"{path} is too large for a script: more than 1 MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageFailure(
            f"{path} is not UTF-8 text: byte 0x{data[error.start]:02x} in line {line}",
            "save it as UTF-8",
        ) from error


def let_values(lets: Sequence[str]) -> dict[str, str]:
    """`["speed=4"]` -> `{"speed": "4"}`."""
    pairs = [setting.partition("=") for setting in lets]
    for name, equals, value in pairs:
        if not (name and equals and value.strip()):
            raise UsageFailure(f"--set {name}: write it as NAME=VALUE, for example --set speed=4")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _near(path: Path) -> str:
    """`did you mean beach.disco?`, if there is a script of a similar name."""
    try:
        names = [n for n in os.listdir(path.parent) if n.endswith(SUFFIX)]
    except OSError:
        return ""
    stems = [name.removesuffix(SUFFIX) for name in names]
    close = difflib.get_close_matches(path.name.removesuffix(SUFFIX), stems, n=1)
    return f"did you mean {path.parent / (close[0] + SUFFIX)}?" if close else ""
