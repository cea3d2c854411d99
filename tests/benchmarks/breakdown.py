"""Where the time of a guided step and of a frame goes: `make bench-engine` adds it to
docs/engine-speed.md.

On a processor each part is timed in processor time. On a GPU the parts are timed by events in its
queue, so that nothing waits while the step runs; beside them stands how long the processor took to
tell it all. Without a GPU that half is left out.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import torch
from parts import EARLY, LATE, PARTS, Parts, Workload, default_workload, guided_step, tiny_workload
from PIL import Image

from discoscript_engine.engine import repeatable
from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.depth import load_depth
from discoscript_engine.motion.warp import warp2d, warp3d

FORWARD = Camera3D(0.0, 0.0, 10.0, 0.0, 2.0, 0.0, 40.0, "border", "bicubic", 1.0)
TURN = Camera2D(angle=3.0, zoom=1.02, translate_x=5.0, translate_y=-3.0)


class ProcessorTimed(Parts):
    """Processor seconds of each part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._since = time.process_time()

    def entered(self, part: str) -> None:
        now = time.process_time()
        self.seconds[self.part] += now - self._since
        self._since, self.part = now, part

    def of_run(self, run: Callable[[], None]) -> dict[str, float]:
        """Seconds of each part of one run."""
        self.seconds.clear()
        self._since = time.process_time()
        run()
        self.entered("sampler")
        return dict(self.seconds)


class GpuTimed(Parts):
    """GPU seconds of each part, by events between them; `host`: until all was told."""

    def __init__(self) -> None:
        self._events: list[tuple[str, torch.cuda.Event]] = []

    def entered(self, part: str) -> None:
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        self._events.append((part, event))
        self.part = part

    def of_run(self, run: Callable[[], None]) -> dict[str, float]:
        """Seconds of each part of one run."""
        torch.cuda.synchronize()
        self._events.clear()
        self.entered("sampler")
        began = time.perf_counter()
        run()
        host = time.perf_counter() - began
        self.entered("sampler")
        torch.cuda.synchronize()
        seconds: dict[str, float] = defaultdict(float)
        for (part, event), (_, after) in zip(self._events, self._events[1:], strict=False):
            seconds[part] += event.elapsed_time(after) / 1000
        return {**seconds, "host": host}


def step_times(work: Workload, index: int, rounds: int) -> dict[str, float]:
    """Median seconds of each part of a guided step, and of all; the first round does not count."""
    timed = ProcessorTimed() if work.device.type == "cpu" else GpuTimed()
    run = guided_step(work, timed, index)
    with repeatable():
        found = [timed.of_run(run) for _ in range(rounds + 1)][1:]
    every = [sum(times.get(part, 0.0) for part in PARTS) for times in found]
    names = [*PARTS, *(["host"] if "host" in found[0] else [])]
    parts = {name: statistics.median(times.get(name, 0.0) for times in found) for name in names}
    return {**parts, "all": statistics.median(every)}


def frame_times(width: int, height: int, depth: str, device: torch.device) -> dict[str, float]:
    """Median seconds of what happens to a picture between two diffusions."""
    y, x = np.mgrid[:height, :width]
    levels = np.stack([x * 5 % 256, y * 3 % 256, (x + y) % 256], axis=-1).astype(np.uint8)
    picture = torch.from_numpy(levels).to(device)
    estimate = load_depth(depth, device)
    seen = estimate(picture, 1.0)
    return {
        "camera in the plane": median(lambda: warp2d(picture, TURN), device),
        "depth": median(lambda: estimate(picture, 1.0), device),
        "camera in space": median(lambda: warp3d(picture, seen, FORWARD), device),
        "PNG": median(lambda: Image.fromarray(levels).save(BytesIO(), "png"), device),
    }


def median(run: Callable[[], object], device: torch.device, rounds: int = 5) -> float:
    """Median seconds: of the processor, or by the clock where a GPU is waited for."""
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    times = []
    with repeatable(), torch.no_grad():
        for _ in range(rounds + 1):
            if device.type == "cuda":
                torch.cuda.synchronize()
            began = clock()
            run()
            if device.type == "cuda":
                torch.cuda.synchronize()
            times.append(clock() - began)
    return statistics.median(times[1:])


def breakdown() -> dict[str, Any]:
    """Everything that this machine can measure."""
    cpu, work = torch.device("cpu"), tiny_workload()
    step, frame = step_times(work, 12, 7), frame_times(work.width, work.height, "tiny", cpu)
    found: dict[str, Any] = {
        "processor": {
            "what": f"the embedded models, {work.width}x{work.height}, {work.steps} steps",
            "step": step,
            "frame": {**frame, "all steps": step["all"] * work.steps},
        }
    }
    if torch.cuda.is_available():
        gpu = torch.device("cuda")
        large = default_workload(gpu)
        found["gpu"] = {
            "what": f"Disco Diffusion's defaults on {torch.cuda.get_device_name()}, random weights",
            "early": step_times(large, EARLY, 5),
            "later": step_times(large, LATE, 5),
        }
    return found


def tables(found: dict[str, Any], shown: Callable[[float], str]) -> list[str]:
    """The tables of the page."""
    here = found["processor"]
    rows = {**{p: s for p, s in here["step"].items() if s and p != "all"}}
    whole = here["step"]["all"]
    lines = [
        f"On one processor thread, {here['what']}:",
        "",
        "| part of a guided step | | share |",
        "|---|---|---|",
        *(f"| {part} | {shown(s)} | {100 * s / whole:.0f} % |" for part, s in rows.items()),
        f"| all | {shown(whole)} | |",
        "",
        "| of a frame | |",
        "|---|---|",
        *(f"| {part} | {shown(s)} |" for part, s in here["frame"].items()),
    ]
    if "gpu" in found:
        gpu, early, later = found["gpu"], found["gpu"]["early"], found["gpu"]["later"]
        lines += [
            "",
            f"{gpu['what']}:",
            "",
            "| part of a guided step | early | later |",
            "|---|---|---|",
            *(f"| {part} | {shown(t)} | {shown(later[part])} |" for part, t in early.items()),
        ]
    return lines
