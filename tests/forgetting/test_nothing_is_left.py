"""After somebody was forgotten no table and no byte of the store's folder tells of them, and the ledger adds up."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from audcli.errors import StoreInUse
from audcli.forgetting import forget
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import Project, find_project
from audcli.runs import past_results
from audcli.store import Store, open_store
from cli.commands import held

NOW = datetime(2026, 7, 1)
KILLS = 12
OWN = ["ann-7f3a91", "Ann.Larkin@Shop.example", "+49 30 901820", "device-ann-55", "Elm Road 7", "note only ann wrote"]
"""Values that stand in calls of ann alone, or in texts about her."""

DEFINITIONS = """
audience: buyers
where: {event: Order Completed}
---
audience: watched
include_anonymous: true
where: {any: [{id: user_id, one_of: [ann-7f3a91, bo]}, {id: anonymous_id, exists: true}]}
---
audience: paying
of: accounts
where: {trait: plan, exists: true}
---
trait: last_note
compute: last
event: Order Completed
property: note
---
trait: notes
of: accounts
compute: unique_list
event: Order Completed
property: note
"""

ANN = {"userId": "ann-7f3a91", "anonymousId": "device-ann-55"}
CALLS: list[Any] = [
    {"type": "page", "name": "Profile of note only ann wrote", "anonymousId": "device-ann-55", "timestamp": 1},
    {"type": "identify", **ANN, "timestamp": 2, "traits": {"email": OWN[1], "phone": OWN[2], "street": OWN[4]}},
    {"type": "group", **ANN, "groupId": "note only ann wrote", "timestamp": 3, "traits": {"plan": "pro"}},
    {"type": "group", **ANN, "groupId": "acme", "timestamp": 4},
    {"type": "group", "userId": "bo", "groupId": "acme", "timestamp": 4, "traits": {"plan": "pro"}},
    {"type": "track", "event": "Order Completed", **ANN, "timestamp": 5, "properties": {"note": OWN[5]}},
    {"type": "track", "event": "Order Completed", "userId": "bo", "timestamp": 6, "properties": {"note": "bo's"}},
    {"type": "track", "event": "Order Completed", "userId": "bo", "anonymousId": "ipad", "timestamp": 7},
    {"type": "identify", "userId": "ann-7f3a91", "timestamp": "soon", "traits": {"street": OWN[4]}},
    '{"type": "identify", "traits": {"email": "ANN.larkin@shop.example", "street": "Elm Road 7"',
    {"type": "track", "userId": "bo", "timestamp": 9},
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A computed project with ann, bo and some rejects."""
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yaml").write_text(DEFINITIONS, "utf-8")
    lines = [line if isinstance(line, str) else json.dumps(line) for line in CALLS]
    (tmp_path / "calls.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "of ann-7f3a91.jsonl").write_text(lines[0], "utf-8")
    made = find_project(tmp_path, tmp_path)
    with open_store(made.store_path, write=True, create=True) as store:
        ingest(store, [str(tmp_path / "of ann-7f3a91.jsonl")], IngestOptions(), now=NOW)
        run(made, store, 1)
        ingest(store, [str(tmp_path / "calls.jsonl")], IngestOptions(), now=NOW)
        run(made, store, 2)
        store.connection.execute("insert into trait_values values (1, 999, null, '[\"ann-7f3a91\"]', 1, 2)")
    return made


def run(project: Project, store: Store, day: int) -> dict[str, tuple[int, int, int, int]]:
    as_of = datetime(2026, 6, day)
    results = compute(project, store, (), Moment(NOW, as_of)).run.results
    return {each.key: (each.previous, each.entered, each.exited, each.members) for each in results}


def folder_bytes(project: Project) -> bytes:
    return b"\n".join(path.read_bytes() for path in project.store_path.parent.rglob("*") if path.is_file())


def all_rows(store: Store) -> str:
    """Every row of every table and view, as text; bytes are written as what they say in UTF-8."""
    names = store.connection.execute("""
        select table_name from duckdb_tables() union all
        select view_name from duckdb_views() where not internal""").fetchall()
    texts = []
    for (name,) in names:
        for row in store.connection.execute(f"select * from {name}").fetchall():
            texts += [each.decode() if isinstance(each, bytes) else str(each) for each in row]
    return "\n".join(texts)


def mentions(text: str) -> list[str]:
    lowered = text.lower()
    return [value for value in OWN if value.lower() in lowered]


def test_no_row_and_no_byte_tells_of_them(project: Project) -> None:
    with open_store(project.store_path, write=False) as store:
        assert mentions(all_rows(store)) == OWN
        keys = {key for (key,) in store.connection.execute("select key from profile_keys").fetchall()}
    assert set(mentions(folder_bytes(project).decode("latin-1"))) >= {OWN[0], OWN[3], OWN[5]}
    removed = forget(project.store_path, "email:ann.larkin@shop.example")
    assert (removed.calls, removed.ids, removed.shared_ids, removed.accounts, removed.rejects) == (5, 4, 0, 1, 2)
    assert (removed.memberships, removed.trait_values) == (4, 3)
    with open_store(project.store_path, write=False) as store:
        rows = all_rows(store)
        left = {key for (key,) in store.connection.execute("select key from profile_keys").fetchall()}
    assert mentions(rows) == []
    assert "'[forgotten]', bo" in rows or "[[forgotten], bo]" in rows
    assert left < keys and not any(key in rows for key in keys - left)
    assert mentions(folder_bytes(project).decode("latin-1")) == []
    assert sorted(path.name for path in project.store_path.parent.iterdir()) == [".gitignore", "store.duckdb"]
    assert project.store_path.stat().st_mode & 0o777 == 0o600


def test_the_same_file_brings_nothing_back(project: Project) -> None:
    forget(project.store_path, "ann-7f3a91")
    with open_store(project.store_path, write=True) as store:
        summary = ingest(store, [str(project.root / "calls.jsonl")], IngestOptions(), now=NOW).total
        assert (summary.read, summary.duplicate_content) == (len(CALLS), 3)
        assert summary.rejected == {"forgotten": 7, "missing_event": 1}
        assert mentions(all_rows(store)) == []
    assert mentions(folder_bytes(project).decode("latin-1")) == []


def test_the_next_run_counts_an_exit(project: Project) -> None:
    with open_store(project.store_path, write=False) as store:
        before = store.connection.execute("select * from results order by all").fetchall()
    forget(project.store_path, "ann-7f3a91")
    with open_store(project.store_path, write=True) as store:
        assert store.connection.execute("select * from results order by all").fetchall() == before
        assert run(project, store, 3) == {
            "buyers": (2, 0, 1, 1),
            "watched": (2, 0, 1, 1),
            "paying": (2, 0, 1, 1),
            "last_note": (2, 0, 1, 1),
            "notes": (2, 0, 1, 1),
        }
        reasons = "select exit_reason, count(*) from memberships where exited_run = 3 group by all"
        assert store.connection.execute(reasons).fetchall() == [("forgotten", 3)]
        assert [each.forgotten for each in past_results(store.connection, "last_note")] == [0, 0, 1]
        assert run(project, store, 4)["buyers"] == (1, 0, 0, 1)


def test_a_number_is_never_taken_for_another(project: Project) -> None:
    """Whoever comes next gets the number that ann had, and is new all the same."""
    forget(project.store_path, "ann-7f3a91")
    forget(project.store_path, "bo")
    new = project.root / "new.jsonl"
    new.write_text('{"type": "track", "event": "Order Completed", "userId": "cem", "timestamp": 8}', "utf-8")
    with open_store(project.store_path, write=True) as store:
        ingest(store, [str(new)], IngestOptions(), now=NOW)
        assert run(project, store, 3)["buyers"] == (2, 1, 2, 1)


def test_a_link_to_the_store_stays_a_link(project: Project, tmp_path: Path) -> None:
    link = tmp_path / "link.duckdb"
    link.symlink_to(project.store_path)
    forget(link, "ann-7f3a91")
    assert link.is_symlink()
    assert mentions(folder_bytes(project).decode("latin-1")) == []


def test_a_store_in_use_is_left_alone(project: Project) -> None:
    with held(project.store_path, "writing"), pytest.raises(StoreInUse):
        forget(project.store_path, "ann-7f3a91")
    with held(project.store_path, "reading"), pytest.raises(StoreInUse):
        forget(project.store_path, "ann-7f3a91")
    with open_store(project.store_path, write=False) as store:
        assert mentions(all_rows(store)) == OWN


def test_what_is_ingested_meanwhile_is_not_lost(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that comes in after the file was copied has its way first; then the file is copied again."""
    late = project.root / "late.jsonl"
    late.write_text('{"type": "track", "event": "Late", "userId": "bo", "timestamp": 20}', "utf-8")
    copies = []

    def copy_and_let_in(path: Path, copy: Path) -> None:
        copy.write_bytes(path.read_bytes())
        copies.append(copy)
        if len(copies) == 1:
            with open_store(path, write=True) as store:
                ingest(store, [str(late)], IngestOptions(), now=NOW)

    monkeypatch.setattr("audcli.store.rewriting.shutil.copyfile", copy_and_let_in)
    forget(project.store_path, "ann-7f3a91")
    assert len(copies) == 2
    with open_store(project.store_path, write=False) as store:
        assert mentions(all_rows(store)) == []
        assert store.connection.execute("select count(*) from call_names where name = 'Late'").fetchall() == [(1,)]


DRIVER = """
import sys
from pathlib import Path
from audcli.forgetting import forget
print("ready", flush=True)
forget(Path(sys.argv[1]), "ann-7f3a91")
"""


def test_killed_at_any_moment_it_is_the_old_store_or_the_new_one(project: Project) -> None:
    original = project.store_path.read_bytes()
    chance = Random(5)
    longest = timed_forgetting(project)
    outcomes = set()
    for _ in range(KILLS):
        project.store_path.write_bytes(original)
        kill_after(project.store_path, chance.uniform(0, longest))
        with open_store(project.store_path, write=True) as store:
            found = mentions(all_rows(store))
        assert found in ([], OWN)
        outcomes.add(bool(found))
        if not found:
            assert mentions(folder_bytes(project).decode("latin-1")) == []
        assert sorted(path.name for path in project.store_path.parent.iterdir()) == [".gitignore", "store.duckdb"]
    assert True in outcomes


def timed_forgetting(project: Project) -> float:
    started = time.monotonic()
    forget(project.store_path, "ann-7f3a91")
    return time.monotonic() - started


def kill_after(path: Path, seconds: float) -> None:
    with subprocess.Popen([sys.executable, "-c", DRIVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
