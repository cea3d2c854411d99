"""Two pictures of a video -> where every pixel came from, and pictures carried along with it.

Flow is measured back in time: for a pixel of the next picture it is the way to its place in the
previous one, x first, in pixels. RAFT measures it, or OpenCV's DIS (dense inverse search), which
needs no weights.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import cv2
import numpy as np
import torch
from einops import rearrange
from jaxtyping import Bool, Float, Float32, UInt8
from PIL import Image
from torch import Tensor
from torch.nn.functional import grid_sample

from discoscript_engine.model_table import by_name
from discoscript_engine.models.raft import raft, raft_flow, renamed
from discoscript_engine.models.weights import released

#: (previous picture, next picture of the same size) -> flow, on the pictures' device.
Flow = Callable[[UInt8[Tensor, "h w 3"], UInt8[Tensor, "h w 3"]], Float32[Tensor, "h w 2"]]

#: A flow is trusted where the way there and back again ends no farther from its start than this
#: share of its length, and this many pixels, both squared (Sundaram, Brox and Keutzer, 2010).
RELATIVE, ABSOLUTE = 0.01, 0.5

#: DIS does not work on smaller pictures; their borders are repeated.
DIS_LEAST = 64


def load_raft(device: torch.device) -> Flow:
    """RAFT with its published weights; ModelMissing where they are not on this machine."""
    network = released(by_name("flow", "raft"), raft, renamed).to(device)

    def flow(
        previous: UInt8[Tensor, "h w 3"], following: UInt8[Tensor, "h w 3"]
    ) -> Float32[Tensor, "h w 2"]:
        return raft_flow(network, following.to(device), previous.to(device))

    return flow


def load_dis(device: torch.device) -> Flow:
    """DIS: there is nothing to load."""
    return dis_flow


def dis_flow(
    previous: UInt8[Tensor, "h w 3"], following: UInt8[Tensor, "h w 3"]
) -> Float32[Tensor, "h w 2"]:
    """The flow that OpenCV measures, on the CPU."""
    height, width, _ = following.shape
    right, below = max(0, DIS_LEAST - width), max(0, DIS_LEAST - height)
    start, end = (
        cv2.copyMakeBorder(
            cv2.cvtColor(image.cpu().numpy(), cv2.COLOR_RGB2GRAY),
            *(0, below, 0, right),
            cv2.BORDER_REPLICATE,
        )
        for image in (following, previous)
    )
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    with one_thread():
        measured = search.calc(start, end, np.zeros((*start.shape, 2), np.float32))
    return torch.from_numpy(np.array(measured)[:height, :width]).to(following.device)


#: What measures flow, by its name in the model table.
FLOWS: Mapping[str, Callable[[torch.device], Flow]] = {"raft": load_raft, "dis": load_dis}


@contextmanager
def one_thread() -> Iterator[None]:
    """DIS shares its rows among threads, and what a row finds depends on its neighbours: with one
    thread every machine finds the same."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def consistent(
    flow: Float32[Tensor, "h w 2"], there: Float32[Tensor, "h w 2"]
) -> Bool[Tensor, "h w"]:
    """Where the flow can be trusted: going back in time along it, and then on along `there` (the
    flow measured with the two pictures exchanged), leads to about where one was.

    What has just come into sight has no place in the previous picture and is not trusted.
    """
    back = sample_at(there, flow)
    error = (flow + back).square().sum(-1)
    length = flow.square().sum(-1) + back.square().sum(-1)
    return error < RELATIVE * length + ABSOLUTE


def warp_by_flow(
    previous: UInt8[Tensor, "h2 w2 3"],
    following: UInt8[Tensor, "h3 w3 3"],
    flow: Float32[Tensor, "h w 2"],
    blend: float,
    trusted: Bool[Tensor, "h w"] | None = None,
) -> UInt8[Tensor, "h w 3"]:
    """The next picture, covered by the previous one carried along by the flow.

    `blend` 0 is the next picture alone, 1 the carried one alone; where the flow is not trusted it
    is always the next picture. What comes from outside is black; fractions are cut off. Both
    pictures take the size of the flow.
    """
    return blended(previous, following, flow, blend, trusted).to(torch.uint8)


def blended(
    previous: UInt8[Tensor, "h2 w2 3"],
    following: UInt8[Tensor, "h3 w3 3"],
    flow: Float32[Tensor, "h w 2"],
    blend: float,
    trusted: Bool[Tensor, "h w"] | None = None,
) -> Float32[Tensor, "h w 3"]:
    """`warp_by_flow` in levels, before their fractions are cut off."""
    height, width, _ = flow.shape
    carried = sample_at(_resized(previous, height, width).float(), flow)
    share = blend if trusted is None else blend * trusted[..., None].float()
    return _resized(following, height, width) * (1 - share) + carried * share


def sample_at(
    values: Float32[Tensor, "h w c"], flow: Float32[Tensor, "h w 2"]
) -> Float32[Tensor, "h w c"]:
    """The values at every pixel's place plus its flow: bilinear, 0 outside."""
    height, width, _ = flow.shape
    x = _grid(torch.arange(width, device=flow.device) + flow[..., 0], width)
    y = _grid(torch.arange(height, device=flow.device)[:, None] + flow[..., 1], height)
    picture = rearrange(values, "h w c -> 1 c h w")
    taken = grid_sample(
        picture, torch.stack([x, y], dim=-1)[None], "bilinear", "zeros", align_corners=False
    )
    return rearrange(taken, "1 c h w -> h w c")


def _grid(position: Float[Tensor, "h w"], size: int) -> Float32[Tensor, "h w"]:
    """Pixels with centres at integers, as `grid_sample` takes them."""
    return (2 * position + 1) / size - 1


def _resized(
    image: UInt8[Tensor, "h w 3"], height: int, width: int
) -> UInt8[Tensor, "{height} {width} 3"]:
    """Bicubic as Pillow does it; a picture that has the size is left as it is."""
    if image.shape[:2] == (height, width):
        return image
    picture = Image.fromarray(image.cpu().numpy())
    resized = picture.resize((width, height), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(resized)).to(image.device)
