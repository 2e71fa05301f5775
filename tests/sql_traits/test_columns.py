"""The names that a statement writes of its result's columns."""

from __future__ import annotations

import pytest

from audcli.sql_traits.columns import columns_written

from .engines import tree_of


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select account as group_id, l.user_id, 'x' as \"Role\", count(*) from l", ("group_id", "user_id", "Role")),
        ("select *, l.*, columns('a') as z, s.a.b, n: 1 from l", ("b", "n")),
        ("from l", ()),
        ("values (1, 2)", ()),
        ("with t as (select 1 as a) select a as b from t", ("b",)),
        ("select 1 as a union all select 2 as b", ("a",)),
        ("select 1 as a, 2 as b union by name select 2 as b, 3 as c union select 3 as d", ("a", "b", "c")),
    ],
)
def test_names_in_the_select_list(sql: str, names: tuple[str, ...]) -> None:
    [statement] = tree_of(sql)
    assert columns_written(statement) == names
