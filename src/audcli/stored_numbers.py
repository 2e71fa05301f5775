"""Whole numbers among stored properties are doubles: `{"a":7}` is kept as `{"a":7.0}`, and read as `{"a":7}` again.

A property that is 325 in one call and 324.99 in the next would be of two types to the engine, which then keeps the
values of both apart and reads them some forty times slower than those of one type.
"""

from __future__ import annotations

_NAME_ENDS = r'[^\\:,{\[]":'
r"""The end of a name in compact JSON: a quote in a string follows `\`, and one that begins a string any of `:,{[`."""

WHOLE = rf"({_NAME_ENDS}(?:0|-?[1-9][0-9]{{0,14}}))([,}}])"
"""A whole number below a name, of at most 15 digits, all of which doubles hold exactly (RE2)."""

WHOLE_DOUBLE = rf"((?:^|{_NAME_ENDS})(?:0|-?[1-9][0-9]{{0,14}}))\.0($|[,}}])"
"""The same as it is kept, or a text that is nothing but one."""


def json_to_keep(text: str) -> str:
    """Give the SQL for the JSON to keep as a variant, of an object in compact JSON with shortest numbers."""
    return rf"regexp_replace({text}, '{WHOLE}', '\1.0\2', 'g')"


def json_of_variant(value: str) -> str:
    """Give the SQL for the compact JSON, as text, of a kept variant or what is below a name of one."""
    return rf"regexp_replace({value}::json::varchar, '{WHOLE_DOUBLE}', '\1\2', 'g')"
