"""The parts that settings, layers and prompts share: a name, a value, a time."""

from dataclasses import dataclass

from discoscript.parameters import Parameter
from discoscript.scene.placing import time_span
from discoscript.syntax.syntax import Value, When
from discoscript.text.source import Span


@dataclass(frozen=True)
class Line:
    """What a claim is read from; `row` says what its values may be."""

    name: str
    row: Parameter
    value: Value
    when: When
    span: Span

    @property
    def mark(self) -> Span:
        """Where messages about its frames point: its time, or the whole line."""
        return time_span(self.when.at) if self.when.at else self.span
