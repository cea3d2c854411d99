"""`discoscript preview`: a video of how the camera moves, with nothing diffused."""

import argparse
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._delivery import sound_file
from discoscript.commands._files import output_folder
from discoscript.commands._rendering import assets_of
from discoscript.commands._script import Script, script_arguments, sound_script
from discoscript.commands._stretch import frame_stretch
from discoscript.errors import RenderFailure, UsageFailure, disk_failure
from discoscript.frames.backend import INSTALL
from discoscript.frames.renderer import Picture
from discoscript.parameters import Mode
from discoscript.plan.plan import FramePlan, PlannedFrame, plan
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, duration
from discoscript.views.motion_label import labelled
from discoscript_engine.job import Camera2D, Camera3D, FromPrevious

EXAMPLES = """  discoscript preview beach.disco           writes out/beach/beach-motion.mp4
  discoscript preview beach.disco --width 512
  discoscript preview beach.disco --frames 12..18

A room of chequered walls is carried along by the warps of a render: hundreds of frames take
seconds. Rendered frames are neither used nor changed.
"""

WIDTH = 256  #: pixels: enough to see how it moves, and for the words below
WIDTHS = (32, 4096)  #: smallest and largest that may be asked for
CRF, PRESET = 20, "veryfast"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="where the video goes (default: out/NAME beside the script)",
    )
    parser.add_argument(
        "--width", metavar="PIXELS", type=int, help=f"of the pictures (default: {WIDTH})"
    )
    parser.add_argument(
        "--frames",
        metavar="A..B",
        type=frame_stretch,
        help="only frames A to B, B excluded, and what they start from",
    )


def run(options: argparse.Namespace) -> Answer:
    """Write the video; where it lies."""
    script, schedule = sound_script(options.file, options.set, {}, options.max_renders)
    refuse_stills(script, schedule)
    frames = _part(plan(schedule, 0, assets_of(script, schedule).known), options.frames)
    folder = options.output or output_folder(script.path, script.name)
    path = folder / f"{script.name}-motion.mp4"
    began = time.monotonic()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = _write(path, frames, schedule, script, options.width)
    except OSError as error:
        raise disk_failure(f"write {path}", error) from error
    taken = time.monotonic() - began
    print(f"{counted(count, 'frame')} in {duration(taken)}", file=sys.stderr)
    return Answer(
        lambda: document("preview", video=str(path), frames=count, seconds=round(taken, 2)),
        lambda: [str(path)],
    )


def refuse_stills(script: Script, schedule: Schedule) -> None:
    """UsageFailure where no camera moves."""
    if schedule.mode not in (Mode.D2, Mode.D3) or schedule.frames == 1:
        what = "is a still" if schedule.mode is Mode.STILL else f"has mode {schedule.mode}"
        raise UsageFailure(f"{script.path} {what}: no camera moves in it")


def preview_size(size: tuple[int, int], width: int | None) -> tuple[int, int]:
    """Width and height of the pictures, in the shape of those of the script, both even."""
    least, most = WIDTHS
    if width is not None and not least <= width <= most:
        raise UsageFailure(f"--width {width}: pictures are {least} to {most} pixels wide")
    wide = (width or WIDTH) // 2 * 2
    return wide, max(2, round(wide * size[1] / size[0] / 2) * 2)


def _part(frames: FramePlan, stretch: tuple[int, int] | None) -> FramePlan:
    if stretch is None:
        return frames
    count = len(frames.frames)
    if stretch[0] >= count:
        raise UsageFailure(f"frame {stretch[0]} does not exist: there are {count}")
    return frames.part(*stretch)


def _write(
    path: Path, frames: FramePlan, schedule: Schedule, script: Script, width: int | None
) -> int:
    """Encode the preview; how many frames it has. What is heard is the script's sound."""
    from discoscript.video.video import SoundTrack, encode

    size = preview_size(schedule.size, width)
    pictures = _pictures(frames, schedule, size)
    first, count, fps = frames.frames[0].index, len(frames.frames), schedule.fps
    sound = sound_file(schedule, script.project)
    heard = SoundTrack(sound, float(first / fps), float(count / fps)) if sound else None
    return encode(pictures, path, Fraction(fps), crf=CRF, preset=PRESET, sound=heard)


def _pictures(frames: FramePlan, schedule: Schedule, size: tuple[int, int]) -> Iterator[Picture]:
    """Every frame's picture with what moves it below."""
    try:
        from discoscript_engine.motion.preview import preview, scaled
    except ModuleNotFoundError as error:
        raise RenderFailure(f"the engine is not installed (no {error.name})", INSTALL) from error
    share = size[0] / schedule.size[0]
    cameras = [camera_of(frame) for frame in frames.frames]
    pictures = preview([scaled(camera, share) for camera in cameras], *size)
    for frame, camera, picture in zip(frames.frames, cameras, pictures, strict=True):
        yield labelled(picture, _heading(frame, schedule), camera)


def camera_of(frame: PlannedFrame) -> Camera2D | Camera3D | None:
    """How a frame is moved; None where a segment starts."""
    start = frame.job.start
    return start.camera if isinstance(start, FromPrevious) else None


def _heading(frame: PlannedFrame, schedule: Schedule) -> str:
    """`48  4.00 s  a lighthouse`: the strongest prompt stands for all."""
    strongest = max(frame.job.prompts, key=lambda p: p.weight, default=None)
    words = f"  {strongest.label}" if strongest else ""
    return f"{frame.index}  {float(frame.index / schedule.fps):.2f} s{words}"
