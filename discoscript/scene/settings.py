"""Which row of the parameter table a line is about. Wrong names are reported by `names.py`."""

from discoscript.names.names import known
from discoscript.parameters import Parameter
from discoscript.scene.outline import Entry
from discoscript.syntax.syntax import Layer, Set


def row_of(entry: Entry) -> Parameter | None:
    """The row of a setting or layer; None where there is none."""
    said = entry.said
    if not isinstance(said, Set | Layer):
        return None
    return known(entry.under.group, said.name)
