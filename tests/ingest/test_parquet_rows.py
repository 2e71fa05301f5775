"""What becomes of the types of Parquet, and of files that are none."""

from __future__ import annotations

import decimal
import uuid
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flat_files import flags, only_call, reject_list, take, take_parquet
from ingested import calls

from audcli.store import Store

TRACK = flags("track", event="A", time="2026-01-01")
MOMENT = datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)
IN_NANOSECONDS = pa.array([1769853600_123456789]).cast(pa.timestamp("ns"))


def with_user(**columns: Any) -> pa.Table:
    return pa.table({"user_id": ["u"], **columns})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (pa.array(["7"]), "7"),
        (pa.array(["a"], pa.large_string()), "a"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([""]), ""),
        (pa.array([2**63 - 1]), 2**63 - 1),
        (pa.array([2**64 - 1], pa.uint64()), float(2**64)),
        (pa.array([True]), True),
        (pa.array([1.5]), 1.5),
        (pa.array([2.0], pa.float32()), 2),
        (pa.array([0.5]).cast(pa.float16()), 0.5),
        (pa.array([decimal.Decimal("19.90")]), 19.9),
        (pa.array([decimal.Decimal("20.00")]), 20),
        (pa.array([decimal.Decimal("12345678901234567.89")]), 12345678901234567.89),
        (pa.array([date(2026, 1, 31)]), "2026-01-31"),
        (pa.array([date(2026, 1, 31)], pa.date64()), "2026-01-31"),
        (pa.array([time(9, 30)]), "09:30:00.000000"),
        (pa.array([MOMENT]), "2026-01-31T10:00:00.123456Z"),
        (pa.array([MOMENT], pa.timestamp("us", "Europe/Berlin")), "2026-01-31T10:00:00.123456Z"),
        (pa.array([datetime(2026, 1, 31)], pa.timestamp("s")), "2026-01-31T00:00:00.000000Z"),
        (IN_NANOSECONDS, "2026-01-31T10:00:00.123456Z"),
        (pa.array([-1]).cast(pa.timestamp("ns")), "1969-12-31T23:59:59.999999Z"),
        (pa.array([b"text"]), "text"),
        (pa.array([b"abc"], pa.binary(3)), "abc"),
        (pa.array([uuid.UUID(int=7).bytes], pa.uuid()), str(uuid.UUID(int=7))),
        (pa.array([[1, None, 3]]), [1, None, 3]),
        (pa.array([[1, 2]], pa.list_(pa.int64(), 2)), [1, 2]),
        (pa.array([[]], pa.large_list(pa.string())), []),
        (pa.array([[[decimal.Decimal("0.5")], None]]), [[0.5], None]),
        (pa.array([{"sku": "a", "at": date(2026, 1, 1), "none": None}]), {"sku": "a", "at": "2026-01-01"}),
        (pa.array([[{"sku": "a"}, {"sku": "b"}]]), [{"sku": "a"}, {"sku": "b"}]),
        (pa.array([[("x", 1), ("y", None)]], pa.map_(pa.string(), pa.int64())), {"x": 1, "y": None}),
        (pa.array([[(7, MOMENT)]], pa.map_(pa.int32(), pa.timestamp("us"))), {"7": "2026-01-31T10:00:00.123456Z"}),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_types(store: Store, tmp_path: Path, column: pa.Array, value: Any) -> None:
    assert take_parquet(store, tmp_path / "a.parquet", with_user(p=column), TRACK).accepted == 1
    assert only_call(store)["properties"] == {"p": value}


@pytest.mark.parametrize(
    "column",
    [pa.array([None]), pa.array([None], pa.string()), pa.array([float("nan")]), pa.array([None], pa.list_(pa.int64()))],
)
def test_absent_values(store: Store, tmp_path: Path, column: pa.Array) -> None:
    assert take_parquet(store, tmp_path / "a.parquet", with_user(p=column), TRACK).accepted == 1
    assert only_call(store)["properties"] == {}


def test_infinity_is_a_reject(store: Store, tmp_path: Path) -> None:
    summary = take_parquet(store, tmp_path / "a.parquet", with_user(p=[float("inf")]), TRACK)
    assert summary.rejected == {"number_out_of_range": 1}


def test_nested_columns_across_slices(store: Store, tmp_path: Path) -> None:
    """Rows beyond the first batch keep their own lists, structs and maps."""
    count = 12_000
    table = pa.table(
        {
            "message_id": [f"m{number}" for number in range(count)],
            "user_id": ["u"] * count,
            "tags": [[number, number] if number % 3 else None for number in range(count)],
            "map": pa.array(
                [[("n", number)] if number % 2 else None for number in range(count)], pa.map_(pa.string(), pa.int64())
            ),
        }
    )
    assert take_parquet(store, tmp_path / "a.parquet", table, TRACK).accepted == count
    found = calls(store)
    for number in range(count):
        expected: dict[str, Any] = {"tags": [number, number]} if number % 3 else {}
        expected |= {"map": {"n": number}} if number % 2 else {}
        assert found[f"m{number}"]["properties"] == expected


def test_times_of_calls(store: Store, tmp_path: Path) -> None:
    table = pa.table({"user_id": ["u", "u"], "message_id": [1, 2], "timestamp": [MOMENT, None], "sent_at": [None, 7.5]})
    assert take_parquet(store, tmp_path / "a.parquet", table, flags("track", event="A")).accepted == 2
    times = {message_id: call["time"] for message_id, call in calls(store).items()}
    assert times == {"1": MOMENT.replace(tzinfo=None), "2": datetime(1970, 1, 1, 0, 0, 7, 500000)}


def test_rows_are_numbered_from_1(store: Store, tmp_path: Path) -> None:
    table = pa.table({"user_id": ["u", None, "u", None], "n": [1, 2, 3, 4]})
    assert take_parquet(store, tmp_path / "a.parquet", table, TRACK).rejected == {"missing_id": 2}
    assert [(line, reason) for line, reason, _ in reject_list(store)] == [(2, "missing_id"), (4, "missing_id")]


def test_bytes_that_are_no_text_spoil_their_row_only(store: Store, tmp_path: Path) -> None:
    table = pa.table({"user_id": ["u"] * 5, "b": [b"a", b"\xff", b"c", b"d", b"\xfe\xfe"]})
    assert take_parquet(store, tmp_path / "a.parquet", table, TRACK).rejected == {"invalid_utf8": 2}
    assert [(line, raw) for line, _, raw in reject_list(store)] == [
        (2, '{"user_id":"u","b":"\\xff"}'),
        (5, '{"user_id":"u","b":"\\xfe\\xfe"}'),
    ]
    dropped = flags("track", event="A", time="2026-01-01", drop="b")
    assert take_parquet(store, tmp_path / "b.parquet", table, dropped).rejects == 0


def test_a_type_without_a_form_in_json(store: Store, tmp_path: Path) -> None:
    table = with_user(p=pa.array([7], pa.duration("s")))
    summary = take_parquet(store, tmp_path / "a.parquet", table, TRACK)
    assert summary.error is not None
    assert "the column `p` of" in summary.error and "leave it out with `--drop p`" in summary.error
    dropped = flags("track", event="A", time="2026-01-01", drop="p")
    assert take_parquet(store, tmp_path / "a.parquet", table, dropped).accepted == 1


def test_files_that_are_no_parquet(store: Store, tmp_path: Path) -> None:
    whole = tmp_path / "a.parquet"
    pq.write_table(pa.table({"user_id": ["u"] * 1000}), whole)
    content = whole.read_bytes()
    for broken in (b"", b"PAR1", content[:-20], content[: len(content) // 2], b"user_id\nu\n"):
        whole.write_bytes(broken)
        summary = take(store, whole, [TRACK])
        assert summary.error == f"`{whole}` cannot be read: it is no Parquet file, or is cut short"
    assert calls(store) == {}


def test_a_damaged_page(store: Store, tmp_path: Path) -> None:
    whole = tmp_path / "a.parquet"
    pq.write_table(pa.table({"user_id": [f"user-{number}" for number in range(50_000)]}), whole, compression="zstd")
    content = bytearray(whole.read_bytes())
    for damaged in (content[20:], content[:1000] + bytes(2000) + content[3000:]):
        whole.write_bytes(damaged)
        assert take(store, whole, [TRACK]).error == f"`{whole}` cannot be read: it is damaged"
    assert calls(store) == {}


@pytest.mark.parametrize(
    ("columns", "mapping", "missing"),
    [
        ({"user_id": ["u"]}, flags(), "has no column `type`: say what its rows are with `--as track`"),
        ({"user_id": ["u"]}, flags("track", time="2026-01-01"), "has no column for the `event`"),
        ({"user_id": ["u"]}, flags("identify"), "has no column for the time, such as `timestamp`"),
        ({"plan": ["p"]}, flags("identify", time="2026-01-01"), "has no column for an id, such as `userId`"),
        ({"user_id": ["u"]}, flags("group", time="2026-01-01"), "has no column for the `groupId`"),
        ({"type": ["page"], "user_id": ["u"]}, flags(), "has no column for the time"),
    ],
)
def test_needed_columns(store: Store, tmp_path: Path, columns: Any, mapping: Any, missing: str) -> None:
    summary = take_parquet(store, tmp_path / "a.parquet", pa.table(columns), mapping)
    assert summary.error is not None and missing in summary.error
    assert summary.gave_no_call


def test_no_rows(store: Store, tmp_path: Path) -> None:
    table = pa.table({"user_id": pa.array([], pa.string())})
    summary = take_parquet(store, tmp_path / "a.parquet", table, TRACK)
    assert (summary.read, summary.error, summary.gave_no_call) == (0, None, True)
