"""Runs what is to be computed; a definition at which the engine fails is found and left out, and the others go through.

{"a", "b", "c"}, of which the engine cannot compute b   ->   a and c in tables, {"b": "there is not enough memory …"}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from audcli.definitions.documents import AnyDocument
from audcli.engines import duckdb as engine
from audcli.errors import AudcliError
from audcli.named_lists import read_file, values_of
from audcli.plan.build import Setting, build, with_dependencies
from audcli.plan.model import Plan
from audcli.project import Project
from audcli.sql.compile import Compiled, compile_plan
from audcli.sql.script import ListTable
from audcli.store import Store


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was computed: the plan as it ran, the timings, and by key why a definition is not in it."""

    plan: Plan
    compiled: Compiled
    timings: tuple[engine.Timing, ...]
    left_out: Mapping[str, str]


def evaluate(
    project: Project,
    store: Store,
    documents: Mapping[str, AnyDocument],
    keys: Collection[str],
    as_of: datetime,
    failed: Mapping[str, str],
) -> Evaluated:
    """Evaluate the definitions of these keys at one instant; the results stand in temporary tables afterwards.

    `documents` are all valid definitions, `failed` says by key which may not be computed and why. Raises `AudcliError`
    where the engine fails whatever is computed.
    """
    task = _Task(project, store, documents, as_of, failed)
    try:
        return _attempt(task, keys)
    except AudcliError:
        # What fails when there is nothing to compute is no definition's fault.
        _attempt(task, ())
    reasons = _culprits(task, sorted(keys))
    apart = {
        key: reason
        for key, reason in reasons.items()
        if not (with_dependencies(documents, [key]) - {key}) & reasons.keys()
    }
    return _attempt(replace(task, failed={**failed, **apart}), keys)


@dataclass(frozen=True, slots=True)
class _Task:
    """What stays the same when fewer definitions are tried."""

    project: Project
    store: Store
    documents: Mapping[str, AnyDocument]
    as_of: datetime
    failed: Mapping[str, str]


def plan_of(
    project: Project,
    documents: Mapping[str, AnyDocument],
    keys: Collection[str],
    as_of: datetime,
    failed: Mapping[str, str],
) -> tuple[Plan, dict[str, str]]:
    """Plan the definitions of these keys, and what they depend on; with it, by key, why some are not in the plan."""
    settings = project.settings
    setting = Setting(settings.zone, tuple(settings.identity.known_by), settings.account_events)
    needed = {key: documents[key] for key in sorted(with_dependencies(documents, keys))}
    return build(needed, as_of, setting, failed)


def _attempt(task: _Task, keys: Collection[str]) -> Evaluated:
    plan, left_out = plan_of(task.project, task.documents, keys, task.as_of, task.failed)
    compiled = compile_plan(plan, task.store.catalog())
    timings = engine.run(task.store.connection, compiled.script, list_reader(task.project))
    return Evaluated(plan, compiled, timings, left_out)


def list_reader(project: Project) -> engine.ReadList:
    """Give what reads the values of lists of definitions and files; a file that several tables need is read once."""
    contents: dict[str, bytes] = {}

    def read(table: ListTable) -> pa.Array:
        source = table.source
        if source.file is not None and source.key not in contents:
            contents[source.key] = read_file(source.key, project.inside(source.file))
        return pa.array(values_of(source, table.id_type, contents.get(source.key, b"")), pa.string())

    return read


def _culprits(task: _Task, keys: Sequence[str]) -> dict[str, str]:
    """Find, by halves, the definitions that fail without the others, and why."""
    try:
        _attempt(task, keys)
    except AudcliError as error:
        if len(keys) == 1:
            return {keys[0]: error.message}
        half = len(keys) // 2
        return _culprits(task, keys[:half]) | _culprits(task, keys[half:])
    return {}
