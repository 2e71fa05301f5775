"""The names of a result's columns that its statement says, known also of a query that may not run.

select account as group_id, l.user_id, 'x' as role, count(*) from nowhere l   ->   ("group_id", "user_id", "role")
select * from nowhere                                                         ->   ()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]


def columns_written(statement: Node) -> tuple[str, ...]:
    """Give the names in the select list of a statement, as the engine parsed it.

    Not among them are those that the engine makes up, or finds for a `*`. Queries that are put together by place have
    the names of the first, those put together by name have all.
    """
    names: list[str] = []
    waiting: list[Node] = [statement["node"]]
    while waiting:
        node = waiting.pop(0)
        parts = node.get("children", ())
        waiting.extend(parts if node.get("setop_type") == "UNION_BY_NAME" else parts[:1])
        names.extend(_names_in(node.get("select_list", ())))
    return tuple(dict.fromkeys(names))


def _names_in(expressions: list[Node]) -> Iterator[str]:
    for each in expressions:
        if each.get("class") == "STAR":
            continue
        if "alias" in each:
            yield each["alias"]
        elif each.get("class") == "COLUMN_REF":
            yield each["column_names"][-1]
