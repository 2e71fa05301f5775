"""What is true: `and`, `or`, `not`, presence, and choices; what is not known is made sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.vocabulary.literals import FALSE, NULL, TRUE, function_call


def both(parts: Iterable[Expr]) -> Expr:
    """All of the parts are true; of no parts: true."""
    kept = [part for part in parts if not _is(part, True)]
    if any(_is(part, False) for part in kept):
        return FALSE
    return _connected(exp.And, kept) if kept else TRUE


def either(parts: Iterable[Expr]) -> Expr:
    """One of the parts is true; of no parts: false."""
    kept = [part for part in parts if not _is(part, False)]
    if any(_is(part, True) for part in kept):
        return TRUE
    return _connected(exp.Or, kept) if kept else FALSE


def opposite(value: Expr) -> Expr:
    """Negate a value that is never NULL."""
    if _is(value, True):
        return FALSE
    return TRUE if _is(value, False) else exp.Not(this=exp.Paren(this=value))


def sure(value: Expr) -> Expr:
    """Turn an unknown truth (NULL) into false."""
    return value if isinstance(value, exp.Boolean) else function_call("coalesce", value, FALSE)


def present(value: Expr) -> Expr:
    """The value is not NULL."""
    return exp.Not(this=exp.Is(this=value, expression=NULL))


def absent(value: Expr) -> Expr:
    """The value is NULL."""
    return exp.Is(this=value, expression=NULL)


def otherwise(value: Expr, default: Expr) -> Expr:
    """Give the value, or the default where it is NULL."""
    return function_call("coalesce", value, default)


def choose(cases: Iterable[tuple[Expr, Expr]], default: Expr = NULL) -> Expr:
    """Give the value of the first case that is true."""
    choice = exp.Case()
    for condition, value in cases:
        choice = choice.when(condition, value, copy=False)
    return choice.else_(default, copy=False)


def _is(value: Expr, truth: bool) -> bool:
    return isinstance(value, exp.Boolean) and value.this is truth


def _connected(connector: type[exp.Connector], parts: Sequence[Expr]) -> Expr:
    """Join the parts by `and` or `or`, those that hold other connectors in brackets."""
    wrapped = [exp.Paren(this=part) if isinstance(part, exp.Connector) else part for part in parts]
    return reduce(lambda one, other: connector(this=one, expression=other), wrapped)
