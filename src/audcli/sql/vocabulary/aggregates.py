"""One value of many rows: of a group, or up to a row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.vocabulary.documents import member, struct
from audcli.sql.vocabulary.literals import function_call, integer


def count_where(condition: Expr) -> Expr:
    """Count the rows for which the condition is true; 0 for none."""
    return where(exp.Count(this=exp.Star()), condition)


def where(aggregate: Expr, condition: Expr) -> Expr:
    """Let an aggregate see only the rows for which the condition is true."""
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def latest(value: Expr, order: Sequence[Expr], condition: Expr) -> Expr:
    """Give the value (NULL among them) of the row that is last in a total order, among those that pass."""
    chosen = function_call("arg_max", struct({"value": value}), function_call("row", *order))
    return member(where(chosen, condition), "value")


def of_first(value: Expr, order: Sequence[Expr]) -> Expr:
    """Give the value, which is not NULL, of the row that is first in a total order."""
    return function_call("arg_min", value, function_call("row", *order))


def of_last(value: Expr, order: Sequence[Expr]) -> Expr:
    """Give the value, which is not NULL, of the row that is last in a total order."""
    return function_call("arg_max", value, function_call("row", *order))


def smallest(value: Expr) -> Expr:
    """Give the least value."""
    return function_call("min", value)


def all_bits(value: Expr) -> Expr:
    """Give the bits that are set in any value of a group."""
    return function_call("bit_or", value)


def added(value: Expr) -> Expr:
    """Add up the values of a group."""
    return function_call("sum", value)


def greatest(value: Expr) -> Expr:
    """Give the greatest value."""
    return function_call("max", value)


def running_greatest(value: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    """Give the greatest value up to this row and its equals in the order, among rows with equal `within`."""
    return _running(greatest(value), within, order)


def running_total(value: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    """Add the values up to this row and its equals in the order, among rows with equal `within`."""
    return _running(added(value), within, order)


def count_rows() -> Expr:
    """Count the rows of a group."""
    return exp.Count(this=exp.Star())


def count_different(value: Expr) -> Expr:
    """Count the different values of a group."""
    return exp.Count(this=exp.Distinct(expressions=[value]))


def least_few(value: Expr, count: int) -> Expr:
    """Give the least values of a group, in order; at most 999,999."""
    return function_call("min", value, integer(count))


def any_true(value: Expr) -> Expr:
    """Some row has it true."""
    return function_call("bool_or", value)


def collected(value: Expr, order: Sequence[Expr]) -> Expr:
    """Gather the values of a group into a list, in that order."""
    ordered = exp.Order(this=value, expressions=[exp.Ordered(this=each) for each in order])
    return function_call("list", ordered)


def _running(aggregate: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    return exp.Window(
        this=aggregate,
        partition_by=list(within),
        order=exp.Order(expressions=[exp.Ordered(this=order)]),
    )
