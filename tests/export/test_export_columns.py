"""`--columns`: traits beside the ids, custom ones as of the run, and those of a user's account."""

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
from audcli.export import ExportOptions, definitions_shown, export_key
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import find_project
from audcli.store import Store, open_store

AS_OF = datetime(2026, 7, 1)
DEFINITIONS = """
audience: everybody
include_anonymous: true
where: {everyone: true}
---
audience: companies
of: accounts
where: {everyone: true}
"""


def identify(user: str, day: int, traits: dict[str, Any]) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "timestamp": f"2026-06-{day:02}", "traits": traits}


def group(user: str, account: str, day: int, traits: dict[str, Any] | None = None) -> dict[str, Any]:
    call = {"type": "group", "userId": user, "groupId": account, "timestamp": f"2026-06-{day:02}"}
    return {**call, "traits": traits or {}}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yaml").write_text(DEFINITIONS, "utf-8")
    with open_store(tmp_path / ".audcli" / "store.duckdb", write=True, create=True) as opened:
        yield opened


def run(store: Store, calls: list[dict[str, Any]]) -> None:
    folder = store.path.parent.parent
    (folder / "calls.jsonl").write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")
    ingest(store, [str(folder / "calls.jsonl")], IngestOptions(), now=AS_OF)
    compute(find_project(folder, folder), store, (), Moment(AS_OF, AS_OF))


def export(store: Store, columns: str, key: str = "everybody", format_: str = "unformatted") -> list[list[str]]:
    out = io.BytesIO()
    options = ExportOptions(format_, columns=tuple(columns.split(",")))  # type: ignore[arg-type]
    export_key(store.connection, key, options, out)
    return list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))


def by_user(lines: list[list[str]]) -> dict[str, list[str]]:
    """Give the columns after `external_ids` by user id."""
    return {json.loads(line[1])["user_id"][0]: line[2:] for line in lines[1:]}


def test_custom_traits_are_those_of_the_as_of(store: Store) -> None:
    calls = [
        identify("ann", 1, {"plan": "free", "city": "Ulm"}),
        identify("ann", 2, {"plan": 'pro, "yearly"'}),
        identify("bob", 3, {"plan": "free"}),
        identify("bob", 4, {"plan": None}),
        identify("cem", 5, {"city": "İzmir"}),
        {**identify("cem", 1, {"plan": "later"}), "timestamp": "2026-07-02"},
    ]
    run(store, calls)
    lines = export(store, "plan,city")
    assert lines[0] == ["key", "external_ids", "plan", "city"]
    assert by_user(lines) == {"ann": ['pro, "yearly"', "Ulm"], "bob": ["", ""], "cem": ["", "İzmir"]}


def test_indexed_has_them_after_the_ids(store: Store) -> None:
    run(store, [identify("ann", 1, {"email": "a@x.com", "plan": "pro"})])
    header, row = export(store, "plan,email", format_="indexed")
    assert header == ["key", "external_ids", "email", "user_id", "plan", "trait.email"]
    assert row[2:] == ["a@x.com", "ann", "pro", "a@x.com"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"), (7.0, "7"), (1e25, "1e+25"), (0.1, "0.1"), (1e-7, "1e-7"), (True, "true"), ("", ""), ("1.50", "1.50"),
        ([2.0, 1e25, "1.0", "a\"b"], '[2,1e+25,"1.0","a\\"b"]'),
        ({"b": {"y": 1.0, "x": [None]}, "a": "é"}, '{"a":"é","b":{"x":[null],"y":1}}'),
        ("🦊\nשלום\t=1", "🦊\nשלום\t=1"), (9007199254740993, "9007199254740993"), (1e16, "10000000000000000"),
        (1.5e300, "1.5e+300"), (-2.5, "-2.5"), (123456.789, "123456.789"),
    ],
    ids=str,
)  # fmt: skip
def test_value_of_a_custom_trait(store: Store, value: object, text: str) -> None:
    run(store, [identify("ann", 1, {"of": value})])
    assert by_user(export(store, "of")) == {"ann": [text]}


def test_paths_lead_below_objects(store: Store) -> None:
    run(store, [identify("ann", 1, {"address": {"city": "Ulm", "a/b": 7.0}, "a.b": "dotted"}), identify("bob", 1, {})])
    lines = export(store, "address.city,address.a/b,address.none,a\\.b")
    assert by_user(lines) == {"ann": ["Ulm", "7", "", "dotted"], "bob": ["", "", "", ""]}


def test_traits_of_accounts(store: Store) -> None:
    calls = [
        group("ann", "acme", 1, {"plan": "free"}),
        group("ann", "globex", 2, {"plan": "pro", "seats": 5.0}),
        group("ann", "acme", 3, {"plan": "business"}),
        group("bob", "acme", 4),
        identify("cem", 5, {}),
    ]
    run(store, calls)
    assert export(store, "plan", key="companies") == [
        ["key", "external_ids", "plan"],
        ["acme", '{"group_id":["acme"]}', "business"],
        ["globex", '{"group_id":["globex"]}', "pro"],
    ]
    lines = export(store, "account.plan,account.seats")
    assert lines[0][2:] == ["account.plan", "account.seats"]
    assert by_user(lines) == {"ann": ["pro", "5"], "bob": ["business", ""], "cem": ["", ""]}


def test_of_accounts_joined_at_once_the_first_by_group_id_counts(store: Store) -> None:
    run(store, [group("ann", "zeta", 1, {"plan": "z"}), group("ann", "beta", 1, {"plan": "b"})])
    assert by_user(export(store, "account.plan")) == {"ann": ["b"]}


def test_a_stored_trait_hides_a_custom_one(store: Store) -> None:
    run(store, [identify("ann", 1, {"score": "custom"}), identify("bob", 1, {})])
    [(ann,)] = store.connection.execute(
        "select profile from identity join identifiers using (identifier) where value = 'ann'"
    ).fetchall()
    store.connection.execute("""
        insert into definitions values (99, 'score', 'trait', 'users');
        insert into results select 1, 99, '', '', '', 'ok', null, 0, 0, 0, 1""")
    fill(store.connection, "trait_names", [{"trait": 1, "definition": 99, "name": "score", "since_run": 1}])
    fill(store.connection, "trait_values", [stored_value(1, ann, 12.5)])
    assert by_user(export(store, "score")) == {"ann": ["12.5"], "bob": [""]}
    assert definitions_shown(store.connection, "everybody", ExportOptions(columns=("score", "plan"))) == (
        "everybody",
        "score",
    )


def test_an_unknown_trait_names_the_nearest(store: Store) -> None:
    run(store, [identify("ann", 1, {"plan": "pro"}), group("ann", "acme", 1, {"industry": "x"})])
    with pytest.raises(UsageError, match="there is no trait `plam` of users") as caught:
        export(store, "plam")
    assert caught.value.hint == "did you mean `plan`?"
    with pytest.raises(UsageError, match="there is no trait `plan` of accounts"):
        export(store, "account.plan")
    with pytest.raises(UsageError, match="there is no trait `zzzz` of users") as caught:
        export(store, "zzzz")
    assert caught.value.hint is None


def test_hostile_names_are_names(store: Store) -> None:
    run(store, [identify("ann", 1, {"o'brien; drop table calls": "1", '"q"': "2"})])
    assert by_user(export(store, 'o\'brien; drop table calls,"q"')) == {"ann": ["1", "2"]}


def test_the_connection_is_left_as_it_was(store: Store) -> None:
    run(store, [identify("ann", 1, {"plan": 1.5})])
    export(store, "plan")
    assert (
        store.connection.execute("select 1 from duckdb_tables() where starts_with(table_name, 'export_')").fetchall()
        == []
    )
    assert definitions_shown(store.connection, "everybody", ExportOptions(columns=("plan",))) == ("everybody",)
