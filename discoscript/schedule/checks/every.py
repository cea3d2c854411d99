"""All checks of a finished schedule, called one after the other."""

from discoscript.scene.scene import Scene
from discoscript.schedule.checks.idle import check_idle
from discoscript.schedule.checks.load import check_load
from discoscript.schedule.checks.models import check_models
from discoscript.schedule.checks.modes import check_modes
from discoscript.schedule.checks.perlin import check_perlin
from discoscript.schedule.checks.sampling import check_sampling
from discoscript.schedule.checks.speeds import check_speeds
from discoscript.schedule.checks.subject import Subject
from discoscript.schedule.checks.turbo import check_turbo
from discoscript.schedule.schedule import Schedule
from discoscript.text.report import Report
from discoscript_engine.model_table import Model

CHECKS = (
    check_models,
    check_modes,
    check_turbo,
    check_perlin,
    check_sampling,
    check_idle,
    check_load,
    check_speeds,
)


def check_schedule(scene: Scene, schedule: Schedule, model: Model, report: Report) -> None:
    """Report what is wrong with, or unusual about, the values of a schedule."""
    subject = Subject(scene, schedule, model, report)
    for check in CHECKS:
        check(subject)
