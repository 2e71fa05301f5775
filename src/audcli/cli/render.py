"""The only place that prints: results to standard output, everything else to standard error."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from audcli.diagnostics import Diagnostic

_UNBOUNDED = 100_000
_USUAL_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Voice:
    """How to speak: as JSON, quietly, or saying more."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of a tree, and what stands below it; its `truth` gives it a colour, without one it is dim."""

    text: str
    truth: bool | None = None
    below: Sequence[Branch] = ()


def document(result: object) -> None:
    """Print a result as one JSON document; instants are written in UTC with a `Z`."""
    text = json.dumps(_plain(result), ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[str] = ()) -> None:
    """Print rows under headers; columns named in `numbers` are set to the right. A pipe gets every character."""
    from rich.table import Table

    right = set(numbers)
    grid = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for header in headers:
        grid.add_column(
            header, justify="right" if header in right else "left", no_wrap=header in right, overflow="fold"
        )
    for row in rows:
        grid.add_row(*(_cell(value) for value in row))
    _console(sys.stdout.isatty()).print(grid)


def tree(root: Branch) -> None:
    """Print a tree."""
    _console(sys.stdout.isatty()).print(_grown(root))


def line(text: str = "") -> None:
    """Print one line of a result."""
    sys.stdout.write(text + "\n")


def note(voice: Voice, text: str) -> None:
    """Tell something that is no result."""
    if not voice.quiet:
        _say(text)


def warning(voice: Voice, text: str, *, hint: str | None = None) -> None:
    """Warn of something that the command went on in spite of."""
    if not voice.quiet:
        _say(f"[yellow]warning:[/] {_escaped(text)}", hint)


def error(voice: Voice, text: str, *, hint: str | None = None) -> None:
    """Tell what went wrong and the way out; not even `--quiet` keeps this back."""
    _say(f"[bold red]error:[/] {_escaped(text)}", hint)


def diagnostics(found: Iterable[Diagnostic]) -> None:
    """Show located problems, one after the other, with the line of the file that each is about."""
    from audcli.diagnostics import render_text

    console = _console(sys.stderr.isatty(), stderr=True)
    for diagnostic in found:
        console.print(_coloured(render_text(diagnostic), diagnostic.severity), soft_wrap=True)
        console.print()


def workflow_commands(found: Iterable[Diagnostic], root: Path, workspace: Path) -> None:
    """Print located problems as workflow commands of GitHub, which shows each beside its line.

    Files are named from the `workspace`, the checked out repository. Source: GitHub's documentation, "Workflow
    commands for GitHub Actions".
    """
    for diagnostic in found:
        span = diagnostic.span
        place = {
            "file": os.path.relpath(root.resolve() / span.file, workspace.resolve()),
            "line": span.line,
            "col": span.column,
            "endColumn": span.column + span.length,
            "title": diagnostic.code,
        }
        properties = ",".join(f"{name}={_command(str(value), ':,')}" for name, value in place.items())
        words = ". ".join(each for each in (diagnostic.message, diagnostic.label, diagnostic.hint) if each)
        line(f"::{diagnostic.severity} {properties}::{_command(words)}")


def instant(value: datetime | None) -> str:
    """Write an instant (UTC, without a zone) as people read it: to the second where it is whole."""
    if value is None:
        return ""
    return value.isoformat(sep=" ", timespec="auto" if value.microsecond else "seconds")


def to_the_second(value: datetime | None) -> str:
    """Write an instant as people read it among others, without its fraction of a second."""
    return "" if value is None else instant(value.replace(microsecond=0))


def members(number: int) -> str:
    """Say how many members there are."""
    return "1 member" if number == 1 else f"{number:,} members"


def width() -> int:
    """Tell how many characters a line of a result may have; where no terminal shows it, as on one of 80."""
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else _USUAL_WIDTH


def shortened(text: str, length: int) -> str:
    """Give the beginning of a text, in no more than `length` printable characters."""
    shown = printable(text if len(text) <= length else text[:length])
    return shown if len(shown) <= length and len(text) <= length else f"{shown[: length - 1]}…"


def printable(text: str) -> str:
    """Give a text with what a terminal would obey, or not show, written as escapes: `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _grown(branch: Branch) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    style = "dim" if branch.truth is None else ""
    label = Text(printable(branch.text), style=style, overflow="fold")
    if branch.truth is not None:
        label.stylize("green" if branch.truth else "red", 0, len("false"))
    grown = Tree(label, guide_style="dim")
    grown.children.extend(map(_grown, branch.below))
    return grown


def _coloured(text: str, severity: str) -> Any:
    from rich.text import Text

    coloured = Text(text)
    colour = "bold red" if severity == "error" else "bold yellow"
    coloured.highlight_regex(rf"^{severity}\[[a-z-]+\]", colour)
    coloured.highlight_regex(r"\^+.*$", colour)
    coloured.highlight_regex(r"(?m)^ +(-->|=|\d+ \|)|^\d+ \||^ +\|", "blue")
    return coloured


def _command(text: str, also: str = "") -> str:
    """Escape what would end a part of a workflow command."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _say(markup: str, hint: str | None = None) -> None:
    console = _console(sys.stderr.isatty(), stderr=True)
    console.print(markup, soft_wrap=True, highlight=False)
    if hint:
        console.print(f"  [dim]=[/] {_escaped(hint)}", soft_wrap=True, highlight=False)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _console(is_terminal: bool, *, stderr: bool = False) -> Console:
    from rich.console import Console

    # Without colours there is to be nothing else of the kind either: rich would still write bold and dim.
    color_system: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    width = None if is_terminal else _UNBOUNDED
    return Console(stderr=stderr, width=width, highlight=False, color_system=color_system)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return to_the_second(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else _escaped(printable(str(value)))


def _plain(value: object) -> object:
    """Turn a result into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date | Path):
        return str(value)
    return value
