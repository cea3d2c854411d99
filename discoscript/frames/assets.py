"""What a schedule names and a render needs: pictures, and the frames of the input video.

Pictures are read once, before anything is rendered; the frames of a video when they are needed.
"""

import hashlib
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass

from discoscript.errors import UsageFailure
from discoscript.media.state import state_of
from discoscript.parameters import Mode
from discoscript.project import Project
from discoscript.schedule.schedule import Schedule
from discoscript_engine.picture_files import UnreadablePicture, read_picture


@dataclass(frozen=True)
class VideoAsset:
    """An input video: its path, the SHA-256 of the file, and the frames that are used, in order,
    each by the SHA-256 of its pixels."""

    path: str
    sha256: str
    frames: tuple[str, ...]


@dataclass(frozen=True)
class Assets:
    """`digests` maps the path of a picture to the SHA-256 of its content; `contents` maps the
    SHA-256 of a picture file, or of the pixels of a frame of the input video, to those bytes."""

    digests: Mapping[str, str]
    contents: Mapping[str, bytes]
    video: VideoAsset | None = None

    @property
    def files(self) -> Mapping[str, str]:
        """Every file that is read, with the SHA-256 of its content."""
        video = {self.video.path: self.video.sha256} if self.video else {}
        return {**self.digests, **video}


def read_assets(schedule: Schedule, project: Project) -> Assets:
    """Every start picture of the schedule, every picture that is a prompt, and the input video of
    video mode. Known by content, so a new date changes nothing. Unreadable if the video is."""
    images = schedule.frames_of["init.image"]
    starts = {str(images[i]) for i in schedule.starts if images[i]}
    paths = sorted(starts | {row.text for row in schedule.prompts if row.image})
    contents = {path: _read(path, project) for path in paths}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    pictures = Assets(digests, {digests[path]: data for path, data in contents.items()})
    if schedule.mode is not Mode.VIDEO:
        return pictures
    return _with_video(pictures, schedule, project)


def _with_video(assets: Assets, schedule: Schedule, project: Project) -> Assets:
    """The assets, and the frames of the input video, each stretched to the size of the scene."""
    from discoscript.media.video_frames import VideoFrames

    path, every = str(schedule.fixed["video.source"]), schedule.fixed["video.every"]
    assert isinstance(every, int)
    frames = VideoFrames(state_of(project.inside(path), path), every, schedule.size)
    both = ChainMap(dict(assets.contents), frames)  # type: ignore[arg-type]  # it is only read
    return Assets(assets.digests, both, VideoAsset(path, frames.sha256, frames.digests))


def refuse_unreadable(assets: Assets) -> None:
    """UsageFailure if one of the files is no picture, or a broken one: known before a render."""
    for path, digest in assets.digests.items():
        try:
            read_picture(assets.contents[digest])
        except UnreadablePicture as error:
            raise UsageFailure(f"cannot use {path}: {error}", "save it again, as PNG") from error


def _read(path: str, project: Project) -> bytes:
    try:
        return project.read(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageFailure(f"cannot read the picture {path}: {reason}") from error
