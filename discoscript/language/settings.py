"""Which row of the parameter table a line is about. Wrong names are reported by `names.py`."""

from discoscript.language import parameters
from discoscript.language.outline import Entry
from discoscript.language.parameters import Parameter
from discoscript.language.syntax import Layer, Set


def row_of(entry: Entry) -> Parameter | None:
    """The row of a setting or layer; None where there is none, or none that is built."""
    said = entry.said
    if not isinstance(said, Set | Layer):
        return None
    *groups, name = said.name.parts
    group = ".".join(groups) if groups else entry.under.group
    if group is None:
        return None
    row = parameters.find(group, name) or _old_name(group, name)
    return row if row is not None and row.built else None


def _old_name(group: str, name: str) -> Parameter | None:
    """A name of Disco Diffusion counts where it stands in the right group (D103 is a hint)."""
    row = parameters.by_disco_name(name)
    return row if row is not None and row.group == group else None
