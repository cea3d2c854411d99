"""Test cards: a renderer without torch, for tests and for a first look at a script's timing.

A card shows its seed, size, prompts and camera over the previous card, moved as the camera says.
The strip at its foot is the hash of everything it was made from, so no two jobs give one picture.
All arithmetic is on whole numbers or exact enough to give the same bytes on every machine.
"""

import colorsys
import hashlib
import math
import time
from collections.abc import Mapping
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from discoscript.frames.pictures import mixed
from discoscript.frames.renderer import OnStep, Picture
from discoscript.plan.canonical import canonical
from discoscript_engine.identity import Identity
from discoscript_engine.job import (
    Camera2D,
    Camera3D,
    Carry,
    Eyes,
    FrameJob,
    FromFlow,
    FromPicture,
    FromPrevious,
    FromVideo,
    Models,
    Move,
)
from discoscript_engine.motion.camera import eyes as eyes_of
from discoscript_engine.picture_files import read_picture

LINE = 11  #: height of a line of text, in pixels
LETTER = 6  #: width of a letter
BLOCKS = 32  #: squares in the strip, one for each byte of the hash


class TestCards:
    """A Renderer that draws. `delay_s` is how long each step takes, for tests of interruption."""

    __test__ = False  # not a test case, whatever its name begins with

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s

    def identity(self, models: Models) -> Identity:
        """Cards depend on no weights and on no class of machine."""
        return Identity("testcard 1", "any machine", ())

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        """The card of `job`; `previous` shows through where the job starts from it."""
        steps = job.diffusion.steps - job.diffusion.skip_steps
        card = _with_strip(_card(job, _ground(job, previous, assets)), job, previous)
        for done in range(1, steps + 1):
            time.sleep(self.delay_s)
            on_step(done, steps, partial(_emerging, card, done, steps))
        return card

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        """The card mixed with the one before: cards do not look for motion."""
        return mixed(previous, picture, carry.share)

    def move(self, move: Move, picture: Picture) -> Picture:
        """The card, moved as the camera says."""
        return _with_strip(np.array(moved_by(move.camera, Image.fromarray(picture))), move, picture)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        """The card as each eye sees it, side by side: moved aside and turned."""
        card = Image.fromarray(picture)
        views = [np.array(moved_by(eye, card)) for eye in eyes_of(eyes.camera)]
        return _with_strip(np.concatenate(views, axis=1), eyes, picture)


def _ground(job: FrameJob, previous: Picture | None, assets: Mapping[str, bytes]) -> Image.Image:
    """What lies under the text: the moved previous card, a picture, or rings on a colour."""
    size = (job.width, job.height)
    if isinstance(job.start, FromPrevious):
        if previous is None:
            raise ValueError("the job starts from its predecessor, but there is none")
        moved = moved_by(job.start.camera, Image.fromarray(previous))
        return Image.blend(moved, Image.new("RGB", size, _colour(job)), 0.12)
    if isinstance(job.start, FromVideo):
        return _frame(job, job.start.frame, assets)
    if isinstance(job.start, FromFlow):
        if previous is None:
            raise ValueError("the job starts from its predecessor, but there is none")
        frame = _frame(job, job.start.motion.frame, assets)
        return Image.blend(frame, Image.fromarray(previous), job.start.blend)
    if isinstance(job.start, FromPicture):
        picture = read_picture(assets[job.start.sha256])
        return picture.resize(size, Image.Resampling.NEAREST)
    return _rings(job)


def _frame(job: FrameJob, digest: str, assets: Mapping[str, bytes]) -> Image.Image:
    """A frame of the input video."""
    return Image.frombytes("RGB", (job.width, job.height), assets[digest])


def moved_by(camera: Camera2D | Camera3D, picture: Image.Image) -> Image.Image:
    """The picture as the camera's move shows it; in 3D, a pan and a zoom stand for the depth."""
    zoom, angle, right, down = _move(camera, picture.width)
    half_w, half_h = picture.width / 2, picture.height / 2
    cos, sin = math.cos(math.radians(angle)) / zoom, math.sin(math.radians(angle)) / zoom
    x, y = half_w + right, half_h + down
    affine = (cos, -sin, half_w - cos * x + sin * y, sin, cos, half_h - sin * x - cos * y)
    exact = tuple(round(v, 6) for v in affine)
    return picture.transform(picture.size, Image.Transform.AFFINE, exact, Image.Resampling.NEAREST)


def _move(camera: Camera2D | Camera3D, width: int) -> tuple[float, float, float, float]:
    """(zoom, degrees counter-clockwise, pixels right, pixels down)."""
    if isinstance(camera, Camera2D):
        return camera.zoom, camera.angle, camera.translate_x, camera.translate_y
    per_degree = width / camera.fov
    zoom = max(1 + camera.translate_z / 200, 0.05)
    right = -camera.translate_x - camera.rotate_y * per_degree
    return zoom, camera.rotate_z, right, camera.translate_y + camera.rotate_x * per_degree


def _rings(job: FrameJob) -> Image.Image:
    """Rings about a point that the seed chooses: they show where later frames have moved to."""
    image = Image.new("RGB", (job.width, job.height), _colour(job))
    draw = ImageDraw.Draw(image)
    x = job.width * (job.seed % 7 + 2) // 10
    y = job.height * (job.seed % 5 + 3) // 10
    for radius in range(max(job.width, job.height), 0, -max(4, job.width // 12)):
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline=_colour(job, light=0.75))
    return image


def _card(job: FrameJob, ground: Image.Image) -> Picture:
    draw = ImageDraw.Draw(ground)
    font = getattr(ImageFont, "load_default_imagefont", ImageFont.load_default)()
    lines = _lines(job)[: max(1, (job.height - job.height // 16) // LINE - 1)]
    width = max(map(len, lines)) * LETTER + 4
    draw.rectangle((0, 0, width, LINE * len(lines) + 3), fill=_colour(job, light=0.2))
    for number, line in enumerate(lines):
        draw.text((3, 1 + number * LINE), line, fill=(255, 255, 255), font=font)
    return np.array(ground, dtype=np.uint8)


def _emerging(card: Picture, done: int, steps: int) -> Picture:
    """The card after some of its steps: still grey below, finished above."""
    picture, begin = card.copy(), len(card) * done // steps
    picture[begin:] = 128
    return picture


def _with_strip(picture: Picture, job: FrameJob | Move | Eyes, previous: Picture | None) -> Picture:
    """Write the hash of everything the card was made from along its foot."""
    height, width, _ = picture.shape
    before = b"" if previous is None else previous.tobytes()
    digest = hashlib.sha256(canonical(job) + before).digest()
    values = np.frombuffer(digest, dtype=np.uint8)
    columns = values[np.arange(width) * BLOCKS // width]
    picture[height - max(2, height // 16) :] = columns[None, :, None]
    return picture


def _lines(job: FrameJob) -> list[str]:
    """The text of the card, wrapped to its width."""
    letters = max(4, (job.width - 8) // LETTER)
    words = [f"{p.weight:g} {p.label}" for p in job.prompts]
    lines = [f"seed {job.seed} {_camera_line(job)}", f"{job.width}x{job.height}", *words]
    text = (line.encode("latin-1", "replace").decode("latin-1") for line in lines)
    return [part for line in text for part in _wrapped(line, letters)]


def _camera_line(job: FrameJob) -> str:
    """`cut`, `video`, `flow`, or what of the move is not neutral: `x1.05 3' 0,-2`."""
    if isinstance(job.start, FromVideo | FromFlow):
        return "video" if isinstance(job.start, FromVideo) else f"flow {job.start.blend:.4g}"
    if not isinstance(job.start, FromPrevious):
        return "cut"
    zoom, angle, right, down = _move(job.start.camera, job.width)
    pan = f"{right:.3g},{down:.3g}" if right or down else ""
    turn = f"{angle:.3g}'" if angle else ""
    return " ".join(filter(None, [f"x{zoom:.4g}", turn, pan]))


def _wrapped(line: str, letters: int) -> list[str]:
    return [line[i : i + letters] for i in range(0, len(line), letters)] or [""]


def _colour(job: FrameJob, light: float = 0.5) -> tuple[int, int, int]:
    """A colour of the words: the same prompts give the same hue."""
    words = canonical(tuple(p.label for p in job.prompts))
    hue = int.from_bytes(hashlib.sha256(words).digest()[:2], "big") / 65536
    red, green, blue = colorsys.hls_to_rgb(hue, light, 0.45)
    return round(red * 255), round(green * 255), round(blue * 255)
