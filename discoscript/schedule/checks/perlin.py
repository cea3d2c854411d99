"""Perlin noise as a start: on every frame, in place of a picture, at segment starts only."""

import numpy as np

from discoscript.parameters import Mode
from discoscript.schedule.checks.subject import Subject


def check_perlin(subject: Subject) -> None:
    """D406, D408 and D415."""
    starts = np.array(subject.schedule.starts)
    noisy = starts[subject.values("init.perlin")[starts] != "off"]
    if not len(noisy):
        return
    span = subject.place_at("init.perlin", int(noisy[0]))
    animated = subject.schedule.mode in (Mode.D2, Mode.D3)
    if span is None:
        return
    picture = [int(frame) for frame in noisy if subject.values("init.image")[frame] is not None]
    if picture:
        subject.report.add(
            "D408",
            "Perlin noise replaces the start picture",
            subject.place_at("init.perlin", picture[0]) or span,
            help="delete one of them",
        )
    if animated and subject.fixed("init.every_frame"):
        subject.report.add(
            "D406",
            "Perlin noise replaces every previous frame, so the frames do not follow each other",
            subject.place("init.every_frame") or span,
            help="wanted for the rainbow flicker? then end the line with `# disco: ignore D406`",
        )
    elif animated and subject.schedule.frames > 1 and not subject.says("init.every_frame"):
        subject.report.add(
            "D415",
            "Perlin noise is used at segment starts only; Disco Diffusion uses it on every frame",
            span,
            help="say which you want: `every_frame on` for the old effect, or `every_frame off`",
        )
