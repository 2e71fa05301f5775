"""Values of properties and traits (section 6): how a path finds one, how it reads as number, text or date.

    find({"products": [{"sku": "a"}, {"sku": "b"}]}, ["products", "sku"])  ->  ["a", "b"]
    as_number(" 1e2 ") -> 100.0     as_text(1.0) -> "1"     as_instant("2026-01-05") -> 2026-01-05T00:00Z

A value is what `json.loads` gives; `None` stands for an absent one, since `null` is absent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

Value = Any
Number = int | float

_WHITE_SPACE = " \t\n\r\f\v"
_DECIMAL_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ISO_8601 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?(?:([Zz])|([+-])(\d\d):?(\d\d)?))?)?",
    re.ASCII,
)


def segments_of(path: str) -> list[str]:
    """Section 6, Paths: dots separate the names, a backslash takes the special meaning from what follows."""
    segments, escaped = [""], False
    for char in path:
        if escaped or char not in "\\.":
            segments[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            segments.append("")
    return segments


def find(value: Value, segments: list[str]) -> Value:
    """Section 6, Paths: the value there; a list of all that is found where the path meets a list."""
    if not segments or value is None:
        return value
    if isinstance(value, dict):
        return find(value.get(segments[0]), segments[1:])
    if isinstance(value, list):
        return list(_found_in_list(value, segments)) or None
    return None


def _found_in_list(value: Value, segments: list[str]) -> Iterator[Value]:
    if isinstance(value, list) and segments:
        for element in value:
            yield from _found_in_list(element, segments)
    elif isinstance(value, dict) and segments:
        yield from _found_in_list(value.get(segments[0]), segments[1:])
    elif value is not None and not segments:
        yield value


def elements(value: Value) -> list[Value]:
    """Section 6, lists: nested ones are flattened, `null` elements do not exist; no list is one element."""
    if isinstance(value, list):
        return [inner for element in value for inner in elements(element)]
    return [] if value is None else [value]


def as_number(value: Value) -> Number | None:
    """Section 6, number literal: a JSON number or a text that is wholly a decimal number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if isinstance(value, float):
        return value
    written = value.strip(_WHITE_SPACE) if isinstance(value, str) else ""
    if _DECIMAL_NUMBER.fullmatch(written):
        if re.fullmatch(r"[+-]?[0-9]+", written) and -(2**63) <= int(written) < 2**63:
            return int(written)
        return None if math.isinf(float(written)) else float(written)
    return None


def as_text(value: Value) -> str | None:
    """Section 6, string literal: a text as it is, numbers and booleans by their shortest JSON text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None


def number_text(number: Number) -> str:
    """Section 6: the shortest text as ECMAScript writes it; integers of 64 bits by all their digits."""
    number = number if isinstance(number, float) or -(2**63) <= number < 2**63 else float(number)
    if isinstance(number, int):
        return str(number)
    if number == 0:
        return "0"
    sign, digits_tuple, exponent = Decimal(repr(number)).as_tuple()
    written = "".join(map(str, digits_tuple))
    digits = written.rstrip("0")
    point = len(written) + int(exponent)  # the decimal point stands so many digits after the first
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        text = f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return ("-" if sign else "") + text


def as_boolean(value: Value) -> bool | None:
    """Section 6, boolean literal: a JSON boolean, or `true` and `false` in any case."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return None


def as_instant(value: Value) -> datetime | None:
    """Section 6, date operators: an ISO 8601 date or timestamp; a YAML date or timestamp is one too."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, str) or not (found := _ISO_8601.fullmatch(value)):
        return None
    year, month, day, hour, minute, second, fraction, _, sign, offset_hours, offset_minutes = found.groups()
    micros = int(((fraction or "") + "000000")[:6])  # digits beyond microseconds are cut
    try:
        day_start = datetime(int(year), int(month), int(day), tzinfo=UTC)
        local = day_start.replace(
            hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0), microsecond=micros
        )
        offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
        if offset >= timedelta(days=1) or int(offset_minutes or 0) > 59:
            return None
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def instant_text(instant: datetime) -> str:
    """Section 11: how `$timestamp` and `$received_at` read as text."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def simple_lower(text: str) -> str:
    """Section 6, `ignore_case`: every character by itself and by one (so `İ` is `i` and `Σ` always `σ`)."""
    return "".join(char.lower() if len(char.lower()) == 1 else "i" for char in text)
