"""What holds of every ingest: counts, deduplication, atomicity, and that order and splitting change nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingested import NOW, Take, calls, clear, everything, profiles, refused_links, reject_reasons

from audcli.catalog import EXACT_IN_DOUBLE, Shape
from audcli.ingest import IngestOptions, count_rejects, ingest, rejects
from audcli.store import Store


def call(message_id: str | None, **fields: Any) -> dict[str, Any]:
    record = {"type": "track", "event": "A", "userId": "u", "timestamp": 1, "messageId": message_id} | fields
    return {name: value for name, value in record.items() if value is not None}


def test_first_of_one_message_id_wins(store: Store, take: Take) -> None:
    summary = take(call("1", event="first"), call("1", event="second"), call(None), call(None))
    assert (summary.read, summary.accepted, summary.duplicate_ids) == (4, 2, 1)
    assert (summary.duplicate_content, summary.repeated_content) == (1, 1)
    again = take(call("1", event="third", userId="other"), call(None), call(None), file="again.jsonl")
    assert (again.read, again.accepted, again.duplicate_ids) == (3, 0, 1)
    assert (again.duplicate_content, again.repeated_content) == (2, 1)
    assert calls(store)["1"]["name"] == "first"
    names = store.connection.execute("select name from call_names order by call_name").fetchall()
    assert names == [("first",), ("A",)]
    assert store.connection.execute("select value from identifiers").fetchall() == [("u",)]


def test_message_id_made_from_content(store: Store, take: Take) -> None:
    """The order of keys and the way of writing a number are not content."""
    take(b'{"type":"track","event":"A","userId":"u","timestamp":1,"properties":{"b":1.0,"a":"\\u00e9"}}')
    summary = take(
        '{"properties":{"a":"é","b":1},"userId":"u","timestamp":1,"event":"A","type":"track"}'.encode(), file="b.jsonl"
    )
    assert summary.duplicate_content == 1
    content = '{"event":"A","properties":{"a":"é","b":1},"timestamp":1,"type":"track","userId":"u"}'
    assert set(calls(store)) == {hashlib.sha256(content.encode()).hexdigest()}


def test_the_same_file_twice_changes_nothing(store: Store, take: Take) -> None:
    records = [
        call("1", properties={"a": 1}),
        call(None, anonymousId="x", context={"b": [1, "c"]}),
        {"type": "group", "groupId": "g", "userId": "u2", "timestamp": 2},
        {"type": "identify", "anonymousId": "x", "userId": "u2", "timestamp": 3, "traits": {"email": "e@x.y"}},
        b"broken",
        {"type": "?"},
    ]
    first = take(*records)
    before = everything(store)
    second = take(*records)
    assert everything(store) == before
    assert (first.read, first.accepted, first.rejects) == (6, 4, 2)
    assert (second.read, second.accepted, second.rejects) == (6, 0, 2)
    assert not second.gave_no_call
    ingests = store.connection.execute("select generation, read, accepted, rejected from ingests").fetchall()
    assert ingests == [(1, 6, 4, 2), (1, 6, 0, 2)]


def test_dry_run_stores_nothing(store: Store, take: Take) -> None:
    before = everything(store)
    summary = take(call("1"), b"x", dry_run=True)
    assert (summary.accepted, summary.rejects) == (1, 1)
    assert everything(store) == before
    assert store.connection.execute("select count(*) from ingests").fetchone() == (0,)


def test_dry_run_sees_duplicates_between_files(store: Store, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(json.dumps(call("1")) + "\n", encoding="utf-8")
    summary = ingest(store, [str(tmp_path / "*.jsonl")], IngestOptions(dry_run=True), now=NOW)
    assert [(file.accepted, file.duplicate_ids) for file in summary.files] == [(1, 0), (0, 1)]
    assert not summary.stored and not summary.failed


def test_strict(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(call("1")) + "\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps(call("2")) + "\nx\n", encoding="utf-8")
    before = everything(store)
    summary = ingest(store, [str(tmp_path)], IngestOptions(strict=True), now=NOW)
    assert not summary.stored and summary.failed
    assert summary.total.rejected == {"malformed_json": 1}
    assert everything(store) == before
    summary = ingest(store, [str(tmp_path / "a.jsonl")], IngestOptions(strict=True), now=NOW)
    assert summary.stored and not summary.failed
    assert set(calls(store)) == {"1"}


def test_rejects_are_kept_once_and_counted_always(store: Store, take: Take) -> None:
    assert take(b"x", b"x", call(None, userId=None)).rejected == {"malformed_json": 2, "missing_id": 1}
    assert take(b"x", file="b.jsonl").rejected == {"malformed_json": 1}
    assert count_rejects(store) == {"malformed_json": 1, "missing_id": 1}
    assert [(Path(reject.file).name, reject.line) for reject in rejects(store)] == [
        ("calls.jsonl", 1),
        ("calls.jsonl", 3),
    ]


def test_raw_text_of_rejects(store: Store, take: Take) -> None:
    large = b'"' + b"a" * (1 << 20) + b'"'
    take(b"a\xff\x00b", large)
    first, second = rejects(store)
    assert first.raw == b"a\xff\x00b"
    assert (second.raw, second.line, second.digest) == (None, 2, hashlib.sha256(large).hexdigest())


def test_progress(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(call(str(number))) + "\n" for number in range(5000)) + "x\n", encoding="utf-8")
    seen: list[tuple[int, int, int, int]] = []
    shares: list[float] = []

    def progress(*state: int, stored: float | None = None) -> None:
        if stored is None:
            seen.append(state)  # type: ignore[arg-type]
        else:
            shares.append(stored)

    monkeypatch.setattr("audcli.ingest.watching._SECONDS_BETWEEN", 0.001)
    ingest(store, [str(path)], IngestOptions(), now=NOW, progress=progress)
    size = path.stat().st_size
    assert seen[-1] == (size, size, 5001, 1)
    assert seen == sorted(seen) and len(seen) > 2
    assert shares and all(0 <= share <= 1 for share in shares)
    assert store.connection.execute("select current_setting('enable_progress_bar')").fetchone() == (False,)


def test_calls_are_clustered(store: Store, take: Take) -> None:
    take(*(call(str(n), event="BA"[n % 2], timestamp=100 - n) for n in range(20)))
    rows = store.connection.execute("select call_name, time from calls order by rowid").fetchall()
    assert rows == sorted(rows)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab\0", max_size=2), below, max_size=3),
    max_leaves=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.dictionaries(st.text("abc", max_size=1), JSON_VALUES, max_size=3), min_size=1, max_size=8),
    st.integers(0, 8),
)
def test_values_survive_and_the_catalog_keeps_its_promise(
    store: Store, tmp_path: Path, values: list[dict[str, Any]], cut: int
) -> None:
    clear(store)
    records = [call(str(number), properties=value) for number, value in enumerate(values)]
    for name, part in (("a.jsonl", records[:cut]), ("b.jsonl", records[cut:])):
        (tmp_path / name).write_text("".join(f"{json.dumps(record)}\n" for record in part), encoding="utf-8")
        ingest(store, [str(tmp_path / name)], IngestOptions(), now=NOW)
    stored = calls(store)
    expected = Shape()
    for number, value in enumerate(values):
        assert same(stored[str(number)]["properties"], plain(value))
        observe(expected, plain(value))
    found = store.catalog().calls["track", "A"].properties
    assert without_examples(found) == without_examples(expected)


def plain(value: Any) -> Any:
    """Give a value with its numbers as the store keeps them."""
    match value:
        case bool() | str() | None:
            return value
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _ if float(value).is_integer() and abs(value) <= EXACT_IN_DOUBLE:
            return int(value)
        case int() if -(2**63) <= value < 2**63:
            return value
    return float(value)


def same(one: Any, other: Any) -> bool:
    """Compare values and their types (a double may come back written without its point)."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
        case bool() | str() | None, _:
            return type(one) is type(other) and one == other
    return not isinstance(other, (bool, str)) and one == other


def observe(shape: Shape, value: Any) -> None:
    """Grow a shape by one value, in the most obvious way."""
    kinds = {bool: "boolean", str: "string", type(None): "null", dict: "object", list: "list", float: "double"}
    kind: Any = kinds.get(type(value)) or ("integer" if abs(value) <= EXACT_IN_DOUBLE else "big_integer")
    shape.seen[kind] = shape.seen.get(kind, 0) + 1
    if isinstance(value, dict):
        for name, item in value.items():
            observe(shape.names.setdefault(name, Shape()), item)
    if isinstance(value, list):
        for item in value:
            shape.elements = shape.elements or Shape()
            observe(shape.elements, item)


def without_examples(shape: Shape) -> Any:
    below = {name: without_examples(item) for name, item in shape.names.items()}
    any_name = shape.any_name and without_examples(shape.any_name)
    return shape.seen, below, any_name, shape.elements and without_examples(shape.elements)


def test_objects_with_very_many_names_are_maps(store: Store, take: Take) -> None:
    take(call("1", properties={"prices": {f"sku{number}": {"eur": number} for number in range(250)}, "a": 1}))
    take(*(call(f"m{n}", event="B", properties={"p": {f"sku{n}": n}}) for n in range(150)), file="b.jsonl")
    take(*(call(f"n{n}", event="B", properties={"p": {f"sku{n}": "x"}}) for n in range(150, 300)), file="c.jsonl")
    catalog = store.catalog()
    prices = catalog.calls["track", "A"].properties.names["prices"]
    assert not prices.names and prices.any_name is not None
    assert prices.any_name.names["eur"].seen == {"integer": 250}
    p = catalog.calls["track", "B"].properties.names["p"]
    assert not p.names and p.any_name is not None and p.any_name.seen == {"integer": 150, "string": 150}


def test_very_many_shapes_in_one_file(store: Store, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audcli.ingest.shapes._MANY_SIGNATURES", 3)
    records = [call(str(n), properties={f"p{n % 7}": "abc"[n % 3]}, context={"c": n % 2}) for n in range(70)]
    take(*records)
    first = without_examples(store.catalog().calls["track", "A"].properties)
    take(*records)
    assert without_examples(store.catalog().calls["track", "A"].properties) == first
    assert first[0] == {"object": 70} and {shape[0]["string"] for shape in first[1].values()} == {10}


LINES = st.one_of(
    st.sampled_from([b"x", b'{"type": "?"}', b"{}", b"7", b'{"type":"track","event":"A","userId":"u"}', b"\xff"]),
    st.builds(
        lambda event, user, device, time: json.dumps(
            {
                "type": "track",
                "event": event,
                "userId": user,
                "anonymousId": device,
                "timestamp": time,
                "properties": {event: time},
            }
        ).encode(),
        st.sampled_from("AB"),
        st.sampled_from(["u1", "u2", "none"]),
        st.sampled_from(["a1", "a2", None]),
        st.integers(0, 3),
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_order_and_splitting_change_nothing(store: Store, tmp_path: Path, data: st.DataObject) -> None:
    lines = data.draw(st.lists(LINES, max_size=12))
    shuffled = data.draw(st.permutations(lines))
    cut = data.draw(st.integers(0, len(lines)))
    found = []
    for files in ([lines], [shuffled[:cut], shuffled[cut:]]):
        clear(store)
        for number, part in enumerate(files):
            path = tmp_path / f"{number}.jsonl"
            path.write_bytes(b"".join(line + b"\n" for line in part))
            summary = ingest(store, [str(path)], IngestOptions(), now=NOW).total
            assert summary.read == len(part)
            assert summary.read == summary.accepted + summary.duplicate_content + summary.rejects
        shape = store.catalog().calls
        found.append(
            (
                calls(store),
                profiles(store),
                refused_links(store),
                reject_reasons(store),
                {name: without_examples(call_shape.properties) for name, call_shape in shape.items()},
            )
        )
    assert found[0] == found[1]
