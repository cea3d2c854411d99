"""Files of git revisions: `HEAD~1:scenes/beach.disco`. The one place that runs git."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from discoscript.errors import UsageFailure

LONGEST_S = 60.0  #: that git may take


def revision(text: str) -> tuple[str, str] | None:
    """`HEAD~1:beach.disco` -> (`HEAD~1`, `beach.disco`); None for the path of a file.

    A file of that very name wins, and so does a drive letter, `C:beach.disco`.
    """
    name, colon, path = text.partition(":")
    if not colon or len(name) < 2 or not path or Path(text).exists():
        return None
    return name, path


@contextmanager
def checked_out(name: str, path: str, here: Path = Path()) -> Iterator[Path]:
    """The file `path` as it was in the revision `name`, with the whole folder that it lies in: what
    it imports and shows lies below. The folder is gone afterwards.

    As git has it, `path` counts from the top of the repository that the folder `here` is in, and
    `./path` from `here`. UsageFailure where there is no such revision, file, or no git.
    """
    if name.startswith("-"):
        raise UsageFailure(f"`{name}` is not a revision")
    git, where = partial(_git, "-C", str(here)), top(here)
    prefix = git("rev-parse", "--show-prefix").decode().strip()
    inside = _inside(prefix if path.startswith(("./", "../")) else "", path)
    git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", failure=_no_revision(name))
    git("cat-file", "-e", f"{name}:{inside}", failure=_no_file(name, path, inside))
    folder = str(PurePosixPath(inside).parent)
    tree = name if folder == "." else f"{name}:{folder}"
    packed = _git("-C", str(where), "archive", "--format=tar", tree)
    with TemporaryDirectory(prefix="discoscript-") as place:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(place, filter=_harmless)
        yield Path(place) / PurePosixPath(inside).name


def top(here: Path) -> Path:
    """The top folder of the repository that a folder is in; UsageFailure if it is in none."""
    outside = UsageFailure(f"{here.resolve()} is not in a git repository")
    return Path(
        _git("-C", str(here), "rev-parse", "--show-toplevel", failure=outside).decode().strip()
    )


def setting(repository: Path, key: str) -> str:
    """A setting of a repository, empty if it has none."""
    try:
        return _git("-C", str(repository), "config", "--local", "--get", key).decode().rstrip("\n")
    except UsageFailure:
        return ""


def set_setting(repository: Path, key: str, value: str) -> None:
    """Give a repository a setting."""
    _git("-C", str(repository), "config", "--local", key, value)


def _harmless(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo | None:
    """What to unpack. A link out of the folder is left out, as no script may follow it either."""
    try:
        return tarfile.data_filter(member, place)
    except tarfile.FilterError:
        return None


def _inside(here: str, path: str) -> str:
    """The path from the top of the repository, without `.` and `..`."""
    parts: list[str] = []
    for part in PurePosixPath(here, path).parts:
        if part == ".." and not parts:
            raise UsageFailure(f"{path} leaves the repository")
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _no_revision(name: str) -> UsageFailure:
    return UsageFailure(f"git knows no revision `{name}`", "`git log --oneline` lists them")


def _no_file(name: str, path: str, inside: str) -> UsageFailure:
    if path.startswith("./"):
        help = "commit it, or name two files"
    else:
        help = f"paths count from the top of the repository; from here it is {name}:./{path}"
    return UsageFailure(f"there is no {inside} in {name}", help)


def _git(*words: str, failure: UsageFailure | None = None) -> bytes:
    """What git says. UsageFailure, `failure` if one is given, where git can not do it."""
    try:
        done = subprocess.run(
            ("git", *words), stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_S
        )
    except FileNotFoundError as error:
        raise UsageFailure("there is no git on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise UsageFailure(f"git takes longer than {LONGEST_S:.0f} s") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise failure or UsageFailure(f"git: {said[0] if said else 'no answer'}")
    return done.stdout
