"""The one place where the tests of meaning meet audcli: definitions and calls in, members out.

    audcli_members("audience: buyers\nwhere: {event: Order Completed}", calls, as_of)  ->  {"buyers": {"use_4fq…"}}

Goes the whole way that a user goes: a project in a folder, an ingest, a run, and an export of every audience.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from audcli.explain import Explanation
from audcli.export import ExportOptions, export_key
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute, load_definitions
from audcli.project import Project, find_project
from audcli.questions import explain
from audcli.store import Store, open_store


class Members(Protocol):
    """What both evaluators look like to a test."""

    def __call__(
        self,
        definitions_yaml: str,
        calls: list[dict[str, Any]],
        as_of: datetime,
        settings: dict[str, Any] | None = None,
    ) -> dict[str, set[str]]:
        """Give the keys of the members of every enabled audience."""


def audcli_members(
    definitions_yaml: str,
    calls: list[dict[str, Any]],
    as_of: datetime,
    settings: dict[str, Any] | None = None,
    only: Iterable[str] = (),
    threads: int = 1,
) -> dict[str, set[str]]:
    """Give the keys of the members of every enabled audience that a run computes: all, or `only` those named.

    `threads` is how many cores the engine may use. Raises `AssertionError` when a call is rejected or a definition fails, with audcli's reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = _make_project(Path(folder), definitions_yaml, calls, settings or {})
        with open_store(project.store_path, write=True, create=True, threads=threads) as store:
            return compute_members(project, store, as_of, only)


def audcli_values(
    definitions_yaml: str, calls: list[dict[str, Any]], as_of: datetime, settings: dict[str, Any]
) -> dict[str, dict[str, str]]:
    """Give for every trait that a run computes what its export says: the written value by key."""
    with tempfile.TemporaryDirectory() as folder:
        project = _make_project(Path(folder), definitions_yaml, calls, settings)
        with open_store(project.store_path, write=True, create=True, threads=1) as store:
            keys = _compute(project, store, as_of, ())
            return {key: {row["key"]: row["value"] for row in _exported(store, key)} for key in keys}


def _make_project(
    folder: Path, definitions_yaml: str, calls: list[dict[str, Any]], settings: dict[str, Any]
) -> Project:
    (folder / "audcli.yaml").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "audiences").mkdir()
    (folder / "audiences" / "case.yaml").write_text(definitions_yaml, encoding="utf-8")
    (folder / "calls.jsonl").write_text("".join(json.dumps(call) + "\n" for call in calls), encoding="utf-8")
    return find_project(folder, folder)


def compute_members(project: Project, store: Store, as_of: datetime, only: Iterable[str] = ()) -> dict[str, set[str]]:
    """Ingest the project's calls, run, and read the exports of audiences."""
    computed = _compute(project, store, as_of, only)
    audiences = store.connection.execute("select key from definitions where kind = 'audience'").fetchall()
    return {key: {row["key"] for row in _exported(store, key)} for (key,) in audiences if key in computed}


def _compute(project: Project, store: Store, as_of: datetime, only: Iterable[str]) -> set[str]:
    identity = project.settings.identity
    options = IngestOptions(blocked_values=tuple(identity.blocked_values), external_ids=identity.external_ids)
    instant = as_of.astimezone(UTC).replace(tzinfo=None)
    summary = ingest(store, [str(project.root / "calls.jsonl")], options, now=instant).total
    assert not summary.rejected, dict(summary.rejected)
    run = compute(project, store, only, Moment(instant, instant)).run
    failed = {result.key: result.reason for result in run.results if result.outcome == "failed"}
    assert not failed, failed
    return {result.key for result in run.results}


def _exported(store: Store, key: str) -> list[dict[str, str]]:
    written = io.BytesIO()
    export_key(store.connection, key, ExportOptions("unformatted"), written)
    return list(csv.DictReader(io.StringIO(written.getvalue().decode(), newline="")))


def explained(
    definitions_yaml: str, calls: list[dict[str, Any]], as_of: datetime, settings: dict[str, Any] | None = None
) -> list[Explanation]:
    """Explain every audience for some of the entities that there are, members among them."""
    instant = as_of.astimezone(UTC).replace(tzinfo=None)
    with tempfile.TemporaryDirectory() as folder:
        project = _make_project(Path(folder), definitions_yaml, calls, settings or {})
        with open_store(project.store_path, write=True, create=True, threads=1) as store:
            members = compute_members(project, store, as_of)
            definitions = load_definitions(project, instant)
            audiences = store.connection.execute(
                "select key, level from definitions where kind = 'audience' order by key"
            ).fetchall()
            return [
                explain(project, store, definitions, key, who, now=instant)
                for key, level in audiences
                for who in _some(store, level, members[key])
            ]


_ENTITIES = {
    "users": "select distinct key from profile_keys join identity using (profile) where until_generation is null",
    "accounts": "select group_id from accounts",
}


def _some(store: Store, level: str, members: set[str]) -> list[str]:
    """Give the keys of two members and two others, or as many as there are."""
    keys = sorted(key for (key,) in store.connection.execute(_ENTITIES[level]).fetchall())
    return [key for key in keys if key in members][:2] + [key for key in keys if key not in members][:2]
