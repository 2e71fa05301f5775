"""Texts within statements that are put together as text."""

from __future__ import annotations


def sql_text(text: str) -> str:
    """Write a text as a literal of SQL: `it's` becomes `'it''s'`."""
    return "'" + text.replace("'", "''") + "'"
