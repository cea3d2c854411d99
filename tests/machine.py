"""Which machine the tests run on, where bits depend on it; and the engine in this process."""

from pathlib import Path

from discoscript.frames import backend
from discoscript.frames.renderer import Renderer
from discoscript_engine.identity import numeric_class


def maker() -> str:
    """Who made this machine's processor: math libraries choose their ways by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.split()[-1] for line in lines if line.startswith("vendor_id")), "unknown")


def numeric_machine() -> str:
    """The numeric class of this machine's processor, and its maker."""
    return f"{numeric_class('cpu')} {maker()}"


#: Variables that make the math libraries compute as on a processor without wide instructions: the
#: bits of another numeric class.
PLAIN_PROCESSOR = {
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
}


class Here:
    """In place of a renderer in a process of its own (`backend.ChildRenderer`): most tests need not
    start one."""

    def __init__(self, make: str, note: backend.Note, identity: object) -> None:
        self._note = note

    def load(self) -> Renderer:
        return backend.engine_here(self._note)
