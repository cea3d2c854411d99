"""The U-Net of "Diffusion Models Beat GANs on Image Synthesis" (Dhariwal and Nichol, 2021), called
ADM.

Module names follow the released checkpoints, so that their state dicts load strictly. Two options
    are ours, for the
embedded model: a number of blocks for each level, and a pixel-unshuffle as first and pixel-shuffle
    as last step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint as checkpoint_of

GROUPS = 32

#: Fields of a layout that count something, and those that may be None besides.
COUNTS = ("channels", "in_channels", "out_channels", "heads", "unshuffle")
OPTIONAL = ("head_channels", "heads_up")

#: No number of a layout is larger: the widest level that was ever published has 2048 channels.
MOST = 2**16

#: Characters of a wrong value that are shown.
SHOWN = 20

ModuleT = TypeVar("ModuleT", bound=nn.Module)


@dataclass(frozen=True)
class UNetConfig:
    """The layout of a U-Net. Every level but the last halves the grid.

    channels: width of the first level before its multiplier; every level's width must be a
        multiple of 32
    channel_mult: width of each level in units of `channels`
    blocks: residual blocks of each level on the way down (one more on the way up)
    attention_factors: levels with self-attention, by how much smaller than the first grid they
        are (1, 2, 4, ...)
    heads, head_channels: attention heads; `head_channels` (channels of one head) wins where it
        is given
    heads_up: heads on the way up, None for the same
    scale_shift: the time embedding scales and shifts after the second norm instead of being
        added before it
    resample_in_blocks: resize inside residual blocks instead of by a strided or a following
        convolution
    qkv_first: in the attention's channels queries, keys and values are the outer order, heads
        the inner one
    unshuffle: side of the pixel blocks that become channels; input and output sizes are
        multiples of it
    """

    channels: int
    channel_mult: tuple[int | float, ...]
    blocks: tuple[int, ...]
    attention_factors: tuple[int, ...]
    in_channels: int = 3
    out_channels: int = 6
    heads: int = 1
    head_channels: int | None = None
    heads_up: int | None = None
    scale_shift: bool = True
    resample_in_blocks: bool = True
    qkv_first: bool = False
    unshuffle: int = 1

    def __post_init__(self) -> None:
        if len(self.blocks) != len(self.channel_mult):
            raise ValueError(
                f"{len(self.blocks)} levels in blocks, {len(self.channel_mult)} in channel_mult"
            )
        refuse_impossible(self)

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(int(multiplier * self.channels) for multiplier in self.channel_mult)

    @property
    def size_multiple(self) -> int:
        """Pictures must be multiples of this many pixels on both sides."""
        return self.unshuffle * 2 ** (len(self.channel_mult) - 1)

    def heads_for(self, width: int, upward: bool) -> int:
        if self.head_channels is not None:
            return width // self.head_channels
        return self.heads_up if upward and self.heads_up is not None else self.heads


def refuse_impossible(config: UNetConfig) -> None:
    """ValueError where a number of the layout is none that a network can have.

    Layouts come out of the files of strangers, too: here nothing has been built yet.
    """
    for name in COUNTS:
        _refuse_other_numbers(name, [getattr(config, name)], least=1)
    for name in OPTIONAL:
        value = getattr(config, name)
        _refuse_other_numbers(name, [] if value is None else [value], least=1)
    _refuse_other_numbers("blocks", config.blocks, least=0)
    _refuse_other_numbers("attention_factors", config.attention_factors, least=1)
    if not config.channel_mult:
        raise ValueError("it has no levels")
    for value in config.channel_mult:
        if type(value) not in (int, float) or not 0 < value <= MOST:
            raise ValueError(f"channel_mult has {_short(value)}, not a number above 0")


def _refuse_other_numbers(name: str, values: Iterable[object], least: int) -> None:
    """ValueError for all but whole numbers that are not too large; `True` is none."""
    for value in values:
        if type(value) is not int or not least <= value <= MOST:
            raise ValueError(
                f"{name} has {_short(value)}, not a whole number from {least} to {MOST}"
            )


def _short(value: object) -> str:
    """A value as a message shows it: a file may hold a very long one."""
    shown = repr(value)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."


def timestep_embedding(t: Float[Tensor, " b"], width: int) -> Float[Tensor, "b width"]:
    """Cosines, then sines, of t at `width // 2` frequencies falling from 1 towards 1/10000; an odd
    width ends in 0.
    """
    half = width // 2
    frequencies = torch.exp(
        -math.log(10000) / half * torch.arange(half, dtype=torch.float32, device=t.device)
    )
    angles = t[:, None].float() * frequencies[None]
    return F.pad(torch.cat([angles.cos(), angles.sin()], dim=1), (0, width % 2))


class GroupNorm(nn.GroupNorm):
    """Group norm in 32 groups; half-precision input is normalised in float32 where the weights are
    float32.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(GROUPS, channels, eps=1e-5)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.to(self.weight.dtype)).to(x.dtype)


class Stage(nn.Sequential):
    """Modules in sequence, of which the residual blocks also get the time embedding."""

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:  # type: ignore[override]
        for module in self:
            x = module(x, embedding) if isinstance(module, ResidualBlock) else module(x)
        return x


class Downsample(nn.Module):
    """Halve by a strided convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h/2 w/2"]:
        return self.op(x)


class Upsample(nn.Module):
    """Double by repeating pixels, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c 2*h 2*w"]:
        return self.conv(double(x))


def double(x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c 2*h 2*w"]:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def halve(x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h/2 w/2"]:
    return F.avg_pool2d(x, 2)


def keep(x: Tensor) -> Tensor:
    return x


RESIZE = {"none": keep, "down": halve, "up": double}


class ResidualBlock(nn.Module):
    """Norm, SiLU, convolution, time, norm, SiLU, convolution, added to the input; `resize` is none,
    down or up.
    """

    def __init__(
        self,
        width_in: int,
        width_out: int,
        width_time: int,
        scale_shift: bool,
        resize: str = "none",
    ) -> None:
        super().__init__()
        self.scale_shift = scale_shift
        self.resize = resize
        self.in_layers = nn.Sequential(
            GroupNorm(width_in), nn.SiLU(), nn.Conv2d(width_in, width_out, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(
            nn.SiLU(), nn.Linear(width_time, width_out * (2 if scale_shift else 1))
        )
        self.out_layers = nn.Sequential(
            GroupNorm(width_out),
            nn.SiLU(),
            nn.Identity(),
            zeroed(nn.Conv2d(width_out, width_out, 3, padding=1)),
        )
        self.skip_connection = (
            nn.Identity() if width_in == width_out else nn.Conv2d(width_in, width_out, 1)
        )

    def forward(
        self, x: Float[Tensor, "b c h w"], embedding: Float[Tensor, "b e"]
    ) -> Float[Tensor, "b c2 h2 w2"]:
        norm, activation, convolution = self.in_layers
        resize = RESIZE[self.resize]
        h = convolution(resize(activation(norm(x))))
        time = self.emb_layers(embedding).to(h.dtype)[:, :, None, None]
        out_norm, out_rest = self.out_layers[0], self.out_layers[1:]
        if self.scale_shift:
            scale, shift = time.chunk(2, dim=1)
            h = out_norm(h) * (1 + scale) + shift
        else:
            h = out_norm(h + time)
        return self.skip_connection(resize(x)) + out_rest(h)


class Attention(nn.Module):
    """Self-attention over all places of the grid, added to the input."""

    def __init__(self, channels: int, heads: int, qkv_first: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv_first = qkv_first
        self.norm = GroupNorm(channels)
        self.qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.proj_out = zeroed(nn.Conv1d(channels, channels, 1))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        batch, channels, height, width = x.shape
        flat = x.reshape(batch, channels, height * width)
        qkv = self.qkv(self.norm(flat))
        if self.qkv_first:
            qkv = qkv.reshape(
                batch, 3, self.heads, channels // self.heads, height * width
            ).transpose(1, 2)
        else:
            qkv = qkv.reshape(batch, self.heads, 3, channels // self.heads, height * width)
        query, key, value = (
            part.transpose(-1, -2).contiguous() for part in qkv.unbind(dim=2)
        )  # (b, heads, hw, c)
        attended = F.scaled_dot_product_attention(query, key, value)
        attended = attended.transpose(-1, -2).reshape(batch, channels, height * width)
        return (flat + self.proj_out(attended)).reshape(x.shape)


class UNet(nn.Module):
    """x and a time in 0..1000 to the predicted noise (and, in the released models, a variance we do
    not use).
    """

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        width_time = config.channels * 4
        block = config.unshuffle**2
        self.time_embed = nn.Sequential(
            nn.Linear(config.channels, width_time), nn.SiLU(), nn.Linear(width_time, width_time)
        )
        first = nn.Conv2d(config.in_channels * block, config.widths[0], 3, padding=1)
        self.input_blocks = nn.ModuleList([Stage(first), *down_stages(config)])
        self.middle_block = middle_stage(config)
        self.output_blocks = nn.ModuleList(up_stages(config))
        self.out = nn.Sequential(
            GroupNorm(config.widths[0]),
            nn.SiLU(),
            zeroed(nn.Conv2d(config.widths[0], config.out_channels * block, 3, padding=1)),
        )

    def forward(
        self, x: Float[Tensor, "b c h w"], t: Float[Tensor, " b"], *, checkpoint: bool = False
    ) -> Float[Tensor, "b out h w"]:
        """`checkpoint`: what a stage needs on the way back is not kept but computed again then."""
        run = again if checkpoint else once
        time = timestep_embedding(t, self.config.channels)
        embedding = self.time_embed(time.to(dtype_of(self.time_embed)))
        h = F.pixel_unshuffle(x, self.config.unshuffle).to(dtype_of(self.input_blocks))
        skips = []
        for stage in self.input_blocks:
            h = run(stage, h, embedding)
            skips.append(h)
        h = run(self.middle_block, h, embedding)
        for stage in self.output_blocks:
            h = run(joined, stage, h, skips.pop(), embedding)
        return F.pixel_shuffle(self.out(h.to(dtype_of(self.out))), self.config.unshuffle)

    def torso_to(self, dtype: torch.dtype) -> UNet:
        """Convert the convolutions of the blocks, as the reference does for fp16; norms and time
        stay float32.
        """
        for part in (self.input_blocks, self.middle_block, self.output_blocks):
            for module in part.modules():
                if isinstance(module, nn.Conv1d | nn.Conv2d):
                    module.to(dtype=dtype)
        return self


def joined(stage: nn.Module, x: Tensor, skip: Tensor, embedding: Tensor) -> Tensor:
    """A stage of the way up, which sees two inputs beside each other, in the channels."""
    return stage(torch.cat([x, skip], dim=1), embedding)


def once(run: Callable[..., Tensor], *inputs: nn.Module | Tensor) -> Tensor:
    return run(*inputs)


def again(run: Callable[..., Tensor], *inputs: nn.Module | Tensor) -> Tensor:
    """Only the inputs are kept for the way back; nothing in a stage is drawn by chance."""
    return checkpoint_of(run, *inputs, use_reentrant=False, preserve_rng_state=False)


def dtype_of(module: nn.Module) -> torch.dtype:
    """The number type of a module's first parameter."""
    return next(module.parameters()).dtype


def down_stages(config: UNetConfig) -> Iterable[Stage]:
    """The stages after the first convolution, from the full grid to the smallest."""
    width = config.widths[0]
    for level, level_width in enumerate(config.widths):
        for _ in range(config.blocks[level]):
            yield Stage(
                residual(config, width, level_width),
                *attention(config, level, level_width, upward=False),
            )
            width = level_width
        if level < len(config.widths) - 1:
            if config.resample_in_blocks:
                yield Stage(residual(config, width, width, "down"))
            else:
                yield Stage(Downsample(width))


def middle_stage(config: UNetConfig) -> Stage:
    width = config.widths[-1]
    heads = config.heads_for(width, upward=False)
    return Stage(
        residual(config, width, width),
        Attention(width, heads, config.qkv_first),
        residual(config, width, width),
    )


def up_stages(config: UNetConfig) -> Iterable[Stage]:
    """The stages from the smallest grid to the full one; each also reads one of the way down."""
    skips = skip_widths(config)
    width = config.widths[-1]
    for level in reversed(range(len(config.widths))):
        level_width = config.widths[level]
        for block in range(config.blocks[level] + 1):
            modules: list[nn.Module] = [residual(config, width + skips.pop(), level_width)]
            width = level_width
            modules += attention(config, level, width, upward=True)
            if level > 0 and block == config.blocks[level]:
                modules.append(
                    residual(config, width, width, "up")
                    if config.resample_in_blocks
                    else Upsample(width)
                )
            yield Stage(*modules)


def skip_widths(config: UNetConfig) -> list[int]:
    """Channels of every stage's output on the way down, the first convolution included."""
    widths = [config.widths[0]]
    for level, level_width in enumerate(config.widths):
        widths += [level_width] * config.blocks[level]
        if level < len(config.widths) - 1:
            widths.append(level_width)
    return widths


def residual(
    config: UNetConfig, width_in: int, width_out: int, resize: str = "none"
) -> ResidualBlock:
    return ResidualBlock(width_in, width_out, config.channels * 4, config.scale_shift, resize)


def attention(config: UNetConfig, level: int, width: int, upward: bool) -> list[nn.Module]:
    """The level's attention, or nothing."""
    if 2**level not in config.attention_factors:
        return []
    return [Attention(width, config.heads_for(width, upward), config.qkv_first)]


def zeroed(module: ModuleT) -> ModuleT:
    """A last layer that starts at zero, so that its block starts as the identity."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module
