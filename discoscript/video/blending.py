"""Stored frames -> what the output video shows: in video mode each frame is blended with the stored
one before it. Where a segment starts, a frame is shown as it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from discoscript.frames.pictures import mixed
from discoscript.frames.renderer import Picture, Renderer
from discoscript_engine.job import Carry


def blended(
    read: Callable[[int], Picture],
    frames: Sequence[int],
    carries: Mapping[int, Carry],
    along_motion: bool,
    renderer: Renderer,
    assets: Mapping[str, bytes],
) -> Iterator[Picture]:
    """The pictures of these frames, in order; `read` gives a stored one.

    `carries` has the frames that are blended, with the share of the frame before. That is carried
    `along_motion` of the input video, or mixed in as it is.
    """
    last: tuple[int, Picture] | None = None
    for index in frames:
        picture = shown = read(index)
        if index in carries:
            previous = last[1] if last and last[0] == index - 1 else read(index - 1)
            carry = carries[index]
            if along_motion:
                shown = renderer.carry(carry, previous, picture, assets)
            else:
                shown = mixed(previous, picture, carry.share)
        yield shown
        last = index, picture
