"""Settings in, script out, as `discoscript import` does it."""

import json
from pathlib import Path

from discoscript.exchange import deforum, disco_diffusion
from discoscript.exchange.notes import Notes, lines_of
from discoscript.exchange.settings_file import read
from discoscript.exchange.writing import script
from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, severity

FILES = Path(__file__).parent / "files"
PARITY = Path(__file__).parents[1] / "parity"


def imported(settings, mode=None, program=disco_diffusion, path="settings.txt"):
    """The script and the lines of the report. `settings` is text or a dict."""
    text = settings if isinstance(settings, str) else json.dumps(settings, indent=4)
    notes = Notes()
    found = program.draft_of(read(text), path, notes, mode)
    return script(found.draft), [line for line in lines_of(notes, path) if line]


def from_deforum(settings, mode=None):
    return imported(settings, mode, deforum)


def errors(text):
    found = compile_text(text).diagnostics
    return [(d.code, d.message) for d in found if severity(d) is Severity.ERROR]


def schedule(text):
    """The schedule of an imported script: it must compile."""
    assert errors(text) == [], text
    return compile_text(text).schedule
