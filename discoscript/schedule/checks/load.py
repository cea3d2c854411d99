"""What a frame asks of the machine: cuts at a time, and the weights of the CLIP models."""

import numpy as np

from discoscript.schedule.checks.subject import Subject
from discoscript_engine.model_table import models

#: Cuts at a time beyond which a warning is due (D706): with 64 of them ViTL14 alone keeps more
#: than 10 GB for its gradient, counted over the layers of the network.
MANY_CUTS = 64

#: Bytes of weights beyond which a warning is due (D707): twice what the reference's three have.
HEAVY = 2_000_000_000


def check_load(subject: Subject) -> None:
    """D706 and D707."""
    _cuts(subject)
    _weights(subject)


def _cuts(subject: Subject) -> None:
    progress = subject.schedule.progress
    together = progress["cutouts.overview"] + progress["cutouts.inner"]
    span, most = subject.place("cutouts.overview", "cutouts.inner"), int(np.max(together))
    if span is not None and most > MANY_CUTS:
        subject.report.add(
            "D706",
            f"{most} cuts at a time; usual are 16, and memory grows with each of them",
            span,
            help="use fewer cuts and more `cutn_batches`: those are made one after the other",
        )


def _weights(subject: Subject) -> None:
    span = subject.place("scene.clip")
    sizes = {row.name: row.size or 0 for row in models("clip")}
    names = [name for name in subject.fixed("scene.clip") if name in sizes]
    whole = sum(sizes[name] for name in names)
    if span is None or whole <= HEAVY:
        return
    least = "at least " if not all(sizes[name] for name in names) else ""
    heaviest = max(names, key=lambda name: sizes[name])
    subject.report.add(
        "D707",
        f"the weights of these CLIP models take {least}{whole / 1e9:.1f} GB together",
        span,
        help=f"leave out `{heaviest}` first ({sizes[heaviest] / 1e9:.1f} GB)",
    )
