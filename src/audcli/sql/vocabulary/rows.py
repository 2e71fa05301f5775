"""Where rows come from, and whether there are any."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.query import Query, Source


def rows_of(source: str | Source) -> Query:
    """Begin a query over all rows of a table, or of another query that was given a name."""
    return Query(Source(source) if isinstance(source, str) else source)


def table_as(name: str, alias: str) -> Source:
    """Give a table another name, for a query that reads it more than once."""
    return Source(name, alias)


def all_of(name: str) -> Query:
    """Give all rows of a table with all their columns."""
    return rows_of(name).select(exp.Star())


def exists(query: Query) -> Expr:
    """The query gives some row."""
    return exp.Exists(this=query.tree())
