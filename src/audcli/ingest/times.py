"""Instants as senders write them, in microseconds since 1970 UTC.

"2026-01-31T10:00:00.1234567Z"   ->  1769853600123456
"2026-01-31 11:00:00 +01:00"     ->  1769853600000000
1769853600  "1769853600"  1769853600000  ->  the same
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1)
_LAST = (datetime.max - _EPOCH) // timedelta(microseconds=1)
_FIRST = (datetime.min - _EPOCH) // timedelta(microseconds=1)
_MILLISECONDS_FROM = 10**11
_USUAL_LENGTHS = {len("2026-01-31T10:00:00Z"), len("2026-01-31T10:00:00.123Z"), len("2026-01-31T10:00:00.123456Z")}

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2}|\d{8}(?=[Tt ]))"
    r"(?:[Tt ](?P<time>\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?)\ ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)


def read_instant(value: object) -> int | None:
    """Read an ISO 8601 date or timestamp, or an epoch; None when `value` is neither or lies outside years 1 to 9999.

    A blank may stand for the `T` and before the offset; without an offset it is UTC; digits beyond microseconds are
    cut. A number, or a string of digits, is epoch seconds, from 10**11 on milliseconds.
    """
    if isinstance(value, str):
        # The usual form is read without a pattern, which is several times faster.
        if len(value) in _USUAL_LENGTHS and value[7] == "-" and value[10] == "T" and value[-1] == "Z":
            try:
                moment = datetime.fromisoformat(value[:-1])
            except ValueError:
                return None
            if moment.tzinfo is None:
                return _microseconds(moment)
        return _read_text(value.strip())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _read_epoch(value)
    return None


def _read_text(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return _read_epoch(int(text)) if len(text) < 20 else None
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    offset = (found["offset"] or "Z").upper()
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00'}{offset}")
    except ValueError:
        return None
    shift = moment.utcoffset() or timedelta()
    return _in_range(_microseconds(moment.replace(tzinfo=None)) - shift // timedelta(microseconds=1))


def _read_epoch(number: float) -> int | None:
    if number != number or abs(number) > _LAST:
        return None
    scale = 1_000 if number >= _MILLISECONDS_FROM else 1_000_000
    if isinstance(number, int):
        return _in_range(number * scale)
    return _in_range(int(Decimal(repr(number)) * scale))


def _in_range(microseconds: int) -> int | None:
    return microseconds if _FIRST <= microseconds <= _LAST else None


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds
