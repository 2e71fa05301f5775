"""Lists and their elements."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot.expressions import Expr

from audcli.sql.query import Query
from audcli.sql.vocabulary.comparisons import compare
from audcli.sql.vocabulary.literals import column, function_call, integer, lambda_of, named
from audcli.sql.vocabulary.logic import sure
from audcli.sql.vocabulary.rows import exists, rows_of


def list_of(*values: Expr) -> Expr:
    """Make a list."""
    return function_call("list_value", *values)


def flattened(value: Expr) -> Expr:
    """Take one level of nesting out of a list of lists."""
    return function_call("flatten", value)


def size_of(value: Expr) -> Expr:
    """Give the number of elements of a list."""
    return function_call("len", value)


def first_of(value: Expr) -> Expr:
    """Give the first element of a list."""
    return function_call("list_extract", value, integer(1))


def each_of(value: Expr, variable: str, make: Callable[[Expr], Expr]) -> Expr:
    """Make something of every element; `variable` names the element and is unique within the statement's nesting."""
    return function_call("list_transform", value, lambda_of(variable, make))


def those_of(value: Expr, variable: str, keep: Callable[[Expr], Expr]) -> Expr:
    """Keep the elements for which `keep` is true."""
    return function_call("list_filter", value, lambda_of(variable, keep))


def some_of(value: Expr, variable: str, test: Callable[[Expr], Expr]) -> Expr:
    """The test is true of some element of the list; false for an absent list."""
    found = size_of(those_of(value, variable, test))
    return sure(compare("greater", found, integer(0)))


def some_row_of(value: Expr, variable: str, test: Callable[[Expr], Expr]) -> Expr:
    """Say the same as `some_of` with a query of its own, for tests that hold queries (which a lambda cannot)."""
    rows = Query(None).select(named(function_call("unnest", value), variable)).named(f"rows_{variable}")
    return exists(rows_of(rows).select(integer(1)).where(test(column(variable))))


def sum_of(value: Expr) -> Expr:
    """Add up the elements of a list; NULL where there are none."""
    return function_call("list_sum", value)


def count_of(value: Expr) -> Expr:
    """Count the elements of a list that are not NULL."""
    return function_call("list_count", value)


def least_of(value: Expr) -> Expr:
    """Give the least element of a list."""
    return function_call("list_min", value)


def greatest_of(value: Expr) -> Expr:
    """Give the greatest element of a list."""
    return function_call("list_max", value)


def beginning(value: Expr, count: int) -> Expr:
    """Give the first elements of a list."""
    return function_call("list_slice", value, integer(1), integer(count))


def spread(value: Expr) -> Expr:
    """Give a row for each element of a list; the only such expression of its SELECT."""
    return function_call("unnest", value)
