"""Random sequences of ingests, edits, runs, runs taken back and people forgotten: the sums hold, and the past stays.

The model is plain: for every key and run, the set of the keys of its members, read off an export right after the run.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from audcli.export import ExportOptions, export_key
from audcli.forgetting.forget import remove_everything
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import Project, find_project
from audcli.runs import difference, drop_latest, past_results, past_runs
from audcli.store import Store, open_store

START = datetime(2026, 1, 1)
NAMELESS = "nameless "
KEYS = ("one", "two", "three")
BODIES = (
    "where: {event: Visited, within: 2 days}",
    "where: {event: Bought}",
    "include_anonymous: true\nwhere: {everyone: true}",
    "where: {not: {audience: one}}",
    "of: accounts\nwhere: {users: any, where: {event: Bought}}",
    "where: {event: Visited, witin: 2 days}",
    "enabled: false\nwhere: {everyone: true}",
    None,
)


@dataclass
class Model:
    """After every run, by key: its members. `edits` are the definitions of now, None where there is none."""

    after: list[dict[str, frozenset[str]]] = field(default_factory=lambda: [{}])
    edits: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(KEYS, BODIES[0]))


@pytest.mark.parametrize("seed", range(5))
def test_the_ledger_is_what_a_plain_model_is(tmp_path: Path, seed: int) -> None:
    random, now, model = Random(seed), START, Model()
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    project = find_project(tmp_path, tmp_path)
    with open_store(project.store_path, write=True, create=True, threads=1) as store:
        for _ in range(16):
            action = random.choice(["ingest", "ingest", "edit", "run", "run", "run", "drop", "forget"])
            if action == "ingest":
                ingest_some(store, project, random, now)
            elif action == "edit":
                model.edits[random.choice(KEYS)] = random.choice(BODIES)
            elif action == "drop" and len(model.after) > 1:
                assert drop_latest(store.connection) == len(model.after) - 1
                model.after.pop()
            elif action == "forget":
                forget_somebody(store, model, random)
            elif action == "run":
                now += timedelta(hours=random.randint(0, 40))
                run(store, project, model, random, now)
            check(store, model)


def ingest_some(store: Store, project: Project, random: Random, now: datetime) -> None:
    lines = []
    for _ in range(random.randint(1, 8)):
        user, device = f"u{random.randint(1, 5)}", f"a{random.randint(1, 5)}"
        when = (now - timedelta(hours=random.randint(0, 90))).isoformat()
        who = random.choice([{"userId": user}, {"anonymousId": device}, {"userId": user, "anonymousId": device}])
        call = {"type": "track", "event": random.choice(["Visited", "Bought"]), "timestamp": when, **who}
        if random.random() < 0.3:
            call = {"type": "group", "groupId": f"g{random.randint(1, 3)}", "timestamp": when, **who}
        lines.append(json.dumps(call))
    file = project.root / "calls.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    ingest(store, [str(file)], IngestOptions(), now=now)


def forget_somebody(store: Store, model: Model, random: Random) -> None:
    """Forget somebody; the model keeps a place for them under a name that is nobody's."""
    known = keys_in(store)
    ids = store.connection.execute(
        "select value from identifiers join identity using (identifier) where type = 'user_id' and until_generation is null"
    ).fetchall()
    if not ids:
        return
    [who] = random.choice(sorted(ids))
    with store.transaction():
        remove_everything(store, who)
    gone = {key: f"{NAMELESS}{random.random()}" for key in known - keys_in(store)}
    for members in model.after:
        members |= {key: frozenset(gone.get(each, each) for each in here) for key, here in members.items()}


def keys_in(store: Store) -> set[str]:
    return {
        key
        for (key,) in store.connection.execute(
            "select key from profile_keys union select group_id from accounts"
        ).fetchall()
    }


def names(keys: frozenset[str]) -> set[str | None]:
    return {None if key.startswith(NAMELESS) else key for key in keys}


def run(store: Store, project: Project, model: Model, random: Random, now: datetime) -> None:
    """Compute, hold every result against the members before and after, and note the members."""
    texts = [f"audience: {key}\n{body}" for key, body in model.edits.items() if body is not None]
    (project.root / "audiences" / "all.yaml").write_text("\n---\n".join(texts), "utf-8")
    reuse = [key for key, body in model.edits.items() if body is not None] if random.random() < 0.5 else ()
    results = compute(project, store, (), Moment(now, now), reuse=reuse).run.results
    before = model.after[-1]
    members = dict(before)
    for result in results:
        was = before.get(result.key, frozenset())
        if result.outcome == "ok":
            members[result.key] = exported(store, result.key)
        now_in = members.get(result.key, frozenset())
        assert (result.previous, result.members) == (len(was), len(now_in))
        assert result.previous + result.entered - result.exited == result.members
        # A key that becomes one of accounts shares no member with what it was, whatever they are called.
        assert (result.entered, result.exited) == (len(now_in - was), len(was - now_in))
    model.after.append(members)


def exported(store: Store, key: str) -> frozenset[str]:
    written = io.BytesIO()
    export_key(store.connection, key, ExportOptions("unformatted"), written)
    return frozenset(row["key"] for row in csv.DictReader(io.StringIO(written.getvalue().decode())))


def check(store: Store, model: Model) -> None:
    """The ledger tells of every run what the model remembers, however many came after it."""
    connection = store.connection
    assert [each.run for each in past_runs(connection)] == list(range(1, len(model.after)))
    for key in {key for members in model.after for key in members}:
        members = [each.get(key, frozenset()) for each in model.after]
        for result in past_results(connection, key):
            assert (result.previous, result.members) == (len(members[result.run - 1]), len(members[result.run]))
        for start in range(len(members)):
            found = difference(connection, key, start, len(members) - 1, limit=100).changes
            was, is_in = members[start], members[-1]
            assert (found.before, found.after, found.stayed) == (len(was), len(is_in), len(was & is_in))
            assert {each.key for each in found.who_entered} == names(is_in - was)
            assert {each.member.key for each in found.who_exited} == names(was - is_in)
            forgotten = sum(key.startswith(NAMELESS) for key in was - is_in)
            assert forgotten == sum(each.reason == "forgotten" for each in found.who_exited)


def test_a_run_taken_back_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    project, random, model = find_project(tmp_path, tmp_path), Random(7), Model()
    with open_store(project.store_path, write=True, create=True, threads=1) as store:
        states = []
        for step in range(6):
            ingest_some(store, project, random, START)
            model.edits |= {key: random.choice(BODIES) for key in KEYS}
            states.append(ledger(store))
            run(store, project, model, random, START + timedelta(days=step))
        for state in reversed(states):
            drop_latest(store.connection)
            assert ledger(store) == state


def ledger(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (
        "runs",
        "run_inputs",
        "definitions",
        "definition_texts",
        "results",
        "memberships",
        "trait_names",
        "trait_values",
    )
    return {table: store.connection.execute(f"from {table} order by all").fetchall() for table in tables}
