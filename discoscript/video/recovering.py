"""A picture or a video -> what it says of where it comes from."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discoscript.errors import UsageFailure
from discoscript.frames import png
from discoscript.media.decode import SAFE, ffmpeg_binary
from discoscript.video.provenance import SOFTWARE, Kept, fate, unpacked
from discoscript_engine.identity import Identity

#: Bytes of a picture that are read; seconds that ffmpeg may take.
LARGEST, LONGEST_S = 256 * 2**20, 60


@dataclass(frozen=True)
class Origin:
    """What a file says. `script` is None where it does not say; `frame` None for a video.

    `job` is what made the frame, as JSON; `kept` what became of a picture since then; `lets` are
    the values that `--set` gave, `study` and `label` the variant of a study, empty if none.
    """

    name: str
    script: str | None
    libraries: Mapping[str, str]
    frame: int | None
    job: Mapping[str, Any]
    identity: Identity | None
    kept: Kept | None
    lets: Mapping[str, str]
    study: str
    label: str


def origin(path: Path) -> Origin:
    """What the file at `path` says; UsageFailure where it says nothing, or can not be read."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1) if file.read(8) == png.SIGNATURE else None
    except OSError as error:
        raise UsageFailure(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}"
        ) from error
    if data is None:
        return _read(path, unpacked(_comment(path)), None)
    try:
        whole = png.SIGNATURE + data
        texts = png.metadata(whole)
        return _read(path, texts, whole)
    except ValueError as error:
        raise UsageFailure(f"{path} is a broken picture") from error


def _read(path: Path, texts: Mapping[str, str], data: bytes | None) -> Origin:
    if not texts.get("Software", "").startswith(SOFTWARE) or "disco.name" not in texts:
        raise UsageFailure(
            f"{path} does not say what made it",
            "another program saved it without that, or it was rendered with --no-metadata",
        )
    frame, given = texts.get("disco.frame", ""), _mapping(texts.get("disco.set"))
    lets = given.get("let")
    return Origin(
        name=Path(texts["disco.name"]).name or "script.disco",
        script=texts.get("disco.script"),
        libraries={str(k): str(v) for k, v in _mapping(texts.get("disco.libraries")).items()},
        frame=int(frame) if frame.isdecimal() and len(frame) < 10 else None,
        job=_mapping(texts.get("disco.job")),
        identity=_identity(_mapping(texts.get("disco.identity"))),
        kept=fate(data, texts) if data is not None else None,
        lets={k: str(v) for k, v in lets.items()} if isinstance(lets, dict) else {},
        study=str(given.get("study", "")),
        label=str(given.get("label", "")),
    )


def _mapping(text: str | None) -> Mapping[str, Any]:
    """A JSON object; empty where it is none."""
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _identity(values: Mapping[str, Any]) -> Identity | None:
    try:
        models = tuple((str(role), str(digest)) for role, digest in values["models"])
        return Identity(str(values["epoch"]), str(values["numeric"]), models)
    except (KeyError, TypeError, ValueError):
        return None


def _comment(path: Path) -> str:
    """The comment of a video, empty where it has none; UsageFailure if it is no video."""
    command = [
        ffmpeg_binary(), "-hide_banner", "-nostdin", "-loglevel", "error",
        *(word for name, value in SAFE.items() for word in (f"-{name}", value)),
        "-i", f"file:{path.absolute()}", "-f", "ffmetadata", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST_S)
    except subprocess.TimeoutExpired as error:
        raise UsageFailure(f"cannot read {path}: ffmpeg takes too long") from error
    if done.returncode != 0:
        raise UsageFailure(f"{path} is no picture or video that says what made it")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    values = (line.partition("=")[2] for line in lines if line.lower().startswith("comment="))
    return next(values, "")
