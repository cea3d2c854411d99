"""Diagnostics for other programs: as JSON, and in the formats of others, of which there is a table.

`docs/formats.md` describes the JSON; GitHub's are workflow commands, which become notes beside the
lines of a pull request; SARIF is version 2.1.0 of the OASIS standard.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from discoscript import __version__
from discoscript.text.codes import BY_CODE, CODES, Severity
from discoscript.text.diagnostics import Diagnostic, Fix, severity
from discoscript.text.places import Place, ends
from discoscript.text.source import Source, Span

#: A value that JSON can hold.
Json = dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """A script and what was found in it, in the order of the places."""

    source: Source
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Format:
    """One row: `write` makes one text of all that was checked."""

    name: str
    doc: str
    write: Callable[[Sequence[Checked]], str]


# ───────────── JSON ─────────────


def diagnostics_json(checked: Sequence[Checked]) -> Json:
    """One object that holds every diagnostic of every file."""
    found = [diagnostic_json(d, each.source) for each in checked for d in each.diagnostics]
    files = [_counts(each) for each in checked]
    kind = {"format": "discoscript-diagnostics", "version": 1}
    return {**kind, "files": files, "diagnostics": found}


def _counts(checked: Checked) -> Json:
    kinds = [severity(d) for d in checked.diagnostics]
    return {"file": checked.source.path} | {f"{kind}s": kinds.count(kind) for kind in Severity}


def diagnostic_json(found: Diagnostic, source: Source) -> Json:
    """One diagnostic, all of it."""
    row = BY_CODE.get(found.code)
    return {
        "code": found.code,
        "slug": row.slug if row else "",
        "severity": str(severity(found)),
        "message": found.message,
        "label": found.label,
        "help": found.help,
        **_span(source, found.span),
        "related": [{"label": r.label, **_span(source, r.span)} for r in found.related],
        "fix": found.fix and {"edits": [_edit(source, found.fix)]},
    }


def _edit(source: Source, fix: Fix) -> Json:
    return {**_span(source, fix.span), "text": fix.text}


def _span(source: Source, span: Span) -> Json:
    first, last = ends(source, span)
    return {"file": first.path, "start": _place(first), "end": _place(last)}


def _place(place: Place) -> Json:
    return {"line": place.line, "column": place.column, "offset": place.offset}


# ───────────── GitHub ─────────────

#: What GitHub calls a severity.
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


def as_github(checked: Sequence[Checked]) -> str:
    """A workflow command for each diagnostic; nothing where all is well."""
    lines = (_command(d, each.source) for each in checked for d in each.diagnostics)
    return "".join(f"{line}\n" for line in lines)


def _command(found: Diagnostic, source: Source) -> str:
    first, last = ends(source, found.span)
    where: dict[str, object] = {"file": first.path, "line": first.line}
    if first.line == last.line:  # GitHub takes columns only within one line
        where |= {"col": first.column}
    where |= {"endLine": last.line}
    if first.line == last.line:
        where |= {"endColumn": last.column}
    where |= {"title": _title(found)}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    return f"::{_COMMANDS[severity(found)]} {properties}::{_data(_message(found))}"


def _title(found: Diagnostic) -> str:
    row = BY_CODE.get(found.code)
    return f"{found.code} {row.slug}" if row else found.code


def _message(found: Diagnostic) -> str:
    """The message, its label, what to write instead: a line for each."""
    help = f"help: {found.help}" if found.help else ""
    return "\n".join(filter(None, (found.message, found.label, help)))


def _data(text: str) -> str:
    """Text as a workflow command carries it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The same for the value of a property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# ───────────── SARIF ─────────────

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}

#: The rules: every code that this version reports.
_RULES = CODES


def as_sarif(checked: Sequence[Checked]) -> str:
    """A SARIF log of one run; columns count UTF-16 units, as the standard has them by default."""
    driver = {"name": "discoscript", "version": __version__, "rules": _rules()}
    results = [_result(d, each.source) for each in checked for d in each.diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, allow_nan=False) + "\n"


def _rules() -> list[Json]:
    return [
        {
            "id": row.code,
            "name": row.slug,
            "shortDescription": {"text": row.title},
            "help": {"text": f"{row.title}: `discoscript explain {row.code}` has examples."},
            "defaultConfiguration": {"level": _LEVELS[row.severity]},
        }
        for row in _RULES
    ]


def _result(found: Diagnostic, source: Source) -> Json:
    numbers = {row.code: number for number, row in enumerate(_RULES)}
    result: Json = {"ruleId": found.code}
    if found.code in numbers:
        result["ruleIndex"] = numbers[found.code]
    result |= {
        "level": _LEVELS[severity(found)],
        "message": {"text": _message(found)},
        "locations": [_location(source, found.span)],
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": r.label}, **_location(source, r.span)}
            for number, r in enumerate(found.related, start=1)
        ]
    if found.fix:
        result["fixes"] = [_change(source, found.fix, found.help)]
    return result


def _location(source: Source, span: Span) -> Json:
    where = {"artifactLocation": _artifact(source, span), "region": _region(source, span)}
    return {"physicalLocation": where}


def _artifact(source: Source, span: Span) -> Json:
    path = PurePath(ends(source, span)[0].path)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _region(source: Source, span: Span) -> Json:
    first, last = ends(source, span)
    return {
        "startLine": first.line,
        "startColumn": first.column_utf16,
        "endLine": last.line,
        "endColumn": last.column_utf16,
    }


def _change(source: Source, fix: Fix, help: str) -> Json:
    replacement = {
        "deletedRegion": _region(source, fix.span),
        "insertedContent": {"text": fix.text},
    }
    change = {"artifactLocation": _artifact(source, fix.span), "replacements": [replacement]}
    return {"description": {"text": help or "replace it"}, "artifactChanges": [change]}


FORMATS: Mapping[str, Format] = {
    row.name: row
    for row in (
        Format("github", "notes for a pull request on GitHub", as_github),
        Format("sarif", "SARIF 2.1.0, for code scanning", as_sarif),
    )
}
