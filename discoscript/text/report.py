"""Report: where a stage collects its diagnostics while it goes on."""

from dataclasses import dataclass, field

from discoscript.text.diagnostics import Diagnostic, Fix, Related
from discoscript.text.source import Source, Span


@dataclass(frozen=True)
class Report:
    """The diagnostics so far, and the text they point into."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        help: str = "",
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
    ) -> None:
        """Add one message."""
        self.found.append(Diagnostic(code, message, span, label, help, related, fix))

    def text(self, span: Span) -> str:
        """The user's words at `span`, on one line."""
        return " ".join(self.source.at(span).split())

    def line(self, span: Span) -> int:
        """The line on which `span` starts, from 1."""
        return self.source.position(span.start)[0]
