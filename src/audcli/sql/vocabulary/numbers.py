"""Arithmetic, with whole numbers of up to 38 digits and rounding as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.vocabulary.literals import cast, function_call, integer
from audcli.sql.vocabulary.logic import choose


def finite(value: Expr) -> Expr:
    """Give the double where it is one; NULL for what was written beyond the range of doubles."""
    return choose([(function_call("isfinite", value), value)])


def how_many(parts: Sequence[Expr]) -> Expr:
    """Count the parts that are true; none of them is ever NULL."""
    return total([cast(exp.Paren(this=part), "INTEGER") for part in parts])


def total(parts: Sequence[Expr]) -> Expr:
    """Add up."""
    added = parts[0]
    for part in parts[1:]:
        added = exp.Add(this=added, expression=part)
    return exp.Paren(this=added) if len(parts) > 1 else added


def product(value: Expr, factor: int) -> Expr:
    """Multiply a whole number, up to 38 digits."""
    return exp.Paren(this=exp.Mul(this=cast(value, "HUGEINT"), expression=integer(factor)))


def times(left: Expr, right: Expr) -> Expr:
    """Multiply."""
    return exp.Paren(this=exp.Mul(this=left, expression=right))


def divided(left: Expr, right: Expr) -> Expr:
    """Divide a double by a double; the nearest double of the quotient."""
    return exp.Paren(this=exp.Div(this=left, expression=right))


def quotient(left: Expr, right: Expr) -> Expr:
    """Divide a whole number by another, towards zero."""
    return exp.Paren(this=exp.IntDiv(this=left, expression=right))


def remainder(left: Expr, right: Expr) -> Expr:
    """Give what is left of a whole number after division."""
    return exp.Paren(this=exp.Mod(this=left, expression=right))


def magnitude(value: Expr) -> Expr:
    """Give a number without its sign."""
    return function_call("abs", value)


def negative(value: Expr) -> Expr:
    """Give a number with the other sign."""
    return exp.Neg(this=exp.Paren(this=value))


def unless_zero(value: Expr) -> Expr:
    """Give the number, NULL for 0."""
    return function_call("nullif", value, integer(0))


def has_bit(value: Expr, place: int) -> Expr:
    """The bit at that place of a whole number, counted from the lowest, is set."""
    alone = exp.BitwiseAnd(this=value, expression=integer(1 << place))
    return exp.NEQ(this=exp.Paren(this=alone), expression=integer(0))


def bits(values: Mapping[int, Expr]) -> Expr:
    """Make a whole number of up to 62 truths, none of them NULL, by their places."""
    parts = [choose([(value, integer(1 << place))], integer(0)) for place, value in values.items()]
    return cast(total(parts), "BIGINT")


def towards_zero(value: Expr) -> Expr:
    """Give a double without its fraction."""
    return function_call("trunc", value)


def rounded_down(value: Expr) -> Expr:
    """Give the greatest whole double that is not above."""
    return function_call("floor", value)


def rounded_up(value: Expr) -> Expr:
    """Give the least whole double that is not below."""
    return function_call("ceil", value)


def rounded_half_even(value: Expr) -> Expr:
    """Give the nearest whole double, of two the even one."""
    return function_call("round_even", value, integer(0))


def difference(left: Expr, right: Expr) -> Expr:
    """Subtract."""
    return exp.Paren(this=exp.Sub(this=left, expression=right))
