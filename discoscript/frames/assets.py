"""What a schedule names and a render needs: pictures, and the frames of the input video.

Pictures are read once, before anything is rendered; the frames of a video, and a checkpoint of
one's own, when they are needed.
"""

import hashlib
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from discoscript.errors import UsageFailure
from discoscript.media.state import State, digest, state_of, unreadable
from discoscript.parameters import Mode
from discoscript.project import Project
from discoscript.scene.files import Unreadable
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
    SHA-256 of a picture file, of a checkpoint, or of the pixels of a frame of the input video, to
    those bytes. `checkpoint` is the path and the SHA-256 of a model of one's own."""

    digests: Mapping[str, str]
    contents: Mapping[str, bytes]
    video: VideoAsset | None = None
    checkpoint: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, str]:
        """Pictures and the checkpoint, each with the SHA-256 of its content."""
        return {**self.digests, **self.checkpoint}

    @property
    def files(self) -> Mapping[str, str]:
        """Every file that is read, with the SHA-256 of its content."""
        video = {self.video.path: self.video.sha256} if self.video else {}
        return {**self.known, **video}


def read_assets(schedule: Schedule, project: Project) -> Assets:
    """Every start picture of the schedule, every picture that is a prompt, and the input video of
    video mode. Known by content, so a new date changes nothing. Unreadable if the video is."""
    images = schedule.frames_of["init.image"]
    starts = {str(images[i]) for i in schedule.starts if images[i]}
    paths = sorted(starts | {row.text for row in schedule.prompts if row.image})
    contents = {path: _read(path, project) for path in paths}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    pictures = Assets(digests, {digests[path]: data for path, data in contents.items()})
    if schedule.fixed["scene.model_file"]:
        pictures = _with_checkpoint(pictures, schedule, project)
    if schedule.mode is not Mode.VIDEO:
        return pictures
    return _with_video(pictures, schedule, project)


class _Whole(Mapping[str, bytes]):
    """One file by its SHA-256, read when it is asked for and not kept: it may be gigabytes."""

    def __init__(self, state: State) -> None:
        self._state, self.sha256 = state, digest(state)

    def __getitem__(self, sha256: str) -> bytes:
        if sha256 != self.sha256:
            raise KeyError(sha256)
        try:
            data = self._state.path.read_bytes()
        except OSError as error:
            raise unreadable(self._state.name, error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unreadable(f"{self._state.name} was changed while it was used")
        return data

    def __iter__(self) -> Iterator[str]:
        return iter((self.sha256,))

    def __len__(self) -> int:
        return 1


def _with_checkpoint(assets: Assets, schedule: Schedule, project: Project) -> Assets:
    """The assets, and the model of one's own."""
    path = str(schedule.fixed["scene.model_file"])
    try:
        file = _Whole(state_of(project.inside(path), path))
    except (Unreadable, OSError) as error:
        raise UsageFailure(f"cannot read the checkpoint {path}: {_reason(error)}") from error
    contents = _either(assets.contents, file)
    return replace(assets, contents=contents, checkpoint={path: file.sha256})


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error).lower()


def _with_video(assets: Assets, schedule: Schedule, project: Project) -> Assets:
    """The assets, and the frames of the input video, each stretched to the size of the scene."""
    from discoscript.media.video_frames import VideoFrames

    path, every = str(schedule.fixed["video.source"]), schedule.fixed["video.every"]
    assert isinstance(every, int)
    frames = VideoFrames(state_of(project.inside(path), path), every, schedule.size)
    video = VideoAsset(path, frames.sha256, frames.digests)
    return replace(assets, contents=_either(assets.contents, frames), video=video)


def _either(some: Mapping[str, bytes], others: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """What is in one of the two, looked up when it is asked for."""
    return ChainMap(some, others)  # type: ignore[arg-type]  # it is only read


def refuse_unreadable(assets: Assets) -> None:
    """UsageFailure if one of the files is no picture, or a broken one: known before a render."""
    for path, sha256 in assets.digests.items():
        try:
            read_picture(assets.contents[sha256])
        except UnreadablePicture as error:
            raise UsageFailure(f"cannot use {path}: {error}", "save it again, as PNG") from error


def _read(path: str, project: Project) -> bytes:
    try:
        return project.read(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageFailure(f"cannot read the picture {path}: {reason}") from error
