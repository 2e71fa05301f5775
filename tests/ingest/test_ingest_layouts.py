"""Lines of many layouts in one file, which are cut in one pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ingested import NOW

from audcli.ingest import IngestOptions, ingest
from audcli.ingest.like import in_order_of_likeness
from audcli.ingest.usual import UsualLines
from audcli.store import Store

PLAIN = {"type": "track", "event": "A", "timestamp": "2026-01-31T10:00:00Z", "messageId": "m"}
LAYOUTS: list[dict[str, Any]] = [
    {"userId": "u", "properties": {"price": 1.5, "kind": "x"}},
    {"userId": "u", "properties": {"price": 2, "kind": "x"}},
    {"userId": "u", "properties": {"price": 2.0, "kind": "x"}},
    {"userId": "u", "anonymousId": "d", "properties": {"price": 1.5, "kind": "x"}},
    {"anonymousId": "d", "properties": {"price": 1.5, "kind": "x"}, "context": {"ip": "1", "build_no": 3}},
    {"anonymousId": "d", "properties": {"kind": "y", "is_gift": True}, "context": {"ip": "1", "build_no": 3.0}},
    {"type": "identify", "userId": "u", "traits": {"email": "E@x.y", "phone": "1", "age": 40}},
    {"type": "identify", "anonymousId": "d", "traits": {"phone": "1", "email": "E@x.y"}},
    {"type": "group", "userId": "u", "groupId": "g", "traits": {"seats": 7}},
    {"type": "page", "name": "P", "userId": "u"},
]


def test_lines_of_many_layouts_are_all_cut(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = [PLAIN | layout for layout in LAYOUTS]
    calls = [layouts[n % len(layouts)] | {"messageId": f"m{n}"} for n in range(3000)]
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(f"{json.dumps(call)}\n" for call in calls))
    monkeypatch.setattr("audcli.ingest.lines._FIRST_BYTES", 100_000)
    not_cut: list[int] = []
    take_frequent = UsualLines._take_frequent

    def take_and_count(self: UsualLines, block: Any) -> Any:
        rest = take_frequent(self, block)
        not_cut.append(len(rest))
        return rest

    monkeypatch.setattr(UsualLines, "_take_frequent", take_and_count)
    ingest(store, [str(path)], IngestOptions(), now=NOW)
    stored = dict(
        store.connection.execute(
            "select message_id, properties::json::varchar || coalesce(context, '') from calls"
        ).fetchall()
    )
    assert len(stored) == 3000
    assert {stored[f"m{n}"] for n in range(1000, 3000, 10)} == {'{"kind":"x","price":1.5}'}
    assert {stored[f"m{n}"] for n in range(1001, 3000, 10)} == {'{"kind":"x","price":2.0}'}
    assert {stored[f"m{n}"] for n in range(1002, 3000, 10)} == {'{"kind":"x","price":2.0}'}
    assert {stored[f"m{n}"] for n in range(1004, 3000, 10)} == {'{"kind":"x","price":1.5}{"ip":"1","build_no":3}'}
    assert {stored[f"m{n}"] for n in range(1005, 3000, 10)} == {'{"is_gift":true,"kind":"y"}{"ip":"1","build_no":3}'}
    assert not_cut
    assert not any(not_cut)


def test_patterns_stand_behind_those_of_whose_texts_they_are_like() -> None:
    one, two, three = '{"a": "%"}', '{"a": "%", "b": "%"}', '{"a": "%", "b": "%", "c": %}'
    other = '{"z": "%"}'
    assert in_order_of_likeness([other, one, two]) == [other, two, one]
    assert in_order_of_likeness([one, two, three, other]) == [two, one, three, other]
    assert in_order_of_likeness(["x", "x%", "%"]) == ["x", "x%", "%"]
    assert in_order_of_likeness(["%", "x%", "x"]) == ["x", "x%", "%"]


def test_blocks_of_nothing_but_broken_lines_are_rejected(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [json.dumps(PLAIN | {"userId": "u", "messageId": f"m{n}"}) for n in range(700)]
    broken = ["no json"] * 3000
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(f"{line}\n" for line in [*broken, *whole]))
    monkeypatch.setattr("audcli.ingest.lines._FIRST_BYTES", 6000)
    monkeypatch.setattr("audcli.ingest.readers._LONG_OBJECT", 1000)
    summary = ingest(store, [str(path)], IngestOptions(), now=NOW).files[0]
    assert (summary.rejects, summary.accepted) == (3000, 700)
