"""Every sampler by its name in a script: adding one is a function and a row."""

from collections.abc import Mapping

from discoscript_engine.diffusion.dpm_solver import dpmpp_2m, unipc
from discoscript_engine.diffusion.sampling import Sampler, ddim, plms

SAMPLERS: Mapping[str, Sampler] = {
    "ddim": ddim,
    "plms": plms,
    "dpmpp_2m": dpmpp_2m,
    "unipc": unipc,
}
