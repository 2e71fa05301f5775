"""Values of traits from run to run: who gains one enters, who loses it exits, and what stays is not touched."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import find_project
from audcli.runs import Result, difference, past_results
from audcli.store import Store, open_store

SPENT = "trait: spent\ncompute: sum\nevent: Bought\nproperty: price\nwithin: 10 days\n"
BROKEN = "trait: spent\ncompute: sum\nevent: Bought\n"
CALLS = [("ann", 1, 5), ("bob", 2, 7), ("cem", 1, 9), ("cem", 8, 1), ("dee", 12, 2)]


def test_values_from_run_to_run(tmp_path: Path) -> None:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "calls.jsonl").write_text("\n".join(call(*each) for each in CALLS), "utf-8")
    project = find_project(tmp_path, tmp_path)

    def run(day: int, definitions: str) -> Result:
        (tmp_path / "audiences" / "all.yaml").write_text(definitions, "utf-8")
        [result] = compute(project, store, (), Moment(datetime(2026, 1, day), datetime(2026, 1, day))).run.results
        assert result.previous + result.entered - result.exited == result.members
        return result

    with open_store(project.store_path, write=True, create=True) as store:
        ingest(store, [str(tmp_path / "calls.jsonl")], IngestOptions(strict=True), now=datetime(2026, 2, 1))
        first = run(9, SPENT)
        assert (first.previous, first.entered, first.exited) == (0, 3, 0)
        assert values(store) == {"ann": "5", "bob": "7", "cem": "10"}
        second = run(13, SPENT)
        assert (second.previous, second.entered, second.exited) == (3, 1, 2)
        assert values(store) == {"cem": "1", "dee": "2"}
        failed = run(14, BROKEN)
        assert (failed.outcome, failed.members) == ("failed", 2)
        assert values(store) == {"cem": "1", "dee": "2"}
        run(14, SPENT)
        spans = store.connection.execute(
            "select number, since_run, until_run from trait_values order by all"
        ).fetchall()
        assert spans == [(1, 2, None), (2, 2, None), (5, 1, 2), (7, 1, 2), (10, 1, 2)]


def test_exits_of_values_have_their_reasons(tmp_path: Path) -> None:
    """An anonymous profile with a value gains a user id, and another's value runs out."""
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences" / "all.yaml").write_text(SPENT, "utf-8")
    project = find_project(tmp_path, tmp_path)

    def run(day: int, *calls: str) -> None:
        (tmp_path / "calls.jsonl").write_text("\n".join(calls), "utf-8")
        ingest(store, [str(tmp_path / "calls.jsonl")], IngestOptions(strict=True), now=datetime(2026, 2, 1))
        compute(project, store, (), Moment(datetime(2026, 1, day), datetime(2026, 1, day)))

    with open_store(project.store_path, write=True, create=True) as store:
        login = json.loads(call("ann", 8, 1)) | {"anonymousId": "a1"}
        run(9, call("bob", 2, 7), call("x", 2, 5).replace("userId", "anonymousId").replace('"x"', '"a1"'))
        run(13, json.dumps(login))
        run(14, call("cem", 13, 2))
        found = [
            (each.entered, each.exited, each.merged, each.forgotten) for each in past_results(store.connection, "spent")
        ]
        assert found == [(2, 0, 0, 0), (1, 2, 1, 0), (1, 0, 0, 0)]
        exited = difference(store.connection, "spent", 1, 2, limit=10).changes.who_exited
        assert {each.member.known_as: each.reason for each in exited} == {"user_id:bob": None, None: "merged"}


def call(who: str, day: int, price: int) -> str:
    time = datetime(2026, 1, day).isoformat()
    return json.dumps(
        {"type": "track", "event": "Bought", "userId": who, "timestamp": time, "properties": {"price": price}}
    )


def values(store: Store) -> dict[str, str]:
    rows = store.connection.execute(
        """select ids.value, v.value from current_trait_values as v join identity on profile = entity
           join identifiers as ids using (identifier)"""
    )
    return dict(rows.fetchall())
