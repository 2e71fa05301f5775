"""Reads a page of the reference: its headings, links, tables and fenced blocks, and the examples these make up.

    ```yaml                                             Example(
    audience: buyers                                        definitions="audience: buyers\\n...",
    where: {event: Order Completed}                         calls=(Call("ann", "Order Completed", ...),),
    ```                                                     expectations=(Expectation(None, ..., ("ann",)),),
    ```calls                                      ->    )
    ann  Order Completed  2026-06-20  {"revenue": 80}

    Members on 2026-07-01: ann
    ```

A block whose info string ends in a path (`csv lists/vips.csv`) is a file of the next example's project; `yaml wrong`
holds definitions with errors, and the `text` block after it is what `audcli validate` says of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

AS_OF = datetime(2026, 7, 1)
DAY_BEFORE = datetime(2026, 6, 30)

_FENCE = re.compile(r"^```(.*)$")
_HEADING = re.compile(r"^(#+) (.+)$")
_LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
_INSTANT = r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d(?:\.\d+)?)?)?"
_EXPECTED = re.compile(rf"(?P<what>Members|Values)(?: of (?P<key>\w+))?(?: on (?P<when>{_INSTANT}))?: (?P<who>.+)")
_VALUE = re.compile(r"`([^`]+)`|(absent)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands behind the opening fence, the text, and the line of the opening fence."""

    info: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """One line of a `calls` block. `what` is an event's name, `page NAME`, `screen NAME`, `identify` or `group ID`."""

    who: str
    what: str
    when: datetime
    body: dict[str, Any]
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Who is in an audience at an as-of, or who has which value of a trait (`ann 12.5`).

    `key` is None where the example has one audience, or one trait and no audience.
    """

    key: str | None
    as_of: datetime
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """Definitions, files beside them by path, and what the calls make of them."""

    line: int
    definitions: str
    files: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Definitions with errors, and what is said about them."""

    line: int
    definitions: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of tests: the operators as YAML, and JSON values that pass and that do not; None is absent."""

    line: int
    operators: str
    passing: tuple[str | None, ...]
    failing: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `tables` are the tables of tests; `anchors` and `links` are in the order of reading."""

    examples: tuple[Example, ...]
    mistakes: tuple[Mistake, ...]
    tables: tuple[tuple[Row, ...], ...]
    anchors: tuple[str, ...]
    links: tuple[str, ...]


def read_page(text: str) -> Page:
    """Read a page; raises `ValueError` with the line for a block or a line that is none of the notation."""
    blocks, prose = _split(text.splitlines())
    examples, mistakes = _examples(blocks)
    anchors, links = read_links(text)
    return Page(tuple(examples), tuple(mistakes), tuple(_tables(prose)), anchors, links)


def read_links(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the anchors of any page's headings, and where its links lead."""
    _, prose = _split(text.splitlines())
    anchors = tuple(_anchor(heading[2]) for _, line in prose if (heading := _HEADING.match(line)))
    return anchors, tuple(target for _, line in prose for target in _LINK.findall(line))


def _split(lines: list[str]) -> tuple[list[Block], list[tuple[int, str]]]:
    """Part the fenced blocks from the prose, which keeps its line numbers."""
    blocks: list[Block] = []
    prose: list[tuple[int, str]] = []
    info, opened = "", 0
    inside: list[str] | None = None
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if inside is not None:
            if fence:
                blocks.append(Block(info, "\n".join(inside) + "\n", opened))
                inside = None
            else:
                inside.append(line)
        elif fence:
            info, inside, opened = fence[1].strip(), [], number
        else:
            prose.append((number, line))
    if inside is not None:
        raise ValueError(f"line {opened}: the block is never closed")
    return blocks, prose


def _examples(blocks: list[Block]) -> tuple[list[Example], list[Mistake]]:
    examples: list[Example] = []
    mistakes: list[Mistake] = []
    files: list[tuple[str, str]] = []
    wrong: Block | None = None
    for block in blocks:
        match block.info.split():
            case ["yaml"]:
                examples.append(Example(block.line, block.text, tuple(files), (), ()))
                files = []
            case ["calls"]:
                examples[-1] = _with_calls(examples[-1], block)
            case ["yaml", "wrong"]:
                wrong = block
            case ["text"] if wrong is not None:
                mistakes.append(Mistake(wrong.line, wrong.text, block.text))
                wrong = None
            case [_, path] if "." in path:
                files.append((path, block.text))
            case ["console"] | ["json"]:
                continue
            case _:
                raise ValueError(f"line {block.line}: a block of `{block.info}` is not understood")
    return examples, mistakes


def _with_calls(example: Example, block: Block) -> Example:
    if example.calls:
        raise ValueError(f"line {block.line}: a second block of calls for one example")
    calls: list[Call] = []
    expectations: list[Expectation] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if found := _EXPECTED.fullmatch(line):
            as_of = datetime.fromisoformat(found["when"]) if found["when"] else AS_OF
            between = ", " if found["what"] == "Members" else "; "
            who = () if found["who"] == "nobody" else tuple(sorted(found["who"].split(between)))
            expectations.append(Expectation(found["key"], as_of, who))
        elif line:
            calls.append(_call(line, number))
    if not calls or not expectations:
        raise ValueError(f"line {block.line}: calls need members, and members calls")
    return Example(example.line, example.definitions, example.files, tuple(calls), tuple(expectations))


def _call(line: str, number: int) -> Call:
    who, what, *rest = re.split(r" {2,}", line.strip())
    when = datetime.fromisoformat(rest.pop(0)) if rest and re.fullmatch(_INSTANT, rest[0]) else DAY_BEFORE
    body = json.loads(rest.pop(0)) if rest and rest[0].startswith("{") else {}
    context = json.loads(rest.pop(0).removeprefix("context ")) if rest else {}
    if rest:
        raise ValueError(f"line {number}: `{rest[0]}` is not understood")
    return Call(who, what, when, body, context)


def _tables(prose: list[tuple[int, str]]) -> Iterator[tuple[Row, ...]]:
    """Find the tables whose header begins with `test` and ends with what holds and what does not."""
    rows: list[Row] = []
    inside = False
    for number, line in [*prose, (0, "")]:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            if rows:
                yield tuple(rows)
            rows, inside = [], False
        elif cells[0] == "test" and cells[-2:] == ["holds for", "does not hold for"]:
            inside = True
        elif inside and not cells[0].startswith("-"):
            operators, passing, failing = cells[0].strip("`"), _values(cells[-2]), _values(cells[-1])
            rows.append(Row(number, operators, passing, failing))


def _values(cell: str) -> tuple[str | None, ...]:
    return tuple(None if absent else value for value, absent in _VALUE.findall(cell))


def _anchor(heading: str) -> str:
    """Give the anchor that GitHub makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")
