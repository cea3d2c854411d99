"""How much a picture differs from the one before it once motion is taken out: flicker.

As Lai et al. measure it ("Learning Blind Video Temporal Consistency", 2018), with the flow of the
pictures themselves and without what the flow can not explain.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from discoscript_engine.motion.flow import consistent, dis_flow, sample_at


def flicker(previous: NDArray[np.uint8], following: NDArray[np.uint8]) -> float:
    """Mean difference of two pictures of one size, height x width x 3, from 0 to 1, where the
    motion between them is known; NaN where it is known nowhere."""
    before, after = (torch.from_numpy(np.array(p)) for p in (previous, following))
    flow = dis_flow(before, after)
    trusted = consistent(flow, dis_flow(after, before))
    if not bool(trusted.any()):
        return float("nan")
    differ = (sample_at(before.float(), flow) - after.float()).abs().mean(-1) / 255
    return float(differ[trusted].mean())
