"""Identity: what besides the job can change a picture. Found without importing torch."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from discoscript_engine.job import Models
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import rows
from discoscript_engine.weights import find

#: Raised by hand when the engine's pixels may change; a golden test fails if they move without it.
EPOCH = 4

#: How the diffusion models and CLIP compute on a kind of device, whatever the weights are stored
#: in: as Disco Diffusion has it. Everything else computes in fp32.
PRECISION: Mapping[str, str] = {"cpu": "fp32", "cuda": "fp16", "mps": "fp32"}

#: What else they may compute in, and the variable of the environment that says so.
PRECISIONS = ("fp32", "fp16", "bf16")
PRECISION_VARIABLE = "DISCOSCRIPT_PRECISION"

#: Anything in this variable of the environment has torch compile the diffusion model.
COMPILE_VARIABLE = "DISCOSCRIPT_COMPILE"

#: What torch's CPU kernels ask for before they take their widest form, widest first.
INSTRUCTION_SETS = (
    ("avx512", {"avx512f", "avx512bw", "avx512dq", "avx512vl", "fma"}),
    ("avx2", {"avx2", "fma"}),
    ("sve", {"sve"}),
    ("neon", {"asimd"}),
)


@dataclass(frozen=True)
class Identity:
    """`epoch` names the renderer and its algorithm version (`engine 1`, `testcard 1`); `numeric`
    is the class of machines that compute equal bits (`cpu-x86_64-avx512 fp32 torch2.14`);
    `models` pairs a role (`clip tiny`) with the SHA-256 of its weights and configuration."""

    epoch: str
    numeric: str
    models: tuple[tuple[str, str], ...]


class FileDigests:
    """SHA-256 of files; a file whose size and time of change are as before is not read again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}

    def of(self, path: Path) -> str:
        """The file's digest, as hexadecimal digits."""
        state = path.stat()
        key = str(path), state.st_size, state.st_mtime_ns
        if key not in self._known:
            with path.open("rb") as file:
                self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._known[key]


def identity(models: Models, device: str = "auto", digests: FileDigests | None = None) -> Identity:
    """What this machine's engine would render these models as.

    Give the same `digests` again to read embedded weights once; downloads were checked when they
    were fetched, so for them the table's digest stands. ModelMissing where an embedded file is
    not there.
    """
    digests = digests or FileDigests()
    named = tuple((f"{row.role} {row.name}", _digest(row, digests)) for row in rows(models))
    return Identity(f"engine {EPOCH}", numeric_class(device), named)


def _digest(row: Model, digests: FileDigests) -> str:
    """SHA-256 of a row's files and layout."""
    if row.embedded:
        files = [digests.of(path) for path in find(row)]
    else:
        files = [file.sha256 or file.name for file in row.files]
    library = [f"{row.library} {_version(row.library)}"] if row.library else []
    layout = json.dumps(dict(row.configuration), sort_keys=True)
    return hashlib.sha256("\n".join([*files, *library, layout]).encode()).hexdigest()


def numeric_class(device: str = "auto") -> str:
    """The class of machines that compute the same bits as this one would on `device`."""
    kind = device_kind(device)
    machine = {"cpu": _cpu_class, "cuda": _cuda_class, "mps": _mps_class}[kind]()
    how = " compiled" if compiles(kind) else ""
    return f"{machine} {precision(kind)} torch{_version('torch')}{how}"


def compiles(kind: str) -> bool:
    """Whether the diffusion model is compiled on a kind of device: it is asked for, and there is
    what torch needs for it. What is compiled is rounded otherwise."""
    if not os.environ.get(COMPILE_VARIABLE):
        return False
    compilers = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    there = any(shutil.which(name) for name in compilers if name)
    return there and (kind != "cuda" or find_spec("triton") is not None)


class NoPrecision(ValueError):
    """The environment names a precision that there is none of."""


def precision(kind: str) -> str:
    """What the diffusion models and CLIP compute in on a kind of device; NoPrecision."""
    wanted = os.environ.get(PRECISION_VARIABLE) or PRECISION[kind]
    if wanted not in PRECISIONS:
        raise NoPrecision(f"{PRECISION_VARIABLE} is `{wanted}`; it can be {', '.join(PRECISIONS)}")
    return wanted


def device_kind(device: str = "auto") -> str:
    """`cpu`, `cuda` or `mps`: what a device name (`cuda:1`) means here, and what `auto` chooses.

    The engine asks here too, so that what it runs on is what the frame keys say.
    """
    if device != "auto":
        return device.partition(":")[0]
    return "cuda" if _torch_has_cuda() and _compute_capability() else "cpu"


def _version(distribution: str) -> str:
    """Major and minor number of what is installed, `none` where it is not."""
    try:
        return ".".join(version(distribution).split("+")[0].split(".")[:2])
    except PackageNotFoundError:
        return "none"


def _torch_has_cuda() -> bool:
    """Whether the installed torch was built with CUDA: its library lies beside it."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    libraries = Path(spec.origin).parent / "lib"
    return any((libraries / name).exists() for name in ("libtorch_cuda.so", "torch_cuda.dll"))


def _cuda_class() -> str:
    """`cuda-sm_90`; GPUs of one architecture compute alike."""
    return f"cuda-sm_{(_compute_capability() or 'unknown').replace('.', '')}"


def _compute_capability() -> str | None:
    """`9.0` for the GPU that torch takes first; None where there is none."""
    return asked_of_gpu("compute_cap")


def asked_of_gpu(what: str) -> str | None:
    """What NVIDIA's tool says of the GPU that torch takes first; None where there is none."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    tool = shutil.which("nvidia-smi")
    if tool is None or visible in ("", "-1"):
        return None
    first = ["-i", visible.split(",")[0]] if visible else []
    command = [tool, *first, f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return next(iter(answer.stdout.split()), None)


def _mps_class() -> str:
    return f"mps-{platform.machine()}"


def _cpu_class() -> str:
    """`cpu-x86_64-avx512`; without the last part where the instruction set is not known, or torch
    is told to use none of them."""
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine()
    )
    return f"cpu-{machine}-{_instruction_set()}".rstrip("-")


def _instruction_set() -> str:
    """The widest that the processor has, or what the variable that torch looks at asks for."""
    asked = os.environ.get("ATEN_CPU_CAPABILITY")
    if asked == "default":
        return ""
    flags = _cpu_flags()
    known = [name for name, needed in INSTRUCTION_SETS if needed <= flags]
    return asked if asked in known else next(iter(known), "")


def _cpu_flags() -> frozenset[str]:
    """The instruction sets that the processor names; empty where the system does not say."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return frozenset({"asimd"})
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    flags = (line for line in lines if line.startswith(("flags", "Features")))
    return frozenset(next(flags, "").partition(":")[2].split())
