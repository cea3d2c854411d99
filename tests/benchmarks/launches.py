"""What a guided step asks of a GPU: how many operations it launches, by part, and how often the
processor waits for an answer. Counted exactly, and without a GPU.

The engine runs the code that a GPU would run on tensors that have a shape but no numbers (torch's
device `meta`). Every operation that torch would start on the GPU counts as one launch;
those that only look at a tensor in another way do not.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from unittest import mock

import open_clip
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from discoscript_engine.diffusion import guidance
from discoscript_engine.diffusion.augment import augment
from discoscript_engine.diffusion.guidance import Hold, Wish, gradient_of, guided, looking
from discoscript_engine.diffusion.losses import multi_scale
from discoscript_engine.diffusion.noise_schedule import noise_schedule
from discoscript_engine.diffusion.passes import CUTS_AT_ONCE, Passes
from discoscript_engine.diffusion.prompts import Target
from discoscript_engine.diffusion.samplers import SAMPLERS
from discoscript_engine.diffusion.sampling import (
    NoiseModel,
    Step,
    VelocityModel,
    denoiser,
    velocity_denoiser,
)
from discoscript_engine.frame import step_noise
from discoscript_engine.job import Cutouts, Guidance
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, from_open_clip
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.unet import UNet, UNetConfig

#: Operations that reserve memory or name it anew: nothing runs.
NOTHING_RUNS = ("empty", "new_empty", "empty_like", "empty_strided", "new_empty_strided", "detach",
    "_unsafe_view", "lift_fresh", "_reshape_alias", "set_")  # fmt: skip

#: Operations whose result the processor needs before it can go on.
WAITS = ("_local_scalar_dense", "item", "is_nonzero", "nonzero", "masked_select", "unique", "equal")

DEVICE = torch.device("meta")


@dataclass
class Counted(TorchDispatchMode):
    """Counts while it is entered: `launches` by part, and `waits` by what they were."""

    launches: Counter[str] = field(default_factory=Counter)
    operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    part: str = "sampler"

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs, name = kwargs or {}, func.__name__.partition(".")[0]
        if name == "_pin_memory":
            return args[0].clone()
        result = func(*args, **kwargs)
        given = {t.device.type for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)}
        made = {t.device.type for t in tree_leaves(result) if isinstance(t, Tensor)}
        if DEVICE.type not in given | made:
            return result
        copied = len(given | made) > 1 and name in ("_to_copy", "copy_", "to")
        if name in WAITS or (copied and not kwargs.get("non_blocking")) or _asks_which(name, args):
            self.waits[name] += 1
        if not (func.is_view or name in NOTHING_RUNS):
            self.launches[self.part] += 1
            self.operations[self.part, name] += 1
        return result

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """What is launched here belongs to `part`."""
        before, self.part = self.part, part
        try:
            yield
        finally:
            self.part = before

    def of(self, part: str, run: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """`run`, whose launches belong to `part`; those of its way back too."""

        def entered(slope: Tensor) -> None:
            self.part = part

        def left(slope: Tensor) -> None:
            self.part = "losses"

        def counted(x: Tensor, *others: Any) -> Tensor:
            followed = x.requires_grad
            x = x.view_as(x)
            with self.within(part):
                result = run(x, *others)
            if followed and torch.is_grad_enabled():
                x.register_hook(left)
                result.register_hook(entered)
            return result

        return counted


def _asks_which(name: str, args: tuple[Any, ...]) -> bool:
    """Whether pixels are chosen by a mask: their number must be known first."""
    masks = [t for t in tree_leaves(args[1:]) if isinstance(t, Tensor) and t.dtype == torch.bool]
    return name in ("index", "index_put", "index_put_") and bool(masks)


class AsOnAGpu(TorchFunctionMode):
    """Attention in one launch, as torch has it on a GPU; on `meta` it would take it apart."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is scaled_dot_product_attention:
            return torch.ops.aten._scaled_dot_product_efficient_attention(*args, None, True)[0]
        return func(*args, **(kwargs or {}))


# ───────────── the default workload ─────────────

#: What Disco Diffusion renders with where nothing else is said.
DIFFUSION, CLIPS = "512x512_diffusion_uncond_finetune_008100", ("ViTB32", "ViTB16", "RN50")
WIDE, TALL, STEPS, BATCHES = 1280, 768, 250, 4
CUTOUTS = Cutouts(
    overview=((400, 12.0), (1000, 4.0)),
    inner=((400, 4.0), (1000, 12.0)),
    ic_pow=((1000, 1.0),),
    icgray_p=((400, 0.2), (1000, 0.0)),
)
SCALES = Guidance(
    clip_guidance_scale=5000.0,
    tv_scale=0.0,
    range_scale=150.0,
    sat_scale=0.0,
    clamp_grad=True,
    clamp_max=0.05,
)

#: Indices of the schedule early on, where most cuts are of the whole picture, and later.
EARLY, LATE = 200, 100


@cache
def clip_of(name: str) -> Clip:
    """A CLIP model of the table: its layout, without weights."""
    architecture = str(by_name("clip", name).configuration["architecture"])
    with DEVICE:
        model = open_clip.create_model(architecture, pretrained=None, device=DEVICE)
    return from_open_clip(name, model, open_clip.get_tokenizer(architecture), DEVICE)


@cache
def unet() -> NoiseModel:
    layout: Any = by_name("diffusion", DIFFUSION).configuration
    with DEVICE:
        network = UNet(UNetConfig(**layout)).requires_grad_(False).eval()
    return lambda x, time: network(x, time)[:, :3]


@cache
def secondary() -> VelocityModel:
    with DEVICE:
        network = SecondaryModel().requires_grad_(False).eval()
    return lambda x, time: network(x, time).v


def target_of(clip: Clip) -> Target:
    width = clip.encode_image(torch.zeros(1, 3, clip.image_size, clip.image_size, device=DEVICE))
    return Target(clip, torch.zeros(1, width.shape[1], device=DEVICE), torch.ones(1, device=DEVICE))


class Done(Exception):
    """One step is done; the others would count the same."""


def guided_step(index: int, *, through: bool = False, held: bool = False) -> Counted:
    """A step of the default workload at `index` of its schedule: the guided denoiser, and what the
    sampler does with its answer. `through`: guidance goes through the U-Net, without the secondary
    model. `held`: the frame is held to a start picture."""
    count, schedule, names = Counted(), noise_schedule(STEPS), CLIPS
    targets = [target_of(clip_of(name)) for name in names]
    look = looking(CUTOUTS, schedule, 0, batches=BATCHES, augmented=True)
    with Counted():  # once a frame
        look.grain(224, DEVICE)
    x = torch.zeros(1, 3, TALL, WIDE, device=DEVICE)
    wish = Wish(
        tuple(
            replace(t, clip=replace(t.clip, encode_image=count.of("CLIP", t.clip.encode_image)))
            for t in targets
        ),
        replace(look, cut=lambda image, *at: count.of("cuts", lambda x: look.cut(x, *at))(image)),
        SCALES,
        Hold(x, 1000.0, multi_scale) if held else None,
        Passes(CUTS_AT_ONCE["cuda"]),
    )
    alone = denoiser(count.of("U-Net", unet()), schedule)
    small = velocity_denoiser(count.of("secondary", secondary()), schedule)
    slope_of = gradient_of(wish, schedule)

    def gradient(*seen: Any) -> Tensor:
        with count.within("losses"):
            return slope_of(*seen)

    denoise = guided(alone, gradient, schedule, through=None if through else small)

    def augmented(cuts: Tensor, *draws: Any) -> Tensor:
        return count.of("augmentations", lambda x: augment(x, *draws))(cuts)

    def done(step: Step) -> None:
        raise Done

    with (
        mock.patch.object(guidance, "augment", augmented),
        torch.no_grad(),
        AsOnAGpu(),
        count,
        suppress(Done),
    ):
        SAMPLERS["ddim"](
            denoise,
            x,
            schedule,
            first=index,
            eta=0.8,
            step_noise=step_noise(0, tuple(x.shape), DEVICE),
            mirror=lambda x, index: x,
            callback=done,
        )
    return count
