"""Whether a device has room for jobs, and how many cuts CLIP may see at once where it is short.
Torch is not imported here.

How many cuts are seen at once changes no cut and no draw, only how sums are rounded. So they are as
many as the kind of device is set to, unless that needs more memory than is free.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from discoscript_engine.identity import asked_of_gpu
from discoscript_engine.job import FrameJob
from discoscript_engine.memory import CUTS_AT_ONCE, is_held, step_of

#: Asked of the kind of device: bytes that are free there, None where nobody knows.
FreeMemory = Callable[[str], int | None]

MIB = 2**20

#: What Linux says of the memory of the whole machine, and of a container.
MEMINFO, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Room:
    """What jobs need with as many cuts at once as usual (`usual`), and with `at_once`: so many go
    into the `free` bytes, or only one where nothing goes. None: nobody knows what is free."""

    usual: int
    at_once: int
    needed: int
    free: int | None

    @property
    def fits(self) -> bool:
        """Whether there is room, as far as anybody knows."""
        return self.free is None or self.needed <= self.free

    @property
    def short(self) -> bool:
        """Whether CLIP sees fewer cuts at once than usual."""
        return self.free is not None and self.usual > self.free

    def line(self) -> str:
        """`memory: 14.4 GB or more are needed, 80.0 GB are free`, and what is done about it."""
        said = f"memory: {gigabytes(self.usual)} or more are needed"
        if self.free is None:
            return said
        said += f", {gigabytes(self.free)} are free"
        if not self.short:
            return said
        few = "cut" if self.at_once == 1 else "cuts"
        if not self.fits:
            return f"{said}; with one cut at once it is {gigabytes(self.needed)} still"
        return (
            f"{said}: CLIP looks at {self.at_once} {few} at once, for {gigabytes(self.needed)}; "
            "the last bits of the pictures may differ from those of a device with more memory"
        )


def gigabytes(size: int) -> str:
    """`14.4 GB`, `0.09 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e9:.2f} GB"


def room_for(jobs: Iterable[FrameJob], kind: str, precision: str, free: int | None) -> Room:
    """Room for all of the jobs, one after the other, on a kind of device."""
    steps = [step_of(job, precision) for job in {_asked(job): job for job in jobs}.values()]

    def needed(at_once: int) -> int:
        return max((step.bytes(at_once) for step in steps), default=0)

    at_once = CUTS_AT_ONCE[kind]
    usual = needed(at_once)
    while at_once > 1 and free is not None and needed(at_once) > free:
        at_once //= 2
    return Room(usual, at_once, needed(at_once), free)


def _asked(job: FrameJob) -> tuple[object, ...]:
    """What of a job memory depends on: most of a render's frames are alike."""
    size, batches = (job.width, job.height), job.diffusion.cutn_batches
    return size, batches, job.models, job.cutouts, job.checkpoint, is_held(job)


def free_memory(kind: str) -> int | None:
    """Bytes that are free: of the GPU that torch takes first, or of the machine."""
    if kind == "cuda":
        said = asked_of_gpu("memory.free")
        return int(float(said) * MIB) if said and said.replace(".", "").isdigit() else None
    known = [each for each in (_of_machine(), _of_container()) if each is not None]
    return min(known, default=None)


def _of_machine() -> int | None:
    """What Linux would give away without taking it from anybody; elsewhere what there is at all."""
    with suppress(OSError, ValueError, IndexError):
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 2**10
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _of_container() -> int | None:
    """What is left of the limit that a container has."""
    with suppress(OSError, ValueError):
        most, used = (int((CGROUP / f"memory.{each}").read_text()) for each in ("max", "current"))
        return max(most - used, 0)
    return None
