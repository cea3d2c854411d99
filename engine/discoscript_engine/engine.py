"""Engine: the Renderer that diffuses. FrameJob -> picture."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from discoscript_engine.diffusion.losses import PERCEPTUAL, Likeness, Perceptual
from discoscript_engine.diffusion.passes import OutOfMemory, Passes
from discoscript_engine.diffusion.prompts import TextCache
from discoscript_engine.diffusion.sampling import DiffusionModel, VelocityModel
from discoscript_engine.frame import Networks, moved, render_frame, seen_by_eyes
from discoscript_engine.identity import FileDigests, Identity, device_kind, identity, precision
from discoscript_engine.job import (
    Carry,
    Eyes,
    FrameJob,
    FromFlow,
    FromPrevious,
    Models,
    Move,
    OwnFile,
)
from discoscript_engine.memory import CUTS_AT_ONCE
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, load_clip
from discoscript_engine.models.compiled import as_asked
from discoscript_engine.models.diffusion import load_diffusion, load_own_diffusion, load_secondary
from discoscript_engine.models.half import DTYPES
from discoscript_engine.models.lpips import load_lpips
from discoscript_engine.motion.depth import Estimate, Remembering, load_depth
from discoscript_engine.motion.flow import FLOWS
from discoscript_engine.motion.footage import Motions, carried, video_frames
from discoscript_engine.room import FreeMemory, free_memory, room_for

#: uint8, height x width x 3, RGB.
Picture = NDArray[np.uint8]

#: Called after each step with (steps done, steps in all, what makes a picture of what is seen so
#: far); nothing is computed or moved from the device unless that is called.
OnStep = Callable[[int, int, Callable[[], Picture]], None]

#: How many CPU threads compute a frame. Torch cuts its sums and loops up among its threads, so
#: the last bits of a picture depend on their number; with one, every machine of a numeric class
#: agrees. Several cores are used by rendering several segments at once.
CPU_THREADS = 1

T = TypeVar("T")


class Engine:
    """Renders jobs on one device. Models are loaded when first needed and kept. `note` is told
    what the user should know and what stops nothing; `free` says how much memory there is before
    anything is loaded."""

    def __init__(
        self,
        device: str = "auto",
        note: Callable[[str], None] = lambda text: None,
        free: FreeMemory | None = None,
    ) -> None:
        self._name = device
        self.device = torch.device(device_kind() if device == "auto" else device)
        self._precision = precision(self.device.type)
        self._dtype = DTYPES[self._precision]
        self._note = note
        self._free = (free or free_memory)(self.device.type)
        self._passes = Passes(CUTS_AT_ONCE[self.device.type], note)
        self._digests = FileDigests()
        self._texts: TextCache = {}
        self._diffusions: dict[tuple[str, OwnFile | None], DiffusionModel] = {}
        self._secondary: VelocityModel | None = None
        self._perceptuals: dict[str, Perceptual] = dict(PERCEPTUAL)
        self._clips: dict[str, Clip] = {}
        self._depths: dict[str, Estimate] = {}
        self._motions: dict[str, Motions] = {}

    def identity(self, models: Models) -> Identity:
        """What besides the job can change a picture: epoch, numeric class, weights digests."""
        return identity(models, self._name, self._digests)

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        """The picture of `job`: the same bytes in every process of one numeric class.

        TooLittleMemory where the device has no room even for a single cut.
        """
        before = None if previous is None else torch.from_numpy(np.array(previous))
        self._take_room(job)
        networks = self._networks(job, assets)
        with repeatable(), within_memory(job):
            picture = render_frame(
                job,
                before,
                assets,
                networks,
                self._texts,
                self.device,
                lambda done, steps, seen: on_step(done, steps, lambda: seen().cpu().numpy()),
                self._passes,
            )
        return picture.cpu().numpy()

    def _take_room(self, job: FrameJob) -> None:
        """Fewer cuts at once where memory is short; it stays so, as after it has run out."""
        room = room_for([job], self.device.type, self._precision, self._free)
        if room.at_once < self._passes.at_most:
            self._passes.at_most = room.at_once
            self._note(room.line())

    def move(self, move: Move, picture: Picture) -> Picture:
        """The picture as the camera sees it after its move."""
        depth = self._depth(move.depth) if move.depth else None
        before = torch.from_numpy(np.array(picture)).to(self.device)
        with repeatable(), torch.no_grad():
            return moved(before, move.camera, depth).cpu().numpy()

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        """The picture, covered by the one before, which the motion of the video carries along."""
        frame_of = video_frames(assets, carry.width, carry.height, self.device)
        before, shown = (torch.from_numpy(np.array(p)).to(self.device) for p in (previous, picture))
        motions, share = self._motion(carry.flow), carry.share
        with repeatable(), torch.no_grad():
            return carried(before, shown, carry.motion, share, motions, frame_of).cpu().numpy()

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        """The picture as a left and a right eye see it, side by side."""
        if eyes.depth is None:
            raise ValueError("eyes need a depth model")
        depth = self._depth(eyes.depth)
        shown = torch.from_numpy(np.array(picture)).to(self.device)
        with repeatable(), torch.no_grad():
            return seen_by_eyes(shown, eyes.camera, depth).cpu().numpy()

    def _networks(self, job: FrameJob, assets: Mapping[str, bytes]) -> Networks:
        """The networks that this job needs; where a segment starts nothing is moved in space."""
        models, start = job.models, job.start
        depth, flow = models.depth, models.flow
        loss = by_name("diffusion", models.diffusion).perceptual
        return Networks(
            diffusion=self._diffusion(models, assets),
            secondary=self._looking_ahead() if models.secondary else None,
            clips=tuple(self._clip(name) for name in models.clip),
            depth=self._depth(depth) if depth and isinstance(start, FromPrevious) else None,
            perceptual=lambda wanted: self._perceptual(loss, wanted),
            motions=self._motion(flow) if flow and isinstance(start, FromFlow) else None,
        )

    def _diffusion(self, models: Models, assets: Mapping[str, bytes]) -> DiffusionModel:
        """Whoever tries one checkpoint after the other has only the last one in memory."""
        row, file = by_name("diffusion", models.diffusion), models.file
        key = row.name, file
        if key not in self._diffusions:
            self._diffusions = {k: v for k, v in self._diffusions.items() if k[1] is None}
            network = (
                load_own_diffusion(row, file.name, assets[file.sha256], self.device, self._dtype)
                if file
                else load_diffusion(row, self.device, self._dtype)
            )
            self._diffusions[key] = as_asked(network, self.device.type, self._note)
        return self._diffusions[key]

    def _looking_ahead(self) -> VelocityModel:
        if self._secondary is None:
            self._secondary = load_secondary(by_name("secondary", "secondary"), self.device)
        return self._secondary

    def _perceptual(self, name: str, wanted: Tensor) -> Likeness:
        """Loaded when a frame is first held to a picture."""
        if name not in self._perceptuals:
            self._perceptuals[name] = load_lpips(by_name("perceptual", name), self.device)
        return self._perceptuals[name](wanted)

    def _clip(self, name: str) -> Clip:
        if name not in self._clips:
            self._clips[name] = load_clip(by_name("clip", name), self.device, self._dtype)
        return self._clips[name]

    def _depth(self, name: str) -> Estimate:
        if name not in self._depths:
            self._depths[name] = Remembering(load_depth(name, self.device))
        return self._depths[name]

    def _motion(self, name: str) -> Motions:
        if name not in self._motions:
            self._motions[name] = Motions(built(FLOWS, name)(self.device))
        return self._motions[name]


def built(table: Mapping[str, T], name: str) -> T:
    """The row of that name, or an error that says what there is."""
    if name not in table:
        raise ValueError(f"there is no model `{name}` here; there is {', '.join(table)}")
    return table[name]


class TooLittleMemory(Exception):
    """The device cannot render a job: its memory is too small."""


@contextmanager
def within_memory(job: FrameJob) -> Iterator[None]:
    """Says in the words of a script what torch says in bytes."""
    try:
        yield
    except OutOfMemory as error:
        raise TooLittleMemory(
            f"{job.width} x {job.height} pixels with the models "
            f"{', '.join([job.models.diffusion, *job.models.clip])} need more memory than this "
            "device has; a smaller size or fewer models need less"
        ) from error


@contextmanager
def repeatable() -> Iterator[None]:
    """Makes torch compute the same bits again; puts its settings back afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(CPU_THREADS)
    try:
        with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
            yield
    finally:
        torch.set_num_threads(threads)
