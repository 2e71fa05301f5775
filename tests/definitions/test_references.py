"""What definitions name, for checks and for the order of computing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audcli.definitions.cycles import cycles_in
from audcli.definitions.loader import load_text
from audcli.definitions.references import Dependency, dependencies

TEXT = """
audience: all
where:
  all:
    - {audience: vips}
    - {id: email, none_of: {list: blocked}}
    - {trait: 'a\\.b.c', equals: {trait: city.name}}
    - {trait: $first_seen, within_last: 7 days}
    - event: Order Completed
      where: {any: [{plan: {one_of: {list: plans}}}, {items: {has: {sku: {equals: {trait: sku}}}}}]}
    - accounts: any
      where: {trait: {compute: unique_list, event: A, user_trait: role, where: {x: {equals: {trait: y}}}}, exists: true}
    - sequence: [{event: A, where: {city: {equals: {trait: home}}}}]
---
audience: vips
where: {trait: tier, equals: gold}
---
list: blocked
values: [a]
---
list: plans
values: [pro]
---
trait: orders
compute: count
event: Order Completed
where: {plan: {equals: {trait: plan}}}
---
sql_trait: load
sql: select user_id, 1 as load from events
---
test: t
as_of: 2026-07-01
calls: []
expect: {all: [ada], orders: {ada: 1}}
"""
DEFINITIONS = load_text(TEXT, now=datetime(2026, 7, 1, tzinfo=UTC)).documents


def named(key: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.key, each.level) for each in dependencies(DEFINITIONS[key].document)]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (
            "all",
            [
                ("audience", "vips", "users"),
                ("list", "blocked", "users"),
                ("trait", "a.b", "users"),
                ("trait", "city", "users"),
                ("list", "plans", "users"),
                ("trait", "sku", "users"),
                ("trait", "role", "users"),
                ("trait", "y", "accounts"),
                ("trait", "home", "users"),
            ],
        ),
        ("vips", [("trait", "tier", "users")]),
        ("orders", [("trait", "plan", "users")]),
        ("load", []),
        ("blocked", []),
        ("t", [("expected", "all", "users"), ("expected", "orders", "users")]),
    ],
)
def test_what_a_definition_names(key: str, found: list[tuple[str, str, str]]) -> None:
    assert named(key) == found


def test_where_a_name_stands() -> None:
    assert dependencies(DEFINITIONS["vips"].document) == (Dependency("trait", "tier", ("where", "trait"), "users"),)


@pytest.mark.parametrize(
    ("edges", "cycles"),
    [
        ({"a": ("b",), "b": ("c",)}, []),
        ({"a": ("a",)}, [("a",)]),
        ({"a": ("b", "c"), "b": ("c",), "c": ("a",)}, [("a", "b", "c")]),
        ({"a": ("b",), "b": ("c",), "c": ("b",)}, [("b", "c")]),
        ({"a": ("b",), "b": ("a",), "c": ("d",), "d": ("c", "a")}, [("a", "b"), ("c", "d")]),
        ({str(number): (str((number + 1) % 5000),) for number in range(5000)}, [tuple(map(str, range(5000)))]),
    ],
)
def test_cycles(edges: dict[str, tuple[str, ...]], cycles: list[tuple[str, ...]]) -> None:
    assert list(cycles_in(edges)) == cycles
