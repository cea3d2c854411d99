"""RunReport -> a page of HTML that stands alone: no script, nothing from elsewhere.

Every text in it may come from a stranger's script, so each is escaped, and the page forbids itself
whatever could run.
"""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from string import Template

from discoscript.reports.run_report import RunReport
from discoscript.terminal import counted, duration, printable
from discoscript.views.words import stretch

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1f2430; --faint: #6b7280; --page: #fff; --line: #e1e4ea;
        --bar: #2563eb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaf0; --faint: #98a2b3; --page: #14171f; --line: #2e3442; --bar: #7aa2f7; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
       max-width: 70rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); }
img { max-width: 100%; height: auto; border-radius: 4px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
td, th { text-align: left; padding: .2rem 1.5rem .2rem 0; vertical-align: top;
         border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th { color: var(--faint); font-weight: normal; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
svg { width: 100%; height: 9rem; display: block; } rect { fill: var(--bar); }
</style>
<h1>$title</h1>
$body
</html>
""")


def page(report: RunReport, sheet: bytes, curves: bytes) -> str:
    """The page; `sheet` is a JPEG of frames and `curves` a PNG, empty where there is none."""
    body = "\n".join(_body(report, sheet, curves))
    return _PAGE.substitute(title=_text(report.title), body=body)


def _body(report: RunReport, sheet: bytes, curves: bytes) -> Iterator[str]:
    yield f'<p class="faint">{_text(report.script)} · {_text(report.began)}</p>'
    yield f"<p>{_text(summary(report))}</p>"
    yield from _picture("Frames", sheet, "image/jpeg", "Frames of the run, in order")
    yield from _picture("Settings over time", curves, "image/png", "Curves of the settings")
    yield from _seconds(report)
    if report.notes:
        yield "<h2>What the run said</h2>"
        yield from (f"<p><code>{_text(note)}</code></p>" for note in report.notes)
    yield "<h2>Prompts</h2>"
    rows = [(p.text, stretch(p.first, p.end), p.weight) for p in report.prompts]
    yield from _table(("prompt", "frames", "weight"), rows)
    yield "<h2>Settings</h2>"
    yield from _table(
        ("setting", "value", "from"), [(s.name, s.value, s.by) for s in report.settings]
    )
    yield "<h2>Rendered with</h2>"
    yield f"<p>{_text(report.engine)} on {_text(report.numeric)}, seed {report.seed}</p>"
    yield from _table(("model", "SHA-256"), list(report.models.items()))


def summary(report: RunReport) -> str:
    """`48 frames, 128x96, 2d, 4 s at 12 fps: 27 rendered in 34 s, 21 kept. Finished.`"""
    width, height = report.size
    film = f"{counted(report.frames, 'frame')}, {width}x{height}, {report.mode}"
    length = f"{report.frames / report.fps:.3g} s at {report.fps:g} fps"
    kept = report.frames - len(report.rendered)
    work = f"{len(report.rendered)} rendered in {duration(report.seconds)}, {kept} kept"
    return f"{film}, {length}: {work}. {report.ended[:1].upper()}{report.ended[1:]}."


def _picture(title: str, data: bytes, kind: str, says: str) -> Iterator[str]:
    if data:
        source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        yield f'<h2>{title}</h2>\n<img alt="{says}" src="{source}">'


def _seconds(report: RunReport) -> Iterator[str]:
    """A bar for each frame that was rendered, as high as it took long."""
    if not report.rendered:
        return
    longest = max(seconds for _, seconds in report.rendered) or 1.0
    mean = sum(seconds for _, seconds in report.rendered) / len(report.rendered)
    about = f"{duration(mean)} a frame, the longest {duration(longest)}"
    yield f'<h2>Seconds for each frame</h2>\n<p class="faint">{about}</p>'
    yield f'<svg viewBox="0 0 {report.frames} 100" preserveAspectRatio="none" role="img"'
    yield f' aria-label="{about}">'
    for index, seconds in report.rendered:
        height = 100 * seconds / longest
        yield f'<rect x="{index}" y="{100 - height:.1f}" width=".9" height="{height:.1f}"/>'
    yield "</svg>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = "".join(f"<th>{name}</th>" for name in head)
    yield f'<div class="wide"><table><tr>{cells}</tr>'
    for row in rows:
        yield f"<tr>{''.join(f'<td>{_text(value)}</td>' for value in row)}</tr>"
    yield "</table></div>"


def _text(value: str) -> str:
    """A text that shows as it is, whatever is in it."""
    return escape(printable(value))
