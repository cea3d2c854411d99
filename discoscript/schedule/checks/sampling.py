"""Settings of the sampling that need one another."""

import numpy as np

from discoscript.schedule.checks.subject import Subject

#: Steps that a large `eta` wants at least, and the `eta` up to which few are enough (D805); the
#: reference's guide: "eta 0 ... decent output with only 50-75 steps", 1.0 "ideally around 250".
STEPS_FOR_ETA, SAFE_ETA = 100, 0.8

#: What the reference's guide calls right for 512x512; it grows with the number of pixels (D804).
GUIDANCE, PIXELS = 5000.0, 512 * 512

#: So many times what the guide calls right is worth a word.
MUCH = 4


def check_sampling(subject: Subject) -> None:
    """D409, D417, D804 and D805."""
    _eta_without_ddim(subject)
    _pictures_of_no_step(subject)
    if not subject.model.embedded:  # the embedded models have measured defaults of their own
        _steps_for_eta(subject)
        _guidance_for_size(subject)


def _eta_without_ddim(subject: Subject) -> None:
    span = subject.place("diffusion.eta")
    other = subject.values("diffusion.sampler") != "ddim"
    if span is not None and other.all():
        name = subject.values("diffusion.sampler")[0]
        subject.report.add(
            "D409", f"`eta` has no effect with `{name}`", span, help="`eta` belongs to `ddim`"
        )


def _pictures_of_no_step(subject: Subject) -> None:
    """`save.intermediates` after more steps than the longest frame has."""
    span, wanted = subject.place("save.intermediates"), subject.fixed("save.intermediates")
    most = int(subject.values("diffusion.steps").max())
    if span is None or not isinstance(wanted, tuple):
        return
    beyond = [str(int(step)) for step in wanted if step >= most]
    if beyond:
        steps = f"step {beyond[0]}" if len(beyond) == 1 else f"steps {', '.join(beyond)}"
        subject.report.add(
            "D417",
            f"there is no picture from inside the diffusion after {steps} of {most}",
            span,
            help="leave these out; the last step makes the frame itself",
        )


def _steps_for_eta(subject: Subject) -> None:
    eta, steps = subject.values("diffusion.eta"), subject.values("diffusion.steps")
    ddim = subject.values("diffusion.sampler") == "ddim"
    few = (eta > SAFE_ETA) & (steps < STEPS_FOR_ETA) & ddim
    frame = int(np.argmax(few))
    span = subject.place_at("diffusion.eta", frame)
    if few.any() and span is not None:
        subject.report.add(
            "D805",
            f"`eta {eta[frame]:g}` is made for about 250 steps, here are {steps[frame]}",
            span,
            help="with few steps write `eta 0`",
        )


def _guidance_for_size(subject: Subject) -> None:
    width, height = subject.schedule.size
    right = GUIDANCE * width * height / PIXELS
    values = subject.values("guidance.clip_guidance_scale")
    much = values > MUCH * right
    span = subject.place_at("guidance.clip_guidance_scale", int(np.argmax(much)))
    if much.any() and span is not None:
        here = "" if (width, height) == (512, 512) else f", about {right:.0f} at {width}x{height}"
        subject.report.add(
            "D804",
            f"`clip_guidance_scale` grows with the picture: 5000 at 512x512{here}",
            span,
            help="it works, but the picture may break",
        )
