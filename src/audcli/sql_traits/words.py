"""The engine's words for what went wrong, as far as they help a user.

Conversion Error: Could not convert string 'a' to INT32 ... LINE 1: ...   ->   could not convert string 'a' to INT32
"""

from __future__ import annotations

import duckdb


def reason_of(error: duckdb.Error) -> str:
    """Give the engine's words for what is wrong, without the name of the error and the excerpt of the query."""
    words = str(error).partition("\n\nLINE ")[0]
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    first = lines[0].partition("Error: ")[2] or lines[0]
    return first[:1].lower() + first[1:]
