"""`--expand-users`: a row for each user of the accounts, as of the run."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from export_stores import fill, stored_value

from audcli.errors import UsageError
from audcli.export import ExportOptions, Receipt, Users, expected_seconds, export_key
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import find_project
from audcli.store import Store, open_store

AS_OF = datetime(2026, 7, 1)
DEFINITIONS = """
audience: business
of: accounts
where: {trait: plan, equals: business}
---
audience: everybody
include_anonymous: true
where: {everyone: true}
"""
KNOWN = Users(("user_id", "email"))


def identify(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "timestamp": "2026-06-01", "traits": traits}


def group(account: str, day: int, traits: dict[str, Any] | None = None, **ids: str) -> dict[str, Any]:
    call = {"type": "group", "groupId": account, "timestamp": f"2026-06-{day:02}", **ids}
    return {**call, "traits": traits or {}}


CALLS = [
    group("acme", 1, {"plan": "business", "seats": 5}),
    group("globex", 1, {"plan": "business", "seats": 9}),
    group("initech", 1, {"plan": "free"}),
    group("empty", 1, {"plan": "business"}),
    identify("ann", email="Ann@x.example", role="admin"),
    identify("bob", email="bob@x.example"),
    identify("cem", email="cem@x.example"),
    group("acme", 2, userId="ann"),
    group("globex", 3, userId="ann"),
    group("acme", 2, userId="bob"),
    group("initech", 2, userId="cem"),
    group("acme", 2, anonymousId="visitor"),
    {**group("acme", 2, userId="cem"), "timestamp": "2026-07-02"},
]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yaml").write_text(DEFINITIONS, "utf-8")
    (tmp_path / "calls.jsonl").write_text("".join(json.dumps(call) + "\n" for call in CALLS), "utf-8")
    with open_store(tmp_path / ".audcli" / "store.duckdb", write=True, create=True) as opened:
        ingest(opened, [str(tmp_path / "calls.jsonl")], IngestOptions(), now=AS_OF)
        compute(find_project(tmp_path, tmp_path), opened, (), Moment(AS_OF, AS_OF))
        yield opened


def export(store: Store, format_: str = "unformatted", key: str = "business", **options: Any) -> list[list[str]]:
    return exported(store, format_, key, **options)[0]


def exported(
    store: Store, format_: str = "unformatted", key: str = "business", users: Users = KNOWN, **options: Any
) -> tuple[list[list[str]], Receipt]:
    out = io.BytesIO()
    receipt = export_key(store.connection, key, ExportOptions(format_, users=users, **options), out)  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(out.getvalue().decode(), newline=""))), receipt


def people(store: Store) -> dict[str, str]:
    """Give the keys of profiles by user id."""
    query = """select value, key from identifiers join identity using (identifier) join profile_keys using (profile)
        where type in ('user_id', 'anonymous_id')"""
    return dict(store.connection.execute(query).fetchall())


def test_a_row_for_each_user_of_each_account_by_key_then_account(store: Store) -> None:
    lines, receipt = exported(store)
    keys = people(store)
    rows = [
        (keys["ann"], "acme", {"email": ["ann@x.example"], "user_id": ["ann"]}),
        (keys["ann"], "globex", {"email": ["ann@x.example"], "user_id": ["ann"]}),
        (keys["bob"], "acme", {"email": ["bob@x.example"], "user_id": ["bob"]}),
    ]
    assert lines[0] == ["key", "account", "external_ids"]
    assert [(key, account, json.loads(ids)) for key, account, ids in lines[1:]] == sorted(rows, key=lambda row: row[:2])
    assert (receipt.level, receipt.members, receipt.users, receipt.written) == ("accounts", 3, 2, 3)


def test_indexed_has_columns_of_the_users_ids(store: Store) -> None:
    lines = export(store, "indexed")
    assert lines[0] == ["key", "account", "external_ids", "email", "user_id"]
    assert sorted(line[1:2] + line[3:] for line in lines[1:]) == [
        ["acme", "ann@x.example", "ann"], ["acme", "bob@x.example", "bob"], ["globex", "ann@x.example", "ann"],
    ]  # fmt: skip


def test_the_mailing_list_of_all_users(store: Store) -> None:
    lines, receipt = exported(store, "single-column", raw=True)
    assert lines == [["email"], ["ann@x.example"], ["bob@x.example"]]
    assert (receipt.members, receipt.users, receipt.with_id, receipt.written, receipt.repeated) == (3, 2, 2, 2, 0)
    assert export(store, "single-column", id_type="user_id", raw=True) == [["user_id"], ["ann"], ["bob"]]
    assert export(store, "single-column", match="meta")[0] == ["email"]


def test_anonymous_users_are_in_it_where_all_are_asked_for(store: Store) -> None:
    lines = export(store, users=Users())
    visitor = people(store)["visitor"]
    assert [line[1] for line in lines if line[0] == visitor] == ["acme"]
    assert len(lines) == 5
    assert len(export(store, users=Users(("o'brien",)))) == 1
    assert len(export(store, users=Users(()))) == 1


def test_whoever_joins_after_the_as_of_is_not_in_it(store: Store) -> None:
    assert people(store)["cem"] not in {line[0] for line in export(store, users=Users())}


def test_ids_are_those_that_the_run_saw(store: Store) -> None:
    before = export(store)
    folder = store.path.parent.parent
    (folder / "later.jsonl").write_text(json.dumps(identify("bob", phone="+16577770000")) + "\n", "utf-8")
    ingest(store, [str(folder / "later.jsonl")], IngestOptions(), now=AS_OF)
    assert export(store) == before


def test_columns_are_of_the_user_and_of_the_account_of_the_row(store: Store) -> None:
    lines = export(store, columns=("role", "account.seats"))
    assert lines[0] == ["key", "account", "external_ids", "role", "account.seats"]
    keys = people(store)
    assert {(key, account): values for key, account, _, *values in lines[1:]} == {
        (keys["ann"], "acme"): ["admin", "5"], (keys["ann"], "globex"): ["admin", "9"], (keys["bob"], "acme"): ["", "5"],
    }  # fmt: skip


@pytest.mark.parametrize("format_", ["unformatted", "indexed", "expanded"])
def test_a_trait_of_accounts_is_repeated_for_each_user(store: Store, format_: str) -> None:
    [(acme,)] = store.connection.execute("select account from accounts where group_id = 'acme'").fetchall()
    fill(store.connection, "definitions", [{"definition": 99, "key": "adoption", "kind": "trait", "level": "accounts"}])
    store.connection.execute("insert into results by name select * replace (99 as definition) from results limit 1")
    fill(store.connection, "trait_names", [{"trait": 1, "definition": 99, "name": "adoption", "since_run": 1}])
    fill(store.connection, "trait_values", [stored_value(1, acme, 12.5)])
    lines, receipt = exported(store, format_, "adoption")
    assert lines[0][:4] == ["key", "account", "value", "external_ids"]
    assert [line[1:3] for line in lines[1:]] == [["acme", "12.5"], ["acme", "12.5"]]
    assert (receipt.members, receipt.users) == (1, 2)


def test_audiences_of_users_have_none_to_expand(store: Store) -> None:
    with pytest.raises(UsageError, match="`--expand-users` has no meaning for `everybody`, which is of users"):
        export(store, key="everybody")


def test_the_estimate_counts_the_users_ids(store: Store) -> None:
    with_users = expected_seconds(store.connection, "business", ExportOptions(users=KNOWN))
    assert with_users > expected_seconds(store.connection, "business", ExportOptions()) > 0
