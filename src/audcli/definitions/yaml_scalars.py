"""What a plain YAML scalar stands for, by the 1.2 core rules and with dates as people expect them.

yes -> "yes"   12:30 -> "12:30"   0x1F -> 31   2026-01-31 -> date(2026, 1, 31)   ~ -> None
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from audcli.definitions.instants import read_instant

PlainScalar = str | bool | int | float | datetime | date | None

_WORDS: dict[str, PlainScalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = (".nan", ".NaN", ".NAN")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[ \t]*(?:Z|[-+][0-9]{2}(?::[0-9]{2})?))?)?"
)
"""The form of https://yaml.org/type/timestamp.html, where seconds are never left out, with two digits everywhere: what
other tools write without quotes because it is a mere text to YAML must stay one."""
_LONGEST_INTEGER = 400
"""More digits than any double has: Python itself refuses to read integers much longer."""


class ScalarError(Exception):
    """A scalar of a form that promises a number or a date, but that none has; `code` names the message."""

    def __init__(self, code: str) -> None:
        """Keep the code of the message."""
        super().__init__(code)
        self.code = code


def read_scalar(text: str) -> PlainScalar:
    """Give the value of a plain scalar. Integers beyond 64 bits become doubles (SPEC section 6).

    Raises `ScalarError` for a number beyond the range of doubles, and for a day or time that is none.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _DECIMAL.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return _finite(float(text))
    if _INFINITE.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    if text in _NOT_A_NUMBER:
        return math.nan
    if _TIMESTAMP.fullmatch(text):
        try:
            return read_instant(text)
        except ValueError as problem:
            raise ScalarError("no-such-date") from problem
    return text


def read_number(text: str) -> int | float:
    """Read a text that is wholly a decimal number; raises `ValueError` where it is none, or `ScalarError`."""
    stripped = text.strip()
    if _DECIMAL.fullmatch(stripped):
        return _integer(stripped, 10)
    if _FLOAT.fullmatch(stripped):
        return _finite(float(stripped))
    raise ValueError(f"{text!r} is no decimal number")


def _integer(digits: str, base: int) -> int | float:
    significant = digits.lstrip("+-").lstrip("0")
    if len(significant) > _LONGEST_INTEGER:
        raise ScalarError("number-too-large")
    number = int(significant or "0", base) * (-1 if digits.startswith("-") else 1)
    if -(2**63) <= number < 2**63:
        return number
    try:
        return float(number)
    except OverflowError as overflow:
        raise ScalarError("number-too-large") from overflow


def _finite(number: float) -> float:
    if math.isinf(number):
        raise ScalarError("number-too-large")
    return number
