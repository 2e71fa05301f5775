"""Reads definition files as strict YAML 1.2, document by document, so that one broken document hides no other.

    "audience: a\\n---\\naudience: b\\n"   ->   two `SourceDocument`s, every value with its line and column

Nothing here raises on any text: what cannot be read becomes diagnostics in words of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from audcli.definitions.reporting import report
from audcli.definitions.yaml_nodes import SourceDocument, plain
from audcli.definitions.yaml_problems import syntax_problem
from audcli.definitions.yaml_tree import RefusedDocument, build_tree
from audcli.diagnostics import Diagnostic, Span

LINE_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line for the parser, whose line numbers the diagnostics carry."""

_MARKER = re.compile(r"(---|\.\.\.)(?:[ \t]|$)")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_LINE = re.compile(
    r"^(?:--- +)?(audience|trait|sql_trait|list|test)[ \t]*:[ \t]+[\"']?([a-z][a-z0-9_]{0,62})\b",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class BrokenText:
    """A document that could not be read at all, with the key that it seems to define, if one can be made out."""

    kind: str | None
    key: str | None
    problem: Diagnostic


def read_yaml(text: str, file: str) -> tuple[list[SourceDocument], list[BrokenText]]:
    """Read all documents of a text; empty ones are skipped. `file` is the name that places carry."""
    documents: list[SourceDocument] = []
    broken: list[BrokenText] = []
    for line, chunk in _chunks(text.removeprefix("\ufeff")):
        try:
            document = _parse(chunk, file, line)
        except RefusedDocument as refused:
            broken.append(_broken(chunk, refused.problem))
            continue
        if document is not None:
            documents.append(document)
    return documents, broken


def split_lines(text: str) -> list[str]:
    """Split a file's text into the lines that places count."""
    return LINE_BREAK.split(text.removeprefix("\ufeff"))


def shown_line(span: Span, lines: Sequence[str]) -> str:
    """Give the line that a place lies in, with whatever a terminal would act upon made visible."""
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    return "".join(each if each.isprintable() or each == "\t" else "\ufffd" for each in line)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text at its document markers, each piece with the number of its first line (from 1)."""
    first, lines = 1, list[str]()
    for number, line in enumerate(_lines_with_ends(text), start=1):
        marker = _MARKER.match(line.rstrip("\r\n"))
        if marker is None:
            lines.append(line)
            continue
        yield first, "".join(lines)
        begins = marker[1] == "---"
        first, lines = (number, [line]) if begins else (number + 1, [])
    yield first, "".join(lines)


def _lines_with_ends(text: str) -> Iterator[str]:
    start = 0
    for found in LINE_BREAK.finditer(text):
        yield text[start : found.end()]
        start = found.end()
    if start < len(text):
        yield text[start:]


def _parse(chunk: str, file: str, line: int) -> SourceDocument | None:
    if all(not each.strip() or each.startswith(("#", "%")) for each in split_lines(chunk)):
        return None
    odd = _UNPRINTABLE.search(chunk)
    if odd is not None:
        raise RefusedDocument(_control_character(chunk, odd, file, line))
    problems: list[Diagnostic] = []
    try:
        root = build_tree(chunk, file, line, problems)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise RefusedDocument(syntax_problem(error, chunk, file, line)) from None
    if root is None or root.content is None:
        return None
    text = re.sub(r"\A---[ \t]*(?:\r\n|\n|\Z)", "", chunk)
    return SourceDocument(file, text, root, plain(root), tuple(problems))


def _control_character(chunk: str, odd: re.Match[str], file: str, line: int) -> Diagnostic:
    before = split_lines(chunk[: odd.start()])
    span = Span(file, line + len(before) - 1, len(before[-1]) + 1)
    return report("control-character", span, character=f"U+{ord(odd[0]):04X}")


def _broken(chunk: str, problem: Diagnostic) -> BrokenText:
    found = _KEY_LINE.search(chunk)
    return BrokenText(found and found[1], found and found[2], problem)
