"""The table of models: one row for each, with everything that anybody may ask of it.

A row may give a default for any parameter of the language (`defaults`, keyed `group.name`); a
value written in the script wins. Torch is not imported here.
"""

from dataclasses import replace

from discoscript_engine import model_rows
from discoscript_engine.job import Models
from discoscript_engine.model_row import Model, ModelFile, Role, Setting
from discoscript_engine.model_rows import PRESETS, runs

__all__ = [
    "MODELS",
    "PRESETS",
    "Model",
    "ModelFile",
    "Role",
    "Setting",
    "by_name",
    "models",
    "rows",
]

#: The diffusion model of a script that names none.
DEFAULT = "tiny"

#: The embedded family: small enough to be part of the package, at home in a painted toy world.
TINY = (
    Model(
        "tiny",
        "diffusion",
        "embedded: renders on a CPU without a download, small and dreamlike",
        (ModelFile("tiny/diffusion.safetensors"),),
        embedded=True,
        size_multiple=16,
        size_minimum=32,
        defaults={
            "scene.size": (128, 96),
            "scene.secondary": False,
            "scene.checkpoint": False,
            "scene.clip": ("tiny",),
            "depth.model": "tiny",
            "diffusion.steps": 25,
            "diffusion.skip_steps": 0,
            "diffusion.cutn_batches": 1,
            "guidance.clamp_max": 0.06,
            "cutouts.overview": runs((3, 1000)),
            "cutouts.inner": runs((3, 1000)),
            # Measured: 1000 holds nothing, 10 000 a little, 100 000 overrules the prompt.
            "coherence.frames_scale": 10_000.0,
            "init.scale": 10_000.0,
        },
        # Seen on examples/regatta.disco: 0, 5, 10 and 15 look alike, because `init.scale` holds the
        # frame to the clip; 10 takes three fifths of the steps.
        video_defaults={"diffusion.skip_steps": 10},
        perceptual="multi_scale",
    ),
    Model(
        "tiny",
        "clip",
        "embedded: knows the words of the toy world",
        (
            ModelFile("tiny/clip.safetensors"),
            ModelFile("tiny/discoscript-tiny.json"),
            ModelFile("tiny/merges.txt.gz"),
        ),
        embedded=True,
    ),
    Model(
        "tiny",
        "depth",
        "embedded: its depth is mixed already, depth.midas_weight has no effect",
        (ModelFile("tiny/depth.safetensors"),),
        embedded=True,
        ignores=("depth.midas_weight",),
    ),
)

MODELS: tuple[Model, ...] = (
    *TINY,
    *model_rows.DIFFUSION,
    *model_rows.SECONDARY,
    *model_rows.CLIP,
    *model_rows.DEPTH,
    *model_rows.METRIC_DEPTH,
    *model_rows.FLOW,
    *model_rows.PERCEPTUAL,
)


def models(role: Role) -> tuple[Model, ...]:
    """The rows of one role, in the table's order."""
    return tuple(row for row in MODELS if row.role == role)


def by_name(role: Role, name: str) -> Model:
    """The row of that name; KeyError where there is none."""
    for row in models(role):
        if row.name == name:
            return row
    raise KeyError(f"no {role} model is called {name}")


def rows(chosen: Models) -> tuple[Model, ...]:
    """The rows that a job's models stand for. One whose weights are in a file of somebody's own
    has no files."""
    diffusion = by_name("diffusion", chosen.diffusion)
    if chosen.file:
        diffusion = replace(diffusion, files=(), embedded=False)
    found = [diffusion]
    found += models("secondary") if chosen.secondary else ()
    found += [by_name("clip", name) for name in chosen.clip]
    if chosen.depth:
        depth = by_name("depth", chosen.depth)
        # `depth.midas_weight` may move from frame to frame: what is mixed in anywhere counts.
        found += [depth]
        found += models("metric depth") if chosen.mixed and not depth.embedded else ()
    found += [by_name("flow", chosen.flow)] if chosen.flow else ()
    found += [row for row in models("perceptual") if row.name == diffusion.perceptual]
    return tuple(found)
