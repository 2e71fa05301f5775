"""Located problems as data: found anywhere, collected, reported once.

    error[unknown-audience]: there is no audience `newsleter_readers`
      --> audiences/big_spenders.yaml:9:19

A `Diagnostic` is a value; `render_text` writes it without colour, and what a terminal or a program gets of it is
decided in `audcli.cli.render` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line of a file: `line` and `column` count from 1, `length` is in characters (at least 1)."""

    file: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem in one place.

    `code` is the message's stable name (`unknown-audience`), `message` what was found, `label` the words under the
    caret (what was expected), `hint` the way out, `source_line` the text of the line the span points into, `key` the
    key of the definition that has the problem, where it is known.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    label: str = ""
    hint: str | None = None
    source_line: str = ""
    key: str | None = None

    @property
    def in_one_line(self) -> str:
        """What was found, and where."""
        return f"{self.message} ({self.span.file}:{self.span.line})"


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of the problems is an error rather than a warning."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def in_reading_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort problems as a reader meets them: by file, line, column, then code; exact repeats are dropped."""
    unique = dict.fromkeys(diagnostics)
    return sorted(unique, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code, d.message))


def render_text(diagnostic: Diagnostic) -> str:
    """Write a problem as text of several lines, without colour and without a line break at the end."""
    span = diagnostic.span
    margin = " " * len(str(span.line))
    lines = [
        f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}",
        f"{margin} --> {span.file}:{span.line}:{span.column}",
    ]
    if diagnostic.source_line:
        before = diagnostic.source_line[: span.column - 1]
        indent = "".join("\t" if each == "\t" else " " for each in before.ljust(span.column - 1))
        label = f" {diagnostic.label}" if diagnostic.label else ""
        lines.append(f"{margin}  |")
        lines.append(f" {span.line} | {diagnostic.source_line}")
        lines.append(f"{margin}  | {indent}{'^' * span.length}{label}")
    elif diagnostic.label:
        lines.append(f"{margin}  = {diagnostic.label}")
    if diagnostic.hint:
        lines.append(f"{margin}  = {diagnostic.hint}")
    return "\n".join(lines)
