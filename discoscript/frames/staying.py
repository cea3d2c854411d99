"""Two plans -> which frames of the new one need no new picture.

No picture is at hand here: each stands for what makes it, its job and what that stands for which it
is made from. Two frames of one name come out equal. A frame whose predecessor changes counts as
changed, although it may come out as before.
"""

import hashlib

from discoscript.frames.pictures import wanted_pictures
from discoscript.plan.canonical import canonical
from discoscript.plan.plan import FramePlan


def staying(old: FramePlan, new: FramePlan) -> tuple[bool, ...]:
    """For each frame of `new`, whether all its pictures are among those of `old`."""
    before = {name for _, name in _named(old)}
    lost = {index for index, name in _named(new) if name not in before}
    return tuple(frame.index not in lost for frame in new.frames)


def _named(plan: FramePlan) -> list[tuple[int, bytes]]:
    """The frame of each picture of a plan, and what the picture is made of, as a digest."""
    names: list[tuple[int, bytes]] = []
    for wanted in wanted_pictures(plan):
        sources = [names[place][1] for place in wanted.sources]
        made = canonical((plan.models, wanted.job, sources, wanted.partials))
        names.append((wanted.index, hashlib.sha256(made).digest()))
    return names
