"""The engine's words for what went wrong, as far as they help a user.

Conversion Error: Could not convert string 'a' to INT32 ... LINE 1: ...   ->   could not convert string 'a' to INT32
"""

from __future__ import annotations

import re

import duckdb

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def reason_of(error: duckdb.Error, *, of_data: bool = False) -> str:
    """Give the engine's words for what is wrong, without the name of the error and the excerpt of the query.

    Words `of_data` quote what they found; that may be about a person, and has no place in logs.
    """
    words = str(error).partition("\n\nLINE ")[0]
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    first = lines[0].partition("Error: ")[2] or lines[0]
    if of_data:
        first = _QUOTED.sub("…", first)
    return first if first[1:2].isupper() else first[:1].lower() + first[1:]
