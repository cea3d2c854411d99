"""Which weights the diffusion model has."""

from discoscript.schedule.checks.subject import Subject


def check_models(subject: Subject) -> None:
    """D509: a model that has no weights of its own needs a file. Where lines were left out because
    of errors, one of them may name it."""
    span = subject.place("scene.model")
    if span is None or subject.model.files or subject.fixed("scene.model_file"):
        return
    if not subject.scene.complete:
        return
    subject.report.add(
        "D509",
        f"the model `{subject.model.name}` has no weights of its own",
        span,
        help='name your checkpoint, too: model_file "mine.safetensors"',
    )
