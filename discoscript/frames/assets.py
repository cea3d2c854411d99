"""The pictures that a schedule names: path -> content, read once, before anything is rendered."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from discoscript.errors import UsageFailure
from discoscript.project import Project
from discoscript.schedule.schedule import Schedule
from discoscript_engine.picture_files import UnreadablePicture, read_picture


@dataclass(frozen=True)
class Assets:
    """`digests` maps a path to the SHA-256 of its content, `contents` that digest to the bytes."""

    digests: Mapping[str, str]
    contents: Mapping[str, bytes]


def read_assets(schedule: Schedule, project: Project) -> Assets:
    """Every start picture of the schedule, and every picture that is a prompt. Known by content, so
    a new date changes nothing."""
    images = schedule.frames_of["init.image"]
    starts = {str(images[i]) for i in schedule.starts if images[i]}
    paths = sorted(starts | {row.text for row in schedule.prompts if row.image})
    contents = {path: _read(path, project) for path in paths}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    return Assets(digests, {digests[path]: data for path, data in contents.items()})


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
