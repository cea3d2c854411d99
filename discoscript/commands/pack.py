"""`discoscript pack`: a script and all that it names as one file for somebody else."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import write_whole
from discoscript.commands._rendering import assets_of
from discoscript.commands._script import Script, compiled_script, script_arguments, sound
from discoscript.errors import UsageFailure, disk_failure
from discoscript.models.sizes import size_text
from discoscript.plan.lock import drawn_seed, lock_path
from discoscript.project import Project
from discoscript.sharing.names import ENDINGS, unsafe
from discoscript.sharing.packing import packed
from discoscript.sharing.unpacking import MOST_BYTES, MOST_EACH, MOST_FILES
from discoscript.terminal import counted, printable
from discoscript.watch.inputs import WatchedProject

EXAMPLES = """  discoscript pack beach.disco               writes beach.discopack
  discoscript pack beach.disco --video       with the video that was rendered
  discoscript pack beach.disco --frames      with its frames
"""

SUFFIX = ".discopack"

#: The folder of a pack that holds what was rendered already, to look at.
PREVIEW = "preview"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "-o", "--output", metavar="PACK", type=pack_path, help="the file to write, NAME.discopack"
    )
    parser.add_argument("--video", action="store_true", help="with the videos in out/NAME")
    parser.add_argument("--frames", action="store_true", help="with the frames in out/NAME")


def pack_path(text: str) -> Path:
    """Where a pack is written."""
    if not text.endswith(SUFFIX):
        raise argparse.ArgumentTypeError(f"a pack is called NAME{SUFFIX}, not `{text}`")
    return Path(text)


def run(options: argparse.Namespace) -> Answer:
    """Write the pack; what is in it and what is not."""
    project = WatchedProject(options.file.parent)
    script = needed(project, options)
    lock = lock_path(script.path)
    locks = [lock.name] if lock.is_file() else []
    named, left_out = sorted_out([script.path.name, *locks, *asked_for(project)])
    files = {name: read(script.path.parent / name) for name in named}
    files |= rendered(script, options)
    refuse_unpackable(files)
    data = packed(script.path.name, files)
    path = options.output or script.path.with_name(script.name + SUFFIX)
    write_whole(path, data)
    names = sorted(files)
    what = {"pack": str(path), "bytes": len(data), "files": names, "left_out": left_out}
    return Answer(
        lambda: document("packed", **what), lambda: _shown(path, len(data), names, left_out)
    )


def _shown(path: Path, size: int, names: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    for name in left_out:
        yield f"not in the pack: {printable(name)}; send it beside the pack"
    yield from (f"  {printable(name)}" for name in names)
    yield f"{path}: {counted(len(names), 'file')}, {size_text(size)}"


def needed(project: WatchedProject, options: argparse.Namespace) -> Script:
    """The script, compiled and with all that it names read; ScriptErrors where it has errors."""
    script = compiled_script(
        options.file, options.set, max_renders=options.max_renders, project=project
    )
    schedule = sound(script)
    assets_of(script, schedule)
    if schedule.fixed["scene.seed"] == "random":
        drawn_seed(script.path)  # so that the other one gets the same frames
    return script


def asked_for(project: WatchedProject) -> Iterator[str]:
    """The files that were asked for and are there, as the disk spells them."""
    plain = Project(project.root)
    for path in project.noted:
        facts = plain.find(path.relative_to(project.root).as_posix())
        if facts is not None:
            yield facts.path


def sorted_out(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The files that go into a pack, and those that a pack never has."""
    every = set(names)
    kept = {name for name in every if Path(name).suffix[1:].lower() in ENDINGS}
    return sorted(kept), sorted(every - kept)


def rendered(script: Script, options: argparse.Namespace) -> dict[str, bytes]:
    """What was rendered and is asked for, by its names in the pack."""
    out = script.path.parent / "out" / script.name
    videos = below(out, "*", {"mp4", "mov", "webm", "mkv"}) if options.video else ()
    frames = below(out, "frames/*", {"png"}) if options.frames else ()
    return dict([*videos, *frames])


def below(folder: Path, pattern: str, endings: set[str]) -> Iterator[tuple[str, bytes]]:
    """Files that a render left, in the folder of the pack for them."""
    found = [p for p in sorted(folder.glob(pattern)) if p.suffix[1:] in endings and p.is_file()]
    if not found:
        none = "are no frames" if "/" in pattern else "is no video"
        raise UsageFailure(f"there {none} in {folder}", "render first, or leave the option out")
    for path in found:
        yield f"{PREVIEW}/{path.relative_to(folder).as_posix()}", read(path)


def refuse_unpackable(files: dict[str, bytes]) -> None:
    """UsageFailure for what nobody could unpack."""
    for name, data in files.items():
        why = unsafe(name) or ("is larger than 256 MiB" if len(data) > MOST_EACH else "")
        if why:
            raise UsageFailure(f"`{printable(name)}` {why}", "rename it, or make it smaller")
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        limit = f"a pack holds {MOST_FILES} files and 2 GiB"
        raise UsageFailure(limit, "leave --frames out")


def read(path: Path) -> bytes:
    """The content of a file; a DiskFailure says why it can not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise disk_failure(f"read {path}", error) from error
