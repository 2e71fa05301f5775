"""A condition as one expression over a row: `all`, `any` and `not` around whatever the leaves say.

    All((a, Not(b)))   ->   <a> and not (<b>)

No expression that `holds` gives is ever NULL, so `not` is the exact complement.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot.expressions import Expr

from audcli.plan.model import ALWAYS, All, AtLeast, Condition, Not, ValueIs
from audcli.sql import vocabulary as sql
from audcli.sql.values import Rows, passes

Leaf = Callable[[Condition], Expr]


def holds(condition: Condition, rows: Rows, leaf: Leaf | None = None) -> Expr:
    """Give the condition as an expression; `leaf` answers for those that are neither boolean nor about a value."""
    match condition:
        case All(parts):
            return sql.TRUE if condition == ALWAYS else sql.both(holds(part, rows, leaf) for part in parts)
        case AtLeast(1, parts):
            return sql.either(holds(part, rows, leaf) for part in parts)
        case AtLeast(count, parts):
            true_parts = sql.how_many([holds(part, rows, leaf) for part in parts])
            return sql.compare("greater_or_equal", true_parts, sql.integer(count))
        case Not(part):
            return sql.opposite(holds(part, rows, leaf))
        case ValueIs(value, tests):
            return passes(rows.find(value), tests, rows)
        case _:
            assert leaf is not None, f"{condition} cannot stand in the filter of an event"
            return leaf(condition)
