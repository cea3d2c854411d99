"""How much memory the parts of a step take at most: every tensor that is alive, counted exactly and
without a GPU, on tensors that have a shape but no numbers. `memory_needs.json` is made of it:

    python tests/benchmarks/counting.py --write

What an operation takes for itself while it runs is not seen.
"""

import argparse
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "engine"), str(Path(__file__).parent)]

import torch  # noqa: E402
from launches import DEVICE as META  # noqa: E402
from launches import as_on_a_gpu  # noqa: E402
from open_clip import get_tokenizer  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

from discoscript_engine.diffusion.augment import GRAIN, STILL, augment, drawn  # noqa: E402
from discoscript_engine.diffusion.losses import PERCEPTUAL  # noqa: E402
from discoscript_engine.diffusion.passes import Passes  # noqa: E402
from discoscript_engine.diffusion.randomness import generator  # noqa: E402
from discoscript_engine.frame import Networks, render_frame  # noqa: E402
from discoscript_engine.job import FrameJob  # noqa: E402
from discoscript_engine.memory import CUTS_AT_ONCE, NEEDS, Needs, Way, kin  # noqa: E402
from discoscript_engine.model_row import Model  # noqa: E402
from discoscript_engine.model_table import MODELS, by_name  # noqa: E402
from discoscript_engine.models import adabins  # noqa: E402
from discoscript_engine.models.clip import Clip, from_open_clip, network  # noqa: E402
from discoscript_engine.models.diffusion import (  # noqa: E402
    config_of,
    noise_part,
    velocity_part,
)
from discoscript_engine.models.half import DTYPES  # noqa: E402
from discoscript_engine.models.lpips import Channels, Features, lpips  # noqa: E402
from discoscript_engine.models.midas import NETWORKS, net_size  # noqa: E402
from discoscript_engine.models.raft import raft  # noqa: E402
from discoscript_engine.models.secondary import SecondaryModel  # noqa: E402
from discoscript_engine.models.tiny import (  # noqa: E402
    NoiseFromPicture,
    load_tiny_clip,
    load_tiny_depth,
    load_tiny_diffusion,
    load_tiny_tokenizer,
)
from discoscript_engine.models.unet import UNet  # noqa: E402

#: What is counted: a picture of this size, so many cuts.
WIDTH, HEIGHT, CUTS = 512, 448, 8

#: The picture that the depth models see; they make it smaller to a size of their own.
SEEN = 1280, 768


class Peak(TorchDispatchMode):
    """Counts while it is entered: `bytes` that are alive at the moment, `most` that were, of what
    was made since. Numbers on the processor do not count."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = self.most = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func.__name__.startswith("_pin_memory"):
            return args[0].clone()
        result = func(*args, **(kwargs or {}))
        seen = {storage._cdata for storage in _storages((args, kwargs))}
        for storage in _storages(result):
            if storage._cdata not in seen | self._known:
                self._made(storage)
        return result

    def _made(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        self._known.add(key)
        self.bytes += size
        self.most = max(self.most, self.bytes)
        weakref.finalize(storage, self._gone, key, size)

    def _gone(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.bytes -= size


def _storages(values: object) -> Iterator[torch.UntypedStorage]:
    """Where the numbers of tensors would lie; a part of a tensor lies where the tensor does."""
    for tensor in tree_leaves(values):
        if isinstance(tensor, Tensor) and tensor.device == META:
            yield tensor.untyped_storage()


@contextmanager
def counting() -> Iterator[Peak]:
    """What is done here is done as on a GPU, and counted."""
    with as_on_a_gpu(), Peak() as peak:
        yield peak


def forward(run: Callable[[Tensor], Any], x: Tensor) -> int:
    """Bytes at most on the way there, when there is no way back."""
    with torch.no_grad(), counting() as peak:
        run(x)
    return peak.most


def way_back(run: Callable[[Tensor], Tensor], x: Tensor) -> tuple[int, int]:
    """Bytes that are held between the way there and the way back, and at most on both."""
    x = x.detach().requires_grad_()
    with counting() as peak:
        result = run(x)
        held = peak.bytes
        torch.autograd.grad(result, x, torch.empty_like(result))
    return held, peak.most


def weights(*networks: nn.Module) -> int:
    tensors = [t for network in networks for t in network.state_dict().values()]
    return sum(t.numel() * t.element_size() for t in tensors)


def per_pixel(number: int) -> float:
    return round(number / (WIDTH * HEIGHT), 1)


def way(run: Callable[[Tensor], Tensor], x: Tensor) -> Way:
    held, most = way_back(run, x)
    return Way(per_pixel(held), per_pixel(most))


def picture() -> Tensor:
    return torch.empty(1, 3, HEIGHT, WIDTH, device=META)


# ───────────── networks by their row, without numbers ─────────────


def unet_of(row: Model, dtype: torch.dtype) -> UNet:
    if row.embedded:
        return load_tiny_diffusion().network.torso_to(dtype).to(META)
    with META:
        network = UNet(config_of(row.configuration))
    return network.requires_grad_(False).eval().torso_to(dtype)


def clip_of(row: Model, dtype: torch.dtype) -> tuple[Clip, nn.Module]:
    if row.embedded:
        model, tokenizer = load_tiny_clip(), load_tiny_tokenizer()
    else:
        architecture = str(row.configuration["architecture"])
        with META:
            model = network(architecture, dtype)
        tokenizer = get_tokenizer(architecture)
    return from_open_clip(row.name, model, tokenizer, META, dtype), model


# ───────────── counting ─────────────


def diffusion(row: Model, dtype: torch.dtype) -> Needs:
    unet, time = unet_of(row, dtype), torch.empty(1, device=META)

    def seen(checkpoint: bool) -> Way:
        return way(lambda x: unet(x, time, checkpoint=checkpoint)[:, :3], picture())

    most = forward(lambda x: unet(x, time), picture())
    return Needs(weights(unet), per_pixel(most), kept=seen(False), again=seen(True))


def secondary(row: Model, dtype: torch.dtype) -> Needs:
    with META:
        small = SecondaryModel().requires_grad_(False).eval()
    time = torch.empty(1, device=META)
    return Needs(weights(small), kept=way(lambda x: small(x, time).v, picture()))


def clip(row: Model, dtype: torch.dtype) -> Needs:
    """For each cut: augmented, looked at, and back."""
    clip, model = clip_of(row, dtype)
    size = clip.image_size
    draws = [drawn((CUTS, 3, size, size), STILL, generator(0, "augmentations"))]
    grain = torch.empty(GRAIN * 3 * size * size, device=META)
    cuts = torch.empty(1, CUTS, 3, size, size, device=META)

    def look(x: Tensor) -> Tensor:
        return clip.encode_image(augment(x, draws, grain).flatten(0, 1))

    held, most = way_back(look, cuts)
    return Needs(weights(model), kept=Way(round(held / CUTS, 1), round(most / CUTS, 1)), size=size)


def perceptual(row: Model, dtype: torch.dtype) -> Needs:
    """What is known of the wanted picture stays from step to step: that is `forward`."""
    with META:
        features = Features().requires_grad_(False).eval()
        channels = Channels().requires_grad_(False)
    with counting() as peak:
        loss = lpips(features, channels)(picture())
        stays = peak.bytes
    seen = way(loss, picture())
    return Needs(weights(features, channels), per_pixel(stays), kept=seen)


def depth(row: Model, dtype: torch.dtype) -> Needs:
    """A network of depth makes its picture smaller, so `once` is no matter of size."""
    if row.embedded:
        small = load_tiny_depth().to(META)
        return Needs(weights(small), per_pixel(forward(small, picture())))
    midas = NETWORKS[row.name]
    with META:
        network = midas.build().requires_grad_(False).eval()
    width, height = net_size(midas, *SEEN)
    most = forward(network, torch.empty(1, 3, height, width, device=META))
    return Needs(weights(network), once=most)


def metric_depth(row: Model, dtype: torch.dtype) -> Needs:
    """It sees the picture and its mirror image at once."""
    with META:
        network = adabins.AdaBins().requires_grad_(False).eval()
    width, height = adabins.input_size(*SEEN)
    most = forward(network, torch.empty(2, 3, height, width, device=META))
    return Needs(weights(network), once=most)


def flow(row: Model, dtype: torch.dtype) -> Needs:
    with META:
        return Needs(0 if row.name == "dis" else weights(raft()))


COUNTS: dict[str, Callable[[Model, torch.dtype], Needs]] = {
    "diffusion": diffusion,
    "secondary": secondary,
    "clip": clip,
    "perceptual": perceptual,
    "depth": depth,
    "metric depth": metric_depth,
    "flow": flow,
}


def counted(row: Model, precision: str) -> Needs:
    """What a row needs where diffusion models and CLIP compute in this precision."""
    return COUNTS[row.role](row, DTYPES[precision])


def frame(job: FrameJob, precision: str) -> int:
    """What a whole frame needs at most: every tensor that is alive, and the weights."""
    row, dtype = by_name("diffusion", job.models.diffusion), DTYPES[precision]
    unet = unet_of(row, dtype)
    clips = [clip_of(by_name("clip", name), dtype) for name in job.models.clip]
    with META:
        small = SecondaryModel().requires_grad_(False).eval()
        features = Features().requires_grad_(False).eval()
        channels = Channels().requires_grad_(False)
    networks = Networks(
        diffusion=NoiseFromPicture(unet).to(META) if row.embedded else noise_part(unet),
        secondary=velocity_part(small) if job.models.secondary else None,
        clips=tuple(clip for clip, _ in clips),
        depth=None,
        perceptual=PERCEPTUAL.get(row.perceptual) or lpips(features, channels),
    )
    before = torch.zeros(job.height, job.width, 3, dtype=torch.uint8)
    with counting() as peak:
        passes = Passes(CUTS_AT_ONCE["cuda"])
        render_frame(job, before, {}, networks, {}, META, lambda *step: None, passes)
    loaded = [unet, *(model for _, model in clips)]
    loaded += [small] if job.models.secondary else []
    loaded += [features, channels] if row.perceptual not in PERCEPTUAL else []
    return weights(*loaded) + peak.most


#: What `resident` renders with the embedded models: width, height, whether with a checkpoint.
RENDERED = ((128, 96, 0), (512, 384, 0), (1024, 768, 0), (1024, 768, 1), (1280, 768, 0))

PROGRAM = """
import resource, sys
from dataclasses import replace
from jobs import job
from discoscript_engine.engine import Engine
from discoscript_engine.memory import step_of
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
width, height, checkpoint = map(int, sys.argv[1:])
asked = replace(job(steps=2), width=width, height=height, checkpoint=bool(checkpoint))
before = most()
Engine("cpu").render(asked, None, {}, lambda *step: None)
print(width, height, checkpoint, before, most() - before, step_of(asked, "fp32").bytes(16))
"""


def resident() -> None:
    """Beside the estimate, what a process on this processor takes: before a render, and for it."""
    path = os.pathsep.join([str(ROOT / "engine"), str(ROOT / "tests" / "engine")])
    for size in RENDERED:
        words = [sys.executable, "-c", PROGRAM, *map(str, size)]
        subprocess.run(words, check=True, env={**os.environ, "PYTHONPATH": path})


def main() -> int:
    parser = argparse.ArgumentParser(description="count what every model needs")
    parser.add_argument("--resident", action="store_true", help="what a processor takes beside it")
    parser.add_argument("--write", action="store_true", help=f"write {NEEDS.name}")
    options = parser.parse_args()
    if options.resident:
        resident()
        return 0
    found: dict[str, dict[str, Any]] = {}
    for precision in ("fp32", "fp16"):
        for row in MODELS:
            if kin(row) is row and row.built:
                needs = counted(row, precision).plain()
                found.setdefault(precision, {})[f"{row.role} {row.name}"] = needs
                print(precision, row.role, row.name, json.dumps(needs), flush=True)
    if options.write:
        NEEDS.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
