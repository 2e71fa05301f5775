"""Ids of rows become entities; what the contract refuses is refused with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from audcli.sql_traits.process import QueryFailed
from audcli.sql_traits.results import begin_links, store_rows
from audcli.sql_traits.shape import Level
from audcli.store import Store

from .stores import AS_OF, call, store_of


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    calls = [
        call("identify", "2026-01-01", userId="ann", anonymousId="a1", traits={"email": "ann@x.com"}),
        call("identify", "2026-01-02", userId="ann", anonymousId="a2"),
        call("track", "2026-01-03", event="Buy", userId="bob"),
        call("track", "2026-07-02", event="Buy", userId="late"),
        call("group", "2026-01-03", groupId="acme", userId="ann"),
        call("group", "2026-07-03", groupId="later", userId="ann"),
    ]
    with store_of(tmp_path_factory.mktemp("results"), *calls) as store:
        begin_links(store.connection)
        yield store


def kept(store: Store, rows: list[dict[str, Any]], level: Level = "users") -> tuple[dict[str, float], int]:
    """Store rows with a value each, and give the values by id and how many rows were skipped."""
    ids = list(rows[0])[:-1]
    table = pa.table({
        **{name: pa.array([row[name] for row in rows], pa.string()) for name in ids},
        "number_1": pa.array([row["it"] for row in rows], pa.float64()),
        "json_1": pa.array([None] * len(rows), pa.string()),
    })  # fmt: skip
    stored = store_rows(store.connection, "sql_trait_1", table.to_reader(), level, AS_OF)
    names = (
        "select group_id, value_1::double from sql_trait_1 join accounts using (account)"
        if level == "accounts"
        else """select value, value_1::double from sql_trait_1 join identity using (profile)
                join identifiers using (identifier) where type = 'user_id'"""
    )
    return dict(store.connection.execute(names).fetchall()), stored.skipped


def refusal(store: Store, rows: list[dict[str, Any]], level: Level = "users") -> str:
    with pytest.raises(QueryFailed) as failed:
        kept(store, rows, level)
    return failed.value.message


def test_ids_of_users(store: Store) -> None:
    assert kept(store, [{"user_id": "ann", "it": 1}, {"user_id": "bob", "it": 2}]) == ({"ann": 1, "bob": 2}, 0)
    assert kept(store, [{"anonymous_id": "a2", "it": 1}]) == ({"ann": 1}, 0)
    assert kept(store, [{"email": "ann@x.com", "it": 1}]) == ({"ann": 1}, 0)
    [(key,)] = store.connection.execute(
        "select key from profile_keys join identity using (profile) join identifiers using (identifier)"
        " where value = 'bob'"
    ).fetchall()
    assert kept(store, [{"key": key, "it": 1}]) == ({"bob": 1}, 0)


def test_ids_that_nobody_has_are_counted_and_skipped(store: Store) -> None:
    rows = [{"user_id": name, "it": 1} for name in ("ann", "nobody", "late", "a1", "")]
    assert kept(store, rows) == ({"ann": 1}, 4)
    assert kept(store, [{"group_id": "acme", "it": 1}, {"group_id": "later", "it": 1}], "accounts") == ({"acme": 1}, 1)


def test_null_ids_are_refused(store: Store) -> None:
    assert refusal(store, [{"user_id": None, "it": 1}, {"user_id": "ann", "it": 1}]) == (
        "`user_id` is null in 1 row of its result"
    )
    rows = [{"group_id": "acme", "user_id": None, "it": 1}, {"group_id": "acme", "user_id": "ann", "it": 1}]
    assert refusal(store, rows, "accounts") == "`user_id` is null in 1 row of its result"


def test_repeated_ids_are_refused_even_of_nobody(store: Store) -> None:
    rows = [{"user_id": "nobody", "it": 1}, {"user_id": "nobody", "it": 1}]
    assert refusal(store, rows) == "its result repeats 1 value of `user_id`"
    rows = [{"group_id": "acme", "user_id": "ann", "it": 1}] * 3
    assert refusal(store, rows, "accounts") == ("its result repeats 1 pair of `group_id`, `user_id`")


def test_rows_of_one_profile_have_one_value(store: Store) -> None:
    assert kept(store, [{"anonymous_id": "a1", "it": 1}, {"anonymous_id": "a2", "it": 1}]) == ({"ann": 1}, 0)
    assert refusal(store, [{"anonymous_id": "a1", "it": 1}, {"anonymous_id": "a2", "it": 2}]) == (
        "its rows of 1 profile differ in their values"
    )
    assert refusal(store, [{"anonymous_id": "a1", "it": 1}, {"anonymous_id": "a2", "it": None}]) == (
        "its rows of 1 profile differ in their values"
    )


def test_users_are_linked_to_accounts(store: Store) -> None:
    begin_links(store.connection)
    rows = [{"group_id": "acme", "user_id": name, "it": 1} for name in ("ann", "bob", "nobody")]
    assert kept(store, [*rows, {"group_id": "none", "user_id": "bob", "it": 1}], "accounts") == ({"acme": 1}, 2)
    links = store.connection.execute(
        """select group_id, value from sql_links join accounts using (account) join identity using (profile)
           join identifiers using (identifier) where until_generation is null and type = 'user_id' order by all"""
    ).fetchall()
    assert links == [("acme", "ann"), ("acme", "bob")]
    rows = [{"group_id": "acme", "user_id": "ann", "it": 1}, {"group_id": "acme", "user_id": "bob", "it": 2}]
    assert refusal(store, rows, "accounts") == "its rows of 1 account differ in their values"
