"""The same rows as JSON lines, CSV and Parquet make the same store; so do other orders, other files and repetition."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from flat_files import flags
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingested import NOW, calls, clear, first_seen, profiles, refused_links

from audcli.ingest import CallMapping, IngestOptions, IngestSummary, TableMapping, ingest
from audcli.store import Store

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = ["note", "a.b", "näme", "select", "userid"]
FIELDS = ["type", "message_id", "user_id", "anonymous_id", "group_id", "event", "timestamp"]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "numbers": st.integers(-(2**63), 2**63 - 1),
    "doubles": st.floats(allow_nan=False, allow_infinity=False),
    "flags": st.booleans(),
    "lists": st.lists(st.text("ab", max_size=2), max_size=3),
}

Row = dict[str, Any]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A call as a flat row of texts, most of them usable; absent cells are absent."""
    row: Row = {
        "type": draw(st.sampled_from(["track", "track", "identify", "group", "page", "purchase"])),
        "message_id": draw(st.sampled_from(["", *(f"m{number}" for number in range(99))])),
        "user_id": draw(st.sampled_from(["", "u1", "u2", " u3 ", "0"])),
        "anonymous_id": draw(st.sampled_from(["", "d1", "d2"])),
        "group_id": draw(st.sampled_from(["", "g1"])),
        "event": draw(st.sampled_from(["", "A", "B b", "ä"])),
        "timestamp": draw(st.sampled_from(["", "2026-01-01", "1767225600", "2026-01-01 10:00:00.5 +01:00", "soon"])),
        **draw(st.dictionaries(st.sampled_from(NAMES), TEXT)),
    }
    return {name: value for name, value in row.items() if value != ""}


@st.composite
def typed_rows(draw: st.DrawFn) -> Row:
    """A row whose further cells have the types of their columns."""
    return draw(rows()) | {name: draw(values) for name, values in VALUES.items() if draw(st.booleans())}


def as_call(row: Row) -> dict[str, Any]:
    """What the reference says that a row is."""
    call = {name: row[name] for name in FIELDS if name in row}
    for field in ("message_id", "user_id", "anonymous_id", "group_id"):
        if field in call:
            first, second = field.split("_")
            call[first + second.title()] = call.pop(field)
    body = {name: value for name, value in row.items() if name not in FIELDS}
    if call["type"] != "track" and "event" in call:
        body["event"] = call.pop("event")
    if body:
        call["traits" if call["type"] in ("identify", "group") else "properties"] = body
    return call


def without_repeated_ids(dealt: list[Row]) -> list[Row]:
    """Leave out rows with the message id of another one, of which the first ingested would count."""
    found: dict[str, Row] = {}
    return [row for row in dealt if found.setdefault(row.get("message_id", str(id(row))), row) is row]


def write_json(path: Path, dealt: list[Row]) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(as_call(row)) + "\n" for row in dealt), "utf-8")
    return path


def write_csv(path: Path, dealt: list[Row]) -> Path:
    path = path.with_suffix(".csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, [*FIELDS, *NAMES])
        written.writeheader()
        written.writerows(dealt)
    return path


def write_parquet(path: Path, dealt: list[Row]) -> Path:
    path = path.with_suffix(".parquet")
    types = {**dict.fromkeys([*FIELDS, *NAMES], pa.string()), "numbers": pa.int64(), "doubles": pa.float64()}
    types |= {"flags": pa.bool_(), "lists": pa.list_(pa.string())}
    arrays = [pa.array([row.get(name) for row in dealt], type_) for name, type_ in types.items()]
    pq.write_table(pa.table(arrays, names=list(types)), path, row_group_size=3)
    return path


def state(store: Store, paths: list[Path], *mappings: CallMapping) -> tuple[Any, ...]:
    """What a new store holds after these files, without where rejects stood and what their text was."""
    clear(store)
    tables = (TableMapping("*", mappings),) if mappings else ()
    summary = ingest(store, [str(path) for path in paths], IngestOptions(tables=tables), now=NOW)
    assert_adds_up(summary)
    reasons = store.connection.execute("select reason, detail from rejects order by all").fetchall()
    return calls(store), profiles(store), first_seen(store), refused_links(store), sorted(set(reasons))


def assert_adds_up(summary: IngestSummary) -> None:
    for file in (*summary.files, summary.total):
        assert file.error is None
        assert file.read == file.accepted + file.duplicate_ids + file.duplicate_content + file.rejects


RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)


@RELAXED
@given(dealt=st.lists(rows(), min_size=1, max_size=12))
def test_texts_are_the_same_in_all_three(store: Store, dealt: list[Row]) -> None:
    dealt = without_repeated_ids(dealt)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        as_json = state(store, [write_json(path, dealt)])
        assert state(store, [write_csv(path, dealt)]) == as_json
        assert state(store, [write_parquet(path, dealt)]) == as_json


@RELAXED
@given(dealt=st.lists(typed_rows(), min_size=1, max_size=12))
def test_types_are_the_same_in_json_and_parquet(store: Store, dealt: list[Row]) -> None:
    dealt = without_repeated_ids(dealt)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        assert state(store, [write_parquet(path, dealt)]) == state(store, [write_json(path, dealt)])


@RELAXED
@given(dealt=st.lists(rows(), min_size=1, max_size=12), order=st.randoms(use_true_random=False), data=st.data())
def test_order_split_and_repetition_change_nothing(
    store: Store, dealt: list[Row], order: Any, data: st.DataObject
) -> None:
    dealt = without_repeated_ids(dealt)
    track = flags("track", "messageId=message_id", event="Given", time="2026-01-02")
    mappings = [replace(each, fixed_type=True) for each in (track, flags("identify", "messageId=message_id", time="0"))]
    with TemporaryDirectory() as folder:
        whole = state(store, [write_csv(Path(folder) / "whole", dealt)], *mappings)
        order.shuffle(dealt)
        cut = data.draw(st.integers(0, len(dealt)))
        pieces = [write_csv(Path(folder) / "one", dealt[:cut]), write_parquet(Path(folder) / "two", dealt[cut // 2 :])]
        assert state(store, pieces, *mappings) == whole


def test_the_reference_row() -> None:
    row = {"type": "identify", "user_id": "u", "event": "A", "timestamp": "2026-01-01", "note": "x"}
    assert as_call(row) == {
        "type": "identify",
        "userId": "u",
        "timestamp": "2026-01-01",
        "traits": {"event": "A", "note": "x"},
    }
