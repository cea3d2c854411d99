"""The words that `discoscript explain` knows, and the entries of the reference for them."""

from discoscript.expressions.easing import EASINGS
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.parameters import GROUPS, PARAMETERS
from discoscript.reference import curves, functions, library, parameters, statements
from discoscript.syntax.statements import WORDS

#: Words for whole lists.
TOPICS = ("curves", "functions", "clocks", "statements", "settings")


def entries(word: str) -> list[str]:
    """Markdown for everything that a word means; empty where it means nothing.

    `steps` is a setting of two groups and a curve: all three are listed.
    """
    found = [_topic(word)] if word in TOPICS else []
    found += [parameters.group_text(word)] if word in GROUPS else []
    found += [statements.statement_text(row) for row in statements.named(word)]
    found += [parameters.parameter_text(row) for row in parameters.named(word)]
    found += [functions.function_text(word)] if word in {**FUNCTIONS, **CLOCKS, **CONSTANTS} else []
    found += [curves.curve_text(word)] if word in EASINGS else []
    found += [library.verb_text(verb) for verb in library.named(word)]
    return found


def all_words() -> list[str]:
    """Every word that has an entry, for "did you mean"."""
    names = (name for row in PARAMETERS for name in (row.name, row.key, *row.disco))
    tables = (GROUPS, EASINGS, FUNCTIONS, CLOCKS, CONSTANTS)
    moves = (verb.name for verb in library.verbs())
    others = (name for table in tables for name in table)
    return list(dict.fromkeys((*TOPICS, *WORDS, *names, *others, *moves)))


def _topic(word: str) -> str:
    if word == "curves":
        return curves.curve_list()
    if word == "functions":
        return functions.function_list()
    if word == "clocks":
        return functions.clocks_text()
    if word == "statements":
        return statements.statements_text()
    return "\n\n".join(parameters.group_text(group) for group in GROUPS)
