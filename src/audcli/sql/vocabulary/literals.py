"""Literals, columns and casts: where everything that a user wrote enters a statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from sqlglot import exp
from sqlglot.expressions import Expr

TRUE = exp.Boolean(this=True)


FALSE = exp.Boolean(this=False)


NULL = exp.Null()


def text(value: str) -> Expr:
    """Make a text literal, of any characters."""
    return exp.Literal.string(value)


def integer(value: int) -> Expr:
    """Make a whole-number literal of any size."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def double(value: float) -> Expr:
    """Make a double-precision literal, exactly."""
    return cast(exp.Literal.string(repr(value)), "DOUBLE")


def instant(value: datetime) -> Expr:
    """Make a timestamp literal (UTC, no zone) to the microsecond."""
    return cast(exp.Literal.string(value.isoformat(sep=" ", timespec="microseconds")), "TIMESTAMP")


def column(name: str, table: str | None = None) -> Expr:
    """Name a column."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table, copy=False)


def named(expression: Expr, name: str) -> Expr:
    """Give a result column its name."""
    return exp.alias_(expression, name, quoted=True, copy=False)


def cast(value: Expr, type_: str) -> Expr:
    """Convert; for values that are known to convert."""
    return exp.Cast(this=value, to=_type(type_))


def try_cast(value: Expr, type_: str) -> Expr:
    """Convert, or give NULL; for anything that came from outside."""
    return exp.TryCast(this=value, to=_type(type_), safe=True)


@cache
def _type(name: str) -> exp.DataType:
    """Parse the name of a type once: there are few, and each takes as long as all else that a cast is made of."""
    return exp.DataType.build(name, dialect="duckdb")


def function_call(function: str, *arguments: Expr) -> Expr:
    """Call a function of the engine; only the modules of this package do."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def lambda_of(variable: str, make: Callable[[Expr], Expr]) -> Expr:
    """Make a function of one variable, for lists; only the modules of this package do."""
    name = exp.to_identifier(variable)
    return exp.Lambda(this=make(exp.column(variable)), expressions=[name])
