"""What the views show of a store, as of an instant (docs/sql-traits.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.views import view_rows
from audcli.store import Store

from .stores import AS_OF, call, store_of

CALLS = [
    call("identify", "2026-01-01", userId="ann", anonymousId="a1",
         traits={"email": "Ann@X.com", "plan": "free", "seats": 7.0, "gone": 1, "size": 1e25}),
    call("identify", "2026-01-02", userId="ann", traits={"plan": "pro", "gone": None, "tags": ["b", {"z": 1.50}]}),
    call("identify", "2026-08-01", userId="ann", traits={"plan": "later", "phone": "+1"}),
    call("track", "2026-01-03", event="Buy", userId="ann", context={"groupId": "acme"},
         properties={"price": 12.0, "items": [{"sku": "a", "n": 1.50}], "text": "1.0}"}, receivedAt="2026-01-04"),
    call("page", "2026-01-03T10:00:00.000001Z", name="Home", anonymousId="zed"),
    call("screen", "2026-01-05", name="Start", userId="bob"),
    call("page", "2026-01-06", anonymousId="zed"),
    call("track", "2026-07-02", event="Buy", userId="ann"),
    call("track", "2026-07-02", event="Buy", userId="late"),
    call("group", "2026-02-01", groupId="acme", userId="ann", traits={"plan": "business"}),
    call("group", "2026-03-01", groupId="acme", anonymousId="zed", traits={"seats": 3}),
    call("group", "2026-08-01", groupId="acme", userId="bob"),
    call("group", "2026-08-01", groupId="later", userId="ann"),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_of(tmp_path_factory.mktemp("views"), *CALLS) as store:
        yield store


def rows_of(store: Store, view: str, *columns: str) -> list[dict[str, Any]]:
    rows = view_rows(store.connection, view, columns or list(VIEWS[view]), AS_OF).read_all().to_pylist()
    return [dict(each) for each in rows]


def keys(store: Store) -> dict[str, str]:
    """Give the key of each profile by one of its ids."""
    rows = store.connection.execute(
        """select value, key from identifiers join identity using (identifier) join profile_keys using (profile)
           where until_generation is null"""
    ).fetchall()
    return dict(rows)


def test_events(store: Store) -> None:
    buy, home, start, nameless = rows_of(store, "events")
    key = keys(store)
    assert buy == {
        "message_id": CALLS[3]["messageId"], "type": "track", "event": "Buy", "key": key["ann"], "user_id": "ann",
        "anonymous_id": None, "group_id": "acme", "timestamp": datetime(2026, 1, 3), "received_at": datetime(2026, 1, 4),
        "properties": '{"items":[{"n":1.5,"sku":"a"}],"price":12,"text":"1.0}"}', "context": '{"groupId":"acme"}',
    }  # fmt: skip
    assert (home["type"], home["event"], home["key"], home["anonymous_id"]) == ("page", "Home", key["zed"], "zed")
    assert home["timestamp"] == datetime(2026, 1, 3, 10, 0, 0, 1)
    assert (start["type"], start["event"], start["properties"]) == ("screen", "Start", "{}")
    assert (nameless["type"], nameless["event"]) == ("page", None)


def test_profiles(store: Store) -> None:
    key = keys(store)
    rows = rows_of(store, "profiles")
    assert [row["key"] for row in rows] == sorted([key["ann"], key["bob"], key["zed"]])
    ann = next(row for row in rows if row["user_id"] == "ann")
    assert ann["traits"] == ('{"email":"Ann@X.com","plan":"pro","seats":7,"size":1e+25,"tags":["b",{"z":1.5}]}')
    assert (ann["first_seen"], ann["last_seen"]) == (datetime(2026, 1, 1), datetime(2026, 2, 1))
    zed = next(row for row in rows if row["key"] == key["zed"])
    assert (zed["user_id"], zed["known"], zed["traits"]) == (None, False, "{}")


def test_identifiers_are_those_of_all_calls(store: Store) -> None:
    key = keys(store)
    rows = {(row["id_type"], row["id_value"]): row for row in rows_of(store, "identifiers")}
    assert set(rows) == {
        ("user_id", "ann"), ("anonymous_id", "a1"), ("email", "ann@x.com"), ("phone", "+1"),
        ("user_id", "bob"), ("anonymous_id", "zed"),
    }  # fmt: skip
    assert rows["phone", "+1"] == {
        "key": key["ann"], "id_type": "phone", "id_value": "+1", "first_seen": datetime(2026, 8, 1),
    }  # fmt: skip


def test_accounts_and_their_users(store: Store) -> None:
    key = keys(store)
    assert rows_of(store, "accounts") == [
        {"group_id": "acme", "first_seen": datetime(2026, 2, 1), "last_seen": datetime(2026, 3, 1),
         "traits": '{"plan":"business","seats":3}'},
    ]  # fmt: skip
    users = {row["key"]: (row["user_id"], row["since"]) for row in rows_of(store, "account_users")}
    assert users == {key["ann"]: ("ann", datetime(2026, 2, 1)), key["zed"]: (None, datetime(2026, 3, 1))}


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "computed_traits"])
def test_each_column_alone_is_as_among_the_others(store: Store, view: str) -> None:
    whole = rows_of(store, view)
    for column in VIEWS[view]:
        assert rows_of(store, view, column) == [{column: row[column]} for row in whole]
    assert len(view_rows(store.connection, view, [], AS_OF).read_all()) == len(whole)


def test_the_order_of_files_does_not_show(tmp_path: Path, store: Store) -> None:
    with store_of(tmp_path, *reversed(CALLS)) as other:
        for view in VIEWS:
            if view != "computed_traits":
                assert rows_of(other, view) == rows_of(store, view)
