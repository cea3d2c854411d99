"""A plan -> its frames rendered, and pictures and video beside the script: the whole way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from discoscript.errors import DiskFailure
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.frames import Outcome, render_frames
from discoscript.frames.previews import Previews
from discoscript.frames.renderer import Renderer
from discoscript.video.ahead import Ahead
from discoscript.video.film import Film
from discoscript.video.output import FrameLost, Output
from discoscript.video.videos import Videos

ATTEMPTS = 3  #: to read back what was rendered, before the disk is blamed


@dataclass(frozen=True)
class Delivery:
    """What a render left: the video and that for both eyes, where there are any, and what was
    rendered for them."""

    outcome: Outcome
    video: Path | None
    stereo: Path | None
    pictures: Path

    @property
    def results(self) -> tuple[Path, ...]:
        """What a render is asked for: the video for both eyes, if there is one, and the video; the
        picture of a still or the folder of several where there is none."""
        return (*((self.stereo,) if self.stereo else ()), self.video or self.pictures)


def deliver(
    output: Output,
    renderer: Renderer,
    events: Events,
    assets: Mapping[str, bytes],
    film: Film | None,
    display_rate: int = 20,
) -> Delivery:
    """Render what is missing and write everything; a damaged frame is rendered again.

    Every `display_rate` steps the frame in the making is shown. However the render ends, the video
    so far has what is finished.
    """
    videos = Videos(output, film) if film else None
    growing = videos.growing() if videos else None
    ahead = videos.ahead() if videos else None
    encoders = [encoder for encoder in (growing, ahead) if encoder is not None]
    shown = (output, Previews(display_rate, output.show), *encoders, events)
    try:
        delivery = _delivered(output, renderer, events, EventsTo(*shown), assets, videos, ahead)
    finally:
        for encoder in encoders:
            encoder.close()
    if growing:
        growing.remove()
    return delivery


def _delivered(
    output: Output,
    renderer: Renderer,
    events: Events,
    everything: Events,
    assets: Mapping[str, bytes],
    videos: Videos | None,
    ahead: Ahead | None,
) -> Delivery:
    """The same; `everything` that is to be told of frames."""
    rendered: tuple[int, ...] = ()
    eyes: tuple[int, ...] = ()
    for _ in range(ATTEMPTS):
        try:
            outcome = render_frames(output.plan, renderer, output.store, everything, assets)
            rendered, eyes = rendered + outcome.rendered, eyes + outcome.eyes_rendered
            output.tidy()
            video = videos.flat(outcome, renderer, assets, events, ahead) if videos else None
            stereo = videos.stereo(outcome, events) if videos else None
            made = replace(outcome, rendered=rendered, eyes_rendered=eyes)
            pictures = output.path(0) if output.length == 1 else output.frames
            delivery = Delivery(made, video, stereo, pictures)
            output.folder.complete(delivery.results, output.fingerprint)
            return delivery
        except FrameLost:
            events.note("a frame was damaged in the frame store; it is rendered again")
        finally:
            output.folder.save()
    raise DiskFailure(f"the frame store damages what is written to it: {output.store.root}")
