"""What a YAML parser complains of, in words of our own and where a reader would look for it.

found unexpected end of stream   ->   error[unclosed-quote] at the quote that was never closed
"""

from __future__ import annotations

from audcli.definitions.reporting import report
from audcli.definitions.yaml_tree import MOST_LEVELS
from audcli.diagnostics import Diagnostic, Span

_CODES: tuple[tuple[str, str], ...] = (
    ("nesting depth", "document-too-deep"),
    ("tab character", "tab-indentation"),
    ("unexpected end of stream", "unclosed-quote"),
    ("unexpected document indicator", "unclosed-quote"),
    ("expected ',' or", "unclosed-bracket"),
    ("mapping values are not allowed", "unexpected-colon"),
    ("expected ':'", "missing-colon"),
    ("expected key", "bad-indentation"),
    ("expected '-' indicator", "bad-indentation"),
    ("expected <block end>", "bad-indentation"),
    ("block sequence entries are not allowed", "bad-indentation"),
    ("escape", "bad-escape"),
    ("cannot start any token", "quotes-needed"),
)
_AT_THE_START = ("unclosed-quote", "unclosed-bracket", "missing-colon")
"""Problems that lie where the value begins; the parser notices them only where the next line goes wrong."""


def syntax_problem(error: Exception, text: str, file: str, line: int) -> Diagnostic:
    """Turn what a YAML parser raised into a diagnostic; `text` begins at `line` of the file."""
    problem = str(getattr(error, "problem", None) or "")
    code = next((code for words, code in _CODES if words in problem), "bad-yaml")
    mark = getattr(error, "problem_mark", None)
    if code in _AT_THE_START:
        mark = getattr(error, "context_mark", None) or mark
    row, column = (0, 0) if mark is None else (mark.line, mark.column)
    lines = text.splitlines() or [""]
    if row >= len(lines):
        row, column = len(lines) - 1, len(lines[-1])
    character = lines[row][column : column + 1]
    if code == "quotes-needed" and character == "\t":
        code = "tab-indentation"
    return report(code, Span(file, line + row, column + 1), character=character, most=MOST_LEVELS)
