"""The shortest text of a number, as JSON and ECMAScript write it: `7`, `0.1`, `1e+25`."""

from __future__ import annotations

import math
import re

_STRING_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')


def shortest_text(number: int | float) -> str:
    """Write a number as ECMAScript's `Number.prototype.toString` does; integers keep all their digits.

    Source: ECMA-262, Number::toString. Raises `ValueError` for a number that is not finite.
    """
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    digits, exponent = _digits_and_exponent(abs(number))
    return sign + _ecmascript(digits, exponent)


def shortest_json(text: str) -> str:
    """Write every number within a JSON text by its shortest text."""
    return _STRING_OR_NUMBER.sub(lambda found: _shortest_token(found[0]), text)


def _shortest_token(token: str) -> str:
    if token.startswith('"') or not set(token) & set(".eE"):
        return token
    return shortest_text(float(token))


def _digits_and_exponent(number: float) -> tuple[str, int]:
    """Give the shortest digits d1d2…dk and n such that the number is 0.d1d2…dk × 10^n."""
    mantissa, _, power = f"{number!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    leading_zeros = len(whole + fraction) - len(digits)
    exponent = len(whole) - leading_zeros + int(power or 0)
    return digits.rstrip("0") or "0", exponent


def _ecmascript(digits: str, exponent: int) -> str:
    count = len(digits)
    if count <= exponent <= 21:
        return digits + "0" * (exponent - count)
    if 0 < exponent <= 21:
        return digits[:exponent] + "." + digits[exponent:]
    if -6 < exponent <= 0:
        return "0." + "0" * -exponent + digits
    power = exponent - 1
    fraction = "." + digits[1:] if count > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if power > 0 else '-'}{abs(power)}"
