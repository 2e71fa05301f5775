"""Small worlds: a project and a store of its own for some definitions and calls, computed at one instant or several.

project, _ = load(folder, "audience: buyers\\n...")
members(project, [Call("ann", "Order Completed", ...), ...], [datetime(2026, 7, 1)])
    ->   {datetime(2026, 7, 1): {"buyers": ("ann", "anonymous a1")}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audcli.definitions.loader import Definitions
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute, load_definitions
from audcli.project import Project, find_project
from audcli.store import Store, open_store
from docs.pages import AS_OF, Call

Members = dict[str, tuple[str, ...]]
"""By key of an audience who is in it, named as calls name them, accounts by their group id; by that of a trait the
same with the value behind."""

_FOUND = """
    with found as (
        select definition, entity, '' as value from memberships where exited_run is null
        union all
        select definition, entity, ' ' || case when value[1] = '"' then value::json ->> '$' else value end
        from current_trait_values join trait_names using (trait))
    select key, value, min((id_type, id)) as id
    from found join definitions using (definition)
        join (select distinct profile, identifier from identity where until_generation is null) on profile = entity
        join (select identifier, case type when 'user_id' then 0 when 'anonymous_id' then 1 else 2 end as id_type,
                     value as id
              from identifiers) using (identifier)
    where level = 'users' group by key, entity, value
    union all
    select key, value, (0, group_id)
    from found join definitions using (definition) join accounts on account = entity where level = 'accounts'
    order by all"""


def load(folder: Path, definitions: str, files: Iterable[tuple[str, str]] = ()) -> tuple[Project, Definitions]:
    """Write a project into a folder and load its definitions."""
    for path, text in (("audcli.yaml", ""), *files, ("audiences/shop.yaml", definitions)):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    project = find_project(folder, folder)
    return project, load_definitions(project, AS_OF)


def members(project: Project, calls: Iterable[Call], as_ofs: Iterable[datetime]) -> dict[datetime, Members]:
    """Ingest calls into a new store and compute all definitions at each of the instants, from the earliest on."""
    file = project.root / "calls.jsonl"
    lines = (json.dumps(_record(number, call)) for number, call in enumerate(calls))
    file.write_text("\n".join(lines), encoding="utf-8")
    with open_store(project.store_path, write=True, create=True) as store:
        summary = ingest(store, [str(file)], IngestOptions(strict=True), now=AS_OF)
        assert summary.stored, summary.total
        return {as_of: _members(project, store, as_of) for as_of in sorted(as_ofs)}


def _members(project: Project, store: Store, as_of: datetime) -> Members:
    run = compute(project, store, (), Moment(as_of, as_of)).run
    assert [result.reason for result in run.results if result.outcome != "ok"] == []
    found: dict[str, list[str]] = {result.key: [] for result in run.results}
    for key, value, (kind, who) in store.connection.execute(_FOUND).fetchall():
        found[key].append((who if kind == 0 else f"anonymous {who}") + value)
    return {key: tuple(sorted(who)) for key, who in found.items()}


def _record(number: int, call: Call) -> dict[str, Any]:
    record: dict[str, Any] = {
        "messageId": f"line-{number:04}",
        "timestamp": call.when.replace(tzinfo=UTC).isoformat(),
        "context": call.context,
    }
    for who in call.who.split(" + "):
        kind, _, value = who.rpartition(" ")
        record["anonymousId" if kind == "anonymous" else "userId"] = value
    match call.what.split(" ", 1):
        case ["identify"]:
            return {**record, "type": "identify", "traits": call.body}
        case ["group", name]:
            return {**record, "type": "group", "groupId": name, "traits": call.body}
        case ["page" | "screen" as kind, name]:
            return {**record, "type": kind, "name": name, "properties": call.body}
        case _:
            return {**record, "type": "track", "event": call.what, "properties": call.body}
