"""What is known of the frames of a script before anything is rendered, models missing or not."""

from dataclasses import dataclass

from discoscript.commands._rendering import Asked
from discoscript.errors import RenderFailure
from discoscript.frames.frames import look
from discoscript.views.jobs import Seen
from discoscript_engine.identity import Identity
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import rows
from discoscript_engine.weights import missing


@dataclass(frozen=True)
class Needed:
    """A model that a script needs; `state` is `embedded`, `here`, `missing` or `not built yet`."""

    row: Model
    state: str


def needed_models(wanted: Asked) -> tuple[Needed, ...]:
    """The models of a script, and whether they can be used. Test cards need none of them."""
    away = missing(wanted.models)
    return tuple(Needed(row, _state(row, row in away)) for row in rows(wanted.models))


def _state(row: Model, away: bool) -> str:
    if not row.built:
        return "not built yet"
    if away:
        return "missing"
    return "embedded" if row.embedded else "here"


def identity_of(wanted: Asked) -> Identity | None:
    """What would render the script; None where its models can not be used here."""
    try:
        return wanted.backend.identity(wanted.models)
    except RenderFailure:
        return None


def seen_frames(wanted: Asked, identity: Identity | None) -> tuple[Seen, ...]:
    """Every frame with what the store knows of it."""
    if identity is None:
        return tuple(Seen(frame, None, None) for frame in wanted.plan.frames)
    found = look(wanted.plan, identity, wanted.store)
    return tuple(
        Seen(frame, each.state, each.key, each.eyes)
        for frame, each in zip(wanted.plan.frames, found, strict=True)
    )
