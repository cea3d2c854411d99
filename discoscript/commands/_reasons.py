"""Why the frames of a script are rendered."""

from collections.abc import Sequence

from discoscript.commands._rendering import Asked
from discoscript.frames.explained import explained
from discoscript.frames.frames import Found
from discoscript.views.reasons import Reasons
from discoscript_engine.identity import Identity


def reasons_of(wanted: Asked, identity: Identity, found: Sequence[Found]) -> Reasons:
    """Every frame of the plan with its reason."""
    before = wanted.store.run(wanted.run_id)
    lines = wanted.lines(before)
    reasons = explained(wanted.plan, found, identity, wanted.files, lines, before)
    return [(f.index, reason) for f, reason in zip(wanted.plan.frames, reasons, strict=True)]
