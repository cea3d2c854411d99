"""Small scripts for tests, and what comes out of them."""

from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, severity

SCENE = "scene:\n    mode 3d\n    fps 24\n    frames 48\n"


def camera(*lines, before=""):
    """A script of 48 frames with these camera lines; `before` replaces or extends the scene."""
    scene = before if before.startswith("scene") else SCENE + before
    return f'disco 1\n{scene}prompt "x"\ncamera:\n' + "".join(f"    {line}\n" for line in lines)


def compiled(text, files=None):
    """The schedule of a script that must have no errors."""
    result = compile_text(text, files=files)
    assert result.schedule is not None, [(d.code, d.message) for d in result.diagnostics]
    return result.schedule


def drawn(text, name="camera.translate_z"):
    """One parameter of a script that must have no errors."""
    return compiled(text).frames_of[name]


def codes(text, hints=False):
    """The codes of a script's errors and warnings, in order of their places."""
    found = compile_text(text).diagnostics
    return [d.code for d in found if hints or severity(d) is not Severity.HINT]
