"""What columns are in the calls that rows become."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from flat_files import flags, only_call, reject_list, take_csv, take_parquet
from ingested import NOW, calls, profiles

from audcli.errors import UsageError
from audcli.ingest import CallMapping, IngestOptions, TableMapping, ingest
from audcli.ingest.mapping import calls_of_rows
from audcli.store import Store

TIME = "2026-01-01"


def take_row(store: Store, tmp_path: Path, row: dict[str, str], *mappings: CallMapping, **options: Any) -> Any:
    cells = ('"{}"'.format(value.replace('"', '""')) for value in row.values())
    return take_csv(store, tmp_path / "a.csv", f"{','.join(row)}\n{','.join(cells)}\n", *mappings, **options)


@pytest.mark.parametrize(
    "names",
    [("userId", "anonymousId", "messageId", "receivedAt"), ("user_id", "anonymous_id", "message_id", "received_at")],
)
def test_fields_in_camel_and_snake_case(store: Store, tmp_path: Path, names: tuple[str, ...]) -> None:
    row = dict(zip(names, ("u", "d", "m", "2026-02-01"), strict=True))
    assert take_row(store, tmp_path, row | {"plan": "pro"}, flags("identify")).accepted == 1
    [(message_id, call)] = calls(store).items()
    assert (message_id, call["user_id"], call["anonymous_id"]) == ("m", "u", "d")
    assert call["time"] == call["received_at"] == datetime(2026, 2, 1)
    assert call["properties"] == {"plan": "pro"}


@pytest.mark.parametrize(
    "field", ["timestamp", "originalTimestamp", "original_timestamp", "sentAt", "sent_at", "received_at"]
)
def test_time_fields(store: Store, tmp_path: Path, field: str) -> None:
    take_row(store, tmp_path, {"userId": "u", field: "1767225600"}, flags("track", event="A", time="1999-01-01"))
    assert only_call(store)["time"] == datetime(2026, 1, 1)


def test_empty_cells_are_absent_and_others_are_strings(store: Store, tmp_path: Path) -> None:
    row = {"userId": "u", "timestamp": "", "a": "", "b": "007", "c": "true", "d": "null", "e": " "}
    take_row(store, tmp_path, row, flags("track", event="A", time=TIME))
    assert only_call(store)["properties"] == {"b": "007", "c": "true", "d": "null", "e": " "}


def test_a_type_column_says_what_each_row_is(store: Store, tmp_path: Path) -> None:
    text = (
        "type,message_id,user_id,group_id,event,name,previous_id,timestamp,plan\n"
        "track,1,u,,Bought,x,,2026-01-01,\n"
        "page,2,u,,,Home,,2026-01-01,\n"
        "screen,3,u,g,,Home,,2026-01-01,\n"
        "identify,4,u,,,Ann,,2026-01-01,pro\n"
        "group,5,u,g,,Acme,,2026-01-01,big\n"
        "alias,6,u,,,,d,2026-01-01,\n"
        "purchase,7,u,,,,,2026-01-01,\n"
        ",8,u,,,,,2026-01-01,\n"
    )
    summary = take_csv(store, tmp_path / "a.csv", text)
    assert (summary.accepted, summary.rejected) == (6, {"unknown_type": 2})
    found = {
        key: (call["type"], call["name"], call["group_id"], call["properties"]) for key, call in calls(store).items()
    }
    assert found == {
        "1": ("track", "Bought", None, {"name": "x"}),
        "2": ("page", "Home", None, {}),
        "3": ("screen", "Home", "g", {}),
        "4": ("identify", "", None, {"name": "Ann", "plan": "pro"}),
        "5": ("group", "", "g", {"name": "Acme", "plan": "big"}),
        "6": ("alias", "", None, {}),
    }
    assert {("user_id", "u"), ("anonymous_id", "d")} in profiles(store).values()


def test_a_type_column_goes_before_as(store: Store, tmp_path: Path) -> None:
    text = "type,message_id,user_id,kind\npage,1,u,big\n,2,u,small\n"
    take_csv(store, tmp_path / "a.csv", text, flags("identify", time=TIME))
    assert {key: call["type"] for key, call in calls(store).items()} == {"1": "page", "2": "identify"}


@pytest.mark.parametrize(
    "mapping", [flags("group", "kind=type", time=TIME), flags("group", "type=kind", time=TIME, drop="type")]
)
def test_a_type_column_that_is_something_else(store: Store, tmp_path: Path, mapping: CallMapping) -> None:
    assert (
        take_row(
            store,
            tmp_path,
            {"groupId": "g", "type": "big", "kind2": "x"} | ({"kind": "group"} if mapping.drop else {}),
            mapping,
        ).accepted
        == 1
    )
    assert only_call(store)["properties"] == ({"kind2": "x"} if mapping.drop else {"kind": "big", "kind2": "x"})


def test_map_renames(store: Store, tmp_path: Path) -> None:
    row = {"id": "u", "user_id": "other", "mail": "A@x.example", "joined": TIME}
    take_row(store, tmp_path, row, flags("identify", "user_id=id", "email=mail", "timestamp=joined", "joined=joined"))
    call = only_call(store)
    assert (call["user_id"], call["time"]) == ("u", datetime(2026, 1, 1))
    assert call["properties"] == {"email": "A@x.example", "joined": TIME, "user_id": "other"}
    assert {("user_id", "u"), ("email", "a@x.example")} in profiles(store).values()


def test_keep_and_drop(store: Store, tmp_path: Path) -> None:
    row = {
        "userId": "u",
        "messageId": "1",
        "a": "1",
        "b": "2",
        "c": "3",
        "properties": '{"d": 4}',
        "context": '{"ip": "5"}',
    }
    kept = flags("track", "e=c", keep="a", event="A", time=TIME)
    take_row(store, tmp_path, row, kept)
    assert only_call(store)["properties"] == {"a": "1", "e": "3"}
    assert only_call(store)["context"] == {"ip": "5"}
    take_row(store, tmp_path, row | {"messageId": "2"}, flags("track", drop="a, properties", event="A", time=TIME))
    assert calls(store)["2"]["properties"] == {"b": "2", "c": "3"}
    take_row(store, tmp_path, row | {"messageId": "3"}, flags("track", keep="", event="A", time=TIME))
    assert calls(store)["3"]["properties"] == {}


@pytest.mark.parametrize(
    "mapping", [flags("identify", "userId=idd"), flags("identify", keep="idd"), flags("identify", drop="idd")]
)
def test_columns_that_are_not_there(store: Store, tmp_path: Path, mapping: CallMapping) -> None:
    summary = take_row(store, tmp_path, {"id": "u", "timestamp": TIME}, mapping)
    assert summary.error == f"`{tmp_path / 'a.csv'}` has no column `idd`: did you mean `id`?"


def test_columns_of_json_are_merged_in(store: Store, tmp_path: Path) -> None:
    row = {
        "userId": "u",
        "a": "own",
        "properties": '{"a": 1, "b": [2.0, null], "c": {"d": "\\u00e9"}}',
        "context": '{"groupId": "g"}',
    }
    take_row(store, tmp_path, row, flags("track", event="A", time=TIME))
    call = only_call(store)
    assert call["properties"] == {"a": "own", "b": [2, None], "c": {"d": "é"}}
    assert call["group_id"] == "g"


def test_a_null_within_json_removes_a_trait_and_an_empty_cell_does_not(store: Store, tmp_path: Path) -> None:
    take_row(store, tmp_path, {"userId": "u", "plan": "", "traits": '{"size": null}'}, flags("identify", time=TIME))
    assert only_call(store)["properties"] == {"size": None}


def test_structs_serve_as_objects(store: Store, tmp_path: Path) -> None:
    table = pa.table({"userId": ["u"], "properties": [{"a": 1}], "context": [{"page": {"url": "x"}}], "b": [2]})
    take_parquet(store, tmp_path / "a.parquet", table, flags("track", event="A", time=TIME))
    assert only_call(store)["properties"] == {"a": 1, "b": 2}
    assert only_call(store)["context"] == {"page": {"url": "x"}}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("{bad", "malformed_json"),
        ("[1]", "wrong_type"),
        ('"text"', "wrong_type"),
        ('{"a": "\\ud800"}', "unpaired_surrogate"),
        ('{"a": 1e999}', "number_out_of_range"),
        ('{"a":' * 300 + "1" + "}" * 300, "too_deep"),
    ],
)
def test_json_that_cannot_be_used(store: Store, tmp_path: Path, cell: str, reason: str) -> None:
    summary = take_row(
        store, tmp_path, {"userId": "u", "b": "x", "properties": cell}, flags("track", event="A", time=TIME)
    )
    assert summary.rejected == {reason: 1}
    [(_, _, raw)] = reject_list(store)
    again = take_csv(store, tmp_path / "again.jsonl", raw + "\n")
    assert (again.accepted, again.rejects) == (0, 1)


def test_a_json_null_is_nothing(store: Store, tmp_path: Path) -> None:
    assert (
        take_row(store, tmp_path, {"userId": "u", "properties": "null"}, flags("track", event="A", time=TIME)).accepted
        == 1
    )


def test_event_and_time_are_for_rows_that_have_none(store: Store, tmp_path: Path) -> None:
    text = "messageId,userId,event,timestamp\n1,u,Own,2026-02-01\n2,u,,\n"
    take_csv(store, tmp_path / "a.csv", text, flags("track", event="Given", time="2026-01-01T12:00:00+02:00"))
    found = {key: (call["name"], call["time"]) for key, call in calls(store).items()}
    assert found == {"1": ("Own", datetime(2026, 2, 1)), "2": ("Given", datetime(2026, 1, 1, 10))}


def test_event_names_pages_too(store: Store, tmp_path: Path) -> None:
    take_row(store, tmp_path, {"userId": "u"}, flags("page", event="Home", time=TIME))
    assert only_call(store)["name"] == "Home"


def test_the_id_by_content_is_without_a_given_time(store: Store, tmp_path: Path) -> None:
    row = {"userId": "u", "price": "3"}
    assert take_row(store, tmp_path, row, flags("track", event="A", time=TIME)).accepted == 1
    assert take_row(store, tmp_path, row, flags("track", event="A", time="2026-06-01")).duplicate_content == 1


def test_message_ids_by_map_count_per_type_and_event(store: Store, tmp_path: Path) -> None:
    row = {"id": "1", "user": "u", "event": "a:b"}
    mappings = [
        flags("track", "messageId=id", "userId=user", time=TIME),
        flags("identify", "messageId=id", "userId=user", time=TIME),
        flags("page", "message_id=id", "userId=user", time=TIME),
    ]
    assert take_row(store, tmp_path, row, *mappings).accepted == 3
    assert set(calls(store)) == {r"track:a\:b:1", "identify:1", "page::1"}
    assert take_row(store, tmp_path, row, *mappings).duplicate_ids == 3
    other = row | {"event": "a"}
    assert take_row(store, tmp_path, other, mappings[0]).accepted == 1


def test_message_ids_by_map_of_numbers(store: Store, tmp_path: Path) -> None:
    mapping = flags("identify", "messageId=id", "userId=user", time=TIME)
    table = pa.table({"id": [1.0, 1.5, None], "user": [7, 7, 7]})
    assert take_parquet(store, tmp_path / "a.parquet", table, mapping).accepted == 3
    assert {"identify:1", "identify:1.5"} < set(calls(store))
    take_row(store, tmp_path, {"id": " 1 ", "user": "7"}, mapping)
    assert len(calls(store)) == 3


def test_message_ids_of_a_column_of_that_name_are_as_they_are(store: Store, tmp_path: Path) -> None:
    take_row(store, tmp_path, {"message_id": "m", "userId": "u"}, flags("track", event="A", time=TIME))
    assert set(calls(store)) == {"m"}


def test_several_calls_of_a_row(store: Store, tmp_path: Path) -> None:
    person = CallMapping("identify", (("userId", "id"),), drop=("account",), time=0)
    account = CallMapping("group", (("userId", "id"), ("groupId", "account")), keep=(), time=0)
    text = "id,account,plan\n1,a,pro\n2,,free\n,b,x\n"
    summary = take_csv(store, tmp_path / "a.csv", text, person, account)
    assert (summary.read, summary.accepted, summary.rejected) == (6, 4, {"missing_group_id": 1, "missing_id": 1})
    with_account = CallMapping(
        "group", (("userId", "id"), ("groupId", "account")), keep=(), only_with=("account",), time=0
    )
    again = take_csv(store, tmp_path / "a.csv", text, person, with_account)
    assert (again.read, again.duplicate_content, again.rejected) == (5, 4, {"missing_id": 1})


def test_several_calls_do_not_ask_the_type_column(store: Store, tmp_path: Path) -> None:
    person = CallMapping("identify", time=0, fixed_type=True)
    assert take_row(store, tmp_path, {"userId": "u", "type": "page"}, person).accepted == 1
    assert only_call(store)["properties"] == {"type": "page"}


def test_rejects_of_rows_can_be_repaired_and_ingested_as_json_lines(store: Store, tmp_path: Path) -> None:
    mapping = flags("track", "messageId=id", "userId=user", event="Bought", time=TIME)
    text = "id,user,price\n1,,10\n2,u,20\n"
    assert take_csv(store, tmp_path / "a.csv", text, mapping).rejected == {"missing_id": 1}
    [(_, _, raw)] = reject_list(store)
    repaired = raw.replace('"type"', '"userId":"u","type"')
    assert take_csv(store, tmp_path / "repaired.jsonl", repaired + "\n").accepted == 1
    text = text.replace("1,,10", "1,u,10")
    assert take_csv(store, tmp_path / "a.csv", text, mapping).duplicate_ids == 2


def test_a_reject_is_kept_once(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        take_row(store, tmp_path, {"userId": "", "a": "1"}, flags("track", event="A", time=TIME))
    assert len(reject_list(store)) == 1


def test_strict_and_dry_run(store: Store, tmp_path: Path) -> None:
    mapping = flags("track", event="A", time=TIME)
    path = tmp_path / "a.csv"
    path.write_text("userId,a\nu,1\n,2\n")
    for options in ({"strict": True}, {"dry_run": True}):
        summary = ingest(store, [str(path)], IngestOptions(tables=(TableMapping("*", (mapping,)),), **options), now=NOW)
        assert (summary.total.accepted, summary.stored, calls(store)) == (1, False, {})


@pytest.mark.parametrize(
    ("file", "pattern", "fits"),
    [
        ("exports/users.csv", "users.csv", True),
        ("users.csv", "users.*", True),
        ("users.csv.gz", "users.csv", False),
        ("exports/eu/users.csv", "eu/*.csv", True),
        ("exports/us/users.csv", "eu/*.csv", False),
        ("users.csv", "eu/users.csv", False),
        ("-", "*", True),
    ],
)
def test_patterns(file: str, pattern: str, fits: bool) -> None:
    mapped = (CallMapping("identify"),)
    assert (calls_of_rows(file, [TableMapping(pattern, mapped)]) == mapped) is fits


def test_the_first_pattern_that_fits_counts() -> None:
    tables = [TableMapping("users-*.csv", (flags("identify"),)), TableMapping("*", (flags("track"),))]
    assert calls_of_rows("users-1.csv", tables) == (flags("identify"),)
    assert calls_of_rows("orders.csv", tables) == (flags("track"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type_": "alias"},
        {"columns": ["userId"]},
        {"columns": ["=id"]},
        {"columns": ["userId=a", "userId=b"]},
        {"keep": "a", "drop": "b"},
        {"type_": "group", "event": "A"},
        {"time": "yesterday"},
    ],
)
def test_flags_that_cannot_be_used(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        flags(wrong.pop("type_", None), *wrong.pop("columns", ()), **wrong)


def test_flags_for_no_flat_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="for CSV and Parquet"):
        ingest(store, [str(tmp_path)], IngestOptions(tables=(TableMapping("*", (flags("track"),)),)), now=NOW)
