"""What a rejected record mentions that may be somebody's id, whatever the record is: JSON, CSV, or broken text.

{"userId": 17.0, "traits": {"note": "by Ann@x.com"}}  ->  userid, 17.0, 17, traits, note, by ann@x.com, ann@x.com, ...

An id is mentioned when a value is it, however that is escaped and in whatever case; one of six characters or more also
when it is a word in the midst of a text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from audcli.numbers import shortest_text

TELLING_LENGTH = 6
"""An id of so many characters is found in the midst of a text; a shorter one only as a value of its own."""
VALUE_BEGINS = r"""(?<![^\s"',;:=\[{(])"""
VALUE_ENDS = r"""(?![^\s"',;\]})])"""

# Quotes are taken as ends alone, not by pairs: one that is missing then spoils nothing behind it.
_BETWEEN_QUOTES = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_VALUE = re.compile(rf"""{VALUE_BEGINS}[^\s"',;:=\[\]{{}}()]+{VALUE_ENDS}""")
_CELL = re.compile(r"[^,;\t|\r\n]+")
_WORD = re.compile(rf"[\w.@+-]{{{TELLING_LENGTH},}}")
_WORD_ENDS = "._@+-"
_NOT_SHORTEST = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")

_SHORT = 100
_SHORT_KEPT = 1 << 16
"""So many parts of texts are remembered, if they are short: names and values repeat from record to record."""


def finder(is_sought: Callable[[str], bool]) -> Callable[[bytes | None, str], bool]:
    """Make the function that tells of a reject, by its raw text and detail, whether it mentions an id that is sought.

    Ids are asked for in the form of `comparable`.
    """

    def is_in(part: str) -> bool:
        return any(map(is_sought, _mentioned_in(part)))

    is_in_short = lru_cache(_SHORT_KEPT)(is_in)

    def is_mentioned(raw: bytes | None, detail: str) -> bool:
        for text in ((raw or b"").decode(errors="replace"), detail.replace("`", '"')):
            for part in set(_BETWEEN_QUOTES.findall(text)):
                if is_in_short(part) if len(part) <= _SHORT else is_in(part):
                    return True
        return False

    return is_mentioned


def comparable(value: str) -> str:
    """Give an id in the form that does not depend on how it was written."""
    return value.strip().casefold()


def _mentioned_in(part: str) -> Iterator[str]:
    text = comparable(_unescaped(part))
    yield text
    if text.isalnum():
        return
    for value in _VALUE.findall(text):
        yield value
        if _NOT_SHORTEST.fullmatch(value) and math.isfinite(number := float(value)):
            yield shortest_text(number)
    for word in _WORD.findall(text):
        yield word
        yield word.strip(_WORD_ENDS)
    for cell in _CELL.findall(text):
        yield cell.strip()


def _unescaped(part: str) -> str:
    if "\\" not in part:
        return part
    try:
        return str(json.loads(f'"{part}"', strict=False))
    except ValueError:
        return part
