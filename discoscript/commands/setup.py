"""`discoscript setup git`: teaches a git repository what scripts are."""

import argparse
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from discoscript import git
from discoscript.commands._answer import Answer, document
from discoscript.commands._files import write_whole
from discoscript.errors import disk_failure

EXAMPLES = """  discoscript setup git            in a repository: how git shows changes of scripts
  discoscript setup git --dry-run  only say what would be done
  git difftool -t disco            then: what changed, by effect
  git diff --word-diff             word by word; above each change stands its shot
"""

#: Lines of `.gitattributes`. Scripts and lock files are text, whatever the machine.
ATTRIBUTES = ("*.disco text eol=lf diff=disco", "*.disco.lock text eol=lf")

#: The line above a change is that of the shot, frame or move that it is in.
HEADS = r"^[[:space:]]*((scene|shot|frame|move|study|section)([[:space:]].*)?:.*)$"

#: What `git diff --word-diff` takes for one word: names, numbers with their units, signs.
WORDS = r"[A-Za-z_][A-Za-z0-9_.]*|[0-9]+(\.[0-9]+)?[A-Za-z%]*|\.\.|->|[-+*]=|[^[:space:]]"

#: Settings of the repository; they are not shared with it, so each clone needs them.
SETTINGS: Mapping[str, str] = {
    "diff.disco.xfuncname": HEADS,
    "diff.disco.wordRegex": WORDS,
    "difftool.disco.cmd": 'discoscript diff "$LOCAL" "$REMOTE" --beside "$MERGED"',
    "difftool.disco.trustExitCode": "false",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("what", metavar="git", choices=["git"], help="git: this repository")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(options: argparse.Namespace) -> Answer:
    """Do what is missing, or only say it."""
    top = git.top(Path())
    file = top / ".gitattributes"
    lines = missing_lines(read(file))
    settings = {k: v for k, v in SETTINGS.items() if git.setting(top, k) != v}
    if lines and not options.dry_run:
        write_whole(file, appended(read(file), lines).encode())
    for key, value in settings.items() if not options.dry_run else ():
        git.set_setting(top, key, value)
    what = {"file": str(file), "lines": lines, "settings": settings, "done": not options.dry_run}
    return Answer(
        lambda: document("setup", **what),
        lambda: _shown(lines, settings, done=not options.dry_run),
    )


def _shown(lines: Sequence[str], settings: Mapping[str, str], done: bool) -> Iterator[str]:
    if not lines and not settings:
        yield "git knows scripts already"
        return
    yield from (f".gitattributes: {line}" for line in lines)
    yield from (f"git config {key} {shlex.quote(value)}" for key, value in settings.items())
    if done:
        yield "\n`git diff` names the shot above a change, `git difftool -t disco` shows its effect"
    if done and lines:
        yield "commit .gitattributes; each clone runs `discoscript setup git` for the rest"


def missing_lines(text: str) -> list[str]:
    """The attributes that a file does not have yet."""
    there = {" ".join(line.split()) for line in text.splitlines()}
    return [line for line in ATTRIBUTES if line not in there]


def appended(text: str, lines: list[str]) -> str:
    """A file with some more lines at its end."""
    gap = "" if not text or text.endswith("\n") else "\n"
    return text + gap + "".join(f"{line}\n" for line in lines)


def read(file: Path) -> str:
    """The text of a file, empty if there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error if isinstance(error, OSError) else OSError(str(error))
        raise disk_failure(f"read {file}", reason) from error
