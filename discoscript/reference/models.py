"""The models that a script may name."""

from typing import cast, get_args

from discoscript.parameters import Resolved, Runs
from discoscript.reference.markdown import code, page, table
from discoscript.reference.parameters import model_defaults
from discoscript_engine.model_table import MODELS, Model, Role

INTRODUCTION = """A script names its diffusion model with `scene: model "NAME"`, its CLIP models
with `scene: clip [NAME, NAME]`, its depth model with `depth: model NAME`. Without these lines it
renders with `tiny`, which is part of DiscoScript: no download, small pictures, on a CPU."""


def models_page() -> str:
    """docs/reference/models.md."""
    parts = (f"## {role}\n\n{_table(role)}" for role in get_args(Role))
    own = (_defaults(m) for m in MODELS if m.defaults)
    return page("Models", INTRODUCTION, *parts, "## Defaults that models bring", *own)


def _table(role: str) -> str:
    head = ("Model", "State", "Download", "Sides of the picture", "What it is")
    return table(head, (_row(m) for m in MODELS if m.role == role))


def _row(model: Model) -> tuple[str, ...]:
    size = "none" if model.embedded else "" if model.size is None else f"{model.size / 1e6:,.0f} MB"
    sides = f"multiples of {model.size_multiple}, at least {model.size_minimum}"
    return (
        code(model.name),
        _state(model),
        size,
        sides if model.role == "diffusion" else "",
        model.doc,
    )


def _state(model: Model) -> str:
    if model.embedded:
        return "embedded"
    return "renders" if model.built else "never loaded: its digest is not published"


def _defaults(model: Model) -> str:
    brought = [(key, cast(Resolved | Runs, value)) for key, value in model.defaults.items()]
    shown = table(("Setting", "Default"), model_defaults(brought))
    return f"### {model.name}\n\n{shown}"
