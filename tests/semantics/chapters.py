"""Reads the chapters: Markdown in which each heading is a case (see README.md beside this file).

## The young end is A itself        ->  Case(name="The young end is A itself", calls=[…], as_of=…,
| condition | members |                      expected={"row_1": Expected("users", {"ann"}, "{event: Login, …}")})
| `{event: Login, within: 1 day}` | ann |
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reference.values import as_instant
from yaml_core import read_documents

_CALL = re.compile(
    r"""(?P<who>\S+)\s+(?P<type>track|page|screen|identify|group|alias)
        (?:\s+"(?P<name>[^"]*)"|\s+(?P<other>[~a-z]\S*))?
        \s+(?P<time>\d\S*)(?:\s+(?P<fields>\{.*\}))?""",
    re.VERBOSE,
)
_EXPECTED = re.compile(r"- `(?P<key>\w+)`: (?P<members>.*)")
_NOBODY = "nobody"


@dataclass(frozen=True)
class Expected:
    """Who is in one audience, by the names that people call them; `text` is what to show when they are not."""

    members: set[str]
    text: str


@dataclass(frozen=True)
class Case:
    """One case: all that decides who is in which audience, and who is."""

    name: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None
    definitions: list[dict[str, Any]] = field(default_factory=list)
    expected: dict[str, Expected] = field(default_factory=dict)


def read_chapter(path: Path) -> list[Case]:
    """Read a chapter's cases; what stands before the first of them holds for all that do not say otherwise."""
    first, *sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    common = _read_section(Case(), first)
    return [_read_section(replace(common, name=section.partition("\n")[0]), section) for section in sections]


def _read_section(case: Case, section: str) -> Case:
    lines = iter(section.splitlines()[1:])
    calls: list[dict[str, Any]] = []
    for line in lines:
        if line.startswith("```"):
            block = "\n".join(iter(lambda: next(lines), "```"))
            case, calls = _read_block(case, calls, line.removeprefix("```"), block)
        elif line.lower().startswith("as of "):
            as_of = as_instant(line[6:].strip().rstrip(":."))
            assert as_of is not None, line
            case = replace(case, as_of=as_of)
        elif line.startswith("|"):
            table = [line, *iter(lambda: next(lines, ""), "")]
            case = _read_table(case, table)
        elif found := _EXPECTED.fullmatch(line):
            expected = Expected(_names(found["members"]), found["key"])
            case = replace(case, expected={**case.expected, found["key"]: expected})
    return replace(case, calls=calls) if calls else case


def _read_block(case: Case, calls: list[dict[str, Any]], kind: str, text: str) -> tuple[Case, list[dict[str, Any]]]:
    """Take in one fenced block; calls of several blocks of a case add up."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    match kind:
        case "yaml":
            return replace(case, definitions=case.definitions + read_documents(text)), calls
        case "settings":
            return replace(case, settings=read_documents(text)[0]), calls
        case "calls":
            return case, calls + [_read_call(line, len(calls) + n) for n, line in enumerate(lines)]
        case "values":
            return case, calls + [call for line in lines for call in _calls_with_value(line)]
    raise AssertionError(f"no block of kind {kind!r}")


def _read_call(line: str, number: int) -> dict[str, Any]:
    """Read `ann track "Order Completed" 2026-01-05T10:00 {"revenue": 12}`, or a call as JSON."""
    if line.startswith("{"):
        raw: dict[str, Any] = json.loads(line)
        return raw
    found = _CALL.fullmatch(line.strip())
    assert found is not None, line
    call: dict[str, Any] = {"type": found["type"], "timestamp": found["time"], "messageId": f"line {number:03}"}
    user, tilde, device = found["who"].partition("~")
    call |= {"userId": user} if user and user != "-" else {}
    call |= {"anonymousId": device} if tilde else {}
    match found["type"]:
        case "track":
            call["event"] = found["name"]
        case "page" | "screen":
            call |= {"name": found["name"]} if found["name"] is not None else {}
        case "group":
            call["groupId"] = found["other"]
        case "alias":
            call["previousId"] = found["other"].removeprefix("~")
    what = "traits" if found["type"] in ("identify", "group") else "properties"
    return {**call, what: json.loads(found["fields"] or "{}")}


def _calls_with_value(line: str) -> list[dict[str, Any]]:
    """Let a person have a value as property `v` of an event `Seen` and as trait `v`: `ann "1.0"`; `-` is none."""
    user, _, text = line.partition(" ")
    fields = {} if text.strip() == "-" else {"v": json.loads(text)}
    common = {"userId": user, "timestamp": "2026-01-01T00:00:00Z"}
    return [
        {**common, "type": "track", "event": "Seen", "properties": fields, "messageId": f"seen {user}"},
        {**common, "type": "identify", "traits": fields, "messageId": f"identify {user}"},
    ]


def _read_table(case: Case, table: list[str]) -> Case:
    """Take in a table: each row is an audience, or two: `test` rows hold for properties and for traits alike."""
    header, _, *rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]
    definitions, expected = list(case.definitions), dict(case.expected)
    for row in rows:
        cells = dict(zip(header, (cell.replace(r"\|", "|") for cell in row), strict=True))
        number = len(expected) + 1
        for suffix, definition in _audiences_of(cells):
            key = f"row_{number}{suffix}"
            definitions.append({"audience": key, **definition})
            members = _names(cells.get("members") or cells["accounts"])
            expected[key] = Expected(members, f"{next(iter(cells.values()))} ({suffix or 'condition'})")
    return replace(case, definitions=definitions, expected=expected)


def _audiences_of(cells: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    content = {name: read_documents(cell.strip("`"))[0] for name, cell in cells.items() if name not in _WORDS}
    match content:
        case {"condition": condition}:
            return [("", {"include_anonymous": True, "where": condition})]
        case {"account condition": condition}:
            return [("", {"of": "accounts", "where": condition})]
        case {"test": test}:
            path = cells.get("path", "v").strip("`")
            operators = test if isinstance(test, dict) else {"one_of" if isinstance(test, list) else "equals": test}
            return [
                ("_property", {"include_anonymous": True, "where": {"event": "Seen", "where": {path: test}}}),
                ("_trait", {"include_anonymous": True, "where": {"trait": path, **operators}}),
            ]
    raise AssertionError(f"no table of {list(cells)}")


_WORDS = ("members", "accounts", "path", "why")


def _names(text: str) -> set[str]:
    text = text.strip().removesuffix(".")
    return set() if text == _NOBODY else {name.strip(" `") for name in text.split(",")}
