"""Checks the tree of a statement, as the engine parsed it, against what an SQL trait may consist of.

select getenv('HOME')                  ->  Refusal("sql-unknown-function", {"name": "getenv"}, position=7)
select * from 'secrets.csv'            ->  Refusal("sql-unknown-relation", {"name": "secrets.csv"}, position=14)
select key, 1 as one from profiles     ->  Checked(relations={"profiles"}, names={"key"}, …)

Every node, every field of a node, every function, type and relation must be known here: what a later engine adds is
refused until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from audcli.sql_traits.columns import Node, columns_written
from audcli.sql_traits.functions import COLLATIONS, FEWEST_ARGUMENTS, FUNCTIONS, TABLE_FUNCTIONS, TYPES
from audcli.sql_traits.refusals import Refusal

Scope = frozenset[str]
"""The names of the common table expressions that can be read at a place."""

_STATEMENT_FIELDS = {"node"}
_MARKS = {"type", "class", "alias", "query_location", "query_location_length"}
_FIELDS: dict[str, set[str]] = {
    "SELECT_NODE": {
        "modifiers", "cte_map", "select_list", "from_table", "where_clause", "aggregate_handling", "having",
        "group_expressions", "group_sets", "qualify",
    },
    "SET_OPERATION_NODE": {"modifiers", "cte_map", "setop_type", "setop_all", "children"},
    "RECURSIVE_CTE_NODE": {"modifiers", "cte_map", "cte_name", "union_all", "left", "right", "aliases", "key_targets"},
    "ORDER_MODIFIER": {"orders"},
    "DISTINCT_MODIFIER": {"distinct_on_targets"},
    "LIMIT_MODIFIER": {"limit", "offset", "limit_type"},
    "ORDER_DEFAULT": {"null_order", "expression"},
    "ASCENDING": {"null_order", "expression"},
    "DESCENDING": {"null_order", "expression"},
    "BASE_TABLE": {"table_name", "qualified_name", "column_name_alias"},
    "EMPTY": set(),
    "EXPRESSION_LIST": {"values", "expected_names", "column_name_alias"},
    "JOIN": {"left", "right", "join_type", "ref_type", "is_implicit", "using_columns", "condition"},
    "SUBQUERY_TABLE": {"subquery", "column_name_alias"},
    "TABLE_FUNCTION": {"function", "column_name_alias", "with_ordinality"},
    "BETWEEN": {"input", "lower", "upper"},
    "CASE": {"case_checks", "else_expr"},
    "CAST": {"child", "type_expr", "try_cast"},
    "COLLATE": {"child", "collation"},
    "COLUMN_REF": {"column_names"},
    "COMPARISON": {"left", "right"},
    "CONJUNCTION": {"children"},
    "CONSTANT": {"literal"},
    "FUNCTION": {
        "function_name", "filter", "order_bys", "qualified_name", "is_operator", "arguments", "distinct",
        "is_legacy_function_call",
    },
    "LAMBDA": {"lhs", "expr", "syntax_type"},
    "OPERATOR": {"children"},
    "POSITIONAL_REFERENCE": {"index"},
    "STAR": {
        "columns", "relation_name", "expr", "exclude_list", "replace_list", "rename_list", "qualified_exclude_list",
    },
    "SUBQUERY": {"subquery_type", "subquery", "comparison_type", "child"},
    "TYPE": {"type_name", "qualified_name", "children"},
    "WINDOW": {
        "function_name", "qualified_name", "partitions", "orders", "start", "end", "start_expr", "end_expr",
        "exclude_clause", "arguments", "arg_orders", "filter_expr", "ignore_nulls", "has_ignore_nulls", "distinct",
        "offset_expr", "default_expr",
    },
}  # fmt: skip
_PARTS: dict[str, set[str]] = {
    "arguments": {"name", "expression"},
    "case_checks": {"when_expr", "then_expr"},
    "rename_list": {"key", "value"},
    "replace_list": {"key", "value"},
    "subquery": {"node"},
    "qualified_name": {"path"},
    "literal": {"kind", "text"},
    "key": {"column", "table", "schema", "catalog"},
    "qualified_exclude_list": {"column", "table", "schema", "catalog"},
}
"""The fields of what is no node of its own, by the field under which it stands."""

_OPERATORS = {
    "ARRAY_EXTRACT", "ARRAY_SLICE", "COMPARE_IN", "COMPARE_NOT_IN", "GROUPING_FUNCTION", "OPERATOR_COALESCE",
    "OPERATOR_IS_NOT_NULL", "OPERATOR_IS_NULL", "OPERATOR_NOT", "OPERATOR_TRY", "OPERATOR_UNPACK", "STRUCT_EXTRACT",
}  # fmt: skip
_STRUCTURES = {
    "PIVOT": "`pivot` and `unpivot`",
    "SHOW_REF": "`show`, `describe` and `summarize`",
    "PARAMETER": "a parameter",
    "DEFAULT": "`default`",
    "sample": "`tablesample` and `using sample`",
    "at_clause": "`at`, which asks for another version of a table,",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a statement that passes reads: the relations, and the bare names that are to be columns of them.

    `columns` are the names that it writes of its result's columns.
    """

    relations: frozenset[str]
    names: frozenset[str]
    columns: tuple[str, ...]


def check(statements: list[Node], relations: frozenset[str]) -> Checked | Refusal:
    """Check the statements of a query: it must be one, and read nothing but `relations`.

    `statements` is what the engine's `json_serialize_sql` gives.
    """
    if len(statements) != 1:
        return Refusal("sql-several-statements" if statements else "sql-not-a-select")
    try:
        return _walk(statements[0], relations)
    except _Refused as refused:
        return replace(refused.refusal, columns=columns_written(statements[0]))


def folded(name: str) -> str:
    """Fold the case of a name as the engine does: that of ASCII letters, so that a Kelvin sign is no k."""
    return "".join(each.lower() if each.isascii() else each for each in name)


class _Refused(Exception):
    def __init__(self, code: str, node: Node, **facts: str) -> None:
        position = node.get("query_location")
        known = isinstance(position, int) and position < 2**32
        self.refusal = Refusal(code, facts, position if known else None)


def _walk(statement: Node, relations: frozenset[str]) -> Checked:
    """Visit every node. The stack holds nodes, the field that each stands under, and what can be read there."""
    read: set[str] = set()
    names: set[str] = set()
    if set(statement) - _STATEMENT_FIELDS - {"named_param_map"}:
        raise _Refused("sql-not-allowed", {}, what="a part that audcli does not know")
    waiting: list[tuple[Any, str, Scope]] = [(statement["node"], "node", frozenset())]
    while waiting:
        value, field, scope = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, field, scope) for each in value)
            continue
        if not isinstance(value, dict):
            continue
        apart: dict[str, Scope] = {}
        match _kind(value, field):
            case "SELECT_NODE" | "SET_OPERATION_NODE" | "RECURSIVE_CTE_NODE":
                bodies, scope = _with_ctes(value, scope)
                waiting.extend(bodies)
                apart = _own_scopes(value, scope)
            case "BASE_TABLE":
                if folded(value["table_name"]) not in scope:
                    read.add(_relation(value, relations))
            case "COLUMN_REF":
                names.update(_bare_name(value))
            case "FUNCTION" | "WINDOW":
                _check_function(value, TABLE_FUNCTIONS if field == "function" else FUNCTIONS)
            case "TYPE":
                _check_type(value)
            case "COLLATE":
                _check_collation(value)
            case _:
                pass
        waiting.extend((each, name, apart.get(name, scope)) for name, each in value.items() if name != "cte_map")
    return Checked(frozenset(read), frozenset(names), columns_written(statement))


def _kind(node: Node, field: str) -> str:
    """Say what kind of node it is, and refuse a kind, or a field of it, that is not known."""
    kind, fields = _known_fields(node, field)
    unknown = set(node) - fields
    if unknown:
        name = min(unknown)
        if name in ("schema", "catalog", "schema_name", "catalog_name"):
            raise _Refused("sql-qualified-name", node, name=_dotted(node))
        raise _Refused("sql-not-allowed", node, what=_STRUCTURES.get(name, f"this use of `{name}`"))
    return kind


def _known_fields(node: Node, field: str) -> tuple[str, set[str]]:
    if field in _PARTS and "class" not in node and "type" not in node:
        return "", _PARTS[field]
    kind = node.get("class") or node.get("type")
    if kind == "SUBQUERY" and "class" not in node:
        kind = "SUBQUERY_TABLE"
    if not isinstance(kind, str) or kind not in _FIELDS or (kind == "OPERATOR" and node["type"] not in _OPERATORS):
        raise _Refused("sql-not-allowed", node, what=_STRUCTURES.get(str(kind), f"`{kind}`"))
    return kind, _FIELDS[kind] | _MARKS


def _with_ctes(node: Node, scope: Scope) -> tuple[list[tuple[Any, str, Scope]], Scope]:
    """Give the bodies of a node's common table expressions, and what can be read in the node itself.

    Each sees those before it. It is the engine's rule that no name stands twice.
    """
    bodies: list[tuple[Any, str, Scope]] = []
    for entry in node.get("cte_map", {}).get("map", ()):
        if set(entry) - {"key", "value"} or set(entry["value"]) - {
            "aliases", "materialized", "query_node", "key_targets",
        }:  # fmt: skip
            raise _Refused("sql-not-allowed", node, what="this kind of `with`")
        name, body = folded(entry["key"]), entry["value"]["query_node"]
        bodies.append((body, "node", scope))
        bodies.append((entry["value"].get("key_targets", []), "key_targets", scope | {name}))
        scope = scope | {name}
    return bodies, scope


def _own_scopes(node: Node, scope: Scope) -> dict[str, Scope]:
    """Let what a recursive query repeats read the query itself; where it begins, the name is that of something else."""
    if node["type"] != "RECURSIVE_CTE_NODE":
        return {}
    itself = scope | {folded(node["cte_name"])}
    return {"right": itself, "key_targets": itself}


def _relation(node: Node, relations: frozenset[str]) -> str:
    name = node["table_name"]
    if not _is_plain(node, name):
        raise _Refused("sql-qualified-name", node, name=_dotted(node))
    if folded(name) not in relations:
        raise _Refused("sql-unknown-relation", node, name=name)
    return folded(name)


def _check_function(node: Node, known: frozenset[str]) -> None:
    name = node["function_name"]
    if not _is_plain(node, name):
        raise _Refused("sql-qualified-name", node, name=_dotted(node))
    short = len(node.get("arguments", ())) < FEWEST_ARGUMENTS.get(folded(name), 0)
    if folded(name) not in known or short:
        raise _Refused("sql-unknown-function", node, name=name)


def _check_type(node: Node) -> None:
    name = node["type_name"]
    if not _is_plain(node, name) or folded(name) not in TYPES:
        raise _Refused("sql-not-allowed", node, what=f"the type `{name}`")


def _check_collation(node: Node) -> None:
    if not set(folded(node["collation"]).split(".")) <= COLLATIONS:
        raise _Refused("sql-not-allowed", node, what=f"the collation `{node['collation']}`")


def _bare_name(node: Node) -> Iterator[str]:
    names = node["column_names"]
    if len(names) == 1:
        yield names[0]


def _is_plain(node: Node, name: str) -> bool:
    """Tell whether a name has no schema or catalogue before it, in either of the places where the engine keeps them."""
    return bool(node.get("qualified_name", {"path": [name]})["path"] == [name])


def _dotted(node: Node) -> str:
    return ".".join(node.get("qualified_name", {}).get("path", ()))
