"""`discoscript setup git`: teaches a git repository what scripts are."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from discoscript import git
from discoscript.commands._files import write_whole
from discoscript.errors import Exit, disk_failure

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


def run(options: argparse.Namespace) -> int:
    """Say and do what is missing."""
    top = git.top(Path())
    file = top / ".gitattributes"
    lines = missing_lines(read(file))
    settings = {k: v for k, v in SETTINGS.items() if git.setting(top, k) != v}
    for line in lines:
        print(f"{file.name}: {line}")
    for key, value in settings.items():
        print(f"git config {key} {value}")
    if not lines and not settings:
        print("git knows scripts already")
    elif not options.dry_run:
        if lines:
            write_whole(file, appended(read(file), lines).encode())
        for key, value in settings.items():
            git.set_setting(top, key, value)
        print(f"\ncommit {file.name}; each clone runs `discoscript setup git` for the rest")
    return Exit.OK


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
