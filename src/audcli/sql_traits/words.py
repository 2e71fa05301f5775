"""The engine's words for what went wrong, as far as they help a user and tell nothing about people.

Conversion Error: Could not convert string 'a' to INT32 ... LINE 1: ...   ->   could not convert string 'a' to INT32
of data:                                                                  ->   could not convert string … to INT32
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

_VALUE = re.compile(r"['\"`(\[{<)\]}>]|: |:?\n|(?<![A-Za-z_\d])[-+]?\d")
"""Where words of the engine's own end and a value may begin: at quotes, brackets, colons, line ends and numbers."""

_PLACE = re.compile(r"(?:Error on )?\b[Ll]ine:? \d+|\bbyte \d+|\bposition \d+")
"""Numbers that count lines and bytes, not people's."""

_TARGET = re.compile(r"['\"] (to U?(?:INT|DECIMAL|FLOAT|DOUBLE|DATE|TIME|BOOL)\w*)(?=$|[ .!(])")
"""What a value was to become, behind the last quote."""


def reason_of(error: duckdb.Error) -> str:
    """Give the engine's words for what is wrong, without the name of the error and the excerpt of the query."""
    lines = [line.strip() for line in str(error).partition("\n\nLINE ")[0].split("\n") if line.strip()]
    return _begun_small(lines[0].partition("Error: ")[2] or lines[0])


def reason_about_data(error: duckdb.Error, *, file: Path | None = None) -> str:
    """Give the words of an error that may quote what it found, up to where it does.

    What was found may be about a person, and has no place in logs. Values may hold quotes and line ends themselves,
    so that nothing behind the first place where one may begin is kept, save the type that it was to have.
    """
    kind, _, words = str(error).partition("Error: ")
    words = _without(file, words.strip() or kind)
    head = words[: _first_value(words)].rstrip(" ,;:")
    if head == words.rstrip():
        return _begun_small(head)
    targets = _TARGET.findall(words[max(words.rfind("'"), words.rfind('"'), 0) :])
    told = f"{head} …" if head else f"{kind.strip()} error …"
    return _begun_small(f"{told} {targets[0]}" if targets else told)


def _without(file: Path | None, words: str) -> str:
    return re.sub(rf"(?: in file)? ['\"]{re.escape(str(file))}['\"]", "", words)


def _first_value(words: str) -> int:
    place = 0
    while found := _VALUE.search(words, place):
        counted = next((each for each in _PLACE.finditer(words) if each.start() < found.end() <= each.end()), None)
        if counted is None:
            return found.start()
        place = counted.end()
    return len(words)


def _begun_small(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
