"""Writes `docs/reference/` from the tables, and the pictures of the language guide.

Run it as `make docs`, or `python docs/generate.py`.

`--check` writes nothing and lists what is not as it would be written.
"""

import argparse
import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS.parent / "engine")]

from discoscript.cli import COMMANDS, ENVIRONMENT, EXIT_CODES, declare, module_of  # noqa: E402
from discoscript.reference import (  # noqa: E402
    checks,
    commands,
    curves,
    functions,
    library,
    models,
    parameters,
    plots,
    statements,
)
from discoscript.reference.markdown import page  # noqa: E402

REFERENCE = DOCS / "reference"
PICTURES = DOCS / "images" / "language"  #: of the language guide

NOTES = f"{EXIT_CODES}\n{ENVIRONMENT}"

INDEX = """* [Settings](parameters.md): every setting with its default, its range and what it does
* [Statements](statements.md): what a line may say, and where it may stand
* [Functions](functions.md): what a value may be calculated from
* [Standard library](library.md): moves of the camera that come with DiscoScript
* [Curves](curves.md): how a value moves from here to there
* [Messages](checks.md): every code, why it is a mistake and what to write instead
* [Models](models.md): what can be rendered with
* [Commands](commands.md): the command line

The [language guide](../language.md) tells how it all fits together."""


def pages() -> dict[Path, str]:
    """Every file of the reference and what belongs in it."""
    texts = {
        "README.md": page("Reference", INDEX),
        "parameters.md": parameters.parameters_page(),
        "statements.md": statements.statements_page(),
        "functions.md": functions.functions_page(),
        "library.md": library.library_page(),
        "curves.md": curves.curves_page(),
        "checks.md": checks.checks_page(),
        "models.md": models.models_page(),
        "commands.md": commands.commands_page(map(help_of, COMMANDS), NOTES),
        **{f"curves/{name}.svg": text for name, text in curves.curve_pictures().items()},
        **{f"functions/{name}.svg": text for name, text in functions.function_pictures().items()},
        **{f"checks/{code}.md": text for code, text in checks.code_pages().items()},
    }  # fmt: skip
    guide = plots.guide_pictures((DOCS / "language.md").read_text("utf-8"))
    pictures = {PICTURES / f"{name}.svg": text for name, text in guide.items()}
    return {**{REFERENCE / name: text for name, text in texts.items()}, **pictures}


def help_of(command) -> commands.CommandHelp:
    """What `discoscript COMMAND --help` knows."""
    parser = argparse.ArgumentParser()
    declare(command, parser)
    examples = module_of(command).EXAMPLES
    return commands.CommandHelp(command.name, command.summary, examples, parser)


def stale(texts: dict[Path, str]) -> list[Path]:
    """The files that differ, are missing, or are left over."""
    differ = [p for p, text in texts.items() if not p.is_file() or p.read_text("utf-8") != text]
    there = [p for folder in (REFERENCE, PICTURES) for p in folder.rglob("*.*")]
    return differ + [p for p in there if p not in texts]


def main() -> int:
    """Write what is stale, or only say what is."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    texts = pages()
    found = stale(texts)
    if options.parse_args().check:
        print("\n".join(str(p.relative_to(DOCS)) for p in found))
        return 1 if found else 0
    for path in found:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(found)} of {len(texts)} files of the reference written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
