"""Comparisons of two values, of a value with many, and of an instant with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.query import Query
from audcli.sql.vocabulary.literals import instant
from audcli.sql.vocabulary.logic import both, present

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "equal": exp.EQ,
    "greater": exp.GT,
    "greater_or_equal": exp.GTE,
    "less": exp.LT,
    "less_or_equal": exp.LTE,
}


def compare(comparison: str, left: Expr, right: Expr) -> Expr:
    """Compare by the plan's name of the comparison."""
    return _COMPARISONS[comparison](this=left, expression=right)


def differs(left: Expr, right: Expr) -> Expr:
    """The two are not equal; NULL where one of them is."""
    return exp.NEQ(this=left, expression=right)


def same(left: Expr, right: Expr) -> Expr:
    """The two are equal, or both are NULL."""
    return exp.NullSafeEQ(this=left, expression=right)


def is_in(value: Expr, literals: Sequence[Expr]) -> Expr:
    """The value equals one of the literals."""
    if len(literals) == 1:
        return compare("equal", value, literals[0])
    return exp.In(this=value, expressions=list(literals))


def is_in_query(value: Expr, query: Query) -> Expr:
    """The value is one of the query's only column."""
    return exp.In(this=value, query=exp.Subquery(this=query.tree()))


def between(value: Expr, start: datetime | None, end: datetime | None) -> Expr:
    """The instant lies in [start, end); None is unbounded."""
    limits = []
    if start is not None:
        limits.append(compare("greater_or_equal", value, instant(start)))
    if end is not None:
        limits.append(compare("less", value, instant(end)))
    return both(limits) if limits else present(value)
