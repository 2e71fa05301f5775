"""Exact sums: numbers in whole units of 10^-9, added as such, and the nearest double of the total (SPEC section 11).

0.1, 0.2      ->  100000000 + 200000000 units   ->  0.3
1e16, 1, -1e16                                  ->  1
1e20                                            ->  NULL: left out
"""

from __future__ import annotations

from sqlglot.expressions import Expr

from audcli.sql import vocabulary as sql

_UNITS = 10**9
_LIMIT = 1e20
_EXACT = 2**53
_WITH_HALVES = float(2**52 // _UNITS)
"""Below it a number of units is a double that can have a half, so that rounding the product to one passes over none."""
_DIGITS = 20
_GROUPS = 3
"""Digits after the point that an average is written out to, in groups: two doubles of the magnitude of 10^-9, divided
by a billion events, are told apart by fewer."""


def units(number: Expr, whole: Expr | None = None) -> Expr:
    """Give a double in whole units, rounded half to even from its exact value; NULL from 10^20 on.

    `whole` is the exact value of what is written as a 64-bit integer, NULL for anything else.
    """
    scaled = sql.times(number, sql.double(_UNITS))
    is_small = sql.compare("less", sql.magnitude(number), sql.double(_WITH_HALVES))
    cases = [
        (sql.both([is_small, sql.opposite(_has_half(scaled))]), sql.cast(sql.rounded_half_even(scaled), "HUGEINT")),
        (has_units(number), _units_of_double(number)),
    ]
    if whole is not None:
        cases.insert(0, (sql.present(whole), sql.product(whole, _UNITS)))
    return sql.choose(cases)


def has_units(number: Expr) -> Expr:
    """Tell whether a double is below 10^20 in magnitude, as every 64-bit integer is; NULL for none."""
    return sql.compare("less", sql.magnitude(number), sql.double(_LIMIT))


def double_of(total: Expr) -> Expr:
    """Give the nearest double of a number of units."""
    few = sql.compare("less", sql.magnitude(total), sql.integer(_EXACT))
    written = sql.joined_text(sql.cast(total, "VARCHAR"), sql.text("e-9"))
    return sql.choose([(few, sql.divided(sql.cast(total, "DOUBLE"), sql.double(_UNITS)))], sql.cast(written, "DOUBLE"))


def average_of(total: Expr, count: Expr) -> Expr:
    """Give the nearest double of the exact quotient of units and a count, NULL for a count of 0.

    Two whole numbers that doubles hold exactly have it as their quotient; else it is written out, with a last digit
    that says whether anything is left.
    """
    divisor = sql.product(count, _UNITS)
    size = sql.magnitude(total)
    few = sql.both(sql.compare("less", each, sql.integer(_EXACT)) for each in (size, divisor))
    left = sql.remainder(size, divisor)
    digits = [sql.cast(sql.quotient(size, divisor), "VARCHAR"), sql.text(".")]
    for _ in range(_GROUPS):
        ahead = sql.product(left, 10**_DIGITS)
        digits.append(sql.padded(sql.cast(sql.quotient(ahead, divisor), "VARCHAR"), _DIGITS))
        left = sql.remainder(ahead, divisor)
    digits.append(sql.choose([(sql.compare("greater", left, sql.integer(0)), sql.text("1"))], sql.text("0")))
    sign = sql.choose([(sql.compare("less", total, sql.integer(0)), sql.text("-"))], sql.text(""))
    return sql.choose(
        [
            (sql.compare("equal", count, sql.integer(0)), sql.NULL),
            (few, sql.divided(sql.cast(total, "DOUBLE"), sql.cast(divisor, "DOUBLE"))),
        ],
        sql.cast(sql.joined_text(sign, *digits), "DOUBLE"),
    )


def _units_of_double(number: Expr) -> Expr:
    """Give the units of a double below 10^20 in magnitude.

    The product of the fraction and 10^9 is rounded by the engine, which matters only where it comes out half way
    between two units; then the sign of what the rounding took away, which can be told exactly, decides.
    """
    whole = sql.towards_zero(number)
    fraction = sql.difference(number, whole)
    scale = sql.double(_UNITS)
    scaled = sql.times(fraction, scale)
    upper = sql.cast(sql.cast(fraction, "FLOAT"), "DOUBLE")
    lower = sql.difference(fraction, upper)
    taken = sql.total([sql.difference(sql.times(upper, scale), scaled), sql.times(lower, scale)])
    is_half = _has_half(scaled)
    nearest = sql.choose(
        [
            (sql.both([is_half, sql.compare("greater", taken, sql.double(0))]), sql.rounded_up(scaled)),
            (sql.both([is_half, sql.compare("less", taken, sql.double(0))]), sql.rounded_down(scaled)),
        ],
        sql.rounded_half_even(scaled),
    )
    return sql.total([sql.product(whole, _UNITS), sql.cast(nearest, "HUGEINT")])


def _has_half(scaled: Expr) -> Expr:
    return sql.compare("equal", sql.magnitude(sql.difference(scaled, sql.towards_zero(scaled))), sql.double(0.5))
