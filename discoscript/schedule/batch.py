"""Schedule of a still -> schedule of a batch of stills: the same picture with other seeds."""

from dataclasses import replace

import numpy as np

from discoscript.parameters import Mode
from discoscript.schedule.schedule import Origin, PromptRow, Schedule


def batch(schedule: Schedule) -> Schedule:
    """As many stills as `scene.images` says. Each is a segment of its own, with a seed that is
    `seed_step` above that of the one before. An animation comes back as it is."""
    images = schedule.fixed.get("scene.images")
    if schedule.mode is not Mode.STILL or not isinstance(images, int) or images == 1:
        return schedule
    step = schedule.fixed.get("scene.seed_step")
    seeds = schedule.seeds[0] + np.arange(images) * (step if isinstance(step, int) else 1)
    return replace(
        schedule,
        frames=images,
        frames_of={k: np.repeat(v[:1], images) for k, v in schedule.frames_of.items()},
        prompts=tuple(_prompt(row, images) for row in schedule.prompts),
        starts=tuple(range(images)),
        seeds=seeds,
        seeded=np.repeat(schedule.seeded[:1], images),
        origins={
            key: origin if key in schedule.progress else _origin(origin, images)
            for key, origin in schedule.origins.items()
        },
    )


def _prompt(row: PromptRow, images: int) -> PromptRow:
    return replace(
        row,
        weights=np.repeat(row.weights[:1], images),
        here=np.repeat(row.here[:1], images),
        frames=images,
    )


def _origin(origin: Origin, images: int) -> Origin:
    return replace(origin, owner=np.repeat(origin.owner[:1], images))
