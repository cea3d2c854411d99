"""One frame, step by step: start picture -> noise -> guided sampling -> picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from discoscript_engine.diffusion.augment import STRENGTHS
from discoscript_engine.diffusion.guidance import (
    Hold,
    Wish,
    gradient_of,
    guided,
    looking,
    unguided,
)
from discoscript_engine.diffusion.losses import Perceptual
from discoscript_engine.diffusion.noise_schedule import NoiseSchedule, noise_schedule
from discoscript_engine.diffusion.passes import Passes
from discoscript_engine.diffusion.perlin import drawn_gradients, perlin_start
from discoscript_engine.diffusion.picture_prompts import picture_of, seen_in
from discoscript_engine.diffusion.prompts import Seen, Target, TextCache, fuzzy, target
from discoscript_engine.diffusion.randomness import generator, normal
from discoscript_engine.diffusion.samplers import SAMPLERS
from discoscript_engine.diffusion.sampling import (
    Denoiser,
    DiffusionModel,
    StepNoise,
    VelocityModel,
    denoiser,
    start,
    velocity_denoiser,
)
from discoscript_engine.diffusion.symmetry import mirror_at
from discoscript_engine.images import decode, to_picture, to_tensor
from discoscript_engine.job import (
    Camera2D,
    Camera3D,
    FrameJob,
    FromFlow,
    FromNoise,
    FromPerlin,
    FromPicture,
    FromVideo,
    PicturePrompt,
    StereoCamera,
)
from discoscript_engine.models.clip import Clip
from discoscript_engine.motion.depth import Estimate
from discoscript_engine.motion.eyes import eye_views
from discoscript_engine.motion.footage import FrameOf, Motions, carried, video_frames
from discoscript_engine.motion.warp import warp2d, warp3d

#: Called after each step with (steps done, steps in all, what makes a picture of what is seen so
#: far). That costs something only if it is called, which it may be until the callback returns.
OnStep = Callable[[int, int, Callable[[], UInt8[Tensor, "h w 3"]]], None]


@dataclass(frozen=True)
class Networks:
    """The networks that a frame needs. `secondary` is None where guidance goes through the
    diffusion network itself, `depth` where no camera moves in space, `motions` where no motion of
    a video is followed; `perceptual` is the loss that holds a frame to the picture it starts
    from."""

    diffusion: DiffusionModel
    secondary: VelocityModel | None
    clips: tuple[Clip, ...]
    depth: Estimate | None
    perceptual: Perceptual
    motions: Motions | None = None


@torch.no_grad()
def render_frame(
    job: FrameJob,
    previous: UInt8[Tensor, "h w 3"] | None,
    assets: Mapping[str, bytes],
    networks: Networks,
    texts: TextCache,
    device: torch.device,
    on_step: OnStep,
    passes: Passes | None = None,
) -> UInt8[Tensor, "h w 3"]:
    """The picture of a job. `previous` is the stored picture of the frame before, `assets` are
    picture files and frames of a video by their SHA-256, `texts` keeps encoded prompts for later
    frames, `passes` says how many cuts CLIP sees at once."""
    schedule, first = noise_schedule(job.diffusion.steps), first_index(job)
    picture = start_picture(job, previous, assets, networks, device)
    shape = (1, 3, job.height, job.width)
    noise = normal(shape, generator(job.seed, "initial noise"), device)
    wish = Wish(
        targets=targets(job, networks.clips, texts, assets, device),
        look=looking(
            job.cutouts,
            schedule,
            job.seed,
            batches=job.diffusion.cutn_batches,
            augmented=None if job.diffusion.skip_augs else STRENGTHS[job.augmentations],
        ),
        scales=job.guidance,
        hold=hold(job, picture, networks.perceptual),
        passes=passes or Passes(),
    )
    final = SAMPLERS[job.diffusion.sampler](
        guided_denoiser(job, networks, schedule, wish),
        start(schedule, noise, picture, first),
        schedule,
        first=first,
        eta=job.diffusion.eta,
        step_noise=step_noise(job.seed, shape, device),
        mirror=mirror_at(job.symmetry, first),
        callback=lambda step: on_step(
            first + 1 - step.index, first + 1, lambda: to_picture(step.picture)
        ),
    )
    return to_picture(final)


def first_index(job: FrameJob) -> int:
    """Where in the schedule sampling begins: skipped steps are the noisiest ones."""
    steps, skipped = job.diffusion.steps, job.diffusion.skip_steps
    if not 0 <= skipped < steps:
        raise ValueError(f"of {steps} steps, {skipped} cannot be skipped")
    return steps - 1 - skipped


def start_picture(
    job: FrameJob,
    previous: UInt8[Tensor, "h w 3"] | None,
    assets: Mapping[str, bytes],
    networks: Networks,
    device: torch.device,
) -> Float[Tensor, "1 3 h w"] | None:
    """What the frame starts from: nothing, a picture, noise of its own, a frame of a video, or
    the frame before."""
    if isinstance(job.start, FromNoise):
        return None
    if isinstance(job.start, FromPerlin):
        gradients = drawn_gradients(job.seed)
        return perlin_start(job.start.mode, job.width, job.height, gradients, device)
    if isinstance(job.start, FromPicture):
        file = assets[job.start.sha256]
        return to_tensor(decode(file, job.width, job.height)).to(device)
    if isinstance(job.start, FromVideo):
        return to_tensor(video_frames(assets, job.width, job.height, device)(job.start.frame))
    if previous is None:
        raise ValueError("the frame starts from the one before it, which was not given")
    before = previous.to(device)
    if isinstance(job.start, FromFlow):
        frame_of = video_frames(assets, job.width, job.height, device)
        return to_tensor(followed(before, job.start, networks.motions, frame_of))
    return to_tensor(moved(before, job.start.camera, networks.depth))


def followed(
    previous: UInt8[Tensor, "h w 3"], start: FromFlow, motions: Motions | None, frame_of: FrameOf
) -> UInt8[Tensor, "h w 3"]:
    """The frame of the input video, covered by the previous frame carried along with it."""
    if motions is None:
        raise ValueError("the motion of a video needs a flow model")
    frame = frame_of(start.motion.frame)
    return carried(previous, frame, start.motion, start.blend, motions, frame_of)


def moved(
    previous: UInt8[Tensor, "h w 3"], camera: Camera2D | Camera3D, depth: Estimate | None
) -> UInt8[Tensor, "h w 3"]:
    """The previous frame as the camera sees it after its move."""
    if isinstance(camera, Camera2D):
        return warp2d(previous, camera)
    if depth is None:
        raise ValueError("a camera that moves in space needs a depth model")
    return warp3d(previous, depth(previous, camera.midas_weight), camera)


def seen_by_eyes(
    picture: UInt8[Tensor, "h w 3"], camera: StereoCamera, depth: Estimate
) -> UInt8[Tensor, "h w2 3"]:
    """The picture as a left and a right eye see it, side by side."""
    return eye_views(picture, depth(picture, camera.midas_weight), camera)


def hold(
    job: FrameJob, picture: Float[Tensor, "1 3 h w"] | None, perceptual: Perceptual
) -> Hold | None:
    """How strongly the frame is held to the picture it starts from."""
    if picture is None or isinstance(job.start, FromNoise):
        return None
    return Hold(job.start.scale, perceptual(picture))


def targets(
    job: FrameJob,
    clips: tuple[Clip, ...],
    texts: TextCache,
    assets: Mapping[str, bytes],
    device: torch.device,
) -> tuple[Target, ...]:
    """What each CLIP model should see."""
    if not job.prompts:
        return ()
    seen = pictures_seen(job, clips, assets, device)
    exact = [target(job.prompts, c, texts, s) for c, s in zip(clips, seen, strict=True)]
    if not job.diffusion.fuzzy_prompt:
        return tuple(exact)
    magnitude = job.diffusion.rand_mag
    return tuple(fuzzy(t, magnitude, job.seed, place) for place, t in enumerate(exact))


def pictures_seen(
    job: FrameJob, clips: tuple[Clip, ...], assets: Mapping[str, bytes], device: torch.device
) -> list[Seen]:
    """What each CLIP model sees in the pictures among the prompts, cut anew for every frame."""
    named = {prompt.sha256 for prompt in job.prompts if isinstance(prompt, PicturePrompt)}
    side = min(job.width, job.height)
    pictures = {sha256: picture_of(assets[sha256], side, device) for sha256 in sorted(named)}

    def seen(clip: Clip, place: int) -> Seen:
        return {
            sha256: seen_in(
                picture,
                clip,
                generator(job.seed, "picture prompts", place, int(sha256, 16)),
                augmented=not job.diffusion.skip_augs,
            )
            for sha256, picture in pictures.items()
        }

    return [seen(clip, place) for place, clip in enumerate(clips)]


def guided_denoiser(
    job: FrameJob, networks: Networks, schedule: NoiseSchedule, wish: Wish
) -> Denoiser:
    """The diffusion network, bent towards the wish."""
    network = partial(networks.diffusion, checkpoint=job.checkpoint)
    alone, clip = denoiser(network, schedule), job.diffusion.clip_denoised
    if wish.is_empty():
        return unguided(alone, schedule, clip_denoised=clip)
    secondary = networks.secondary
    through = None if secondary is None else velocity_denoiser(secondary, schedule)
    return guided(alone, gradient_of(wish, schedule), schedule, through=through, clip_denoised=clip)


def step_noise(seed: int, shape: tuple[int, ...], device: torch.device) -> StepNoise:
    """The fresh noise of each step."""

    def noise(index: int) -> Float[Tensor, "b 3 h w"]:
        return normal(shape, generator(seed, "step noise", index), device)

    return noise
