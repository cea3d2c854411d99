"""How fast the engine is beside a plain version of it: `make bench-engine` measures, and writes
docs/engine-speed.md.

Both run in one process, on one processor thread, with the same draws, in the order plain, engine,
engine, plain; each round gives one ratio of processor times, and the median of the rounds counts.
What else the machine does then meets both. Before anything is timed, the two are compared.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "engine"), str(ROOT / "tests" / "engine")]
sys.path[:0] = [str(Path(__file__).parent)]

import breakdown  # noqa: E402
import launches  # noqa: E402
import memory  # noqa: E402
import numpy as np  # noqa: E402
import plain  # noqa: E402
import precision  # noqa: E402
import torch  # noqa: E402
from parity import fill_parameters, hash_numbers  # noqa: E402
from parts import EARLY, LATE  # noqa: E402
from speed import cpu, shown  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn.functional import adaptive_avg_pool2d  # noqa: E402

from discoscript_engine.diffusion import guidance  # noqa: E402
from discoscript_engine.diffusion.augment import STILL, Strengths, augment, drawn, grain_of  # noqa: E402
from discoscript_engine.diffusion.cutouts import Cut, cut_out, inner_cuts, overview_cuts  # noqa: E402
from discoscript_engine.diffusion.losses import Likeness  # noqa: E402
from discoscript_engine.diffusion.noise_schedule import noise_schedule  # noqa: E402
from discoscript_engine.diffusion.prompts import Target  # noqa: E402
from discoscript_engine.diffusion.randomness import generator  # noqa: E402
from discoscript_engine.diffusion.sampling import denoiser, velocity_denoiser  # noqa: E402
from discoscript_engine.images import to_tensor  # noqa: E402
from discoscript_engine.job import Camera2D, Camera3D, Guidance  # noqa: E402
from discoscript_engine.models.clip import Clip, from_open_clip  # noqa: E402
from discoscript_engine.models.lpips import Channels, Features, lpips  # noqa: E402
from discoscript_engine.models.unet import UNet, UNetConfig  # noqa: E402
from discoscript_engine.motion import warp  # noqa: E402

DATA = ROOT / "docs" / "engine-speed.json"
WIDE, TALL = 1280, 768
SCHEDULE = noise_schedule(250)
INDEX = 200

SCALES = Guidance(
    clip_guidance_scale=5000.0,
    tv_scale=0.0,
    range_scale=150.0,
    sat_scale=0.0,
    clamp_grad=True,
    clamp_max=0.05,
)
FORWARD = Camera3D(0.0, 0.0, 10.0, 0.0, 2.0, 0.0, 40.0, "border", "bicubic", 1.0)
TURN = Camera2D(angle=3.0, zoom=1.02, translate_x=5.0, translate_y=-3.0)


@dataclass(frozen=True)
class Pair:
    """Two functions that give the same: how much the engine's must be faster, how many rounds it
    takes to know, and how far their results may be apart, see `difference`."""

    name: str
    plain: Callable[[], Tensor]
    engine: Callable[[], Tensor]
    target: float
    within: float
    rounds: int = 7
    note: str = ""


def numbers(tag: str, *shape: int) -> Tensor:
    """Numbers in [-1, 1) that depend on their tag alone."""
    return torch.from_numpy(hash_numbers(tag, shape).astype(np.float32))


# ───────────── cuts ─────────────


def places(overview: int, inner: int, width: int, height: int, size: int) -> tuple[Cut, ...]:
    """Cuts of a batch, drawn as the engine draws them with its default schedules."""
    rng = generator(0, "cut geometry", overview)
    whole = overview_cuts(overview, width, height)
    return whole + inner_cuts(inner, width, height, size, 12.0, 0.2, rng)


def cutouts(overview: int, inner: int, *, augmented: bool) -> Pair:
    """Cuts of one batch and the gradient back to the picture."""
    image = (numbers("image", 1, 3, TALL, WIDE) / 2 + 0.5).requires_grad_()
    where, upstream = places(overview, inner, WIDE, TALL, 224), numbers("upstream", 16, 3, 224, 224)
    draw = drawn((16, 3, 224, 224), STILL, generator(0, "augmentations", 3))
    grain = grain_of(224, generator(0, "augmentations"))

    def slowly() -> Tensor:
        cuts = plain.cut_out(image, where, 224)
        cuts = plain.augment(cuts, draw, grain) if augmented else cuts
        return torch.autograd.grad(cuts, image, upstream)[0]

    def fast() -> Tensor:
        cuts = cut_out(image, where, 224)
        cuts = augment(cuts[None], [draw], grain)[0] if augmented else cuts
        return torch.autograd.grad(cuts, image, upstream)[0]

    name = f"cuts of {WIDE}x{TALL}, {overview} overview, {inner} inner, " + (
        "augmented" if augmented else "not augmented"
    )
    target = 2.5 if augmented else 8.0 if overview > inner else 5.0
    # Where a value is held at 0 or 1, rounding decides on which side of the kink a pixel lies: a
    # few pixels differ wholly. In double precision none does (`tests/engine/test_plain.py`).
    return Pair(name, slowly, fast, target, 1e-2 if augmented else 2e-6)


# ───────────── the guided step ─────────────


class Toy(nn.Module):
    """A network that costs next to nothing, so that what is around the networks shows."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.SiLU(), nn.Conv2d(8, out, 1))
        fill_parameters(self)
        self.requires_grad_(False)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        return self.net(x) + time.view(-1, 1, 1, 1) / 1000


def toy_clip(name: str) -> Clip:
    weights = numbers(name, 64, 192) / 14

    def encode_image(cuts: Tensor) -> Tensor:
        return adaptive_avg_pool2d(cuts - 0.45, 8).flatten(1) @ weights.T.to(cuts)

    return Clip(name, 224, 77, encode_image, lambda text: numbers(name + text, 64))


def real_clip() -> Clip:
    """ViT-B/32 with weights from nowhere."""
    import open_clip

    torch.manual_seed(0)
    model = open_clip.create_model("ViT-B-32", pretrained=None)
    return from_open_clip(
        "ViT-B-32", model, open_clip.get_tokenizer("ViT-B-32"), torch.device("cpu")
    )


def real_unet() -> UNet:
    """35 million parameters, in the shape of the 256 px models."""
    unet = UNet(UNetConfig(64, (1, 1, 2, 2, 4, 4), (2,) * 6, (8, 16, 32), head_channels=64))
    fill_parameters(unet, gain=0.5)
    return unet.requires_grad_(False)


@dataclass
class Case:
    """A guided step of both kinds, over the same networks and draws."""

    width: int
    height: int
    clips: Sequence[Clip]
    unet: Callable[[Tensor, Tensor], Tensor]
    secondary: Callable[[Tensor, Tensor], Tensor] | None
    batches: int
    overview: int = 4
    inner: int = 12
    augmented: Strengths | None = STILL
    index: int = INDEX
    scales: Guidance = SCALES
    dtype: torch.dtype = torch.float32
    x: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.x = numbers("x", 1, 3, self.height, self.width).to(self.dtype) * 1.7
        self._draws = {
            (place, batch): self._drawn(clip, place, batch)
            for place, clip in enumerate(self.clips)
            for batch in range(self.batches)
        }
        targets = tuple(
            Target(
                c,
                numbers(c.name, 1, 64 if c.name.startswith("toy") else 512).to(self.dtype),
                torch.ones(1, dtype=self.dtype),
            )
            for c in self.clips
        )
        look = guidance.Look(
            self._cut,
            lambda shape, place, batch, index: self._draws[place, batch][1],
            cache(lambda size, device: grain_of(size, generator(0, "augmentations"))),
        )
        self.wish = guidance.Wish(targets, look, self.scales)
        self.alone = denoiser(lambda x, t: self.unet(x, t)[:, :3], SCHEDULE)
        self.through = velocity_denoiser(self.secondary, SCHEDULE) if self.secondary else None

    def _drawn(self, clip: Clip, place: int, batch: int) -> Any:
        where = places(self.overview, self.inner, self.width, self.height, clip.image_size)
        size = clip.image_size
        shape = (self.overview + self.inner, 3, size, size)
        rng = generator(0, "augmentations", place, batch)
        return where, drawn(shape, self.augmented, rng) if self.augmented else None

    def _cut(self, image: Tensor, clip: Clip, place: int, index: int) -> Tensor:
        where = [cut for batch in range(self.batches) for cut in self._draws[place, batch][0]]
        return cut_out(image, tuple(where), clip.image_size).unflatten(0, (self.batches, -1))

    @torch.no_grad()
    def plain(self) -> Tensor:
        """The noise that carries the guidance."""
        draws = lambda place, batch: self._draws[place, batch]  # noqa: E731
        return plain.guided_step(
            self.x, self.index, self.alone, self.through, self.wish, SCHEDULE, draws, self.batches
        ).noise

    @torch.no_grad()
    def engine(self) -> Tensor:
        gradient = guidance.gradient_of(self.wish, SCHEDULE)
        guided = guidance.guided(self.alone, gradient, SCHEDULE, through=self.through)
        return guided(self.x, self.index).noise

    def gradients(self) -> tuple[Tensor, Tensor]:
        """What bends the step: the plain way's, and the engine's."""
        draws = lambda place, batch: self._draws[place, batch]  # noqa: E731
        found = []
        for slope_of in (
            lambda *seen: plain.gradient(*seen, self.wish, SCHEDULE, draws, self.batches),
            guidance.gradient_of(self.wish, SCHEDULE),
        ):
            x = self.x.clone().requires_grad_()
            picture = (self.through or self.alone)(x, self.index).picture
            found.append(slope_of(x, picture, self.index))
        return found[0], found[1]


@dataclass(frozen=True)
class Agreement:
    """How two gradients agree: the length of their difference relative to their own, the cosine of
    the angle between them, the share of the values that are off by more than 1 % of the root mean
    square."""

    apart: float
    cosine: float
    off: float


def agreement(
    width: int, height: int, *, augmented: Strengths | None, dtype: torch.dtype
) -> Agreement:
    """The engine's guidance gradient and the plain one, with every loss on."""
    scales = replace(SCALES, tv_scale=3.0, sat_scale=5.0)
    clips = [toy_clip(f"toy {n}") for n in range(2)]
    networks = (Toy(6).to(dtype), Toy(3).to(dtype))
    case = Case(
        width, height, clips, *networks, batches=2, augmented=augmented, scales=scales, dtype=dtype
    )
    expected, found = (slope.double() for slope in case.gradients())
    difference = found - expected
    return Agreement(
        float(difference.norm() / expected.norm()),
        float(torch.nn.functional.cosine_similarity(expected.flatten(), found.flatten(), dim=0)),
        float((difference.abs() > 0.01 * expected.square().mean().sqrt()).double().mean()),
    )


def toy_step() -> Pair:
    """Three CLIP models of no weight, 16 cuts in two batches each."""
    clips = [toy_clip(f"toy {n}") for n in range(3)]
    case = Case(WIDE, TALL, clips, Toy(6), Toy(3), batches=2)
    return Pair(
        f"guided step, {WIDE}x{TALL}, networks of no weight", case.plain, case.engine, 1.8, 1e-3
    )


def real_step() -> Pair:
    case = Case(256, 256, [real_clip()], real_unet(), Toy(3), batches=2)
    return Pair(
        "guided step, 256x256, ViT-B/32 and a U-Net of 35 M", case.plain, case.engine, 0.95, 1e-3, 3
    )


def shared_step() -> Pair:
    """Guidance through the diffusion network: one forward pass serves both."""
    clips = [toy_clip("toy")]
    case = Case(128, 128, clips, real_unet(), None, batches=1, augmented=None)
    return Pair(
        "guided step through the U-Net itself, 128x128", case.plain, case.engine, 1.25, 1e-4, 7
    )


def likeness() -> Pair:
    """LPIPS and its gradient; the engine looks at the wanted picture once for all steps."""
    features, channels = Features(), Channels()
    fill_parameters(features, gain=2**0.5)
    fill_parameters(channels)
    like = lpips(features.requires_grad_(False), channels.requires_grad_(False))
    wanted = numbers("wanted", 1, 3, 256, 256)
    known = like(wanted)

    def slope(loss: Likeness) -> Tensor:
        image = numbers("seen", 1, 3, 256, 256).requires_grad_()
        return torch.autograd.grad(loss(image).sum(), image)[0]

    name = "LPIPS with its gradient, 256x256; plain: the wanted picture seen anew"
    return Pair(name, lambda: slope(like(wanted)), lambda: slope(known), 1.35, 0.0)


# ───────────── cameras ─────────────


def picture() -> np.ndarray:
    """A picture with shapes and grain, so that its file is neither tiny nor noise."""
    y, x = np.mgrid[:TALL, :WIDE]
    waves = [127 + 90 * np.sin(x / a + y / b) for a, b in ((37, 91), (113, 29), (61, 47))]
    grain = 8 * hash_numbers("grain", (TALL, WIDE, 3))
    return np.clip(np.stack(waves, axis=-1) + grain, 0, 255).astype(np.uint8)


def depth_of(image: Tensor) -> Tensor:
    """A stand-in for the depth network."""
    return 0.6 + 2 * image[..., 1].float() / 255


def geometry() -> Pair:
    depth = depth_of(torch.from_numpy(picture()))
    return Pair(
        "camera in space: where every pixel comes from",
        lambda: plain.sampling_grid(depth, FORWARD),
        lambda: warp.sampling_grid(depth, FORWARD),
        8.0,
        1e-4,
        15,
    )


def geometry_and_sample() -> Pair:
    image = torch.from_numpy(picture())
    depth = depth_of(image)
    return Pair(
        "camera in space: the same, and the picture sampled there",
        lambda: plain.moved_in_space(image, depth, FORWARD, warp.NUDGE).permute(1, 2, 0),
        lambda: warp.sample(
            image, warp.sampling_grid(depth, FORWARD), FORWARD.padding, FORWARD.sampling
        ).clamp_(0, 1),
        2.0,
        1e-2,
        11,
    )


def step_in_space(folder: Path) -> Pair:
    before = picture()
    image = torch.from_numpy(before)
    return Pair(
        "camera in space, from picture to start picture; plain: through PNG files",
        lambda: plain.step_in_space(before, depth_of, FORWARD, warp.NUDGE, folder),
        lambda: to_tensor(warp.warp3d(image, depth_of(image), FORWARD)),
        6.0,
        0.1,
        7,
    )


def step_in_plane(folder: Path) -> Pair:
    before = picture()
    image = torch.from_numpy(before)
    return Pair(
        "camera in the plane, from picture to start picture; plain: through PNG files",
        lambda: plain.step_in_plane(before, TURN, folder),
        lambda: to_tensor(warp.warp2d(image, TURN)),
        5.0,
        0.1,
        7,
    )


# ───────────── measuring ─────────────


def seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def difference(pair: Pair) -> float:
    """How far apart the results are, as the length of their difference relative to their own."""
    expected, found = pair.plain(), pair.engine()
    return float((found - expected).norm() / expected.norm())


def measured(pair: Pair) -> dict[str, Any]:
    """The row of a pair: its results are compared first."""
    apart = difference(pair)
    if not apart <= pair.within:
        raise SystemExit(f"{pair.name}: the results are {apart:.1e} apart, at most {pair.within:g}")
    ratios, slow, fast = [], [], []
    for _ in range(pair.rounds):
        a, b, c, d = (seconds(run) for run in (pair.plain, pair.engine, pair.engine, pair.plain))
        ratios.append((a + d) / (b + c))
        slow += [a, d]
        fast += [b, c]
    return {
        "what": pair.name,
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(min(ratios), 2), round(max(ratios), 2)],
        "target": pair.target,
        "plain_s": round(statistics.median(slow), 5),
        "engine_s": round(statistics.median(fast), 5),
        "rounds": pair.rounds,
        "apart": apart,
    }


def pairs(folder: Path) -> Sequence[Callable[[], Pair]]:
    """Everything that has a target; made one at a time, for their memory."""
    return (
        lambda: cutouts(12, 4, augmented=False),
        lambda: cutouts(4, 12, augmented=False),
        lambda: cutouts(12, 4, augmented=True),
        lambda: cutouts(4, 12, augmented=True),
        toy_step,
        real_step,
        shared_step,
        likeness,
        geometry,
        geometry_and_sample,
        lambda: step_in_space(folder),
        lambda: step_in_plane(folder),
    )


def page(found: dict[str, Any]) -> str:
    """docs/engine-speed.md."""
    rows = [
        f"| {named(row)} | {row['ratio']:g} ({row['ratios'][0]:g} to {row['ratios'][1]:g}) "
        f"| {row['target']:g} | {shown(row['plain_s'])} | {shown(row['engine_s'])} "
        f"| {row['apart']:.0e} |"
        for row in found["pairs"]
    ]
    return "\n".join(
        [
            "# How fast the engine is",
            "",
            "Measured by `make bench-engine` (`tests/benchmarks/engine.py`), which writes this",
            "page and `engine-speed.json`. Beside it stands a plain version of the same",
            "(`tests/benchmarks/plain.py`), written down from the formulas, one cut at a time.",
            "Both run in one process on one processor thread, with the same draws; each round",
            "gives one ratio of processor times, and the median counts. *Apart* is the length of",
            "the difference of the results relative to their own. A row in **bold** misses its",
            "target.",
            "",
            "| | times as fast (of all rounds) | target | plain | engine | apart |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "## The guidance gradient",
            "",
            "What bends a guided step, by the engine and by the plain version, with every loss",
            f"on, {WIDE}x{TALL}. Where a value is held at 0 or 1, rounding decides on which side",
            "of the kink it lies: with augmentations a few values differ wholly in single",
            "precision, and none in double precision.",
            "",
            "| | apart | cosine | values off by more than 1 % |",
            "|---|---|---|---|",
            *(
                f"| {row['what']} | {row['apart']:.0e} | {row['cosine']:.7f} | {row['off']:.1e} |"
                for row in found["gradients"]
            ),
            "",
            "## Where the time goes",
            "",
            *breakdown.tables(found["breakdown"], shown),
            "",
            "## Half precision",
            "",
            "On a GPU the diffusion models and CLIP compute in fp16, as in Disco Diffusion; bf16",
            "can be asked for. What that changes was measured on a processor, on no GPU",
            "(`tests/benchmarks/precision.py`): *apart* is the length of the difference to single",
            "precision relative to its own, of what a network gives and of the slope by its input;",
            "the cosine is that of the angle between the slopes.",
            "",
            "| | | apart | slope apart | cosine |",
            "|---|---|---|---|---|",
            *(
                f"| {what} | {half} | {error['apart']:.1e} | {error['slope_apart']:.1e} "
                f"| {error['slope_cosine']:.5f} |"
                for what, halves in found["precision"]["networks"].items()
                for half, error in halves.items()
            ),
            "",
            "A picture of the embedded models, 128x96, 25 steps, in levels of 0 to 255:",
            "",
            "| | apart on average | at most |",
            "|---|---|---|",
            *(
                f"| {half} | {row['mean']:.2f} | {row['most']} |"
                for half, row in found["precision"]["picture"].items()
            ),
            "",
            "## What a step asks of a GPU",
            "",
            "Counted, not timed: the operations that one guided step starts on a GPU with Disco",
            "Diffusion's default models, 1280x768 pixels and 64 cuts for each CLIP model, and how",
            "often the processor waits for its answer (`tests/benchmarks/launches.py`). Early on",
            "most cuts are of the whole picture, later of parts of it. The goal is at most 4500",
            "launches and no wait.",
            "",
            "| | early | later |",
            "|---|---|---|",
            *(
                f"| {part} | {found['launches']['early'][part]} | {later} |"
                for part, later in found["launches"]["later"].items()
            ),
            "",
            "## What guidance holds in memory",
            "",
            "Bytes that are kept in single precision for the way back through one CLIP model at a",
            "time, by how many cuts it sees at once (`tests/benchmarks/memory.py`): tensors that",
            "torch saves, counted exactly, each once, without the weights. What an operation needs",
            "only while it runs comes on top, and has not been measured on a GPU.",
            "",
            "| cuts at once | " + " | ".join(found["held"]) + " |",
            "|---|" + "---|" * len(found["held"]),
            *(
                f"| {cuts} | "
                + " | ".join(f"{held[cuts] / 1e9:.2f} GB" for held in found["held"].values())
                + " |"
                for cuts in next(iter(found["held"].values()))
            ),
            "",
            "With `secondary off` the gradient goes through the diffusion model, and what that",
            f"keeps for {WIDE}x{TALL} pixels comes on top:",
            "",
            "| | |",
            "|---|---|",
            *(f"| {what} | {held / 1e9:.1f} GB |" for what, held in found["held_by_unet"].items()),
            "",
            f"On {found['cpu']}, torch {found['torch']}, without a GPU.",
            "",
        ]
    )


def merged(before: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they were, those that were measured again replaced, new ones at the end."""
    new = {row["what"]: row for row in rows}
    kept = [new.pop(row["what"], row) for row in before]
    return [*kept, *new.values()]


def gradients() -> list[dict[str, Any]]:
    """The rows of the table of gradients."""
    kinds = {
        "not augmented, single precision": (None, torch.float32),
        "augmented, single precision": (STILL, torch.float32),
        "augmented, double precision": (STILL, torch.float64),
    }
    return [
        {"what": what, **asdict(agreement(WIDE, TALL, augmented=augmented, dtype=dtype))}
        for what, (augmented, dtype) in kinds.items()
    ]


def launched(index: int) -> dict[str, int]:
    """What each part of a guided step launches, what all do, and how often the processor waits."""
    count = launches.counted(index)
    parts = dict(sorted(count.launches.items(), key=lambda row: -row[1]))
    return {**parts, "all": count.launches.total(), "waits": count.waits.total()}


def named(row: dict[str, Any]) -> str:
    """What was measured, in bold where it misses its target."""
    return f"**{row['what']}**" if row["ratio"] < row["target"] else str(row["what"])


def counts() -> dict[str, Any]:
    """What depends on the code alone, on no machine."""
    return {
        "launches": {"early": launched(EARLY), "later": launched(LATE)},
        "held": memory.held_by_passes(),
        "held_by_unet": memory.held_by_diffusion(WIDE, TALL),
    }


def write(found: dict[str, Any]) -> int:
    DATA.write_text(json.dumps(found, indent=2) + "\n")
    (ROOT / "docs" / "engine-speed.md").write_text(page(found), encoding="utf-8")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="measure the engine beside a plain version of it")
    parser.add_argument("--write", action="store_true", help="write docs/engine-speed.md and .json")
    parser.add_argument("--only", default="", help="only pairs whose name holds this")
    parser.add_argument("--precision", action="store_true", help="only what half precision changes")
    parser.add_argument("--counted", action="store_true", help="only what is counted, not timed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.counted or options.precision:
        again = counts() if options.counted else {"precision": precision.changed()}
        print(json.dumps(again, indent=2))
        return write({**json.loads(DATA.read_text()), **again}) if options.write else 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for make in pairs(Path(folder)):
            pair = make()
            if options.only not in pair.name:
                continue
            row = measured(pair)
            rows.append(row)
            print(
                f"{row['ratio']:6.2f} ({row['target']:g})  {row['plain_s'] * 1000:9.1f} "
                f"{row['engine_s'] * 1000:9.1f} ms  {row['apart']:.0e}  {row['what']}",
                flush=True,
            )
    if options.write:
        found = {
            "cpu": cpu(),
            "torch": torch.__version__,
            "pairs": merged(json.loads(DATA.read_text())["pairs"], rows),
            "gradients": gradients(),
            "breakdown": breakdown.breakdown(),
            "precision": precision.changed(),
            **counts(),
        }
        write(found)
    return int(any(row["ratio"] < row["target"] for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
