"""Every definition with its status and what the last run made of it.

key            kind      of     file                        status  members  entered  exited
big_spenders   audience  users  audiences/shop.yaml         live         41        3       1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from audcli.definitions.documents import AudienceDocument, SqlTraitDocument, TestDocument, TraitDocument
from audcli.definitions.loader import Definitions, LoadedDocument
from audcli.digests import documents_of, files_read, reached_from, whole_digest
from audcli.pipeline import unknown_key
from audcli.plan.build import keys_named_by
from audcli.project import Project
from audcli.runs import LastResult, last_results
from audcli.store import Store

Status = Literal["live", "failed", "disabled", "not_computed", "stale"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A definition, its status, and its last result; what was never computed has no numbers.

    `created_at` is when its key was first computed, `edited_at` when its meaning last changed, `computed_at` when its
    last result was made, all UTC. `reason` says why it failed.
    """

    key: str
    name: str | None
    kind: str
    of: str | None
    file: str
    status: Status | None
    reason: str | None = None
    members: int | None = None
    entered: int | None = None
    exited: int | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    computed_at: datetime | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One definition in full, with the keys that it depends on and that depend on it."""

    listed: Listed
    description: str | None
    owner: str | None
    tags: tuple[str, ...]
    depends_on: tuple[str, ...]
    dependents: tuple[str, ...]
    text: str


def list_definitions(project: Project, definitions: Definitions, store: Store | None) -> tuple[Listed, ...]:
    """List all definitions by key; without a store nothing was computed yet."""
    last = last_results(store.connection) if store is not None else {}
    files = files_read(definitions, project)
    listed = [_listed(definitions, each, last, files) for each in definitions.documents.values()]
    listed += [_broken(definitions, key, last.get(key)) for key in definitions.broken]
    return tuple(sorted(listed, key=lambda each: each.key))


def show_definition(project: Project, definitions: Definitions, store: Store | None, key: str) -> Shown:
    """Show one definition in full; raises `UsageError` for an unknown key."""
    listed = {each.key: each for each in list_definitions(project, definitions, store)}
    if key not in listed:
        raise unknown_key(key, listed)
    loaded = definitions.documents.get(key)
    if loaded is None:
        return Shown(listed[key], None, None, (), (), (), "")
    document = loaded.document
    return Shown(
        listed[key],
        document.description,
        document.owner,
        tuple(document.tags),
        _named_by(definitions, loaded),
        tuple(sorted(other.key for other in definitions.documents.values() if key in _named_by(definitions, other))),
        loaded.text,
    )


def status_of(project: Project, definitions: Definitions, store: Store, key: str) -> Status | None:
    """Tell the status of one key; None for a kind that is never computed, and for a key without a definition."""
    loaded = definitions.documents.get(key)
    if loaded is None:
        return "failed" if key in definitions.broken else None
    return _listed(definitions, loaded, last_results(store.connection), files_read(definitions, project)).status


def _listed(
    definitions: Definitions, loaded: LoadedDocument, last: Mapping[str, LastResult], files: Mapping[str, str]
) -> Listed:
    document = loaded.document
    of = None
    status: Status | None = None
    if isinstance(document, AudienceDocument | TraitDocument | SqlTraitDocument):
        of = document.of
        status = _status(definitions, loaded, last, files)
    result = last.get(loaded.key)
    if result is None or isinstance(document, TestDocument):
        return Listed(loaded.key, document.name, loaded.kind, of, loaded.file, status)
    return _with_result(Listed(loaded.key, document.name, loaded.kind, of, loaded.file, status, result.reason), result)


def _broken(definitions: Definitions, key: str, result: LastResult | None) -> Listed:
    first = definitions.broken[key][0]
    listed = Listed(key, None, "invalid", None, first.span.file, "failed", first.message)
    return listed if result is None else _with_result(listed, result)


def _with_result(listed: Listed, result: LastResult) -> Listed:
    return replace(
        listed,
        members=result.members,
        entered=result.entered,
        exited=result.exited,
        created_at=result.created_at,
        edited_at=result.edited_at,
        computed_at=result.computed_at,
        as_of=result.as_of,
    )


def _status(
    definitions: Definitions, loaded: LoadedDocument, last: Mapping[str, LastResult], files: Mapping[str, str]
) -> Status:
    result = last.get(loaded.key)
    if not loaded.document.enabled:
        return "disabled"
    if result is None:
        return "not_computed"
    if result.outcome == "failed":
        return "failed"
    if result.whole_digest != whole_digest(definitions, loaded.key, files):
        return "stale"
    below = (last[name] for name in reached_from(definitions, loaded.key) if name in last)
    if any((other.run or 0) > (result.run or 0) for other in below):
        return "stale"
    return "live"


def _named_by(definitions: Definitions, loaded: LoadedDocument) -> tuple[str, ...]:
    """Give the keys of the definitions that a definition names."""
    named = keys_named_by(loaded.document, documents_of(definitions))
    return tuple(sorted(named & {*definitions.documents, *definitions.broken}))
