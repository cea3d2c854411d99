"""Indentation as tokens, for parsing a whole file at once."""

from lark.indenter import Indenter


class ScriptIndenter(Indenter):
    """What Lark needs to know of our blocks."""

    NL_type = "_NL"
    OPEN_PAREN_types = ["LSQB", "LPAR"]  # noqa: RUF012 (as Lark declares them)
    CLOSE_PAREN_types = ["RSQB", "RPAR"]  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 4
