"""A job -> how much memory a device needs for it, before anything is loaded. Torch is not imported
here.

What every network needs was counted (`memory_needs.json`): the tensors that are alive at most, per
pixel or per cut. Here it is put together as a guided step does it. It is the least that is needed:
what an operation takes for itself while it runs, and the software of the device, come on top.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from discoscript_engine.job import Cutouts, FrameJob
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import by_name, models, rows

NEEDS = Path(__file__).parent / "memory_needs.json"

#: Cuts that CLIP sees at once, by kind of device. A GPU is busy only with many; a processor gains
#: nothing from more than a batch, and keeps what it works on nearer.
CUTS_AT_ONCE = {"cpu": 16, "cuda": 64, "mps": 64}

#: By role and name of a row.
Named = Mapping[tuple[str, str], "Needs"]

#: Bytes of a number in single precision: pictures and cuts are of these, in three colours.
SINGLE = 4

#: Pictures that are alive beside the networks: the noisy one, its noise, slopes, and so on.
PICTURES = 6

#: All cuts of a step are made at once, and pulled back to the picture at once: how many times as
#: much as they are themselves that takes at most, and how many times the picture. Counted, too.
CUTTING, CUT_FROM = 5.5, 5

#: As many times the cuts are there while CLIP sees some of them.
CUTS_HELD = 2.5


@dataclass(frozen=True)
class Way:
    """There and back through a network: bytes that are `held` between, and at `most`."""

    held: float
    most: float


@dataclass(frozen=True)
class Needs:
    """What a network needs, in bytes: its `weights`; `forward` at most where there is no way back;
    `kept` with a way back, and `again` with a checkpoint. All but the weights are per pixel, those
    of CLIP per cut; `once` is no matter of size. `size` is the side of CLIP's cuts."""

    weights: int
    forward: float = 0.0
    kept: Way | None = None
    again: Way | None = None
    once: int = 0
    size: int = 0

    def plain(self) -> dict[str, Any]:
        """As JSON has it: without what is not there."""
        return {k: v for k, v in asdict(self).items() if v or k == "weights"}


def kin(row: Model) -> Model:
    """The first row of the table that has the same network: what one needs, all do."""
    return next(each for each in models(row.role) if _layout(each) == _layout(row))


def _layout(row: Model) -> object:
    """Of depth, the table says how large a picture a network sees, and not how it is laid out."""
    told = {k: v for k, v in row.configuration.items() if k != "tag"}
    return told if told and row.role in ("diffusion", "clip") else row.name


@cache
def _table() -> Mapping[str, Mapping[str, Needs]]:
    """By precision, and by role and name of a row."""
    found = json.loads(NEEDS.read_text(encoding="utf-8"))
    return {p: {name: _needs(plain) for name, plain in rows.items()} for p, rows in found.items()}


def _needs(plain: Mapping[str, Any]) -> Needs:
    told: dict[str, Any] = {k: Way(**v) if isinstance(v, dict) else v for k, v in plain.items()}
    return Needs(**told)


def needs_of(row: Model, precision: str) -> Needs:
    """What a row needs. Both half precisions need the same."""
    counted = _table()["fp32" if precision == "fp32" else "fp16"]
    return counted[f"{row.role} {kin(row).name}"]


@dataclass(frozen=True)
class Step:
    """What a guided step needs, in bytes: `always`, at most `denoising` and, with a CLIP model, at
    most `cutting`, or `looking` at each cut that it sees at once."""

    always: float
    denoising: float
    clips: tuple[tuple[float, float, float], ...]  #: cutting, cuts held, looking at one
    cuts: int  #: in a step, for each model

    def bytes(self, at_once: int) -> int:
        """At most, where CLIP sees so many cuts at once."""
        seen = min(at_once, self.cuts)
        looking = [max(cutting, held + seen * one) for cutting, held, one in self.clips]
        return int(self.always + max([self.denoising, *looking]))


def step_of(job: FrameJob, precision: str) -> Step:
    """What the largest step of a job needs."""
    pixels, chosen = job.width * job.height, rows(job.models)
    needs: Named = {(row.role, row.name): needs_of(row, precision) for row in chosen}
    unet = needs["diffusion", job.models.diffusion]
    guide, checkpoint = needs.get(("secondary", "secondary")), job.checkpoint
    through = guide.kept if guide else unet.again if checkpoint else unet.kept
    assert through is not None
    picture = 3.0 * SINGLE * pixels
    like = _likeness(job, needs)
    always = sum(each.weights for each in needs.values()) + PICTURES * picture + like[0] * pixels
    most = max(through.most, unet.forward, through.held + like[1])
    cuts = job.diffusion.cutn_batches * most_cuts(job.cutouts)
    seen = max(each.once + each.forward * pixels for each in _depths(needs))
    held = through.held * pixels
    clips = tuple(
        _looking(needs["clip", name], cuts, picture, held) for name in job.models.clip if cuts
    )
    return Step(always, max(most * pixels, seen), clips, cuts)


def _depths(needs: Named) -> Iterator[Needs]:
    """The networks that see a picture before its steps begin, or none."""
    yield Needs(0)
    yield from (each for (role, _), each in needs.items() if "depth" in role)


def _likeness(job: FrameJob, needs: Named) -> tuple[float, float]:
    """What the loss that holds a frame to its start picture needs per pixel: always, and at most;
    nothing where none of its weights are."""
    name = by_name("diffusion", job.models.diffusion).perceptual
    found = needs.get(("perceptual", name))
    if found is None or found.kept is None or not is_held(job):
        return 0.0, 0.0
    return found.forward, found.kept.most


def _looking(clip: Needs, cuts: int, picture: float, held: float) -> tuple[float, float, float]:
    """What a CLIP model needs while the guide holds so much: see `Step.clips`."""
    assert clip.kept is not None
    every = 3.0 * SINGLE * cuts * clip.size**2
    cutting = held + CUTTING * every + CUT_FROM * picture
    return cutting, held + CUTS_HELD * every + picture, clip.kept.most


def is_held(job: FrameJob) -> bool:
    """Whether the frame is held to the picture that it starts from."""
    return bool(getattr(job.start, "scale", 0))


def most_cuts(cutouts: Cutouts) -> int:
    """Cuts of a batch, where there are most of them."""
    ends = sorted({end for end, _ in (*cutouts.overview, *cutouts.inner)})
    return max((_at(cutouts.overview, end) + _at(cutouts.inner, end) for end in ends), default=0)


def _at(runs: Iterable[tuple[int, float]], end: int) -> int:
    """The value of the step before `end`."""
    return next((int(value) for last, value in runs if end <= last), 0)
